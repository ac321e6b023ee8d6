//! `safr explain`: the page's explanation as text, JSON and figures; of a corpus as records.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::choices::{backend, with_names};
use super::corpus::Options;
use super::draft::Draft;
use super::explained::Files;
use super::files::{model_files, open, read_text};
use super::numbers::count;
use super::out::{AGAINST, FOR, STRONG, Styled, one_line, show};
use crate::chart::{self, Chart};
use crate::engine::{Backend, LoadedModel, OpenDevice};
use crate::explain::{Changes, Explanation, Margin, Prediction, Sentences, Word, signed};

/// Explain what a model makes of a text, or of every line of a file
#[derive(Args, Clone, Debug)]
pub(super) struct Explain {
    /// Model directory; may be given more than once
    ///
    /// The models' explanations of the text are then put side by side.
    #[arg(long = "model", value_name = "DIR", required_unless_present = "from")]
    models: Vec<PathBuf>,
    /// The text
    #[arg(required_unless_present_any = ["corpus", "from"], conflicts_with = "corpus")]
    text: Option<String>,
    /// Show an explanation that --json or the page wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["models", "text", "corpus", "without"])]
    from: Option<PathBuf>,
    /// Switch parts off, or turn them up
    ///
    /// neuron:N, head:N of the last block, word:N of the words read, each counted from 0, separated by commas; a
    /// neuron or head may be given another strength than 0, up to 3, such as neuron:12=1.5.
    #[arg(
        long,
        value_name = "PART,…",
        default_value_t,
        hide_default_value = true
    )]
    without: Changes,
    /// Show the neurons of the Nth layer [default: the last]
    #[arg(long, value_name = "N", conflicts_with_all = ["corpus", "from"], value_parser = count)]
    layer: Option<usize>,
    /// Explain each line, or Parquet row, of this file; `-`: standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "svg", "png", "csv", "without"])]
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
    /// Write the numbers of the chart as csv
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// What is drawn, or written as csv
    #[arg(long, value_enum, default_value_t, hide_possible_values = true, long_help = with_names::<Chart>("What is drawn, or written as csv"))]
    chart: Chart,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program includes.
    #[arg(long, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    backend: Backend,
}

impl Explain {
    /// Explains the text or the corpus.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let models = self.models.iter().flat_map(|model| model_files(model));
        let files = self.corpus.iter().chain(&self.from).cloned();
        let inputs: Vec<PathBuf> = models.chain(files).collect();
        match (&self.corpus, &self.models[..]) {
            (None, [_, _, ..]) if self.csv.is_some() || self.chart != Chart::default() => {
                anyhow::bail!("--csv and --chart are for one --model at a time")
            }
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
            csv: draft(&self.csv)?,
            chart: self.chart,
        };
        if let Some(path) = &self.from {
            let read = read_text(path)?;
            let (explanation, curves) =
                chart::read(&read).with_context(|| path.display().to_string())?;
            show(table(&explanation))?;
            show(LEGEND)?;
            return files.write(&explanation, curves.as_ref());
        }
        let device = OpenDevice::open(self.backend).await?.device;
        let models = self.models.iter().map(|model| open(model, &device));
        let models: Vec<LoadedModel> = models.collect::<Result<_, _>>()?;
        let text = self.text.as_deref().unwrap_or_default();
        let mut explanations = Vec::new();
        for model in &models {
            let explained =
                model.explain_layer(text, &self.without, self.layer.map(|layer| layer - 1));
            explanations.push(explained.await?);
        }
        for (at, explanation) in explanations.iter().enumerate() {
            if models.len() > 1 {
                let gap = if at > 0 { "\n" } else { "" };
                show(format!("{gap}{}\n", explanation.model))?;
            }
            if !self.without.is_empty() {
                let whole = models[at].explain(text).await?;
                show(before(&whole, &self.without))?;
            }
            show(table(explanation))?;
        }
        if explanations.iter().any(|one| one.prediction.is_some()) {
            show(LEGEND)?;
        }
        match &explanations[..] {
            [one] => files.write(one, None),
            all => files.write_all(all),
        }
    }
}

/// What the columns of the table are.
const LEGEND: &str = "
keep          how much of the word the gate lets through, from 0 to 1
neurons       how many neurons the word owns, parts of shared ones included; attention brings the other words to
              its place, too: so a word of which little is kept can own many
decide        how much of all that the neurons say is said by those that the word owns, parts of shared ones included
evidence      what the neurons at the word's place say for the predicted class (+) or against it (−)
contribution  what the word brings to the predicted class, over all places
";

/// What the whole model predicts, and how it is changed.
fn before(whole: &Explanation, changes: &Changes) -> String {
    let prediction = whole.prediction.iter();
    let mut said = prediction.map(|prediction| {
        let class = &prediction.classes[prediction.predicted];
        let probability = prediction.probabilities[prediction.predicted];
        format!("the whole model: {class} {probability:.4}\nchanged ({changes}):\n\n")
    });
    said.next().unwrap_or_default()
}

