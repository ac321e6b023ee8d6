//! A session: one device, the models loaded on it, texts in and explanations out. Knows neither
//! the page nor the command line.

mod backend;
mod choice;
mod error;
pub mod faults;
mod tuning;

use std::collections::BTreeMap;

use burn::tensor::Device;
use web_time::Instant;

pub use backend::{Backend, OpenDevice};
use choice::INSECURE;
pub use choice::{AdapterFacts, AdapterLimits, Choice, FRAME, Measured, choose};
pub use error::EngineError;
pub use tuning::{
    BrokenRow, ChangedExample, ClassCount, ClassScores, Conflict, Confusion, DataChoices,
    DataProblem, DataReport, Ending, Estimate, LossParts, MAX_CLASSES, MAX_ROWS, MeasureChange,
    MeasuredFor, ProblemKind, Tuning, TuningEvent, TuningInfo, TuningObjective, TuningOptions,
    TuningProgress, TuningResult, TypedExample, WrongExample, examine,
};

use crate::attribute::{Removal, Removed, probabilities};
use crate::explain::{Deletion, Explanation, Prediction, TraceNumbers, explain};
use crate::model::{Batch, Classifier};
use crate::package::{Files, Package};
use crate::text::{ReadText, read};

/// Largest difference between two devices' numbers, relative to max(1, |value|), that still
/// counts as the same: kernels add up in different orders.
const AGREEMENT: f64 = 1e-3;

/// Runs of the fixed input whose median is taken.
const TIMED_RUNS: usize = 5;

/// The fixed input: 20 words, some of them repeated, as a typical sentence has.
const FIXED_TEXT: &str = "a warm , funny and surprisingly honest film that never once talks down \
    to its audience , even when it could .";

/// A model, ready to explain.
#[derive(Clone, Debug)]
pub struct LoadedModel {
    /// What the directory holds; its parameters are on the device as well.
    pub package: Package,
    classifier: Classifier,
}

impl LoadedModel {
    /// Checks a model directory's files and puts the model on `device`.
    ///
    /// # Errors
    /// If the files are no model.
    pub fn new(files: &Files, device: &Device) -> Result<Self, EngineError> {
        Self::of(Package::from_files(files)?, device)
    }

    /// Puts a model on `device`, its gate's values as they are given.
    ///
    /// # Errors
    /// If its parameters do not fit its config.
    pub fn of(package: Package, device: &Device) -> Result<Self, EngineError> {
        let classifier = Classifier::new(&package.config, &package.weights, device)?
            .with_gate_values(&package.gate_values);
        Ok(Self {
            package,
            classifier,
        })
    }

    /// The model on its device, its gate looked up.
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// Explains what the model makes of a text. Any string will do: one without words has an
    /// explanation without a prediction.
    ///
    /// # Errors
    /// If the device was lost or failed, or the answer is no number.
    pub async fn explain(&self, text: &str) -> Result<Explanation, EngineError> {
        let mut explanations = self.explain_all(&[text]).await?;
        Ok(explanations.swap_remove(0))
    }

    /// Explains several texts in one forward pass, in their order.
    ///
    /// # Errors
    /// If the device was lost or failed, or an answer is no number.
    pub async fn explain_all(&self, texts: &[&str]) -> Result<Vec<Explanation>, EngineError> {
        let reads: Vec<ReadText> = texts.iter().map(|text| self.read(text)).collect();
        let traces = self.traces(&reads).await?;
        if !traces.iter().flatten().all(TraceNumbers::is_finite) {
            return Err(EngineError::NotFinite);
        }
        let each = texts.iter().zip(&reads).zip(&traces);
        Ok(each
            .map(|((text, read), trace)| self.explanation(text, read, trace.as_ref()))
            .collect())
    }

