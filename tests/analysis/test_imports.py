"""Naming a module of the floor must not load what only some of its functions need."""

import subprocess
import sys


def test_the_floor_loads_nothing_heavy_before_it_is_used():
    script = (
        "import sys\n"
        "import percepta.analysis, percepta.analysis.latent, percepta.analysis.neighbours\n"
        "import percepta.analysis.clustering, percepta.analysis.naming, percepta.analysis.trust\n"
        "import percepta.analysis.projection\n"
        "heavy = {'torch', 'numba', 'sklearn', 'scipy', 'faiss', 'openTSNE', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
