//! `safr explain --corpus` as a program: every line has its record, in order, whatever it holds.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pollster::block_on;
use safr::engine::LoadedModel;
use safr::explain::Explanation;
use safr::package::{Precision, write_directory};
use serde_json::Value;

use crate::common::close;

/// A model directory and the command that explains with it.
pub(crate) struct Program {
    folder: tempfile::TempDir,
    model: LoadedModel,
}

impl Program {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = block_on(crate::common::small_package())
            .to_files(Precision::F32)
            .unwrap();
        write_directory(&folder.path().join("small"), &files).unwrap();
        let model = LoadedModel::new(&files, &burn::tensor::Device::flex()).unwrap();
        Self { folder, model }
    }

    /// A file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, corpus: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
        command
            .arg("explain")
            .arg("--model")
            .arg(self.folder.path().join("small"));
        command.arg("--corpus").arg(corpus).args(more);
        command
    }

    pub(crate) fn explain(&self, corpus: &[u8], more: &[&str]) -> Output {
        let path = self.folder.path().join("corpus.txt");
        std::fs::write(&path, corpus).unwrap();
        self.command(&path, more).output().unwrap()
    }
}

/// Lines of one to six words.
pub(crate) fn line(number: usize) -> String {
    let words = ["good", "bad", "film", "isn't", "Very", "zyx"];
    let line: Vec<&str> = (0..=number % 6)
        .map(|at| words[(at * 5 + number / 6) % 6])
        .collect();
    line.join(" ")
}

pub(crate) fn records(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn twenty_thousand_lines_come_back_in_order() {
    let program = Program::new();
    let corpus: String = (0..20_000).map(|number| line(number) + "\n").collect();
    let output = program.explain(corpus.as_bytes(), &[]);
    assert!(output.status.success() && output.stderr.is_empty());
    let records = records(&output);
    assert_eq!(records.len(), 20_000);
    for (number, record) in records.iter().enumerate() {
        assert_eq!(record["line"], number + 1);
        let words = line(number).to_lowercase();
        let first = record["words"][0]["text"].as_str().unwrap().to_lowercase();
        assert!(words.starts_with(&first), "{record} is not of {words}");
    }
}

#[test]
fn a_record_is_the_explanation_of_its_line() {
    let program = Program::new();
    let texts: Vec<String> = (0..40).map(line).collect();
    let corpus = texts.join("\n");
    let summaries = records(&program.explain(corpus.as_bytes(), &["--batch-size", "3"]));
    let full = program.explain(corpus.as_bytes(), &["--full", "--batch-size", "3"]);
    for ((text, summary), full) in texts.iter().zip(&summaries).zip(records(&full)) {
        let expected = block_on(program.model.explain(text)).unwrap();
        let full: Explanation = serde_json::from_value(full).unwrap();
        let difference = safr::engine::largest_explained_difference(&full, &expected);
        assert!(difference < 1e-5, "{text}: {difference}");
        assert_eq!((&full.text, &full.model), (&expected.text, &expected.model));

        let probability = &summary["prediction"]["probabilities"][1];
        let expected_probability = expected.prediction.unwrap().probabilities[1];
        close(
            text,
            probability.as_f64().unwrap(),
            expected_probability.into(),
            1e-5,
        );
        close(
            text,
            summary["known"].as_f64().unwrap(),
            expected.known,
            1e-6,
        );
        let words = summary["words"].as_array().unwrap();
        assert_eq!(words.len(), expected.words.len());
        for (found, word) in words.iter().zip(&expected.words) {
            let at = |name: &str| found[name].as_f64().unwrap();
            assert_eq!(found["text"], *word.text);
            assert_eq!(
                (found["start"].as_u64(), found["known"].as_bool()),
                (Some(word.start as u64), Some(word.known))
            );
            close(text, at("keep"), word.keep.into(), 1e-6);
            close(text, at("neurons"), word.neurons, 1e-5);
            close(text, at("capacity"), word.capacity, 1e-5);
            close(text, at("evidence"), word.evidence, 1e-5);
            close(text, at("contribution"), word.contribution, 1e-5);
        }
        let margin = &summary["margin"];
        let part = |name: &str| margin[name].as_f64().unwrap();
        let expected = expected.evidence.unwrap().margin;
        assert_eq!(margin["class"], expected.class);
        close(text, part("total"), expected.total, 1e-5);
        close(text, part("past"), expected.past, 1e-5);
        let words: f64 = words
            .iter()
            .map(|word| word["contribution"].as_f64().unwrap())
            .sum();
        let rest: f64 = ["bias", "positions", "padding"].map(part).iter().sum();
        close(text, words + rest, expected.total, 1e-4);
    }
}

/// Whatever a corpus is written in, its records are those of the same text in UTF-8.
#[test]
fn other_encodings_are_read() {
    let program = Program::new();
    let text = "good café\n\nIt isn't bad, my señor.\nà la carte";
    let expected = program.explain(text.as_bytes(), &[]).stdout;
    let windows = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
    let utf16 = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        format!("\u{feff}{text}").into_bytes(),
        utf16(format!("\u{feff}{text}")),
        utf16(text.to_owned()),
        windows(text),
    ] {
        assert_eq!(program.explain(&bytes, &[]).stdout, expected);
    }
    let output = program.explain(&windows(text), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("does not say its encoding and is read as windows-1252"),
        "{said}"
    );
}

