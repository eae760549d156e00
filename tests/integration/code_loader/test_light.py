"""What a script imports as `code_loader` brings nothing heavy with it."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.code_loader.oracle import OURS

HEAVY = ["keras", "matplotlib", "onnx", "onnxruntime", "PIL", "requests", "scipy", "torch"]

SOURCE = f"""
import importlib, pkgutil, sys
package = importlib.import_module("{OURS}")
names = [found.name for found in pkgutil.walk_packages(package.__path__, "{OURS}.")]
for name in names:
    importlib.import_module(name)
print(len(names), *(name for name in {HEAVY} if name in sys.modules))
"""


def test_all_of_it_is_imported_without_a_heavy_library() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SOURCE], capture_output=True, text=True, check=True, timeout=120
    )

    count, *heavy = ran.stdout.split()
    assert int(count) > 30
    assert heavy == []
