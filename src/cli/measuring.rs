//! What `safr evaluate` and `safr compare` share: how a model becomes a report.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::choices::{backend, with_names};
use super::data::{Data, Reader};
use super::files::{model_files, open};
use super::numbers::count;
use super::out::{Styled, progress, remark};
use super::samples::Sampling;
use crate::attribute::{Ranking, Removal};
use crate::engine::{Backend, LoadedModel, OpenDevice};
use crate::evaluate::{
    DataSet, EncodedExample, FaithfulnessOptions, Normalisation, PerText, REPORT_VERSION, Report,
    Section, Text, faithfulness, intervention, knockout, measure,
};
use crate::package::Package;
use crate::text::Tokenizer;

/// What is measured, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct Measuring {
    #[command(flatten)]
    pub(super) sampling: Sampling,
    /// What to measure [default: all that takes one pass per text]
    #[arg(
        long, value_enum, value_name = "NAME,…", value_delimiter = ',',
        default_values_t = Section::ONE_PASS.to_vec(), hide_default_value = true, hide_possible_values = true,
        long_help = with_names::<Section>("What to measure, by default all but the last three, which take many passes per text")
    )]
    measures: Vec<Section>,
    /// Model whose choice of words and pairs is scored, too
    ///
    /// Usually the plain model: its keep and attention select important words and correlated pairs, in addition to
    /// those of the measured model.
    #[arg(long, value_name = "DIR")]
    pub(super) selection_from: Option<PathBuf>,
    /// Faithfulness: which rankings of the words [default: all]
    #[arg(
        long, value_enum, value_name = "NAME,…", value_delimiter = ',',
        default_values_t = Ranking::ALL, hide_default_value = true, hide_possible_values = true,
        long_help = with_names::<Ranking>("Faithfulness: which rankings of the words, by default all")
    )]
    rankings: Vec<Ranking>,
    /// Faithfulness: how words are removed [default: in all ways]
    #[arg(
        long, value_enum, value_name = "NAME,…", value_delimiter = ',',
        default_values_t = Removal::ALL, hide_default_value = true, hide_possible_values = true,
        long_help = with_names::<Removal>("Faithfulness: how words are removed, by default in all ways")
    )]
    removals: Vec<Removal>,
    /// Faithfulness: longest text for normalised AOPC
    ///
    /// In words. It takes most of the time; 0 leaves it out.
    #[arg(long, value_name = "WORDS", default_value_t = Normalisation::default().longest)]
    normalise: usize,
    /// Texts per batch
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = count)]
    batch_size: usize,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program includes.
    #[arg(long, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    backend: Backend,
}