/// Accents may come late in a long file, or in a stream.
#[test]
fn an_encoding_that_shows_late_is_read() {
    let program = Program::new();
    let early: String = (0..6000).map(|number| line(number) + "\n").collect();
    assert!(early.len() > 1 << 16);
    let text = format!("{early}It isn't bad, my señor.\ngood café\nà la carte\n");
    let windows: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let expected = program.explain(text.as_bytes(), &[]);
    assert!(expected.status.success() && expected.stderr.is_empty());
    let late = program.explain(&windows, &[]);
    assert!(late.status.success());
    assert!(late.stdout == expected.stdout);
    let said = String::from_utf8(late.stderr).unwrap();
    assert!(said.contains("is read as windows-1252"), "{said}");

    let mut child = program
        .command(Path::new("-"), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let piped = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(&windows).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(piped.stdout == expected.stdout);

    // One bad line among others in UTF-8 is a bad line, which says what to do.
    let mut broken = text.into_bytes();
    broken.extend(b"\xff bad\n");
    let output = program.explain(&broken, &[]);
    assert_eq!(output.status.code(), Some(3));
    let last = records(&output).pop().unwrap();
    let error = last["error"].as_str().unwrap();
    assert!(
        error.contains("convert it, or the whole file, to UTF-8"),
        "{error}"
    );
}

#[test]
fn bad_lines_have_records_that_say_why_and_the_exit_code_tells() {
    let program = Program::new();
    let mut corpus = b"good caf\xc3\xa9\n\n\xff\xfe bad\n".to_vec();
    corpus.extend(vec![b'x'; 2 << 20]);
    corpus.extend(b"\n<br />\r\nbad film");
    let output = program.explain(&corpus, &[]);
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(message.contains("4 of 6 lines"), "{message}");
    let records = records(&output);
    let errors: Vec<Option<&str>> = records
        .iter()
        .map(|record| record["error"].as_str())
        .collect();
    let says = |at: usize, what: &str| errors[at].is_some_and(|error| error.contains(what));
    assert_eq!((errors[0], errors[5], errors.len()), (None, None, 6));
    assert!(says(1, "no words") && says(2, "UTF-8") && says(3, "longer") && says(4, "no words"));
    assert_eq!(records[5]["line"], 6);
}

#[test]
fn csv_has_a_row_a_word_and_one_for_a_bad_line() {
    let program = Program::new();
    let output = program.explain(b"good, \"bad\"\n\nfilm\nzyx film yxz", &["--format", "csv"]);
    assert_eq!(output.status.code(), Some(3));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let names = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let column = |name: &str| -> Vec<&str> {
        let at = names.iter().position(|column| column == name).unwrap();
        rows.iter().map(|row| &row[at]).collect()
    };
    assert_eq!(
        column("line"),
        ["1", "1", "1", "1", "1", "2", "3", "4", "4", "4"]
    );
    assert_eq!(
        column("word")[..7],
        ["good", ",", "\"", "bad", "\"", "", "film"]
    );
    assert_eq!(column("start")[..7], ["0", "4", "6", "7", "10", "", "0"]);
    assert_eq!(column("known")[7..], ["false", "true", "false"]);
    assert_eq!(column("text_known")[4..8], ["1", "", "1", "0.33333334"]);
    assert_eq!(column("error")[5], "the line has no words");
    for (negative, positive) in column("p_negative").iter().zip(column("p_positive")) {
        if let (Ok(negative), Ok(positive)) = (negative.parse::<f64>(), positive.parse::<f64>()) {
            close("probabilities", negative + positive, 1.0, 1e-6);
        }
    }
    // Of the predicted class; the words' parts and the others add up to it.
    let number = |name: &str, row: usize| column(name)[row].parse::<f64>().unwrap();
    let words: f64 = (0..5).map(|row| number("contribution", row)).sum();
    let rest = ["margin_bias", "margin_positions", "margin_padding"];
    let rest: f64 = rest.map(|name| number(name, 0)).iter().sum();
    close("margin", words + rest, number("margin", 0), 1e-4);
    let log_odds = (number("p_positive", 0) / number("p_negative", 0)).ln();
    close("log-odds", number("margin", 0), log_odds.abs(), 1e-4);
    assert_eq!(column("margin")[5], "");
    let refused = program.explain(b"good\n", &["--format", "csv", "--full"]);
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn what_is_said_of_a_corpus_is_refused_for_a_text() {
    let program = Program::new();
    for more in [
        &["--full"][..],
        &["--shard", "0/2"],
        &["--format", "csv"],
        &["--text-column", "text"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
        command
            .args(["explain", "--model", "small", "good film"])
            .args(more);
        let output = command.current_dir(program.folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{more:?}");
    }
}

#[test]
fn shards_together_are_the_whole() {
    let program = Program::new();
    let corpus: String = (0..300).map(|number| line(number) + "\n").collect();
    let whole = records(&program.explain(corpus.as_bytes(), &[]));
    let shards: Vec<Vec<Value>> = ["0/3", "1/3", "2/3"]
        .iter()
        .map(|shard| records(&program.explain(corpus.as_bytes(), &["--shard", shard])))
        .collect();
    assert_eq!(shards.iter().map(Vec::len).collect::<Vec<_>>(), [100; 3]);
    for (at, record) in whole.iter().enumerate() {
        let number = at + 1;
        let in_shard = &shards[number % 3][(number - 1) / 3];
        assert_eq!(
            (in_shard["line"].as_u64(), &in_shard["words"][0]["text"]),
            (Some(number as u64), &record["words"][0]["text"])
        );
    }
}

#[test]
fn a_file_of_records_is_whole_and_is_not_the_corpus() {
    let program = Program::new();
    let at = |name: &str| program.folder.path().join(name);
    let corpus = "good film\nbad film\n";
    let explain =
        |out: &str| program.explain(corpus.as_bytes(), &["--out", at(out).to_str().unwrap()]);
    let left = || std::fs::read_to_string(at("corpus.txt")).unwrap();

    assert!(explain("records").status.success());
    let records = std::fs::read_to_string(at("records")).unwrap();
    assert_eq!(records.lines().count(), 2);
    assert!(!at("records.part").exists());

    std::fs::create_dir(at("same")).unwrap();
    for out in ["corpus.txt", "same/../corpus.txt"] {
        let refused = explain(out);
        let message = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{out}");
        assert!(message.contains("is read by this command"), "{message}");
        assert_eq!(left(), corpus, "{out}");
    }

    let folder = program.command(&at("same"), &[]).output().unwrap();
    let message = String::from_utf8(folder.stderr).unwrap();
    assert!(message.contains("/same: "), "{message}");
}

/// What a run that is cut has written is not taken for all that there is.
#[test]
fn a_run_that_is_cut_leaves_an_earlier_file_as_it_was() {
    let program = Program::new();
    let out = program.folder.path().join("records");
    std::fs::write(&out, "earlier").unwrap();
    let mut child = program
        .command(Path::new("-"), &["--out", out.to_str().unwrap()])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than one window, so that records are written before all lines are read.
    (0..20_000).for_each(|number| writeln!(stdin, "{}", line(number)).unwrap());
    let part = out.with_extension("part");
    while std::fs::metadata(&part).map_or(0, |facts| facts.len()) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "earlier");
}

/// Records come while lines still arrive, and a reader that has enough ends the run quietly.
#[test]
fn a_stream_is_explained_as_it_comes_until_the_reader_hangs_up() {
    const MANY: usize = 1_000_000;
    let program = Program::new();
    let mut child = program
        .command(Path::new("-"), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    std::thread::scope(|scope| {
        let writer = scope
            .spawn(move || (0..MANY).all(|number| writeln!(stdin, "{}", line(number)).is_ok()));
        assert_eq!(
            stdout.lines().take(1000).filter(Result::is_ok).count(),
            1000
        );
        assert!(
            !writer.join().unwrap(),
            "the program read on though nobody listened"
        );
    });
    assert!(child.wait().unwrap().success());
    let mut message = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut message)
        .unwrap();
    assert_eq!(message, "");
}
