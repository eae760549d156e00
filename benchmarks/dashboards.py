"""A brush over a dashboard: how long the server takes to answer all its charts together.

    python benchmarks/dashboards.py            (makes a run of 1,000,000 samples and 40 fields)
    python benchmarks/dashboards.py --check    (exits with 1 if a floor is missed)

The gesture narrows the confidence a little further each time; eight charts follow: a histogram of the loss,
average loss by label, label against prediction, average loss over brightness by subset, a box plot, three
numbers, shares of the weather, the 30 commonest of 2,000 stations. Each time is the whole request over HTTP
on one kept connection, the answer read and decoded.

Beside it, in turn with it, the same eight queries written by hand for DuckDB: same tables in memory, as many
threads, a warm connection, answers fetched, another range each time. What the server does on top: the samples
that do not match, bins and order that stay, JSON and HTTP. Times by the wall depend on what else the machine
does; the ratio of CPU times hardly does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil
import pyarrow as pa
from serve import SERVE, Client

from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.subsets import Subset
from percepta.storage import Run, RunPlan, ShardData, Workspace

FLOOR_MS = 400
MOST_OVERHEAD = 1.5
BRUSHES = 20
SHARD = 1 << 16
LABELS = np.array("zero one two three four five six seven eight nine".split(), object)
WEATHER = np.array("clear clouds rain snow fog night".split(), object)
FIELDS = (
    Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN),
    Field("accuracy", FieldType.FLOAT, FieldGroup.METRIC, Direction.UP),
)


def write(workspace: Workspace, rows: int) -> Run:
    """Write a run of 40 fields: 26 numbers, 6 whole numbers, 5 texts, 3 booleans."""
    catalogue = workspace.catalogue
    owner = catalogue.project_named("dashboards")
    version = catalogue.version_of(owner.id, "model", "code", {})
    training = rows * 4 // 5
    keys = {Subset.TRAINING: range(training), Subset.VALIDATION: range(rows - training)}
    plan = RunPlan(keys, SHARD)
    with workspace.new_run(catalogue.create_run(owner.id, version.id).id, plan) as writer:
        for index in range(plan.shards):
            writer.write_shard(index, ShardData(columns=draw(index, plan.shard_length(index))))
        return writer.commit(FIELDS, {})


def draw(index: int, size: int) -> dict[str, Any]:
    """Draw one shard."""
    rng = np.random.default_rng([7, index])
    label, guess = rng.integers(0, 10, size), rng.integers(0, 10, size)
    right = rng.random(size) < 0.9
    brightness = rng.normal(120, 40, size).astype(np.float32)
    brightness[rng.random(size) < 0.02] = np.nan
    return {
        "loss": (rng.gamma(0.5, 1, size) * (1 + label / 5)).astype(np.float32),
        "accuracy": right.astype(np.float32),
        "label": LABELS[label],
        "predicted": LABELS[np.where(right, label, guess)],
        "confidence": rng.random(size).astype(np.float32),
        "brightness": brightness,
        "weather": WEATHER[rng.integers(0, 6, size)],
        "station": np.array([f"station {at}" for at in range(2_000)], object)[
            rng.integers(0, 2_000, size)
        ],
        "camera": np.array([f"camera {at}" for at in range(40)], object)[rng.integers(0, 40, size)],
        **{f"number_{at}": rng.normal(size=size).astype(np.float32) for at in range(22)},
        **{f"count_{at}": rng.integers(0, 10 ** (at + 1), size) for at in range(6)},
        **{f"flag_{at}": rng.random(size) < 0.5 for at in range(3)},
    }


def groups(key: str, *splits: dict[str, Any], measures: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a question for groups."""
    return {"kind": "groups", "key": key, "splits": list(splits), "measures": measures}


def average(field: str) -> dict[str, Any]:
    """Return the measure of an average."""
    return {"aggregate": "average", "field": field}


def quantile(share: float) -> dict[str, Any]:
    """Return the measure of a quantile of the loss."""
    return {"aggregate": "quantile", "field": "loss", "quantile": share}


COUNT: dict[str, Any] = {"aggregate": "count"}
QUESTIONS = [
    groups("loss", {"field": "loss", "kind": "bins", "interval": 0.5}, measures=[COUNT]),
    groups("labels", {"field": "label"}, measures=[average("loss")]),
    groups("confusion", {"field": "label"}, {"field": "predicted"}, measures=[COUNT]),
    groups(
        "brightness",
        {"field": "brightness", "kind": "bins", "interval": 20},
        {"field": "subset"},
        measures=[average("loss")],
    ),
    groups("box", {"field": "label"}, measures=[quantile(0.25), quantile(0.5), quantile(0.75)]),
    groups("numbers", measures=[COUNT, average("loss"), average("accuracy")]),
    groups("weather", {"field": "weather"}, measures=[{"aggregate": "share"}]),
    groups(
        "stations",
        {"field": "station", "limit": 30},
        measures=[average("loss"), average("accuracy")],
    ),
]
BY_HAND = (
    "SELECT floor(loss / 0.5), count(*) FROM run WHERE {} GROUP BY 1",
    "SELECT label, count(*), avg(loss) FROM run WHERE {} GROUP BY 1",
    "SELECT label, predicted, count(*) FROM run WHERE {} GROUP BY 1, 2",
    "SELECT floor(brightness / 20), subset, count(*), avg(loss) FROM run WHERE {} GROUP BY 1, 2",
    "SELECT label, count(*), quantile_cont(loss, 0.25), quantile_cont(loss, 0.5), "
    "quantile_cont(loss, 0.75) FROM run WHERE {} GROUP BY 1",
    "SELECT count(*), avg(loss), avg(accuracy) FROM run WHERE {}",
    "SELECT weather, count(*) FROM run WHERE {} GROUP BY 1",
    "SELECT station, count(*), avg(loss), avg(accuracy) FROM run WHERE {} GROUP BY 1",
)


