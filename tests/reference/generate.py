# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6"]
# ///
"""Writes fixtures.json: what a small SAFR model computes, straight from the formulas.

Run it with `uv run generate.py`, or with any Python that has the NumPy named above. It holds
no PyTorch: `model` and `published` are first checked against tiny.pth and tiny.json, which
hold what the authors' code computes, and only then used to write fixtures of their own.
Everything is float64, from a fixed seed, in evaluation mode (soft gate, no dropout).

Section numbers are those of docs/method.md. Where it leaves a choice, this is taken:

* Positions (sine on even dimensions, cosine on odd, 10000^(2i/d)) are added after the gate.
* Published losses: importance is of the gated embeddings, so there is one whatever the number
  of layers; interaction is averaged over layers.
* Scale-free losses: one mask says which pairs count, both words valid and of different ids (so
  never the diagonal). It is applied to the attention before its rows are renormalised, and so
  holds for the losses, for the partners' weights and for their largest value alike.
* They are averaged over layers, each with its own attention (and, in space mlp, its own
  neurons), then over texts. The gate guard is per text, then averaged.
* In space embedding the cosine of two attention rows is of the rows as they are, per head.
* A cosine, capacity or share with a zero norm is 0; epsilon is 1e-8.
* The scale-free reading has the same weights, but for a PAD embedding of zero.
* Contributions are found forward: each source alone is sent through the blocks, whose attention
  weights, active neurons and norms' scales stay those of the whole text. (The program finds them
  backward, from the classes to the sources.)
* Knockouts are passes of the model with neurons set to zero.
"""

import json
import math
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np

from evidence import amounts, variant, weighed
from model import cosine, model, positions, ratio, softmax

HERE = Path(__file__).parent
EPSILON = 1e-8
RHO = 0.3


def cross_entropy(logits, labels):
    return -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()


def published(trace):
    """Section 3.1: importance and interaction."""
    x = trace["gated"]
    size = x.shape[-1]
    unit = x / (1e-5 + np.linalg.norm(x, axis=-1, keepdims=True))
    off_diagonal = 1 - np.eye(x.shape[1])
    i = (unit @ x.swapaxes(-1, -2)) * off_diagonal
    importance = np.sqrt((i**2).sum(-1)).mean() / math.sqrt(size)
    interactions = []
    for a in trace["attentions"]:
        j = (a @ a.swapaxes(-1, -2)) * off_diagonal
        w = a / a.sum(-1, keepdims=True)
        interactions.append((w * (1 - j)).mean())
    return {"importance": importance, "interaction": np.mean(interactions)}


PLAIN = {"apart": "important", "overlap": "cosine", "weight": "gate", "pairs": "attended"}
FORMS = [
    PLAIN,
    PLAIN | {"apart": "all", "pairs": "contrasted"},
    PLAIN | {"weight": "evidence"},
    PLAIN | {"weight": "even"},
    PLAIN | {"overlap": "shares"},
    {"apart": "all", "overlap": "shares", "weight": "evidence", "pairs": "contrasted"},
]


def scale_free(trace, ids, space, form=PLAIN, z=None, said=None):
    """Section 3.3: importance and interaction, z being neurons (mlp), the last block's by their votes
    (evidence, given) or embeddings. said: how much each word's neurons say, [B, L]."""
    valid = ids != 0
    pairs = valid[:, :, None] & valid[:, None, :] & (ids[:, :, None] != ids[:, None, :])
    weights = {"gate": trace["keep"], "even": np.ones(ids.shape), "evidence": said}
    w = weights[form["weight"]] * valid
    if form["weight"] == "evidence":
        w = ratio(w, w.max(-1, keepdims=True))
    importance, interaction = [], []
    layers = list(zip(trace["attentions"], trace["neurons"]))
    if space == "evidence":
        layers = [(trace["attentions"][-1], z)]
    for attention, u in layers:
        heads = attention.shape[1]
        a = attention * pairs[:, None]
        a = ratio(a, a.sum(-1, keepdims=True))
        mean = a.mean(1)
        partner = np.maximum(mean, mean.swapaxes(-1, -2))
        partner = ratio(partner, partner.max((-1, -2), keepdims=True))
        uncorrelated = (1 - partner) * pairs
        omega = uncorrelated * (w[:, None, :] if form["apart"] == "important" else 1)
        if form["overlap"] == "cosine":
            c = cosine(trace["embeddings"] if space == "embedding" else u)
            crowding = (omega * c**2).sum(-1) / np.maximum(EPSILON, omega.sum(-1))
        else:
            squares = u**2 * valid[:, :, None]
            shares = ratio(squares, squares.sum(1, keepdims=True))
            of_others = np.einsum("bin,bij,bjn->bi", u, omega, shares)
            crowding = ratio(of_others, u.sum(-1))
        importance.append((w * crowding).sum(-1) / np.maximum(EPSILON, w.sum(-1)))
        s = cosine(attention) if space == "embedding" else cosine(u)[:, None]
        apart = (a * (1 - s)).sum((1, 2, 3)) / heads
        if form["pairs"] == "contrasted":
            others = ratio(uncorrelated, uncorrelated.sum(-1, keepdims=True))
            apart = ((others * s[:, 0]).sum((1, 2)) + apart) / 2
        interaction.append(apart / np.maximum(1, valid.sum(-1)))
    return {"importance": np.mean(importance), "interaction": np.mean(interaction)}


