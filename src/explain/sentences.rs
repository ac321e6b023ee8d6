//! What an explanation says, in sentences for people.

use serde::Serialize;

use super::{Evidence, Explanation, Margin, Prediction, margin_factor};

/// The sentences of one explanation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sentences {
    /// What each word does, without its name and a full stop, `n`: "owns 65.3 neurons and adds 2.13
    /// towards positive".
    pub words: Vec<String>,
    /// What has a part in the prediction besides the words.
    pub parts: Vec<Part>,
    /// What the words and these parts add up to; `None` for a text without words.
    pub sum: Option<String>,
    /// What has to be known to read the numbers.
    pub remarks: Vec<String>,
}

/// A part of the margin that is no word's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its name: "positions", "padding" or "biases".
    pub title: &'static str,
    /// How much of the margin it is, as [`Margin`].
    pub amount: f64,
    /// The same in words, without a full stop: "biases count 0.25 against positive".
    pub says: String,
}

impl Part {
    /// The parts of a margin; what is exactly 0 has none.
    pub fn all(evidence: &Evidence) -> Vec<Self> {
        let Margin {
            class,
            positions,
            padding,
            bias,
            ..
        } = evidence.margin;
        let class = &evidence.classes[class];
        let parts = [
            ("positions", positions),
            ("padding", padding),
            ("biases", bias),
        ];
        let some = parts.into_iter().filter(|(_, amount)| *amount != 0.0);
        some.map(|(title, amount)| {
            let verbs = if title == "padding" { ONE } else { SEVERAL };
            Self {
                title,
                amount,
                says: format!("{title} {}", towards(amount, class, verbs)),
            }
        })
        .collect()
    }
}

impl Sentences {
    /// The sentences of `explanation`.
    pub fn of(explanation: &Explanation) -> Self {
        let (Some(evidence), Some(prediction)) = (&explanation.evidence, &explanation.prediction)
        else {
            return Self::default();
        };
        let class = &evidence.classes[evidence.margin.class];
        let words = explanation.words.iter().map(|word| {
            let does = towards(word.contribution, class, ONE);
            format!("owns {:.1} neurons and {does}", word.neurons)
        });
        let parts = Part::all(evidence);
        let remarks = [past(evidence), blocks(explanation.layer)];
        Self {
            words: words.collect(),
            sum: Some(sum(evidence, &parts, prediction)),
            parts,
            remarks: remarks.into_iter().flatten().collect(),
        }
    }
}

/// What a model makes of a text with and without one of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// The answer to the whole text.
    pub whole: Prediction,
    /// The answer when the word is deleted and the others close up.
    pub without: Prediction,
}

impl Deletion {
    /// What is left to the class that was predicted for the whole text.
    pub fn probability(&self) -> f32 {
        self.without.probabilities[self.whole.predicted]
    }

    /// The same in words: "with the word deleted: 34.2 % positive, so negative".
    pub fn in_words(&self) -> String {
        let Self { whole, without } = self;
        let left = percent(self.probability());
        let deleted = format!("with the word deleted: {left} {}", whole.class());
        if without.predicted == whole.predicted {
            deleted
        } else {
            format!("{deleted}, so {}", without.class())
        }
    }
}

/// What a margin is called.
pub fn margin_name(classes: usize) -> &'static str {
    if margin_factor(classes) == 2.0 {
        "log-odds"
    } else {
        "centred logit"
    }
}

/// What one or several things do that go towards a class, and against it.
const ONE: [&str; 2] = ["adds", "counts"];
const SEVERAL: [&str; 2] = ["add", "count"];

/// Which way an amount of a margin goes.
fn towards(amount: f64, class: &str, [add, count]: [&str; 2]) -> String {
    let size = format!("{:.2}", amount.abs());
    if size == "0.00" {
        format!("{count} neither for nor against {class}")
    } else if amount > 0.0 {
        format!("{add} {size} towards {class}")
    } else {
        format!("{count} {size} against {class}")
    }
}

/// What adds up to the margin.
fn sum(evidence: &Evidence, parts: &[Part], prediction: &Prediction) -> String {
    let margin = &evidence.margin;
    let mut all = vec![format!("The words bring {}", signed(margin.words))];
    let parts = parts.iter();
    all.extend(parts.map(|part| format!("{} {}", part.title, signed(part.amount))));
    let class = margin.class;
    format!(
        "{}: {} in all, the {} of {} ({}).",
        list(&all),
        signed(margin.total),
        margin_name(evidence.classes.len()),
        evidence.classes[class],
        percent(prediction.probabilities[class]),
    )
}

