//! `safr evaluate` and `safr compare` on the shipped models, from trees to numbers.

use std::path::{Path, PathBuf};
use std::process::Command;

use safr::evaluate::{Comparison, Measure, Report, Section, Summary};

use crate::common::close;

/// Sentences of our own as the treebank writes them; the third is neutral, and left out.
const TREES: &str = "\
(4 (3 (2 A) (4 (4 great) (2 film))) (2 .))
(0 (1 (2 A) (0 (0 terrible) (2 plot))) (2 .))
(2 (2 A) (2 film))
(3 (2 It) (3 (2 is) (4 (3 warm) (3 (2 and) (3 funny)))))
(1 (2 It) (1 (2 is) (1 (2 not) (3 funny))))
(1 (2 The) (1 (2 jokes) (1 fail)))
(3 (2 Not) (3 (1 bad)))
(4 (3 Wonderful) (3 acting))
(1 (1 (2 A) (1 (1 dull) (2 story))) (1 (2 with) (1 (1 weak) (2 acting))))
";

fn safr(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_safr"))
        .args(arguments)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

fn shipped(model: &str) -> String {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models");
    models.join(model).display().to_string()
}

/// A folder with the trees as its test part.
fn data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("test.txt"), TREES).unwrap();
    folder
}

/// Evaluates a shipped model on the trees; the table and the report.
fn evaluate(data: &Path, model: &str, options: &[&str]) -> (String, PathBuf, Report) {
    let json = data.join(format!("{model}.json"));
    let (model, plain) = (shipped(model), shipped("sst2-plain"));
    let [data, out] = [data, &json].map(|path| path.display().to_string());
    let arguments = [
        "evaluate",
        "--model",
        &model,
        "--task",
        "sst2",
        "--data",
        &data,
        "--selection-from",
        &plain,
        "--json",
        &out,
    ];
    let table = safr(&[&arguments[..], options].concat()).unwrap();
    let report = Report::from_json(&std::fs::read_to_string(&json).unwrap()).unwrap();
    (table, json, report)
}

