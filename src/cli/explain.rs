//! `safr explain`: the page's explanation as text, JSON and figures; of a corpus as records.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::corpus::Options;
use super::draft::Draft;
use super::files::{model_files, open};
use super::out::show;
use crate::chart::{self, Figure, Models};
use crate::engine::{Backend, LoadedModel, OpenDevice};
use crate::explain::{Explanation, Margin, Prediction, Sentences, Word, signed};

/// Explain what a model makes of a text, or of every line of a file
#[derive(Args, Clone, Debug)]
pub(super) struct Explain {
    /// Model directory; given more than once, the models' explanations of the text side by side
    #[arg(long = "model", value_name = "DIR", required = true)]
    models: Vec<PathBuf>,
    /// The text
    #[arg(required_unless_present = "corpus", conflicts_with = "corpus")]
    text: Option<String>,
    /// Explain each line of this text file instead; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "svg", "png"])]
    corpus: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// Write the explanation to this file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw it as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Draw it as PNG
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Where to compute: flex, ndarray, wgpu, or cuda where it was built in
    #[arg(long, default_value = "flex")]
    backend: Backend,
}

impl Explain {
    /// Explains the text or the corpus.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let models = self.models.iter().flat_map(|model| model_files(model));
        let inputs: Vec<PathBuf> = models.chain(self.corpus.clone()).collect();
        match (&self.corpus, &self.models[..]) {
            (None, _) => self.explain(&inputs).await,
            (Some(corpus), [model]) => {
                let out = self.options.output(&inputs)?;
                let device = OpenDevice::open(self.backend).await?.device;
                self.options.explain(&open(model, &device)?, corpus, out)
            }
            (Some(_), _) => anyhow::bail!("a corpus is explained by one --model at a time"),
        }
    }

    /// Explains the one text, prints and writes what was asked for.
    async fn explain(&self, inputs: &[PathBuf]) -> anyhow::Result<()> {
        let draft = |path: &Option<PathBuf>| Draft::of(path.as_ref(), inputs);
        let files = Files {
            json: draft(&self.json)?,
            svg: draft(&self.svg)?,
            png: draft(&self.png)?,
        };
        let device = OpenDevice::open(self.backend).await?.device;
        let models = self.models.iter().map(|model| open(model, &device));
        let models: Vec<LoadedModel> = models.collect::<Result<_, _>>()?;
        let text = self.text.as_deref().unwrap_or_default();
        let mut explanations = Vec::new();
        for model in &models {
            explanations.push(model.explain(text).await?);
        }
        match &explanations[..] {
            [one] => {
                show(table(one))?;
                files.write(one)
            }
            all => {
                for explanation in all {
                    show(format!("{}\n{}\n", explanation.model, table(explanation)))?;
                }
                files.write(&Models(all))
            }
        }
    }
}

/// The files that were asked for.
struct Files {
    json: Option<Draft>,
    svg: Option<Draft>,
    png: Option<Draft>,
}

impl Files {
    fn write(self, explained: &(impl Figure + Serialize)) -> anyhow::Result<()> {
        if let Some(file) = self.json {
            file.fill_json(explained)?;
        }
        if let Some(file) = self.svg {
            file.fill(chart::svg(explained)?.as_bytes())?;
        }
        if let Some(file) = self.png {
            file.fill(&chart::png(explained)?)?;
        }
        Ok(())
    }
}

/// The explanation for a terminal.
fn table(explanation: &Explanation) -> String {
    let (Some(prediction), Some(evidence)) = (&explanation.prediction, &explanation.evidence)
    else {
        return "no words, so no prediction\n".to_owned();
    };
    let mut lines = classes(prediction);
    lines.push(String::new());
    lines.extend(words(&explanation.words));
    lines.push(String::new());
    lines.extend(sums(&explanation.words, &evidence.margin));
    let sentences = Sentences::of(explanation);
    lines.push(String::new());
    lines.extend(sentences.sum);
    lines.extend(sentences.remarks);
    if let Some(cut) = explanation.cut {
        lines.push(format!(
            "The model read {} of {} words.",
            cut.read, cut.total
        ));
    }
    lines.join("\n") + "\n"
}

