"""Memory does not grow with the run: neither while it is written, nor while it is read (promise T15)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WRITE = """
import sys
from pathlib import Path
sys.path.insert(0, "benchmarks")
from percepta.storage import Workspace
from synthetic import write_synthetic
write_synthetic(Workspace.open(Path(sys.argv[1])), int(sys.argv[2]), thumbnail_side=8)
"""

READ = """
import sys
from pathlib import Path
from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import RunQuery, Workspace
workspace = Workspace.open(Path(sys.argv[1]))
run = workspace.run(workspace.catalogue.runs()[0].id)
query = RunQuery(run, run.maps()[0].id)
filter = Filter((Compare("loss", Operator.GREATER, (0.5,)),))
query.mask(filter)
query.rows(filter, ["loss", "label"], "loss", True)
run.thumbnail(run.n - 1)
run.scores("digit")[run.n // 2].sum()
"""


PEAK = """
import re
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def peak(program: str, *arguments: object) -> int:
    """Run a program on its own; returns its peak memory in MiB.

    Not ``ru_maxrss``: that begins with the memory of the process that started the program.
    """
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_is_flat(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    few, many = peak(WRITE, small, 10_000), peak(WRITE, large, 100_000)
    # 90,000 rows more hold 50 MiB in what the test keeps itself.
    assert many < few + 60, (few, many)
    few, many = peak(READ, small), peak(READ, large)
    assert many < few + 40, (few, many)
    assert many < 250