/// The explanation for a terminal.
fn table(explanation: &Explanation) -> Styled {
    let (Some(prediction), Some(evidence)) = (&explanation.prediction, &explanation.evidence)
    else {
        return "no words, so no prediction\n".into();
    };
    let mut rows = words(&explanation.words);
    rows.push(Vec::new());
    rows.extend(sums(explanation, &evidence.margin));
    let Sentences {
        sum,
        remarks,
        doubt,
        ..
    } = Sentences::of(explanation);
    let cut = explanation.cut.map(|cut| {
        let (read, total) = (cut.read, cut.total);
        format!("The model read {read} of {total} words.")
    });
    let sentences = sum.into_iter().chain(remarks).chain(cut);
    let sentences = sentences.map(|sentence| one_line(&sentence) + "\n");
    Styled::all([
        Styled::table(classes(prediction, doubt.is_some()), &[2]),
        doubt.map(|doubt| doubt + "\n").unwrap_or_default().into(),
        "\n".into(),
        Styled::table(rows, &[6]),
        "\n".into(),
        sentences.collect::<String>().into(),
    ])
}

/// Each class and its probability, with a mark at the predicted one, a faint mark if the prediction is in doubt.
fn classes(prediction: &Prediction, in_doubt: bool) -> Vec<Vec<Styled>> {
    let head = ["class", "probability"].map(Styled::from).into();
    let probabilities = prediction.classes.iter().zip(&prediction.probabilities);
    let rows = probabilities.enumerate().map(|(at, (class, probability))| {
        let probability = format!("{probability:.4}");
        if at != prediction.predicted {
            return [class, &probability].map(Styled::from).into();
        }
        let cells = [class, &probability, "predicted"];
        match in_doubt {
            true => cells.map(Styled::from).into(),
            false => cells.map(|cell| Styled::in_style(STRONG, cell)).into(),
        }
    });
    std::iter::once(head).chain(rows).collect()
}

/// Each word's measures, under their names.
fn words(words: &[Word]) -> Vec<Vec<Styled>> {
    let names = [
        "word",
        "keep",
        "neurons",
        "decide",
        "evidence",
        "contribution",
    ];
    let head = names.map(Styled::from).into();
    let rows = words.iter().map(|word| {
        vec![
            Styled::from(&word.text),
            format!("{:.3}", word.keep).into(),
            format!("{:.1}", word.neurons).into(),
            format!("{:.0} %", 100.0 * word.decides).into(),
            amount(Some(word.evidence)),
            amount(Some(word.contribution)),
            if word.known { "" } else { "(unknown word)" }.into(),
        ]
    });
    std::iter::once(head).chain(rows).collect()
}

/// What the columns of evidence and contribution hold besides the words, and their sums.
fn sums(explanation: &Explanation, margin: &Margin) -> Vec<Vec<Styled>> {
    let others = explanation.padding_name();
    let padding = (margin.padding != 0.0).then_some((margin.padding_places, margin.padding));
    let past = (margin.past != 0.0).then_some(margin.past);
    let rows = [
        Some(("positions", None, Some(margin.positions))),
        padding.map(|(evidence, contribution)| (others, Some(evidence), Some(contribution))),
        Some(("biases", Some(margin.head_bias), Some(margin.bias))),
        past.map(|past| ("past the neurons", Some(past), None)),
        Some(("in all", Some(margin.total), Some(margin.total))),
    ];
    let row = |(name, evidence, contribution): (&str, _, _)| {
        let [keep, neurons, decide] = ["", "", ""].map(Styled::from);
        vec![
            name.into(),
            keep,
            neurons,
            decide,
            amount(evidence),
            amount(contribution),
        ]
    };
    rows.into_iter().flatten().map(row).collect()
}

/// An amount, coloured by whether it speaks for the predicted class; nothing where there is none.
fn amount(amount: Option<f64>) -> Styled {
    let styled = amount.map(|amount| {
        let style = if amount < 0.0 { AGAINST } else { FOR };
        Styled::in_style(style, &signed(amount))
    });
    styled.unwrap_or_default()
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
            known: 0.5,
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
        let table = table(&explanation()).to_string();
        let lines: Vec<String> = anstream::adapter::strip_str(&table)
            .to_string()
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let expected = [
            "class probability",
            "negative 0.2227",
            "positive 0.7773 predicted",
            "",
            "word keep neurons decide evidence contribution",
            "fine 0.250 12.3 0 % +1.00 +2.50",
            "zyx 0.250 12.3 0 % −0.25 −0.50 (unknown word)",
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
    fn where_little_is_known_the_prediction_is_faint_and_doubted() {
        let mut explanation = explanation();
        let bold = format!("{STRONG}");
        assert!(table(&explanation).to_string().contains(&bold));
        explanation.known = 0.0;
        explanation.words.remove(0);
        let doubted = table(&explanation).to_string();
        assert!(!doubted.contains(&bold), "{doubted}");
        let said = "0.7773  predicted\nThe model knows none of these words:";
        assert!(doubted.contains(said), "{doubted}");
    }

    #[test]
    fn a_text_without_words_has_no_table() {
        assert_eq!(
            table(&Explanation::default()).to_string(),
            "no words, so no prediction\n"
        );
    }
}
