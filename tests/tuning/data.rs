//! The report on a person's file, and every reason for which it is not trained on.

use safr::engine::{DataChoices, DataReport, MAX_ROWS, ProblemKind, TypedExample, examine};
use safr::package::Package;
use safr::text::Tokenizer;
use safr::text::table::Layout;

fn model() -> Package {
    pollster::block_on(crate::common::small_package())
}

fn report(bytes: &[u8]) -> DataReport {
    examine(bytes, &DataChoices::default(), &model()).0
}

#[track_caller]
fn problem(bytes: &[u8]) -> (ProblemKind, String) {
    let problem = report(bytes).problem.expect("a problem");
    (problem.kind, problem.message)
}

const ROWS: &str = "text,label\n\"good, very good\",positive\nbad film,negative\nit is good,positive\nit is bad,negative\n";

/// A text that no other number has, in words that the model knows.
fn text(number: usize) -> String {
    const WORDS: [&str; 8] = ["a", "good", "bad", "film", "not", "very", "it", "is"];
    let digit = |at: u32| WORDS[number / 8_usize.pow(at) % 8];
    (0..5).map(digit).collect::<Vec<_>>().join(" ")
}

/// The classes, each with its texts and those of them that are held out.
fn classes(report: &DataReport) -> Vec<(&str, usize, usize)> {
    let classes = report.classes.iter();
    classes
        .map(|class| (class.name.as_str(), class.texts, class.held_out))
        .collect()
}

#[test]
fn a_good_file_is_told_of_in_full() {
    let report = report(ROWS.as_bytes());
    assert_eq!(report.problem, None);
    let layout = Layout::Delimited {
        delimiter: ',',
        quotes: true,
        header: true,
    };
    assert_eq!(report.layout, Some(layout));
    assert_eq!(report.columns, ["text", "label"]);
    assert_eq!(
        (
            report.text_column.as_deref(),
            report.label_column.as_deref()
        ),
        (Some("text"), Some("label"))
    );
    assert_eq!(classes(&report), [("negative", 2, 1), ("positive", 2, 1)]);
    assert_eq!(
        (report.texts, report.held_out, report.new_head),
        (4, 2, false)
    );
    assert_eq!(
        (report.longest, report.cut, report.words.share),
        (4, 0, 1.0)
    );
}

#[test]
fn marks_line_ends_and_quotes_do_not_change_it() {
    let windows = format!("\u{feff}{}", ROWS.replace('\n', "\r\n"));
    assert_eq!(report(windows.as_bytes()), report(ROWS.as_bytes()));
}

#[test]
fn typed_and_chosen_layouts_say_the_same() {
    let lines = "positive\tgood, very good\nnegative\tbad film\npositive\tit is good\nnegative\tit is bad\n";
    let lines = report(lines.as_bytes());
    assert_eq!(lines.classes, report(ROWS.as_bytes()).classes);
    assert_eq!(lines.label_column.as_deref(), Some("1"));

    let other = ROWS.replace("text,label", "words,mood");
    let choices = DataChoices {
        text_column: Some("words".into()),
        label_column: Some("mood".into()),
        ..DataChoices::default()
    };
    let chosen = examine(other.as_bytes(), &choices, &model()).0;
    assert_eq!((chosen.problem, chosen.texts), (None, 4));
}

#[test]
fn typed_examples_add_to_those_of_the_file() {
    let typed = |text: &str, label: &str| TypedExample {
        text: text.to_owned(),
        label: label.to_owned(),
    };
    let choices = DataChoices {
        typed: vec![
            typed("a film", " neither "),
            typed("it is", "neither"),
            typed("bad film", "positive"),
        ],
        ..DataChoices::default()
    };
    let (found, data) = examine(ROWS.as_bytes(), &choices, &model());
    assert_eq!(found.problem, None);
    assert_eq!(data.classes, ["negative", "neither", "positive"]);
    let texts: Vec<usize> = found.classes.iter().map(|class| class.texts).collect();
    assert_eq!((found.texts, texts), (7, vec![2, 2, 3]));
    // They count on behind the file's last line.
    assert_eq!(found.conflicts[0].lines, [3, 8]);
}

