//! `safr explain --corpus` with Parquet files: what other programs write is read, and records are the same in any form.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Output;

use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::Field;
use serde_json::{Map, Value, json};

use crate::common::reference;
use crate::corpus::{Program, line, records};

/// The texts of `tests/reference/parquet.py`, a line each.
const TEXTS: &str =
    "good film\n\n\nIt isn't bad, my señor.\n👍🏽 Very good\nbad film\ngood film\nzyx\n";
const FILES: [&str; 2] = ["reviews.snappy.parquet", "reviews.zstd.parquet"];

fn explain(program: &Program, corpus: &Path, more: &[&str]) -> Output {
    program.command(corpus, more).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The rows of a Parquet file, and of how many row groups.
fn rows(path: &Path) -> (Vec<Map<String, Value>>, usize) {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        let columns = row.get_column_iter();
        columns
            .map(|(name, field)| (name.clone(), value(field)))
            .collect()
    });
    (rows.collect(), reader.num_row_groups())
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(truth) => json!(truth),
        Field::Long(number) => json!(number),
        Field::Float(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        other => panic!("a field of another kind: {other:?}"),
    }
}

/// The row that says the same as a JSON record.
fn row_of(record: &Value) -> Map<String, Value> {
    let words = record["words"].as_array();
    let of_words = |name: &str| match words {
        Some(words) => words.iter().map(|word| word[name].clone()).collect(),
        None => Value::Null,
    };
    let prediction = &record["prediction"];
    let predicted = prediction["predicted"].as_u64().unwrap_or(0) as usize;
    let margin = &record["margin"];
    let cut = |name: &str| record["cut"][name].as_u64().unwrap_or(0);
    let unread = words.map(|_| cut("total") - cut("read"));
    let row = json!({
        "line": record["line"],
        "error": record["error"],
        "predicted": prediction["classes"][predicted],
        "p_negative": prediction["probabilities"][0],
        "p_positive": prediction["probabilities"][1],
        "margin": margin["total"],
        "margin_bias": margin["bias"],
        "margin_positions": margin["positions"],
        "margin_padding": margin["padding"],
        "margin_past": margin["past"],
        "unread": unread,
        "text_known": record["known"],
        "word": of_words("text"),
        "start": of_words("start"),
        "end": of_words("end"),
        "known": of_words("known"),
        "keep": of_words("keep"),
        "neurons": of_words("neurons"),
        "evidence": of_words("evidence"),
        "contribution": of_words("contribution"),
        "capacity": of_words("capacity"),
    });
    row.as_object().unwrap().clone()
}

