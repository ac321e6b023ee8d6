//! The reading of new models: whatever is typed for the same words, the words are the same.

use proptest::prelude::*;
use safr::text::{ReadText, Token, Tokenizer, Vocabulary, read, tokenize};
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use super::hostile_text;

fn words(text: &str) -> Vec<String> {
    words_of(tokenize(text, Tokenizer::Typed))
}

fn words_of(tokens: Vec<Token>) -> Vec<String> {
    tokens.into_iter().map(|token| token.word).collect()
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(words(text).join(" "), expected, "{text:?}");
}

/// What two writings of a text give to a model, and where in each the words stand.
fn ids_and_sources(texts: [&str; 2], known: &str) -> [(Vec<u32>, Vec<String>); 2] {
    let listed = ["<PAD>", "<UNK>"].into_iter().chain(known.split(' '));
    let vocabulary = Vocabulary::from_words(listed.map(str::to_owned).collect()).unwrap();
    texts.map(|text| {
        let ReadText { words, cut, .. } = read(text, Tokenizer::Typed, &vocabulary, 99);
        assert_eq!(cut, None);
        let units: Vec<u16> = text.encode_utf16().collect();
        for word in &words {
            let source = String::from_utf16(&units[word.start..word.end]).unwrap();
            assert_eq!(source, word.text);
        }
        let ids = words.iter().map(|word| word.id).collect();
        (ids, words.into_iter().map(|word| word.text).collect())
    })
}

#[test]
fn what_is_pasted_from_a_pdf_is_known_as_what_is_typed_is() {
    let known = "a superb efﬁcient film with naïve charm , told in office scenes !";
    let known = known.replace('ﬁ', "fi");
    let [typed, pasted] = ids_and_sources(
        [
            "A superb, efficient film with naïve charm, told in office scenes!",
            "A su\u{ad}perb, eﬃ\u{ad}cient ﬁlm w\u{200d}ith nai\u{308}ve char\u{2060}m\u{200b}, \u{feff}told in oﬃce sce\u{ad}\nnes!",
        ],
        &known,
    );
    assert_eq!(typed.0, pasted.0);
    assert!(typed.0.iter().all(|&id| id > 1), "{:?}", typed.0);
    assert_eq!(
        pasted.1,
        [
            "A",
            "su\u{ad}perb",
            ",",
            "eﬃ\u{ad}cient",
            "ﬁlm",
            "w\u{200d}ith",
            "nai\u{308}ve",
            "char\u{2060}m",
            ",",
            "told",
            "in",
            "oﬃce",
            "sce\u{ad}\nnes",
            "!"
        ]
    );
}

#[test]
fn every_apostrophe_parts_contractions() {
    for mark in "'’‘`´ʼʻ＇′‛ʹ\u{5f3}".chars() {
        for (typed, expected) in [
            ("I don't, she wouldn't've", "i do n't , she would n't 've"),
            ("It's CAN'T o'clock", "it 's ca n't o'clock"),
            ("Get 'em: '70s music, y'all", "get 'em : '70s music , y'all"),
            ("the dogs' 'own' bowl", "the dogs ' ' own ' bowl"),
        ] {
            reads(&typed.replace('\'', &mark.to_string()), expected);
        }
        let text = format!("That isn{mark}t it");
        let [plain, other] = ids_and_sources(["That isn't it", &text], "that is n't it");
        assert_eq!((plain.0, other.0), (vec![2, 3, 4, 5], vec![2, 3, 4, 5]));
        assert_eq!(other.1[2], format!("n{mark}t"));
    }
}

#[test]
fn an_okina_and_a_geresh_are_read_as_the_apostrophe_that_most_type() {
    reads("Hawaiʻi and Oʻahu", "hawai'i and o'ahu");
    reads("Hawai'i and O'ahu", "hawai'i and o'ahu");
    for [own, typed] in [["Hawaiʻi", "Hawai'i"], ["ג\u{5f3}ירפה", "ג'ירפה"]] {
        assert_eq!(words(own), words(typed));
    }
}

#[test]
fn quotes_stay_quotes() {
    reads(
        "``Fine'' ‘so’ `ok' ´yes´ 6′",
        "\" fine \" ' so ' ' ok ' ' yes ' 6 '",
    );
}