#[test]
fn repeated_unknown_and_missing_things_are_counted() {
    let rows = "label,text,id\nglad,good zest,1\nglad,good zest,2\nsad,good zest,3\nsad,bad,4\n,,5\nsad,,6\n,it is,7\nsad,…,8\ncalm,a a a a a a a a a,9\ncalm,it,10\n";
    let found = report(rows.as_bytes());
    assert_eq!((found.duplicates, found.conflicting_texts), (1, 1));
    assert_eq!(found.conflicts[0].labels, ["glad", "sad"]);
    assert_eq!(found.conflicts[0].lines, [2, 3, 4]);
    assert_eq!(
        (found.empty, found.missing_texts, found.missing_labels),
        (1, 1, 1)
    );
    let lines: Vec<usize> = found.broken.iter().map(|row| row.line).collect();
    assert_eq!((found.broken_rows, lines), (2, vec![7, 8]));
    assert_eq!((found.longest, found.cut), (9, 1));
    assert_eq!((found.words.tokens, found.words.known), (17, 14));
    assert_eq!(found.words.unknown[0].word, "zest");
    assert!(found.new_head, "glad, sad and calm are not the model's");

    let problem = found.problem.expect("a problem");
    assert_eq!(problem.kind, ProblemKind::BrokenRows);
    let choices = DataChoices {
        skip_broken: true,
        ..DataChoices::default()
    };
    let (skipped, data) = examine(rows.as_bytes(), &choices, &model());
    assert_eq!(skipped.problem, None);
    assert_eq!(data.training.len() + data.held_out.len(), skipped.texts);
}

#[test]
fn what_makes_a_result_worth_less_is_said() {
    // Seven words, fewer than half of which are "good" or "bad".
    let row = |at: usize| {
        let (label, own) = [("glad", "good"), ("sad", "bad")][at % 2];
        let word = |bit: usize| [own, "very"][usize::from(((at / 2 + 1) >> bit) & 1 == 0)];
        let words: Vec<&str> = (0..7).map(word).collect();
        format!("{label},{}\n", words.join(" "))
    };
    let rows = |texts| (0..texts).map(row).collect::<String>();
    let head = "label,text\n";
    let remarks = |rows: &str| report(format!("{head}{rows}").as_bytes()).remarks;
    let [few] = remarks(&rows(40)).try_into().expect("one remark");
    assert!(few.contains("4 texts held out"), "{few}");
    assert!(remarks(&rows(200)).is_empty());

    // Two equal texts are one, which is learnt.
    let alone = rows(200) + "calm,a film\ncalm,a film\n";
    let [alone] = remarks(&alone).try_into().expect("one remark");
    assert!(alone.contains("“calm”"), "{alone}");
    let foreign = rows(200).replace("very", "zest");
    let [foreign] = remarks(&foreign).try_into().expect("one remark");
    assert!(foreign.contains("fewer than half"), "{foreign}");
}

#[test]
fn how_a_file_was_read_is_said_and_can_be_said() {
    let rows: String = (0..100)
        .map(|at| format!("\"{}\",{}\n", text(at), ["Yes", "yes", "no"][at % 3]))
        .collect();
    let table = format!("text,label\n{rows}\"bad, it is caf\u{e9},no\nbad,\u{ad}No\n,yes\n");
    let windows: Vec<u8> = table
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let choices = DataChoices {
        skip_broken: true,
        ..DataChoices::default()
    };
    let examined = |choices: &DataChoices| examine(&windows, choices, &model()).0;
    let report = examined(&choices);
    assert_eq!(report.encoding.as_deref(), Some("windows-1252"));
    assert_eq!(report.alike, [["no", "\u{ad}No"], ["Yes", "yes"]]);
    let begin = [
        "The file does not say its encoding. It is read as windows-1252",
        "The quote in line 102 opens a field that its row does not close",
        "1 of the 34 texts with the label \"no\" cannot be used.",
        "1 of the 34 texts with the label \"yes\" cannot be used.",
        "The labels “no” and “\\u{ad}No” look like one class",
        "The labels “Yes” and “yes” look like one class",
    ];
    for (remark, begin) in report.remarks.iter().zip(begin) {
        assert!(remark.starts_with(begin), "{remark}");
    }

    let merged = examined(&DataChoices {
        merge_labels: true,
        encoding: Some("latin1".into()),
        ..choices
    });
    assert_eq!(classes(&merged), [("Yes", 67, 7), ("no", 34, 3)]);
    assert_eq!(merged.remarks.len(), 4, "{:?}", merged.remarks);
    // What is lost is lost to the class into which it would have been merged.
    assert_eq!(
        merged.remarks[1..3],
        [
            "1 of the 68 texts with the label \"Yes\" cannot be used.",
            "1 of the 35 texts with the label \"no\" cannot be used."
        ]
    );
}

