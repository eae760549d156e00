"""Run every benchmark in turn: ``python -m benchmarks`` (about half an hour on two quiet cores).

Each prints JSON lines and exits with 1 under ``--check`` if a floor is missed; the figures that were
measured stand in ``benchmarks/README.md``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
MILLION = "<a workspace with a run of a million samples>"
COMMANDS = (
    ("forward.py", "--keep-freed-memory", "--check"),
    ("evaluate.py", "--check"),
    ("channels.py", "--check"),
    ("examples.py",),
    ("explain.py", "speed", "--check"),
    ("explain.py", "similar", "--check"),
    ("explore.py", "compare", "--check"),
    ("explore.py", "million", "--check"),
    ("explore.py", "small", "--check"),
    ("synthetic.py", MILLION, "--rows", "1000000", "--project", "million"),
    ("serve.py", MILLION),
    ("dashboards.py", "--check"),
    ("tells.py", "--check"),
    ("decisions.py", "--check"),
    ("export.py", "--check"),
    ("page.py", MILLION, "--check"),
    ("../web/bench/map.py",),
)


def main() -> int:
    """Run all; the exit code is the number of benchmarks that failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for script, *options in COMMANDS:
            given = [folder if option is MILLION else option for option in options]
            print(f"== {script} {' '.join(given)}", flush=True)
            command = [sys.executable, str((HERE / script).resolve()), *given]
            failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
