"""Evidence, contributions and knockouts of generate.py, straight from sections 2.6, 4 and 5."""

import numpy as np

from model import deviation, model, positions, ratio


def centred(x):
    """Less the mean of the last axis, as norms and votes are."""
    return x - x.mean(-1, keepdims=True)


def votes(weights, config):
    """Section 2.6: what a unit of each neuron adds to each centred logit, up to the place, [F, K]."""
    if config["readout"] == "neurons":
        return centred(weights["fc.weight"].T)
    name = f"layers.{config['layers'] - 1}"
    written = centred(weights[f"{name}.ff.linear2.weight"].T)
    return centred((written * weights[f"{name}.norm2.weight"]) @ weights["fc.weight"].T)


def weighed(weights, config, trace):
    """Section 4.4: the last block's neurons by how far their votes tell the classes apart."""
    return trace["neurons"][-1] * np.linalg.norm(votes(weights, config), axis=-1)


def amounts(weights, config, trace):
    """Section 3.3: how much the last block's neurons say at each place, [B, L]."""
    return np.linalg.norm(trace["neurons"][-1] @ votes(weights, config), axis=-1)


def all_evidence(weights, config, trace, text):
    """Section 4.2: e, [L, F, K]."""
    scales = trace["shares"][text]
    if config["readout"] == "residual":
        scales = scales / deviation(trace["total"][text])[:, 0]
    u = trace["neurons"][-1][text]
    return scales[:, None, None] * u[:, :, None] * votes(weights, config)


def evidence(weights, config, trace, text, words):
    """Section 4.2: what the neurons say at each place, and what goes past them."""
    said = all_evidence(weights, config, trace, text)
    past = np.zeros(config["classes"])
    if config["readout"] == "residual":
        name = f"layers.{config['layers'] - 1}"
        beside = trace["normalised"][text] + weights[f"{name}.ff.linear2.bias"]
        beside = centred(beside) / deviation(trace["total"][text])
        beside = beside * weights[f"{name}.norm2.weight"] + weights[f"{name}.norm2.bias"]
        past = centred((trace["shares"][text][:, None] * beside).sum(0) @ weights["fc.weight"].T)
    head = centred(weights["fc.bias"])
    logits = centred(trace["logits"][text])
    assert np.allclose(said.sum((0, 1)) + past + head, logits, atol=1e-12)
    return {
        "evidence": said[:words, :, logits.argmax()],
        "places": said.sum(1)[:words],
        "padding_places": said[words:].sum((0, 1)),
        "past": past,
        "head": head,
        "logits": logits,
    }


def contributions(weights, config, trace, text, words):
    """Section 4.3: what each word, the positions, the biases and PAD bring."""
    last = config["layers"] - 1
    length = len(trace["rows"][text])

    def through_block(layer, rows, biases):
        """What a block makes of rows [L, E], with or without its biases."""
        name = f"layers.{layer}"
        attention, active = trace["attentions"][layer][text], trace["neurons"][layer][text] > 0
        attended_of, total_of = (part[text] for part in trace["sums"][layer])

        def linear(part, x):
            return x @ weights[f"{name}.{part}.weight"].T + biases * weights[f"{name}.{part}.bias"]

        def norm(part, x, of):
            x = centred(x) / deviation(of)
            return x * weights[f"{name}.{part}.weight"] + biases * weights[f"{name}.{part}.bias"]

        values = linear("attention.value", rows)
        values = values.reshape(length, len(attention), -1).swapaxes(0, 1)
        mixed = (attention @ values).swapaxes(0, 1).reshape(length, -1)
        attended = rows + linear("attention.out", mixed)
        normalised = norm("norm1", attended, attended_of)
        out = linear("ff.linear1", normalised) * active
        if config["readout"] == "residual" or layer < last:
            out = normalised + linear("ff.linear2", out)
            out = norm("norm2", out, total_of)
        return out

    def through(rows, biases=None, first=0):
        """What rows [L, E] bring to each place, [L, K], from block `first` on, with the biases at some places."""
        for layer in range(first, last + 1):
            with_them = through_block(layer, rows, biases=1)
            without = through_block(layer, rows, biases=0)
            rows = without if biases is None else np.where(biases, with_them, without)
        return centred(trace["shares"][text][:, None] * (rows @ weights["fc.weight"].T))

    places = np.arange(length)
    is_word = (places < words)[:, None]
    gated = trace["gated"][text]
    entered = gated + positions(length, config["d_model"])
    of_last = gated if last == 0 else trace["rows"][text]
    alone = [(places == k)[:, None] for k in range(words)]
    by_place = np.stack([through(of_last * one, first=last) for one in alone])
    by_word = np.stack([through(gated * one).sum(0) for one in alone])
    nothing = np.zeros_like(gated)
    parts = {
        "brought": by_place[:, :words].transpose(2, 1, 0),
        "words": by_word,
        "to_padding": by_place[:, words:].sum(1),
        "positions": through((entered - gated) * is_word).sum(0),
        "biases": through(nothing, biases=is_word).sum(0) + centred(weights["fc.bias"]),
        "padding": through(entered * ~is_word).sum(0) + through(nothing, biases=~is_word).sum(0),
    }
    together = parts["words"].sum(0) + parts["positions"] + parts["biases"] + parts["padding"]
    assert np.allclose(together, centred(trace["logits"][text]), atol=1e-12)
    return parts


