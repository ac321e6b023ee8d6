"""The page's first model in PyTorch, with the losses of the preset `safr`, straight from docs/method.md.

It is what the head reads the neurons of, has one block and leaves each neuron to a word and one correlated with it. All
texts of a batch have the same length, so that nothing is padded.
"""

import json
import math

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

LEAST = 1e-30


def weights_of(folder):
    """A model directory's weights as 32-bit floats: a matrix is stored as 8-bit integers with a scale for each row."""
    stored = load_file(folder / "model.safetensors")
    scale = lambda name: stored[f"{name}.scale"][:, None]
    return {
        name: tensor if tensor.dtype == torch.float32 else tensor.float() * scale(name)
        for name, tensor in stored.items()
        if not name.endswith(".scale")
    }


def sinusoids(length, width):
    """Section 2.3."""
    places = torch.arange(length, dtype=torch.float64)[:, None]
    angles = places / 10000 ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    return torch.stack([angles.sin(), angles.cos()], -1).reshape(length, width).float()


def relative(values, whole):
    """values / whole, and 0 where the whole is."""
    return values / torch.where(whole == 0, torch.ones_like(whole), whole)


def relative_to_strongest_pair(attention):
    either = torch.maximum(attention, attention.transpose(1, 2))
    return either / either.amax((1, 2), keepdim=True).clamp_min(LEAST)


class Noise:
    """The random part of a training step."""

    def __init__(self, dropout):
        self.dropout = dropout

    def logistic(self, like):
        u = torch.rand_like(like).clamp(1e-7, 1 - 1e-7)
        return torch.log(u / (1 - u))

    def drop(self, x):
        return F.dropout(x, self.dropout)


class NoNoise(Noise):
    """A training step that says the same each time."""

    def __init__(self):
        super().__init__(0.0)

    def logistic(self, like):
        return torch.zeros_like(like)


