//! Questions about one text that take many passes, answered in pieces, so that others are answered in between.

use serde::{Deserialize, Serialize};

use super::{EngineError, LoadedModel, faults};
use crate::attribute::{Examples, FiresAt, NeuronFlip, WordFlip};
use crate::evaluate::{Curves, CurvesRun};
use crate::explain::{Explanation, faithfulness_in_words, flip_in_words};

/// Seed of the random orders of words.
const SEED: u64 = 0;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// The fewest neurons whose silence changes the predicted class.
    FlipNeurons,
    /// The fewest words whose deletion changes it.
    FlipWords,
    /// Whether the words that contribute most are those that the prediction rests on.
    Faithfulness,
    /// In which lines of the text each neuron fires most.
    Examples,
}

/// A question and how far its answer is.
#[derive(Clone, Debug)]
pub struct Inquiry {
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    /// An answer that took no passes.
    Done(Answer),
    Neurons(NeuronFlip),
    Words(WordFlip, Vec<String>),
    Curves(Box<CurvesRun>),
    Examples(Examples, Vec<Vec<Option<Place>>>),
}

/// Where a word stands in its line: UTF-16 offsets of its begin and end.
type Place = (usize, usize);

/// A line in which a neuron fires.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FiringLine {
    /// Number of the line, from 0.
    pub line: usize,
    /// UTF-16 offset of the word at which it fires most.
    pub start: usize,
    /// UTF-16 offset after it.
    pub end: usize,
    /// Its activation there.
    pub activation: f32,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// What changes the predicted class.
    Flip(Flip),
    /// How the prediction fares as words fall away.
    Faithfulness {
        /// The curves and measures.
        #[serde(flatten)]
        curves: Curves,
        /// What they say.
        says: String,
    },
    /// Of each neuron of the last block, the lines in which it fires most, strongest first.
    Examples {
        /// One list per neuron.
        neurons: Vec<Vec<FiringLine>>,
    },
    /// The text has no words.
    NoWords,
}

/// What changes the predicted class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// Numbers of the neurons or words; `None` if nothing was found that changes it.
    pub found: Option<Vec<usize>>,
    /// Whether no smaller set changes it, or none at all if none was found.
    pub exact: bool,
    /// The same in words.
    pub says: String,
}

impl LoadedModel {
    /// Asks a question about a text.
    ///
    /// # Errors
    /// If the device was lost or failed, or the model's answer is not a number.
    pub async fn inquire(&self, text: &str, question: Question) -> Result<Inquiry, EngineError> {
        let work = match question {
            Question::FlipNeurons => self.flip_neurons(text).await?,
            Question::FlipWords => self.flip_words(text).await?,
            Question::Faithfulness => self.curves(text).await?,
            Question::Examples => Some(self.examples(text)),
        };
        let work = work.unwrap_or(Work::Done(Answer::NoWords));
        Ok(Inquiry { work })
    }

    /// Without a search where the head reads nothing but the neurons; `None` without words, as below.
    async fn flip_neurons(&self, text: &str) -> Result<Option<Work>, EngineError> {
        let (explanation, steering) = self.explain_to_steer(text, None).await?;
        let search = |class| {
            let order = speaking(&explanation);
            Work::Neurons(NeuronFlip::new(&self.read(text).ids, class, order))
        };
        Ok(match steering {
            Some(steering) => Some(Work::Done(neurons(steering.fewest_to_flip(), true))),
            None => explanation.predicted().map(search),
        })
    }

    async fn flip_words(&self, text: &str) -> Result<Option<Work>, EngineError> {
        let explanation = self.explain(text).await?;
        let search = |class| {
            let words = explanation.words.iter().map(|word| word.text.clone());
            Work::Words(
                WordFlip::new(self.read(text).encoded(), class),
                words.collect(),
            )
        };
        Ok(explanation.predicted().map(search))
    }

    async fn curves(&self, text: &str) -> Result<Option<Work>, EngineError> {
        let read = self.read(text);
        let trace = self.finite_trace(&read, None).await?;
        let run = |trace| CurvesRun::new(trace, read.places(), SEED);
        Ok(trace.map(|trace| Work::Curves(Box::new(run(trace)))))
    }

