"""Every example of the README and the how-tos is executed, in the order of the page.

A ``python`` block with decorators (of percepta, or of code_loader) is an integration script: it is saved
under the file name that the text before it gives (``flowers.py``), or added to the script above it. Any other
``python`` block is run as it stands; a ``json`` block is saved under the file name before it. Then the
page's ``percepta`` commands run, in one folder and one workspace; a model file that a command names is
exported from the script's own model.
``percepta serve`` and ``percepta demo`` have their own tests (tests/packaging/test_wheel.py).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT, blocks, commands_in, name_of

EXECUTED = [ROOT / "README.md", *sorted(ROOT.glob("docs/how-to/*.md"))]
ELSEWHERE = ("serve", "demo")
EXPORT = """
import sys, torch, warnings
from percepta.integration import load_script
warnings.simplefilter("ignore")
integration = load_script(sys.argv[1])
samples = integration.load_subsets()[0]
reading = integration.read(samples, list(samples.ids[:1]))[0]
fed = integration.fed(reading.inputs)
inputs = {name: torch.from_numpy(value[None]) for name, value in fed.items()}
torch.onnx.export(
    integration.model(), tuple(inputs.values()), sys.argv[2], input_names=list(inputs),
    dynamic_axes={name: {0: "batch"} for name in inputs}, dynamo=False,
)
"""


def is_script(code: str) -> bool:
    return bool(re.search(r"^@(pc\.|percepta\.|tensorleap_)", code, re.MULTILINE))


def run(command: list[str], folder: Path) -> None:
    """Run one command of a page; it has to end with exit code 0."""
    environment = {**os.environ, "PERCEPTA_WORKSPACE": str(folder / "workspace")}
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    told = (answer.stdout + answer.stderr)[-3000:]
    assert answer.returncode == 0, f"{' '.join(command)}\n{told}"


def save_scripts(text: str, folder: Path) -> list[str]:
    """Save the integration scripts of a page, and its JSON files; return the scripts' file names."""
    names = []
    lines = text.splitlines()
    for line, language, code in blocks(text):
        before = "\n".join(lines[max(0, line - 6) : line - 1])
        if language == "json":
            for name in re.findall(r"`(\w+\.json)`", before)[-1:]:
                (folder / name).write_text(code, "utf-8")
        if language == "python" and is_script(code):
            names += re.findall(r"`(\w+\.py)`", before)[-1:]
            assert names, f"line {line}: the text before the script does not name its file"
            with (folder / names[-1]).open("a", encoding="utf-8") as script:
                script.write(code)
    return names


PROGRAMS = [
    pytest.param(code, id=f"{name_of(page)}:{line}")
    for page in EXECUTED
    for line, language, code in blocks(page.read_text("utf-8"))
    if language == "python" and not is_script(code)
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("code", PROGRAMS)
def test_every_python_block_runs(code: str, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(code, "utf-8")
    run([sys.executable, "example.py"], tmp_path)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", EXECUTED, ids=name_of)
def test_the_scripts_and_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    scripts = save_scripts(text, tmp_path)
    used = set()
    for _, words in commands_in(text):
        if words[0] in ELSEWHERE:
            continue
        used.update(set(words) & set(scripts))
        for model in (word for word in words if word.endswith(".onnx")):
            if not (tmp_path / model).exists():
                run([sys.executable, "-c", EXPORT, scripts[-1], model], tmp_path)
        run([sys.executable, "-m", "percepta", *words], tmp_path)
    assert used == set(scripts), "a script that no command of the page uses"
