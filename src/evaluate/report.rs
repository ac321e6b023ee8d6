//! What evaluation finds out about a model on a data set: every measure, and the texts' values
//! of which it is the mean.

use serde::{Deserialize, Serialize};

use super::{
    Answer, Section, accuracy, calibration_error, macro_f1, majority_accuracy,
    mean_negative_log_likelihood,
};

/// Version of the [`Report`] format; raised when a field changes its meaning.
pub const REPORT_VERSION: u32 = 1;

/// One value of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section, the measure first, then what it is measured on, separated by slashes.
    pub name: String,
    /// The value; `None` if the text defines none.
    pub value: Option<f64>,
}

impl Value {
    /// Names a value.
    pub fn new(section: Section, name: impl Into<String>, value: Option<f64>) -> Self {
        Self {
            section,
            name: name.into(),
            value,
        }
    }
}

/// One measure over a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section.
    pub name: String,
    /// Its value; `None` if no text defines one.
    pub value: Option<f64>,
    /// Texts that it rests on; the others are left out.
    pub texts: usize,
}

/// The texts that were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSet {
    /// Name of the task.
    pub task: String,
    /// Part of the data.
    pub part: String,
    /// Number of texts.
    pub texts: usize,
    /// Number of texts from which they were drawn, and the seed; `None` if they are all there are.
    pub drawn: Option<Drawn>,
    /// SHA-256 of their words, read in the same way for all models, and labels: reports with the same checksum
    /// can be compared text by text.
    pub sha256: String,
}

/// How texts were drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Number of texts to draw from.
    pub from: usize,
    /// Seed of the draw.
    pub seed: u64,
}

/// All that is measured about a model on a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_VERSION`] of the writer.
    pub version: u32,
    /// The model's id.
    pub model: String,
    /// Id of the model whose keep and attention select words and pairs for the measures named
    /// `reference`.
    pub reference: Option<String>,
    /// The texts.
    pub data: DataSet,
    /// The measures, section by section.
    pub measures: Vec<Measure>,
    /// The texts' values.
    pub per_text: PerText,
}

/// A small record of every text, in the order of the data set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PerText {
    /// The classifier's answers.
    pub answers: Vec<Answer>,
    /// All other values, measure by measure.
    pub columns: Vec<Column>,
}

/// One measure's values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section.
    pub name: String,
    /// One value per text; `None` if the text defines none.
    pub values: Vec<Option<f32>>,
}

impl PerText {
    /// Adds the records of further texts, for which the same was measured.
    pub fn append(&mut self, more: Self) {
        self.answers.extend(more.answers);
        if self.columns.is_empty() {
            self.columns = more.columns;
        } else {
            for (column, more) in self.columns.iter_mut().zip(more.columns) {
                column.values.extend(more.values);
            }
        }
    }

    /// With a column `recall/CLASS` for each of `classes`, the names of the labels: 1 or 0 for each of its
    /// texts, by whether its class was recognised, so that the mean is the class's recall.
    #[must_use]
    pub fn with_recalls(mut self, classes: &[String]) -> Self {
        for (class, name) in classes.iter().enumerate() {
            let of_class = |answer: &Answer| {
                let told = if answer.is_correct() { 1.0 } else { 0.0 };
                (answer.label == class).then_some(told)
            };
            self.columns.push(Column {
                section: Section::Prediction,
                name: format!("recall/{name}"),
                values: self.answers.iter().map(of_class).collect(),
            });
        }
        self
    }

    /// The measures over the data set, section by section: those of the answers, then the mean of
    /// every column over the texts that define it.
    ///
    /// `weights` says how often each text counts.
    pub fn measures(&self, weights: &[f64]) -> Vec<Measure> {
        let of_answers = [
            ("accuracy", accuracy(&self.answers, weights)),
            (
                "majority_accuracy",
                majority_accuracy(&self.answers, weights),
            ),
            ("macro_f1", macro_f1(&self.answers, weights)),
            (
                "negative_log_likelihood",
                mean_negative_log_likelihood(&self.answers, weights),
            ),
            (
                "calibration_error",
                calibration_error(&self.answers, weights),
            ),
        ];
        let of_answers = of_answers.into_iter().map(|(name, value)| Measure {
            section: Section::Prediction,
            name: name.to_owned(),
            value,
            texts: self.answers.len(),
        });
        let of_columns = self.columns.iter().map(|column| column.measure(weights));
        of_answers.chain(of_columns).collect()
    }
}

impl Column {
    fn measure(&self, weights: &[f64]) -> Measure {
        let (mut sum, mut total, mut texts) = (0.0, 0.0, 0);
        for (value, weight) in self.values.iter().zip(weights) {
            if let Some(value) = value {
                sum += weight * f64::from(*value);
                total += weight;
                texts += 1;
            }
        }
        Measure {
            section: self.section,
            name: self.name.clone(),
            value: (total > 0.0).then(|| sum / total),
            texts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_text() -> PerText {
        PerText {
            answers: vec![
                Answer::new(&[0.0, 0.0], 0),
                Answer::new(&[0.0, 0.0], 1),
                Answer::new(&[0.0, 0.0], 0),
            ],
            columns: vec![Column {
                section: Section::Collapse,
                name: "attention_entropy".into(),
                values: vec![Some(0.5), None, Some(1.0)],
            }],
        }
    }

    #[test]
    fn measures_by_hand() {
        let measures = per_text().measures(&[1.0; 3]);
        let accuracy = &measures[0];
        assert_eq!((accuracy.value, accuracy.texts), (Some(2.0 / 3.0), 3));
        let entropy = &measures[5];
        assert_eq!((entropy.value, entropy.texts), (Some(0.75), 2));
        let weighted = per_text().measures(&[3.0, 5.0, 1.0]);
        // (3·½ + 1)/4
        assert_eq!(weighted[5].value, Some(0.625));
        let undefined = per_text().measures(&[0.0, 1.0, 0.0]);
        assert_eq!(undefined[5].value, None);
    }

    #[test]
    fn recall_is_of_a_class_own_texts() {
        let classes = ["a", "b", "c"].map(String::from);
        let measures = per_text().with_recalls(&classes).measures(&[1.0; 3]);
        let recalls = measures[6..].iter();
        let recalls: Vec<_> = recalls
            .map(|measure| (measure.name.as_str(), measure.value, measure.texts))
            .collect();
        // Ties go to the first class.
        let expected = [
            ("recall/a", Some(1.0), 2),
            ("recall/b", Some(0.0), 1),
            ("recall/c", None, 0),
        ];
        assert_eq!(recalls, expected);
    }
}
