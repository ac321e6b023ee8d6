//! The result of fine-tuning: the start model and the tuned one on the held-out texts.

use serde::Serialize;

use super::texts::HeldOut;
use crate::evaluate::{
    Answer, Interval, MeasureError, PerText, Section, Text, bootstrap, measure, wilson,
};
use crate::model::Classifier;

/// What is measured besides the prediction.
const SECTIONS: [Section; 2] = [Section::Redistribution, Section::Collapse];

/// Held-out texts that are measured in one piece.
const PIECE: usize = 16;

/// Bootstrap resamples of the held-out texts.
const RESAMPLES: usize = 1000;

/// How many texts that changed their class a result lists, and how many misclassified ones.
const LISTED: usize = 100;

/// Seed of the resamples.
const SEED: u64 = 0;

/// Both models on the held-out texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TuningResult {
    /// Held-out texts.
    pub texts: usize,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The epoch whose weights were measured; `None` if the run was stopped within its first.
    pub epoch: Option<usize>,
    /// The commonest class of these texts.
    pub majority: String,
    /// The accuracy of guessing, each class as often as any other.
    pub chance: f64,
    /// The measures, accuracy first.
    pub measures: Vec<MeasureChange>,
    /// How well the tuned model recognises each class.
    pub scores: Vec<ClassScores>,
    /// Resamples behind the intervals.
    pub resamples: usize,
    /// Texts by true class and class that the start model predicts; `None` if the head is new.
    pub confusion_before: Option<Confusion>,
    /// The same for the tuned model.
    pub confusion_after: Confusion,
    /// Number of texts whose predicted class changed; 0 if the head is new.
    pub changed_texts: usize,
    /// The first of them, by line.
    pub changed: Vec<ChangedExample>,
    /// Number of texts whose class the tuned model gets wrong.
    pub wrong_texts: usize,
    /// Those of them of which it is surest.
    pub wrong: Vec<WrongExample>,
}

/// Numbers of texts: one row per true class, one column per predicted class.
pub type Confusion = Vec<Vec<usize>>;

/// A measure before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasureChange {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section.
    pub name: String,
    /// Of the start model; `None` if it is not defined.
    pub before: Option<Estimate>,
    /// Of the tuned one.
    pub after: Option<Estimate>,
    /// After minus before, paired text by text.
    pub difference: Option<Estimate>,
}

/// A value and how certain it is, as a 95 % interval: Wilson's for an accuracy or a recall; for everything else,
/// and for all differences, the percentile interval of a bootstrap over the texts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its interval; `None` if no resample defines one.
    pub interval: Option<Interval>,
}

/// A held-out text whose predicted class changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedExample {
    /// Its line in the data.
    pub line: usize,
    /// The text.
    pub text: String,
    /// Its label.
    pub label: String,
    /// The start model's class.
    pub before: String,
    /// The tuned model's.
    pub after: String,
}

/// How well a class is recognised; each score is in [0, 1], and `None` if there is no text to define it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// The class.
    pub name: String,
    /// Its held-out texts.
    pub texts: usize,
    /// Of the texts predicted to be of the class, the share that are.
    pub precision: Option<f64>,
    /// Of its texts, the share predicted to be of it.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
}

/// A held-out text whose class the tuned model gets wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongExample {
    /// Its line in the data.
    pub line: usize,
    /// The text.
    pub text: String,
    /// Its label.
    pub label: String,
    /// The tuned model's class.
    pub predicted: String,
    /// The probability that it gives this class.
    pub probability: f32,
}

/// Measures both models, piece by piece.
pub(super) struct Comparing {
    /// Texts by length, so that those of a piece are of similar length.
    texts: Vec<Text>,
    /// Which of the held-out texts each of them is.
    order: Vec<usize>,
    new_head: bool,
    /// Of the start model and of the tuned one.
    measured: [PerText; 2],
}

