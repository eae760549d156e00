"""Export: how long a million samples with 40 fields take to become a file, and how much memory.

    python benchmarks/export.py [--check]

Sorted by a field, so that rows come from all over the run. Memory is what the process allocates itself at its
peak (resident, without mapped files), less what it had before; ``growth_mb``: less that of a tenth of the
samples.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from dashboards import write

from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import RunQuery, Workspace
from percepta.storage.export import FORMATS, Selection

ROWS = 1_000_000
MOST_GROWTH_MB = 64


def allocated() -> float:
    """Return the megabytes that this process has allocated."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def measure(query: RunQuery, format: str, filter: Filter, file: Path) -> dict[str, float]:
    """Write a file; seconds of CPU, its size and the peak of memory in megabytes."""
    before, most = allocated(), 0.0
    start = time.process_time()
    chosen = Selection.of(query, filter, order_by="loss")
    with file.open("wb") as out:
        for piece in chosen.write(format):
            out.write(piece)
            most = max(most, allocated())
    seconds = time.process_time() - start
    return {"s": round(seconds, 1), "mb": file.stat().st_size / 1e6, "memory_mb": most - before}


def main() -> int:
    """Measure every format; 1 if memory grows with the run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    missed = False
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder) / "w") as workspace:
        query = RunQuery(write(workspace, ROWS))
        tenth = Filter((Compare("confidence", Operator.LESS, (0.1,)),))
        for format in FORMATS:
            file = Path(folder) / "samples"
            few = measure(query, format, tenth, file)
            all_ = measure(query, format, Filter(), file)
            growth = all_["memory_mb"] - few["memory_mb"]
            told = {name: round(value, 1) for name, value in all_.items()}
            print(json.dumps({"format": format, **told, "growth_mb": round(growth)}), flush=True)
            missed |= growth > MOST_GROWTH_MB
    return int(check and missed)


if __name__ == "__main__":
    sys.exit(main())