impl Measuring {
    /// The files that are read besides the model and the texts.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let reference = self.selection_from.iter();
        let reference = reference.flat_map(|model| model_files(model));
        reference.chain(self.sampling.lexicon.clone()).collect()
    }

    /// Measures a model on `data`, and warns if it was trained on them.
    pub(super) async fn report(&self, data: &Data, package: Package) -> anyhow::Result<Report> {
        let card = &package.card;
        if let Some(what) = data.trained_on(card, self.sampling.split)? {
            remark(format!("the model {} was trained on {what}", card.id));
        }
        let device = OpenDevice::open(self.backend).await?.device;
        let model = LoadedModel::of(package, &device)?;
        let reference = match &self.selection_from {
            Some(directory) => Some(open(directory, &device)?),
            None => None,
        };
        let (data, texts) = self.texts(data, &model.package, reference.as_ref())?;
        let per_text = self.per_text(&model, reference.as_ref(), &texts).await?;
        Ok(Report {
            version: REPORT_VERSION,
            model: model.package.card.id.clone(),
            reference: reference.map(|reference| reference.package.card.id.clone()),
            data,
            measures: per_text.measures(&vec![1.0; texts.len()]),
            per_text,
        })
    }

    /// The texts as the model reads them, and the reference.
    fn texts(
        &self,
        data: &Data,
        model: &Package,
        reference: Option<&LoadedModel>,
    ) -> anyhow::Result<(DataSet, Vec<Text>)> {
        let reader = Reader::of(&model.config, &model.vocabulary);
        let classes = &model.card.classes;
        let read = |words: Tokenizer| self.sampling.read(data, classes, words, reader);
        let words = model.config.reading.words;
        let (data_set, samples) = read(words)?;
        let Some(reference) = reference.map(|reference| &reference.package) else {
            let texts = samples.iter().map(|sample| sample.encode(model, None));
            return Ok((data_set, texts.collect()));
        };
        let others = match reference.config.reading.words {
            same if same == words => None,
            other => Some(read(other)?.1),
        };
        let others = others.as_ref().unwrap_or(&samples);
        anyhow::ensure!(
            samples.len() == others.len()
                && samples
                    .iter()
                    .zip(others)
                    .all(|(sample, other)| sample.matches(other)),
            "the models {} and {} split these texts into different words, so that one's choice of words does not apply to the other; use a --selection-from that reads texts as the model does, or compare reports of evaluate --json",
            model.card.id,
            reference.card.id
        );
        let pairs = samples.iter().zip(others);
        let texts = pairs.map(|(sample, other)| sample.encode(model, Some((other, reference))));
        Ok((data_set, texts.collect()))
    }

    /// All chosen measures of every text.
    async fn per_text(
        &self,
        model: &LoadedModel,
        reference: Option<&LoadedModel>,
        texts: &[Text],
    ) -> anyhow::Result<PerText> {
        let name = &model.package.card.id;
        let examples: Vec<EncodedExample> = texts.iter().map(|text| text.example.clone()).collect();
        // Words, since a long text takes longer than a short one.
        let bar = bar(name, examples.iter().map(|example| example.ids.len()).sum());
        let mut per_text = measure(
            model.classifier(),
            reference.map(LoadedModel::classifier),
            texts,
            &self.measures,
            self.batch_size,
            |words| bar.inc(words as u64),
        )
        .await?;
        bar.finish_and_clear();
        per_text = per_text.with_recalls(&model.package.card.classes);
        let seed = self.sampling.seed;
        if self.measures.contains(&Section::Faithfulness) {
            let bar = self::bar(&format!("{name}, faithfulness"), texts.len());
            let done = |texts| bar.inc(texts as u64);
            let options = self.faithfulness(seed);
            let all = faithfulness(model.classifier(), &examples, &options, done).await?;
            per_text.columns.extend(all);
            bar.finish_and_clear();
        }
        if self.measures.contains(&Section::Intervention) {
            let bar = self::bar(&format!("{name}, intervention"), texts.len());
            let done = |texts| bar.inc(texts as u64);
            let all = intervention(model.classifier(), &examples, seed, done).await?;
            per_text.columns.extend(all);
            bar.finish_and_clear();
        }
        if self.measures.contains(&Section::Knockout) {
            let bar = self::bar(&format!("{name}, knockout"), texts.len());
            let done = |texts| bar.inc(texts as u64);
            let all = knockout(model.classifier(), texts, done).await?;
            per_text.columns.extend(all);
            bar.finish_and_clear();
        }
        Ok(per_text)
    }

    fn faithfulness(&self, seed: u64) -> FaithfulnessOptions {
        let normalisation = Normalisation {
            longest: self.normalise,
            ..Default::default()
        };
        FaithfulnessOptions {
            rankings: self.rankings.clone(),
            removals: self.removals.clone(),
            normalisation: (self.normalise > 0).then_some(normalisation),
            seed,
        }
    }
}

fn bar(what: &str, length: usize) -> ProgressBar {
    let template = "{msg} [{bar:30}] {percent} %, {eta} left";
    progress(template, Some(length as u64)).with_message(Styled::from(what).to_string())
}
