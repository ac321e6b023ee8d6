//! What a change does: an explanation before it, beside the one after it. Either parts of the model were switched off
//! or turned up, or the text was edited.

use serde::Serialize;

use super::evidence::margin_factor;
use super::sentences::{list, margin_name, percent, signed};
use super::{Evidence, Explanation, Prediction};

/// Both explanations, word by word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// Index of the class that was predicted before: all amounts are towards it, as [`Margin`](super::Margin).
    pub class: usize,
    /// Its probability before and after.
    pub probabilities: [f32; 2],
    /// Its margin before and after.
    pub margins: [f64; 2],
    /// By how much the margin changes.
    pub gain: f64,
    /// The part of that which is of no word: of positions, biases and padding.
    pub rest: f64,
    /// The words of both texts in reading order, those in common once.
    pub words: Vec<WordChange>,
    /// By how much what the neurons say changes at the places of the words concerned: the largest owners of the
    /// changed neurons, and words whose gate is closed. `None` if no word is concerned.
    pub own: Option<f64>,
    /// By how much it changes at all other places, padding's among them: what the rest of the text loses.
    pub others: f64,
    /// The same in words.
    pub says: String,
}

/// A word before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordChange {
    /// The word.
    pub text: String,
    /// Its number before; `None` if it is new.
    pub before: Option<usize>,
    /// Its number after; `None` if it is gone.
    pub after: Option<usize>,
    /// What it contributes before and after; 0 where it is not there.
    pub contributions: [f64; 2],
    /// By how much that changes.
    pub gain: f64,
    /// By how much what the neurons say at its place changes.
    pub said: f64,
}

/// Changes that add up to less than this mean nothing.
const LEAST: f64 = 1e-6;

/// Words that a sentence names.
const NAMED: usize = 3;

impl BeforeAfter {
    /// Compares two explanations of one model; `None` if one of the texts has no words.
    pub fn of(before: &Explanation, after: &Explanation) -> Option<Self> {
        let class = before.predicted()?;
        let (prediction, answer) = (before.prediction.as_ref()?, after.prediction.as_ref()?);
        let parts = [before.evidence.as_ref()?, after.evidence.as_ref()?];
        let amounts = Amounts { class, parts };
        let words = amounts.words(before, after);
        let concerned = concerned(before, after);
        let said = |of_own: bool| -> f64 {
            let words = words.iter();
            let words = words.filter(|word| is_concerned(word, &concerned) == of_own);
            words.map(|word| word.said).sum()
        };
        let own = (!concerned.is_empty()).then(|| said(true));
        let others = said(false) + amounts.change(|parts| &parts.padding_places);
        let margins = parts.map(|parts| amounts.of(&parts.logits));
        let mut found = Self {
            class,
            probabilities: [prediction, answer].map(|one| one.probabilities[class]),
            gain: margins[1] - margins[0],
            rest: margins[1] - margins[0] - words.iter().map(|word| word.gain).sum::<f64>(),
            margins,
            words,
            own,
            others,
            says: String::new(),
        };
        found.says = found.in_words(answer, &concerned);
        Some(found)
    }

    /// What happened to the answer, and where.
    fn in_words(&self, answer: &Prediction, concerned: &[usize]) -> String {
        let class = &answer.classes[self.class];
        let [before, after] = self.probabilities.map(percent);
        let name = margin_name(answer.classes.len());
        let flipped = match answer.predicted == self.class {
            true => String::new(),
            false => format!(", so {}", answer.class()),
        };
        let answered = format!(
            "{class} {before} → {after}{flipped}; its {name} changes by {}.",
            signed(self.gain)
        );
        let places = match (self.own, self.is_edit()) {
            (_, true) => self.edit(),
            (Some(own), false) => {
                let words = self.words.iter();
                let names = words.filter(|word| is_concerned(word, concerned));
                format!(
                    "What the neurons say changes by {} at the place of {}, and by {} at all others.",
                    signed(own),
                    named(names.map(|word| word.text.as_str())),
                    signed(self.others),
                )
            }
            (None, false) if self.gain.abs() < LEAST && self.others.abs() < LEAST => {
                "It fires at no word of this text, or says nothing there.".to_owned()
            }
            (None, false) => format!(
                "What the neurons say changes by {} over all places.",
                signed(self.others)
            ),
        };
        format!("{answered} {places}")
    }

    /// Whether the text is another one.
    fn is_edit(&self) -> bool {
        self.words
            .iter()
            .any(|word| word.before.is_none() || word.after.is_none())
    }