USED = "loss accuracy label predicted confidence brightness weather station subset".split()


def brushed(number: int) -> tuple[float, float]:
    """Return the range of confidence that brush ``number`` chooses: three quarters to a half."""
    return 0.05 + number / 200, 0.8 - number / 200


@dataclass(frozen=True)
class Cost:
    """Medians of the brushes, in milliseconds; CPU time is the mean, of all threads."""

    wall: float
    cpu: float


class Clock:
    """Adds up what brushes cost.

    Args:
        cpu: tells the CPU seconds that the process of the work has taken.
    """

    def __init__(self, cpu: Callable[[], float]) -> None:
        self._cpu = cpu
        self._walls: list[float] = []
        self._spent = 0.0

    def time(self, work: Callable[[], object]) -> None:
        """Do the work of one brush."""
        began, cpu = time.perf_counter(), self._cpu()
        work()
        self._walls.append(time.perf_counter() - began)
        self._spent += self._cpu() - cpu

    def cost(self) -> Cost:
        """Return what a brush costs."""
        return Cost(1000 * statistics.median(self._walls), 1000 * self._spent / len(self._walls))


def spent_by(process: psutil.Process) -> float:
    """Return the CPU seconds of a process."""
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(folder: Path, run: Run) -> dict[str, Cost]:
    """Time the first answer, eight charts, two charts, eight again, and the queries by hand in turn."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        client = Client(server.stdout.readline().removeprefix("percepta is at ").strip())
        client.ask("/api/health")
        process = psutil.Process(server.pid)
        clocks = {
            name: Clock(lambda: spent_by(process)) for name in ("first", "eight", "two", "again")
        }
        clocks["by_hand"] = Clock(time.process_time)
        by_hand = by_hand_over(run)
        clocks["first"].time(lambda: ask(client, run, QUESTIONS, BRUSHES))
        by_hand(BRUSHES)
        for number in range(BRUSHES):
            clocks["eight"].time(partial(ask, client, run, QUESTIONS, number))
            clocks["by_hand"].time(partial(by_hand, number))
            clocks["again"].time(partial(ask, client, run, QUESTIONS, number))
            clocks["two"].time(partial(ask, client, run, QUESTIONS[:2], number + 2 * BRUSHES))
    finally:
        server.terminate()
        server.wait()
    return {name: clock.cost() for name, clock in clocks.items()}


def ask(client: Client, run: Run, questions: list[dict[str, Any]], number: int) -> None:
    """Ask the server what brush ``number`` asks."""
    clause = {"kind": "compare", "field": "confidence", "op": "between", "value": brushed(number)}
    body = {"questions": questions, "filter": [clause]}
    answer = json.loads(client.ask(f"/api/runs/{run.id}/charts", body))
    if failed := [one for one in answer["answers"] if one["kind"] == "failed"]:
        raise RuntimeError(str(failed))


def by_hand_over(run: Run) -> Callable[[int], None]:
    """Return what runs the queries by hand for a brush."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 2")
    connection.register("run", pa.table({name: run.column(name) for name in USED}))

    def brush(number: int) -> None:
        low, high = brushed(number)
        for sql in BY_HAND:
            connection.sql(sql.format(f"confidence BETWEEN {low} AND {high}")).to_arrow_table()

    return brush


def main() -> int:
    parser = argparse.ArgumentParser(description="Time a brush over a dashboard.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a floor is missed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
        run = write(workspace, given.rows)
        costs = measure(Path(folder), run)
    eight, by_hand = costs["eight"], costs["by_hand"]
    told = {
        "rows": run.n,
        "fields": len(run.fields),
        "brush_8_charts_ms": round(eight.wall),
        "brush_2_charts_ms": round(costs["two"].wall),
        "by_hand_8_ms": round(by_hand.wall),
        "overhead_wall": round(eight.wall / by_hand.wall, 2),
        "cpu_8_charts_ms": round(eight.cpu),
        "cpu_by_hand_ms": round(by_hand.cpu),
        "overhead_cpu": round(eight.cpu / by_hand.cpu, 2),
        "first_ms": round(costs["first"].wall),
        "repeated_ms": round(costs["again"].wall, 1),
    }
    print(json.dumps(told))
    missed = eight.wall > FLOOR_MS or eight.cpu / by_hand.cpu > MOST_OVERHEAD
    return int(given.check and missed)


if __name__ == "__main__":
    sys.exit(main())