class Model(nn.Module):
    """Sections 2.1 to 2.6."""

    def __init__(self, folder):
        super().__init__()
        self.config = config = json.loads((folder / "config.json").read_text())
        assert config["layers"] == 1 and config["readout"] == "neurons", "another kind of model"
        assert config["winners"]["count"] == 2, "another kind of model"
        self.correlated = config["winners"]["correlated"]
        self.heads, width = config["heads"], config["d_model"]
        weights = weights_of(folder)
        self.register_buffer("keep_table", weights["vmask.keep"])
        self.register_buffer("positions", sinusoids(config["max_len"], width))
        self.words = nn.Embedding.from_pretrained(weights["embedding.weight"], freeze=False, sparse=True)

        def linear(name):
            weight, bias = weights[f"{name}.weight"], weights.get(f"{name}.bias")
            layer = nn.Linear(*reversed(weight.shape), bias=bias is not None, device="meta")
            layer.weight = nn.Parameter(weight)
            layer.bias = None if bias is None else nn.Parameter(bias)
            return layer

        self.projection = linear("embedding.projection")
        self.gate_hidden, self.gate_decision = linear("vmask.linear_layer"), linear("vmask.hidden2p")
        block = "layers.0"
        self.query, self.key, self.value, self.out = (
            linear(f"{block}.attention.{part}") for part in ("query", "key", "value", "out")
        )
        self.norm = nn.LayerNorm(width)
        self.norm.weight = nn.Parameter(weights[f"{block}.norm1.weight"])
        self.norm.bias = nn.Parameter(weights[f"{block}.norm1.bias"])
        self.neurons_of, self.head = linear(f"{block}.ff.linear1"), linear("fc")

    def embed(self, ids):
        return self.projection(self.words(ids)) * math.sqrt(self.config["d_model"])

    def forward(self, ids):
        """Evaluation: logits, attention and neurons of ids, [B, L]; the gate is looked up."""
        gate = self.keep_table[ids]
        logits, attention, neurons = self.encode(self.embed(ids) * gate[..., None], lambda x: x)
        return logits, attention, neurons

    def train_pass(self, ids, noise):
        """Training: the gate decides, and what depends on a word alone is computed once for each."""
        types, places = torch.unique(ids, return_inverse=True)
        x0 = self.embed(types)
        drop, keep = self.gate_decision(torch.tanh(self.gate_hidden(x0))).unbind(-1)
        log_odds = F.embedding(places, (keep - drop)[:, None]).squeeze(-1)
        soft = torch.sigmoid(log_odds + noise.logistic(log_odds))
        gate = soft + ((soft > 0.5).float() - soft).detach()
        gated = F.embedding(places, x0) * gate[..., None]
        return torch.sigmoid(log_odds), gate, *self.encode(gated, noise.drop)

    def encode(self, gated, drop):
        texts, length, width = gated.shape
        x = drop(gated + self.positions[:length])
        split = lambda x: x.reshape(texts, length, self.heads, width // self.heads).transpose(1, 2)
        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        attention = torch.softmax(query / math.sqrt(width // self.heads) @ key.transpose(2, 3), -1)
        mixed = (attention @ value).transpose(1, 2).reshape(texts, length, width)
        u = torch.relu(self.neurons_of(self.norm(x + drop(self.out(mixed)))))
        neurons = u * self.may_take(u.detach(), attention.detach())
        return self.head(drop(neurons).sum(1) / 2), attention, neurons

    def may_take(self, u, attention):
        """Section 2.6: 1 for the word that drives a neuron most, and for the second if the two are correlated."""
        first = u >= u.amax(1, keepdim=True)
        second = u >= u.masked_fill(first, 0.0).amax(1, keepdim=True)
        itself = torch.eye(u.shape[1])
        pairs = relative_to_strongest_pair(attention.mean(1) * (1 - itself)) + itself
        beside = (pairs >= self.correlated).float() @ first.float()
        return second.float() * (beside > 0.5).float()


def cosines(z):
    z = relative(z, z.detach().abs().amax(-1, keepdim=True))
    products = z @ z.transpose(1, 2)
    squares = products.diagonal(dim1=1, dim2=2)[..., None]
    length = torch.where(squares == 0, torch.ones_like(squares), squares).sqrt()
    return products / length / length.transpose(1, 2)


def losses(model, ids, labels, noise):
    """Section 3.3 as the preset `safr` has it: means of cross-entropy, L_imp, L_int and the gate's guard."""
    keep, gate, logits, attention, neurons = model.train_pass(ids, noise)
    votes = model.head.weight - model.head.weight.mean(0)
    cosine = cosines(neurons * votes.norm(dim=0))
    eligible = (ids[:, :, None] != ids[:, None, :]).float()
    kept = attention.detach() * eligible[:, None]
    attended = relative(kept, kept.sum(-1, keepdim=True)).mean(1)
    apart = (1 - relative_to_strongest_pair(attended)) * eligible
    among = apart.sum(-1)
    alone = among < 1e-6
    overlap = (apart * cosine**2).sum(-1) / among.masked_fill(alone, 1.0)
    weight = gate.detach()
    importance = (weight * overlap.masked_fill(alone, 0.0)).sum(-1) / weight.sum(-1).clamp_min(1e-6)
    contrasted = relative(apart, among[..., None]) * cosine + attended * (1 - cosine)
    interaction = contrasted.sum(-1).mean(-1) / 2
    keep = keep.clamp(1e-6, 1 - 1e-6)
    guard = (keep * keep.log() + (1 - keep) * (1 - keep).log()).mean(-1)
    return torch.stack([F.cross_entropy(logits, labels), importance.mean(), interaction.mean(), guard.mean()])


class Training:
    """Steps of Adam, on the word table row by row, as ours."""

    def __init__(self, model, rate):
        self.model, self.noise = model, Noise(model.config["dropout"])
        dense = [p for name, p in model.named_parameters() if name != "words.weight"]
        self.optimizers = [torch.optim.SparseAdam([model.words.weight], rate), torch.optim.Adam(dense, rate)]

    def step(self, ids, labels):
        parts = losses(self.model, ids, labels, self.noise)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        parts.sum().backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return parts.tolist()
