"""What does it cost to keep the samples that excite each channel most?

    python benchmarks/channels.py [--digits 20000] [--pictures 600] [--check]

``share``: the demo's CNN and a MobileNetV2-size network are evaluated with everything recorded over noise.
The CPU time of the thread that looks for the samples and packs them into shards, and of the merge at the
commit, ÷ the CPU time of the process from the first sample of the pass to the end of the commit; compiled
code is warm.

``wide``: 100,000 channels, 20 shards of 256 samples of normal noise in batches of 32. CPU nanoseconds a
sample and channel without the making of the noise; bytes of the shards a channel, beside
108 · (1 + ln(shards)).

``--check`` exits with 1 if a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from evaluate import Clock
from networks import mobilenet_v2
from torch import nn
from torch.utils.data import TensorDataset

from percepta.analysis.strongest import Strongest
from percepta.core.channels import KEPT
from percepta.demos.network import DigitNet
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import from_datasets
from percepta.storage import Workspace, compaction

MOST_SHARE = 0.02
CHANNELS, SHARDS, SHARD, BATCH = 100_000, 20, 256, 32


class Spent:
    """CPU seconds of the threads that call some functions, as long as this is entered."""

    def __init__(self, *functions: tuple[Any, str]) -> None:
        self.seconds = 0.0
        self._functions = functions
        self._before = [getattr(owner, name) for owner, name in functions]

    def __enter__(self) -> Spent:
        for (owner, name), function in zip(self._functions, self._before, strict=True):
            setattr(owner, name, self._timed(function))
        return self

    def __exit__(self, *_: object) -> None:
        for (owner, name), function in zip(self._functions, self._before, strict=True):
            setattr(owner, name, function)

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return function(*given, **named)
            finally:
                self.seconds += time.thread_time() - started

        return timed


def share(network: nn.Module, shape: tuple[int, ...], samples: int) -> dict[str, float]:
    """Evaluate a network over noise; return the share of the CPU time, and how many channels it has."""
    rng = np.random.default_rng(0)
    pictures = rng.random((samples, *shape), dtype=np.float32)
    dataset = TensorDataset(
        torch.from_numpy(pictures), torch.from_numpy(rng.integers(0, 10, samples))
    )
    looking = (Strongest, "see"), (Strongest, "since"), (compaction, "write_channels")
    with tempfile.TemporaryDirectory() as folder, Spent(*looking) as spent:
        clock = Clock()
        run = evaluate(
            Workspace.open(Path(folder)),
            from_datasets({"training": dataset}),
            network.eval(),
            project="channels",
            options=EvaluateOptions(),
            progress=clock,
        )
        cpu = clock.stop().cpu
    layers = run.manifest["channels"]["layers"]
    channels = sum(layer["width"] for layer in layers)
    return {"layers": len(layers), "channels": channels, "share": spent.seconds / cpu}


def wide() -> dict[str, float]:
    """Watch a layer of very many channels."""
    rng = np.random.default_rng(0)
    watch = Strongest({"layer": CHANNELS})
    seconds, stored = 0.0, 0
    for shard in range(SHARDS):
        first = shard * SHARD
        for start in range(first, first + SHARD, BATCH):
            block = rng.standard_normal((BATCH, CHANNELS), np.float32)
            started = time.thread_time()
            watch.see({"layer": block}, start)
            seconds += time.thread_time() - started
        stored += watch.since(first).entries.nbytes
    seen = SHARDS * SHARD * CHANNELS
    return {
        "nanoseconds": 1e9 * seconds / seen,
        "shard_bytes": stored / CHANNELS,
        "shard_bytes_expected": 12 * KEPT * (1 + math.log(SHARDS)),
    }


def main() -> int:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--digits", type=int, default=20_000)
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    Strongest({"layer": 1}).see({"layer": np.zeros((1, 1), np.float32)}, 0)
    missed = False
    for name, network, shape, samples in (
        ("DigitNet", DigitNet(28), (1, 28, 28), options.digits),
        ("MobileNetV2", mobilenet_v2(), (3, 128, 128), options.pictures),
    ):
        found = share(network, shape, samples)
        missed |= found["share"] > MOST_SHARE
        print(json.dumps({"network": name, "samples": samples, "floor": MOST_SHARE} | found))
    print(json.dumps(wide()))
    return int(missed and options.check)


if __name__ == "__main__":
    sys.exit(main())
