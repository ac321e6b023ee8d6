//! Reading a report that was stored as JSON.

use serde::Deserialize;

use super::{Answer, PerText, REPORT_VERSION, Report};

/// Maximum number of classes in a report.
const MOST_CLASSES: usize = 10_000;

impl Report {
    /// Reads a report from JSON.
    ///
    /// # Errors
    /// If `json` is not a report of [`REPORT_VERSION`], has too many classes, lacks a value for some text or holds a
    /// number that is too large to be one.
    pub fn from_json(json: &str) -> Result<Self, ReportError> {
        let Versioned { version } = serde_json::from_str(json).map_err(ReportError::Format)?;
        if version != REPORT_VERSION {
            return Err(ReportError::Version { found: version });
        }
        let report: Self = serde_json::from_str(json).map_err(ReportError::Format)?;
        report.check()?;
        Ok(report)
    }

    /// Checks the numbers that the sizes of tables depend on.
    fn check(&self) -> Result<(), ReportError> {
        let PerText { answers, columns } = &self.per_text;
        let classes = answers.iter().map(Answer::largest_class).max();
        if let Some(class) = classes.filter(|&class| class >= MOST_CLASSES) {
            return Err(ReportError::Classes { class });
        }
        let expected = self.data.texts;
        let lengths = columns.iter().map(|column| column.values.len());
        let mut lengths = lengths.chain([answers.len()]);
        match lengths.find(|&found| found != expected) {
            Some(found) => Err(ReportError::Texts { found, expected }),
            None => Ok(()),
        }
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why a stored report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The text is not a report.
    #[error("this is not a report of an evaluation: {0}")]
    Format(serde_json::Error),
    /// The report was written by another release.
    #[error(
        "this report has format {found}, but this release reads {REPORT_VERSION}; evaluate the model again"
    )]
    Version {
        /// The version that the text names.
        found: u32,
    },
    /// A class has a number that no classifier would give it.
    #[error(
        "the report names class number {class}, but the largest may be {}; evaluate the model again",
        MOST_CLASSES - 1
    )]
    Classes {
        /// The number.
        class: usize,
    },
    /// The number of values is not that of the texts.
    #[error("the report has {found} values for {expected} texts; evaluate the model again")]
    Texts {
        /// Values of a measure.
        found: usize,
        /// Texts that were measured.
        expected: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Column, DataSet, Drawn, Section};

    /// Of three texts.
    fn report() -> Report {
        let per_text = PerText {
            answers: [0, 1, 0]
                .map(|label| Answer::new(&[0.0, 0.0], label))
                .into(),
            columns: vec![Column {
                section: Section::Collapse,
                name: "attention_entropy".into(),
                values: vec![Some(0.5), None, Some(1.0)],
            }],
        };
        Report {
            version: REPORT_VERSION,
            model: "safr".into(),
            reference: Some("plain".into()),
            data: DataSet {
                task: "sst2".into(),
                part: "test".into(),
                texts: 3,
                drawn: Some(Drawn { from: 9, seed: 0 }),
                sha256: "00".into(),
            },
            measures: per_text.measures(&[1.0; 3]),
            per_text,
        }
    }

    #[test]
    fn json_is_read_back_as_it_was_written() {
        let written = report();
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(Report::from_json(&json).unwrap(), written);
    }

    #[test]
    fn other_versions_and_other_texts_are_refused() {
        let newer = Report::from_json(r#"{"version": 2}"#);
        assert!(matches!(newer, Err(ReportError::Version { found: 2 })));
        let history = Report::from_json(r#"{"version": 1, "records": []}"#);
        assert!(matches!(history, Err(ReportError::Format(_))));
    }

    #[test]
    fn tables_are_as_large_as_what_is_measured() {
        let read = |report: &Report| Report::from_json(&serde_json::to_string(report).unwrap());
        for class in [MOST_CLASSES, usize::MAX] {
            let mut of_a_class = report();
            of_a_class.per_text.answers[1].predicted = class;
            let refused = read(&of_a_class);
            assert!(
                matches!(refused, Err(ReportError::Classes { class: found }) if found == class)
            );
        }
        let mut of_texts = report();
        of_texts.data.texts = 1 << 50;
        assert!(matches!(
            read(&of_texts),
            Err(ReportError::Texts { found: 3, .. })
        ));
        let mut of_values = report();
        of_values.per_text.columns[0].values.pop();
        assert!(matches!(
            read(&of_values),
            Err(ReportError::Texts { found: 2, .. })
        ));
    }

    /// 1e39 is a number in JSON, but as a 32-bit one it would be infinite; 1e999 would be in 64 bits, too.
    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        let json = serde_json::to_string(&report()).unwrap();
        for (from, to) in [
            ("[0.5,null,1.0]", "[0.5,null,1e39]"),
            ("[0.5,null,1.0]", "[0.5,null,1e999]"),
            ("\"confidence\":0.5", "\"confidence\":1e300"),
        ] {
            let other = json.replacen(from, to, 1);
            assert_ne!(other, json, "{from}");
            let error = Report::from_json(&other).unwrap_err().to_string();
            assert!(error.contains("number out of range"), "{to}: {error}");
        }
    }
}