impl Comparing {
    pub(super) fn new(held_out: &[HeldOut], new_head: bool) -> Self {
        let mut order: Vec<usize> = (0..held_out.len()).collect();
        order.sort_by_key(|&at| held_out[at].example.ids.len());
        let text = |&at: &usize| Text {
            example: held_out[at].example.clone(),
            reference: Some(held_out[at].example.text()),
            marked: Vec::new(),
        };
        Self {
            texts: order.iter().map(text).collect(),
            order,
            new_head,
            measured: Default::default(),
        }
    }

    /// Texts that are measured.
    pub(super) fn done(&self) -> usize {
        self.measured[0].answers.len()
    }

    /// Measures some more texts with both models; the start model selects words and pairs for
    /// both, in addition to their own choice.
    pub(super) async fn advance(
        &mut self,
        start: &Classifier,
        tuned: &Classifier,
    ) -> Result<(), MeasureError> {
        let done = self.done();
        let piece = &self.texts[done..self.texts.len().min(done + PIECE)];
        let [before, after] = &mut self.measured;
        before.append(match self.new_head {
            true => measured(start, start, &unlabelled(piece)).await?,
            false => measured(start, start, piece).await?,
        });
        after.append(measured(tuned, start, piece).await?);
        Ok(())
    }

    /// The result, once all texts are measured.
    pub(super) fn finish(
        &self,
        held_out: &[HeldOut],
        classes: &[String],
        epoch: Option<usize>,
    ) -> TuningResult {
        let [before, after] = self
            .measured
            .each_ref()
            .map(|measured| measured.clone().with_recalls(classes));
        let new_head = self.new_head;
        let mut changed: Vec<ChangedExample> = self
            .order
            .iter()
            .zip(before.answers.iter().zip(&after.answers))
            .filter(|(_, (before, after))| !new_head && before.predicted != after.predicted)
            .map(|(&at, (before, after))| {
                let source = &held_out[at].source;
                ChangedExample {
                    line: source.line,
                    text: source.text.clone(),
                    label: source.label.clone(),
                    before: classes[before.predicted].clone(),
                    after: classes[after.predicted].clone(),
                }
            })
            .collect();
        changed.sort_by_key(|example| example.line);
        let changed_texts = changed.len();
        changed.truncate(LISTED);
        let mut wrong = self.wrong(&after.answers, held_out, classes);
        let wrong_texts = wrong.len();
        wrong.truncate(LISTED);
        let confusion_after = confusion(&after.answers, classes.len());
        TuningResult {
            texts: self.texts.len(),
            classes: classes.to_vec(),
            epoch,
            majority: commonest(classes, &confusion_after).to_owned(),
            chance: 1.0 / classes.len() as f64,
            measures: changes(&before, &after, new_head),
            scores: scores(classes, &confusion_after),
            resamples: RESAMPLES,
            confusion_before: (!new_head).then(|| confusion(&before.answers, classes.len())),
            confusion_after,
            changed_texts,
            changed,
            wrong_texts,
            wrong,
        }
    }

    /// The texts whose class the tuned model gets wrong, those first of which it is surest.
    fn wrong(
        &self,
        answers: &[Answer],
        held_out: &[HeldOut],
        classes: &[String],
    ) -> Vec<WrongExample> {
        let answered = self.order.iter().zip(answers);
        let wrong = answered.filter(|(_, answer)| answer.predicted != answer.label);
        let mut wrong: Vec<WrongExample> = wrong
            .map(|(&at, answer)| {
                let source = &held_out[at].source;
                WrongExample {
                    line: source.line,
                    text: source.text.clone(),
                    label: source.label.clone(),
                    predicted: classes[answer.predicted].clone(),
                    probability: answer.confidence,
                }
            })
            .collect();
        let surest = |a: &WrongExample, b: &WrongExample| b.probability.total_cmp(&a.probability);
        wrong.sort_by(|a, b| surest(a, b).then(a.line.cmp(&b.line)));
        wrong
    }
}

async fn measured(
    model: &Classifier,
    start: &Classifier,
    texts: &[Text],
) -> Result<PerText, MeasureError> {
    measure(model, Some(start), texts, &SECTIONS, PIECE, |_| {}).await
}

/// Texts with a label that every model has, for a model that does not have theirs; what is
/// measured about its answers means nothing.
fn unlabelled(texts: &[Text]) -> Vec<Text> {
    let mut texts = texts.to_vec();
    texts.iter_mut().for_each(|text| text.example.label = 0);
    texts
}

