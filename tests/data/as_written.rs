//! Tables as spreadsheets, databases and people write them, read as they are meant.

use safr::text::table::{Columns, Layout, RowProblem, Table, TableError};

use super::command::{folder, safr};
use super::table::{recognised, row};

/// Ten texts of either class, each with a comma, a quote or an accent.
fn rows() -> Vec<(String, &'static str)> {
    (0..20)
        .map(|at| match at % 2 {
            0 => (format!("A film, number {at}, that I liked a lot."), "kind"),
            _ => (
                format!("Number {at} is the \"worst\" film of the year."),
                "harsh",
            ),
        })
        .collect()
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

/// The rows as a table, each written as `write` says, below `first`.
fn table(first: &str, write: impl Fn(&str, &str) -> String) -> String {
    let rows = rows();
    let lines = rows.iter().map(|(text, label)| write(text, label) + "\n");
    first.to_owned() + &lines.collect::<String>()
}

/// What is read of a table that holds the rows, the first of them in line `first`.
#[track_caller]
fn holds_rows(bytes: &[u8], first: usize) {
    let expected: Vec<_> = (first..)
        .zip(rows())
        .map(|(line, (text, label))| row(line, &text, label))
        .collect();
    assert_eq!(
        recognised(bytes).unwrap(),
        expected,
        "{}",
        String::from_utf8_lossy(bytes)
    );
}

#[test]
fn excel_names_the_delimiter_in_a_line_of_its_own() {
    for (delimiter, end) in [
        (";", "\n"),
        (",", "\r\n"),
        ("\t", "\n"),
        ("|", "\r\n"),
        ("^", "\n"),
    ] {
        let lines = table(
            &format!("\u{feff}sep={delimiter}\ntext{delimiter}label\n"),
            |text, label| format!("{}{delimiter}{label}", quoted(text)),
        );
        holds_rows(lines.replace('\n', end).as_bytes(), 3);
    }
    for first in ["sep= ;", "\"sep=;\"", "SEP=; ", "sep=,"] {
        let lines = table(&format!("{first}\ntext;label\n"), |text, label| {
            format!("{};{label}", quoted(text))
        });
        holds_rows(lines.as_bytes(), 3);
    }
    // A column may have that name.
    let named = "sep=,text\nkind,good\nharsh,bad\nkind,fine\n";
    assert_eq!(
        recognised(named.as_bytes()).unwrap()[0],
        row(2, "good", "kind")
    );
}

#[test]
fn quotes_that_close_nowhere_swallow_no_rows() {
    let stray = |delimiter: &str| {
        let lines = table(&format!("text{delimiter}label\n"), |text, label| {
            format!("{}{delimiter}{label}", text.replace(',', ""))
        });
        lines.replacen("A film number 4", "\"A film number 4", 1)
    };
    for (delimiter, line) in [("\t", 6), (",", 6), (";", 6)] {
        let bytes = stray(delimiter);
        let table = Table::read(bytes.as_bytes(), Layout::recognise(bytes.as_bytes())).unwrap();
        assert_eq!(
            (table.rows.len(), &table.stray_quotes[..]),
            (20, &[line][..]),
            "{delimiter:?}"
        );
        assert_eq!(
            table.rows[4].fields[0],
            "\"A film number 4 that I liked a lot."
        );
    }
    // Between tabs a text with tabs and line ends is several rows.
    let closed = stray("\t").replacen(
        "a lot.\tkind\nNumber 7",
        "a lot.\tkind\nNumber 7 \"ends\"",
        1,
    );
    let closed = closed.replacen(
        "year.\tharsh\nA film number 8",
        "year.\"\tharsh\nA film number 8",
        1,
    );
    assert_eq!(recognised(closed.as_bytes()).unwrap().len(), 20);
    // Up to the end.
    let open = "text,label\ngood,kind\nbad,harsh\n\"so good,kind\nso bad,harsh";
    assert_eq!(
        recognised(open.as_bytes()).unwrap()[2],
        row(4, "\"so good", "kind")
    );
}

/// A table of twenty rows in which a quote opens in the fourth text and closes in the tenth.
fn closed_late(row: impl Fn(&str, &str) -> String, first: &str) -> String {
    let rows = (1..=20).map(|at| {
        let (open, close) = (
            ["", "\""][usize::from(at == 4)],
            ["", "\""][usize::from(at == 10)],
        );
        let text = format!("{open}Film {at} of the year.{close}");
        row(&text, ["kind", "harsh"][at % 2]) + "\n"
    });
    first.to_owned() + &rows.collect::<String>()
}

#[test]
fn quotes_that_close_behind_rows_swallow_none() {
    let behind = closed_late(|text, label| format!("{text},{label}"), "text,label\n");
    let before = closed_late(|text, label| format!("{label};{text}"), "label;text\n");
    let with_id = closed_late(|text, label| format!("{text},{label},7"), "text,label,id\n");
    let bare = closed_late(|text, label| format!("{label},{text}"), "");
    for table in [&behind, &before, &with_id, &bare] {
        let texts = recognised(table.as_bytes()).unwrap();
        assert_eq!(texts.len(), 20, "{table}");
        let label = |at: usize| texts[at].2.as_str();
        assert_eq!([label(3), label(4)], ["kind", "harsh"]);
        let read = Table::read(table.as_bytes(), Layout::recognise(table.as_bytes())).unwrap();
        assert_eq!(read.stray_quotes.len(), 1, "{table}");
    }
    // A comma in the text of a quote that does not close is a line to mend, and no reason to swallow rows.
    let comma = behind.replace("\"Film 4", "\"Well, film 4");
    let read = Table::read(comma.as_bytes(), Layout::recognise(comma.as_bytes())).unwrap();
    assert_eq!((read.rows.len(), read.broken[0].line), (19, 5));
}

#[test]
fn texts_of_several_lines_stay_whole() {
    for text in [
        "Well, good.\nNo, really.",
        "Good, x\nbut long",
        "One line\nand another",
        "It is kind,\nnot harsh, kind",
        "so,kind\nso,mixed\nso",
    ] {
        for first in [true, false] {
            let row = |text: &str, label: &str| match first {
                true => format!("{label},{text}\n"),
                false => format!("{text},{label}\n"),
            };
            let rows = (0..6).map(|at| row(&format!("Film {at}."), ["kind", "harsh"][at % 2]));
            let head = row("text", "label");
            let table = head + &rows.collect::<String>() + &row(&quoted(text), "kind");
            let texts = recognised(table.as_bytes()).unwrap();
            assert_eq!((texts.len(), texts[6].1.as_str()), (7, text), "{table}");
        }
    }
}

#[test]
fn a_long_text_in_quotes_is_whole() {
    let long = "so, so ".repeat(200_000);
    let table = format!("text,label\n{},kind\nbad,harsh\n", quoted(&long));
    let texts = recognised(table.as_bytes()).unwrap();
    assert_eq!((texts.len(), &texts[0].1), (2, &long));
}

#[test]
fn quotes_behind_a_backslash_are_quotes() {
    let lines = table("text,label\n", |text, label| {
        format!("\"{}\",{label}", text.replace('"', "\\\""))
    });
    holds_rows(lines.as_bytes(), 2);
    // The end of a path is no such quote.
    let path = "text,label\n\"see C:\\films\\\",kind\n\"see D:\\\",harsh\n";
    assert_eq!(
        recognised(path.as_bytes()).unwrap()[0],
        row(2, "see C:\\films\\", "kind")
    );
}

#[test]
fn a_first_row_that_is_a_text_is_no_header() {
    let csv = |text: &str, label: &str| format!("{},{label}", quoted(text));
    let first = quoted("It has its moments, no more.") + ",mixed\n";
    let read = recognised(table(&first, csv).as_bytes()).unwrap();
    assert_eq!(
        (read.len(), &read[0]),
        (21, &row(1, "It has its moments, no more.", "mixed"))
    );
    let tabs = table("mixed\tIt has its moments, no more.\n", |text, label| {
        format!("{label}\t{text}")
    });
    assert_eq!(recognised(tabs.as_bytes()).unwrap().len(), 21);
    // Told otherwise, the names of columns are a text, too.
    let named = table("text,label\n", csv);
    let headed = |header| Layout::Delimited {
        delimiter: ',',
        quotes: true,
        header,
    };
    for (header, rows) in [(true, 20), (false, 21)] {
        let read = Table::read(named.as_bytes(), headed(header)).unwrap();
        assert_eq!((read.rows.len(), read.header.is_some()), (rows, header));
        let columns = ["text", "label"].map(str::to_owned);
        let numbers = ["1", "2"].map(str::to_owned);
        assert_eq!(read.columns, if header { columns } else { numbers });
    }
    // Six columns without names, as Sentiment140 has them: which are which cannot be told, but numbers can be said.
    let tweets = table("", |text, label| {
        format!(
            "{},\"7\",\"Mon May 11\",\"NO_QUERY\",\"user\",{}",
            quoted(label),
            quoted(text)
        )
    });
    let layout = Layout::recognise(tweets.as_bytes());
    let read = Table::read(tweets.as_bytes(), layout).unwrap();
    assert_eq!(read.columns, ["1", "2", "3", "4", "5", "6"]);
    let columns = Columns::of(&read, Some("6"), Some("1")).unwrap();
    assert_eq!(read.labelled(columns).whole().unwrap().len(), 20);
}

#[test]
fn columns_with_neither_name_nor_value_are_left_out() {
    let spam = table("v1,v2,,,\n", |text, label| {
        format!("{label},{},,,", quoted(text))
    });
    holds_rows(spam.as_bytes(), 2);
    let valued = "text,label,\nso good,kind,\nso bad,harsh,x\n";
    let table = Table::read(valued.as_bytes(), Layout::recognise(valued.as_bytes())).unwrap();
    assert_eq!(table.columns, ["text", "label", ""]);
}

#[test]
fn other_encodings_are_read() {
    let accents = |line: &str| line.replace("film", "flop à l'américaine");
    let text = accents(&table("text,label\n", |text, label| {
        format!("{},{label}", quoted(text))
    }));
    let expected = recognised(text.as_bytes()).unwrap();
    let windows: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let utf16 = |mark: &str| -> Vec<u8> {
        let text = format!("{mark}{text}");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for bytes in [windows, utf16("\u{feff}"), utf16("")] {
        assert_eq!(recognised(&bytes).unwrap(), expected);
    }
}

#[test]
fn a_line_with_several_labels_is_named() {
    let lines = "__label__kind good\n__label__harsh __label__acting bad\n__label__kind, __label__plot fine\n__label__kind so __label__acting so\n__label__harsh, awful\n";
    let table = Table::read(lines.as_bytes(), Layout::Prefixed).unwrap();
    let all = table.labelled(Columns { text: 1, label: 0 });
    let texts: Vec<_> = all
        .texts
        .iter()
        .map(|text| (text.line, text.text.as_str(), text.label.as_str()))
        .collect();
    assert_eq!(texts, [(1, "good", "kind"), (5, "awful", "harsh")]);
    let several = |labels: [&str; 2]| RowProblem::SeveralLabels(labels.map(str::to_owned).into());
    let broken: Vec<_> = all
        .broken
        .iter()
        .map(|row| (row.line, row.problem.clone()))
        .collect();
    assert_eq!(
        broken,
        [
            (2, several(["harsh", "acting"])),
            (3, several(["kind", "plot"])),
            (4, several(["kind", "acting"]))
        ]
    );
    assert_eq!((all.lost.values().sum::<usize>(), all.untold), (6, 0));
    assert!(matches!(
        all.whole(),
        Err(TableError::Rows { count: 3, .. })
    ));
}

#[test]
fn labels_and_lines_are_taken_as_other_programs_write_them() {
    let marked = "text,label\nso good,__label__kind\nso bad,__label__harsh\n";
    let expected = [row(2, "so good", "kind"), row(3, "so bad", "harsh")];
    assert_eq!(recognised(marked.as_bytes()).unwrap(), expected);
    let commas = "{\"text\": \"so good\", \"label\": \"kind\"},\n{\"text\": \"so bad\", \"label\": \"harsh\"}\n";
    assert_eq!(recognised(commas.as_bytes()).unwrap().len(), 2);
    let broken = "{\"text\": \"so good\" \"label\": \"kind\"}\n";
    let error = recognised(broken.as_bytes()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("line 1: the line is not a JSON object"),
        "{error}"
    );
}

#[test]
fn lists_and_objects_are_no_labels() {
    let lines = [
        r#"{"text": "good", "label": ["kind"], "words": ["good"]}"#,
        r#"{"text": "bad", "label": ["harsh", "plot"]}"#,
        r#"{"text": "so", "label": {"name": "kind"}}"#,
        r#"{"text": "so", "label": []}"#,
        r#"{"text": ["so", "so"], "label": "harsh"}"#,
        r#"{"text": "awful", "label": "harsh", "words": ["awful", "."]}"#,
    ];
    let bytes = lines.join("\n");
    let table = Table::read(bytes.as_bytes(), Layout::JsonLines).unwrap();
    let columns = Columns::of(&table, None, None).unwrap();
    let all = table.labelled(columns);
    let texts = all
        .texts
        .iter()
        .map(|text| (text.line, text.label.as_str()));
    assert_eq!(texts.collect::<Vec<_>>(), [(1, "kind"), (6, "harsh")]);
    let broken: Vec<_> = all
        .broken
        .iter()
        .map(|row| (row.line, row.problem.to_string()))
        .collect();
    let nested = |role: &str| format!("the {role} is a list or an object; write a string");
    let several =
        "the text has several labels (harsh, plot), but can be of one class only; keep one of them";
    assert_eq!(
        broken,
        [
            (2, several.to_owned()),
            (3, nested("label")),
            (4, RowProblem::NoLabel.to_string()),
            (5, nested("text")),
        ]
    );
}

/// The command says how it reads a file, once, and is told otherwise.
#[test]
fn the_command_says_how_a_file_is_read() {
    let folder = folder();
    let folder = folder.path();
    let said = |data: &str, more: &[&str]| {
        let output = safr(
            folder,
            &[
                &[
                    "words",
                    "--task",
                    "csv",
                    "--data",
                    data,
                    "--out",
                    "words.txt",
                ],
                more,
            ]
            .concat(),
        );
        let error = String::from_utf8(output.stderr).unwrap();
        let _ = std::fs::remove_file(folder.join("words.txt"));
        (output.status.success(), error)
    };
    let (done, error) = said("moods.csv", &[]);
    let header = "moods.csv: line 1 names the columns (--layout header=no if it does not): texts are in \"Review\", labels in \"Sentiment\"\n";
    assert!(done && error.matches(header).count() == 1, "{error}");

    let numbered = ["--layout", "text=2", "--layout", "label=3"];
    let bare = [&numbered[..], &["--layout", "header=no"]].concat();
    let (done, error) = said("moods.csv", &bare);
    assert!(
        done && error.contains("moods.csv: texts are in column 2, labels in column 3\n"),
        "{error}"
    );
    // The line of names is a text of a class of its own.
    assert!(error.contains("55 texts, "), "{error}");

    let numbers = table("", |text, label| format!("7;{};{label}", quoted(text)));
    std::fs::write(
        folder.join("numbers.csv"),
        numbers
            .replace("kind", "kind;")
            .replace("harsh", "Harsh;")
            .replacen("Harsh", "harsh", 3),
    )
    .unwrap();
    assert!(
        !said("numbers.csv", &[]).0,
        "nothing says which column is which"
    );
    let (done, error) = said("numbers.csv", &numbered);
    assert!(
        done && error.contains("texts are in column 2, labels in column 3"),
        "{error}"
    );
    assert!(error.contains("the labels \"Harsh\", \"harsh\" look like one class; --layout labels=merge makes them one"), "{error}");
    let (done, error) = said(
        "numbers.csv",
        &[&numbered[..], &["--layout", "labels=merge"]].concat(),
    );
    assert!(done && !error.contains("one class"), "{error}");
    let (done, error) = said(
        "numbers.csv",
        &[&numbered[..], &["--layout", "header=yes"]].concat(),
    );
    assert!(
        done && error.contains("line 1 names the columns"),
        "{error}"
    );
}
