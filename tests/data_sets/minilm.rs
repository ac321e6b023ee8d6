//! A pretrained transformer, as Hugging Face's library computes it (`tests/reference/huggingface.py`).

use burn::tensor::{Device, Tensor};
use safr::model::{Batch, Classifier, read};
use safr::package::huggingface::{Import, import};
use safr::package::{Package, read_files};
use safr::text;
use serde_json::Value;

use crate::common::{all_close, numbers, reference};

fn minilm() -> Package {
    let folder = std::env::var_os("SAFR_MINILM").expect("`cargo xtask test --lane data` sets it");
    let files = read_files(
        folder.as_ref(),
        &["config.json", "tokenizer.json", "model.safetensors"],
    );
    import(&files.unwrap(), None, &Import::default()).unwrap()
}

/// The first four numbers at each place of rows, `[L, E]`.
fn first_four(rows: Tensor<2>) -> Vec<f32> {
    let first = rows.narrow(1, 0, 4).flatten(0, 1);
    pollster::block_on(read(first)).unwrap()
}

#[test]
fn its_pieces_and_states_are_those_of_the_library() {
    let Package {
        config,
        vocabulary,
        weights,
        ..
    } = minilm();
    let model = Classifier::new(&config, &weights, &Device::flex()).unwrap();
    let expected = std::fs::read_to_string(reference("minilm.json")).unwrap();
    let expected: Vec<Value> = serde_json::from_str(&expected).unwrap();
    assert_eq!(expected.len(), 3);
    for expected in expected {
        let source = expected["text"].as_str().unwrap();
        let read = text::read(source, config.reading.words, &vocabulary, config.max_len);
        assert_eq!(serde_json::to_value(&read.ids).unwrap(), expected["ids"]);
        let units: Vec<u16> = source.encode_utf16().collect();
        let points = |end: usize| String::from_utf16_lossy(&units[..end]).chars().count();
        let pieces = read.words.iter().flat_map(|word| &word.pieces);
        let offsets = pieces.map(|piece| [points(piece.start), points(piece.end)]);
        let frame = || std::iter::once([0, 0]);
        let offsets: Vec<_> = frame().chain(offsets).chain(frame()).collect();
        assert_eq!(serde_json::to_value(offsets).unwrap(), expected["offsets"]);

        let batch = Batch::new(&[&read.ids], &config, &model.device());
        let trace = model.forward(&batch, None);
        let [_, width] = trace.layers[0].input.dims();
        let last = model.blocks.last().unwrap().write_back.as_ref().unwrap();
        let sum = trace.last_layer().sum.clone().unwrap();
        let last = last.norm.forward(sum.reshape([read.ids.len(), width]));
        let inputs = trace.layers.iter().map(|layer| layer.input.clone());
        let states = inputs.chain([last]);
        let hidden = expected["hidden"].as_array().unwrap();
        assert_eq!(hidden.len(), config.layers + 1);
        for (layer, (state, expected)) in states.zip(hidden).enumerate() {
            let what = format!("state {layer} of {source:?}");
            all_close(&what, &first_four(state), &numbers(expected), 1e-4);
        }
    }
}
