//! An explanation that was taken home is the one that was made: read back, it draws the same figures.

use std::process::Command;

use burn::tensor::Device;
use pollster::block_on;
use safr::chart::{Chart, Excerpt, csv, read, svg};
use safr::engine::LoadedModel;
use safr::evaluate::Curves;
use safr::explain::{Changes, Explanation, Origin};

use crate::common::inquiry::curves;
use crate::common::{KINDS, small_package_of};

const TEXT: &str = "it is not a <very> good film & it is \"bad\", said \u{0}she .";

/// Explanations, and what was measured of some.
fn explanations() -> impl Iterator<Item = (Explanation, Option<Curves>)> {
    let of = |(readout, winners)| {
        let package = block_on(small_package_of(readout, winners));
        let model = LoadedModel::of(package, &Device::flex()).unwrap();
        [
            (TEXT, ""),
            (TEXT, "neuron:1=2 head:0"),
            ("film", ""),
            (" ", ""),
        ]
        .map(|(text, parts)| {
            let changes: Changes = parts.parse().unwrap();
            let curves = (text == TEXT).then(|| curves(&model, text));
            let explanation = Explanation {
                origin: Some(Origin {
                    title: "Small, <plain>".into(),
                    date: "2026-11-29".into(),
                    address: "https://example.org/#text=a&b".into(),
                }),
                ..block_on(model.explain_changed(text, &changes)).unwrap()
            };
            (explanation, curves)
        })
    };
    KINDS.into_iter().flat_map(of)
}

fn excerpts<'a>(
    (explanation, curves): &'a (Explanation, Option<Curves>),
) -> [Excerpt<'a>; Chart::ALL.len()] {
    Chart::ALL.map(|chart| Excerpt {
        explanation,
        curves: curves.as_ref(),
        chart,
    })
}

#[test]
fn what_is_read_back_draws_the_same_charts() {
    for explained in explanations() {
        let json = excerpts(&explained)[0].json().unwrap();
        let read_back = read(&json).unwrap();
        assert!(read_back == explained, "{json}");
        for (here, there) in excerpts(&explained).iter().zip(&excerpts(&read_back)) {
            let drawn = svg(here).unwrap();
            assert!(drawn == svg(there).unwrap(), "{:?}", here.chart);
            assert_eq!(csv(here).unwrap(), csv(there).unwrap());
            let document = roxmltree::Document::parse(&drawn).unwrap();
            let title = document.root_element().first_element_child().unwrap();
            let title = title.text().unwrap();
            let origin = "Small, <plain> · 2026-11-29 · https://example.org/#text=a&b";
            assert!(title.ends_with(origin), "{title}");
            let all: String = document
                .descendants()
                .filter_map(|node| node.text())
                .collect();
            let changed = !explained.0.changes.is_empty();
            assert_eq!(
                all.contains("changed (neuron:1=2 head:0)"),
                changed,
                "{all}"
            );
        }
    }
}

#[test]
fn one_chart_is_less_than_all_of_them() {
    let explained = explanations().next().unwrap();
    let [all, parts @ ..] = excerpts(&explained).map(|excerpt| svg(&excerpt).unwrap());
    for (part, heading) in parts.iter().zip([
        "Why this class",
        "Keep probability",
        "each word towards the predicted class",
        "above: the neuron",
        "Shared neurons",
        "Contributions",
        "Is this explanation true?",
    ]) {
        // All of them together are coloured by evidence and sharing.
        let is_within = !["above: the neuron", "Contributions"].contains(&heading);
        assert!(
            part.len() < all.len() && part.contains(heading),
            "{heading}"
        );
        assert_eq!(all.contains(heading), is_within, "{heading}");
    }
}

/// Rows of csv, without the names of the columns.
fn rows(text: &str) -> Vec<::csv::StringRecord> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).collect()
}