/// All measures with their intervals, from one bootstrap, so that differences are paired. Accuracies and
/// recalls have Wilson's instead: if all of a few texts are right, they are right in every
/// resample, and the bootstrap's interval would have no width.
fn changes(before: &PerText, after: &PerText, new_head: bool) -> Vec<MeasureChange> {
    // The start model could not predict any of a new head's classes.
    let defined = |section| !(new_head && section == Section::Prediction);
    let statistics = |weights: &[f64]| -> Vec<Option<f64>> {
        let [before, after] = [before, after].map(|texts| texts.measures(weights));
        let each = before.iter().zip(&after).flat_map(|(before, after)| {
            let value = before.value.filter(|_| defined(before.section));
            let difference = value.zip(after.value).map(|(before, after)| after - before);
            [value, after.value, difference]
        });
        each.collect()
    };
    let texts = after.answers.len();
    let whole = vec![1.0; texts];
    let intervals = bootstrap(texts, RESAMPLES, SEED, statistics);
    let estimates: Vec<Option<Estimate>> = statistics(&whole)
        .into_iter()
        .zip(intervals)
        .map(|(value, interval)| {
            Some(Estimate {
                value: value?,
                interval,
            })
        })
        .collect();
    let named = after.measures(&whole);
    let changes = named.into_iter().zip(estimates.as_chunks().0);
    changes
        .map(|(measure, &[before, after, difference])| {
            let is_part_of_texts = ["accuracy", "majority_accuracy"]
                .contains(&measure.name.as_str())
                || measure.name.starts_with("recall/");
            let own = |estimate: Option<Estimate>| match is_part_of_texts {
                true => estimate.map(|part| Estimate {
                    interval: Some(wilson(part.value, measure.texts)),
                    ..part
                }),
                false => estimate,
            };
            MeasureChange {
                before: own(before),
                after: own(after),
                difference,
                section: measure.section,
                name: measure.name,
            }
        })
        .collect()
}

fn confusion(answers: &[Answer], classes: usize) -> Confusion {
    let mut counts = vec![vec![0; classes]; classes];
    for answer in answers {
        counts[answer.label][answer.predicted] += 1;
    }
    counts
}

/// The class with most texts; the first of them if several have as many.
fn commonest<'a>(classes: &'a [String], confusion: &Confusion) -> &'a str {
    let texts = |class: &usize| confusion[*class].iter().sum::<usize>();
    let most = (0..classes.len()).rev().max_by_key(texts);
    most.map_or("", |class| &classes[class])
}

/// Precision, recall and F1 of each class.
fn scores(classes: &[String], confusion: &Confusion) -> Vec<ClassScores> {
    let part = |of: usize, all: usize| (all > 0).then(|| of as f64 / all as f64);
    let score = |(class, name): (usize, &String)| {
        let hits = confusion[class][class];
        let texts = confusion[class].iter().sum();
        let said: usize = confusion.iter().map(|row| row[class]).sum();
        ClassScores {
            name: name.clone(),
            texts,
            precision: part(hits, said),
            recall: part(hits, texts),
            f1: part(2 * hits, texts + said),
        }
    };
    classes.iter().enumerate().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_classes_by_hand() {
        // Of a's three texts two are recognised, of b's one text none; c has no texts and is never predicted.
        let confusion = vec![vec![2, 1, 0], vec![1, 0, 0], vec![0, 0, 0]];
        let classes = ["a", "b", "c"].map(str::to_owned);
        let [a, b, c] = &scores(&classes, &confusion)[..] else {
            panic!("three classes")
        };
        let third = Some(2.0 / 3.0);
        assert_eq!(
            (a.texts, a.precision, a.recall, a.f1),
            (3, third, third, third)
        );
        assert_eq!(
            (b.precision, b.recall, b.f1),
            (Some(0.0), Some(0.0), Some(0.0))
        );
        assert_eq!(
            (c.texts, c.precision, c.recall, c.f1),
            (0, None, None, None)
        );
    }
}