/// How much of the margin the neurons do not say; `None` where they say all but the head's bias.
fn past(evidence: &Evidence) -> Option<String> {
    let margin = &evidence.margin;
    let some = evidence.past.iter().any(|&past| past != 0.0);
    some.then(|| {
        format!(
            "Of this the neurons write {} and the head’s bias {}; {} goes past the neurons, along \
             the residual stream.",
            signed(margin.neurons),
            signed(margin.head_bias),
            signed(margin.past),
        )
    })
}

/// What a word's contribution is where the explained block, `layer`, is not the only one.
fn blocks(layer: usize) -> Option<String> {
    (layer > 0).then(|| {
        format!(
            "Of the {} blocks the last is explained: a word’s contribution is what its row of that \
             block’s input brings, and its position is part of it.",
            layer + 1
        )
    })
}

/// An amount of a margin with its sign.
pub fn signed(amount: f64) -> String {
    let size = format!("{:.2}", amount.abs());
    match (size.as_str(), amount > 0.0) {
        ("0.00", _) => size,
        (_, true) => format!("+{size}"),
        (_, false) => format!("−{size}"),
    }
}

fn percent(part: f32) -> String {
    format!("{:.1} %", 100.0 * part)
}

/// "a", "a and b", "a, b and c".
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Word;

    /// An explanation of two words, for the first of `names`.
    fn explanation(names: &[&str], past: f32, layer: usize) -> Explanation {
        let classes: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let word = |contribution: f64| Word {
            neurons: 65.31,
            contribution,
            ..Word::default()
        };
        let margin = Margin {
            class: 0,
            total: 1.5,
            words: 2.0,
            bias: -0.25,
            positions: -0.25,
            neurons: 0.5,
            head_bias: 0.25,
            past: 0.75,
            ..Margin::default()
        };
        let probabilities = [vec![0.75, 0.25], vec![0.0; names.len() - 2]].concat();
        Explanation {
            prediction: Some(Prediction::of(&classes, probabilities)),
            words: vec![word(2.125), word(-0.125), word(0.001)],
            layer,
            evidence: Some(Evidence {
                classes,
                past: vec![past; names.len()],
                margin,
                ..Evidence::default()
            }),
            ..Explanation::default()
        }
    }

    #[test]
    fn a_word_owns_neurons_and_goes_one_way() {
        let said = Sentences::of(&explanation(&["positive", "negative"], 0.0, 0));
        assert_eq!(
            said.words,
            [
                "owns 65.3 neurons and adds 2.12 towards positive",
                "owns 65.3 neurons and counts 0.12 against positive",
                "owns 65.3 neurons and counts neither for nor against positive",
            ]
        );
        assert_eq!(said.remarks, [""; 0]);
    }

    #[test]
    fn the_sum_names_what_it_is_made_of() {
        let two = Sentences::of(&explanation(&["positive", "negative"], 0.0, 0));
        assert_eq!(
            two.sum.unwrap(),
            "The words bring +2.00, positions −0.25 and biases −0.25: +1.50 in all, the log-odds of positive (75.0 %)."
        );
        let titles: Vec<&str> = two.parts.iter().map(|part| part.title).collect();
        assert_eq!(titles, ["positions", "biases"]);
        assert_eq!(two.parts[1].says, "biases count 0.25 against positive");
        let three = Sentences::of(&explanation(&["good", "bad", "odd"], 0.0, 0));
        assert!(
            three
                .sum
                .unwrap()
                .ends_with("the centred logit of good (75.0 %).")
        );
    }

    #[test]
    fn what_goes_past_the_neurons_is_told_and_what_several_blocks_mean() {
        let said = Sentences::of(&explanation(&["positive", "negative"], 0.375, 1));
        assert_eq!(
            said.remarks[0],
            "Of this the neurons write +0.50 and the head’s bias +0.25; +0.75 goes past the neurons, along the residual stream."
        );
        assert!(said.remarks[1].starts_with("Of the 2 blocks the last is explained"));
    }

    #[test]
    fn a_text_without_words_says_nothing() {
        assert_eq!(Sentences::of(&Explanation::default()), Sentences::default());
    }

    #[test]
    fn a_deletion_says_what_is_left_and_what_is_said_instead() {
        let classes = ["positive", "negative"].map(String::from);
        let prediction = |p: f32| Prediction::of(&classes, vec![p, 1.0 - p]);
        let without = |p: f32| Deletion {
            whole: prediction(0.9),
            without: prediction(p),
        };
        assert_eq!(
            without(0.75).in_words(),
            "with the word deleted: 75.0 % positive"
        );
        assert_eq!(
            without(0.25).in_words(),
            "with the word deleted: 25.0 % positive, so negative"
        );
        assert_eq!(without(0.25).probability(), 0.25);
    }
}