#[test]
fn the_numbers_add_up() {
    for explained in explanations() {
        let [
            words,
            evidence,
            same_words,
            allocation,
            same_shares,
            pairs,
            same_pairs,
            falls,
        ] = excerpts(&explained).map(|excerpt| csv(&excerpt).unwrap());
        let (explanation, curves) = &explained;
        let sum = |text: &str, column: usize| -> f64 {
            let column = rows(text).into_iter().map(|row| row[column].to_owned());
            column.map(|number| number.parse::<f64>().unwrap()).sum()
        };
        let n = explanation.words.len();
        assert_eq!(
            (&words, &allocation, &pairs),
            (&same_words, &same_shares, &same_pairs)
        );
        assert_eq!((rows(&words).len(), rows(&pairs).len()), (n, n * n));
        let texts = rows(&words).into_iter().map(|row| row[0].to_owned());
        assert!(texts.eq(explanation.words.iter().map(|word| word.text.clone())));
        let margin = explanation.evidence.as_ref();
        let margin = margin.map_or(0.0, |evidence| evidence.margin.total);
        let total = sum(&evidence, 2);
        assert!((total - margin).abs() < 1e-4, "{total}, not {margin}");
        let shares = sum(&allocation, 5);
        let active = explanation.allocation.neurons.len() as f64;
        assert!(
            (shares - active).abs() < 1e-3,
            "shares of {shares} in {active} neurons"
        );
        let points = curves
            .as_ref()
            .map_or(0, |curves| curves.orders.len() * curves.gone.len());
        assert_eq!(rows(&falls).len(), points);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let explained = explanations().next().unwrap();
    let json = excerpts(&explained)[0].json().unwrap();
    let whole: serde_json::Value = serde_json::from_str(&json).unwrap();
    let refusal = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut broken = whole.clone();
        change(&mut broken);
        read(&broken.to_string()).unwrap_err().to_string()
    };
    for (path, value, says) in [
        ("/version", 99.into(), "format 99"),
        ("/words", serde_json::json!([]), "only a text with words"),
        (
            "/prediction/predicted",
            9.into(),
            "other classes than it names",
        ),
        (
            "/evidence/margin/class",
            2.into(),
            "evidence is of other classes",
        ),
        (
            "/allocation/shares/cols",
            1.into(),
            "other words or neurons",
        ),
        ("/allocation/owner/0", 99.into(), "other owners or votes"),
        ("/faithfulness/class", 2.into(), "curves are of another"),
        ("/interaction/sharing/rows", 3.into(), "other words"),
        ("/text", serde_json::Value::Null, "no explanation"),
    ] {
        let error = refusal(&|broken| *broken.pointer_mut(path).unwrap() = value.clone());
        assert!(error.contains(says), "{path}: {error}");
    }
}

#[test]
fn the_command_draws_what_the_page_has_written() {
    let folder = tempfile::tempdir().unwrap();
    let explained = explanations().next().unwrap();
    let [excerpt, ..] = excerpts(&explained);
    std::fs::write(folder.path().join("page.json"), excerpt.json().unwrap()).unwrap();
    let safr = |options: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_safr"))
            .current_dir(folder.path())
            .arg("explain")
            .args(options)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let files = [
        "--from",
        "page.json",
        "--chart",
        "allocation",
        "--svg",
        "a.svg",
        "--csv",
        "a.csv",
        "--json",
        "again.json",
    ];
    assert_eq!(safr(&files), (Some(0), String::new()));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let excerpt = Excerpt {
        chart: Chart::Allocation,
        ..excerpt
    };
    assert!(read("a.svg") == svg(&excerpt).unwrap());
    assert!(read("a.csv") == csv(&excerpt).unwrap());
    assert_eq!(read("again.json").trim_end(), read("page.json"));

    let (code, error) = safr(&["--from", "page.json", "--json", "page.json"]);
    assert!(
        code == Some(1) && error.contains("read by this command"),
        "{error}"
    );
    let (code, error) = safr(&["--from", "a.csv"]);
    assert!(
        code == Some(1) && error.contains("holds no explanation"),
        "{error}"
    );
    let (code, error) = safr(&["--from", "page.json", "a text"]);
    assert!(
        code == Some(2) && error.contains("cannot be used with"),
        "{error}"
    );
}
