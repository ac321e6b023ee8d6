//! The user's own texts, as csv, tsv or JSON-lines files.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use anyhow::Context;
use clap::Args;

use super::reader::Reader;
use super::remarks::{remarks, remarks_on_labels};
use crate::cli::numbers::share;
use crate::cli::out::remark;
use crate::model::Stream;
use crate::package::checksum;
use crate::text::table::{Columns, Format, LabelledText, Layout, Table, classes};
use crate::text::{Split, decode};
use crate::train::{give_back, hold_out};

/// The heading of options of data.
pub(crate) const DATA: &str = "Data";

/// How the user's own files are read.
#[derive(Args, Clone, Debug)]
pub(crate) struct Own {
    /// With --task csv: layout of the files, if it is not recognised
    ///
    /// May be repeated.
    /// text=NAME, label=NAME: column of the texts, of the labels, by name or by number [default: one with a
    /// usual name, such as text, sentence or review, and label, class or sentiment];
    /// header=no, header=yes: whether the first row names the columns;
    /// delimiter=CHARACTER: what separates two fields, \t for a tab [default: a tab in .tsv files, otherwise
    /// recognised];
    /// quotes=no: quotes are characters like any others;
    /// encoding=NAME: such as utf-8, utf-16le or windows-1252;
    /// labels=merge: labels that differ only in case, blanks, invisible characters or the way 1 and 1.0 do are one
    /// class: the model's, or the train part's, if it has one of them;
    /// broken=skip: go on without the lines that cannot be used.
    #[arg(long, help_heading = DATA, value_name = "KEY=VALUE")]
    layout: Vec<Choice>,
    /// Of a single csv file: share that is its dev part [default: 0.1]
    ///
    /// The same share of each class is drawn. The other texts are the train part, and all texts together the test part.
    /// A seed for the draw may follow after a comma [default: 0]; it is not that of --seed, so that models with
    /// different seeds share the parts.
    #[arg(long, help_heading = DATA, value_name = "SHARE[,SEED]")]
    hold_out: Option<HoldOut>,
    /// Files about which it was already said how they are read, since they are read more than once
    #[arg(skip)]
    told: Rc<RefCell<BTreeSet<PathBuf>>>,
    /// What came out of pipes, which can be read only once
    #[arg(skip)]
    drained: Rc<RefCell<BTreeMap<PathBuf, Rc<[u8]>>>>,
}

/// One choice about a layout.
#[derive(Clone, Debug)]
struct Choice {
    key: &'static str,
    value: String,
}

/// Which texts of a single file are its dev part.
#[derive(Clone, Copy, Debug, PartialEq)]
struct HoldOut {
    share: f64,
    seed: u64,
}

impl Own {
    /// The labels of the file, or of the folder's training file; those that are to be merged are given as the
    /// `names` that they mean.
    pub(super) fn classes(&self, data: &Path, names: &[String]) -> anyhow::Result<Vec<String>> {
        let path = self.file(data, Split::Train)?;
        classes(&self.read(&path, names)?).with_context(|| path.display().to_string())
    }

    /// Whether labels that look alike are one class.
    fn merges(&self) -> bool {
        self.said("labels") == Some("merge")
    }

    /// The file, or the folder's files that are read.
    pub(super) fn files(&self, data: &Path) -> Vec<PathBuf> {
        let parts = Split::ALL.into_iter();
        parts
            .filter_map(|split| self.file(data, split).ok())
            .collect()
    }

    /// What the texts are, for a model's card.
    pub(super) fn title(&self, data: &Path) -> String {
        match data.file_name() {
            Some(name) if data.is_file() || data.is_dir() => {
                format!("own texts, {}", name.display())
            }
            _ => "own texts".to_owned(),
        }
    }

    /// What identifies the texts in the card of a model that was trained on them: of one file, its SHA-256.
    pub(super) fn fingerprint(&self, data: &Path) -> anyhow::Result<String> {
        let sum = checksum(&self.bytes(&self.file(data, Split::Train)?)?);
        Ok(match data.is_dir() {
            true => whole(&sum),
            false => sum,
        })
    }