    /// What words that came, went and stayed bring.
    fn edit(&self) -> String {
        let part = |what: &str, is_part: fn(&WordChange) -> bool| {
            let words: Vec<&WordChange> = self.words.iter().filter(|word| is_part(word)).collect();
            let sum: f64 = words.iter().map(|word| word.gain).sum();
            let names = named(words.iter().map(|word| word.text.as_str()));
            (!words.is_empty()).then(|| format!("{what} {names}: {}", signed(sum)))
        };
        let new = part("new", |word| word.before.is_none());
        let gone = part("gone", |word| word.after.is_none());
        let stayed = |word: &&WordChange| word.before.is_some() && word.after.is_some();
        let common: f64 = self.words.iter().filter(stayed).map(|word| word.gain).sum();
        let common = Some(format!("the words in common: {}", signed(common)));
        let rest = Some(format!("positions and biases: {}", signed(self.rest)));
        let parts = [new, gone, common, rest].into_iter().flatten();
        let parts: Vec<String> = parts.collect();
        format!("Of this, {}.", parts.join("; "))
    }
}

/// Parts of the margin of a class, before and after.
struct Amounts<'a> {
    class: usize,
    parts: [&'a Evidence; 2],
}

impl Amounts<'_> {
    /// The part of the margin that these centred logits are.
    fn of(&self, of_classes: &[f32]) -> f64 {
        f64::from(of_classes[self.class]) * margin_factor(of_classes.len()) + 0.0
    }

    /// By how much a part changes.
    fn change(&self, part: impl Fn(&Evidence) -> &Vec<f32>) -> f64 {
        let [before, after] = self.parts.map(|parts| self.of(part(parts)));
        after - before
    }

    fn words(&self, before: &Explanation, after: &Explanation) -> Vec<WordChange> {
        let [old, new] = [before, after].map(|explanation| &explanation.words);
        let texts = [old, new].map(|words| words.iter().map(|word| word.text.as_str()).collect());
        let row = |(before, after): (Option<usize>, Option<usize>)| {
            let at = [before, after];
            let part = |rows: fn(&Evidence) -> &Vec<Vec<f32>>| {
                [0, 1]
                    .map(|side| at[side].map_or(0.0, |word| self.of(&rows(self.parts[side])[word])))
            };
            let said = part(|parts| &parts.words);
            let word = before.map_or_else(|| &new[after.unwrap_or_default()], |word| &old[word]);
            let contributions = part(|parts| &parts.contributions);
            WordChange {
                text: word.text.clone(),
                before,
                after,
                gain: contributions[1] - contributions[0],
                contributions,
                said: said[1] - said[0],
            }
        };
        aligned(&texts).into_iter().map(row).collect()
    }
}

