"""What does evaluating a real integration cost, beside its model alone?

For every script of ``examples/``: the plain loop runs the model file in its own runtime (onnxruntime, Keras,
eager PyTorch) over batches that were prepared before, and keeps nothing. The evaluation reads and encodes the
samples, runs the model, measures, builds latent spaces, draws every visual and commits a checksummed run. The
third figure, reading alone, tells how much of that is the script's own work. All three are timed in turn in
one process; the ratios are plain / evaluation and (plain + reading) / evaluation time; 1 is as fast.

    python benchmarks/examples.py [NAME ...] [--limit 1000] [--repeats 3]

Needs the data of ``examples/README.md``; prints one JSON line for each example.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in percepta's own processes
os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
import torch
from evaluate import Clock, Times

from percepta.core.subsets import SampleKey
from percepta.engine.batches import reader
from percepta.engine.choosing import choose
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import Integration, load_script
from percepta.models.allocator import keep_freed_memory
from percepta.storage import Workspace

FOLDER = Path(__file__).resolve().parents[1] / "examples"
NAMES = ("mnist", "cifar10", "coco_segmentation", "imdb", "keyword_spotting", "titanic")
BATCH = 64
Runtime = Callable[[np.ndarray], Any]


def main() -> None:
    """Measure the examples named, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--limit", type=int, default=1_000, help="samples of each subset")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    keep_freed_memory()
    for name in options.names:
        print(json.dumps(measure(name, options.limit, options.repeats)), flush=True)


def measure(name: str, limit: int, repeats: int) -> dict[str, Any]:
    """Return the figures of one example: medians of paired runs after one to warm up."""
    integration = load_script(FOLDER / f"{name}.py")
    source = integration.make_model()
    run = own_runtime(source)
    how = EvaluateOptions(limit=limit, batch_size=BATCH, device="cpu")
    batches, _ = read(integration, how)
    times: dict[str, list[Times]] = {"plain": [], "reading": [], "evaluation": []}
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
        for turn in range(repeats + 1):
            took = {
                "plain": plain(run, batches),
                "reading": read(integration, how)[1],
                "evaluation": recorded(workspace, integration, source, name, how),
            }
            for what, seconds in took.items() if turn else ():
                times[what].append(seconds)
    samples = sum(len(batch) for batch in batches)
    figures: dict[str, Any] = {"example": name, "runtime": run.__name__, "samples": samples}
    for clock in ("cpu", "wall"):
        for what, seconds in times.items():
            typical = statistics.median(getattr(took, clock) for took in seconds)
            figures[f"{what}_{clock}_ms"] = round(1000 * typical / samples, 3)
        pairs = list(zip(*times.values(), strict=True))
        figures[f"ratio_{clock}"] = _ratio(pairs, clock, with_reading=False)
        figures[f"ratio_with_reading_{clock}"] = _ratio(pairs, clock, with_reading=True)
    return figures


def _ratio(pairs: list[tuple[Times, ...]], clock: str, *, with_reading: bool) -> float:
    ratios = []
    for run, reading, whole in pairs:
        reference = getattr(run, clock) + with_reading * getattr(reading, clock)
        ratios.append(reference / getattr(whole, clock))
    return round(statistics.median(ratios), 3)


def own_runtime(source: Any) -> Runtime:
    """Open a model as its own users do: a batch in, anything out."""
    if isinstance(source, torch.nn.Module):
        return eager(source.eval())
    if Path(source).suffix == ".onnx":
        return onnx(Path(source))
    return keras(Path(source))


def eager(module: torch.nn.Module) -> Runtime:
    def pytorch(batch: np.ndarray) -> Any:
        with torch.inference_mode():
            return module(torch.from_numpy(batch))

    return pytorch


def onnx(path: Path) -> Runtime:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [given] = session.get_inputs()

    def onnxruntime_(batch: np.ndarray) -> Any:
        parts = batch[:, None] if given.shape[0] == 1 else [batch]  # some files fix it at one
        return [session.run(None, {given.name: part}) for part in parts]

    onnxruntime_.__name__ = "onnxruntime"
    return onnxruntime_


def keras(path: Path) -> Runtime:
    from keras import models

    model = models.load_model(path, compile=False)

    def keras_(batch: np.ndarray) -> Any:
        parts = batch[:, None] if model.input_shape[0] == 1 else [batch]
        with torch.no_grad():
            return [model(torch.from_numpy(np.ascontiguousarray(part))) for part in parts]

    keras_.__name__ = "keras"
    return keras_


def read(integration: Integration, how: EvaluateOptions) -> tuple[list[np.ndarray], Times]:
    """Read and encode all samples as an evaluation does; return the input's batches."""
    subsets = choose(integration.load_subsets(), None, how.limit)
    clock = Clock()
    with reader(integration, subsets, 0, BATCH) as samples:
        batches = [
            next(iter(batch.inputs.values()))
            for part in subsets
            for batch in samples.batches(
                [SampleKey(part.subset, sample_id) for sample_id in part.ids]
            )
        ]
    return batches, clock.stop()


def plain(run: Runtime, batches: list[np.ndarray]) -> Times:
    """Run the model alone; keep nothing."""
    clock = Clock()
    for batch in batches:
        run(batch)
    return clock.stop()


def recorded(
    workspace: Workspace, integration: Integration, source: Any, name: str, how: EvaluateOptions
) -> Times:
    """Evaluate with everything recorded."""
    clock = Clock()
    evaluate(workspace, integration, source, project=name, options=how, progress=clock)
    return clock.stop()


if __name__ == "__main__":
    sys.exit(main())
