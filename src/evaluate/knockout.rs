//! Whether a word's neurons are its own: what is lost without the neurons that it owns, compared with
//! what is said at its place, and how much they say at other places (method §5.9).

use std::ops::Range;

use super::columns::{Values, columns};
use super::redistribution::TOP;
use super::{Column, Section, Text};
use crate::attribute::{Part, ablated_logits};
use crate::explain::{
    Allocation, ByWords, Matrix, TraceNumbers, allocate, argmax, log_odds, margin_factor,
    most_kept, weights_of,
};
use crate::model::{Batch, Classifier, ReadError};
use crate::text::Encoded;

/// Effects that add up to less than this mean nothing.
const LEAST: f64 = 1e-6;

/// Knocks out, text by text, the neurons of each word in the last block; `progress` hears how many
/// texts are done.
///
/// F is the log-odds of the predicted class, O_i the neurons whose largest owner is word i, K_i the fall
/// of F when O_i is silenced everywhere, W_i its fall when word i's own row of neurons is silenced. The
/// columns are, for each choice of words S:
///
/// | column | of each text |
/// |---|---|
/// | `knockout_error/S` | κ = Σ_i abs(K_i − W_i) / Σ_i (abs(K_i) + abs(W_i)), in [0, 1] |
/// | `spill/S` | the share of the evidence of the words' neurons that lies at other places, including padding's: Σ_i Σ_{n∈O_i} Σ_{j≠i} abs(e_jn) / Σ_i Σ_{n∈O_i} Σ_j abs(e_jn), in [0, 1] |
/// | `without_neurons/accuracy` | 1 if the class is right without any neuron of any block, else 0 |
///
/// S: `all` words; `marked` ones, by the first source; `top`, the fifth with the highest keep;
/// `evidence`, the fifth with the largest abs(e_i). Words that tie for the last places count in part. A
/// text whose denominator is below 10⁻⁶ is left out.
///
/// # Errors
/// If the device was lost or failed.
pub async fn knockout(
    model: &Classifier,
    texts: &[Text],
    mut progress: impl FnMut(usize),
) -> Result<Vec<Column>, ReadError> {
    let device = model.device();
    let layer = model.config.layers - 1;
    let mut measured = Vec::with_capacity(texts.len());
    for text in texts {
        let Encoded { ids, places } = text.example.read(&model.config);
        let batch = Batch::new(&[&ids], &model.config, &device);
        let trace = model.forward(&batch, None).read().await?.swap_remove(0);
        let pass = ByWords::of(&trace, &places);
        let allocation = allocate(&pass.trace.layers[layer].neurons).allocation;
        let parts = parts(&allocation, layer, &places);
        let logits = ablated_logits(model, &ids, &parts).await?;
        let effects = Effects::new(&trace, &pass, &allocation, &logits);
        let mut values = effects.values(&choices(&pass, text));
        let silent = logits.last().map(|without| argmax(without));
        let right = silent.map(|class| f64::from(u8::from(class == text.example.label)));
        values.push(("without_neurons/accuracy".to_owned(), right));
        measured.push(values);
        progress(1);
    }
    Ok(columns(Section::Knockout, &measured))
}

