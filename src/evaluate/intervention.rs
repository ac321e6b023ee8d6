//! Whether the neurons of important words are those that the prediction rests on (method §5.8).

use super::EncodedExample;
use super::columns::{Values, columns};
use super::{Column, Section};
use crate::attribute::{Ablated, Part, ablate};
use crate::explain::{
    ByWords, Matrix, TraceNumbers, allocate, argmax, kept, most_kept, word_contributions,
};
use crate::model::{Batch, Classifier, ReadError, Stream};
use crate::text::Encoded;

/// Numbers of neurons that are set to zero, m.
pub const NEURONS: [usize; 3] = [8, 32, 128];
/// Share of the words that are important by rank, at least one.
const IMPORTANT_PART: f64 = 0.2;

/// Names of the groups of neurons, in the order of [`Groups::parts`].
const GROUPS: [&str; 3] = ["important", "others", "random"];

/// Measures on `examples`, text by text, what setting neurons of the last block to zero does to the
/// prediction; `seed` draws the random neurons, and `progress` hears how many texts are done.
///
/// Important words are those with keep ≥ 0.5 or, if there are none, the 20 % with the highest keep,
/// at least one. In columns that begin with `contribution/` they are the 20 % with the largest abs(c_k): so every text
/// of at least two words has important words and others. A neuron belongs to the word with the largest share of it; neurons are taken in order of
/// share times the size of the activation at their word, largest first. `random` neurons are drawn from all active ones.
/// All three groups of a text lose the same number: m, or as many as the smaller of the groups
/// `important` and `others` has. A text is left out if one of them has none.
///
/// | column | of each text |
/// |---|---|
/// | `fall/GROUP/m` | how far the probability of the predicted class falls, for each m of [`NEURONS`] |
/// | `flip/GROUP/m` | 1 if another class is predicted, else 0 |
/// | `neurons/m` | how many neurons were set to zero |
/// | `by_rank` | 1 if no word has keep ≥ 0.5, else 0; not under `contribution/` |
///
/// # Errors
/// If the device was lost or failed.
pub async fn intervention(
    model: &Classifier,
    examples: &[EncodedExample],
    seed: u64,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Column>, ReadError> {
    let device = model.device();
    let layer = model.config.layers - 1;
    let mut stream = Stream::new(seed);
    let mut texts = Vec::with_capacity(examples.len());
    for example in examples {
        let Encoded { ids, places } = example.read(&model.config);
        let batch = Batch::new(&[&ids], &model.config, &device);
        let trace = model.forward(&batch, None);
        let contributions = model.contributions(&trace);
        let trace = trace.read_with(Some(contributions)).await?.swap_remove(0);
        let pass = ByWords::of(&trace, &places);
        let neurons = &pass.trace.layers[layer].neurons;
        let mut values = Values::new();
        for (prefix, importance) in choices(&pass.trace) {
            let groups = Groups::new(neurons, &importance.words, &mut stream);
            let measured = match &groups {
                Some(groups) => {
                    let ablated = ablate(model, &ids, &groups.parts(layer)).await?;
                    Some((groups, ablated, importance.by_rank))
                }
                None => None,
            };
            let of_choice = self::values(measured.as_ref()).into_iter();
            let named = of_choice.map(|(name, value)| (format!("{prefix}{name}"), value));
            values.extend(named.filter(|(name, _)| name != "contribution/by_rank"));
        }
        texts.push(values);
        progress(1);
    }
    Ok(columns(Section::Intervention, &texts))
}

/// The important words by the gate and by contribution, with how the names of their columns begin.
fn choices(trace: &TraceNumbers) -> [(&'static str, Importance); 2] {
    let contributions = word_contributions(trace).unwrap_or_default();
    let size: Vec<f32> = contributions.iter().map(|c| c.abs() as f32).collect();
    [
        ("", Importance::new(&trace.keep)),
        ("contribution/", Importance::by_rank(&size)),
    ]
}

/// Which words of a text are important, and whether the gate or their rank says so.
struct Importance {
    words: Vec<bool>,
    by_rank: bool,
}

impl Importance {
    fn new(keep: &[f32]) -> Self {
        let words = kept(keep);
        if words.contains(&true) {
            return Self {
                words,
                by_rank: false,
            };
        }
        Self::by_rank(keep)
    }

    fn by_rank(scores: &[f32]) -> Self {
        let at_least_one = IMPORTANT_PART.max(1.0 / scores.len() as f64);
        let most = most_kept(scores, at_least_one);
        Self {
            words: most.iter().map(|&part| part > 0.0).collect(),
            by_rank: true,
        }
    }
}

/// A text's active neurons, the first ones to be set to zero first.
#[derive(Debug, PartialEq)]
struct Groups {
    important: Vec<u32>,
    others: Vec<u32>,
    random: Vec<u32>,
}

impl Groups {
    /// Groups the neurons `u`, `n × F`, by whether their owners are `important`; `None` if a group
    /// is empty.
    fn new(u: &Matrix, important: &[bool], stream: &mut Stream) -> Option<Self> {
        let allocation = allocate(u).allocation;
        let weight = |column: usize| {
            let owner = allocation.owner[column] as usize;
            let activation = u.at(owner, allocation.neurons[column] as usize).abs();
            f64::from(allocation.shares.at(owner, column)) * f64::from(activation)
        };
        let mut columns: Vec<usize> = (0..allocation.neurons.len()).collect();
        columns.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
        let (of_important, of_others): (Vec<usize>, Vec<usize>) = columns
            .iter()
            .partition(|&&column| important[allocation.owner[column] as usize]);
        if of_important.is_empty() || of_others.is_empty() {
            return None;
        }
        let neurons = |columns: Vec<usize>| {
            let neuron = |column| allocation.neurons[column];
            columns.into_iter().map(neuron).collect()
        };
        let mut random = allocation.neurons.clone();
        stream.shuffle(&mut random);
        Some(Self {
            important: neurons(of_important),
            others: neurons(of_others),
            random,
        })
    }

    /// How many neurons of each group are set to zero if `most` are asked for.
    fn count(&self, most: usize) -> usize {
        most.min(self.important.len()).min(self.others.len())
    }

    /// For each of [`NEURONS`], those of each of [`GROUPS`].
    fn parts(&self, layer: usize) -> Vec<Part> {
        let groups = [&self.important, &self.others, &self.random];
        let neurons = |most: usize| {
            groups.map(|group| Part::Neurons {
                layer,
                neurons: group[..self.count(most)].to_vec(),
            })
        };
        NEURONS.iter().flat_map(|&most| neurons(most)).collect()
    }
}

/// One text's measures from what its groups did; none of them for a text left out.
fn values(measured: Option<&(&Groups, Ablated, bool)>) -> Values {
    let mut values = Vec::new();
    for (at, &most) in NEURONS.iter().enumerate() {
        for (group, name) in GROUPS.iter().enumerate() {
            let effect = measured.map(|(_, ablated, _)| effect(ablated, at * GROUPS.len() + group));
            values.push((format!("fall/{name}/{most}"), effect.map(|effect| effect.0)));
            values.push((format!("flip/{name}/{most}"), effect.map(|effect| effect.1)));
        }
        let count = measured.map(|(groups, ..)| groups.count(most) as f64);
        values.push((format!("neurons/{most}"), count));
    }
    let by_rank = measured.map(|&(.., by_rank)| f64::from(u8::from(by_rank)));
    values.push(("by_rank".to_owned(), by_rank));
    values
}

/// How far the probability of the predicted class falls without a part, and whether the class
/// changes, 1 or 0.
fn effect(ablated: &Ablated, part: usize) -> (f64, f64) {
    let (whole, without) = (&ablated.whole, &ablated.without[part]);
    let class = argmax(whole);
    let fall = f64::from(whole[class]) - f64::from(without[class]);
    (fall, f64::from(u8::from(argmax(without) != class)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two words and five neurons: one dead, one shared 1:4, two of word 0, one of word 1.
    fn groups(important: [bool; 2]) -> Option<Groups> {
        let u = Matrix::new(2, 5, vec![0., 1., 2., 3., 0., 0., 2., 0., 3., 1.]);
        Groups::new(&u, &important, &mut Stream::new(0))
    }

    #[test]
    fn neurons_come_by_share_times_activation() {
        // Word 0 owns neuron 2 (1 · 2) and, by a tie, neuron 3 (½ · 3); word 1 owns neurons 1
        // (0.8 · 2) and 4 (1 · 1).
        let groups = groups([true, false]).unwrap();
        assert_eq!(groups.important, [2, 3]);
        assert_eq!(groups.others, [1, 4]);
        let mut random = groups.random.clone();
        random.sort_unstable();
        assert_eq!(random, [1, 2, 3, 4], "active ones only");
        assert_eq!((groups.count(1), groups.count(8)), (1, 2));
    }

    #[test]
    fn a_text_with_one_side_only_is_left_out() {
        assert_eq!(groups([true, true]), None);
        assert_eq!(groups([false, false]), None);
    }

    #[test]
    fn where_no_gate_is_open_at_least_one_word_is_important() {
        let of = |keep: &[f32]| {
            let importance = Importance::new(keep);
            (importance.words, importance.by_rank)
        };
        assert_eq!(of(&[0.1, 0.2]), (vec![false, true], true));
        assert_eq!(of(&[0.5, 0.9, 0.1]), (vec![true, true, false], false));
    }

    #[test]
    fn by_contribution_a_fifth_of_the_words_is_important() {
        let of = |scores: &[f32]| Importance::by_rank(scores).words;
        assert_eq!(of(&[0.5, 0.75]), [false, true]);
        let ten: Vec<f32> = (0..10).map(|size| size as f32).collect();
        let important = of(&ten);
        assert_eq!(important.iter().filter(|&&word| word).count(), 2);
        assert!(important[8] && important[9]);
    }

    #[test]
    fn effects_by_hand() {
        let groups = groups([true, false]).unwrap();
        let mut without = vec![vec![0.2, 0.8]; 9];
        without[0] = vec![0.75, 0.25];
        let ablated = Ablated {
            whole: vec![0.25, 0.75],
            without,
        };
        let measured = values(Some(&(&groups, ablated, true)));
        let value = |name: &str| measured.iter().find(|(other, _)| other == name).unwrap().1;
        assert_eq!(value("neurons/8"), Some(2.0));
        assert_eq!(value("fall/important/8"), Some(0.5));
        assert_eq!(value("flip/important/8"), Some(1.0));
        assert!((value("fall/random/8").unwrap() + 0.05).abs() < 1e-7);
        assert_eq!(value("flip/random/8"), Some(0.0));
        assert_eq!(value("by_rank"), Some(1.0));
        let left_out = values(None);
        assert!(left_out.iter().all(|(_, value)| value.is_none()));
        assert_eq!(left_out.len(), measured.len(), "the same series");
    }
}