/// Numbers of single precision are written with as few digits as tell them apart.
fn single(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!(number.as_f64().unwrap() as f32),
        Value::Array(values) => values.iter().map(single).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_row_says_what_the_json_record_says() {
    let program = Program::new();
    let long = "good ".repeat(300);
    let corpus: String = (0..200).map(|number| line(number) + "\n").collect();
    let corpus = format!("{corpus}\n{long}\n<br />\n");
    let json = records(&program.explain(corpus.as_bytes(), &[]));
    let out = program.path("records.parquet");
    // The name of the file says its form; `-` has none.
    let named = program.explain(corpus.as_bytes(), &["--out", out.to_str().unwrap()]);
    assert_eq!(named.status.code(), Some(3));
    let streamed = program.explain(corpus.as_bytes(), &["--format", "parquet"]);
    assert_eq!(std::fs::read(&out).unwrap(), streamed.stdout);

    let (rows, _) = rows(&out);
    assert_eq!(rows.len(), 203);
    for (row, record) in rows.iter().zip(&json) {
        let expected = row_of(record);
        assert_eq!(row.len(), expected.len());
        for (name, value) in row {
            assert_eq!(single(value), single(&expected[name]), "{name}: {record}");
        }
    }
    assert!(rows[201]["unread"].as_u64().unwrap() > 0);
    assert_eq!(rows[200]["error"], "the line has no words");
}

/// Many rows are written in several groups, so that none has to be kept.
#[test]
fn many_rows_are_many_groups() {
    let program = Program::new();
    let out = program.path("records.parquet");
    let corpus = "\n".repeat(70_000);
    program.explain(corpus.as_bytes(), &["--out", out.to_str().unwrap()]);
    let (rows, groups) = rows(&out);
    assert_eq!((rows.len(), groups), (70_000, 3));
    let lines = rows.iter().map(|row| row["line"].as_u64().unwrap());
    assert!(lines.eq(1..=70_000));
}

#[test]
fn what_other_programs_write_is_read() {
    let program = Program::new();
    let expected = program.explain(TEXTS.as_bytes(), &[]);
    for file in FILES {
        // It is found by its usual name, by its own, and by its number.
        for column in [
            &[][..],
            &["--text-column", "Review"],
            &["--text-column", "3"],
        ] {
            let output = explain(&program, &reference(file), column);
            assert_eq!(output.status.code(), Some(3), "{file}: {}", said(&output));
            let [read, expected] = [&output, &expected].map(records);
            assert_eq!(read, expected, "{file}");
        }
        let titles = explain(&program, &reference(file), &["--text-column", "title"]);
        assert_eq!(titles.status.code(), Some(0));
        assert_eq!(records(&titles).len(), 8);
    }
    // As in any other corpus.
    let shard = explain(&program, &reference(FILES[0]), &["--shard", "0/4"]);
    let lines: Vec<Value> = records(&shard)
        .iter()
        .map(|one| one["line"].clone())
        .collect();
    assert_eq!(lines, [4, 8]);
}

#[test]
fn what_is_written_is_read_again() {
    let program = Program::new();
    let out = program.path("records.parquet");
    program.explain(b"good film\n\nbad\n", &["--out", out.to_str().unwrap()]);
    let output = explain(&program, &out, &["--text-column", "error"]);
    let read = records(&output);
    assert_eq!(read[0]["error"], "the line has no words");
    assert_eq!(read[1]["words"][0]["text"], "the");
}

#[test]
fn a_column_that_cannot_be_read_is_named_with_those_that_can() {
    let program = Program::new();
    let columns = "id, title, Review, tags.list.element, raw";
    for file in FILES {
        let file = reference(file);
        let refused = |column: &str| {
            let output = explain(&program, &file, &["--text-column", column]);
            assert_eq!(output.status.code(), Some(1), "{column}");
            said(&output)
        };
        let unknown = refused("body");
        assert!(unknown.contains("there is no column \"body\""), "{unknown}");
        assert!(unknown.contains(columns), "{unknown}");
        for (column, holds) in [
            ("id", "values of type INT64"),
            ("raw", "values of type BYTE_ARRAY"),
            ("tags.list.element", "lists of texts"),
        ] {
            let said = refused(column);
            assert!(
                said.contains(holds) && said.contains("title, Review"),
                "{said}"
            );
        }
    }
}

#[test]
fn what_is_no_whole_parquet_file_is_refused_in_words() {
    let program = Program::new();
    let whole = std::fs::read(reference(FILES[0])).unwrap();
    let put = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = program.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cut = put("cut.parquet", &whole[..whole.len() / 2]);
    let lines = put("lines.parquet", b"good film\n");
    // Pages of which nothing is as it was, before a directory that is whole.
    let directory: [u8; 4] = whole[whole.len() - 8..][..4].try_into().unwrap();
    let directory = whole.len() - 8 - u32::from_le_bytes(directory) as usize;
    let mut bad = whole.clone();
    bad[5..directory].fill(0xff);
    let bad = put("bad.parquet", &bad);
    for (file, more, problem) in [
        (&cut, &[][..], "cut off or damaged"),
        (&bad, &[], "cut off or damaged"),
        (&lines, &["--text-column", "text"], "not a Parquet file"),
    ] {
        let output = explain(&program, file, more);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(problem), "{said}");
        assert!(said.contains(file.to_str().unwrap()), "{said}");
    }
    // A pipe cannot be read from its end.
    let mut command = program.command(Path::new("-"), &[]);
    let piped = command.stdin(File::open(reference(FILES[0])).unwrap());
    let output = piped.output().unwrap();
    assert!(said(&output).contains("cannot be read from a pipe"));
    let full = program.explain(b"good\n", &["--format", "parquet", "--full"]);
    assert_eq!(full.status.code(), Some(1));
}