    /// What deleting the word number `word` of those that are read makes of the answer, the others
    /// closing up; one pass over both texts. Without its only word, a text is what the model makes
    /// of PAD alone.
    ///
    /// # Errors
    /// If there is no such word, the device was lost or failed, or an answer is no number.
    pub async fn without(&self, text: &str, word: usize) -> Result<Deletion, EngineError> {
        let ids = ids_of(&self.read(text));
        let words = ids.len();
        if word >= words {
            return Err(EngineError::Word { word, words });
        }
        let removed: Removed = (0..words).map(|other| other == word).collect();
        let rest = Removal::Delete.apply(&ids, &removed);
        let found = probabilities(&self.classifier, &[ids, rest]).await?;
        faultless()?;
        if !found.iter().flatten().all(|p| p.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        let classes = &self.package.card.classes;
        let [whole, without] = [0, 1].map(|at| Prediction::of(classes, found[at].clone()));
        Ok(Deletion { whole, without })
    }

    fn explanation(
        &self,
        text: &str,
        read: &ReadText,
        trace: Option<&TraceNumbers>,
    ) -> Explanation {
        let card = &self.package.card;
        explain(&card.id, text, read, &card.classes, trace)
    }

    /// The words of a text as the model reads them.
    fn read(&self, text: &str) -> ReadText {
        let Package {
            config, vocabulary, ..
        } = &self.package;
        read(text, config.reading.words, vocabulary, config.max_len)
    }

    /// One forward pass over the words of a text; `None` without words.
    async fn trace(&self, read: &ReadText) -> Result<Option<TraceNumbers>, EngineError> {
        let mut traces = self.traces(std::slice::from_ref(read)).await?;
        Ok(traces.pop().flatten())
    }

    /// One forward pass over the words of several texts; `None` for one without words.
    async fn traces(&self, reads: &[ReadText]) -> Result<Vec<Option<TraceNumbers>>, EngineError> {
        let ids: Vec<Vec<u32>> = reads.iter().map(ids_of).collect();
        let texts: Vec<&[u32]> = ids
            .iter()
            .filter(|ids| !ids.is_empty())
            .map(Vec::as_slice)
            .collect();
        if texts.is_empty() {
            return Ok(vec![None; reads.len()]);
        }
        let device = self.classifier.device();
        let batch = Batch::new(&texts, &self.package.config, &device);
        let trace = self.classifier.forward(&batch, None);
        let contributions = self.classifier.contributions(&trace);
        let mut traces = trace
            .read_with(Some(contributions))
            .await?
            .into_iter()
            .peekable();
        faultless()?;
        Ok(ids
            .iter()
            .map(|ids| traces.next_if(|_| !ids.is_empty()))
            .collect())
    }
}

/// Models on one device, by id.
#[derive(Debug)]
pub struct Engine {
    /// Where the models run.
    pub device: OpenDevice,
    models: BTreeMap<String, LoadedModel>,
}

impl Engine {
    /// Opens a device.
    ///
    /// # Errors
    /// If there is no such device here.
    pub async fn start(backend: Backend) -> Result<Self, EngineError> {
        Ok(Self {
            device: OpenDevice::open(backend).await?,
            models: BTreeMap::new(),
        })
    }

    /// Loads a model directory's files under `id`, in place of what was there.
    ///
    /// # Errors
    /// If the files are no model.
    pub fn load(&mut self, id: &str, files: &Files) -> Result<&LoadedModel, EngineError> {
        let mut model = LoadedModel::new(files, &self.device.device)?;
        if self.device.backend == Backend::WebGpu {
            model.classifier = model.classifier.with_joined_heads();
        }
        self.models.insert(id.to_owned(), model);
        self.model(id)
    }

    /// The model loaded under `id`.
    ///
    /// # Errors
    /// If there is none.
    pub fn model(&self, id: &str) -> Result<&LoadedModel, EngineError> {
        self.models
            .get(id)
            .ok_or_else(|| EngineError::Model(id.to_owned()))
    }

