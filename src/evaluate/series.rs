//! A measure of every text, so that models can be compared text by text.

use serde::{Deserialize, Serialize};

/// One measure over a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What is measured.
    pub name: String,
    /// One value a text, in the order of the texts; `None` where the measure is not defined.
    pub values: Vec<Option<f64>>,
}

/// The measures of one text by name.
pub(super) type Values = Vec<(String, Option<f64>)>;

impl Series {
    /// One series for each name, from texts that all have the same names in the same order.
    pub(super) fn of_texts(texts: Vec<Values>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for text in texts {
            all.resize_with(text.len(), || Self {
                name: String::new(),
                values: Vec::new(),
            });
            for (series, (name, value)) in all.iter_mut().zip(text) {
                series.name = name;
                series.values.push(value);
            }
        }
        all
    }

    /// Mean over the texts that have a value; `None` if there is none.
    pub fn mean(&self) -> Option<f64> {
        let known = self.values.iter().flatten();
        let count = known.clone().count();
        (count > 0).then(|| known.sum::<f64>() / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_a_value_do_not_count() {
        let text = |a, b| vec![("a".to_owned(), a), ("b".to_owned(), b)];
        let texts = vec![
            text(Some(1.0), None),
            text(None, None),
            text(Some(0.5), None),
        ];
        let [a, b] = &Series::of_texts(texts)[..] else {
            panic!("two series")
        };
        assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
        assert_eq!(a.values, [Some(1.0), None, Some(0.5)]);
        assert_eq!((a.mean(), b.mean()), (Some(0.75), None));
    }
}