    fn examples(&self, lines: &str) -> Work {
        let reads: Vec<_> = lines.lines().map(|line| self.read(line)).collect();
        let ids = reads.iter().map(|read| read.ids.clone());
        let places = reads.iter().map(|read| {
            let words = read.words.iter().zip(read.places());
            let mut places = vec![None; read.ids.len()];
            for (word, place) in words {
                places[place].fill(Some((word.start, word.end)));
            }
            places
        });
        let search = Examples::new(ids.collect(), self.package.config.d_ff);
        Work::Examples(search, places.collect())
    }
}

impl Inquiry {
    /// Passes made, and how many there may be in all.
    pub fn progress(&self) -> (usize, usize) {
        match &self.work {
            Work::Done(_) => (1, 1),
            Work::Neurons(_) => (0, 1),
            Work::Words(search, _) => search.progress(),
            Work::Curves(run) => run.progress(),
            Work::Examples(search, _) => search.progress(),
        }
    }

    /// Makes some more passes of the model that was asked; the answer, once it is there.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(&mut self, model: &LoadedModel) -> Result<Option<Answer>, EngineError> {
        let classifier = &model.classifier;
        let answer = match &mut self.work {
            Work::Done(answer) => Some(answer.clone()),
            Work::Neurons(search) => {
                let over = search.advance(classifier).await?;
                let found = search.found();
                let found = found.map(|found| found.iter().map(|&n| n as usize).collect());
                over.then(|| neurons(found, false))
            }
            Work::Words(search, words) => {
                let over = search.advance(classifier).await?;
                over.then(|| deleted(search, words))
            }
            Work::Curves(run) => {
                let curves = run.advance(classifier).await?;
                curves.map(|curves| faithfulness(curves, &model.package.card.classes))
            }
            Work::Examples(search, places) => {
                let over = search.advance(classifier).await?;
                over.then(|| lines(search, places))
            }
        };
        match faults::first() {
            Some(fault) => Err(EngineError::Fault(fault)),
            None => Ok(answer),
        }
    }
}

/// The active neurons that say something for the predicted class, those that say most first.
fn speaking(explanation: &Explanation) -> Vec<u32> {
    let allocation = &explanation.allocation;
    let each = allocation.neurons.iter().zip(&allocation.said);
    let mut neurons: Vec<(&u32, &f64)> = each.filter(|(_, said)| **said > 0.0).collect();
    neurons.sort_by(|a, b| b.1.total_cmp(a.1));
    neurons.into_iter().map(|(&neuron, _)| neuron).collect()
}

fn neurons(found: Option<Vec<usize>>, exact: bool) -> Answer {
    let names: Option<Vec<String>> = found
        .as_ref()
        .map(|found| found.iter().map(usize::to_string).collect());
    Answer::Flip(Flip {
        says: flip_in_words("neuron", names.as_deref(), exact),
        found,
        exact,
    })
}

fn deleted(search: &WordFlip, words: &[String]) -> Answer {
    let found = search.found();
    let exact = search.is_exact();
    let name = |&word: &usize| format!("“{}”", words[word]);
    let names: Option<Vec<String>> = found.as_ref().map(|found| found.iter().map(name).collect());
    Answer::Flip(Flip {
        says: flip_in_words("word", names.as_deref(), exact),
        found,
        exact,
    })
}

/// Where the words are at which each neuron fires; what fires before or after a text is at no word.
fn lines(search: &Examples, places: &[Vec<Option<Place>>]) -> Answer {
    let of_neuron = |found: &Vec<FiresAt>| {
        let lines = found.iter().filter_map(|at| {
            let (start, end) = places[at.text][at.word]?;
            Some(FiringLine {
                line: at.text,
                start,
                end,
                activation: at.activation,
            })
        });
        lines.collect()
    };
    Answer::Examples {
        neurons: search.found().iter().map(of_neuron).collect(),
    }
}

fn faithfulness(curves: Curves, classes: &[String]) -> Answer {
    let measures = curves.measures.iter();
    let falls: Vec<[f64; 2]> = measures
        .map(|one| [one.comprehensiveness, one.sufficiency])
        .collect();
    let class = &classes[curves.class];
    Answer::Faithfulness {
        says: faithfulness_in_words(
            class,
            curves.gone.last().copied().unwrap_or_default(),
            &falls,
            curves.knockout_error,
        ),
        curves,
    }
}
