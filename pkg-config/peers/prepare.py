"""Writes what all compared programs take: texts with their ids, the model as an ONNX graph, and its weights as floats.

prepare.py MODEL REMARKS FOLDER: a model directory, a csv file with texts, and where to write.
"""

import csv
import json
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import Model, NoNoise, losses, weights_of

LENGTHS = [20, 128, 256]
TURNS = 8
BATCH, BATCHES, WORDS = 32, 30, 40
CORPUS_WORDS, CORPUS_TURNS = range(5, 41), 64


def running_words(remarks, known):
    """The known words of the remarks, one after the other; those of letters alone, which every tokenizer splits alike."""
    with open(remarks, newline="") as file:
        texts = [row["text"].lower() for row in csv.DictReader(file)]
    return [word for text in texts for word in re.findall(r"[a-z]+", text) if word in known and word != "cannot"]


def work(vocabulary, remarks):
    known = {word: id for id, word in enumerate(vocabulary)}
    words = running_words(remarks, known)

    def text(start, length):
        chosen = [words[(start + at) % len(words)] for at in range(length)]
        return {"text": " ".join(chosen), "ids": [known[word] for word in chosen]}

    training = [text(turn * 53, WORDS) | {"label": turn % 2} for turn in range(BATCH * BATCHES)]
    assert len({one["text"] for one in training}) == len(training), "a text occurs twice"
    return {
        "batch": BATCH,
        "explain": {length: [text(turn * 131, length) for turn in range(TURNS)] for length in LENGTHS},
        "train": training,
        # Texts of one length are not one after the other, but fill whole batches if they are sorted.
        "corpus": [text(turn * 211 + length * 17, length) for turn in range(CORPUS_TURNS) for length in CORPUS_WORDS],
    }


def by_inputs(weights):
    """Weights with the matrices of linear layers as [inputs, outputs], which TensorFlow.js multiplies fastest."""
    is_layer = lambda name, tensor: tensor.dim() == 2 and name != "embedding.weight"
    return {name: tensor.T.contiguous() if is_layer(name, tensor) else tensor for name, tensor in weights.items()}


def main(model_folder, remarks, folder):
    texts = work(json.loads((model_folder / "vocabulary.json").read_text()), remarks)
    model = Model(model_folder).eval()
    with torch.inference_mode():
        for one in (one for several in texts["explain"].values() for one in several):
            one["logits"] = model(torch.tensor([one["ids"]]))[0][0].tolist()
    batch = texts["train"][:BATCH]
    ids, labels = (torch.tensor([one[part] for one in batch]) for part in ("ids", "label"))
    texts["losses"] = losses(model, ids, labels, NoNoise()).tolist()
    (folder / "work.json").write_text(json.dumps(texts))
    (folder / "corpus.txt").write_text("".join(one["text"] + "\n" for one in texts["corpus"]))
    save_file(by_inputs(weights_of(model_folder)), folder / "weights.safetensors")
    example = torch.tensor([texts["explain"][LENGTHS[0]][0]["ids"]])
    torch.onnx.export(
        model,
        (example,),
        folder / "model.onnx",
        input_names=["ids"],
        output_names=["logits", "attention", "neurons"],
        dynamic_shapes={"ids": {1: torch.export.Dim("length", min=2, max=model.config["max_len"])}},
        dynamo=True,
        external_data=False,
        verbose=False,
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
