"""How long does it take to be told why, and what else looks like this?

    python benchmarks/explain.py speed [--check]     explaining against a plain forward (and backward) pass
    python benchmarks/explain.py similar [--check]   20 nearest of 1,000,000 x 512 against one reading of them
    python benchmarks/explain.py group [--check]     reading a group of 1,000,000 samples with 40 fields
    python benchmarks/explain.py methods             the table of docs/reference/attribution-methods.md

``speed`` and ``methods`` take the seed's MNIST model (``models/mnist/tensorleap_mnist.h5``) and validation
samples from ``$PERCEPTA_DATA``, else ``../shared/data``. Ratios are of CPU time, measured in turns within one
process, so that they hold on a busy machine (set OMP_WAIT_POLICY=PASSIVE); the warm request is by the wall:
JSON in, JSON with all heat maps out, through a worker process. ``--check`` exits with 1 if a floor of issue 4
is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa

from percepta.analysis.attribution import METHODS, Method
from percepta.analysis.attribution.gradients import IntegratedGradients
from percepta.analysis.groups import telling_fields
from percepta.analysis.similars import direction, most_similar, population_mean, similarities
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.progress import Silent
from percepta.core.subsets import Subset
from percepta.core.targets import ClassTarget
from percepta.engine.encoded import encode_columns
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import FUSED, Wish
from percepta.integration import Prediction, from_datasets
from percepta.models.linear_target import linear_target
from percepta.storage import Workspace

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PERCEPTA_DATA", ROOT.parent / "shared" / "data"))
MODEL = DATA / "models" / "mnist" / "tensorleap_mnist.h5"
SEED_SAMPLE = 11_701
IDS = [*range(20), SEED_SAMPLE]
FLOORS = {"all classes x 3 layers": 8.0, "one Grad-CAM": 3.0, "warm request, ms": 300.0}
SIMILAR_FLOOR = 1.5
GROUP_FLOOR = 100.0
"""Milliseconds in which a group is read, once its fields are encoded."""
PARITY = {
    "layer-cam": "`LayerCAM`",
    "focus-layer-cam": "the formula, by hand",
    "grad-cam": "`LayerGradCam`, `GradCAM`",
    "grad-cam++": "`GradCAMPlusPlus`",
    "hires-cam": "`LayerGradientXActivation`, `HiResCAM`",
    "gradient-input": "`InputXGradient`",
    "integrated-gradients": "`IntegratedGradients`",
    "smoothgrad": "a linear target, exactly",
    "occlusion": "`Occlusion` (other patches): r > 0.6",
    "rise": "a linear target, within its noise",
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("speed", "similar", "group", "methods"))
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.what == "similar":
        return int(not similar(options.rows, options.repeats) and options.check)
    if options.what == "group":
        return int(not group(options.rows, options.repeats) and options.check)
    with tempfile.TemporaryDirectory() as folder:
        explainer = opened(Path(folder))
        if options.what == "methods":
            methods(explainer)
            return 0
        return int(not speed(explainer, options.repeats) and options.check)


def opened(folder: Path) -> Explainer:
    """Evaluate a few validation samples, and open what explains them."""
    pixels = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[48_000:][IDS]
    labels = read("train-labels-idx1-ubyte.gz", 8)[48_000:][IDS]
    items = [
        (image[..., None] / np.float32(255), label)
        for image, label in zip(pixels, labels.tolist(), strict=True)
    ]
    names = [str(digit) for digit in range(10)]
    integration = from_datasets(
        {"validation": items},
        ids={"validation": IDS},
        predictions=[Prediction("scores", names, activation="none")],
    )
    workspace = Workspace.open(folder)
    run = evaluate(workspace, integration, MODEL, project="mnist", progress=Silent())
    return Explainer.open(run, integration, MODEL, device="cpu")


def read(name: str, header: int) -> np.ndarray:
    with gzip.open(DATA / "mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def speed(explainer: Explainer, repeats: int) -> bool:
    """Print ratios to plain passes over the same sample; return whether all floors are held."""
    row = IDS.index(SEED_SAMPLE)
    inputs = explainer.ask([row]).inputs
    one_class = linear_target({"scores": np.eye(10, dtype=np.float32)[:1]}, {}, {})
    every = tuple(ClassTarget("scores", index) for index in range(10))
    last = [layer.name for layer in explainer.model.layers if layer.kind == "conv"][-1]
    seconds = cpu_seconds(
        {
            "forward": lambda: explainer.model.forward(inputs),
            "forward-backward": lambda: explainer.model.gradients(
                inputs, one_class, of_inputs=list(inputs)
            ),
            "all": lambda: explainer.explain(Wish((row,), every)),
            "one": lambda: explainer.explain(
                Wish((row,), every[:1], method="grad-cam", layers=(last,))
            ),
        },
        repeats,
    )
    figures = {
        "all classes x 3 layers": seconds["all"] / seconds["forward-backward"],
        "one Grad-CAM": seconds["one"] / seconds["forward"],
        "warm request, ms": 1000 * warm_request(),
    }
    plain = {f"{name}, ms": round(1000 * value, 2) for name, value in seconds.items()}
    print(json.dumps(plain | {name: round(value, 2) for name, value in figures.items()}))
    return all(figures[name] <= floor for name, floor in FLOORS.items())


def warm_request() -> float:
    """Return the median seconds of a question to a warm worker: two classes, three layers."""
    from percepta.cli.evaluation import run_evaluation
    from percepta.engine.options import EvaluateOptions
    from percepta.jobs.answering import AnswerPool

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder))
        told = run_evaluation(
            workspace,
            ROOT / "examples" / "mnist.py",
            project="mnist",
            options=EvaluateOptions(subsets=("validation",), limit=40, visuals=False),
            algorithm=None,
            quiet=True,
        )
        pool = AnswerPool(workspace)
        try:
            rows = workspace.run(told.run_id).subsets[Subset.VALIDATION]
            times = []
            for row in rows[:12]:  # each once: nothing is answered from what was kept
                targets = [
                    {"kind": "class", "prediction": "scores", "index": index} for index in (0, 6)
                ]
                start = time.perf_counter()
                pool.ask(told.run_id, "explain", {"rows": [row], "targets": targets})
                times.append(time.perf_counter() - start)
        finally:
            pool.close()
    return statistics.median(times[2:])


def similar(rows: int, repeats: int) -> bool:
    """Print the scan's time beside that of reading the vectors once; return whether the floor is held."""
    random = np.random.default_rng(0)
    vectors = np.empty((rows, 512), np.float16)
    for start in range(0, rows, 20_000):
        part = vectors[start : start + 20_000]
        part[:] = random.standard_normal(part.shape, dtype=np.float32)
    mean = population_mean(vectors[:50_000])
    towards = direction(vectors[:1], mean)
    words = vectors.view(np.uint64)

    def nearest() -> object:
        scores = similarities(vectors, mean, towards)
        return most_similar(scores, 20, without=np.array([0]))

    seconds = cpu_seconds({"scan": nearest, "reading": lambda: read_once(words)}, repeats)
    ratio = seconds["scan"] / seconds["reading"]
    told = {name: round(value, 3) for name, value in seconds.items()}
    print(json.dumps({"rows": rows, **told, "ratio": round(ratio, 2), "floor": SIMILAR_FLOOR}))
    return ratio <= SIMILAR_FLOOR


