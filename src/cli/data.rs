//! From `--task` and `--data` to labelled texts.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::evaluate::EncodedExample;
use crate::text::{Example, Vocabulary, sst};

/// A known task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Task {
    /// Stanford Sentiment Treebank, binary: train.txt, dev.txt and test.txt as PTB trees.
    Sst2,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Split {
    Train,
    Dev,
    Test,
}

/// Where labelled texts come from.
#[derive(Args, Clone, Debug)]
pub(super) struct Data {
    /// What the texts are
    #[arg(long, value_enum)]
    pub(super) task: Task,
    /// Folder that holds the task's files
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
}

impl Data {
    /// Names of the classes.
    pub(super) fn classes(&self) -> Vec<String> {
        match self.task {
            Task::Sst2 => ["negative", "positive"].map(str::to_owned).to_vec(),
        }
    }

    /// What the texts are, for a model's card.
    pub(super) fn title(&self, phrases: bool) -> String {
        match (self.task, phrases) {
            (Task::Sst2, false) => "Stanford Sentiment Treebank, binary, sentences".to_owned(),
            (Task::Sst2, true) => "Stanford Sentiment Treebank, binary, sentences and labelled phrases of the training trees".to_owned(),
        }
    }

    /// The sentences of a part.
    pub(super) fn sentences(&self, split: Split) -> anyhow::Result<Vec<Example>> {
        Ok(sst::sentences(&self.trees(split)?))
    }

    /// The labelled phrases of the training part, whole sentences among them.
    pub(super) fn phrases(&self) -> anyhow::Result<Vec<Example>> {
        Ok(sst::phrases(&self.trees(Split::Train)?))
    }

    /// The treebank's sentiment of each word, 0 to 4, sentence by sentence as in
    /// [`Self::sentences`]; `None` for data that has none.
    pub(super) fn word_sentiments(&self, split: Split) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
        match self.task {
            Task::Sst2 => {
                let sentences = sst::labelled_sentences(&self.trees(split)?);
                let labels = sentences.into_iter().map(|sentence| sentence.word_labels);
                Ok(Some(labels.collect()))
            }
        }
    }

    fn trees(&self, split: Split) -> anyhow::Result<Vec<sst::Tree>> {
        let split = match split {
            Split::Train => sst::Split::Train,
            Split::Dev => sst::Split::Dev,
            Split::Test => sst::Split::Test,
        };
        read_trees(&self.data.join(split.file_name()))
    }
}

fn read_trees(path: &Path) -> anyhow::Result<Vec<sst::Tree>> {
    sst::read_trees(path).context(
        "--data for --task sst2 is the folder of the treebank's train.txt, dev.txt and test.txt",
    )
}

/// The examples as word ids, those without words left out.
pub(super) fn encode(examples: &[Example], vocabulary: &Vocabulary) -> Vec<EncodedExample> {
    examples
        .iter()
        .filter(|example| !example.words.is_empty())
        .map(|example| EncodedExample {
            ids: vocabulary.encode_words(&example.words),
            label: example.label,
        })
        .collect()
}
