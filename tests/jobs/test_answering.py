"""Warm workers: real questions about a real run, and every way they go wrong."""

from __future__ import annotations

import base64
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from percepta.cli.evaluation import run_evaluation
from percepta.core.errors import ConflictError, NotFoundError, PerceptaError
from percepta.core.filters import Compare, Filter, InCollection, Operator, Rows
from percepta.engine.file_answers import suffix_of
from percepta.jobs.answering import AnswerPool
from percepta.jobs.answering.origin import origin_of
from percepta.jobs.ending import KilledJobError
from percepta.storage import Workspace
from percepta.storage.collections import keep_collection
from percepta.storage.derived import create_derived_field

SCRIPT = """
import os
import signal
import time

import numpy as np
import percepta
import torch
from torch import nn

print("user code prints this")


@percepta.subsets
def subsets():
    return [percepta.Samples("training", ids=40), percepta.Samples("validation", ids=10)]


@percepta.input("image", channel_axis=0)
def image(sample_id, samples):
    random = np.random.default_rng(sample_id)
    return random.normal(sample_id % 2, 0.1, (1, 8, 8)).astype(np.float32)


@percepta.ground_truth("bright")
def bright(sample_id, samples):
    return sample_id % 2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(1, 4, 3)
        self.relu = nn.ReLU()
        self.classifier = nn.Linear(4, 2)

    def forward(self, image):
        if os.path.exists("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        if os.path.exists("wait"):
            time.sleep(1.5)
        return self.classifier(self.relu(self.conv(image)).mean((2, 3)))


@percepta.model(predictions=[percepta.Prediction("shade", labels=["dark", "bright"])])
def model():
    return Net()
"""

TARGET = {"kind": "class", "prediction": "shade", "index": 1}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("answers") / "workspace")


@pytest.fixture(scope="module")
def run_id(workspace: Workspace) -> str:
    script = workspace.root.parent / "script.py"
    script.write_text(SCRIPT)
    told = run_evaluation(workspace, script, project="shades", algorithm=None, quiet=True)
    return told.run_id


@pytest.fixture(scope="module")
def pool(workspace: Workspace, run_id: str) -> Iterator[AnswerPool]:
    """Return one pool for all tests: a worker takes seconds to warm up."""
    before = Path.cwd()
    os.chdir(workspace.root.parent)
    pool = AnswerPool(workspace)
    yield pool
    pool.close()
    os.chdir(before)


@pytest.fixture(autouse=True)
def harmless(workspace: Workspace) -> Iterator[None]:
    yield
    for name in ("die", "wait"):
        (workspace.root.parent / name).unlink(missing_ok=True)


