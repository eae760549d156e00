"""How much slower is a forward pass that records every layer than a plain one?

Runs, in turn within one process, the plain PyTorch loop (in both memory formats), percepta's PyTorch
pass and percepta's ONNX pass of the same network, with mean and maximum of every convolution and
linear layer captured. Prints CPU milliseconds a batch and throughput relative to the plain loop in
the same memory format; relative figures of one run hold on a busy machine, absolute ones do not.

    python benchmarks/forward.py [--threads 2] [--repeats 9] [--keep-freed-memory] [--check]

On a busy machine set OMP_WAIT_POLICY=PASSIVE, or threads that wait for each other burn the time.
``--keep-freed-memory`` measures with `percepta.models.allocator` at work, for every route alike.

``--check`` exits with 1 if a floor of issue 2 is missed.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from networks import mobilenet_v2, small_cnn
from torch import nn

from percepta.models import Model, open_model
from percepta.models.allocator import keep_freed_memory

FLOORS = {
    "small CNN": {"pytorch": 0.9, "onnx": 1.3},
    "MobileNetV2": {"pytorch": 0.85, "onnx": 1.3},
}


def main() -> int:
    """Measure both networks and print one JSON line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch takes")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--keep-freed-memory", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.keep_freed_memory and not keep_freed_memory():
        parser.error("this C library has no such setting")
    if options.threads:
        torch.set_num_threads(options.threads)
    random = np.random.default_rng(0)
    cases = {
        "small CNN": (small_cnn(), random.random((128, 1, 28, 28), dtype=np.float32)),
        "MobileNetV2": (mobilenet_v2(), random.random((16, 3, 128, 128), dtype=np.float32)),
    }
    missed = False
    for name, (network, batch) in cases.items():
        figures = measure(network.eval(), batch, options.repeats)
        missed |= any(figures[kind] < floor for kind, floor in FLOORS[name].items())
        print(json.dumps({"network": name, "floors": FLOORS[name]} | figures))
    return int(missed and options.check)


def measure(network: nn.Module, batch: np.ndarray, repeats: int) -> dict[str, float]:
    """Return CPU milliseconds a batch of every route, and the relative throughputs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        path.write_bytes(export(network, batch))
        by_torch = open_model(network, example={"image": batch[:4]}, device="cpu")
        by_onnx = open_model(path, example={"image": batch[:4]}, device="cpu")
        routes = {
            "plain_ms": plain(network, batch, torch.contiguous_format),
            "plain_channels_last_ms": plain(network, batch, torch.channels_last),
            "pytorch_outputs_only_ms": recorded(by_torch, batch, capture=False),
            "pytorch_ms": recorded(by_torch, batch, capture=True),
            "onnx_outputs_only_ms": recorded(by_onnx, batch, capture=False),
            "onnx_ms": recorded(by_onnx, batch, capture=True),
        }
        seconds = cpu_seconds(routes, repeats)
    figures = {route: round(1000 * value, 2) for route, value in seconds.items()}
    figures["pytorch"] = round(seconds["plain_channels_last_ms"] / seconds["pytorch_ms"], 3)
    figures["onnx"] = round(seconds["plain_ms"] / seconds["onnx_ms"], 3)
    return figures


def plain(
    network: nn.Module, batch: np.ndarray, memory_format: torch.memory_format
) -> Callable[[], object]:
    def run() -> object:
        with torch.inference_mode():
            return network(torch.from_numpy(batch).to(memory_format=memory_format)).numpy()

    return run


def recorded(model: Model, batch: np.ndarray, capture: bool) -> Callable[[], object]:
    layers = [layer.name for layer in model.layers] if capture else []
    return lambda: model.forward({"image": batch}, layers)


def cpu_seconds(routes: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the lower-quartile CPU time of each route; the routes take turns.

    Each turn runs a route twice and counts the second, so that none pays for the heap another left.
    """
    times: dict[str, list[float]] = {name: [] for name in routes}
    for run in routes.values():
        run()
    for _ in range(repeats):
        for name, run in routes.items():
            run()
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    return {name: statistics.quantiles(values, n=4)[0] for name, values in times.items()}


def export(network: nn.Module, batch: np.ndarray) -> bytes:
    """Return the network as ONNX (opset 17, dynamic batch)."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (torch.from_numpy(batch[:2]),),
            file,
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            dynamic_axes={"image": {0: "batch"}},
        )
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
