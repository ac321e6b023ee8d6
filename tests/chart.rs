//! Figures of made-up explanations, histories and comparisons: whole, well-formed, and the same every
//! time.

use roxmltree::Document;
use safr::chart::{Figure, Models, Plane, png, svg};
use safr::evaluate::{
    COMPARISON_VERSION, Compared, Comparison, DataSet, Interval, Section, Summary,
};
use safr::explain::{
    Allocation, Cut, EXPLANATION_VERSION, EpochRecord, Evidence, Explanation, History, Interaction,
    Margin, Matrix, Prediction, Word,
};

/// An explanation of `texts` with `neurons` active neurons, whose tables hold nothing but zeros.
fn explanation(texts: &[&str], neurons: usize) -> Explanation {
    let n = texts.len();
    let classes = ["negative", "positive"].map(String::from).to_vec();
    let word = |text: &&str| Word {
        text: (*text).to_owned(),
        id: 7,
        known: text.len().is_multiple_of(2),
        keep: 0.25,
        neurons: 1.5,
        owned: 1,
        evidence: -0.5,
        contribution: 0.75,
        capacity: 0.5,
        ..Word::default()
    };
    let margin = Margin {
        class: 1,
        total: 0.75 * n as f64 - 0.5,
        words: 0.75 * n as f64,
        bias: -0.5,
        ..Margin::default()
    };
    let pairs = || Matrix::new(n, n, vec![0.0; n * n]);
    Explanation {
        version: EXPLANATION_VERSION,
        model: "safr-sst2".to_owned(),
        text: texts.join(" "),
        changes: Default::default(),
        cut: None,
        prediction: (n > 0).then(|| Prediction {
            classes: classes.clone(),
            probabilities: vec![0.125, 0.875],
            predicted: 1,
        }),
        known: 1.0,
        untrained: false,
        words: texts.iter().map(word).collect(),
        layer: 0,
        layers: Vec::new(),
        evidence: (n > 0).then(|| Evidence {
            classes,
            margin,
            ..Evidence::default()
        }),
        allocation: Allocation {
            said: Vec::new(),
            width: 1024,
            neurons: (0..neurons as u32).collect(),
            owner: (0..neurons).map(|f| (f * n / neurons) as u32).collect(),
            polysemanticity: vec![1.0; neurons],
            shares: Matrix::new(n, neurons, vec![0.0; n * neurons]),
            evidence: Matrix::new(n, neurons, vec![0.0; n * neurons]),
            votes: vec![1; neurons],
        },
        interaction: Interaction {
            sharing: pairs(),
            shared: pairs(),
            evidence_sharing: pairs(),
            contribution: pairs(),
            cosine: pairs(),
            attention: pairs(),
        },
        origin: None,
    }
}

