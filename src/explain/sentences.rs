//! What an explanation says, in sentences for people.

use serde::Serialize;

use super::doubt::doubt;
use super::fact::{fact, foremost};
use super::{Evidence, Explanation, Margin, Prediction, Word, margin_factor};

/// The sentences of one explanation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sentences {
    /// What each word does, without its name and a full stop, `n`: "owns 65.3 neurons and adds 2.13
    /// towards positive".
    pub words: Vec<String>,
    /// What the neurons say at each word's place, and who brings it there, `n`: a word of which little is kept can
    /// own many neurons, since attention brings the others to its place.
    pub places: Vec<String>,
    /// What else has a part in the prediction.
    pub parts: Vec<Part>,
    /// What the words and these parts add up to; `None` for a text without words.
    pub sum: Option<String>,
    /// How many words use the neurons that each word leads, `n`; `None` if it leads none.
    pub facts: Vec<Option<String>>,
    /// The word that contributes most, towards the class or against it.
    pub foremost: Option<usize>,
    /// What people need to know to read the numbers.
    pub remarks: Vec<String>,
    /// Why the prediction says little; `None` if nothing speaks against it.
    pub doubt: Option<String>,
}

/// A part of the margin that belongs to no word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its name: "positions", "padding", "special tokens" or "biases".
    pub title: &'static str,
    /// How much of the margin it is, as [`Margin`].
    pub amount: f64,
    /// The same in words, without a full stop: "biases count 0.25 against positive".
    pub says: String,
}

impl Part {
    /// The parts of an explanation's margin; what is exactly 0 is left out.
    pub fn all(explanation: &Explanation) -> Vec<Self> {
        let Some(evidence) = &explanation.evidence else {
            return Vec::new();
        };
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
            (explanation.padding_name(), padding),
            ("biases", bias),
        ];
        let some = parts.into_iter().filter(|(_, amount)| *amount != 0.0);
        some.map(|(title, amount)| {
            let verbs = if title == PADDING { ONE } else { SEVERAL };
            Self {
                title,
                amount,
                says: format!("{title} {}", towards(amount, class, verbs)),
            }
        })
        .collect()
    }
}

/// What stands at places that are none of a word.
const PADDING: &str = "padding";

impl Explanation {
    /// What the places that are no word's are called: a model that reads pieces pools no padding, but `[CLS]` and
    /// `[SEP]` bring something.
    pub fn padding_name(&self) -> &'static str {
        match self.words.iter().any(|word| !word.pieces.is_empty()) {
            true => "special tokens",
            false => PADDING,
        }
    }
}

/// What each piece of a word of several contributes.
fn opened(word: &Word) -> String {
    if word.pieces.len() < 2 {
        return String::new();
    }
    let pieces = word.pieces.iter();
    let pieces: Vec<String> = pieces
        .map(|piece| format!("“{}” {}", piece.text, signed(piece.contribution)))
        .collect();
    format!(": {}", list(&pieces))
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
            format!(
                "owns {:.1} neurons and {does}{}",
                word.neurons,
                opened(word)
            )
        });
        let parts = Part::all(explanation);
        let remarks = [past(evidence), layers(explanation), parting(explanation)];
        Self {
            words: words.collect(),
            places: (0..explanation.words.len())
                .map(|i| place(explanation, evidence, i))
                .collect(),
            sum: Some(sum(evidence, &parts, prediction)),
            parts,
            facts: (0..explanation.words.len())
                .map(|i| fact(explanation, i))
                .collect(),
            foremost: foremost(&explanation.words),
            remarks: remarks.into_iter().flatten().collect(),
            doubt: doubt(explanation),
        }
    }
}

/// What the neurons say at the place of word `i`. If the head also reads something else, what is
/// brought to a place is more than what they say there.
fn place(explanation: &Explanation, evidence: &Evidence, i: usize) -> String {
    let word = &explanation.words[i];
    let said = format!("At its place the neurons say {}", signed(word.evidence));
    let brought = &explanation.interaction.contribution;
    if brought.rows == 0 || goes_past(evidence) {
        return format!("{said}.");
    }
    let itself = f64::from(brought.at(i, i));
    let all: f64 = brought.row(i).iter().map(|&amount| f64::from(amount)).sum();
    format!(
        "{said}: {} from the word itself, {} from the others, which attention brings there, and {} from \
         positions and biases.",
        signed(itself),
        signed(all - itself),
        signed(word.evidence - all),
    )
}

