//! Whatever is measured of a model that reads pieces is measured by words.

use burn::tensor::Device;
use safr::attribute::{Part, Ranking, ablated_logits, word_scores};
use safr::engine::LoadedModel;
use safr::evaluate::{
    Column, Curves, CurvesRun, EncodedExample, Marked, Section, Text, knockout, measure,
};
use safr::explain::{Explanation, Word, log_odds};
use safr::model::{Batch, Stream};
use safr::package::Package;
use safr::text::Encoded;

use crate::common::{all_close, close};
use crate::huggingface::{KINDS, imported, trained};

const TEXT: &str = "the film is unbelievably good";

/// A model, its explanation of the text, and the text as it takes it.
fn explained(package: Package) -> (LoadedModel, Explanation, Encoded) {
    let model = LoadedModel::of(package, &Device::flex()).unwrap();
    let explanation = pollster::block_on(model.explain(TEXT)).unwrap();
    let words: Vec<String> = TEXT.split(' ').map(String::from).collect();
    let Package {
        config, vocabulary, ..
    } = &model.package;
    let text = config.reading.words.encode(&words, vocabulary);
    assert!(text.ids.len() > words.len() + 2, "a word is spelled");
    (model, explanation, text)
}

#[test]
fn a_word_has_one_score_that_of_its_explanation() {
    for kind in KINDS {
        let (model, explanation, text) = explained(imported(kind, &[]));
        let scores = |ranking| {
            let mut stream = Stream::new(0);
            let scores = word_scores(model.classifier(), &text, ranking, &mut stream);
            pollster::block_on(scores).unwrap()
        };
        let expect = |ranking, of: &dyn Fn(&Word) -> f64| {
            let expected: Vec<f64> = explanation.words.iter().map(of).collect();
            let found: Vec<f32> = scores(ranking).iter().map(|&score| score as f32).collect();
            all_close(&format!("{kind}, {ranking:?}"), &found, &expected, 1e-5);
        };
        expect(Ranking::Keep, &|word| word.keep.into());
        expect(Ranking::Evidence, &|word| word.evidence);
        expect(Ranking::Contribution, &|word| word.contribution);
        expect(Ranking::Attention, &|word| word.attention_received);
        for ranking in Ranking::ALL {
            assert_eq!(scores(ranking).len(), text.places.len(), "{ranking:?}");
        }
        let class = explanation.predicted().unwrap();
        let whole = explanation.prediction.unwrap().probabilities[class];
        for (word, fall) in scores(Ranking::Occlusion).into_iter().enumerate() {
            let deletion = pollster::block_on(model.without(TEXT, word)).unwrap();
            let left = f64::from(whole - deletion.probability());
            close("occlusion", fall, left, 1e-5);
        }
    }
}

/// In a model whose neurons say it all.
#[test]
fn a_word_s_row_of_neurons_is_that_of_all_its_pieces() {
    let (model, explanation, text) = explained(of_neurons());
    let layer = model.package.config.layers - 1;
    let rows = text.places.iter().cloned();
    let rows: Vec<Part> = rows
        .map(|places| Part::NeuronsAt { layer, places })
        .collect();
    let logits = pollster::block_on(ablated_logits(model.classifier(), &text.ids, &rows));
    let logits = logits.unwrap();
    let class = explanation.predicted().unwrap();
    let whole = log_odds(&logits[0], class);
    for (word, without) in explanation.words.iter().zip(&logits[1..]) {
        close(
            &word.text,
            whole - log_odds(without, class),
            word.evidence,
            1e-4,
        );
    }
}

fn of_neurons() -> Package {
    trained("distilbert", &["--losses", "safr", "--readout", "neurons"])
}

fn value(columns: &[Column], name: &str) -> f64 {
    let column = columns.iter().find(|column| column.name == name);
    f64::from(column.unwrap_or_else(|| panic!("no {name}")).values[0].unwrap())
}

#[test]
fn a_report_counts_words_and_not_pieces() {
    let (model, explanation, text) = explained(of_neurons());
    let example = EncodedExample::new(text, 0);
    let texts = [Text {
        reference: Some(example.text()),
        example,
        marked: vec![Marked {
            source: "people",
            words: vec![false, true, false, true, true],
        }],
    }];
    let classifier = model.classifier();
    let measured = measure(
        classifier,
        Some(classifier),
        &texts,
        Section::ONE_PASS,
        1,
        |_| {},
    );
    let columns = pollster::block_on(measured).unwrap().columns;
    let mean = |of: &dyn Fn(&Word) -> f64| {
        let words = explanation.words.iter();
        words.map(of).sum::<f64>() / explanation.words.len() as f64
    };
    close(
        "N",
        value(&columns, "per_word"),
        mean(&|word| word.neurons),
        1e-5,
    );
    close(
        "C",
        value(&columns, "capacity"),
        mean(&|word| word.capacity),
        1e-5,
    );
    let keep = mean(&|word| word.keep.into());
    close("keep", value(&columns, "word_keep"), keep, 1e-5);

    let knocked = pollster::block_on(knockout(classifier, &texts, |_| {})).unwrap();
    let curves = curves(&model, &texts[0].example);
    let error = curves.knockout_error.unwrap();
    close("κ", value(&knocked, "knockout_error/all"), error, 1e-5);
    assert_eq!(curves.gone, [0, 1, 2, 3, 4, 5]);
}

/// What the page draws of the same text.
fn curves(model: &LoadedModel, example: &EncodedExample) -> Curves {
    let classifier = model.classifier();
    let batch = Batch::new(&[&example.ids], &classifier.config, &Device::flex());
    let trace = classifier.forward(&batch, None);
    let contributions = classifier.contributions(&trace);
    let trace = pollster::block_on(trace.read_with(Some(contributions)));
    let mut run = CurvesRun::new(trace.unwrap().remove(0), example.places.clone(), 0);
    loop {
        if let Some(curves) = pollster::block_on(run.advance(classifier)).unwrap() {
            return curves;
        }
    }
}