def gate_guard(trace, ids):
    valid = ids != 0
    return np.mean(((trace["keep"] * valid).sum(-1) / valid.sum(-1) - RHO) ** 2)


def capacity(z):
    dot = z @ z.T
    return ratio(np.diag(dot) ** 2, (dot**2).sum(-1))


def explanation(gated, u, attention):
    """Section 4, of one text's valid words."""
    shares = ratio(u**2, (u**2).sum(0))
    owned = shares.sum(1)
    active = shares.sum(0) > 0
    effective = ratio(np.ones(len(active)), (shares**2).sum(0))
    common = np.minimum(shares[:, None], shares[None]).sum(-1)
    return {
        "gated": gated,
        "neurons": u,
        "attention": attention.mean(0),
        "capacity_embeddings": capacity(gated),
        "capacity_neurons": capacity(u),
        "shares": shares,
        "owned": owned,
        "polysemanticity": [m if on else None for m, on in zip(effective.tolist(), active)],
        "sharing": ratio(common, np.minimum(owned[:, None], owned)),
        "cosine": cosine(u),
    }


def read_pytorch(path):
    """The tensors of a PyTorch file: a zip of a pickle and of raw float32 storages."""

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "_rebuild_tensor_v2":
                return lambda data, start, shape, *_: data[start:][: math.prod(shape)].reshape(
                    shape
                )
            return OrderedDict if name == "OrderedDict" else name

        def persistent_load(self, saved):
            data = file.read(f"{root}/data/{saved[2]}")
            return np.frombuffer(data, "<f4").astype(np.float64)

    with zipfile.ZipFile(path) as file:
        root = file.namelist()[0].split("/")[0]
        with file.open(f"{root}/data.pkl") as saved:
            return Reader(saved).load()