/// Numbers of the words before whose neurons or gates are changed.
fn concerned(before: &Explanation, after: &Explanation) -> Vec<usize> {
    let changes = &after.changes;
    let allocation = &before.allocation;
    let columns = allocation.neurons.iter().zip(&allocation.owner);
    let owners = columns
        .filter(|(neuron, _)| changes.neurons.contains_key(&(**neuron as usize)))
        .map(|(_, &owner)| owner as usize);
    let mut words: Vec<usize> = owners.chain(changes.words.iter().copied()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn is_concerned(word: &WordChange, concerned: &[usize]) -> bool {
    word.before
        .is_some_and(|word| concerned.binary_search(&word).is_ok())
}

/// Some words in quotes, and how many more there are.
fn named<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    let first = words.iter().take(NAMED);
    let mut names: Vec<String> = first.map(|word| format!("“{word}”")).collect();
    match words.len().saturating_sub(NAMED) {
        0 => {}
        1 => names.push("1 other word".to_owned()),
        more => names.push(format!("{more} other words")),
    }
    list(&names)
}

/// The numbers of two texts' words side by side, along a longest common subsequence.
fn aligned([old, new]: &[Vec<&str>; 2]) -> Vec<(Option<usize>, Option<usize>)> {
    let width = new.len() + 1;
    // How many words the rests from i and from k have in common.
    let mut common = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for k in (0..new.len()).rev() {
            common[i * width + k] = match old[i] == new[k] {
                true => common[(i + 1) * width + k + 1] + 1,
                false => common[(i + 1) * width + k].max(common[i * width + k + 1]),
            };
        }
    }
    let (mut i, mut k) = (0, 0);
    let mut pairs = Vec::new();
    while i < old.len() || k < new.len() {
        if i < old.len() && k < new.len() && old[i] == new[k] {
            pairs.push((Some(i), Some(k)));
            (i, k) = (i + 1, k + 1);
        } else if k == new.len()
            || (i < old.len() && common[(i + 1) * width + k] >= common[i * width + k + 1])
        {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(k)));
            k += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Allocation, Changes, Word};

    /// Words with their contributions and with what is said at their places, towards the second of two classes.
    fn explanation(words: &[(&str, f32, f32)], probability: f32) -> Explanation {
        let rows = |of: fn(&(&str, f32, f32)) -> f32| {
            words.iter().map(|word| vec![-of(word), of(word)]).collect()
        };
        let total: f32 = words.iter().map(|word| word.1).sum();
        let classes = ["negative", "positive"].map(String::from);
        Explanation {
            prediction: Some(Prediction::of(
                &classes,
                vec![1.0 - probability, probability],
            )),
            words: words
                .iter()
                .map(|(text, ..)| Word {
                    text: (*text).to_owned(),
                    ..Word::default()
                })
                .collect(),
            evidence: Some(Evidence {
                classes: classes.to_vec(),
                logits: vec![-total, total],
                contributions: rows(|word| word.1),
                words: rows(|word| word.2),
                padding_places: vec![-0.125, 0.125],
                ..Evidence::default()
            }),
            allocation: Allocation {
                neurons: vec![7, 4, 9],
                owner: vec![0, 1, 1],
                ..Allocation::default()
            },
            ..Explanation::default()
        }
    }

    #[test]
    fn what_is_lost_is_split_by_whose_neurons_they_are() {
        let before = explanation(&[("good", 1.0, 0.5), ("film", 0.5, 1.0)], 0.95);
        let mut after = explanation(&[("good", 0.75, 0.25), ("film", 0.25, 0.125)], 0.88);
        after.changes = "neuron:4 neuron:9=0.5".parse::<Changes>().unwrap();
        let found = BeforeAfter::of(&before, &after).unwrap();
        assert_eq!((found.class, found.probabilities), (1, [0.95, 0.88]));
        // Log-odds are twice the centred logits.
        assert_eq!(found.margins, [3.0, 2.0]);
        assert_eq!((found.own, found.others), (Some(-1.75), -0.5));
        assert_eq!(
            found.says,
            "positive 95.0 % → 88.0 %; its log-odds changes by −1.00. What the neurons say changes by −1.75 at the place of “film”, and by −0.50 at all others."
        );
        assert_eq!(found.words[0].contributions, [2.0, 1.5]);
    }

    #[test]
    fn a_head_concerns_no_word() {
        let before = explanation(&[("good", 1.0, 0.5)], 0.95);
        let mut after = explanation(&[("good", 0.75, 0.25)], 0.4);
        after.changes = "head:1".parse::<Changes>().unwrap();
        let found = BeforeAfter::of(&before, &after).unwrap();
        assert_eq!((found.own, found.others), (None, -0.5));
        assert!(
            found.says.contains("→ 40.0 %, so negative"),
            "{}",
            found.says
        );
    }

    #[test]
    fn an_edit_is_told_by_words_that_came_went_and_stayed() {
        let before = explanation(&[("not", -1.0, 0.0), ("good", 1.5, 0.0)], 0.6);
        let after = explanation(&[("very", 0.25, 0.0), ("good", 2.0, 0.0)], 0.9);
        let found = BeforeAfter::of(&before, &after).unwrap();
        let places: Vec<_> = found.words.iter().map(|w| (w.before, w.after)).collect();
        assert_eq!(
            places,
            [(Some(0), None), (None, Some(0)), (Some(1), Some(1))]
        );
        assert!(
            found.says.ends_with(
                "Of this, new “very”: +0.50; gone “not”: +2.00; the words in common: +1.00; positions and biases: 0.00."
            ),
            "{}",
            found.says
        );
    }

    #[test]
    fn without_words_there_is_nothing_to_compare() {
        let some = explanation(&[("good", 1.0, 0.5)], 0.9);
        assert_eq!(BeforeAfter::of(&some, &Explanation::default()), None);
        assert_eq!(BeforeAfter::of(&Explanation::default(), &some), None);
    }

    #[test]
    fn words_in_common_stand_side_by_side() {
        let texts = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        let pairs = aligned(&[texts("a b c d"), texts("a c x d")]);
        let expected = [
            (Some(0), Some(0)),
            (Some(1), None),
            (Some(2), Some(1)),
            (None, Some(2)),
            (Some(3), Some(3)),
        ];
        assert_eq!(pairs, expected);
        assert_eq!(aligned(&[vec![], vec!["a"]]), [(None, Some(0))]);
    }

    #[test]
    fn many_words_are_counted() {
        assert_eq!(named(["a"].into_iter()), "“a”");
        assert_eq!(named(["a", "b"].into_iter()), "“a” and “b”");
        assert_eq!(
            named(["a", "b", "c", "d", "e"].into_iter()),
            "“a”, “b”, “c” and 2 other words"
        );
    }
}
