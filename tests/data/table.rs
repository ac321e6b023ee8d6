//! Tables of people's own: what is read of them, and what is said of their broken lines.

use proptest::prelude::*;
use safr::text::table::{
    Columns, Format, LabelledTexts, Layout, RowError, RowProblem, Table, TableError, classes,
};
use safr::text::{Tokenizer, decode};

/// Lines, texts and labels of a file of which nothing is known.
pub(super) fn recognised(bytes: &[u8]) -> Result<Vec<(usize, String, String)>, TableError> {
    let bytes = decode(bytes, None)?.bytes;
    let table = Table::read(&bytes, Layout::recognise(&bytes))?;
    let columns = Columns::of(&table, None, None)?;
    let texts = table.labelled(columns).whole()?.into_iter();
    Ok(texts.map(|row| (row.line, row.text, row.label)).collect())
}

const CSV: Format = Format {
    delimiter: b',',
    quotes: true,
};

fn parse(bytes: &[u8]) -> Result<Table, TableError> {
    Table::parse(bytes, Format::recognise(bytes))
}

/// Lines, texts and labels of a table with the usual names.
fn labelled(bytes: &[u8]) -> LabelledTexts {
    let table = parse(bytes).unwrap();
    let columns = Columns::choose(&table.columns, None, None).unwrap();
    table.labelled(columns)
}

fn rows(bytes: &[u8]) -> Vec<(usize, String, String)> {
    let texts = labelled(bytes).whole().unwrap();
    texts
        .into_iter()
        .map(|row| (row.line, row.text, row.label))
        .collect()
}

pub(super) fn row(line: usize, text: &str, label: &str) -> (usize, String, String) {
    (line, text.to_owned(), label.to_owned())
}

#[test]
fn quotes_hold_delimiters_quotes_and_line_ends() {
    let bytes = b"text,label\n\"Good, \"\"really\"\".\nTwice.\",pos\nbad, neg \n";
    assert_eq!(
        rows(bytes),
        [
            row(2, "Good, \"really\".\nTwice.", "pos"),
            row(4, "bad", "neg")
        ]
    );
}

#[test]
fn byte_order_mark_line_ends_and_blank_rows_do_not_matter() {
    for end in ["\n", "\r\n"] {
        let text = ["\u{feff}Text,Label", "", "good,1", "", " , ", "bad,0"].join(end);
        assert_eq!(
            rows(text.as_bytes()),
            [row(3, "good", "1"), row(6, "bad", "0")]
        );
    }
    assert_eq!(rows(b"text,label\rgood,1\r"), [row(1, "good", "1")]);
}

#[test]
fn the_delimiter_is_recognised_in_the_first_line() {
    for (delimiter, name) in [(b',', ","), (b';', ";"), (b'\t', "\t"), (b'|', "|")] {
        let text = ["id", "\"a, b; c, d; e, f; g\"", "text"].join(name);
        assert_eq!(Format::recognise(text.as_bytes()).delimiter, delimiter);
    }
    assert_eq!(Format::recognise(b"text").delimiter, b',');
    assert_eq!(Format::recognise(b"\r\na\tb\n1,2,3").delimiter, b'\t');
    assert_eq!(rows(b"label;text\n1;so, so\n"), [row(2, "so, so", "1")]);
}

#[test]
fn quotes_can_be_plain_characters() {
    let table = Table::parse(b"text\tlabel\n\"Oh\tneg\n", Format::TABS).unwrap();
    assert_eq!(table.rows[0].fields, ["\"Oh", "neg"]);
}

#[test]
fn every_broken_line_is_named_with_what_is_wrong() {
    let bytes = b"text,label\ngood,1\n,0\n\nwell,\nso,so,1\nalone\nm\xf6chte,1\nbad,0\n";
    let all = labelled(bytes);
    assert_eq!(all.texts.len(), 2);
    assert_eq!(all.lost, [("0".to_owned(), 1), ("1".to_owned(), 2)].into());
    assert_eq!(
        all.losses(),
        [
            "the label of 1 line that cannot be used is unknown",
            "1 of the 2 texts with the label \"0\" cannot be used",
            "2 of the 3 texts with the label \"1\" cannot be used"
        ]
    );
    let fields = |found| RowProblem::Fields { expected: 2, found };
    let expected = [
        (3, RowProblem::NoText),
        (5, RowProblem::NoLabel),
        (6, fields(3)),
        (7, fields(1)),
        (8, RowProblem::NotUtf8),
    ];
    assert_eq!(
        all.broken,
        expected.map(|(line, problem)| RowError { line, problem })
    );
    let error = all.whole().unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3: there is a label, but no text (5 lines in all cannot be used)"
    );
}

/// How many texts of each label are lost, and how many of a label that cannot be told.
fn lost(bytes: &[u8]) -> (Vec<(String, usize)>, usize) {
    let table = Table::read(bytes, Layout::recognise(bytes)).unwrap();
    let columns = Columns::of(&table, None, None).unwrap();
    let all = table.labelled(columns);
    (all.lost.into_iter().collect(), all.untold)
}

