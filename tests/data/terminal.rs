//! The command on a terminal: what it marks, aligns and colours, how much it says, and how it tells of itself.

use std::path::Path;
use std::process::{Command, Output};

use safr::package::{Precision, write_directory};
use unicode_width::UnicodeWidthStr;

use super::command::{SMALL, folder, prints, refuses, safr};
use crate::common::{reference, small_package};

/// A folder with a model.
fn with_model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = pollster::block_on(small_package());
    let files = package.to_files(Precision::F32).unwrap();
    write_directory(&folder.path().join("model"), &files).unwrap();
    folder
}

/// The command where a terminal is 100 places wide, and where the environment says `more`.
fn safr_in(folder: &Path, more: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    let command = command.current_dir(folder).env("COLUMNS", "100");
    let command = command.envs(more.iter().copied()).args(arguments);
    command.output().expect("the command starts")
}

fn stdout(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: Output) -> String {
    String::from_utf8(output.stderr).unwrap()
}

/// The names of all commands.
fn commands() -> Vec<String> {
    let said = prints(Path::new("."), &["-h"]);
    let lines = said.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 10, "{said}");
    names
}

#[test]
fn an_explanation_marks_the_predicted_class_and_says_what_its_columns_are() {
    let folder = with_model();
    let said = prints(folder.path(), &["explain", "--model", "model", "good film"]);
    let classes = said.lines().skip(1).take_while(|line| !line.is_empty());
    let classes: Vec<(f64, bool)> = classes
        .map(|line| {
            let probability = line.split_whitespace().nth(1).unwrap();
            (probability.parse().unwrap(), line.ends_with("  predicted"))
        })
        .collect();
    let most = classes.iter().map(|class| class.0).fold(0.0, f64::max);
    assert!(classes.len() > 1, "{said}");
    for (probability, marked) in classes {
        assert_eq!(marked, probability == most, "{said}");
    }
    let head = said.lines().find(|line| line.contains(" contribution"));
    for column in head.unwrap().split_whitespace().skip(1) {
        let told = |line: &str| line.starts_with(&format!("{column}  "));
        assert!(said.lines().any(told), "{column}: {said}");
    }
}

#[test]
fn words_of_any_width_leave_columns_straight() {
    let folder = with_model();
    let text = "film 电影 cafe\u{301} 👍🏽 ｆｕｌｌ";
    let said = prints(folder.path(), &["explain", "--model", "model", text]);
    let rows = said.lines().skip_while(|line| !line.contains("word  "));
    let rows = rows.take_while(|line| !line.is_empty());
    let widths: Vec<usize> = rows
        .map(|row| row.trim_end_matches("  (unknown word)").width())
        .collect();
    assert!(widths.len() > 5, "{said}");
    assert!(widths.iter().all(|width| *width == widths[0]), "{said}");
}

#[test]
fn colour_is_for_terminals_and_whoever_asks() {
    let folder = with_model();
    let folder = folder.path();
    let explain = ["explain", "--model", "model", "good film"];
    let always = [&explain[..], &["--color", "always", "--json", "why.json"]].concat();
    let coloured = |output: Output| stdout(output).contains('\u{1b}');
    assert!(!coloured(safr_in(folder, &[], &explain)));
    assert!(coloured(safr_in(folder, &[], &always)));
    let forced = ("CLICOLOR_FORCE", "1");
    assert!(coloured(safr_in(folder, &[forced], &explain)));
    let both = [forced, ("NO_COLOR", "1")];
    assert!(!coloured(safr_in(folder, &both, &explain)));
    let never = [&explain[..], &["--color", "never"]].concat();
    assert!(!coloured(safr_in(folder, &[forced], &never)));

    let file = std::fs::read_to_string(folder.join("why.json")).unwrap();
    assert!(!file.contains("\\u001b") && !file.contains('\u{1b}'));
    let failed = ["explain", "--model", "none", "good", "--color"];
    let error = |color: &'static str| stderr(safr(folder, &[&failed[..], &[color]].concat()));
    assert!(error("always").starts_with("\u{1b}["));
    assert!(error("auto").starts_with("safr: "));
}

