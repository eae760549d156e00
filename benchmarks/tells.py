"""What explains the loss of a million samples with 40 fields, and the default dashboard of such a run.

    python benchmarks/tells.py [--check]

``first`` encodes the fields, ``warm`` has them, ``filtered`` looks at about half of the samples.
``dashboard`` is what a project's first evaluation pays for its dashboard. Medians by the wall, and CPU
seconds beside them, which what else the machine does hardly changes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from dashboards import write

from percepta.core.filters import Compare, Filter, Operator
from percepta.engine.overview import default_dashboard
from percepta.engine.similar import Population
from percepta.engine.telling import explain_field, explained_to_json
from percepta.storage import Workspace

ROWS = 1_000_000
WARM_FLOOR_S = 2.0
DASHBOARD_FLOOR_S = 1.0
TIMES = 5


def timed(work: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Return the median seconds of some work by the wall, and of CPU."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return median(walls), median(cpus)


def main() -> int:
    """Measure; with --check, 1 if a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 if a floor is missed")
    check = parser.parse_args().check
    half = Filter((Compare("confidence", Operator.GREATER, (0.5,)),))
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
        run = write(workspace, ROWS)
        query, population = workspace.query(run.id), Population(run)

        def ask(filter: Filter | None = None) -> None:
            explained_to_json(explain_field(population, query, "loss", filter=filter))

        costs = {
            "first": timed(ask, 1),
            "warm": timed(ask),
            "filtered": timed(lambda: ask(half)),
            "dashboard": timed(lambda: default_dashboard(query)),
        }
        told: dict[str, object] = {"rows": run.n, "fields": len(run.fields)}
    for name, (wall, cpu) in costs.items():
        told |= {f"{name}_s": round(wall, 2), f"{name}_cpu_s": round(cpu, 2)}
    print(json.dumps(told))
    slow = costs["warm"][0] > WARM_FLOOR_S or costs["dashboard"][0] > DASHBOARD_FLOOR_S
    return int(check and slow)


if __name__ == "__main__":
    sys.exit(main())