def group(rows: int, repeats: int) -> bool:
    """Print how long fields take to be encoded, and groups of 50 and 10,000 samples to be read then."""
    random = np.random.default_rng(0)
    texts = pa.array([f"kind {index}" for index in range(100)])
    columns = {
        **{f"number {i}": pa.array(random.normal(size=rows).astype(np.float32)) for i in range(30)},
        **{
            f"text {i}": pa.DictionaryArray.from_arrays(random.integers(0, 100, rows), texts)
            for i in range(8)
        },
        **{f"flag {i}": pa.array(random.random(rows) < 0.5) for i in range(2)},
    }
    kinds = {"n": FieldType.FLOAT, "t": FieldType.STRING, "f": FieldType.BOOLEAN}
    wanted = [Field(name, kinds[name[0]], FieldGroup.METADATA) for name in columns]
    started = time.process_time()
    fields = encode_columns(wanted, lambda name: pa.chunked_array([columns[name]]))
    encoding = time.process_time() - started
    members = {n: np.sort(random.choice(rows, n, replace=False)) for n in (50, 10_000)}
    seconds = cpu_seconds(
        {str(n): lambda n=n: telling_fields(fields, members[n]) for n in members}, repeats
    )
    told = {f"group of {n}, ms": round(1000 * value, 2) for n, value in seconds.items()}
    first = {"rows": rows, "fields": len(fields), "encoding, s": round(encoding, 2)}
    print(json.dumps({**first, **told, "floor, ms": GROUP_FLOOR}))
    return 1000 * max(seconds.values()) <= GROUP_FLOOR


