//! How a run proceeds, piece by piece: steps, measuring after an epoch, and the result.

use web_time::Instant;

use super::event::{Ending, MeasuredFor, TuningEvent};
use super::result::{Comparing, TuningResult};
use super::{Phase, Tuned, Tuning};
use crate::engine::{EngineError, faults};
use crate::explain::EpochRecord;
use crate::model::Classifier;
use crate::train::{TrainError, TrainEvent, has_diverged};

impl Tuning {
    /// Continues for about this long, for at least one batch, and not beyond the end of an epoch.
    /// Nothing comes after [`TuningEvent::Finished`].
    ///
    /// # Errors
    /// If the device was lost or failed; the run can be resumed from a checkpoint.
    pub async fn advance(&mut self, milliseconds: f64) -> Result<Vec<TuningEvent>, EngineError> {
        let start = Instant::now();
        let mut events = Vec::new();
        while !matches!(self.phase, Phase::Finished(_)) {
            events.extend(self.piece().await?);
            let epoch_done = matches!(events.last(), Some(TuningEvent::Epoch { .. }));
            if epoch_done || start.elapsed().as_secs_f64() * 1e3 >= milliseconds {
                break;
            }
        }
        if let Phase::Training = self.phase {
            let begin = Instant::now();
            let progress = self.trainer.progress().await;
            self.pace.trained(begin.elapsed().as_secs_f64());
            let progress = progress.map(|progress| progress.map(TrainEvent::Progress));
            events.extend(self.told(progress)?);
        }
        match faults::first() {
            Some(fault) => Err(EngineError::Fault(fault)),
            None => Ok(events),
        }
    }

    /// Ends training; [`advance`](Self::advance) then measures the result.
    pub fn stop(&mut self) {
        if let Phase::Training = self.phase {
            self.phase = Phase::Ended(Ending::Stopped);
        }
    }

    /// Advances by one piece.
    async fn piece(&mut self) -> Result<Option<TuningEvent>, EngineError> {
        match &mut self.phase {
            Phase::Training => self.train().await,
            Phase::Ended(ending) => {
                let ending = *ending;
                self.phase = match self.tuned(ending).await? {
                    Some(tuned) => {
                        let comparing = Comparing::new(&self.held_out, self.new_head());
                        Phase::Measuring(ending, tuned, comparing)
                    }
                    None => Phase::Finished(None),
                };
                Ok(match self.phase {
                    Phase::Finished(_) => Some(finished(ending, None)),
                    _ => None,
                })
            }
            Phase::Measuring(_, tuned, comparing) => {
                let start = &self.start.classifier;
                comparing.advance(start, &tuned.classifier).await?;
                let (texts, of) = (comparing.done(), self.held_out.len());
                if texts == of {
                    return Ok(self.finish());
                }
                let what = MeasuredFor::Result;
                Ok(Some(TuningEvent::Measuring { what, texts, of }))
            }
            Phase::Finished(_) => Ok(None),
        }
    }

    /// Takes a step, or measures some held-out texts after the last step of an epoch.
    async fn train(&mut self) -> Result<Option<TuningEvent>, EngineError> {
        if self.trainer.is_finished() {
            self.phase = Phase::Ended(self.ending());
            return Ok(None);
        }
        let begin = Instant::now();
        let event = self.trainer.advance().await;
        let seconds = begin.elapsed().as_secs_f64();
        match &event {
            Ok(Some(TrainEvent::Epoch(_))) => self.pace.measured(seconds),
            _ if self.trainer.measured().is_some() => self.pace.measured(seconds),
            _ => self.pace.trained(seconds),
        }
        self.told(event)
    }

    /// From what the step loop reports to what the run does.
    fn told(
        &mut self,
        event: Result<Option<TrainEvent>, TrainError>,
    ) -> Result<Option<TuningEvent>, EngineError> {
        let event = match event {
            Err(TrainError::NotFinite { .. }) => {
                self.phase = Phase::Ended(Ending::NotFinite);
                return Ok(None);
            }
            other => other?,
        };
        Ok(match event {
            Some(TrainEvent::Progress(progress)) => {
                let left = self
                    .plan
                    .options
                    .steps
                    .epochs
                    .saturating_sub(progress.epoch);
                let step = self.trainer.steps();
                let told = self.pace.progress(&progress, step, left, &self.objective);
                Some(TuningEvent::Progress(told))
            }
            Some(TrainEvent::Epoch(record)) => {
                self.pace.epoch_done();
                if self.diverged(&record) {
                    self.phase = Phase::Ended(Ending::Diverged);
                }
                let best = self.trainer.history().best();
                let best = best.is_some_and(|best| best.epoch == record.epoch);
                Some(TuningEvent::Epoch { best, record })
            }
            None => self.trainer.measured().map(|texts| TuningEvent::Measuring {
                what: MeasuredFor::Epoch,
                texts,
                of: self.held_out.len(),
            }),
        })
    }

    /// Why the trainer is finished.
    fn ending(&self) -> Ending {
        let done = self.trainer.history().records.len();
        match done >= self.plan.options.steps.epochs {
            true => Ending::AllEpochs,
            false => Ending::Patience,
        }
    }

    /// Whether an epoch left the model far worse than one that guesses.
    fn diverged(&self, record: &EpochRecord) -> bool {
        has_diverged(record, self.classes.len())
    }

    /// The best weights, or before the end of the first epoch the current ones.
    async fn tuned(&self, ending: Ending) -> Result<Option<Tuned>, EngineError> {
        let best = self.trainer.history().best();
        let weights = match self.trainer.best() {
            // Such an epoch has no useful result, even if it guesses best.
            _ if best.is_some_and(|best| self.diverged(best)) => return Ok(None),
            Some(best) => best.clone(),
            None if ending == Ending::NotFinite => return Ok(None),
            None => self.trainer.model().weights().await?,
        };
        let config = &self.current.package.config;
        let device = self.start.classifier.device();
        Ok(Some(Tuned {
            classifier: Classifier::new(config, &weights, &device)?,
            weights,
            epoch: best.cloned(),
        }))
    }

    /// Ends the run, once all held-out texts are measured.
    fn finish(&mut self) -> Option<TuningEvent> {
        let phase = std::mem::replace(&mut self.phase, Phase::Finished(None));
        let Phase::Measuring(ending, tuned, comparing) = phase else {
            return None;
        };
        let epoch = tuned.epoch.as_ref().map(|record| record.epoch);
        let result = comparing.finish(&self.held_out, &self.classes, epoch);
        self.phase = Phase::Finished(Some(tuned));
        Some(finished(ending, Some(Box::new(result))))
    }
}

fn finished(ending: Ending, result: Option<Box<TuningResult>>) -> TuningEvent {
    TuningEvent::Finished {
        ending,
        message: ending
            .message(result.as_ref().and_then(|result| result.epoch))
            .to_owned(),
        result,
    }
}