/// What a margin is called.
pub fn margin_name(classes: usize) -> &'static str {
    if margin_factor(classes) == 2.0 {
        "log-odds"
    } else {
        "centred logit"
    }
}

/// What one thing, or several, do that go towards a class, and against it.
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

/// How much of the margin the neurons do not say; `None` if they say all but the head's bias.
fn past(evidence: &Evidence) -> Option<String> {
    let margin = &evidence.margin;
    goes_past(evidence).then(|| {
        format!(
            "Of this the neurons write {} and the head’s bias {}; {} goes past the neurons, along \
             the residual stream.",
            signed(margin.neurons),
            signed(margin.head_bias),
            signed(margin.past),
        )
    })
}

/// Whether something is said that no neuron says.
fn goes_past(evidence: &Evidence) -> bool {
    evidence.past.iter().any(|&past| past != 0.0)
}

/// What is shown of a model of several layers.
fn layers(explanation: &Explanation) -> Option<String> {
    let (layer, count) = (explanation.layer + 1, explanation.layer_count());
    (count > 1).then(|| {
        format!(
            "The neurons of layer {layer} of {count} are shown; what a word contributes is followed through all \
             of them."
        )
    })
}

/// How far the words' neurons part from layer to layer; `None` if there are not several of both.
fn parting(explanation: &Explanation) -> Option<String> {
    let sharing = explanation.layers.iter().map(|layer| layer.sharing);
    let sharing: Option<Vec<f64>> = sharing.collect();
    let sharing = sharing?.into_iter().map(|part| percent(part as f32));
    let sharing: Vec<String> = sharing.collect();
    (sharing.len() > 1).then(|| {
        format!(
            "From the first layer to the last, two words share {} of their neurons, on average.",
            list(&sharing)
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

/// "34.2 %".
pub(super) fn percent(part: f32) -> String {
    format!("{:.1} %", 100.0 * part)
}

/// "a", "a and b", "a, b and c".
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Matrix, Word};

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
            known: 1.0,
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
    fn who_brings_what_is_said_at_a_place_adds_up_to_it() {
        let mut explanation = explanation(&["positive", "negative"], 0.0, 0);
        explanation.words[1].evidence = 1.0;
        let brought = vec![0.0, 0.0, 0.0, 0.5, 0.125, 0.75, 0.0, 0.0, 0.0];
        explanation.interaction.contribution = Matrix::new(3, 3, brought);
        assert_eq!(
            Sentences::of(&explanation).places[1],
            "At its place the neurons say +1.00: +0.12 from the word itself, +1.25 from the others, which attention brings there, and −0.38 from positions and biases."
        );
        explanation.evidence.as_mut().unwrap().past = vec![0.5, -0.5];
        let alone = "At its place the neurons say +1.00.";
        assert_eq!(Sentences::of(&explanation).places[1], alone);
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
        assert!(said.remarks[1].starts_with("The neurons of layer 2 of 2 are shown"));
    }

    #[test]
    fn where_little_is_known_the_prediction_is_doubted() {
        let doubt = |words: &[(&str, bool)]| {
            let words = words.iter().map(|&(text, known)| Word {
                text: text.into(),
                known,
                ..Word::default()
            });
            let explanation = Explanation {
                known: 0.0,
                words: words.collect(),
                ..explanation(&["positive", "negative"], 0.0, 0)
            };
            Sentences::of(&explanation).doubt.unwrap()
        };
        let one = [("good", true), ("zyx", false), ("yxz", false), (".", true)];
        assert!(doubt(&one).starts_with("The model knows only 1 of these 3 words:"));
        assert!(doubt(&one[1..]).starts_with("The model knows none of these words:"));
        assert!(doubt(&one[3..]).starts_with("There is no word here:"));
        let known = Sentences::of(&explanation(&["positive", "negative"], 0.0, 0));
        assert_eq!(known.doubt, None);
    }

    #[test]
    fn a_text_without_words_says_nothing() {
        assert_eq!(Sentences::of(&Explanation::default()), Sentences::default());
    }
}
