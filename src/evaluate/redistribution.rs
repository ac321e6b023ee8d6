//! The redistribution scores of one text: on neurons and on embeddings, by the model's own choice
//! of words and pairs and by a reference model's (method §5.3), and by words that people marked.

use super::{Marked, Section, Value};
use crate::explain::{
    Allocated, ByWords, Matrix, Selection, TraceNumbers, allocate, capacity, kept, mean_over_heads,
    most_kept, parts, redistribution_score, sharing, weighted_sharing, weights_of,
};

/// Share of a text's words that are important by rank.
pub(super) const TOP: f64 = 0.2;

/// What words take of a space of `D` dimensions, those of the neurons or of the embedding.
pub(super) struct Space {
    /// Name in the report.
    pub(super) name: &'static str,
    /// C_i, `n`.
    pub(super) capacity: Vec<f64>,
    /// How the dimensions are allocated.
    pub(super) allocated: Allocated,
    /// S_ik, `n × n`.
    pub(super) sharing: Matrix,
}

impl Space {
    /// Measures the rows of `z`, `n × D`.
    pub(super) fn of(name: &'static str, z: &Matrix) -> Self {
        let allocated = allocate(z);
        Self {
            name,
            capacity: capacity(z),
            sharing: sharing(&allocated.allocation.shares, &allocated.counts),
            allocated,
        }
    }

    /// Measures the last block's neurons by what they say about the predicted class: capacity by what
    /// separates the classes, sharing by each neuron's share of the evidence.
    pub(super) fn of_evidence(pass: &ByWords<'_>) -> Self {
        let allocated = allocate(&pass.trace.last_layer().neurons);
        let parts = parts(&pass.evidence);
        let neurons = allocated.allocation.neurons.iter();
        let weights: Vec<f64> = neurons.map(|&n| parts[n as usize]).collect();
        Self {
            name: "evidence",
            capacity: capacity(&pass.weighed),
            sharing: weighted_sharing(&allocated.allocation.shares, &weights),
            allocated,
        }
    }
}

/// Mono, poly and their sum for each space, each selecting model and each rule of importance,
/// named `part/space/model/rule`; and mono by each source of marked words, named
/// `mono/space/source/marked`: a choice that no model made.
pub(super) fn redistribution(
    spaces: &[&Space],
    own: &TraceNumbers,
    reference: Option<&TraceNumbers>,
    marked: &[Marked],
) -> Vec<Value> {
    let models = [
        Some(("own", own)),
        reference.map(|trace| ("reference", trace)),
    ];
    let selections: Vec<_> = models
        .into_iter()
        .flatten()
        .flat_map(|(model, trace)| {
            selections(trace).map(|(rule, selection)| (format!("{model}/{rule}"), selection))
        })
        .collect();
    let select = selector(own);
    let by_people: Vec<_> = marked
        .iter()
        .map(|marked| {
            (
                marked.source,
                select(weights_of(&marked.words[..own.ids.len()])),
            )
        })
        .collect();
    let mut values = Vec::new();
    for space in spaces {
        for (name, selection) in &selections {
            let score = redistribution_score(&space.capacity, &space.sharing, selection);
            for (part, value) in [
                ("mono", score.map(|score| score.mono())),
                ("poly", score.map(|score| score.poly())),
                ("score", score.map(|score| score.total())),
            ] {
                let name = format!("{part}/{}/{name}", space.name);
                values.push(Value::new(Section::Redistribution, name, value));
            }
        }
        for (source, selection) in &by_people {
            let name = format!("mono/{}/{source}/marked", space.name);
            let score = redistribution_score(&space.capacity, &space.sharing, selection);
            let mono = score.map(|score| score.mono());
            values.push(Value::new(Section::Redistribution, name, mono));
        }
    }
    values
}

/// From how much each word counts as important to a selection with the pairs of a model's
/// last block.
fn selector(trace: &TraceNumbers) -> impl Fn(Vec<f64>) -> Selection {
    let attention = mean_over_heads(&trace.last_layer().attention);
    move |important| Selection::new(important, &attention, &trace.ids)
}