    /// Runs the fixed input through the model `id` on this engine's device and on Flex, compares
    /// all numbers that an explanation rests on, and times this device.
    ///
    /// # Errors
    /// If the device fails or there is no such model.
    pub async fn measure(&self, id: &str) -> Result<Measured, EngineError> {
        let model = self.model(id)?;
        let reference = LoadedModel::of(model.package.clone(), &Device::flex())?;
        let read = model.read(FIXED_TEXT);
        let here = model.trace(&read).await?;
        let there = reference.trace(&read).await?;
        let difference = match (here, there) {
            (Some(here), Some(there)) => largest_difference(&here, &there),
            _ => f64::INFINITY,
        };
        let mut times = Vec::with_capacity(TIMED_RUNS);
        for _ in 0..TIMED_RUNS {
            let start = Instant::now();
            match model.explain(FIXED_TEXT).await {
                // How fast a device is that computes wrongly can be told, too.
                Ok(_) | Err(EngineError::NotFinite) => {}
                Err(error) => return Err(error),
            }
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(Measured {
            backend: self.device.backend,
            agrees: difference <= AGREEMENT,
            difference,
            milliseconds: times[TIMED_RUNS / 2],
        })
    }
}

fn ids_of(read: &ReadText) -> Vec<u32> {
    read.words.iter().map(|word| word.id).collect()
}

/// An error if anything went wrong on the device so far.
fn faultless() -> Result<(), EngineError> {
    faults::first().map_or(Ok(()), |fault| Err(EngineError::Fault(fault)))
}

/// Largest |a − b| / max(1, |b|) over the numbers of two traces of the same words; infinite where
/// a number is none.
fn largest_difference(a: &TraceNumbers, b: &TraceNumbers) -> f64 {
    let numbers = |trace: &TraceNumbers| -> Vec<f32> {
        let mut all = [
            &trace.keep[..],
            &trace.embedding.values,
            &trace.logits,
            &trace.votes.values,
            &trace.scales,
            &trace.padding_neurons,
        ]
        .concat();
        for layer in &trace.layers {
            all.extend(layer.attention.iter().flat_map(|head| &head.values));
            all.extend(&layer.neurons.values);
        }
        all.extend(trace.contributions.iter().flat_map(|parts| parts.numbers()));
        all
    };
    largest(&numbers(a), &numbers(b))
}

/// Largest |a − b| / max(1, |b|) over the measures of two explanations of one text by one model on
/// different devices; infinite where they do not show the same words and classes.
///
/// Neurons are compared by their words' totals, since one that is all but idle may be active on
/// one device alone.
pub fn largest_explained_difference(a: &Explanation, b: &Explanation) -> f64 {
    let numbers = |explanation: &Explanation| -> Vec<f32> {
        let mut all: Vec<f32> = explanation
            .prediction
            .iter()
            .flat_map(|p| p.probabilities.clone())
            .collect();
        for word in &explanation.words {
            let measures = [
                word.neurons,
                word.decides,
                word.evidence,
                word.contribution,
                word.capacity,
                word.evidence_capacity,
                word.embedding_capacity,
                word.attention_received,
            ];
            all.push(word.keep);
            all.extend(measures.map(|measure| measure as f32));
        }
        let pairs = &explanation.interaction;
        let matrices = [
            &pairs.sharing,
            &pairs.evidence_sharing,
            &pairs.contribution,
            &pairs.cosine,
            &pairs.attention,
        ];
        for matrix in matrices {
            all.extend(&matrix.values);
        }
        all
    };
    largest(&numbers(a), &numbers(b))
}

fn largest(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    a.iter().zip(b).fold(0.0, |largest: f64, (&a, &b)| {
        let difference = f64::from((a - b).abs() / b.abs().max(1.0));
        if difference.is_nan() {
            f64::INFINITY
        } else {
            largest.max(difference)
        }
    })
}
