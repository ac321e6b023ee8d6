"""The model of generate.py, straight from the formulas of section 2."""

import math

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def ratio(a, b):
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b != 0)


def cosine(z):
    unit = ratio(z, np.linalg.norm(z, axis=-1, keepdims=True))
    return unit @ unit.swapaxes(-1, -2)


def positions(length, size):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, size, 2) / size)
    return np.stack([np.sin(angle), np.cos(angle)], -1).reshape(length, size)


def deviation(x):
    """What a norm divides by."""
    return np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def model(weights, config, ids, pool_all, factors=None):
    """Section 2. ids: [B, L]; attentions [B, H, L, L] and neurons [B, L, F], one per layer. The
    neurons of the layers that `factors` names are multiplied by these."""

    def linear(name, x):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, x):
        x = (x - x.mean(-1, keepdims=True)) / deviation(x)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    texts, length = ids.shape
    size, heads = config["d_model"], config["heads"]
    valid = ids != 0
    x0 = weights["embedding.weight"][ids] * math.sqrt(size)
    keep = softmax(linear("vmask.hidden2p", np.tanh(linear("vmask.linear_layer", x0))))[..., 1]
    gated = keep[..., None] * x0
    x = gated + positions(length, size)
    attentions, neurons, sums = [], [], []
    for layer in range(config["layers"]):
        name = f"layers.{layer}"
        rows = x
        q, k, v = (
            linear(f"{name}.attention.{part}", x).reshape(texts, length, heads, -1).swapaxes(1, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(size // heads)
        attention = softmax(np.where(valid[:, None, None, :], scores, -1e9))
        mixed = (attention @ v).swapaxes(1, 2).reshape(texts, length, size)
        attended = x + linear(f"{name}.attention.out", mixed)
        normalised = norm(f"{name}.norm1", attended)
        u = np.maximum(linear(f"{name}.ff.linear1", normalised), 0)
        u = u * (factors or {}).get(layer, 1)
        total = x = u
        if config["readout"] == "residual" or layer + 1 < config["layers"]:
            total = normalised + linear(f"{name}.ff.linear2", u)
            x = norm(f"{name}.norm2", total)
        attentions.append(attention)
        neurons.append(u)
        sums.append((attended, total))
    pooled = np.ones_like(valid) if pool_all else valid
    shares = pooled / pooled.sum(1, keepdims=True)
    mean = (x * shares[..., None]).sum(1)
    return {
        # What the last block took, and what its norms took and gave.
        "rows": rows,
        # What the norms of each block took.
        "sums": sums,
        "normalised": normalised,
        "total": total,
        "shares": shares,
        "logits": linear("fc", mean),
        "keep": keep,
        "embeddings": x0,
        "gated": gated,
        "attentions": attentions,
        "neurons": neurons,
    }
