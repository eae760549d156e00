"""Confusion and curves: how long a question about decisions takes, confusion matrix and all curves.

    python benchmarks/decisions.py [--check]

Scores are the softmax of ``N(0, I)`` with 1.5 added to the true class, float32, without ties. Times are of
CPU, the median of seven, every sample matching; nothing is kept from one question to the next.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from percepta.core.charts import DecisionsQuestion
from percepta.core.subsets import Subset
from percepta.storage import Run, RunPlan, RunQuery, ShardData, Workspace
from percepta.storage.decision_curves import answer

SHARD = 1 << 16
REPEATS = 7
FLOORS_MS = {(100_000, 10): 100, (1_000_000, 2): 500, (1_000_000, 10): None, (50_000, 1_000): None}


def write(workspace: Workspace, rows: int, classes: int) -> Run:
    """Write a run of one prediction."""
    catalogue = workspace.catalogue
    owner = catalogue.project_named("decisions")
    version = catalogue.version_of(owner.id, "model", "code", {})
    labels = np.array([f"class {number}" for number in range(classes)], object)
    plan = RunPlan({Subset.VALIDATION: range(rows)}, SHARD)
    with workspace.new_run(catalogue.create_run(owner.id, version.id).id, plan) as writer:
        for index in range(plan.shards):
            rng = np.random.default_rng([11, index])
            truth = rng.integers(0, classes, plan.shard_length(index))
            scores = np.exp(rng.standard_normal((len(truth), classes), np.float32))
            scores[np.arange(len(truth)), truth] *= np.exp(1.5)
            scores /= scores.sum(axis=1, keepdims=True)
            columns = {"label": labels[truth], "predicted": labels[scores.argmax(axis=1)]}
            writer.write_shard(index, ShardData(columns=columns, scores={"class": scores}))
        told = {"name": "class", "labels": labels.tolist(), "activation": "none", "prefix": ""}
        return writer.commit([], {"predictions": [told]})


def measure(run: Run) -> tuple[float, int]:
    """Return milliseconds of CPU of one question, and how many samples the curves rest on."""
    query, everything = RunQuery(run), np.ones(run.n, bool)
    seconds, counted = [], 0
    for _ in range(REPEATS):
        start = time.process_time()
        counted = answer(query, DecisionsQuestion(), everything, everything)["counted"]
        seconds.append(time.process_time() - start)
    return 1000 * statistics.median(seconds), counted


def main() -> int:
    """Measure every size; 1 if a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    missed = False
    check = parser.parse_args().check
    for (rows, classes), floor in FLOORS_MS.items():
        with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
            took, counted = measure(write(workspace, rows, classes))
        told = {"samples": rows, "classes": classes, "counted": counted, "ms": round(took)}
        print(json.dumps(told | {"floor_ms": floor}), flush=True)
        missed |= floor is not None and took > floor
    return int(check and missed)


if __name__ == "__main__":
    sys.exit(main())