fn measure<'a>(report: &'a Report, section: Section, name: &str) -> &'a Measure {
    let mut measures = report.measures.iter();
    let found = measures.find(|measure| measure.section == section && measure.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn a_report_has_every_section_and_repeats_itself() {
    let data = data();
    let all = Section::ALL.map(Section::name).join(",");
    let options = ["--limit", "6", "--measures", &all];
    let (table, _, report) = evaluate(data.path(), "sst2-safr", &options);
    assert_eq!((report.data.texts, report.per_text.answers.len()), (6, 6));
    for section in Section::ALL {
        assert!(table.contains(&format!("\n{section}\n")), "{table}");
    }
    for measure in &report.measures {
        let name = &measure.name;
        if let Some(value) = measure.value {
            assert!(value.is_finite(), "{name}");
        }
        if name.starts_with("score/") {
            assert!(
                measure.value.is_none_or(|score| score.abs() <= 2.0),
                "{name}"
            );
        }
    }
    for (section, name) in [
        (Section::Plausibility, "auc/keep/treebank"),
        (Section::Plausibility, "auc/contribution/treebank"),
        (Section::Knockout, "knockout_error/all"),
        (Section::Knockout, "spill/marked"),
        (Section::Knockout, "without_neurons/accuracy"),
    ] {
        let part = measure(&report, section, name).value;
        assert!(
            part.is_some_and(|part| (0.0..=1.0).contains(&part)),
            "{name}"
        );
    }
    let agreement = measure(
        &report,
        Section::Plausibility,
        "agreement/keep/contribution",
    );
    assert!(agreement.value.is_some_and(|rho| rho.abs() <= 1.0));
    for ranking in ["evidence", "contribution"] {
        let name = format!("comprehensiveness/{ranking}/delete");
        assert!(
            measure(&report, Section::Faithfulness, &name)
                .value
                .is_some()
        );
    }

    let again = evaluate(data.path(), "sst2-safr", &options);
    assert_eq!((again.0, again.2), (table, report.clone()));
    let other = evaluate(data.path(), "sst2-safr", &["--limit", "6", "--seed", "1"]).2;
    assert_ne!(other.data.sha256, report.data.sha256, "another draw");
}

/// Padding and batches of other sizes change nothing but the rounding.
#[test]
fn texts_are_measured_alone_as_in_a_batch() {
    let data = data();
    let together = evaluate(data.path(), "sst2-safr", &[]).2;
    let alone = evaluate(data.path(), "sst2-safr", &["--batch-size", "1"]).2;
    assert_eq!(together.data, alone.data);
    assert_eq!(together.data.texts, 8);
    for (a, b) in together.measures.iter().zip(&alone.measures) {
        assert_eq!((&a.name, a.texts), (&b.name, b.texts));
        if let (Some(x), Some(y)) = (a.value, b.value) {
            close(&a.name, x, y, 1e-4);
        }
    }
}

/// On the plain model, its own selection and the reference's are one.
#[test]
fn the_reference_selects_for_itself_what_it_selects() {
    let data = data();
    let report = evaluate(data.path(), "sst2-plain", &[]).2;
    for space in ["neurons", "evidence", "embeddings"] {
        for part in ["mono", "poly", "score"] {
            let of = |model: &str| {
                let name = format!("{part}/{space}/{model}/top");
                measure(&report, Section::Redistribution, &name).value
            };
            assert_eq!(of("own"), of("reference"));
        }
    }
}

#[test]
fn directories_and_reports_compare_alike() {
    let data = data();
    let compared = |first: &str, second: &str| {
        let json = data.path().join("comparison.json").display().to_string();
        let folder = data.path().display().to_string();
        let arguments = [
            "compare",
            first,
            second,
            "--resamples",
            "200",
            "--json",
            &json,
        ];
        let table = safr(&[&arguments[..], &["--task", "sst2", "--data", &folder]].concat());
        let comparison = std::fs::read_to_string(&json).unwrap();
        let comparison: Comparison = serde_json::from_str(&comparison).unwrap();
        (table.unwrap(), comparison)
    };
    let reports = ["sst2-plain", "sst2-safr"]
        .map(|model| evaluate(data.path(), model, &[]).1.display().to_string());
    let of_reports = compared(&reports[0], &reports[1]);
    let of_models = compared(&shipped("sst2-plain"), &shipped("sst2-safr"));
    assert_eq!(of_reports, of_models);

    let [plain, safr] = &of_models.1.variants[..] else {
        panic!("two variants")
    };
    let keep = |measures: &[Summary]| measures.iter().position(|m| m.name == "word_keep").unwrap();
    let (a, b) = (keep(&plain.measures), keep(&safr.measures));
    let difference = safr.differences[b].unwrap();
    let expected = safr.measures[b].mean.unwrap() - plain.measures[a].mean.unwrap();
    close("difference", difference.value, expected, 1e-12);
    assert!(
        difference.interval.excludes_zero(),
        "the gate closes for many words"
    );
    assert!(difference.interval.low <= expected && expected <= difference.interval.high);
}

/// The same run twice is that run once, with a reference for each run.
#[test]
fn runs_joined_by_commas_are_one_variant() {
    let data = data();
    let [plain, safr] =
        ["sst2-plain", "sst2-safr"].map(|model| evaluate(data.path(), model, &[]).1);
    let [plain, safr] = [plain, safr].map(|path| path.display().to_string());
    let [plains, safrs] = [&plain, &safr].map(|path| format!("{path},{path}"));
    let compared = |first: &str, second: &str| {
        let options = [
            "--resamples",
            "200",
            "--title",
            "Plain",
            "--title",
            "With SAFR",
            "--format",
            "markdown",
            "--only",
            "word_keep,accuracy,score/neurons/reference/top",
        ];
        self::safr(&[&["compare", first, second], &options[..]].concat()).unwrap()
    };
    let [once, twice] = [compared(&plain, &safr), compared(&plains, &safrs)];
    let head = "|  | `word_keep` | `accuracy` | `score/neurons/reference/top` |";
    assert!(once.starts_with(head), "{once}");
    assert!(once.contains("\n| With SAFR |"), "{once}");
    assert!(twice.contains("\n| With SAFR (2 runs) |"), "{twice}");
    let as_once = twice.replace(" ± 0.0000", "").replace(" (2 runs)", "");
    let as_once = as_once.replace("mean ± standard deviation over runs", "value");
    assert_eq!(as_once, once);

    let other = evaluate(data.path(), "sst2-safr", &["--limit", "6"]).1;
    let other = format!("{safr},{}", other.display());
    let error = self::safr(&["compare", &plains, &other]).unwrap_err();
    assert!(error.contains("on different texts"), "{error}");
    let error = self::safr(&["compare", &plain, &safr, "--only", "acuracy"]).unwrap_err();
    assert!(error.contains("named acuracy"), "{error}");
    let error = self::safr(&["compare", &plain, &safr, "--title", "one"]).unwrap_err();
    assert!(error.contains("1 titles for 2 variants"), "{error}");
}

/// A contrast is told beside the table, whose measures --only still chooses, and a plane is drawn.
#[test]
fn other_differences_are_told_and_two_measures_drawn() {
    let data = data();
    let [plain, safr] = ["sst2-plain", "sst2-safr"].map(|model| {
        let report = evaluate(data.path(), model, &[]).1;
        report.display().to_string()
    });
    let picture = data.path().join("plane.svg").display().to_string();
    let contrast = "1:word_keep - 1 * 2:word_keep";
    let resamples = ["--resamples", "200", "--digits", "2"];
    let only = ["--only", "accuracy", "--contrast", contrast];
    let plane = ["--plane", "accuracy", "word_keep", &picture];
    let told = self::safr(&[&["compare", &plain, &safr], &resamples[..], &only, &plane].concat());
    let told = told.unwrap();
    let line = told.lines().last().unwrap();
    assert!(line.starts_with("1:word_keep - 2:word_keep: +0."), "{told}");
    assert_eq!(line.matches('.').count(), 3, "two digits each: {line}");
    assert_eq!(
        told.matches("word_keep").count(),
        2,
        "not in the table: {told}"
    );
    let drawn = std::fs::read_to_string(&picture).unwrap();
    assert!(drawn.contains("<svg") && drawn.contains("word_keep"));

    // Of one model alone, too; of what is not there, not.
    let alone = ["compare", &safr, "--resamples", "10", "--contrast"];
    let within = "1:word_keep - 1:accuracy";
    let told = self::safr(&[&alone[..], &[within]].concat()).unwrap();
    assert!(told.contains(within), "{told}");
    let error = self::safr(&[&alone[..], &["2:word_keep - 1:accuracy"]].concat()).unwrap_err();
    assert!(error.contains("variant that is not there"), "{error}");
}

#[test]
fn refusals_say_what_to_do() {
    let model = shipped("sst2-plain");
    let error = safr(&["compare", &model, &model]).unwrap_err();
    assert!(error.contains("give --task and --data"), "{error}");
    let missing = safr(&["compare", "no-such-model", &model]).unwrap_err();
    assert!(missing.contains("no-such-model"), "{missing}");
    let data = data();
    let folder = data.path().display().to_string();
    let evaluate = [
        "evaluate", "--model", &model, "--task", "sst2", "--data", &folder,
    ];
    let unknown = safr(&[&evaluate[..], &["--measures", "colapse"]].concat()).unwrap_err();
    assert!(unknown.contains("'collapse'"), "{unknown}");
}

/// The control keeps the gates that there are, on other words.
#[test]
fn shuffled_gates_are_another_model() {
    let data = data();
    let report = |options: &[&str]| evaluate(data.path(), "sst2-safr", options).2;
    let shuffled = report(&["--perturb", "shuffle-gates=1"]);
    assert_eq!(shuffled.model, "sst2-safr, gate shuffled by seed 1");
    let keep = |report: &Report| {
        measure(report, Section::Collapse, "word_keep")
            .value
            .unwrap()
    };
    assert_ne!(keep(&shuffled), keep(&report(&[])));
    assert_eq!(shuffled, report(&["--perturb", "shuffle-gates=1"]));
    assert_ne!(
        keep(&shuffled),
        keep(&report(&["--perturb", "shuffle-gates=2"]))
    );
    let pad = |report: &Report| measure(report, Section::Collapse, "pad_keep").value;
    assert_eq!(pad(&shuffled), pad(&report(&[])));
}

/// Each control changes what it is there to change: keep rate, norm, or the attention's entropy.
#[test]
fn controls_move_one_thing() {
    let data = data();
    let collapse = |perturbations: &[&str]| {
        let options = perturbations.iter().flat_map(|one| ["--perturb", one]);
        let options: Vec<&str> = options.collect();
        let report = evaluate(data.path(), "sst2-safr", &options).2;
        ["word_keep", "embedding_norm", "attention_entropy"]
            .map(|name| measure(&report, Section::Collapse, name).value.unwrap())
    };
    let [keep, norm, entropy] = collapse(&[]);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-5 * b.max(1.0);

    let scaled = collapse(&["scale-embeddings=0.25"]);
    assert!(
        near(scaled[0], keep) && near(scaled[1], norm / 4.0),
        "{scaled:?}"
    );
    let shifted = collapse(&["shift-gates=-3"]);
    assert!(shifted[0] < keep && shifted[1] < norm, "{shifted:?}");
    let back = collapse(&["shift-gates=0"]);
    assert!(near(back[0], keep), "{back:?}");
    let uniform = collapse(&["sharpen-attention=0"]);
    assert!(
        near(uniform[0], keep) && near(uniform[1], norm) && near(uniform[2], 1.0),
        "{uniform:?}"
    );
    let sharp = collapse(&["sharpen-attention=100"]);
    assert!(sharp[2] < entropy, "{sharp:?}");
    let both = collapse(&["scale-embeddings=0.25", "sharpen-attention=0"]);
    assert_eq!(
        both,
        [scaled[0], scaled[1], uniform[2]],
        "one after the other"
    );
}

#[test]
fn a_cause_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere").display().to_string();
    let report = folder.path().join("report.json");
    std::fs::write(&report, "[]").unwrap();
    let report = report.display().to_string();
    let bad = data();
    std::fs::write(bad.path().join("test.txt"), "(2 (2 A)\n").unwrap();
    let bad = bad.path().display().to_string();
    let model = shipped("sst2-plain");
    let of_data = |data| {
        vec![
            "evaluate", "--model", &model, "--task", "sst2", "--data", data,
        ]
    };
    for (arguments, cause) in [
        (of_data(&nowhere), "os error 2"),
        (of_data(&bad), "line 1"),
        (
            vec![
                "evaluate", "--model", &nowhere, "--task", "sst2", "--data", &bad,
            ],
            "os error 2",
        ),
        (vec!["compare", &report, &report], "expected struct"),
        (
            vec!["words", "--task", "imdb", "--data", &nowhere, "--out", "x"],
            "os error 2",
        ),
    ] {
        let error = safr(&arguments).unwrap_err();
        assert_eq!(error.matches(cause).count(), 1, "{error}");
    }
}