def check_against_the_authors():
    reference = json.loads((HERE / "tiny.json").read_text())
    config, ids = reference["config"] | {"readout": "residual"}, np.array(reference["ids"])
    weights = read_pytorch(HERE / "tiny.pth")
    trace = model(weights, config, ids, pool_all=True)
    losses = published(trace)
    ce = cross_entropy(trace["logits"], reference["labels"])
    pe = weights["pos_encoder.pe"]
    for name, ours, theirs in [
        ("positions", positions(*pe.shape[1:])[None], pe),
        ("logits", trace["logits"], reference["logits"]),
        ("keep", trace["keep"], reference["keep"]),
        ("attention", trace["attentions"][-1][:2], reference["attention"]),
        ("cross-entropy", ce, reference["ce"]),
        ("importance", losses["importance"], reference["importance"]),
        ("interaction", losses["interaction"], reference["interaction"]),
        ("total", ce + losses["importance"] + losses["interaction"], reference["total"]),
    ]:
        theirs = np.asarray(theirs)
        error = (np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max()
        print(f"{name}: within {error:.1e} of the authors' code")
        assert error <= 1e-5, name


def random_weights(config, rng):
    """As PyTorch draws them, but for norms, which would be trivial at 1 and 0."""
    size, hidden, inner = config["d_model"], config["mask_hidden"], config["d_ff"]
    weights = {"embedding.weight": rng.normal(size=(config["vocab"], size))}

    def linear(name, outputs, inputs):
        bound = 1 / math.sqrt(inputs)
        weights[f"{name}.weight"] = rng.uniform(-bound, bound, (outputs, inputs))
        weights[f"{name}.bias"] = rng.uniform(-bound, bound, outputs)

    linear("vmask.linear_layer", hidden, size)
    linear("vmask.hidden2p", 2, hidden)
    weights["pos_encoder.pe"] = positions(config["max_len"], size)[None]
    for layer in range(config["layers"]):
        for part in ("query", "key", "value", "out"):
            linear(f"layers.{layer}.attention.{part}", size, size)
        linear(f"layers.{layer}.ff.linear1", inner, size)
        linear(f"layers.{layer}.ff.linear2", size, inner)
        for norm in ("norm1", "norm2"):
            weights[f"layers.{layer}.{norm}.weight"] = rng.uniform(0.5, 1.5, size)
            weights[f"layers.{layer}.{norm}.bias"] = rng.uniform(-0.5, 0.5, size)
    linear("fc", config["classes"], size)
    return {name: np.array(plain(tensor)) for name, tensor in weights.items()}


def plain(value):
    """Lists and numbers of 9 significant digits, for JSON."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(part) for part in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def fixtures():
    config = {
        "vocab": 20, "d_model": 16, "heads": 2, "d_ff": 24, "max_len": 10,
        "classes": 3, "mask_hidden": 12, "layers": 2, "readout": "residual",
    }  # fmt: skip
    ids = np.array([
        [5, 7, 9, 3, 12, 7, 2, 0, 0, 0],
        [4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [6, 6, 6, 0, 0, 0, 0, 0, 0, 0],
        [1, 19, 8, 14, 11, 8, 10, 17, 13, 16],
    ])  # fmt: skip
    labels = [0, 2, 1, 1]
    marked = [[1, 4], [], [0], [2, 3, 7]]
    weights = random_weights(config, np.random.default_rng(2501))
    zero_pad = weights | {"embedding.weight": weights["embedding.weight"].copy()}
    zero_pad["embedding.weight"][0] = 0

    def outputs(trace):
        return {
            "logits": trace["logits"],
            "keep": trace["keep"],
            "attention": trace["attentions"][-1],
            "neurons": trace["neurons"][-1][0],
            "cross_entropy": cross_entropy(trace["logits"], labels),
        }

    as_published = model(weights, config, ids, pool_all=True)
    free = model(zero_pad, config, ids, pool_all=False)
    words = (ids[0] != 0).sum()
    rng = np.random.default_rng(2502)
    bound = 1 / math.sqrt(config["d_ff"])
    head = {
        "fc.weight": rng.uniform(-bound, bound, (config["classes"], config["d_ff"])),
        "fc.bias": rng.uniform(-bound, bound, config["classes"]),
    }
    head = {name: np.array(plain(tensor)) for name, tensor in head.items()}

    def split(layers, readout, reading):
        of_reading = weights if reading == "published" else zero_pad
        of_readout = of_reading | head if readout == "neurons" else of_reading
        of_variant = config | {"layers": layers, "readout": readout}
        found = variant(of_readout, ids, of_variant, reading, marked)
        if reading == "scale-free":
            trace = model(of_readout, of_variant, ids, pool_all=False)
            z, said = weighed(of_readout, of_variant, trace), amounts(of_readout, of_variant, trace)
            found["losses"] = [
                form | scale_free(trace, ids, "evidence", form, z, said) for form in FORMS
            ]
        return found

    return {
        "config": config,
        "weights": weights,
        "neurons_head": head,
        "ids": ids,
        "labels": labels,
        "marked": marked,
        "published": outputs(as_published) | published(as_published),
        "scale_free": outputs(free)
        | {
            "rho": RHO,
            "gate_guard": gate_guard(free, ids),
            "mlp": scale_free(free, ids, "mlp"),
            "embedding": scale_free(free, ids, "embedding"),
        },
        "explanation": explanation(
            free["gated"][0, :words],
            free["neurons"][-1][0, :words],
            free["attentions"][-1][0, :, :words, :words],
        ),
        "variants": [
            split(2, "residual", "published"),
            split(2, "residual", "scale-free"),
            split(2, "neurons", "published"),
            split(2, "neurons", "scale-free"),
            split(1, "residual", "published"),
            split(1, "neurons", "scale-free"),
        ],
    }


if __name__ == "__main__":
    check_against_the_authors()
    text = json.dumps(plain(fixtures()), separators=(",", ":"))
    (HERE / "fixtures.json").write_text(text.replace('],"', '],\n"') + "\n")
    print(f"fixtures.json: {len(text)} bytes")
