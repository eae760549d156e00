"""A check runs in a process of its own: whatever the script does to it, there is a report."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from percepta.core.errors import JobCancelledError
from percepta.core.progress import Silent
from percepta.jobs.checking import LONGEST_LINE, MOST_LINES, CheckRequest, check_in_worker

ENDS = {
    "raises at import": ("raise ValueError('broken')", "raised ValueError: broken"),
    "ends itself": ("raise SystemExit(4)", "exit code 4"),
    "ends its process": ("import os; os._exit(3)", "exit code 3"),
    "recurses without end": ("def f(): f()\nf()", "RecursionError"),
    "crashes in native code": ("import ctypes; ctypes.string_at(0)", r"SIGSEGV"),
    "is killed": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "is no Python": ("def f(:", "not valid Python"),
    "closes what it is heard by": ("import os\nfor n in range(3, 60):\n  os.close(n)", "."),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_broken_script_gives_a_report_and_what_it_printed(
    percepta: Any, tmp_path: Path, how: str
) -> None:
    code, expected = ENDS[how]
    path = tmp_path / "broken.py"
    printed = "" if how == "is no Python" else "print('on my way')\n"
    path.write_text(printed + code + "\n")
    told = percepta("check", path, "--json")
    assert told.code == 1
    (part,) = told.json["parts"]
    assert part["kind"] == "script"
    (finding,) = part["findings"]
    assert re.search(expected, finding["message"]), finding["message"]
    assert finding["fix"]
    assert str(finding["file"]).endswith("broken.py")
    if printed and how != "closes what it is heard by":
        assert told.json["output"][0] == "on my way"


def test_a_traceback_shows_the_users_frames_only(percepta: Any, script: Any) -> None:
    path = script(("return IRIS.data[sample_id].astype(np.float32)", "return helper(sample_id)"))
    path.write_text(
        "def helper(n):\n    import json\n    return json.loads('nothing')\n" + path.read_text()
    )
    (finding, *_) = [
        finding
        for part in percepta("check", path, "--json").json["parts"]
        for finding in part["findings"]
    ]
    frames = [line for line in finding["traceback"].splitlines() if line.startswith("  File")]
    assert [frame.rpartition(" in ")[2] for frame in frames] == ["flower", "helper"]
    assert "json/decoder.py" not in finding["traceback"]
    assert "percepta/integration" not in finding["traceback"]
    assert "JSONDecodeError" in finding["traceback"].splitlines()[-1]
    assert "Traceback of your code" not in percepta("check", path).out
    assert "return json.loads('nothing')" in percepta("check", path, "--traceback").out


def test_what_a_script_prints_is_shown_and_bounded(percepta: Any, script: Any) -> None:
    noisy = script(
        (
            "IRIS = load_iris()",
            "IRIS = load_iris()\nfor n in range(5000):\n    print('line', n, 'x' * n)",
        )
    )
    report = percepta("check", noisy, "--json").json
    assert report["passed"]
    assert 0 < len(report["output"]) <= MOST_LINES
    assert report["output"][-1].startswith("line 4999 ")
    assert max(map(len, report["output"])) == LONGEST_LINE


def test_a_function_that_ends_the_process_while_samples_are_read(
    percepta: Any, script: Any
) -> None:
    path = script(("return IRIS.target[sample_id]", "import sys; sys.exit(2)"))
    told = percepta("check", path)
    assert told.code == 1
    assert "SystemExit" in told.out


class Impatient(Silent):
    """Asks to stop after the first stage was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        self.stages.append(name)

    def check_cancelled(self) -> None:
        if self.stages:
            raise JobCancelledError("enough")


def test_a_cancelled_check_leaves_no_process_behind(tmp_path: Path, script: Any) -> None:
    mark = tmp_path / "child"
    path = script(
        (
            "def subsets():",
            "def subsets():\n"
            "    import subprocess, sys, time\n"
            f"    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            f"    open({str(mark)!r}, 'w').write(str(child.pid))\n"
            "    time.sleep(600)\n",
        )
    )

    class WhenMarked(Impatient):
        def check_cancelled(self) -> None:
            if mark.exists() and mark.read_text():
                super().check_cancelled()

    with pytest.raises(JobCancelledError):
        check_in_worker(CheckRequest(str(path)), WhenMarked())
    child = int(mark.read_text())
    until = time.monotonic() + 10
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "a process that the script started goes on"
        time.sleep(0.05)


def test_the_job_kind_check_keeps_its_report(workspace_path: Path, script: Any) -> None:
    from percepta.jobs.runner import JobRunner
    from percepta.jobs.submission import submit
    from percepta.storage import JobStatus, Workspace

    workspace = Workspace.open(workspace_path)
    broken = script(("IRIS = load_iris()", "import os; print('so long'); os._exit(9)"))
    job = submit(workspace, "check", CheckRequest(str(broken)).to_json())
    assert workspace.catalogue.result(job.id) is None
    runner = JobRunner(workspace)
    while not workspace.catalogue.job(job.id).status.finished:
        runner.look()
    runner.stop()
    assert workspace.catalogue.job(job.id).status is JobStatus.COMPLETE
    report = workspace.catalogue.result(job.id)
    assert report is not None
    assert not report["passed"]
    assert report["output"] == ["so long"]


# ---- which script ------------------------------------------------------------------------------


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "irises"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_only_script_of_the_folder_is_meant(percepta: Any, script: Any, inside: Path) -> None:
    none = percepta("check")
    assert none.code == 1
    assert "no integration script" in none.err
    assert "percepta init" in none.err
    (inside / "integration.py").write_text(script().read_text())
    (inside / "helpers.py").write_text("import numpy\n")
    assert percepta("check").code == 0
    assert percepta("check", inside).code == 0
    done = percepta("evaluate", "--no-explore", "--json").json
    assert done["project"] == "irises"  # every first script is called integration.py
    (inside / "other.py").write_text(script().read_text())
    several = percepta("evaluate")
    assert "2 integration scripts" in several.err
    assert "integration.py, other.py" in several.err


def test_a_script_that_is_not_there(percepta: Any) -> None:
    told = percepta("check", "nowhere.py")
    assert told.code == 1
    assert "no such script" in told.err


def test_starting_a_check_imports_no_torch_here(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; from percepta.jobs.checking import CheckRequest, check_in_worker\n"
        "from percepta.core.progress import Silent\n"
        f"report = check_in_worker(CheckRequest({str(tmp_path / 'no.py')!r}), Silent())\n"
        "assert not report.passed\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