#[test]
fn a_lexicon_is_a_truth_of_its_own() {
    let data = data();
    let words = data.path().join("words.txt");
    std::fs::write(
        &words,
        "; opinion words\ngreat\nterrible\nwarm\nfunny\nbad\n",
    )
    .unwrap();
    let words = words.display().to_string();
    let options = ["--lexicon", &words, "--measures", "plausibility"];
    let report = evaluate(data.path(), "sst2-safr", &options).2;
    let auc = measure(&report, Section::Plausibility, "auc/keep/lexicon");
    // Of the 8 texts, those with an opinion word and another one.
    assert_eq!(auc.texts, 5);
    let has = |section| report.measures.iter().any(|m| m.section == section);
    assert!(has(Section::Prediction) && !has(Section::Neurons));
}

#[test]
fn slow_measures_are_there_when_asked_for() {
    let data = data();
    let options = [
        "--limit",
        "4",
        "--measures",
        "faithfulness,intervention",
        "--rankings",
        "keep,random",
        "--removals",
        "delete",
    ];
    let (table, _, report) = evaluate(data.path(), "sst2-safr", &options);
    let faithful = |name: &str| measure(&report, Section::Faithfulness, name).value;
    let aopc = faithful("normalised_comprehensiveness/keep/delete").unwrap();
    assert!((-0.1..=1.1).contains(&aopc), "{aopc}");
    assert!(faithful("post_hoc_accuracy_1/random/delete").is_some());
    measure(&report, Section::Intervention, "fall/important/8");
    assert!(table.contains("aopc/keep/delete") && !table.contains("post_hoc_accuracy_1"));
    let again = evaluate(data.path(), "sst2-safr", &options);
    assert_eq!((again.0, again.2), (table, report));
}