def fifth(values):
    """How far each value counts as one of the largest fifth, those that tie for it in equal parts."""
    places = round(len(values) * 0.2)
    if places == 0:
        return np.zeros(len(values))
    last = np.sort(values)[::-1][places - 1]
    tied = values == last
    return (values > last) + tied * (places - (values > last).sum()) / tied.sum()


def knockout(weights, config, ids, pool_all, text, marked):
    """Section 5.9: what is lost without each word's neurons, and without its row of neurons."""
    trace = model(weights, config, ids, pool_all)
    words, layer = (ids[text] != 0).sum(), config["layers"] - 1
    u = trace["neurons"][layer][text]
    owner = (u[:words] ** 2).argmax(0)
    is_active = (u[:words] > 0).any(0)
    class_ = trace["logits"][text].argmax()

    def log_odds(factors):
        logits = model(weights, config, ids, pool_all, factors)["logits"][text]
        return logits[class_] - np.log(np.exp(np.delete(logits, class_)).sum())

    own = [is_active & (owner == word) for word in range(words)]
    whole = log_odds({})
    places = np.arange(len(u))[:, None]
    knocked = np.array([whole - log_odds({layer: ~own[i]}) for i in range(words)])
    silent = np.array([whole - log_odds({layer: places != i}) for i in range(words)])
    said = all_evidence(weights, config, trace, text)
    size = np.abs(said[:, :, class_])
    of_all = np.array([size[:, own[i]].sum() for i in range(words)])
    of_others = np.array([np.delete(size, i, 0)[:, own[i]].sum() for i in range(words)])
    chosen = {
        "all": np.ones(words),
        "marked": np.isin(np.arange(words), marked) * 1.0,
        "top": fifth(trace["keep"][text, :words]),
        "evidence": fifth(np.abs(said.sum(1)[:words, class_])),
    }

    def part(weights, above, below):
        below = (weights * below).sum()
        return (weights * above).sum() / below if below >= 1e-6 else None

    silenced = model(weights, config, ids, pool_all, {layer: 0 for layer in range(layer + 1)})
    apart, both = np.abs(knocked - silent), np.abs(knocked) + np.abs(silent)
    return {
        "error": {name: part(w, apart, both) for name, w in chosen.items()},
        "spill": {name: part(w, of_others, of_all) for name, w in chosen.items()},
        "without_neurons": int(silenced["logits"][text].argmax()),
    }


def by_evidence(weights, config, trace, text, words):
    """Section 4.4: the words' capacity, and what they decide and share, by evidence."""
    u, z = trace["neurons"][-1][text][:words], weighed(weights, config, trace)[text][:words]
    said = all_evidence(weights, config, trace, text)[:words, :, trace["logits"][text].argmax()]
    part = np.abs(said).sum(0) / np.abs(said).sum()
    shares = ratio(u**2, (u**2).sum(0)) * part
    decides = shares.sum(1)
    common = np.minimum(shares[:, None], shares[None]).sum(-1)
    dot = z @ z.T
    return {
        "capacity": ratio(np.diag(dot) ** 2, (dot**2).sum(-1)),
        "decides": decides,
        "sharing": ratio(common, np.minimum(decides[:, None], decides)),
    }


def variant(weights, ids, config, reading, marked):
    """Evidence, contributions and knockouts of one model: the parts of the first text, and all texts'
    knockouts."""
    pool_all, words = reading == "published", (ids[0] != 0).sum()
    trace = model(weights, config, ids, pool_all)
    return {
        "layers": config["layers"],
        "readout": config["readout"],
        "reading": reading,
        "text": evidence(weights, config, trace, 0, words)
        | contributions(weights, config, trace, 0, words)
        | by_evidence(weights, config, trace, 0, words),
        "knockout": [
            knockout(weights, config, ids, pool_all, text, marked[text]) for text in range(len(ids))
        ],
    }