    /// How many of the texts of a part a model was trained on whose card says `fingerprint`; `None` if none.
    pub(super) fn trained_on(
        &self,
        data: &Path,
        split: Split,
        fingerprint: &str,
    ) -> anyhow::Result<Option<&'static str>> {
        if data.is_dir() && split != Split::Train {
            return Ok(None);
        }
        let sum = checksum(&self.bytes(&self.file(data, split)?)?);
        if fingerprint == whole(&sum) {
            return Ok(Some("all of these texts"));
        }
        Ok(match split {
            _ if fingerprint != sum => None,
            Split::Train if data.is_dir() => Some("most of these texts"),
            Split::Train => Some("all of these texts"),
            Split::Test => Some("most of these texts; --split dev measures what was held out"),
            Split::Dev => None,
        })
    }

    /// The contents of a file, which may be a pipe.
    fn bytes(&self, path: &Path) -> anyhow::Result<Rc<[u8]>> {
        if let Some(drained) = self.drained.borrow().get(path) {
            return Ok(drained.clone());
        }
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let bytes: Rc<[u8]> = bytes.into();
        if !path.is_file() {
            let mut drained = self.drained.borrow_mut();
            drained.insert(path.to_owned(), bytes.clone());
        }
        Ok(bytes)
    }

    /// The texts of a part; labels that are to be merged are the `classes` that they mean. None is held out from a
    /// model that reads as `reader` says if it takes that text for one that it is trained on.
    pub(super) fn texts(
        &self,
        data: &Path,
        split: Split,
        classes: &[String],
        reader: Option<Reader>,
    ) -> anyhow::Result<Vec<LabelledText>> {
        anyhow::ensure!(
            self.hold_out.is_none() || !data.is_dir(),
            "--hold-out splits a single file, but {} is a folder of parts; leave it out",
            data.display()
        );
        let texts = self.read(&self.file(data, split)?, classes)?;
        if data.is_dir() || split == Split::Test {
            return Ok(texts);
        }
        let labelled: Vec<_> = texts.iter().map(LabelledText::pair).collect();
        let HoldOut { share, seed } = self.hold_out.unwrap_or_default();
        let mut held = hold_out(&labelled, share, &mut Stream::new(seed));
        if let Some(reader) = reader.filter(|_| held.contains(&true)) {
            let readings = texts.iter().map(|text| reader.ids(&text.text));
            give_back(&mut held, &readings.collect::<Vec<_>>());
            anyhow::ensure!(
                split == Split::Train || held.contains(&true),
                "{}: the model reads each text that is held out like one that it is trained on, since it does not know the words in which they differ; add texts, or let it know more words (min_frequency in the recipe)",
                data.display()
            );
        }
        let wanted = |held: bool| held == (split == Split::Dev);
        let texts = texts.into_iter().zip(held);
        Ok(texts
            .filter(|&(_, held)| wanted(held))
            .map(|(text, _)| text)
            .collect())
    }

    /// The first of these options that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let layout = (!self.layout.is_empty()).then_some("--layout");
        layout.or(self.hold_out.map(|_| "--hold-out"))
    }

    /// Where a part is: in the file, or in the folder's file of that name.
    fn file(&self, data: &Path, split: Split) -> anyhow::Result<PathBuf> {
        if !data.is_dir() {
            return Ok(data.to_owned());
        }
        ["csv", "tsv", "jsonl"]
            .map(|ending| data.join(split.name()).with_extension(ending))
            .into_iter()
            .find(|path| path.is_file())
            .with_context(|| {
                format!(
                    "{0} holds neither {1}.csv nor {1}.tsv nor {1}.jsonl",
                    data.display(),
                    split.name()
                )
            })
    }

    fn read(&self, path: &Path, classes: &[String]) -> anyhow::Result<Vec<LabelledText>> {
        let name = || path.display().to_string();
        let bytes = self.bytes(path)?;
        let decoded = decode(&bytes, self.said("encoding")).with_context(name)?;
        let layout = self.layout(path, &decoded.bytes);
        let table = Table::read(&decoded.bytes, layout).with_context(name)?;
        let columns = Columns::of(&table, self.said("text"), self.said("label"));
        let columns = columns.with_context(|| {
            let path = path.display();
            format!("{path}: use --layout text=NAME and --layout label=NAME")
        })?;
        let is_news = self.told.borrow_mut().insert(path.to_owned());
        let mut remarks = match is_news {
            true => remarks(&decoded, layout, &table, columns),
            false => Vec::new(),
        };
        let mut texts = table.labelled(columns);
        let skips = self.said("broken") == Some("skip");
        if self.merges() {
            texts.merge_alike(classes);
        }
        if is_news {
            remarks.extend(remarks_on_labels(&texts, skips));
        }
        for said in remarks {
            remark(format!("{}: {said}", name()));
        }
        match skips {
            true => Ok(texts.texts),
            false => texts.whole().with_context(name),
        }
    }

    fn layout(&self, path: &Path, bytes: &[u8]) -> Layout {
        let is_tsv = path.extension().is_some_and(|ending| ending == "tsv");
        let delimiter = self.said("delimiter").and_then(delimiter);
        let quotes = self.said("quotes") != Some("no");
        let recognised = Layout::recognise(bytes);
        let tab = (is_tsv && recognised != Layout::Prefixed).then_some(b'\t');
        let mut layout = match (delimiter.or(tab), quotes) {
            (None, true) => recognised,
            (delimiter, quotes) => Layout::delimited(
                bytes,
                Format {
                    delimiter: delimiter.unwrap_or_else(|| Format::recognise(bytes).delimiter),
                    quotes,
                },
            ),
        };
        if let (Layout::Delimited { header, .. }, Some(said)) = (&mut layout, self.said("header")) {
            *header = said == "yes";
        }
        layout
    }

    /// The last choice given for a part of the layout.
    fn said(&self, key: &str) -> Option<&str> {
        let mut choices = self.layout.iter().rev();
        let last = choices.find(|choice| choice.key == key);
        last.map(|choice| choice.value.as_str())
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const KEYS: [&str; 8] = [
            "text",
            "label",
            "header",
            "delimiter",
            "quotes",
            "encoding",
            "labels",
            "broken",
        ];
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let key = KEYS.into_iter().find(|known| *known == key);
        let key = key.ok_or_else(|| format!("its key must be one of {}", KEYS.join(", ")))?;
        let (fits, values) = match key {
            "delimiter" => (
                delimiter(value).is_some(),
                "one ASCII character, or \\t for a tab",
            ),
            "quotes" | "header" => (["yes", "no"].contains(&value), "yes or no"),
            "labels" => (["keep", "merge"].contains(&value), "keep or merge"),
            "encoding" => (
                decode(b"", Some(value)).is_ok(),
                "the name of an encoding, such as utf-8 or windows-1252",
            ),
            "broken" => (["refuse", "skip"].contains(&value), "refuse or skip"),
            _ => (!value.is_empty(), "the name or the number of a column"),
        };
        match fits {
            true => Ok(Self {
                key,
                value: value.to_owned(),
            }),
            false => Err(format!("{key}= must be followed by {values}")),
        }
    }
}

impl FromStr for HoldOut {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (held, seed) = text.split_once(',').unwrap_or((text, "0"));
        Ok(Self {
            share: share(held)?,
            seed: seed.parse().map_err(|_| "a seed is a whole number")?,
        })
    }
}

impl Default for HoldOut {
    fn default() -> Self {
        Self {
            share: 0.1,
            seed: 0,
        }
    }
}

/// What identifies a file whose SHA-256 is `sum` if all of it is trained on, and not just what is not held out.
fn whole(sum: &str) -> String {
    checksum(sum.as_bytes())
}

fn delimiter(given: &str) -> Option<u8> {
    match given.as_bytes() {
        b"\\t" => Some(b'\t'),
        &[byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(byte),
        _ => None,
    }
}