/// Neither what files hold nor how they are called commands the terminal.
#[cfg(unix)]
#[test]
fn names_neither_turn_lines_around_nor_break_them() {
    let folder = folder();
    let folder = folder.path();
    let moods = super::command::moods()
        .replace("glad", "gl\u{202e}ad")
        .replace("sad\n", "\"s\nad\"\n");
    std::fs::write(folder.join("mo\nods\u{2066}.csv"), moods).unwrap();
    let own = ["--task", "csv", "--data", "mo\nods\u{2066}.csv"];
    let trained = safr(
        folder,
        &[&["train", "--out", "mod\nel"], &own[..], &SMALL].concat(),
    );
    let explained = safr(
        folder,
        &["explain", "--model", "mod\nel", "so \u{202e}good"],
    );
    let refused = safr(folder, &["explain", "--model", "no\nmodel\u{202e}", "good"]);
    let measure = ["evaluate", "--model", "mod\nel", "--measures", "prediction"];
    let measured = safr(folder, &[&measure[..], &own].concat());
    let all = [trained, explained, measured, refused]
        .map(|output| [output.stdout, output.stderr].concat());
    let said = String::from_utf8(all.concat()).unwrap();
    let raw = [
        "\u{202e}",
        "\u{2066}",
        "mo\nods",
        "mod\nel",
        "no\nmodel",
        "s\nad",
    ];
    assert!(raw.iter().all(|raw| !said.contains(raw)), "{said}");
    let written = [
        "gl\\u{202e}ad (18)",
        "mo\\nods\\u{2066}.csv: ",
        "kept in mod\\nel\n",
        "no\\nmodel\\u{202e}",
    ];
    assert!(
        written.iter().all(|written| said.contains(written)),
        "{said}"
    );
}

/// Nor does what the card of a model holds, whoever wrote it.
#[test]
fn a_card_commands_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut package = pollster::block_on(small_package());
    package.card.id = "sm\u{1b}[31mall".into();
    package.card.title = "Sm\u{1b}]0;all\u{7}".into();
    package.card.classes = ["neg\u{1b}[2Jative", "pos\u{9b}1mitive"]
        .map(str::to_owned)
        .into();
    package.card.data = "\u{1b}c".into();
    let files = package.to_files(Precision::F32).unwrap();
    write_directory(&folder.join("model"), &files).unwrap();
    let [negative, positive] = [0, 1].map(|class| &package.card.classes[class]);
    let rows = ["good film", "very good"].map(|text| format!("{text}\t{positive}\n"));
    let others = ["bad film", "not good"].map(|text| format!("{text}\t{negative}\n"));
    let table = format!("text\tlabel\n{}{}", rows.concat(), others.concat());
    std::fs::write(folder.join("few.tsv"), table).unwrap();
    let own = ["--task", "csv", "--data", "few.tsv"];
    let on = |words: &[&'static str]| [words, &own].concat();
    let mut said = String::new();
    for arguments in [
        vec!["explain", "--model", "model", "good film"],
        vec![
            "explain",
            "--model",
            "model",
            "--model",
            "model",
            "good film",
        ],
        vec![
            "explain",
            "--model",
            "model",
            "--without",
            "word:0",
            "good film",
        ],
        on(&["evaluate", "--model", "model", "--measures", "prediction"]),
        on(&["compare", "model", "model", "--measures", "prediction"]),
        on(&["neurons", "--model", "model", "--split", "test"]),
        on(&["train", "--start", "model", "--epochs", "1", "--out", "new"]),
        vec!["quantize", "--model", "model", "--out", "smaller"],
        on(&["evaluate", "--model", "model", "--layout", "label=none"]),
    ] {
        let Output { stdout, stderr, .. } = safr(folder, &arguments);
        let told = String::from_utf8([stdout, stderr].concat()).unwrap();
        let moves = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!told.contains(moves), "{arguments:?}: {told:?}");
        said += &told;
    }
    for written in [
        "sm\\u{1b}[31mall",
        "neg\\u{1b}[2Jative",
        "pos\\u{9b}1mitive",
    ] {
        assert!(said.contains(written), "{written}: {said}");
    }
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = folder();
    let folder = folder.path();
    let own = ["--task", "csv", "--data", "moods.csv"];
    let train = |out: &'static str| [&["train", "--out", out], &own[..], &SMALL].concat();
    let said = |arguments: &[&str]| {
        let output = safr(folder, arguments);
        assert!(output.status.success(), "{}", stderr(output));
        (stdout(output.clone()), stderr(output))
    };
    let (log, remarks) = said(&train("model"));
    assert!(!log.is_empty() && remarks.contains("moods.csv: "));
    let none = (String::new(), String::new());
    assert_eq!(said(&[&["-q"], &train("quiet")[..]].concat()), none);
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    assert!(read("model/model.safetensors") == read("quiet/model.safetensors"));
    let card = String::from_utf8(read("quiet/card.json")).unwrap();
    assert!(!card.contains("--quiet"), "{card}");

    let coverage = [&["coverage", "--model", "model"], &own[..]].concat();
    let (result, remarks) = said(&coverage);
    assert!(!remarks.is_empty());
    let quiet = said(&[&coverage[..], &["--quiet"]].concat());
    assert_eq!(quiet, (result, String::new()));

    let again = refuses(folder, &[&["-q"], &train("model")[..]].concat());
    assert!(again.contains("already holds a model"), "{again}");
}