def explained(pool: AnswerPool, run_id: str, row: int = 0, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = pool.ask(
        run_id, "explain", {"rows": [row], "targets": [TARGET], **more}
    )
    return answer


def png(row: int) -> str:
    """A picture of a sample as the page shows it: the least value is black, the greatest white."""
    image = np.random.default_rng(row).normal(row % 2, 0.1, (8, 8))
    every = [np.random.default_rng(i).normal(i % 2, 0.1, (1, 8, 8)) for i in range(40)]
    low, high = np.min(every), np.max(every)
    out = BytesIO()
    pixels = np.clip(np.rint(255 * (image - low) / (high - low)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_similars_of_a_file(pool: AnswerPool, run_id: str) -> None:
    before = set(Path(tempfile.gettempdir()).glob("percepta-file-*"))
    asked = {"file": png(7), "name": "C:\\photos\\seven.PNG", "limit": 3}
    found = pool.ask(run_id, "similar-file", asked)
    assert (found["queries"], len(found["rows"]), found["candidates"]) == ([], 3, 50)
    assert all(row % 2 == 1 for row in found["rows"] if row < 40)
    assert found["picture"].startswith("data:image/png;base64,")
    assert "resized to 8 × 8 pixels" in found["notes"][0]
    assert set(Path(tempfile.gettempdir()).glob("percepta-file-*")) == before
    for sent, said in (("aGVsbG8=", "is no picture"), ("no base64!", "not sent as base64")):
        with pytest.raises(PerceptaError, match=said) as told:
            pool.ask(run_id, "similar-file", {"file": sent, "name": "x"})
        assert told.value.http_status == 400


def test_similars_of_a_file_among_what_the_project_keeps(
    pool: AnswerPool, workspace: Workspace, run_id: str
) -> None:
    create_derived_field(workspace, workspace.catalogue.run(run_id).project, "odd", "loss > 0")
    chosen = Filter((Rows((3, 5, 7)),))
    kept = keep_collection(workspace.catalogue, workspace.query(run_id), "three", chosen)
    for clause, count in (
        (Compare("odd", Operator.MISSING, negate=True), 50),
        (InCollection(kept.id, "three"), 3),
    ):
        asked = {"file": png(7), "name": "x.png", "filter": Filter((clause,)).to_json()}
        assert pool.ask(run_id, "similar-file", asked)["candidates"] == count


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("photo.JPG", ".jpg"), ("a/b.tar.gz", ".gz"), ("../../etc/passwd", ""), ("x.p/../g", ""),
        ("x.\0", ""), ("", ""), (".png", ".png"), ("long.extension99", ""), ("ü.ä", ""),
    ],
)  # fmt: skip
def test_of_a_files_name_only_a_plain_ending_is_taken(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def test_where_channels_fire_and_which_a_group_shares(pool: AnswerPool, run_id: str) -> None:
    asked = {"rows": [1, 41, 0], "layer": "conv", "channels": [2, 0]}
    told = pool.ask(run_id, "activations", asked)
    assert np.shape(told["responses"]) == (3, 2)
    assert [(heat["row"], heat["target"]) for heat in told["maps"]] == [
        (1, 0), (1, 1), (0, 0), (0, 1), (41, 0), (41, 1)
    ]  # fmt: skip
    for heat in told["maps"]:
        values = np.frombuffer(base64.b64decode(heat["values"]), "<f4")
        response = told["responses"][told["rows"].index(heat["row"])][heat["target"]]
        assert (heat["shape"], values.max()) == ([6, 6], np.float32(response))
    bright = pool.ask(run_id, "shared-channels", {"rows": list(range(1, 40, 2))})
    layers = {layer["name"]: layer for layer in bright["layers"]}
    conv = layers["conv"]
    assert bright["space"] == "balanced"
    assert (conv["kind"], conv["width"], conv["placed"]) == ("conv", 4, True)
    assert not layers["classifier"]["placed"]
    assert conv["channels"] and min(conv["heights"]) > 0.5  # half of all are bright
    with pytest.raises(PerceptaError, match="no channel 9"):
        pool.ask(run_id, "activations", asked | {"channels": [9]})


def test_a_heat_map_and_the_same_again_at_once(pool: AnswerPool, run_id: str) -> None:
    first = explained(pool, run_id)
    assert (first["method"], first["title"]) == ("layer-cam", "Layer-CAM")
    heat = first["maps"][0]
    values = np.frombuffer(base64.b64decode(heat["values"]), "<f4").reshape(heat["shape"])
    assert values.shape == (6, 6)
    assert np.isfinite(values).all()
    assert first["channels"][0]["width"] == 4
    began = time.perf_counter()
    assert explained(pool, run_id) == first
    assert time.perf_counter() - began < 0.05


def test_warm_questions_need_no_opening(pool: AnswerPool, run_id: str) -> None:
    explained(pool, run_id, row=1)
    began = time.perf_counter()
    explained(pool, run_id, row=2)
    assert time.perf_counter() - began < 1


def test_similars_and_methods(pool: AnswerPool, run_id: str) -> None:
    found = pool.ask(run_id, "similar", {"rows": [0], "limit": 5})
    assert len(found["rows"]) == len(found["scores"]) == 5
    assert all(row % 2 == 0 for row in found["rows"])
    assert found["shares"]["label"][0]["value"] == "dark"
    assert {m["name"]: m["why_not"] for m in pool.ask(run_id, "methods", {})}["rise"] is None


def test_faithfulness(pool: AnswerPool, run_id: str) -> None:
    question = {"rows": [1], "targets": [TARGET], "method": "gradient-input", "over": "image"}
    curves = pool.ask(run_id, "faithfulness", {**question, "layer": None})
    assert len(curves["deletion"]) == len(curves["shares"]) == 21


@pytest.mark.parametrize(
    ("kind", "params", "said", "status"),
    [
        ("explain", {"rows": [0], "targets": [{"kind": "guess"}]}, "no known kind", 400),
        ("explain", {"rows": [0], "targets": [TARGET], "method": "guess"}, "no attribution", 404),
        ("explain", {"rows": [999], "targets": [TARGET]}, "no row|no sample", 404),
        ("similar", {"rows": [0], "space": "guess"}, "no latent space", 404),
        ("guess", {}, "no kind of question", 404),
    ],
)
def test_what_is_wrong_is_told(
    pool: AnswerPool, run_id: str, kind: str, params: dict[str, Any], said: str, status: int
) -> None:
    with pytest.raises(PerceptaError, match=said) as caught:
        pool.ask(run_id, kind, params)
    assert caught.value.http_status == status
    assert caught.value.to_json()["message"]


def test_a_worker_that_dies_is_told_and_replaced(
    pool: AnswerPool, run_id: str, workspace: Workspace
) -> None:
    explained(pool, run_id, row=3)
    flag = workspace.root.parent / "die"
    flag.touch()
    with pytest.raises(KilledJobError, match=f"signal {signal.SIGKILL.value}"):
        explained(pool, run_id, row=4)
    flag.unlink()
    assert explained(pool, run_id, row=4)["maps"]


def test_a_newer_question_takes_the_place_of_one_that_waits(
    pool: AnswerPool, run_id: str, workspace: Workspace
) -> None:
    explained(pool, run_id, row=5)
    (workspace.root.parent / "wait").touch()
    ends: dict[int, str] = {}

    def ask(row: int, slot: str | None) -> None:
        try:
            pool.ask(run_id, "explain", {"rows": [row], "targets": [TARGET]}, slot)
            ends[row] = "answered"
        except ConflictError:
            ends[row] = "dropped"

    threads = []
    for row, slot in ((6, "panel"), (7, "panel"), (8, "other"), (9, "panel")):
        threads.append(threading.Thread(target=ask, args=(row, slot)))
        threads[-1].start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert ends == {6: "answered", 7: "dropped", 8: "answered", 9: "answered"}


def test_a_script_that_changed_is_asked_again(
    pool: AnswerPool, run_id: str, workspace: Workspace
) -> None:
    before = explained(pool, run_id, row=10)
    script = workspace.root.parent / "script.py"
    script.write_text(SCRIPT.replace("0.1, (1, 8, 8)", "0.2, (1, 8, 8)"))
    os.utime(script, (time.time() + 5,) * 2)
    try:
        assert explained(pool, run_id, row=10)["values"] != before["values"]
    finally:
        script.write_text(SCRIPT)


def test_an_idle_worker_ends_and_comes_back(workspace: Workspace, run_id: str) -> None:
    pool = AnswerPool(workspace, idle=0.2)
    assert pool.ask(run_id, "similar", {"rows": [0], "limit": 1})["rows"]
    ended = pool._workers[run_id]
    ended._thread.join(10)
    assert ended.ended
    assert ended._process is None
    assert pool.ask(run_id, "similar", {"rows": [0], "limit": 2})["rows"]
    pool.close()


def test_a_run_without_a_script_says_so(workspace: Workspace, run_id: str) -> None:
    catalogue = workspace.catalogue
    record = catalogue.run(run_id)
    other = catalogue.create_run(record.project, record.version)
    with pytest.raises(NotFoundError, match="evaluated from Python"):
        origin_of(workspace, other.id)
    script = workspace.root.parent / "script.py"
    moved = Path(f"{script}.moved")
    script.rename(moved)
    try:
        with pytest.raises(NotFoundError, match="is gone"):
            origin_of(workspace, run_id)
    finally:
        moved.rename(script)
