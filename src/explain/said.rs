//! What is said about the predicted class of one text.

use super::{
    Allocated, ByWords, ContributionNumbers, Evidence, Margin, Matrix, TraceNumbers, argmax,
    centred, margin_factor, parts,
};

/// What is said about the predicted class.
pub(super) struct Said<'a> {
    class: usize,
    /// What a centred logit is multiplied by for the margin.
    factor: f64,
    /// e_in, `n × F`.
    pub(super) evidence: &'a Matrix,
    /// Each neuron's share of it, `F`.
    parts: Vec<f64>,
    /// The class that each neuron votes for, `F`.
    votes: Vec<u32>,
}

impl<'a> Said<'a> {
    /// That of a pass, given by words, in which the neurons have these `votes`.
    pub(super) fn of(pass: &'a ByWords<'_>, votes: Vec<u32>) -> Self {
        let logits = &pass.trace.logits;
        Self {
            class: argmax(logits),
            factor: margin_factor(logits.len()),
            parts: parts(&pass.evidence),
            votes,
            evidence: &pass.evidence,
        }
    }

    /// Adds to the active neurons what they say, and for which class.
    pub(super) fn complete(&self, allocated: &mut Allocated) {
        let allocation = &mut allocated.allocation;
        let neurons = &allocation.neurons;
        allocation.evidence = Matrix::from_fn(self.evidence.rows, neurons.len(), |i, at| {
            self.evidence.at(i, neurons[at] as usize)
        });
        let evidence = &allocation.evidence;
        let said = |at: usize| (0..evidence.rows).map(move |i| f64::from(evidence.at(i, at)));
        allocation.said = (0..neurons.len()).map(|at| said(at).sum()).collect();
        allocation.votes = neurons.iter().map(|&n| self.votes[n as usize]).collect();
    }

    /// Parts of the evidence, in the order of `neurons`.
    pub(super) fn weights(&self, neurons: &[u32]) -> Vec<f64> {
        neurons.iter().map(|&n| self.parts[n as usize]).collect()
    }

    /// e_{i←k} towards the predicted class, `n × n`; empty if it was not asked for.
    pub(super) fn brought(&self, trace: &TraceNumbers) -> Matrix {
        let Some(parts) = &trace.contributions else {
            return Matrix::default();
        };
        let brought = &parts.brought[self.class];
        Matrix::from_fn(brought.rows, brought.cols, |i, k| {
            brought.at(i, k) * self.factor as f32
        })
    }

    /// The part of the margin that these parts of the centred logits make up; zero has no sign.
    fn margin(&self, of_classes: &[f32]) -> f64 {
        f64::from(of_classes[self.class]) * self.factor + 0.0
    }

    pub(super) fn evidence(
        &self,
        classes: &[String],
        trace: &TraceNumbers,
        parts: &ContributionNumbers,
    ) -> Evidence {
        let logits = centred(&trace.logits);
        let contributions: Vec<_> = (0..trace.ids.len()).map(|k| parts.of_word(k)).collect();
        let sum = |rows: &[Vec<f32>]| rows.iter().map(|row| self.margin(row)).sum::<f64>();
        Evidence {
            classes: classes.to_vec(),
            bias: parts.biases.clone(),
            positions: parts.positions.clone(),
            padding: parts.padding.clone(),
            words: parts.places.clone(),
            padding_places: parts.padding_places.clone(),
            past: parts.past.clone(),
            head_bias: parts.head.clone(),
            margin: Margin {
                class: self.class,
                total: logits[self.class] * self.factor,
                words: sum(&contributions),
                bias: self.margin(&parts.biases),
                positions: self.margin(&parts.positions),
                padding: self.margin(&parts.padding),
                padding_places: self.margin(&parts.padding_places),
                neurons: sum(&parts.places) + self.margin(&parts.padding_places),
                head_bias: self.margin(&parts.head),
                past: self.margin(&parts.past),
            },
            contributions,
            logits: logits.into_iter().map(|logit| logit as f32).collect(),
        }
    }
}
