# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.15.0", "transformers==5.24.0"]
# ///
"""Small random models of the kinds that `safr import --huggingface` reads, and what `transformers` makes of some texts.

Run it with `uv run huggingface.py`, or with any Python that has the packages named above. It writes huggingface/KIND/ with
the files of a model as its library saves them, and expected.json beside them. With the folder of MiniLM, which `cargo xtask
data minilm` fetches, it writes minilm.json instead: what the library makes of some texts with that model.
"""

import json
import pathlib
import sys

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    BertTokenizerFast,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertModel,
)

HERE = pathlib.Path(__file__).parent / "huggingface"

TEXTS = [
    "The acting is superb, but the plot isn't.",
    "Unbelievably  MOVING\tÉtudes: naïve cafés — 50% déjà-vu!",
    "电影 is good, 😀 unreadable☃",
    "",
    "a " * 60,
]

WORDS = "the acting is superb but plot isn un good moving etude naive cafe deja vu film The MOVING Un".split()
SUFFIXES = "##believ ##ably ##ing ##s ##t ##able ##readable ##é ##tudes".split()
CHARACTERS = sorted(set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:!%'-—ïéÉà电影"))
PIECES = (
    ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    + CHARACTERS
    + [f"##{c}" for c in CHARACTERS if c.isalpha()]
    + WORDS
    + SUFFIXES
)
VOCABULARY = list(dict.fromkeys(PIECES))

SIZES = dict(vocab_size=len(VOCABULARY), max_position_embeddings=24)
BERT = dict(hidden_size=16, num_hidden_layers=3, num_attention_heads=4, intermediate_size=20, **SIZES)
DISTIL = dict(dim=16, n_layers=2, n_heads=2, hidden_dim=24, **SIZES)
LABELS = dict(id2label={0: "bad", 1: "good", 2: "so-so"}, label2id={"bad": 0, "good": 1, "so-so": 2})


def shake(model):
    """Makes every parameter matter: fresh biases are 0, and fresh norms 1."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model.eval()


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def expected(model, tokenizer):
    found = []
    for text in TEXTS:
        read = tokenizer(text, return_offsets_mapping=True, truncation=True, max_length=24, return_tensors="pt")
        offsets = read.pop("offset_mapping")[0].tolist()
        read = {name: read[name] for name in ("input_ids", "attention_mask")}
        out = model(**read, output_hidden_states=True)
        found.append(
            {
                "text": text,
                "ids": read["input_ids"][0].tolist(),
                "offsets": offsets,
                "hidden": [rounded(states[0]) for states in out.hidden_states],
                "logits": rounded(out.logits[0]) if "logits" in out else None,
            }
        )
    return found


def write(kind, model, lower_case, old_files):
    folder = HERE / kind
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab=str(vocabulary), do_lower_case=lower_case)
    assert len(tokenizer) == len(VOCABULARY), (len(tokenizer), len(VOCABULARY))
    # Older versions stored this counter, and many published files hold it.
    model.base_model.embeddings.register_buffer("position_ids", torch.arange(24).unsqueeze(0), persistent=True)
    model.save_pretrained(folder)
    if old_files:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lower_case}) + "\n")
    else:
        tokenizer.save_pretrained(folder)
        vocabulary.unlink()
    text = json.dumps(expected(model, tokenizer), ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


SENTENCES = [
    "The acting is superb, but the plot isn't.",
    "Unbelievably  MOVING\tÉtudes: naïve cafés — 50% déjà-vu!",
    "电影 is good, 😀 unreadable☃",
]


def write_minilm(folder):
    """Of each hidden state the first four numbers at each place."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    found = []
    for text in SENTENCES:
        read = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        offsets = read.pop("offset_mapping")[0].tolist()
        with torch.no_grad():
            states = model(**read, output_hidden_states=True).hidden_states
        hidden = [rounded(state[0, :, :4]) for state in states]
        found.append({"text": text, "ids": read["input_ids"][0].tolist(), "offsets": offsets, "hidden": hidden})
    file = pathlib.Path(__file__).parent / "minilm.json"
    file.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        return write_minilm(sys.argv[1])
    torch.manual_seed(1)
    write("bert-classifier", shake(BertForSequenceClassification(BertConfig(**BERT, **LABELS))), True, False)
    write("bert-cased", shake(BertModel(BertConfig(**BERT))), False, True)
    write("distilbert-classifier", shake(DistilBertForSequenceClassification(DistilBertConfig(**DISTIL, **LABELS))), True, True)
    write("distilbert", shake(DistilBertModel(DistilBertConfig(**DISTIL))), True, False)


main()