/// Each class and its probability, with a mark at the one that is predicted.
fn classes(prediction: &Prediction) -> Vec<String> {
    let class = |at: usize| {
        let mark = if at == prediction.predicted { '>' } else { ' ' };
        let (name, probability) = (&prediction.classes[at], prediction.probabilities[at]);
        format!("{mark} {name:>14}  {probability:.4}")
    };
    (0..prediction.classes.len()).map(class).collect()
}

/// Each word's measures, under their names.
fn words(words: &[Word]) -> Vec<String> {
    let head = ["word", "keep", "neurons", "evidence", "contribution"].map(str::to_owned);
    let row = |word: &Word| {
        let mark = if word.known { "" } else { "  (unknown word)" };
        let cells = [
            word.text.clone(),
            format!("{:.3}", word.keep),
            format!("{:.1}", word.neurons),
            signed(word.evidence),
            signed(word.contribution),
        ];
        line(&cells) + mark
    };
    let rows = words.iter().map(row);
    std::iter::once(line(&head)).chain(rows).collect()
}

/// What the columns of evidence and contribution hold besides the `words`, and their sums.
fn sums(words: &[Word], margin: &Margin) -> Vec<String> {
    let of_words: f64 = words.iter().map(|word| word.evidence).sum();
    let padding = (margin.padding != 0.0).then_some((margin.neurons - of_words, margin.padding));
    let past = (margin.past != 0.0).then_some(margin.past);
    let rows = [
        Some(("positions", None, Some(margin.positions))),
        padding.map(|(evidence, contribution)| ("padding", Some(evidence), Some(contribution))),
        Some(("biases", Some(margin.head_bias), Some(margin.bias))),
        past.map(|past| ("past the neurons", Some(past), None)),
        Some(("in all", Some(margin.total), Some(margin.total))),
    ];
    let cell = |part: Option<f64>| part.map(signed).unwrap_or_default();
    let row = |(name, evidence, contribution): (&str, _, _)| {
        let none = String::new;
        line(&[
            name.to_owned(),
            none(),
            none(),
            cell(evidence),
            cell(contribution),
        ])
    };
    rows.into_iter().flatten().map(row).collect()
}

/// A line of the table.
fn line([word, rest @ ..]: &[String; 5]) -> String {
    let [keep, neurons, evidence, contribution] = rest;
    let line = format!("{word:>16}  {keep:>6}  {neurons:>8}  {evidence:>9}  {contribution:>13}");
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Evidence;

    fn explanation() -> Explanation {
        let classes = ["negative", "positive"].map(String::from).to_vec();
        let word = |text: &str, known, evidence, contribution| Word {
            text: text.to_owned(),
            known,
            keep: 0.25,
            neurons: 12.34,
            evidence,
            contribution,
            ..Word::default()
        };
        let margin = Margin {
            class: 1,
            total: 1.25,
            words: 2.0,
            bias: -0.25,
            positions: -0.5,
            neurons: 0.75,
            head_bias: 0.25,
            past: 0.25,
            ..Margin::default()
        };
        Explanation {
            prediction: Some(Prediction::of(&classes, vec![0.2227, 0.7773])),
            words: vec![
                word("fine", true, 1.0, 2.5),
                word("zyx", false, -0.25, -0.5),
            ],
            evidence: Some(Evidence {
                classes,
                past: vec![-0.125, 0.125],
                margin,
                ..Evidence::default()
            }),
            ..Explanation::default()
        }
    }

    #[test]
    fn the_columns_of_evidence_and_contribution_add_up_to_the_log_odds() {
        let table = table(&explanation());
        let lines: Vec<String> = table
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let expected = [
            "negative 0.2227",
            "> positive 0.7773",
            "",
            "word keep neurons evidence contribution",
            "fine 0.250 12.3 +1.00 +2.50",
            "zyx 0.250 12.3 −0.25 −0.50 (unknown word)",
            "",
            "positions −0.50",
            "biases +0.25 −0.25",
            "past the neurons +0.25",
            "in all +1.25 +1.25",
            "",
            "The words bring +2.00, positions −0.50 and biases −0.25: +1.25 in all, the log-odds of positive (77.7 %).",
        ];
        assert_eq!(lines[..expected.len()], expected);
        assert!(lines[expected.len()].contains("goes past the neurons"));
    }

    #[test]
    fn a_text_without_words_has_no_table() {
        assert_eq!(
            table(&Explanation::default()),
            "no words, so no prediction\n"
        );
    }
}
