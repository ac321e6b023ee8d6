//! Typed text against the Stanford Sentiment Treebank's words.

use std::path::Path;

use safr::text::{Tokenizer, sst, tokenize};

/// Two ways in which people type what the treebank writes as ``, '', -- and so on.
struct Hand {
    quotes: [&'static str; 2],
    single_quotes: [&'static str; 2],
    apostrophe: &'static str,
    dots: &'static str,
    dash: &'static str,
}

const KEYBOARD: Hand = Hand {
    quotes: ["\"", "\""],
    single_quotes: ["'", "'"],
    apostrophe: "'",
    dots: "...",
    dash: " -- ",
};
const TYPESET: Hand = Hand {
    quotes: ["“", "”"],
    single_quotes: ["‘", "’"],
    apostrophe: "’",
    dots: "…",
    dash: "—",
};

/// Writes the treebank's tokens as a person would type the sentence: marks and
/// contractions attached to their words.
fn type_out(leaves: &[&str], hand: &Hand) -> String {
    let mut text = String::new();
    let mut open_quote = false;
    let mut glue = true;
    for leaf in leaves {
        let (before, source, after) = match *leaf {
            "-LRB-" | "``" | "`" | "$" | "#" => (" ", *leaf, ""),
            "--" => ("", *leaf, ""),
            "n't" | "-RRB-" | "''" | "'" | "..." | "," | "." | ":" | ";" | "?" | "!" | "%" => {
                ("", *leaf, " ")
            }
            clitic @ ("'s" | "'re" | "'ve" | "'ll" | "'d" | "'m") => ("", clitic, " "),
            word => (" ", word, " "),
        };
        let typed = match source {
            "-LRB-" => "(".to_owned(),
            "-RRB-" => ")".to_owned(),
            "``" => hand.quotes[0].to_owned(),
            "''" => hand.quotes[1].to_owned(),
            "`" => hand.single_quotes[0].to_owned(),
            "'" if open_quote => hand.single_quotes[1].to_owned(),
            "..." => hand.dots.to_owned(),
            "--" => hand.dash.to_owned(),
            word => word.replace('\\', "").replace('\'', hand.apostrophe),
        };
        open_quote = source == "`" || open_quote && source != "'";
        if !glue {
            text.push_str(before);
        }
        text.push_str(&typed);
        glue = after.is_empty();
    }
    text
}

/// The treebank's tokens as they stand in a line of its file.
fn raw_leaves(line: &str) -> Vec<&str> {
    line.split(' ')
        .filter(|part| part.ends_with(')'))
        .map(|part| part.trim_end_matches(')'))
        .collect()
}

/// Length of the longest common subsequence: the words that agree.
fn agreeing(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// Types out the sentences of a file of trees in each way, and counts the words that come out of the
/// typed text as they stand in the trees: those that do, and all, of both sides. Prints each sentence in
/// which one does not.
pub(crate) fn agreement(trees: &Path) -> Vec<(&'static str, usize, usize)> {
    let lines = std::fs::read_to_string(trees).unwrap();
    let trees = sst::read_trees(trees, Tokenizer::Typed).unwrap();
    let count = |(name, hand): (&'static str, Hand)| {
        let (mut agree, mut all) = (0, 0);
        for (line, tree) in lines.lines().zip(&trees) {
            let typed = type_out(&raw_leaves(line), &hand);
            let words: Vec<String> = tokenize(&typed, Tokenizer::Typed)
                .into_iter()
                .map(|token| token.word)
                .collect();
            let same = agreeing(&words, tree.leaves());
            agree += 2 * same;
            all += words.len() + tree.leaves().len();
            if same < words.len().max(tree.leaves().len()) {
                println!(
                    "{name}: {typed}\n  {}\n  {}",
                    words.join(" "),
                    tree.leaves().join(" ")
                );
            }
        }
        (name, agree, all)
    };
    [("keyboard", KEYBOARD), ("typeset", TYPESET)]
        .map(count)
        .to_vec()
}