@numba.njit(parallel=True, nogil=True)
def read_once(words: np.ndarray) -> int:
    """Read every byte once, as fast as memory gives it."""
    total = np.uint64(0)
    for row in numba.prange(words.shape[0]):
        part = np.uint64(0)
        for k in range(words.shape[1]):
            part ^= words[row, k]
        total += part
    return total


def methods(explainer: Explainer) -> None:
    """Print what every method gives and costs, as the document has it."""
    print(
        "| method | agrees with | completeness error | deletion | insertion | better than chance | "
        "forward passes |"
    )
    print("|---|---|---|---|---|---|---|")
    forward = cpu_seconds({"f": lambda: explainer.model.forward(explainer.ask([0]).inputs)}, 9)["f"]
    for method in METHODS:
        gains, spent = gains_of(explainer, method)
        deletion, insertion = gains.mean(axis=0)
        won = (gains[:, 0] > 0).mean()
        print(
            f"| {method.title} | {PARITY[method.name]} | {completeness(explainer, method)} "
            f"| {deletion:+.1f} | {insertion:+.1f} | {won:.0%} "
            f"| {method.forwards} by count, {spent / forward:.1f} by time |",
            flush=True,
        )


def gains_of(explainer: Explainer, method: Method) -> tuple[np.ndarray, float]:
    """Return the areas by which a method beats chance, ``[samples, 2]``, and CPU seconds a map."""
    gains, spent = [], []
    labels = explainer.run.values("label")
    for row in range(20):
        wish = Wish((row,), (ClassTarget("scores", int(labels[row])),), method=method.name)
        start = time.process_time()
        maps = explainer.explain(wish).maps
        spent.append(time.process_time() - start)
        heat = next((one for one in maps if one.layer == FUSED), maps[0])
        curves = explainer.faithfulness(wish, heat)
        gains.append((curves.deletion_gain, curves.insertion_gain))
    return np.array(gains), statistics.median(spent)


def completeness(explainer: Explainer, method: Method) -> str:
    """Return how far a map's sum is from what the target gains over an empty picture, on average."""
    if not isinstance(method, IntegratedGradients):
        return "–"
    errors = []
    labels = explainer.run.values("label")
    for row in range(20):
        target = ClassTarget("scores", int(labels[row]))
        question = explainer.question(explainer.ask([row]), [target], signed=True)
        empty = {name: np.zeros_like(array) for name, array in question.inputs.items()}
        gained = question.subject.values(question.inputs) - question.subject.values(empty)
        [heat] = method.attribute(question).inputs.values()
        errors.append(abs(heat.sum() - gained[0]) / abs(gained[0]))
    return f"{np.mean(errors):.1%}"


def cpu_seconds(routes: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the lower-quartile CPU time of each route; the routes take turns."""
    times: dict[str, list[float]] = {name: [] for name in routes}
    for run in routes.values():
        run()
    for _ in range(repeats):
        for name, run in routes.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    return {name: statistics.quantiles(values, n=4)[0] for name, values in times.items()}


if __name__ == "__main__":
    sys.exit(main())