/// `n` different words, and as many neurons a word as would fill the layer.
fn explanation_of(n: usize) -> Explanation {
    let texts: Vec<String> = (0..n).map(|i| format!("word{i}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    explanation(&texts, if n == 0 { 0 } else { 1024 })
}

fn history(epochs: usize) -> History {
    let record = |epoch: usize| EpochRecord {
        epoch,
        step: 216 * epoch,
        train_cross_entropy: 0.7 / epoch as f64,
        dev_cross_entropy: 0.6,
        weighted_importance: 0.1,
        weighted_interaction: 0.2,
        gate_guard: 0.01,
        train_accuracy: 0.9,
        dev_accuracy: 0.8,
        word_keep: 0.3,
        pad_keep: Some(0.05),
        embedding_norm: 16.0,
        attention_entropy: 0.9,
        regularised: 1.0,
        seconds: 30.0,
    };
    History {
        records: (1..=epochs).map(record).collect(),
        ..History::default()
    }
}

/// Every text of the document, in order; fails if it is not well-formed XML.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed XML");
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .map(|node| node.text().unwrap_or_default().trim().to_owned())
        .collect()
}

/// Number of elements with the name `tag`.
fn count(svg: &str, tag: &str) -> usize {
    let document = Document::parse(svg).expect("well-formed XML");
    document
        .descendants()
        .filter(|node| node.has_tag_name(tag))
        .count()
}

/// Width and height that the header of a PNG file names.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(bytes[12..16], *b"IHDR");
    assert_eq!(
        bytes[bytes.len() - 8..bytes.len() - 4],
        *b"IEND",
        "the file is whole"
    );
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn every_word_is_named_in_each_panel() {
    for n in [1, 5, 20] {
        let texts = texts(&svg(&explanation_of(n)).unwrap());
        for i in 0..n {
            let word = format!("word{i}");
            let named = texts.iter().filter(|text| **text == word).count();
            // The lines of what words add and of words, the allocation's row, row and column of both
            // interaction maps; its group where that is wide enough.
            assert!(
                (7..=8).contains(&named),
                "{word} of {n} stands {named} times"
            );
        }
    }
}

#[test]
fn a_long_text_names_its_words_once_a_list_and_numbers_its_pairs() {
    let texts = texts(&svg(&explanation_of(128)).unwrap());
    for i in 0..128 {
        assert_eq!(
            texts
                .iter()
                .filter(|text| **text == format!("word{i}"))
                .count(),
            3
        );
    }
    assert!(texts.iter().filter(|text| *text == "120").count() >= 5);
}

#[test]
fn the_head_says_what_was_read_and_predicted() {
    let mut cut = explanation(&["a", "fine", "film"], 9);
    cut.cut = Some(Cut {
        at: 11,
        read: 3,
        total: 40,
    });
    let texts = texts(&svg(&cut).unwrap());
    let expected = [
        "“a fine film”",
        "positive 0.875",
        "negative 0.125",
        "Model safr-sst2 read the first 3 of 40 words; 9 of 1024 neurons are active.",
    ];
    assert_eq!(texts[..4], expected);
}

#[test]
fn the_head_doubts_what_is_predicted_of_unknown_words() {
    let whole = explanation(&["zyx", "yxz"], 9);
    let doubted = Explanation {
        known: 0.0,
        ..whole.clone()
    };
    let [whole, doubted] = [whole, doubted].map(|explanation| svg(&explanation).unwrap());
    let reading = "Model safr-sst2 read 2 words; 9 of 1024 neurons are active.";
    assert_eq!(texts(&whole)[3], reading);
    let said = &texts(&doubted)[3];
    assert!(said.starts_with("The model knows none of these words: "));
    assert!(said.ends_with(reading));
    let bold = |svg: &str| svg.matches("bold").count();
    assert_eq!(bold(&whole), bold(&doubted) + 1);
}

/// Cells too faint to be seen are not drawn, so that all others can be counted.
#[test]
fn every_value_is_a_cell() {
    let empty = explanation_of(5);
    let cells_of = |explanation: &Explanation| {
        count(&svg(explanation).unwrap(), "rect") - count(&svg(&empty).unwrap(), "rect")
    };
    let mut said = empty.clone();
    said.allocation.evidence.values.fill(-0.2);
    assert_eq!(cells_of(&said), 5 * 1024);
    let mut sharing = empty.clone();
    sharing.interaction.sharing.values[3..10].fill(0.5);
    sharing.interaction.shared.values[3..10].fill(2.0);
    assert_eq!(cells_of(&sharing), 7);
    let mut attention = empty.clone();
    attention
        .interaction
        .attention
        .values
        .iter_mut()
        .for_each(|weight| *weight = 0.2);
    assert_eq!(cells_of(&attention), 25);
}

/// Height and top edge of the rectangles of the colours of bars, in the order of the words.
fn bars(svg: &str, color: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(svg).expect("well-formed XML");
    let rectangles = document.descendants().filter(|node| {
        node.has_tag_name("rect") && node.attribute("fill").is_some_and(|fill| fill == color)
    });
    let number = |node: &roxmltree::Node, name| node.attribute(name).unwrap().parse().unwrap();
    rectangles
        .map(|node| (number(&node, "height"), number(&node, "y")))
        .collect()
}

#[test]
fn what_a_word_adds_is_a_bar_up_or_down() {
    let mut explanation = explanation(&["fine", "dull", "film"], 0);
    let amounts = [2.0, -1.0, 0.5];
    for (word, amount) in explanation.words.iter_mut().zip(amounts) {
        word.contribution = amount;
    }
    let svg = svg(&explanation).unwrap();
    // "fine" and "film" go up from their text, "dull" and the biases down from theirs.
    let [up, down] = ["#2662A4", "#9C5C0C"].map(|color| bars(&svg, color));
    let [heights_up, heights_down] = [&up, &down].map(|bars| -> Vec<f64> {
        let heights = bars.iter().map(|(height, _)| height / up[0].0);
        heights.map(|part| (100.0 * part).round() / 100.0).collect()
    });
    assert_eq!(
        (heights_up, heights_down),
        (vec![1.0, 0.25], vec![0.5, 0.25])
    );
    assert_eq!(up[0].0 + up[0].1, up[1].0 + up[1].1);
    assert_eq!(down[0].1, down[1].1);
    assert!(down[0].1 > up[0].0 + up[0].1);
    let texts = texts(&svg);
    for number in ["+2.00", "−1.00", "+0.50", "−0.50", "+ biases"] {
        assert!(
            texts.iter().any(|text| text == number),
            "{number} is missing"
        );
    }
    assert!(texts.contains(
        &"The words bring +2.25 and biases −0.50: +1.75 in all, the log-odds of positive (87.5 %).".to_owned()
    ));
}

#[test]
fn hostile_texts_are_escaped_shortened_or_replaced() {
    let long = "interminable".repeat(100_000);
    let hostile = [
        "<img",
        "onerror=\"x\">",
        "&amp;",
        "]]>",
        "a\0b",
        "\u{ffff}",
        "\u{1b}[0m",
        "👨\u{200d}👩\u{200d}👧",
        "e\u{301}\u{301}\u{301}",
        "\u{202e}rtl",
        "شاهدت",
        "映画",
        "\u{301}",
        &long,
    ];
    let explanation = explanation(&hostile, 100);
    let svg = svg(&explanation).unwrap();
    let texts = texts(&svg);
    for word in [
        "<img",
        "onerror=\"x\">",
        "&amp;",
        "]]>",
        "a\u{fffd}b",
        "شاهدت",
        "映画",
    ] {
        assert!(texts.iter().any(|text| text == word), "{word} is missing");
    }
    assert!(svg.len() < 1_000_000);
    png(&explanation).unwrap();
}

#[test]
fn a_text_without_words_is_a_sheet_that_says_so() {
    let texts = texts(&svg(&explanation_of(0)).unwrap());
    assert_eq!(
        texts,
        ["“”", "Model safr-sst2 found no words in this text."]
    );
}

#[test]
fn a_layer_without_active_neurons_says_so() {
    let dead = explanation(&["a", "film"], 0);
    assert!(texts(&svg(&dead).unwrap()).contains(&"No neuron is active.".to_owned()));
}

#[test]
fn a_picture_has_two_pixels_a_unit() {
    for n in [0, 1, 20, 128] {
        let explanation = explanation_of(n);
        let (width, height) = explanation.size();
        let picture = png(&explanation).unwrap();
        assert_eq!(png_size(&picture), (2 * width, 2 * height));
    }
}

#[test]
fn an_svg_is_shown_at_its_size_and_drawn_finer() {
    let explanation = explanation_of(3);
    let svg = svg(&explanation).unwrap();
    let document = Document::parse(&svg).unwrap();
    let attribute = |name| document.root_element().attribute(name).unwrap();
    let (width, height) = explanation.size();
    assert_eq!(attribute("width"), width.to_string());
    assert_eq!(attribute("height"), height.to_string());
    assert_eq!(
        attribute("viewBox"),
        format!("0 0 {} {}", 4 * width, 4 * height)
    );
}

#[test]
fn figures_are_the_same_every_time() {
    let draw = || {
        (
            png(&explanation_of(20)).unwrap(),
            svg(&explanation_of(20)).unwrap(),
            svg(&history(9)).unwrap(),
        )
    };
    assert!(draw() == draw());
}

#[test]
fn every_epoch_is_a_point_on_every_curve() {
    const CURVES: usize = 11;
    for epochs in [1, 2, 14, 100] {
        assert_eq!(
            count(&svg(&history(epochs)).unwrap(), "circle"),
            CURVES * epochs
        );
    }
}

#[test]
fn what_is_not_known_or_not_finite_leaves_a_gap() {
    let mut diverged = history(6);
    diverged.records[2].pad_keep = None;
    diverged.records[4].train_cross_entropy = f64::NAN;
    diverged.records[5].train_cross_entropy = f64::INFINITY;
    let whole = count(&svg(&history(6)).unwrap(), "circle");
    assert_eq!(count(&svg(&diverged).unwrap(), "circle"), whole - 3);
}

#[test]
fn a_history_names_its_best_epoch_or_says_that_there_is_none() {
    let said = |history: &History| texts(&svg(history).unwrap())[1].clone();
    assert_eq!(said(&history(0)), "No epoch is finished yet.");
    assert!(said(&history(3)).starts_with("3 epochs in 90 s; "));
    assert!(said(&history(3)).contains("epoch 1, dev accuracy 0.800"));
}

#[test]
fn a_picture_of_a_history_has_its_size() {
    let (width, height) = history(5).size();
    let picture = png(&history(5)).unwrap();
    assert_eq!(png_size(&picture), (2 * width, 2 * height));
}

#[test]
fn several_models_stand_one_below_the_other() {
    let mut two = [
        explanation(&["good", "film"], 8),
        explanation(&["good", "film"], 8),
    ];
    two[1].model = "plain-sst2".to_owned();
    let models = Models(&two);
    let (width, height) = models.size();
    let (alone, one) = Models(&two[..1]).size();
    assert_eq!(width, alone);
    assert!(height > 2 * (one - 100), "{height} for two, {one} for one");
    let texts = texts(&svg(&models).unwrap());
    for name in ["safr-sst2", "plain-sst2"] {
        let is_named = |text: &&String| text.starts_with(&format!("Model {name} read"));
        assert_eq!(texts.iter().filter(is_named).count(), 1, "{name}");
    }
    assert_eq!(texts.iter().filter(|text| *text == "film").count(), 2);
}

/// Variants with an accuracy, and the half width of its interval; a second measure is as large.
fn comparison(variants: &[(&str, f64, f64)]) -> Comparison {
    let compared = |&(name, mean, half): &(&str, f64, f64)| {
        let measure = |name: &str| Summary {
            section: Section::Prediction,
            name: name.to_owned(),
            mean: Some(mean),
            deviation: None,
            values: vec![Some(mean)],
            texts: vec![9],
        };
        let interval = Some(Interval {
            low: mean - half,
            high: mean + half,
        });
        Compared {
            name: name.to_owned(),
            runs: vec![name.to_owned()],
            measures: vec![measure("accuracy"), measure("macro_f1")],
            intervals: vec![interval; 2],
            differences: vec![None; 2],
        }
    };
    Comparison {
        version: COMPARISON_VERSION,
        data: DataSet {
            task: "sst2".to_owned(),
            part: "test".to_owned(),
            texts: 9,
            drawn: None,
            sha256: "00".to_owned(),
        },
        resamples: 100,
        seed: 0,
        variants: variants.iter().map(compared).collect(),
        contrasts: vec![],
    }
}

#[test]
fn variants_are_crosses_in_a_plane_with_a_letter_each() {
    let comparison = comparison(&[("plain", 0.8, 0.02), ("<safr>", 0.9, 0.01)]);
    let plane = Plane::new(&comparison, "accuracy", "macro_f1").expect("both have both");
    let svg = svg(&plane).unwrap();
    let texts = texts(&svg);
    for text in ["plain", "<safr>", "accuracy", "macro_f1"] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
    for letter in ["A", "B"] {
        // In the plane, and before the name.
        assert_eq!(texts.iter().filter(|text| *text == letter).count(), 2);
    }
    assert_eq!(count(&svg, "circle"), 2);
}

#[test]
fn a_plane_of_a_measure_that_no_variant_has_is_none() {
    let comparison = comparison(&[("plain", 0.8, 0.02)]);
    assert!(Plane::new(&comparison, "accuracy", "spill/all").is_none());
    assert!(Plane::new(&comparison, "accuracy", "macro_f1").is_some());
}