/// How much each of a text's `n` words counts in each choice of words; `None` if nobody chose.
type Choices = [(&'static str, Option<Vec<f64>>); 4];

/// For each word the neurons that it owns, then its own row; finally all neurons.
pub(super) fn parts(allocation: &Allocation, layer: usize, words: &[Range<usize>]) -> Vec<Part> {
    let owned = (0..words.len()).map(|word| Part::Neurons {
        layer,
        neurons: allocation.owned_by(word).to_vec(),
    });
    let rows = words.iter().cloned();
    let rows = rows.map(|places| Part::NeuronsAt { layer, places });
    owned.chain(rows).chain([Part::AllNeurons]).collect()
}

fn choices(pass: &ByWords<'_>, text: &Text) -> Choices {
    let words = pass.trace.ids.len();
    let marked = text.marked.first();
    let evidence = pass.word_evidence();
    let size: Vec<f32> = evidence.iter().map(|said| said.abs() as f32).collect();
    [
        ("all", Some(vec![1.0; words])),
        (
            "marked",
            marked.map(|marked| weights_of(&marked.words[..words])),
        ),
        ("top", Some(most_kept(&pass.trace.keep, TOP))),
        ("evidence", Some(most_kept(&size, TOP))),
    ]
}

/// What the neurons of each of a text's `n` words do.
#[derive(Debug)]
pub(super) struct Effects {
    /// K_i.
    knockouts: Vec<f64>,
    /// W_i.
    rows: Vec<f64>,
    /// Σ_{n∈O_i} Σ_{j≠i}|e_jn|, including padding's.
    of_others: Vec<f64>,
    /// Σ_{n∈O_i} Σ_j|e_jn|.
    of_all: Vec<f64>,
}

impl Effects {
    /// Those in a `pass`, by words, of which all is in `trace`; `logits` are those of the whole model, then those
    /// without each of [`parts`].
    pub(super) fn new(
        trace: &TraceNumbers,
        pass: &ByWords<'_>,
        allocation: &Allocation,
        logits: &[Vec<f32>],
    ) -> Self {
        let words = pass.trace.ids.len();
        let class = argmax(&logits[0]);
        let whole = log_odds(&logits[0], class);
        let without = logits[1..].iter();
        let falls: Vec<f64> = without
            .map(|logits| whole - log_odds(logits, class))
            .collect();
        let said = &pass.evidence;
        let size = column_sizes(said, trace, class);
        let of_word = |word: usize, size: &dyn Fn(usize) -> f64| -> f64 {
            allocation
                .owned_by(word)
                .iter()
                .map(|&n| size(n as usize))
                .sum()
        };
        let own = |word| of_word(word, &|n| f64::from(said.at(word, n).abs()));
        let of_all: Vec<f64> = (0..words).map(|word| of_word(word, &|n| size[n])).collect();
        Self {
            knockouts: falls[..words].to_vec(),
            rows: falls[words..2 * words].to_vec(),
            of_others: (0..words)
                .map(|word| (of_all[word] - own(word)).max(0.0))
                .collect(),
            of_all,
        }
    }

    /// κ and spill over each choice of words.
    fn values(&self, choices: &Choices) -> Values {
        let of_choice = |(name, weights): &(&str, Option<Vec<f64>>)| {
            let weights = weights.as_deref();
            let error = weights.and_then(|weights| self.error(weights));
            let spill = weights.and_then(|weights| self.spill(weights));
            [
                (format!("knockout_error/{name}"), error),
                (format!("spill/{name}"), spill),
            ]
        };
        choices.iter().flat_map(of_choice).collect()
    }

    /// κ over words weighted by `weights`, `n`.
    pub(super) fn error(&self, weights: &[f64]) -> Option<f64> {
        let pairs = || self.knockouts.iter().zip(&self.rows);
        let apart = weighted(weights, pairs().map(|(k, w)| (k - w).abs()));
        let size = weighted(weights, pairs().map(|(k, w)| k.abs() + w.abs()));
        (size >= LEAST).then(|| apart / size)
    }

    /// Spill over words weighted by `weights`, `n`.
    fn spill(&self, weights: &[f64]) -> Option<f64> {
        let others = weighted(weights, self.of_others.iter().copied());
        let all = weighted(weights, self.of_all.iter().copied());
        (all >= LEAST).then(|| others / all)
    }
}

/// Σ_j|e_jn| for each neuron, over words and padding, `F`.
fn column_sizes(said: &Matrix, trace: &TraceNumbers, class: usize) -> Vec<f64> {
    let factor = margin_factor(trace.logits.len());
    let votes = trace.votes.row(class);
    let of_padding = |n: usize| {
        let neurons = trace.padding_neurons.get(n).copied().unwrap_or_default();
        f64::from(neurons * votes[n]).abs() * factor
    };
    let of_words =
        |n: usize| -> f64 { (0..said.rows).map(|i| f64::from(said.at(i, n).abs())).sum() };
    (0..said.cols)
        .map(|n| of_words(n) + of_padding(n))
        .collect()
}

fn weighted(weights: &[f64], values: impl Iterator<Item = f64>) -> f64 {
    weights
        .iter()
        .zip(values)
        .map(|(weight, value)| weight * value)
        .sum()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{EncodedExample, Marked};
    use crate::explain::LayerNumbers;

    /// A pass of two classes, whose votes are as large for one as they are against the other.
    fn trace(u: Matrix, votes: &[f32], scales: Vec<f32>, padding: Vec<f32>) -> TraceNumbers {
        let against = votes.iter().map(|vote| -vote);
        TraceNumbers {
            ids: (2..).take(u.rows).collect(),
            keep: vec![1.0; u.rows],
            embedding: Matrix::new(u.rows, 0, vec![]),
            votes: Matrix::new(2, u.cols, against.chain(votes.iter().copied()).collect()),
            layers: vec![LayerNumbers {
                attention: vec![],
                neurons: u,
            }],
            logits: vec![0.0, 1.0],
            scales,
            padding_neurons: padding,
            contributions: None,
        }
    }

    /// Word 0 owns neurons 0 and 1, word 1 neuron 2, which padding has, too. Evidence, a row a word:
    /// 2 −2 0, then 1 0 1.5, then padding's 0 0 0.25; and a bias of 0.5.
    /// A pass whose places are its words.
    fn whole(trace: &TraceNumbers) -> ByWords<'_> {
        ByWords::of(trace, &Encoded::of_words(&trace.ids).places)
    }

    fn by_hand() -> TraceNumbers {
        let u = Matrix::new(2, 3, vec![2., 1., 0., 1., 0., 3.]);
        let votes = [1.0, -2.0, 0.5];
        trace(u, &votes, vec![0.5; 2], vec![0.0, 0.0, 0.25])
    }

    fn effects(trace: &TraceNumbers, log_odds: &[f32]) -> Effects {
        let allocation = allocate(&trace.last_layer().neurons).allocation;
        let logits: Vec<Vec<f32>> = log_odds.iter().map(|&odds| vec![0.0, odds]).collect();
        Effects::new(trace, &whole(trace), &allocation, &logits)
    }

    #[test]
    fn error_and_spill_by_hand() {
        // Whole, without each word's neurons, without each word's row, without all.
        let effects = effects(&by_hand(), &[3.25, 2.25, 1.5, 3.25, 0.75, 0.5]);
        assert_eq!(effects.knockouts, [1.0, 1.75]);
        assert_eq!(effects.rows, [0.0, 2.5]);
        // |1 − 0| + |1.75 − 2.5| of 1 + 0 + 1.75 + 2.5; |1| and |0.25| of 5 and 1.75.
        let both = [1.0, 1.0];
        assert!((effects.error(&both).unwrap() - 1.75 / 5.25).abs() < 1e-12);
        assert!((effects.spill(&both).unwrap() - 1.25 / 6.75).abs() < 1e-12);
        let second = [0.0, 1.0];
        assert!((effects.error(&second).unwrap() - 0.75 / 4.25).abs() < 1e-12);
        assert!((effects.spill(&second).unwrap() - 0.25 / 1.75).abs() < 1e-12);
        // Half of each is both.
        assert_eq!(effects.error(&[0.5; 2]), effects.error(&both));
        assert_eq!(effects.spill(&[0.5; 2]), effects.spill(&both));
        let nobody = [0.0; 2];
        assert_eq!(
            (effects.error(&nobody), effects.spill(&nobody)),
            (None, None)
        );
    }

    #[test]
    fn what_is_too_small_to_tell_is_left_out() {
        let silent = trace(
            Matrix::new(2, 1, vec![0.0; 2]),
            &[1.0],
            vec![0.5; 2],
            vec![0.0],
        );
        let effects = effects(&silent, &[1.0, 1.0 - 2e-7, 1.0, 1.0, 1.0, 1.0]);
        let both = [1.0, 1.0];
        assert_eq!((effects.error(&both), effects.spill(&both)), (None, None));
    }

    #[test]
    fn words_are_chosen_by_people_keep_and_evidence() {
        let u = Matrix::new(5, 1, vec![1., 3., 0., 3., 2.]);
        let mut trace = trace(u, &[1.0], vec![0.2; 5], vec![0.0]);
        trace.keep = vec![0.1, 0.2, 0.9, 0.3, 0.2];
        let mut text = Text {
            example: EncodedExample::of_words(&trace.ids, 0),
            reference: None,
            marked: vec![],
        };
        let of = |text: &Text| {
            choices(&whole(&trace), text).map(|(name, words)| (name, words.unwrap_or_default()))
        };
        // Two words say most, in equal parts.
        let expected = [
            ("all", vec![1.0; 5]),
            ("marked", vec![]),
            ("top", vec![0., 0., 1., 0., 0.]),
            ("evidence", vec![0., 0.5, 0., 0.5, 0.]),
        ];
        assert_eq!(of(&text), expected);
        for source in ["treebank", "lexicon"] {
            let first = source == "treebank";
            text.marked.push(Marked {
                source,
                // One word more than was read.
                words: vec![first, !first, first, !first, !first, true],
            });
        }
        assert_eq!(of(&text)[1], ("marked", vec![1., 0., 1., 0., 0.]));
    }

    /// The log-odds of a linear head, with the factors of each word's neurons.
    fn log_odds(
        trace: &TraceNumbers,
        keeps: &dyn Fn(usize, usize) -> bool,
        pad: &dyn Fn(usize) -> bool,
    ) -> f32 {
        let said = crate::explain::evidence(trace, 1);
        let words = (0..said.rows).flat_map(|i| (0..said.cols).map(move |n| (i, n)));
        let words = words.filter(|&(i, n)| keeps(i, n));
        let words: f64 = words.map(|(i, n)| f64::from(said.at(i, n))).sum();
        let of_pad = |n: usize| 2.0 * f64::from(trace.padding_neurons[n] * trace.votes.at(1, n));
        let pads: f64 = (0..said.cols).filter(|&n| pad(n)).map(of_pad).sum();
        (0.25 + words + pads) as f32
    }

    /// What a model of two classes whose head reads the neurons does without them.
    fn without(trace: &TraceNumbers) -> Effects {
        let allocation = allocate(&trace.last_layer().neurons).allocation;
        let words = trace.ids.len();
        let mut odds = vec![log_odds(trace, &|_, _| true, &|_| true)];
        odds.extend((0..words).map(|word| {
            let own = allocation.owned_by(word);
            let is_left = |n: usize| !own.contains(&(n as u32));
            log_odds(trace, &|_, n| is_left(n), &is_left)
        }));
        odds.extend((0..words).map(|word| log_odds(trace, &|i, _| i != word, &|_| true)));
        odds.push(0.25);
        effects(trace, &odds)
    }

    /// Neurons of which many have one word alone, votes, and what padding has of them.
    fn passes() -> impl Strategy<Value = TraceNumbers> {
        (1usize..5, 1usize..9, any::<bool>()).prop_flat_map(|(words, neurons, shared)| {
            let value = prop_oneof![2 => Just(0.0f32), 1 => 0.01f32..3.0];
            let votes = prop_oneof![1 => Just(0.0f32), 3 => -2f32..2.0];
            (
                vec(value.clone(), words * neurons),
                vec(0..words, neurons),
                vec(votes, neurons),
                vec(value, neurons),
            )
                .prop_map(move |(mut u, owners, votes, pad)| {
                    for (at, value) in u.iter_mut().enumerate() {
                        let owner = owners[at % neurons];
                        *value *= f32::from(u8::from(shared || at / neurons == owner));
                    }
                    let pad = pad.iter().map(|pad| pad * f32::from(u8::from(shared)));
                    let u = Matrix::new(words, neurons, u);
                    trace(u, &votes, vec![1.0 / words as f32; words], pad.collect())
                })
        })
    }

    proptest! {
        #[test]
        fn error_and_spill_are_parts_and_without_spill_there_is_no_error(trace in passes()) {
            let effects = without(&trace);
            let all = vec![1.0; trace.ids.len()];
            let (error, spill) = (effects.error(&all), effects.spill(&all));
            for part in [error, spill].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&part), "{part}");
            }
            if spill == Some(0.0) {
                // Of rounded logits.
                let apart = weighted(&all, effects.knockouts.iter().zip(&effects.rows).map(|(k, w)| (k - w).abs()));
                prop_assert!(apart < 1e-5, "{effects:?}");
            }
        }
    }
}
