//! An epoch in progress, which can stop after any step and resume there.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::sums::{Sums, VALUES};
use super::{Progress, StepRecord, TrainError, batches::batches};
use crate::evaluate::{EncodedExample, Sweep};
use crate::model::{Padding, Stream, StreamPosition, read};
use crate::objective::Objective;

/// Where a run is within an epoch.
pub(super) struct Epoch {
    /// What is minimised in it.
    pub(super) objective: Objective,
    /// The batches as indices of examples, in their order.
    pub(super) batches: Vec<Vec<usize>>,
    /// Measuring of the dev part, once all steps are taken.
    pub(super) sweep: Option<Sweep>,
    /// Number of the epoch, from 1.
    number: usize,
    position: Position,
    /// Values of the steps that were taken since the last reading, `[VALUES]` each.
    unread: Vec<Tensor<1>>,
    /// What was read and not yet reported.
    recent: Vec<StepRecord>,
}

/// What is stored about an epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Position {
    /// Where the run's stream was before the batches were drawn from it.
    drawn_at: StreamPosition,
    /// Steps taken.
    steps: usize,
    sums: Sums,
    /// Time spent in it.
    pub(super) seconds: f64,
}

impl Epoch {
    /// Begins the epoch `number`: draws its batches.
    pub(super) fn begin(
        number: usize,
        objective: Objective,
        (examples, batch_size, padding): (&[EncodedExample], usize, Padding),
        stream: &mut Stream,
    ) -> Self {
        let drawn_at = stream.position();
        let lengths: Vec<usize> = examples.iter().map(|example| example.ids.len()).collect();
        Self {
            objective,
            batches: batches(&lengths, batch_size, padding, stream),
            sweep: None,
            number,
            position: Position {
                drawn_at,
                steps: 0,
                sums: Sums::default(),
                seconds: 0.0,
            },
            unread: Vec::new(),
            recent: Vec::new(),
        }
    }

    /// Resumes an epoch where it was: draws its batches again, and nothing else.
    pub(super) fn resume(
        number: usize,
        objective: Objective,
        data: (&[EncodedExample], usize, Padding),
        position: Position,
    ) -> Self {
        let mut stream = Stream::at(position.drawn_at);
        Self {
            position,
            ..Self::begin(number, objective, data, &mut stream)
        }
    }

    /// The batch of the next step; `None` when all steps are taken.
    pub(super) fn next_batch(&self) -> Option<&[usize]> {
        self.batches.get(self.position.steps).map(Vec::as_slice)
    }

    /// Records the values of a step, which stay on the device.
    pub(super) fn stepped(&mut self, values: Tensor<1>) {
        self.unread.push(values);
        self.position.steps += 1;
    }

    /// Adds to the time spent.
    pub(super) fn spend(&mut self, seconds: f64) {
        self.position.seconds += seconds;
    }

    /// Steps that are not read yet.
    pub(super) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Reads the steps since the last reading, in one readback.
    pub(super) async fn read(&mut self, optimizer_steps: usize) -> Result<(), TrainError> {
        if self.unread.is_empty() {
            return Ok(());
        }
        let unread = std::mem::take(&mut self.unread);
        let first = self.position.steps - unread.len();
        let values = read(Tensor::cat(unread, 0)).await?;
        let steps = values
            .chunks_exact(VALUES)
            .zip(&self.batches[first..self.position.steps]);
        for (values, batch) in steps {
            let record = self.position.sums.add(batch.len(), values);
            let record = record.ok_or(TrainError::NotFinite {
                step: optimizer_steps,
            })?;
            self.recent.push(record);
        }
        Ok(())
    }

    /// Where the epoch is, by the steps that were read; reports each of them once.
    pub(super) fn progress(&mut self) -> Progress {
        let (losses, accuracy) = self.position.sums.means();
        Progress {
            epoch: self.number,
            step: self.position.steps,
            steps: self.batches.len(),
            cross_entropy: losses.cross_entropy,
            accuracy,
            recent: std::mem::take(&mut self.recent),
        }
    }

    /// Whether steps were read that [`progress`](Self::progress) has not reported.
    pub(super) fn has_news(&self) -> bool {
        !self.recent.is_empty()
    }

    /// What is to be stored, by the steps that were read.
    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    /// Means over the epoch, λ not applied, and the training accuracy.
    pub(super) fn means(&self) -> (crate::objective::LossNumbers, f64) {
        self.position.sums.means()
    }
}
