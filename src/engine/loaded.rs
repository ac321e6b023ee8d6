//! A model on a device, and what it makes of texts.

use burn::tensor::Device;

use super::{EngineError, faults};
use crate::attribute::{Removal, Removed, probabilities};
use crate::explain::{Changes, Deletion, Explanation, Prediction, Steering, TraceNumbers, explain};
use crate::model::{Batch, Classifier, Readout};
use crate::package::{Files, Package};
use crate::text::{ReadText, read};

/// A model, ready to explain.
#[derive(Clone, Debug)]
pub struct LoadedModel {
    /// The contents of the directory; its parameters are on the device as well.
    pub package: Package,
    pub(super) classifier: Classifier,
}

impl LoadedModel {
    /// Checks a model directory's files and puts the model on `device`.
    ///
    /// # Errors
    /// If the files are not a model.
    pub fn new(files: &Files, device: &Device) -> Result<Self, EngineError> {
        Self::of(Package::from_files(files)?, device)
    }

    /// Puts a model on `device`, with its gate's values as given.
    ///
    /// # Errors
    /// If its parameters do not fit its config.
    pub fn of(package: Package, device: &Device) -> Result<Self, EngineError> {
        let classifier = Classifier::new(&package.config, &package.weights, device)?
            .with_gate_values(&package.gate_values)
            .for_explanations();
        Ok(Self {
            package,
            classifier,
        })
    }

    /// The model on its device, with its gate looked up.
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// The number of a layer, if the model has one of that number.
    pub fn layer(&self, asked: Option<usize>) -> Option<usize> {
        asked.filter(|&layer| layer < self.package.config.layers)
    }

    /// Explains what the model makes of a text. Any string will do: one without words has an
    /// explanation without a prediction.
    ///
    /// # Errors
    /// If the device was lost or failed, or the answer is not a number.
    pub async fn explain(&self, text: &str) -> Result<Explanation, EngineError> {
        let mut explanations = self.explain_all(&[text]).await?;
        Ok(explanations.swap_remove(0))
    }

    /// Explains several texts in one forward pass, in their order.
    ///
    /// # Errors
    /// If the device was lost or failed, or an answer is not a number.
    pub async fn explain_all(&self, texts: &[&str]) -> Result<Vec<Explanation>, EngineError> {
        let reads: Vec<ReadText> = texts.iter().map(|text| self.read(text)).collect();
        let traces = finite(self.traced(&reads, self.whole(), None).await?)?;
        let each = texts.iter().zip(&reads).zip(&traces);
        Ok(each
            .map(|((text, read), trace)| self.explanation(text, read, trace.as_ref()))
            .collect())
    }

    /// Explains a text by the neurons of a `layer`, with what takes to steer those of the last without another pass;
    /// `None` if the head reads more than the neurons, or there are no words.
    ///
    /// # Errors
    /// If there is no such layer, the device was lost or failed, or the answer is not a number.
    pub async fn explain_to_steer(
        &self,
        text: &str,
        layer: Option<usize>,
    ) -> Result<(Explanation, Option<Steering>), EngineError> {
        let read = self.read(text);
        let trace = self.finite_trace(&read, layer).await?;
        let reads_neurons = self.package.config.readout == Readout::Neurons;
        let steering = trace.as_ref().filter(|_| reads_neurons).map(Steering::of);
        Ok((self.explanation(text, &read, trace.as_ref()), steering))
    }

    /// Explains what the model makes of a text with parts of it switched off or turned up.
    ///
    /// # Errors
    /// If there is no such part, the device was lost or failed, or the answer is not a number.
    pub async fn explain_changed(
        &self,
        text: &str,
        changes: &Changes,
    ) -> Result<Explanation, EngineError> {
        self.explain_layer(text, changes, None).await
    }

    /// The same by the neurons of a `layer`, counted from 0; `None`: of the last.
    ///
    /// # Errors
    /// If there is no such part or layer, the device was lost or failed, or the answer is not a number.
    pub async fn explain_layer(
        &self,
        text: &str,
        changes: &Changes,
        layer: Option<usize>,
    ) -> Result<Explanation, EngineError> {
        let read = self.read(text);
        self.check(changes, read.words.len())?;
        let classifier = self.classifier.changed(changes);
        let reads = std::slice::from_ref(&read);
        let at = at_places(changes, &read);
        let traces = self.traced(reads, (&classifier, &at), layer).await?;
        let trace = finite(traces)?.pop().flatten();
        Ok(Explanation {
            changes: changes.clone(),
            ..self.explanation(text, &read, trace.as_ref())
        })
    }