/// To the model, all unknown words are one, and texts that differ only behind its length are, too.
#[test]
fn no_text_is_held_out_that_reads_like_one_of_training() {
    let rows = |label: &str, text: &dyn Fn(usize) -> String| -> String {
        let rows = (1..=10).map(|at| format!("{label},\"{}\"\n", text(at)));
        rows.collect()
    };
    let table = [
        "label,text\n".to_owned(),
        rows("known", &text),
        rows("long", &|at| {
            ["very ".repeat(7), "good ".repeat(at)].concat()
        }),
        rows("unknown", &|at| format!("a film, zest{at}")),
    ]
    .concat();
    let found = report(table.as_bytes());
    assert_eq!(
        classes(&found),
        [("known", 10, 1), ("long", 10, 0), ("unknown", 10, 0)]
    );
    assert_eq!((found.problem.as_ref(), found.duplicates), (None, 0));
    for class in ["long", "unknown"] {
        let said = format!("No text of “{class}” is held out");
        let said = found.remarks.iter().any(|remark| remark.starts_with(&said));
        assert!(said, "{:?}", found.remarks);
    }
    let (kind, message) = problem(b"label,text\nx,zest\nx,zeal\ny,zoom\ny,zebra\n");
    assert_eq!(kind, ProblemKind::TooFewTexts, "{message}");

    // One whose words are what is between blanks knows none of these behind "a".
    let table =
        "label,text\nglad,a good.\nglad,a bad.\nglad,a film.\nsad,good film\nsad,bad film\n";
    let of_words = |words| {
        let mut model = model();
        model.config.reading.words = words;
        examine(table.as_bytes(), &DataChoices::default(), &model).0
    };
    let typed = of_words(Tokenizer::Typed);
    assert_eq!(classes(&typed), [("glad", 3, 1), ("sad", 2, 1)]);
    let between_blanks = of_words(Tokenizer::Whitespace);
    assert_eq!(classes(&between_blanks), [("glad", 3, 0), ("sad", 2, 1)]);
}

/// As Excel, databases, fastText and spreadsheets write them.
#[test]
fn tables_of_other_programs_are_read_as_they_are_meant() {
    let excel = format!("sep=;\r\n{}", ROWS.replace(',', ";").replace('\n', "\r\n"));
    let excel = excel.replace("good; very", "good, very");
    let semicolons = report(excel.as_bytes());
    assert_eq!(semicolons.classes, report(ROWS.as_bytes()).classes);
    assert_eq!((semicolons.texts, semicolons.broken_rows), (4, 0));
    let layout = Layout::Delimited {
        delimiter: ';',
        quotes: true,
        header: true,
    };
    assert_eq!(semicolons.layout, Some(layout));

    // A quote behind a backslash and one that is doubled are the same quote.
    let escaped =
        format!("{ROWS}\"a \\\"good\\\" film\",positive\n\"a \"\"good\"\" film\",positive\n");
    let escaped = report(escaped.as_bytes());
    assert_eq!(
        (escaped.texts, escaped.broken_rows, escaped.duplicates),
        (6, 0, 1)
    );

    let prefixed = "__label__positive good , very good\n__label__negative bad film\n__label__positive it is good\n__label__negative it is bad\n";
    let found = report(prefixed.as_bytes());
    assert_eq!(found.layout, Some(Layout::Prefixed));
    assert_eq!(found.classes, report(ROWS.as_bytes()).classes);
    let several = format!("{prefixed}__label__negative __label__positive a film\n");
    let (kind, _) = problem(several.as_bytes());
    assert_eq!(kind, ProblemKind::BrokenRows);
    assert_eq!(
        report(several.as_bytes()).remarks[..2],
        [
            "1 of the 3 texts with the label \"negative\" cannot be used.",
            "1 of the 3 texts with the label \"positive\" cannot be used."
        ]
    );

    let empty: String = ROWS.lines().map(|row| row.to_owned() + ",,\n").collect();
    let without = report(empty.as_bytes());
    assert_eq!(without.columns, ["text", "label"]);
    assert_eq!((without.texts, without.broken_rows), (4, 0));
}

