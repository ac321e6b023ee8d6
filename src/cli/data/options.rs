//! The options `--task` and `--data`, and what they lead to.

use std::path::PathBuf;

use anyhow::{Context, anyhow, ensure};
use clap::{Args, ValueEnum};

use super::own::{DATA, Own};
use super::reader::Reader;
use crate::cli::choices::name_of;
use crate::cli::out::progress;
use crate::evaluate::EncodedExample;
use crate::model::Stream;
use crate::package::Card;
use crate::text::table::{LabelledText, RowError, RowProblem, meant};
use crate::text::{Example, Split, Tokenizer, Vocabulary, glue, imdb, sst};

/// A known task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// Stanford Sentiment Treebank, binary: train.txt, dev.txt and test.txt as PTB trees.
    Sst2,
    /// IMDB film reviews: train.tsv.gz and test.tsv.gz with label, name and text.
    Imdb,
    /// Texts of your own: train, dev and test as .csv, .tsv or .jsonl, or a single file.
    Csv,
}

/// What to do about labels that look alike.
const MERGE: &str = "--layout labels=merge makes them one";

/// Where labelled texts come from.
#[derive(Args, Clone, Debug)]
pub(crate) struct Data {
    /// What the texts are
    #[arg(long, value_enum, help_heading = DATA)]
    pub(crate) task: Task,
    /// Folder of the task's files; for csv, it may be a single file
    #[arg(long, value_name = "DIR", help_heading = DATA)]
    pub(crate) data: PathBuf,
    #[command(flatten)]
    pub(crate) own: Own,
}

impl Data {
    /// Names of the classes, in the order of their indices.
    pub(crate) fn classes(&self) -> anyhow::Result<Vec<String>> {
        match self.task {
            Task::Sst2 | Task::Imdb => Ok(polarity()),
            Task::Csv => self.own.classes(&self.data, &[]),
        }
    }

    /// The same when starting from a model with the classes `names`; and a remark on those that look alike but are
    /// not merged.
    pub(crate) fn classes_for(
        &self,
        names: &[String],
    ) -> anyhow::Result<(Vec<String>, Option<String>)> {
        let classes = match self.task {
            Task::Sst2 | Task::Imdb => polarity(),
            Task::Csv => self.own.classes(&self.data, names)?,
        };
        let alike = classes.iter().find_map(|class| {
            let name = meant(class, names).filter(|name| *name != class)?;
            Some(format!(
                "the model's class {name:?} and the label {class:?} differ only in how they are written; {MERGE}"
            ))
        });
        Ok((classes, alike))
    }

