"""What does recording everything cost? Evaluation against a plain forward loop, on the same data.

The plain loop reads the same samples from the same dataset, stacks the same batches and runs the
same network in ``inference_mode``, in the memory format percepta chooses; it keeps nothing. The
evaluation loads, runs, measures, builds four latent spaces, draws pictures and commits a
checksummed run. The plain loop is timed from its first sample to its last, the evaluation from the
first sample of its pass to the end of the commit, in turn in one process, wall and CPU; the ratio
is plain time / evaluation time, 1 is as fast. What comes before the pass (opening the model, 256
samples to calibrate) does not grow with the data and is told apart, in seconds. For ONNX the
reference is the plain *eager PyTorch* loop of the same network.

    python benchmarks/evaluate.py [--digits 20000] [--pictures 1500] [--repeats 3] [--check]

``--check`` exits with 1 if a floor of issue 2 is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in percepta's own processes

import torch
from networks import mobilenet_v2
from torch import nn
from torch.utils.data import TensorDataset

from percepta.core.progress import Silent
from percepta.demos.network import DigitNet
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import from_datasets
from percepta.models.allocator import keep_freed_memory
from percepta.storage import Workspace

FLOORS = {"DigitNet": {"pytorch": 0.75, "onnx": 1.3}, "MobileNetV2": {"pytorch": 0.8, "onnx": 1.3}}


@dataclass(frozen=True)
class Times:
    """Seconds of a pass: by the clock on the wall, of all cores, and before it began."""

    wall: float
    cpu: float
    before: float


class Clock(Silent):
    """Progress that starts its clocks anew when the pass over all samples begins."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.stage("evaluating")

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Take the time."""
        if name == "evaluating":
            self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stop(self) -> Times:
        """Return the seconds since the pass began."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return Times(wall, cpu, self.wall - self.begun)


def main() -> int:
    """Measure both networks and print one JSON line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--digits", type=int, default=20_000)
    parser.add_argument("--pictures", type=int, default=1_500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--default-malloc",
        dest="keep_freed_memory",
        action="store_false",
        help="measure without what percepta's own processes set (percepta.models.allocator)",
    )
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.keep_freed_memory:
        keep_freed_memory()
    torch.manual_seed(0)
    cases = {
        "DigitNet": (DigitNet(28), _dataset(options.digits, (1, 28, 28))),
        "MobileNetV2": (mobilenet_v2(), _dataset(options.pictures, (3, 128, 128))),
    }
    missed = False
    for name, (network, dataset) in cases.items():
        ratios = measure(network.eval(), dataset, options.repeats)
        missed |= any(ratios[f"{kind}_wall"] < floor for kind, floor in FLOORS[name].items())
        print(
            json.dumps({"network": name, "samples": len(dataset), "floors": FLOORS[name]} | ratios)
        )
    return int(missed and options.check)


def measure(network: nn.Module, dataset: TensorDataset, repeats: int) -> dict[str, float]:
    """Return plain / evaluation time for the PyTorch and the ONNX path, medians of paired runs."""
    with tempfile.TemporaryDirectory() as folder:
        onnx = Path(folder) / "network.onnx"
        export(network, dataset, onnx)
        workspace = Workspace.open(Path(folder) / "workspace")
        runs: dict[str, Callable[[], Times]] = {
            "plain": lambda: plain(network, dataset, torch.contiguous_format),
            "plain_channels_last": lambda: plain(network, dataset, torch.channels_last),
            "pytorch": lambda: recorded(network, dataset, workspace),
            "onnx": lambda: recorded(onnx, dataset, workspace),
        }
        times: dict[str, list[Times]] = {name: [] for name in runs}
        for turn in range(repeats + 1):
            for name, run in runs.items():
                took = run()
                if turn:
                    times[name].append(took)
        workspace.close()

    def typical(name: str) -> float:
        return statistics.median(took.wall for took in times[name])

    def ratio(reference: str, name: str, clock: str) -> float:
        pairs = zip(times[reference], times[name], strict=True)
        return round(statistics.median(getattr(r, clock) / getattr(n, clock) for r, n in pairs), 3)

    same_format = min("plain", "plain_channels_last", key=typical)
    return {
        "plain_per_second": round(len(dataset) / typical(same_format), 1),
        "pytorch_wall": ratio(same_format, "pytorch", "wall"),
        "pytorch_cpu": ratio(same_format, "pytorch", "cpu"),
        "pytorch_before": round(statistics.median(t.before for t in times["pytorch"]), 2),
        "onnx_wall": ratio("plain", "onnx", "wall"),
        "onnx_cpu": ratio("plain", "onnx", "cpu"),
        "onnx_before": round(statistics.median(t.before for t in times["onnx"]), 2),
    }


def plain(network: nn.Module, dataset: TensorDataset, layout: torch.memory_format) -> Times:
    """Read, stack, run; keep nothing."""
    network = network.to(memory_format=layout)
    size = EvaluateOptions().batch(dataset[0][0].nbytes)
    clock = Clock()
    with torch.inference_mode():
        for start in range(0, len(dataset), size):
            items = [dataset[i][0] for i in range(start, min(start + size, len(dataset)))]
            network(torch.stack(items).to(memory_format=layout))
    return clock.stop()


def recorded(model: object, dataset: TensorDataset, workspace: Workspace) -> Times:
    """Evaluate with everything recorded."""
    integration = from_datasets({"validation": dataset}, loss="cross_entropy")
    clock = Clock()
    evaluate(workspace, integration, model, project="b", progress=clock)
    return clock.stop()


def export(network: nn.Module, dataset: TensorDataset, file: Path) -> None:
    """Write the network as ONNX with a dynamic batch axis."""
    example = torch.stack([dataset[0][0], dataset[1][0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(file),
            dynamo=False,
            opset_version=17,
            input_names=["input"],
            output_names=["prediction"],
            dynamic_axes={"input": {0: "n"}, "prediction": {0: "n"}},
        )


def _dataset(count: int, shape: tuple[int, ...]) -> TensorDataset:
    """Return smooth random pictures (noise would be harder to compress than anything real)."""
    random = np.random.default_rng(0)
    channels, height, width = shape
    coarse = torch.from_numpy(random.random((count, channels, 8, 8), dtype=np.float32))
    size = (height, width)
    pictures = nn.functional.interpolate(coarse, size, mode="bilinear").contiguous().numpy()
    return TensorDataset(
        torch.from_numpy(pictures), torch.from_numpy(random.integers(0, 10, count))
    )


if __name__ == "__main__":
    sys.exit(main())