    /// Checks that a model has the parts that are changed, and a text of so many `words` those that are kept out.
    fn check(&self, changes: &Changes, words: usize) -> Result<(), EngineError> {
        let config = &self.package.config;
        let neurons = changes.neurons.last_key_value().map(|(&at, _)| at);
        let heads = changes.heads.last_key_value().map(|(&at, _)| at);
        for (what, largest, count) in [
            ("neuron", neurons, config.d_ff),
            ("head", heads, config.heads),
        ] {
            if let Some(number) = largest.filter(|&number| number >= count) {
                return Err(EngineError::Part {
                    what,
                    number,
                    count,
                });
            }
        }
        changes
            .words
            .last()
            .map_or(Ok(()), |&word| has_word(word, words))
    }

    /// How the answer changes when word number `word` of those that are read is deleted and the others
    /// move up; one pass over both texts. A text without its only word is what the model makes
    /// of PAD alone.
    ///
    /// # Errors
    /// If there is no such word, the device was lost or failed, or an answer is not a number.
    pub async fn without(&self, text: &str, word: usize) -> Result<Deletion, EngineError> {
        let text = self.read(text).encoded();
        has_word(word, text.places.len())?;
        let removed: Removed = (0..text.places.len()).map(|at| at == word).collect();
        let rest = Removal::Delete.apply(&text, &removed, self.package.config.reading.words);
        let found = probabilities(&self.classifier, &[text.ids, rest]).await?;
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
        Explanation {
            untrained: card.untrained,
            ..explain(&card.id, text, read, &card.classes, trace)
        }
    }

    /// The model without changes.
    fn whole(&self) -> (&Classifier, &Changes) {
        static NONE: Changes = Changes::NONE;
        (&self.classifier, &NONE)
    }

    /// The words of a text as the model reads them.
    pub(super) fn read(&self, text: &str) -> ReadText {
        let Package {
            config, vocabulary, ..
        } = &self.package;
        read(text, config.reading.words, vocabulary, config.max_len)
    }

    /// One forward pass over the words of a text, with the neurons of a `layer` as those that are shown; `None` without
    /// words.
    pub(super) async fn trace(
        &self,
        read: &ReadText,
        layer: Option<usize>,
    ) -> Result<Option<TraceNumbers>, EngineError> {
        let reads = std::slice::from_ref(read);
        let mut traces = self.traced(reads, self.whole(), layer).await?;
        Ok(traces.pop().flatten())
    }

    /// [`LoadedModel::trace`] without a number that is none.
    pub(super) async fn finite_trace(
        &self,
        read: &ReadText,
        layer: Option<usize>,
    ) -> Result<Option<TraceNumbers>, EngineError> {
        let trace = self.trace(read, layer).await?;
        Ok(finite(vec![trace])?.pop().flatten())
    }

    /// One forward pass of a model over the words of several texts, some of whose gates may be closed, with the
    /// neurons of a `layer` as those that are shown; `None` for a text without words.
    async fn traced(
        &self,
        reads: &[ReadText],
        (classifier, changes): (&Classifier, &Changes),
        layer: Option<usize>,
    ) -> Result<Vec<Option<TraceNumbers>>, EngineError> {
        let layers = self.package.config.layers;
        let layer = layer.unwrap_or(layers - 1);
        if layer >= layers {
            return Err(EngineError::Layer { layer, layers });
        }
        let ids: Vec<Vec<u32>> = reads.iter().map(|read| read.ids.clone()).collect();
        let texts: Vec<&[u32]> = ids
            .iter()
            .filter(|ids| !ids.is_empty())
            .map(Vec::as_slice)
            .collect();
        if texts.is_empty() {
            return Ok(vec![None; reads.len()]);
        }
        let device = classifier.device();
        let batch = Batch::new(&texts, &self.package.config, &device);
        let trace = classifier.forward_without_words(&batch, changes);
        let contributions = classifier.contributions_at(&trace, layer);
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

/// Changes with the places of what the words are read as, in place of the words.
fn at_places(changes: &Changes, read: &ReadText) -> Changes {
    let places = read.places();
    Changes {
        words: changes
            .words
            .iter()
            .flat_map(|&word| places[word].clone())
            .collect(),
        ..changes.clone()
    }
}

/// Traces without a number that is none.
fn finite(traces: Vec<Option<TraceNumbers>>) -> Result<Vec<Option<TraceNumbers>>, EngineError> {
    match traces.iter().flatten().all(TraceNumbers::is_finite) {
        true => Ok(traces),
        false => Err(EngineError::NotFinite),
    }
}

fn has_word(word: usize, words: usize) -> Result<(), EngineError> {
    match word < words {
        true => Ok(()),
        false => Err(EngineError::Word { word, words }),
    }
}

/// An error if anything went wrong on the device so far.
fn faultless() -> Result<(), EngineError> {
    faults::first().map_or(Ok(()), |fault| Err(EngineError::Fault(fault)))
}