/// A row with too few fields or too many has a label where labels are, if a known one is there.
#[test]
fn what_each_class_loses_is_told_whatever_is_broken() {
    let few = |counts: &[(&str, usize)]| -> Vec<(String, usize)> {
        let counts = counts
            .iter()
            .map(|&(label, count)| (label.to_owned(), count));
        counts.collect()
    };
    // Commas move a label behind the text, but not one before it; a known label elsewhere is part of a text.
    let behind = b"text,label\nok,pos\nno,neg\na, b, c,neg\npos, b,neg\na,b,other\nneg\n";
    assert_eq!(lost(behind), (few(&[("neg", 3)]), 1));
    let before = b"label,text\npos,ok\nneg,no\nneg,a, b, c\npos,a, neg\nother,a,b\n";
    assert_eq!(lost(before), (few(&[("neg", 1), ("pos", 1)]), 1));
    // Columns that are left out count, too.
    let unnamed = b"text,label,,\nok,pos,,\nno,neg,,\na, b,neg,,\nshort,pos\n";
    assert_eq!(lost(unnamed), (few(&[("neg", 1), ("pos", 1)]), 0));
    let bytes = b"text,label\nok,pos\nno,neg\nm\xf6chte,pos\nso,p\xf6s\nm\xf6, chte,neg\n";
    assert_eq!(lost(bytes), (few(&[("neg", 1), ("pos", 1)]), 1));
    let json = br#"{"text": "good", "label": "kind"}
{"text": "bad", "label": ["harsh", "plot"]}
{"text": "so", "label": {"name": "kind"}}
{"text": "so", "label": []}
{"text": ["so", "so"], "label": "__label__harsh"}
{"text": "so", "label
"#;
    assert_eq!(lost(json), (few(&[("harsh", 2), ("plot", 1)]), 2));
    let prefixed = b"__label__kind good\n__label__harsh __label__plot bad\nno label\n\xff\n";
    assert_eq!(lost(prefixed), (few(&[("harsh", 1), ("plot", 1)]), 1));
    assert_eq!(
        labelled(b"text,label\nok,pos\n1,2,3\n4,5,6\n").losses(),
        ["the labels of 2 lines that cannot be used are unknown"]
    );
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(parse(b""), Err(TableError::Empty));
    assert_eq!(parse(b"\xef\xbb\xbf\r\n \n"), Err(TableError::Empty));
    assert_eq!(parse(b"\x89PNG\r\n\x1a\n\0\0"), Err(TableError::NotText));
    let utf16: Vec<u8> = "text,label"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(parse(&utf16), Err(TableError::NotText));
    let first = RowError {
        line: 2,
        problem: RowProblem::NotUtf8,
    };
    assert_eq!(
        parse(b"\nt\xe9xt,label\n"),
        Err(TableError::Rows { first, count: 1 })
    );
}

#[test]
fn classes_are_the_labels_sorted() {
    let texts = labelled(b"text,label\na,pos\nb,neg\nc,mixed\nd,neg\n").texts;
    let classes_of = |count: usize| classes(&texts[..count]);
    assert_eq!(classes_of(4).unwrap(), ["mixed", "neg", "pos"]);
    assert_eq!(
        classes_of(1),
        Err(TableError::TooFewClasses(vec!["pos".into()]))
    );
    assert_eq!(classes_of(0), Err(TableError::TooFewClasses(vec![])));

    let names = ["pos", "neg"].map(str::to_owned);
    assert_eq!(texts[1].example(&names, Tokenizer::Typed).unwrap().label, 1);
    assert_eq!(
        texts[2]
            .example(&names, Tokenizer::Typed)
            .unwrap_err()
            .to_string(),
        "line 4: the label \"mixed\" is not one of the classes: pos, neg"
    );
}

#[test]
fn every_layout_is_recognised() {
    let expected = [row(1, "so, so", "bad"), row(2, "fine, it is", "good")];
    for lines in [
        "bad\tso, so\ngood\tfine, it is\n",
        "__label__bad so, so\r\n__label__good fine, it is",
        "{\"text\": \"so, so\", \"label\": \"bad\"}\n{\"label\": \"good\", \"text\": \"fine, it is\"}",
    ] {
        assert_eq!(recognised(lines.as_bytes()).unwrap(), expected, "{lines}");
    }
    // Which side the labels are on is told by their repeating.
    let behind = "so, so\tbad\nawful\tbad\nfine, it is\tgood\n";
    let expected = [
        row(1, "so, so", "bad"),
        row(2, "awful", "bad"),
        row(3, "fine, it is", "good"),
    ];
    assert_eq!(recognised(behind.as_bytes()).unwrap(), expected);
    // A first row that names the columns is none of them, whatever the names.
    let named = format!("remark\tmood\n{behind}");
    let numbered = expected.map(|(line, text, label)| (line + 1, text, label));
    assert_eq!(recognised(named.as_bytes()).unwrap(), numbered);
}

#[test]
fn json_lines_have_values_of_any_kind_and_name_what_is_broken() {
    let bytes = "\u{feff}{\"id\": 1, \"review\": \"a\", \"stars\": 2}\n\n{\"review\": \"b\"}\n[1]\n{\"stars\": true, \"review\": \"c\"}\n{\"review\": \"d\", \"stars\": null}\n";
    let layout = Layout::recognise(bytes.as_bytes());
    assert_eq!(layout, Layout::JsonLines);
    let table = Table::read(bytes.as_bytes(), layout).unwrap();
    assert_eq!(table.columns, ["id", "review", "stars"]);
    let columns = Columns::of(&table, None, None).unwrap();
    let all = table.labelled(columns);
    let labels: Vec<_> = all
        .texts
        .iter()
        .map(|text| (text.line, text.label.as_str()))
        .collect();
    assert_eq!(labels, [(1, "2"), (5, "true")]);
    let broken: Vec<_> = all.broken.iter().map(|row| row.line).collect();
    assert_eq!(broken, [3, 4, 6]);
    assert!(matches!(all.broken[1].problem, RowProblem::Json(_)));
    assert_eq!(
        recognised(b"[\n{\"text\": \"a\"}]"),
        Err(TableError::JsonArray)
    );
}

/// Each key is a field of every row, so that few bytes would become many fields.
#[test]
fn json_lines_with_ever_new_keys_are_refused() {
    let read = |keys: usize, empty: usize| {
        let keys: Vec<String> = (1..=keys).map(|at| format!("\"key {at}\": 1")).collect();
        let lines = format!("{{{}}}\n{}", keys.join(", "), "{}\n".repeat(empty));
        Table::read(lines.as_bytes(), Layout::JsonLines).map(|table| table.columns.len())
    };
    assert_eq!(read(1000, 0), Ok(1000));
    assert_eq!(read(1001, 0), Err(TableError::Keys { most: 1000 }));
    assert_eq!(read(10, 100), Ok(10));
    let error = read(500, 1_000_000).unwrap_err();
    assert_eq!(error, TableError::Keys { most: 12 });
    assert!(
        error
            .to_string()
            .contains("more than 12 different keys among them")
    );
}

#[test]
fn texts_without_labels_are_told_apart_from_broken_tables() {
    for lines in [
        "I liked it.\nI did not.\nIt was so so.\n",
        "Well, I liked it.\nNo, I did not.\nHm, so so.\n",
        "text\nI liked it.\n",
    ] {
        assert_eq!(
            recognised(lines.as_bytes()),
            Err(TableError::NoLabels),
            "{lines}"
        );
    }
    let layout = Layout::Delimited {
        delimiter: 'é',
        quotes: true,
        header: true,
    };
    assert_eq!(
        Table::read(b"text,label", layout),
        Err(TableError::Delimiter('é'))
    );
}

#[test]
fn rows_without_anything_are_counted() {
    let all = labelled(b"text,label,id\n,,\na,1,1\n , ,2\n");
    assert_eq!((all.empty, all.texts.len(), all.broken.len()), (2, 1, 0));
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_fields_come_back(
        fields in prop::collection::vec(prop::array::uniform2("[^\0]*[^\0\\s][^\0]*"), 0..6),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let lines: Vec<String> = fields.iter().map(|row| row.each_ref().map(|field| quoted(field)).join(",")).collect();
        let text = format!("a,b{end}{}", lines.join(end));
        let table = Table::parse(text.as_bytes(), CSV).unwrap();
        prop_assert_eq!(&table.broken, &[]);
        let read: Vec<&[String]> = table.rows.iter().map(|row| row.fields.as_slice()).collect();
        let written: Vec<&[String]> = fields.iter().map(|row| row.as_slice()).collect();
        prop_assert_eq!(read, written);
        for (row, at) in table.rows.iter().zip(0..) {
            let before: String = lines[..at].iter().map(|line| format!("{line}{end}")).collect();
            prop_assert_eq!(row.line, 2 + before.matches('\n').count());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        prop::collection::vec(prop::sample::select(b"a,\"\n\r;\t \xff".to_vec()), 0..64),
    ]) {
        let lines = 1 + bytes.iter().filter(|&&byte| byte == b'\n').count();
        let _ = recognised(&bytes);
        if let Ok(table) = parse(&bytes) {
            prop_assert!(table.rows.iter().all(|row| row.fields.len() == table.columns.len()));
            let numbers = table.rows.iter().map(|row| row.line).chain(table.broken.iter().map(|row| row.line));
            prop_assert!(numbers.into_iter().all(|line| (1..=lines).contains(&line)));
        }
    }
}