#[test]
fn what_is_written_is_said() {
    let folder = folder();
    let folder = folder.path();
    let model = pollster::block_on(small_package());
    let files = model.to_files(Precision::F32).unwrap();
    write_directory(&folder.join("model"), &files).unwrap();
    std::fs::write(folder.join("texts.txt"), "good\nbad\n").unwrap();
    std::fs::write(folder.join("ids.json"), r#"{"ids": [[2]], "labels": [0]}"#).unwrap();
    let own = ["--task", "csv", "--data", "moods.csv"];
    let checkpoint = reference("tiny.pth").display().to_string();
    for arguments in [
        &["quantize", "--model", "model", "--out", "written"][..],
        &[
            "import",
            "--pytorch",
            &checkpoint,
            "--heads=4",
            "--out=written",
        ],
        &["man", "written"],
        &[&["words", "--out", "written"], &own[..]].concat(),
        &[
            "explain",
            "--model=model",
            "--corpus=texts.txt",
            "--out=written",
        ],
        &[
            "forward", "--model", "model", "--ids", "ids.json", "--out", "written",
        ],
    ] {
        let output = safr(folder, arguments);
        assert!(output.status.success(), "{arguments:?}");
        let remarks = stderr(output);
        assert!(remarks.ends_with("written\n"), "{arguments:?}: {remarks}");
        let written = folder.join("written");
        let _ = std::fs::remove_file(&written);
        let _ = std::fs::remove_dir_all(written);
    }
}

/// What is written besides is no reason to show nothing.
#[test]
fn what_is_measured_is_shown() {
    let folder = with_model();
    let folder = folder.path();
    let table = "text,label\ngood film,positive\nnot good,negative\nbad film,negative\n";
    std::fs::write(folder.join("few.csv"), table).unwrap();
    let own = ["--task", "csv", "--data", "few.csv"];
    for (command, says) in [
        (
            &["neurons", "--model", "model", "--split", "test"][..],
            "neuron",
        ),
        (&["compare", "model", "model"], "accuracy"),
        (&["coverage", "--model", "model"], "share known"),
        (&["evaluate", "--model", "model"], "accuracy"),
    ] {
        for more in [&[][..], &["--json", "written.json"]] {
            let said = prints(folder, &[command, &own, more].concat());
            assert!(said.contains(says) && said.lines().count() > 3, "{said}");
        }
    }
}

#[test]
fn short_help_has_one_line_per_option_and_whole_help_says_more() {
    for command in commands() {
        let help = |option: &str| stdout(safr_in(Path::new("."), &[], &[&command, option]));
        let (short, whole) = (help("-h"), help("--help"));
        assert!(short.lines().count() <= 45, "{short}");
        for line in short.lines() {
            assert!(
                !line.starts_with("          "),
                "{command}: {line}\n{short}"
            );
        }
        assert!(whole.len() > short.len(), "{command}");
    }
}

#[test]
fn the_version_tells_commit_and_backends() {
    let said = prints(Path::new("."), &["--version"]);
    let lines: Vec<&str> = said.lines().collect();
    let version = concat!("safr ", env!("CARGO_PKG_VERSION"));
    assert_eq!(prints(Path::new("."), &["-V"]), format!("{version}\n"));
    let [first, commit, backends] = lines[..] else {
        panic!("{said}")
    };
    assert_eq!(first, version);
    let commit = commit.strip_prefix("commit: ").unwrap();
    let is_hash = commit.len() >= 12 && commit.chars().all(|c| c.is_ascii_hexdigit());
    assert!(is_hash || commit == "unknown", "{said}");
    assert!(backends.starts_with("backends: flex"), "{said}");
}

#[test]
fn shells_and_man_know_all_commands() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prints(folder, &["man", "pages"]);
    let page = |name: &str| std::fs::read_to_string(folder.join("pages").join(name)).unwrap();
    for command in commands() {
        let page = page(&format!("safr-{command}.1"));
        assert!(page.contains("\\-\\-quiet"), "{command}");
        for shell in ["bash", "zsh", "fish"] {
            let script = prints(folder, &["completions", shell]);
            assert!(script.contains(&command), "{shell}: {command}");
            assert!(script.contains("ndarray"), "{shell} completes backends");
        }
    }
    assert!(page("safr-train.1").contains("\\-\\-losses"));
    assert!(page("safr.1").contains("commit: "));
}

