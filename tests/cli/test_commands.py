"""Every verb on a real script: what it prints for people, what it prints for scripts, how it exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from percepta.storage import Workspace


def test_check_then_evaluate_then_explore(percepta: Any, script: Any) -> None:
    flowers = script()
    checked = percepta("check", flowers, "--json")
    assert checked.code == 0
    assert checked.json["passed"]
    assert {"subsets", "input", "model", "loss", "metric"} <= {
        p["kind"] for p in checked.json["parts"]
    }

    done = percepta("evaluate", flowers, "--project", "iris", "--json").json
    assert done["project"] == "iris"
    assert done["subsets"] == {"training": 75, "validation": 75}
    assert set(done["metrics"]) == {"loss", "accuracy"}
    assert done["map"]["algorithm"] == "umap"
    assert 0 < done["map"]["trustworthiness"] <= 1

    (run,) = percepta("runs", "--json").json
    assert run["id"] == done["run_id"]
    assert run["project"] == "iris"
    where = json.dumps([{"kind": "compare", "field": "label", "op": "in", "value": ["setosa"]}])
    made = percepta(
        "explore", run["id"][:6], "--algorithm", "pca", "--filter", where, "--json"
    ).json
    assert made["algorithm"] == "pca"
    assert made["n"] == 50
    assert percepta("verify", run["id"]).code == 0


def test_people_get_tables_and_the_next_step(percepta: Any, script: Any, tmp_path: Path) -> None:
    flowers = script()
    assert "parts passed" in percepta("check", flowers).out
    told = percepta("evaluate", flowers).err
    for part in ("training", "validation", "loss", "accuracy", "clusters", "percepta serve"):
        assert part in told
    elsewhere = tmp_path / "other runs"
    told = percepta("evaluate", flowers, "--no-explore", "-w", elsewhere).err
    assert (
        f"percepta serve -w '{elsewhere}'" in told
    )  # what was just made is served, not the usual place
    listed = percepta("runs").err
    assert "flowers" in listed
    assert "complete" in listed


def test_a_failing_check_exits_with_1_and_names_file_line_sample_and_fix(
    percepta: Any, script: Any
) -> None:
    flowers = script(("return IRIS.data[sample_id]", "return IRIS.data[sample_id + 140]"))
    failed = percepta("check", flowers)
    assert failed.code == 1
    told = " ".join(failed.out.split())
    assert "IndexError" in told
    assert "flowers.py:14" in told
    assert "flower()" in told
    assert "do:" in told


@pytest.mark.parametrize("arguments", [("runs",), ("explore", "abc"), ("verify", "abc")])
def test_an_empty_workspace_is_told(percepta: Any, arguments: tuple[str, ...]) -> None:
    told = percepta(*arguments)
    assert told.code == (0 if arguments == ("runs",) else 1)
    assert "percepta" in told.err


def test_the_digits_demo_trains_evaluates_and_explores(percepta: Any) -> None:
    done = percepta("demo", "digits", "--no-serve", "--json").json
    assert done["validation_accuracy"] > 0.95
    assert done["samples"] == 1797
    assert done["metrics"]["accuracy"]["validation"] == pytest.approx(done["validation_accuracy"])
    assert done["map"]["n"] == 1797
    assert done["map"]["trustworthiness"] > 0.95
    names = " ".join(cluster["name"] for cluster in done["map"]["clusters"])
    assert (
        sum(f"label {digit}" in names or f"predicted {digit}" in names for digit in range(10)) >= 9
    )


def test_a_log_of_the_training_is_kept_with_the_run(
    percepta: Any, script: Any, tmp_path: Path, workspace_path: Path
) -> None:
    log = tmp_path / "log.csv"
    log.write_text("epoch,loss,val_loss\n0,2,3\n1,1,2\n")
    missing = percepta("evaluate", script(), "--training", tmp_path / "none.csv")
    assert missing.code == 1
    assert "none.csv" in missing.err
    told = percepta("evaluate", script(), "--training", log, "--no-explore")
    assert "training curves: loss (training), loss (validation)" in told.err
    done = percepta("evaluate", script(), "--training", log, "--no-explore", "--json").json
    assert done["training"] == ["loss (training)", "loss (validation)"]
    with Workspace.open(workspace_path) as workspace:
        curves = workspace.run(done["run_id"]).training
        job, _ = workspace.catalogue.jobs()
    assert [(one.subset, one.values) for one in curves.series] == [
        ("training", (2, 1)),
        ("validation", (3, 2)),
    ]
    assert job.params["training"] == str(log), "a resume reads it again"