#[test]
fn columns_can_be_chosen_by_their_numbers_and_a_first_row_be_a_text() {
    let bare = "1,good film,glad\n2,bad film,sad\n3,it is good,glad\n4,it is bad,sad\n";
    assert_eq!(problem(bare.as_bytes()).0, ProblemKind::Columns);
    let numbered = DataChoices {
        text_column: Some("2".into()),
        label_column: Some("3".into()),
        ..DataChoices::default()
    };
    let examined =
        |table: &str, choices: &DataChoices| examine(table.as_bytes(), choices, &model()).0;
    let found = examined(bare, &numbered);
    assert_eq!((found.problem.as_ref(), found.texts), (None, 4));
    assert_eq!(found.columns, ["1", "2", "3"]);
    assert_eq!(found.text_column.as_deref(), Some("2"));
    // A column without a name has a number, too.
    let unnamed = examined(&format!("id,,mood\n{bare}"), &numbered);
    assert_eq!((unnamed.problem.as_ref(), unnamed.texts), (None, 4));
    assert_eq!(unnamed.text_column.as_deref(), Some(""));

    let named = format!("review,mood\n{}", bare.replace("1,", "").replace("2,", ""));
    let named = named.replace("3,", "").replace("4,", "");
    assert_eq!(examined(&named, &DataChoices::default()).texts, 4);
    let no_header = DataChoices {
        layout: Some(Layout::Delimited {
            delimiter: ',',
            quotes: true,
            header: false,
        }),
        text_column: Some("1".into()),
        label_column: Some("2".into()),
        ..DataChoices::default()
    };
    let found = examined(&named, &no_header);
    assert_eq!((found.columns.len(), found.texts), (2, 5));
    assert_eq!(classes(&found)[1].0, "mood");
}

#[test]
fn the_model_s_classes_keep_their_order_and_others_are_sorted() {
    let mut model = model();
    model.card.classes.reverse();
    let names = |bytes: &str| -> Vec<String> {
        let report = examine(bytes.as_bytes(), &DataChoices::default(), &model).0;
        report.classes.into_iter().map(|class| class.name).collect()
    };
    assert_eq!(names(ROWS), ["positive", "negative"]);
    assert_eq!(
        names(&ROWS.replace("negative", "zero")),
        ["positive", "zero"]
    );
}

#[test]
fn every_reason_for_a_refusal_has_its_name() {
    for (bytes, kind) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], ProblemKind::NotText),
        (b"", ProblemKind::Empty),
        (b"text,label\n", ProblemKind::NoTexts),
        (b"I liked it\nI did not like it\n", ProblemKind::NoLabels),
        (b"id,mood,remark\n1,good,a film\n", ProblemKind::Columns),
        (
            b"text,label\nna\xc3\xafve,1\n\xff\xfe,0\nbad,0\na,1\nit,0\n",
            ProblemKind::BrokenRows,
        ),
        (
            b"text,label\n,na\xc3\xafve\n\xff\xfe\xfd,\x80\n",
            ProblemKind::NoTexts,
        ),
        (b"text,label\ngood,1\nbad,1\n", ProblemKind::TooFewClasses),
        (b"text,label\ngood,1\nbad,0\n", ProblemKind::TooFewTexts),
        (b"[{\"text\": \"good\", \"label\": 1}]", ProblemKind::Table),
    ] {
        let (found, message) = problem(bytes);
        assert_eq!(found, kind, "{}: {message}", String::from_utf8_lossy(bytes));
        assert!(!message.is_empty());
    }
    let choices = DataChoices {
        hold_out_share: 1.0,
        ..DataChoices::default()
    };
    let report = examine(ROWS.as_bytes(), &choices, &model()).0;
    assert_eq!(
        report.problem.expect("a problem").kind,
        ProblemKind::HoldOut
    );
}

#[test]
fn no_more_rows_and_classes_are_taken_than_can_be_trained_on() {
    let table = |rows: usize, classes: usize| {
        let rows = (0..rows).map(|at| format!("{},{}\n", text(at), at % classes));
        format!("text,label\n{}", rows.collect::<String>())
    };
    assert_eq!(report(table(MAX_ROWS, 2).as_bytes()).problem, None);
    let (kind, message) = problem(table(MAX_ROWS + 1, 2).as_bytes());
    assert_eq!(kind, ProblemKind::TooManyRows);
    assert!(message.contains("10001 rows"), "{message}");
    assert_eq!(report(table(60, 20).as_bytes()).problem, None);
    assert_eq!(
        problem(table(60, 21).as_bytes()).0,
        ProblemKind::TooManyClasses
    );
}