    /// The files that hold it.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let within = |name: String| self.data.join(name);
        match self.task {
            Task::Sst2 => {
                let trees = Split::ALL.map(|split| within(sst::file_name(split)));
                trees.into_iter().chain([self.glue()]).collect()
            }
            Task::Imdb => Split::ALL
                .map(|split| within(imdb::file_name(split)))
                .into(),
            Task::Csv => self.own.files(&self.data),
        }
    }

    /// GLUE's phrases, next to the trees.
    fn glue(&self) -> PathBuf {
        self.data.join("train.tsv")
    }

    /// What identifies the user's own texts in a model's card.
    pub(crate) fn fingerprint(&self) -> anyhow::Result<Option<String>> {
        match self.task {
            Task::Csv => self.own.fingerprint(&self.data).map(Some),
            Task::Sst2 | Task::Imdb => Ok(None),
        }
    }

    /// How many of the texts of a part the model with that card was trained on, in words; `None` if none, as far as
    /// the card says.
    pub(crate) fn trained_on(
        &self,
        card: &Card,
        split: Split,
    ) -> anyhow::Result<Option<&'static str>> {
        let fingerprint = card.data_sha256.as_deref();
        match (self.task, fingerprint) {
            (Task::Csv, Some(fingerprint)) => self.own.trained_on(&self.data, split, fingerprint),
            (Task::Csv, None) => Ok(None),
            (Task::Sst2 | Task::Imdb, _) => {
                let of_task = card.data.starts_with(&self.title(false, false, false));
                Ok((of_task && split == Split::Train).then_some("all of these texts"))
            }
        }
    }

    /// What the texts are, for a model's card.
    pub(crate) fn title(&self, phrases: bool, neutral: bool, glue: bool) -> String {
        match self.task {
            Task::Sst2 => {
                let sentences = "Stanford Sentiment Treebank, binary, sentences";
                let phrases = if phrases {
                    " and labelled phrases of the training trees"
                } else {
                    ""
                };
                let neutral = if neutral { ", neutral ones too" } else { "" };
                let glue = if glue { ", and of GLUE's SST-2" } else { "" };
                format!("{sentences}{phrases}{neutral}{glue}")
            }
            Task::Imdb => "IMDB film reviews, binary".to_owned(),
            Task::Csv => self.own.title(&self.data),
        }
    }

    /// The default for the longest text, in words, that a model for the task reads.
    pub(crate) fn max_len(&self) -> usize {
        match self.task {
            Task::Imdb => 256,
            Task::Sst2 | Task::Csv => 128,
        }
    }

    /// Whether the dev part is held out of the file that is trained on, for which it matters how a model reads.
    pub(crate) fn holds_out(&self) -> bool {
        self.task == Task::Csv && !self.data.is_dir()
    }

    /// The texts of a part, whole sentences only, as a model that reads `words` sees them; their
    /// labels as indices of `classes`. What is held out is held out from a model that reads as `reader` says.
    pub(crate) fn sentences(
        &self,
        split: Split,
        classes: &[String],
        words: Tokenizer,
        reader: Option<Reader>,
    ) -> anyhow::Result<Vec<Example>> {
        if let Some(option) = self.own.given().filter(|_| self.task != Task::Csv) {
            anyhow::bail!(
                "{option} applies to files of --task csv, but the files of --task {} are read in one way only; leave it out",
                name_of(self.task)
            );
        }
        let name = || format!("the {} part of {}", split.name(), self.data.display());
        let examples = match self.task {
            Task::Sst2 => {
                let expected = polarity();
                anyhow::ensure!(
                    classes == expected,
                    "the model's classes are {}, but those of --task sst2 are {}; choose texts of its classes, or name them when you import it: safr import --classes {}",
                    classes.join(" and "),
                    expected.join(" and "),
                    expected.join(",")
                );
                sst::sentences(&self.trees(split, words)?)
            }
            Task::Imdb => {
                let texts = imdb::read(&self.data, split).context(
                    "--data for --task imdb is the folder of train.tsv.gz and test.tsv.gz",
                )?;
                tokenized(&texts, classes, words).with_context(name)?
            }
            Task::Csv => {
                let texts = self.own.texts(&self.data, split, classes, reader)?;
                tokenized(&texts, classes, words).with_context(name)?
            }
        };
        let more = match self.data.is_dir() {
            true => "add some",
            false => "add some, or choose a larger --hold-out",
        };
        ensure!(!examples.is_empty(), "{} holds no texts; {more}", name());
        Ok(examples)
    }

    /// The labelled phrases of the training part, including whole sentences, those that GLUE's
    /// `train.tsv` adds, and `neutral` of the neutral ones, drawn with `seed`. Dev and test sentences are
    /// not added.
    pub(crate) fn phrases(
        &self,
        glue: bool,
        neutral: usize,
        seed: u64,
        words: Tokenizer,
    ) -> anyhow::Result<Vec<Example>> {
        anyhow::ensure!(
            self.task == Task::Sst2,
            "only the trees of --task sst2 have labelled phrases, which the recipe needs; choose another --recipe"
        );
        let trees = self.trees(Split::Train, words)?;
        let mut phrases = sst::phrases(&trees);
        if glue {
            let more = glue::read(&self.glue(), words).context(
                "for glue = true in the recipe, --data must hold GLUE's train.tsv next to the trees",
            )?;
            let trees = |split| self.trees(split, words);
            let held_out = [trees(Split::Dev)?, trees(Split::Test)?].concat();
            let more = glue::additions(more, &phrases, &held_out);
            phrases.extend(more);
        }
        if neutral > 0 {
            phrases.extend(neutral_phrases(&trees, neutral, seed));
        }
        Ok(phrases)
    }

    /// The treebank's sentiment of each word, 0 to 4, sentence by sentence as in
    /// [`Self::sentences`]; `None` for data that has none.
    pub(crate) fn word_sentiments(&self, split: Split) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
        match self.task {
            Task::Sst2 => {
                // Only labels: the same, however the words are read.
                let sentences = sst::labelled_sentences(&self.trees(split, Tokenizer::Default)?);
                let labels = sentences.into_iter().map(|sentence| sentence.word_labels);
                Ok(Some(labels.collect()))
            }
            Task::Imdb | Task::Csv => Ok(None),
        }
    }

    fn trees(&self, split: Split, words: Tokenizer) -> anyhow::Result<Vec<sst::Tree>> {
        sst::read_trees(&self.data.join(sst::file_name(split)), words).context(
            "--data for --task sst2 is the folder of the treebank's train.txt, dev.txt and test.txt",
        )
    }
}

fn polarity() -> Vec<String> {
    ["negative", "positive"].map(str::to_owned).to_vec()
}

/// `count` of the neutral phrases of `trees`, drawn with `seed`, or all if there are fewer. They are labelled
/// with both classes in turn: a phrase that says nothing should sway nothing.
fn neutral_phrases(trees: &[sst::Tree], count: usize, seed: u64) -> impl Iterator<Item = Example> {
    let mut phrases = sst::neutral_phrases(trees);
    Stream::new(seed).shuffle(&mut phrases);
    let labels = (0..polarity().len()).cycle();
    let labelled = phrases.into_iter().take(count).zip(labels);
    labelled.map(|(words, label)| Example { words, label })
}

/// Cuts the texts into words, with a progress bar.
fn tokenized(
    texts: &[LabelledText],
    classes: &[String],
    words: Tokenizer,
) -> anyhow::Result<Vec<Example>> {
    let length = Some(texts.len() as u64);
    let bar = progress("reading [{bar:30}] {pos}/{len} texts, {eta} left", length);
    let examples = bar
        .wrap_iter(texts.iter())
        .map(|text| text.example(classes, words));
    let examples = examples.collect::<Result<_, _>>();
    bar.finish_and_clear();
    examples.map_err(|error: RowError| match &error.problem {
        RowProblem::UnknownLabel { label, classes } if meant(label, classes).is_some() => {
            anyhow!("{error}; {MERGE}")
        }
        _ => error.into(),
    })
}

/// The examples as a model takes them; those without words are left out.
pub(crate) fn encode(
    examples: &[Example],
    words: Tokenizer,
    vocabulary: &Vocabulary,
) -> Vec<EncodedExample> {
    let encoded = examples.iter().map(|example| {
        let text = words.encode(&example.words, vocabulary);
        EncodedExample::new(text, example.label)
    });
    encoded.filter(|example| !example.ids.is_empty()).collect()
}
