//! The numbers of a chart as rows of csv.

use csv::Writer;
use serde::Serialize;

use super::{Chart, ChartError, Excerpt};
use crate::attribute::Ranking;
use crate::explain::{Explanation, History, Matrix, Part, Word};

/// The numbers behind a chart: a row per word; of the allocation one per neuron and word that takes part of it, of the
/// interaction one per pair of words. Words are numbered from 0.
///
/// # Errors
/// Never in practice: if a row cannot be written.
pub fn csv(excerpt: &Excerpt) -> Result<String, ChartError> {
    let explanation = excerpt.explanation;
    let mut rows = Writer::from_writer(Vec::new());
    let written = match excerpt.chart {
        Chart::Explanation | Chart::Words => {
            let mut words = explanation.words.iter();
            // A row has no room for a word's pieces.
            words.try_for_each(|word| {
                rows.serialize(Word {
                    pieces: Vec::new(),
                    ..word.clone()
                })
            })
        }
        Chart::Evidence => evidence(explanation, &mut rows),
        Chart::Allocation | Chart::Shares => allocation(explanation, &mut rows),
        Chart::Interaction | Chart::Contributions => interaction(explanation, &mut rows),
        Chart::Faithfulness => faithfulness(excerpt, &mut rows),
    };
    text(rows, written)
}

/// The epochs of a training run, a row each.
///
/// # Errors
/// Never in practice: if a row cannot be written.
pub fn history_csv(history: &History) -> Result<String, ChartError> {
    let mut rows = Writer::from_writer(Vec::new());
    let mut records = history.records.iter();
    let written = records.try_for_each(|record| rows.serialize(record));
    text(rows, written)
}

fn text(rows: Rows, written: csv::Result<()>) -> Result<String, ChartError> {
    let failed = |error: &dyn std::fmt::Display| ChartError::Draw(error.to_string());
    written.map_err(|error| failed(&error))?;
    let bytes = rows.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

type Rows = Writer<Vec<u8>>;

#[derive(Serialize)]
struct EvidenceRow<'a> {
    /// Number of the word; empty for what is none.
    word: Option<usize>,
    text: &'a str,
    contribution: f64,
    evidence: Option<f64>,
}

/// The words, then what else the margin is made of.
fn evidence(explanation: &Explanation, rows: &mut Rows) -> csv::Result<()> {
    for (at, word) in explanation.words.iter().enumerate() {
        rows.serialize(EvidenceRow {
            word: Some(at),
            text: &word.text,
            contribution: word.contribution,
            evidence: Some(word.evidence),
        })?;
    }
    Part::all(explanation).into_iter().try_for_each(|part| {
        rows.serialize(EvidenceRow {
            word: None,
            text: part.title,
            contribution: part.amount,
            evidence: None,
        })
    })
}

#[derive(Serialize)]
struct NeuronRow<'a> {
    neuron: u32,
    /// Name of the class that it votes for.
    vote: &'a str,
    /// Number of the word with the largest share of it.
    owner: u32,
    word: usize,
    text: &'a str,
    share: f32,
    evidence: f32,
}

fn allocation(explanation: &Explanation, rows: &mut Rows) -> csv::Result<()> {
    let allocation = &explanation.allocation;
    let classes = explanation.prediction.iter().flat_map(|one| &one.classes);
    let classes: Vec<&str> = classes.map(String::as_str).collect();
    for (column, &neuron) in allocation.neurons.iter().enumerate() {
        for (at, word) in explanation.words.iter().enumerate() {
            let share = allocation.shares.at(at, column);
            if share == 0.0 {
                continue;
            }
            rows.serialize(NeuronRow {
                neuron,
                vote: classes
                    .get(allocation.votes[column] as usize)
                    .unwrap_or(&""),
                owner: allocation.owner[column],
                word: at,
                text: &word.text,
                share,
                evidence: allocation.evidence.at(at, column),
            })?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct PairRow<'a> {
    word: usize,
    text: &'a str,
    other: usize,
    other_text: &'a str,
    sharing: Option<f32>,
    shared: Option<f32>,
    attention: Option<f32>,
    contribution: Option<f32>,
}

/// Rows of the word that attends and to whose place the other brings something.
fn interaction(explanation: &Explanation, rows: &mut Rows) -> csv::Result<()> {
    let pairs = &explanation.interaction;
    for (i, word) in explanation.words.iter().enumerate() {
        for (k, other) in explanation.words.iter().enumerate() {
            let of =
                |matrix: &Matrix| (i < matrix.rows && k < matrix.cols).then(|| matrix.at(i, k));
            rows.serialize(PairRow {
                word: i,
                text: &word.text,
                other: k,
                other_text: &other.text,
                sharing: of(&pairs.sharing),
                shared: of(&pairs.shared),
                attention: of(&pairs.attention),
                contribution: of(&pairs.contribution),
            })?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct DeletionRow {
    /// What the order of the words follows; there are several random ones.
    ranking: Ranking,
    order: usize,
    /// How many words are deleted.
    deleted: usize,
    probability: f64,
}

fn faithfulness(excerpt: &Excerpt, rows: &mut Rows) -> csv::Result<()> {
    let Some(curves) = excerpt.curves else {
        return Ok(());
    };
    for (at, order) in curves.orders.iter().enumerate() {
        for (&deleted, &probability) in curves.gone.iter().zip(&order.probabilities) {
            rows.serialize(DeletionRow {
                ranking: order.ranking,
                order: at,
                deleted,
                probability,
            })?;
        }
    }
    Ok(())
}
