//! Files that are as they should be, of each kind.

use std::path::PathBuf;

use burn::tensor::Device;
use pollster::block_on;
use safr::chart::{Chart, Excerpt};
use safr::engine::LoadedModel;
use safr::evaluate::{Answer, Column, DataSet, PerText, REPORT_VERSION, Report, Section};
use safr::model::Reading;
use safr::package::{Files, Package, Precision, files_of_zip, write_directory};
use safr::text::Tokenizer;
use tempfile::TempDir;

use crate::common::inquiry::curves;
use crate::common::zip::foreign;
use crate::common::{KINDS, reference, small_package_of};

/// What is mutated, and a folder for mutants that are read from files.
pub(crate) struct Seeds {
    /// A model of each kind, one that reads as published, and one in 8 bits.
    pub(crate) models: Vec<Files>,
    /// The first of them.
    pub(crate) package: Package,
    /// It as a zip that another program packed.
    pub(crate) zip: Vec<u8>,
    /// A PyTorch checkpoint, and the files of its zip.
    pub(crate) checkpoint: Vec<u8>,
    pub(crate) parts: Files,
    /// Words of the checkpoint.
    rows: usize,
    pub(crate) report: Report,
    /// One that was taken home, as JSON.
    pub(crate) explanation: String,
    folder: TempDir,
}

/// Tables of labelled texts.
pub(crate) const TABLES: [&str; 3] = [
    "id,text,label\n1,\"a good, good film\",glad\n2,\"it is \"\"bad\"\"\",sad\n3,not very good,sad\n4,a film,glad\n",
    "label\ttext\n1\tgood film\n0\tbad film\n1\tit is \"good\"\n0\tnot good .\n",
    "sep=;\r\nReview;Sentiment\r\n\"gut; sehr gut\";+\r\n\"nicht\ngut\";-\r\nschön;+\r\nübel;-\r\n",
];

/// The same, an object a line.
pub(crate) const JSON_LINES: &str = r#"{"text": "a good film", "label": "glad", "id": 1}
{"text": "bad, \u00e9 bad", "label": "sad", "id": 2, "more": {"a": [1, 2.5e3, null]}}
{"text": "not good", "label": "sad"}
{"label": "glad", "text": "very good"}
"#;

/// The same, as fastText takes them.
pub(crate) const PREFIXED: &str = "__label__glad a good film\n__label__sad bad , bad\n__label__sad, not good\n__label__glad very good\n";

/// Texts to explain, a line each.
pub(crate) const CORPUS: &str =
    "a good film\n\nnot very good , is it ?\r\nnaïve 👩‍👩‍👧 film\nit's bad\n";

impl Seeds {
    pub(crate) fn new() -> Self {
        let packages = KINDS.map(|(readout, winners)| block_on(small_package_of(readout, winners)));
        let files = |package: &Package, precision| package.to_files(precision).expect("files");
        let mut models: Vec<Files> = packages
            .iter()
            .map(|package| files(package, Precision::F32))
            .collect();
        let mut published = packages[0].clone();
        published.config.reading = Reading::published(Tokenizer::Whitespace);
        models.push(files(&published, Precision::F32));
        models.push(files(&packages[0], Precision::Int8));
        let checkpoint = std::fs::read(reference("tiny.pth")).expect("the checkpoint");
        let folder = tempfile::tempdir().expect("a folder");
        write_directory(&folder.path().join("model"), &models[0]).expect("a model");
        let [package, ..] = packages;
        Self {
            zip: foreign(&models[0], "my model"),
            parts: parts(&checkpoint),
            rows: rows(),
            report: report(),
            explanation: explanation(&package),
            models,
            package,
            checkpoint,
            folder,
        }
    }

    /// As many words as the checkpoint has.
    pub(crate) fn words(&self) -> Vec<String> {
        let reserved = ["<PAD>", "<UNK>"].map(str::to_owned);
        let others = (reserved.len()..self.rows).map(|id| format!("wörd \"{id}\""));
        reserved.into_iter().chain(others).collect()
    }

    /// A place in the folder, in which the first model is `model`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// How many words the checkpoint has.
fn rows() -> usize {
    let json = std::fs::read(reference("tiny.json")).expect("the reference");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    json["config"]["vocab"].as_u64().expect("a number") as usize
}

/// The files of a checkpoint's zip, in one folder as PyTorch writes them.
fn parts(checkpoint: &[u8]) -> Files {
    let files = files_of_zip(checkpoint).expect("a zip");
    let path = |name: &str| match name.parse::<usize>() {
        Ok(_) => format!("archive/data/{name}"),
        Err(_) => format!("archive/{name}"),
    };
    let placed = files.into_iter().map(|(name, bytes)| (path(&name), bytes));
    placed.collect()
}

/// Of a short text, with what was measured of it.
fn explanation(package: &Package) -> String {
    let model = LoadedModel::of(package.clone(), &Device::flex()).expect("a model");
    let text = "a good film";
    let explanation = block_on(model.explain(text)).expect("an explanation");
    let curves = curves(&model, text);
    let excerpt = Excerpt {
        explanation: &explanation,
        curves: Some(&curves),
        chart: Chart::Explanation,
    };
    excerpt.json().expect("JSON")
}

/// Of six texts.
fn report() -> Report {
    let answer = |at: usize| Answer::new(&[0.5, at as f32 / 4.0], at % 2);
    let per_text = PerText {
        answers: (0..6).map(answer).collect(),
        columns: vec![Column {
            section: Section::Collapse,
            name: "word_keep".into(),
            values: (0..6).map(|at| (at != 3).then_some(at as f32)).collect(),
        }],
    };
    Report {
        version: REPORT_VERSION,
        model: "small".into(),
        reference: None,
        data: DataSet {
            task: "csv".into(),
            part: "test".into(),
            texts: 6,
            drawn: None,
            sha256: "00".into(),
        },
        measures: per_text.measures(&[1.0; 6]),
        per_text,
    }
}