#[test]
fn letters_of_another_form_are_read_and_what_says_more_stays() {
    reads(
        "ﬂaw ﬀ eﬃcient eﬄux ﬅyle ﬆyle Ĳs ǆ ſo",
        "flaw ff efficient efflux style style ijs dž so",
    );
    reads(
        "Ｆｉｎｅ，\u{3000}ｄｏｎ＇ｔ！ Part Ⅳ, 𝗴𝗿𝗲𝗮𝘁 𝒽ℯ𝓁𝓁ℴ ℝ",
        "fine , do n't ! part iv , great hello r",
    );
    reads("ﺳﻼم ｶﾞｷﾞ ⼀", "سلام ガギ 一");
    reads(
        "½ x² H₂O ① ™ № 20℃ ª ﷺ",
        &words_of(tokenize("½ x² H₂O ① ™ № 20℃ ª ﷺ", Tokenizer::Default)).join(" "),
    );
}

#[test]
fn a_hyphen_at_the_end_of_a_line_is_the_words_own_unless_it_is_a_soft_one() {
    reads(
        "a won\u{ad}\nder, a won\u{ad}\r\nder, do\u{ad}\nn't",
        "a wonder , a wonder , do n't",
    );
    reads(
        "a won-\nder, so\u{ad}\n- or\u{ad}\n\nelse",
        "a won - der , so - or else",
    );
}

#[test]
fn joiners_stay_where_they_show() {
    for text in [
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 👍🏽 ❤\u{fe0f}\u{200d}🔥 🇫🇷🇩🇪 1\u{fe0f}\u{20e3} 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "क्\u{200d}ष र्\u{200d}य ന്\u{200d} ශ්\u{200d}රී",
        "می\u{200c}خواهم کتاب\u{200c}ها را",
        "مرحبا بالعالم 한국어 İstanbul ılık",
    ] {
        assert_eq!(
            tokenize(text, Tokenizer::Typed),
            tokenize(text, Tokenizer::Default),
            "{text}"
        );
    }
    reads(
        "کتاب\u{200c} را، کتاب\u{200c}\u{200c}ها",
        "کتاب را ، کتاب\u{200c}ها",
    );
    // Jamo, a dotted I of two characters, and a mark without a letter.
    reads(
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}, I\u{307}stanbul",
        "한국어 , i\u{307}stanbul",
    );
    reads("\u{301}", "\u{301}");
    // A joiner behind a letter whose dot comes behind the virama once they are taken apart.
    for text in ["\u{130}\u{94d}\u{200d}", "I\u{94d}\u{307}\u{200d}"] {
        reads(text, "i\u{94d}\u{307}");
    }
    reads("fi\u{e0066}lm \u{202a}good\u{202c}\u{200e}", "film good");
}

/// The text with something invisible after each grapheme cluster, by turns.
fn with_hidden(text: &str, hidden: &[&str]) -> String {
    text.graphemes(true)
        .zip(hidden.iter().cycle())
        .flat_map(|(grapheme, hidden)| [grapheme, hidden])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    /// All that [`Tokenizer::Typed`] reads as something else is left out.
    #[test]
    fn text_without_such_characters_is_read_as_by_default(
        text in r#"([a-zA-Z0-9 .,;:!?'"’“”„«»…–—éñßİıאبक漢힣👍½²™/&<>*_$%()-]|n't|<br />|'s|’s|\n){0,30}"#
    ) {
        prop_assert_eq!(tokenize(&text, Tokenizer::Typed), tokenize(&text, Tokenizer::Default));
    }

    #[test]
    fn what_no_one_sees_makes_no_difference(
        text in "([a-zé .,!?'`´ﬁｎ-]|n't|'s|👍|漢){0,16}",
        hidden in prop::collection::vec(
            prop::sample::select(vec!["", "\u{ad}", "\u{200b}", "\u{2060}", "\u{feff}", "\u{200c}", "\u{200e}"]), 1..9)
    ) {
        prop_assert_eq!(words(&with_hidden(&text, &hidden)), words(&text));
    }

    #[test]
    fn accents_may_be_composed_or_not(text in hostile_text()) {
        let [composed, decomposed] = [text.nfc().collect::<String>(), text.nfd().collect()];
        prop_assert_eq!(words(&composed), words(&decomposed));
    }

    /// So that data that are cut already give the words that the same text does when it is typed.
    #[test]
    fn a_word_by_itself_is_read_as_in_its_text(text in hostile_text()) {
        for token in tokenize(&text, Tokenizer::Typed) {
            prop_assert_eq!(&Tokenizer::Typed.normalise(&text[token.utf8]), &token.word);
            prop_assert_eq!(&Tokenizer::Typed.normalise(&token.word), &token.word);
            prop_assert!(is_nfc(&token.word));
        }
    }
}
