//! Texts of people's own, as csv, tsv or JSON-lines files.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use clap::Args;

use crate::cli::numbers::share;
use crate::model::Stream;
use crate::text::Split;
use crate::text::table::{Columns, Format, LabelledText, Layout, Table, classes};
use crate::train::hold_out;

const HEADING: &str = "Options of --task csv";

/// How files of people's own are read.
#[derive(Args, Clone, Debug)]
pub(crate) struct Own {
    /// Column of the texts [default: one with a usual name, such as text, sentence or review]
    #[arg(long, help_heading = HEADING, value_name = "NAME")]
    text_column: Option<String>,
    /// Column of the labels [default: one with a usual name, such as label, class or sentiment]
    #[arg(long, help_heading = HEADING, value_name = "NAME")]
    label_column: Option<String>,
    /// What stands between two fields; \t for a tab [default: tab in .tsv files, else recognised]
    #[arg(long, help_heading = HEADING, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Read quotes as characters like others
    #[arg(long, help_heading = HEADING)]
    no_quotes: bool,
    /// Go on without the lines that cannot be used
    #[arg(long, help_heading = HEADING)]
    skip_broken: bool,
    /// Share of each class that is the dev part of a single file; its other texts are the train
    /// part, and all of them the test part [default: 0.1]
    #[arg(long, help_heading = HEADING, value_name = "SHARE", value_parser = share)]
    hold_out: Option<f64>,
    /// Seed by which they are drawn [default: 0]
    #[arg(long, help_heading = HEADING, value_name = "SEED")]
    hold_out_seed: Option<u64>,
    /// Files of which it was said what is skipped, since they are read more than once
    #[arg(skip)]
    told: Rc<RefCell<BTreeSet<PathBuf>>>,
}

impl Own {
    /// The labels of the file, or of the folder's training file.
    pub(super) fn classes(&self, data: &Path) -> anyhow::Result<Vec<String>> {
        let path = self.file(data, Split::Train)?;
        classes(&self.read(&path)?).with_context(|| path.display().to_string())
    }

    /// What the texts are, for a model's card.
    pub(super) fn title(&self, data: &Path) -> String {
        match data.file_name() {
            Some(name) => format!("own texts, {}", name.display()),
            None => "own texts".to_owned(),
        }
    }

    /// The texts of a part.
    pub(super) fn texts(&self, data: &Path, split: Split) -> anyhow::Result<Vec<LabelledText>> {
        let divided = self.hold_out.is_some() || self.hold_out_seed.is_some();
        anyhow::ensure!(
            !(divided && data.is_dir()),
            "--hold-out divides a single file, and {} is a folder of parts; leave it out",
            data.display()
        );
        let texts = self.read(&self.file(data, split)?)?;
        if data.is_dir() || split == Split::Test {
            return Ok(texts);
        }
        let labelled: Vec<_> = texts.iter().map(LabelledText::pair).collect();
        let held = hold_out(
            &labelled,
            self.hold_out.unwrap_or(0.1),
            &mut Stream::new(self.hold_out_seed.unwrap_or(0)),
        );
        let wanted = |held: bool| held == (split == Split::Dev);
        let texts = texts.into_iter().zip(held);
        Ok(texts
            .filter(|&(_, held)| wanted(held))
            .map(|(text, _)| text)
            .collect())
    }

    /// The first of these options that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--text-column", self.text_column.is_some()),
            ("--label-column", self.label_column.is_some()),
            ("--delimiter", self.delimiter.is_some()),
            ("--no-quotes", self.no_quotes),
            ("--skip-broken", self.skip_broken),
            ("--hold-out", self.hold_out.is_some()),
            ("--hold-out-seed", self.hold_out_seed.is_some()),
        ];
        let given = options.into_iter().find(|(_, given)| *given);
        given.map(|(name, _)| name)
    }

    /// Where a part stands: in the file, or in the folder's file of that name.
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

    fn read(&self, path: &Path) -> anyhow::Result<Vec<LabelledText>> {
        let name = || path.display().to_string();
        let bytes = std::fs::read(path).with_context(name)?;
        let table = Table::read(&bytes, self.layout(path, &bytes)).with_context(name)?;
        let columns = Columns::of(
            &table,
            self.text_column.as_deref(),
            self.label_column.as_deref(),
        )
        .with_context(|| format!("{}: use --text-column and --label-column", path.display()))?;
        let texts = table.labelled(columns);
        if !self.skip_broken {
            return texts.whole().with_context(name);
        }
        if let Some(first) = texts.broken.first()
            && self.told.borrow_mut().insert(path.to_owned())
        {
            let count = texts.broken.len();
            eprintln!(
                "{}: {count} lines skipped, the first of them {first}",
                name()
            );
        }
        Ok(texts.texts)
    }

    fn layout(&self, path: &Path, bytes: &[u8]) -> Layout {
        let is_tsv = path.extension().is_some_and(|ending| ending == "tsv");
        let delimiter = self.delimiter.or(is_tsv.then_some(b'\t'));
        if delimiter.is_none() && !self.no_quotes {
            return Layout::recognise(bytes);
        }
        let format = Format {
            delimiter: delimiter.unwrap_or_else(|| Format::recognise(bytes).delimiter),
            quotes: !self.no_quotes,
        };
        Layout::delimited(bytes, format)
    }
}

fn delimiter(given: &str) -> Result<u8, String> {
    match given.as_bytes() {
        b"\\t" => Ok(b'\t'),
        &[byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(byte),
        _ => Err("give one ASCII character, or \\t for a tab".to_owned()),
    }
}