/// What a model's gate and last block select, by each rule of importance.
fn selections(trace: &TraceNumbers) -> [(&'static str, Selection); 2] {
    let select = selector(trace);
    [
        ("kept", select(weights_of(&kept(&trace.keep)))),
        ("top", select(most_kept(&trace.keep, TOP))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::LayerNumbers;

    /// Three words on two neurons: (1, 0), (0, 1), (0, 1), and embeddings at right angles. The
    /// second and the third attend to each other, the first to the second.
    fn trace(keep: [f32; 3]) -> TraceNumbers {
        TraceNumbers {
            ids: vec![5, 6, 7],
            keep: keep.to_vec(),
            embedding: Matrix::from_fn(3, 3, |i, k| f32::from(u8::from(i == k))),
            layers: vec![LayerNumbers {
                attention: vec![Matrix::new(
                    3,
                    3,
                    vec![0.0, 0.75, 0.25, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
                )],
                neurons: Matrix::new(3, 2, vec![1., 0., 0., 1., 0., 1.]),
            }],
            logits: vec![0.0, 0.0],
            votes: Matrix::new(2, 2, vec![1., 1., -1., -1.]),
            scales: vec![1.0 / 3.0; 3],
            padding_neurons: vec![],
            contributions: None,
        }
    }

    fn values(own: &TraceNumbers, reference: Option<&TraceNumbers>) -> Vec<(String, Option<f64>)> {
        let neurons = Space::of("neurons", &own.last_layer().neurons);
        let embeddings = Space::of("embeddings", &own.embedding);
        let marked = Marked {
            source: "people",
            words: vec![false, false, true],
        };
        redistribution(&[&neurons, &embeddings], own, reference, &[marked])
            .into_iter()
            .map(|value| (value.name, value.value))
            .collect()
    }

    fn value(values: &[(String, Option<f64>)], name: &str) -> Option<f64> {
        let found = values.iter().find(|value| value.0 == name);
        found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// Capacities 1, ½, ½. The first is important: mono = 1 − ½. Exchanges 0.75 between 1 and 2,
    /// 0.25 between 1 and 3, 2 between 2 and 3: correlated are 12 and 23, other is 13. Sharing is
    /// 0, 1 and 0: poly = ½ − 0.
    #[test]
    fn three_words_by_hand() {
        let values = values(&trace([0.9, 0.1, 0.1]), None);
        assert_eq!(value(&values, "mono/neurons/own/kept"), Some(0.5));
        assert_eq!(value(&values, "poly/neurons/own/kept"), Some(0.5));
        assert_eq!(value(&values, "score/neurons/own/kept"), Some(1.0));
        // A fifth of three words is one word, the same.
        assert_eq!(value(&values, "score/neurons/own/top"), Some(1.0));
        // Embeddings at right angles have all to themselves and share nothing.
        assert_eq!(value(&values, "mono/embeddings/own/kept"), Some(0.0));
        assert_eq!(value(&values, "poly/embeddings/own/kept"), Some(0.0));
        // People marked the third word alone: ½ − (1 + ½)/2.
        assert_eq!(value(&values, "mono/neurons/people/marked"), Some(-0.25));
        assert_eq!(values.len(), 2 * (2 * 3 + 1));
    }

    /// The reference keeps the second word alone: mono = ½ − (1 + ½)/2 = −¼.
    #[test]
    fn the_reference_selects_and_the_model_is_measured() {
        let reference = trace([0.1, 0.9, 0.1]);
        let values = values(&trace([0.9, 0.1, 0.1]), Some(&reference));
        assert_eq!(value(&values, "mono/neurons/own/kept"), Some(0.5));
        assert_eq!(value(&values, "mono/neurons/reference/kept"), Some(-0.25));
        assert_eq!(value(&values, "score/neurons/reference/kept"), Some(0.25));
        assert_eq!(values.len(), 2 * (4 * 3 + 1));
    }

    /// By evidence the second neuron, which says nothing, is not looked at: the first word, which has
    /// the other alone, has all, and nothing is shared.
    #[test]
    fn neurons_that_say_nothing_are_not_looked_at() {
        let mut trace = trace([0.9, 0.1, 0.1]);
        trace.votes = Matrix::new(2, 2, vec![1., 0., -1., 0.]);
        let space = Space::of_evidence(&ByWords::of(&trace, &[0..1, 1..2, 2..3]));
        assert_eq!(space.capacity, [1.0, 0.0, 0.0]);
        assert_eq!(space.sharing.at(1, 2), 0.0);
        let values: Vec<_> = redistribution(&[&space], &trace, None, &[])
            .into_iter()
            .map(|value| (value.name, value.value))
            .collect();
        assert_eq!(value(&values, "mono/evidence/own/kept"), Some(1.0));
        assert_eq!(value(&values, "poly/evidence/own/kept"), Some(0.0));
    }

    #[test]
    fn a_gate_that_keeps_all_words_compares_by_rank_alone() {
        let values = values(&trace([0.9, 0.8, 0.7]), None);
        assert_eq!(value(&values, "score/neurons/own/kept"), None);
        assert_eq!(value(&values, "score/neurons/own/top"), Some(1.0));
    }
}
