"""``percepta jobs`` and ``percepta cancel``, and what the terminal tells of long work."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress, Task

from percepta.jobs.submission import submit
from percepta.storage import JobStatus, Workspace
from percepta.terminal import _told


def test_jobs_are_listed_and_one_that_waits_is_cancelled(
    percepta: Any, workspace_path: Path
) -> None:
    assert "no jobs here yet" in percepta("jobs").err
    params = {"script": "a.py", "project": "[red]p"}
    job = submit(Workspace.open(workspace_path), "evaluate", params)
    assert [entry["status"] for entry in percepta("jobs", "--json").json] == ["queued"]
    assert job.id[:8] in percepta("jobs").err
    assert "cancelled" in percepta("cancel", job.id[:6]).err
    assert Workspace.open(workspace_path).catalogue.job(job.id).status is JobStatus.CANCELLED
    again = percepta("cancel", job.id)
    assert again.code == 1
    assert "has ended" in again.err
    assert "percepta jobs" in percepta("cancel", "zz").err


def test_a_cancelled_evaluation_says_how_it_goes_on_and_the_next_takes_its_place(
    percepta: Any, script: Any, workspace_path: Path
) -> None:
    slow = ("    return IRIS.data", "    import time; time.sleep(0.02)\n    return IRIS.data")
    flowers = script(slow)
    catalogue = Workspace.open(workspace_path).catalogue
    ended = threading.Event()

    def stop_it() -> None:
        while not ended.wait(0.02):
            running = catalogue.jobs(status=JobStatus.RUNNING)
            if running and running[0].stage == "evaluating" and running[0].done > 40:
                catalogue.request_cancel(running[0].id)
                return

    watcher = threading.Thread(target=stop_it)
    watcher.start()
    options = ("--shard-size", "16", "--batch-size", "8", "--no-explore")
    stopped = percepta("evaluate", flowers, *options)
    ended.set()
    watcher.join()
    assert stopped.code == 130
    assert "The job was cancelled." in stopped.err
    assert "--resume" in stopped.err
    assert "error" not in stopped.err

    assert percepta("evaluate", flowers, *options, "--resume").code == 0
    newest, first = catalogue.jobs()
    assert newest.run == first.run
    assert newest.status is JobStatus.COMPLETE
    assert not first.resumable


def test_brackets_in_names_are_no_markup(percepta: Any, script: Any) -> None:
    flowers = script(('"setosa"', '"[bold]set[/nothing]osa"'))
    told = percepta("evaluate", flowers, "--project", "[red]iris[/blue]").err
    assert "[red]iris[/blue]" in told
    assert "[red]iris[/blue]" in percepta("runs").err


@pytest.mark.parametrize(
    ("done", "total", "told"),
    [(0, 3000, "0 of 3,000 samples"), (3000, 3000, "3,000 samples, < 1 s"), (0, None, "< 1 s")],
)
def test_a_stage_is_told_in_words(done: int, total: int | None, told: str) -> None:
    bars = Progress(disable=True)
    name = bars.add_task("evaluating", total=total, unit="samples", unknown=total is None)
    bars.update(name, completed=done)
    task: Task = bars.tasks[0]
    assert _told(task) == told