#[test]
fn exit_codes_tell_failure_from_wrong_usage() {
    let folder = with_model();
    let folder = folder.path();
    std::fs::write(folder.join("texts.txt"), "good\n\nbad\n").unwrap();
    let code = |arguments: &[&str]| safr(folder, arguments).status.code();
    assert_eq!(code(&["explain", "--model", "model", "good"]), Some(0));
    assert_eq!(code(&["explain", "--help"]), Some(0));
    assert_eq!(code(&["explain", "--model", "none", "good"]), Some(1));
    assert_eq!(code(&["explain", "good"]), Some(2));
    assert_eq!(
        code(&["explain", "--model", "model", "--ramp", "1"]),
        Some(2)
    );
    let corpus = ["explain", "--model", "model", "--corpus", "texts.txt"];
    assert_eq!(code(&corpus), Some(3));
    assert_eq!(code(&["explain", "--model", "model", ""]), Some(0));
    std::fs::write(folder.join("texts.txt"), "").unwrap();
    let empty = safr(folder, &corpus);
    assert_eq!(empty.status.code(), Some(0));
    assert_eq!(stderr(empty), "texts.txt: there are no lines to explain\n");
}

#[test]
fn advice_names_what_the_command_has() {
    let folder = with_model();
    let folder = folder.path();
    let own = ["--task", "csv", "--data", "none.csv"];
    let train = [&["train", "--out", "model"], &own[..]].concat();
    // A model without a checkpoint: nothing to go on from.
    let error = refuses(folder, &train);
    assert!(!error.contains("--resume"), "{error}");
    let error = refuses(folder, &["explain", "--text-column", "text"]);
    assert!(!error.contains("--layout"), "{error}");
    let error = refuses(folder, &["-q", "words", "--text-column", "text"]);
    assert!(error.contains("is now --layout text=NAME"), "{error}");
}
