"""Times our native program beside PyTorch and onnxruntime, on one thread each, and checks that they compute the same.

native.py MODEL FOLDER SAFR COMMAND...: a model directory, the folder that prepare.py filled, where native.json is written,
the program safr, and the command that starts the rest of our side, benches/peer.rs.
"""

import json
import platform
import subprocess
import sys
from pathlib import Path

import onnxruntime
import torch

from model import Model, NoNoise, Training, losses
from rounds import measure, timed

REPETITIONS = {"20": 40, "128": 12, "256": 6}
RATE = 3e-4
TORCH = f"PyTorch {torch.__version__.split('+')[0]}"
ONNX = f"onnxruntime {onnxruntime.__version__}"


class Ours:
    """Our side, a request at a time."""

    def __init__(self, command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"our side ended at the request {request}")
        return answer

    def program(self, request):
        return lambda _turn: float(self.ask(request))


def session_of(graph):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def batch_of(work, turn):
    texts = work["train"][turn * work["batch"] :][: work["batch"]]
    return torch.tensor([text["ids"] for text in texts]), torch.tensor([text["label"] for text in texts])


def check(ours, work, session, model):
    """Fails unless all programs give the same logits, and ours and PyTorch's first step the same losses."""
    checked = json.loads(ours.ask("check"))
    for length, texts in work["explain"].items():
        for text, logits in zip(texts, checked["logits"][length], strict=True):
            ids = torch.tensor([text["ids"]])
            same("PyTorch's logits", model(ids)[0][0].tolist(), logits, 1e-4)
            same("onnxruntime's logits", session.run(["logits"], {"ids": ids.numpy()})[0][0].tolist(), logits, 1e-4)
    of_torch = losses(model, *batch_of(work, 0), NoNoise()).tolist()
    names = ["cross_entropy", "importance", "interaction", "guard"]
    of_ours = [checked["losses"][name] for name in names]
    print("losses", dict(zip(names, zip(of_ours, of_torch))))
    for name, theirs, own in zip(names, of_torch, of_ours):
        same(f"PyTorch's {name}", [theirs], [own], 1e-4 * abs(own))


def same(what, theirs, ours, tolerance):
    if any(abs(a - b) > tolerance for a, b in zip(theirs, ours, strict=True)):
        sys.exit(f"{what} differ: {theirs}, ours {ours}")


def tasks(ours, work, session, model, model_folder, graph):
    """Each task, how often it is repeated in a round, and the programs that do it."""
    found = {}
    for length, repetitions in REPETITIONS.items():
        ids = [torch.tensor([text["ids"]]) for text in work["explain"][length]]
        at = lambda turn, ids=ids: ids[turn % len(ids)]

        def of_torch(turn, at=at):
            with torch.inference_mode():
                return [part.numpy() for part in model(at(turn))]

        of_onnx = lambda turn, at=at: session.run(None, {"ids": at(turn).numpy()})
        graphs = {TORCH: timed(of_torch), ONNX: timed(of_onnx)}
        found[f"explaining {length} words"] = repetitions, {"ours": ours.program(f"explain {length}"), **graphs}
        found[f"a forward pass of {length} words"] = repetitions, {"ours": ours.program(f"forward {length}"), **graphs}
    training = Training(Model(model_folder), RATE)
    batches = [batch_of(work, turn) for turn in range(len(work["train"]) // work["batch"])]
    step = timed(lambda turn: training.step(*batches[turn % len(batches)]))
    found["a training step of 32 texts of 40 words"] = 4, {"ours": ours.program("train"), TORCH: step}
    load = {TORCH: timed(lambda _: Model(model_folder)), ONNX: timed(lambda _: session_of(graph))}
    found["loading the model"] = 5, {"ours": ours.program("load"), **load}
    return found


def corpus(work, model, model_folder, folder, safr):
    """A corpus from its file to records, beside the forward passes alone of its texts, sorted by length, batch by batch."""
    explain = [safr, "explain", "--quiet", "--model", model_folder, "--corpus", folder / "corpus.txt"]
    ours = lambda _turn: subprocess.run([*explain, "--out", folder / "corpus.jsonl"], check=True)
    texts = sorted((text["ids"] for text in work["corpus"]), key=len)
    size = work["batch"]
    batches = [torch.tensor(texts[start : start + size]) for start in range(0, len(texts), size)]

    def of_torch(_turn):
        with torch.inference_mode():
            for batch in batches:
                model(batch)

    name = f"a corpus of {len(texts)} texts of 5 to 40 words"
    return {name: (1, {"ours": timed(ours), TORCH: timed(of_torch)})}


def main(model_folder, folder, safr, command):
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    work = json.loads((folder / "work.json").read_text())
    graph = (folder / "model.onnx").read_bytes()
    session, model, ours = session_of(graph), Model(model_folder).eval(), Ours(command)
    check(ours, work, session, model)
    found = tasks(ours, work, session, model, model_folder, graph)
    measured = measure(found | corpus(work, model, model_folder, folder, safr))
    result = {"with": [TORCH, ONNX, f"Python {platform.python_version()}"], "tasks": measured}
    (folder / "native.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4:])
