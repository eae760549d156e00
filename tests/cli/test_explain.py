"""``percepta explain`` and ``percepta similar`` on runs of real scripts: pictures, tables and texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

PICTURES = """
import os

import numpy as np
import percepta as pc
import torch
from torch import nn


@pc.subsets
def subsets():
    return [pc.Samples("training", ids=30), pc.Samples("validation", ids=["a", "b/c", "7"])]


@pc.input("image", channel_axis=0)
def image(sample_id, samples):
    index = sample_id if isinstance(sample_id, int) else 1
    picture = np.zeros((1, 8, 8), np.float32)
    picture[:, :, 4 * (index % 2) : 4 * (index % 2) + 4] = 1
    return picture


@pc.ground_truth("side")
def side(sample_id, samples):
    return sample_id % 2 if isinstance(sample_id, int) else 0


pc.use_loss("cross_entropy", prediction="scores", ground_truth="side")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(256, 2)

    def forward(self, image):
        hidden = torch.relu(self.second(torch.relu(self.first(image))))
        return self.head(hidden.flatten(1))


@pc.model(predictions=[pc.Prediction("scores", labels=["left", "right"])])
def model():
    return Net()
"""

TEXT = """
import numpy as np
import percepta as pc
import torch
from torch import nn

WORDS = ["", "good", "bad", "film", "[the]"]


@pc.subsets
def subsets():
    return [pc.Samples("training", ids=24)]


@pc.input("tokens")
def tokens(sample_id, samples):
    return np.array([4, 3, 1 + sample_id % 2, 3, 0, 0])


@pc.ground_truth("kind")
def kind(sample_id, samples):
    return sample_id % 2


pc.use_loss("cross_entropy", prediction="scores", ground_truth="kind")


@pc.visualizer("text")
def text(tokens):
    return pc.Text([WORDS[token] for token in tokens if token])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Embedding(5, 2)
        self.embed.weight.data = torch.tensor([[0, 0], [3, 0], [0, 3], [0.1, 0.1], [0, 0.1]])
        self.head = nn.Linear(2, 2, bias=False)
        self.head.weight.data = torch.eye(2)

    def forward(self, tokens):
        return self.head(self.embed(tokens).sum(1))


@pc.model(predictions=[pc.Prediction("scores", labels=["praise", "blame"])])
def model():
    return Net()
"""


def evaluated(percepta: Any, folder: Path, text: str, *options: str) -> str:
    script = folder / "script.py"
    script.write_text(text)
    done = percepta("evaluate", script, "--no-explore", "--json", *options)
    assert done.code == 0, done.err
    return str(done.json["run_id"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_picture_is_explained_and_its_like_are_found(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, PICTURES)
    told = percepta("explain", "latest", "training/3")
    assert told.code == 0, told.err
    for part in (
        "training/3 by Layer-CAM, version v1",
        "class ",
        "channels of second",
        "look at it",
    ):
        assert part in told.err
    [written] = folder.glob("*.png")
    assert written.name == f"{run[:8]}-training-3-layer-cam.png"
    assert written.read_bytes().startswith(b"\x89PNG")

    asked = ("--class", "left", "--class", "1", "--loss", "--layer", "second", "--to", "map.png")
    answer = percepta("explain", run, "validation/b/c", *asked, "--json").json
    assert answer["titles"] == ["class left", "class right", "loss cross_entropy"]
    assert answer["layers"] == ["second"]
    assert answer["samples"] == ["validation/b/c"]
    assert answer["picture"] == "map.png"
    assert (folder / "map.png").exists()
    by_row = percepta("explain", run, "--row", "31", *asked, "--json").json
    assert by_row["values"] == answer["values"]
    assert percepta("explain", run, "validation/7", "--to", "7.png").code == 0

    alike = percepta("similar", run, "training/3", "--limit", "4", "--json").json
    assert len(alike["samples"]) == 4
    where = json.dumps(
        [{"kind": "compare", "field": "subset", "op": "in", "value": ["validation"]}]
    )
    told = percepta("similar", run, "training/3", "training/5", "--where", where, "--to", "s.png")
    assert told.code == 0, told.err
    assert "of 3 samples, in balanced" in told.err
    assert "training/" not in told.err.split("subset:")[0]
    assert (folder / "s.png").exists()


NAMED = """

@pc.target("lead")
def lead(scores):
    return scores[:, 0] - scores[:, 1]


@pc.file_encoder
def from_file(path):
    with Image.open(path) as picture:
        return np.asarray(picture, np.float32)[None] / 255
"""


def test_named_targets_values_and_a_file(percepta: Any, folder: Path) -> None:
    script = PICTURES.replace("import torch\n", "import torch\nfrom PIL import Image\n", 1) + NAMED
    run = evaluated(percepta, folder, script, "--project", "sides")
    asked = ("--target", "lead", "--target", "cross_entropy", "--value", "0", "--value", "1")
    answer = percepta("explain", run, "training/3", *asked, "--json").json
    assert answer["titles"] == ["lead", "loss cross_entropy", "scores[0]", "scores[1]"]
    [[lead, _, left, right]] = answer["values"]
    assert lead == pytest.approx(left - right, abs=1e-5)
    for wrong, said in (
        (("--target", "width"), "names no target 'width'"),
        (("--value", "a"), "'a' is no place"),
        (("--value", "9"), "no value at [9]"),
        (("--class", "left", "--at", "2"), "no position [2]"),
    ):
        told = percepta("explain", run, "training/3", *wrong)
        assert told.code == 1
        assert said in told.err

    pixels = np.zeros((8, 8), np.uint8)
    pixels[:, 4:] = 255
    Image.fromarray(pixels).save(folder / "new.png")
    found = percepta("similar", run, "--input", "new.png", "--limit", "3", "--json").json
    assert found["queries"] == found["notes"] == []
    assert found["scores"][0] == pytest.approx(1, abs=1e-3)
    assert all(int(key.split("/")[1]) % 2 for key in found["samples"] if "training" in key)
    told = percepta("similar", run, "--input", "new.png", "--to", "alike.png")
    assert told.code == 0, told.err
    assert (folder / "alike.png").exists()
    both = percepta("similar", run, "training/3", "--input", "new.png")
    assert (both.code, "Name one or the other" in both.err) == (1, True)
    gone = percepta("similar", run, "--input", "gone.png")
    assert (gone.code, "gone.png cannot be read" in gone.err) == (1, True)


def test_samples_and_versions_stand_side_by_side(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, PICTURES, "--project", "sides")
    asked = ("--class", "left", "--loss")
    told = percepta("explain", run, "training/3", "validation/a", *asked)
    assert told.code == 0, told.err
    assert "training/3 beside validation/a by Layer-CAM" in told.err
    [written] = folder.glob("*.png")
    assert written.name == f"{run[:8]}-training-3-validation-a-layer-cam.png"
    answer = percepta("explain", run, "training/3", "validation/a", *asked, "--json").json
    alone = percepta("explain", run, "validation/a", *asked, "--json").json
    assert answer["names"] == ["training/3", "validation/a"]
    assert answer["values"][1] == alone["values"][0]
    assert answer["portraits"][1]["maps"] == alone["maps"]
    expected = [b - a for a, b in zip(*answer["values"], strict=True)]
    assert answer["differences"] == [[0, 0], pytest.approx(expected, rel=1e-5)]

    # Another version calls its prediction otherwise, and has its classes in another order.
    changed = PICTURES.replace('"scores"', '"sides"').replace('"left", "right"', '"right", "left"')
    (folder / "second").mkdir()
    other = evaluated(percepta, folder / "second", changed, "--project", "sides")
    answer = percepta("explain", run, "training/3", "--against", other, *asked, "--json").json
    assert answer["names"] == ["v1", "v2"]
    assert [target["index"] for target in answer["portraits"][1]["targets"][:1]] == [1]
    swapped = percepta("explain", other, "training/3", "--class", "1", "--json").json
    assert answer["values"][1][0] == swapped["values"][0][0]
    told = percepta("explain", run, "training/3", "--against", other, "--class", "left")
    assert "v1 beside v2" in told.err

    few = evaluated(percepta, folder / "second", changed, "--limit", "1")
    told = percepta("explain", run, "training/17", "--against", few)
    assert told.code == 1
    assert "has no sample training/17" in told.err


def test_a_text_is_coloured_in_the_terminal(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, TEXT)
    told = percepta("explain", run, "training/2", "--method", "occlusion")
    assert told.code == 0, told.err
    assert "class praise" in told.err
    assert "[the] film good film" in told.err
    assert "  for: good" in told.err  # said in words too, where there are no colours
    assert not list(folder.glob("*.png"))  # the terminal shows it all
    assert percepta("explain", run, "training/2", "--to", "text.png").code == 0
    assert (folder / "text.png").exists()


def test_a_script_that_needs_a_secret_is_told_of_it(
    percepta: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "key").write_text("correct horse")
    (folder / "key").chmod(0o600)
    needing = PICTURES.replace("import os\n", 'import os\n\nKEY = os.environ["DATA_KEY"]\n')
    run = evaluated(percepta, folder, needing, "--secret", "DATA_KEY=key")
    monkeypatch.delenv("DATA_KEY", raising=False)
    told = percepta("explain", run, "training/3")
    assert told.code == 1
    assert "needs DATA_KEY" in told.err
    assert "percepta explain" in told.err
    given = percepta("explain", run, "training/3", "--secret", "DATA_KEY=key")
    assert given.code == 0, given.err
    assert "correct horse" not in given.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "{run}", "training/99"), "no sample training/99"),
        (("explain", "{run}", "nowhere/1"), "names no sample"),
        (("explain", "{run}"), "No sample is named"),
        (("explain", "{run}", "--row", "999"), "no row 999"),
        (("explain", "{run}", "training/1", "--class", "up"), "no class 'up'"),
        (("explain", "{run}", "training/1", "--class", "7"), "no class 7"),
        (("explain", "{run}", "training/1", "--method", "guess"), "no attribution method"),
        (("explain", "{run}", "training/1", "--layer", "guess"), "no layer 'guess'"),
        (("explain", "{run}", "training/1", "--to", "no/where.png"), "cannot be written"),
        (("explain", "zzz", "training/1"), "No run's id begins"),
        (("similar", "{run}"), "No sample is named"),
        (("similar", "{run}", "training/1", "--space", "guess"), "no latent space"),
        (("similar", "{run}", "training/1", "--filter", "guess"), "no field 'guess'"),
    ],
)
def test_what_is_wrong_is_told(
    percepta: Any, shared: tuple[str, Path], arguments: tuple[str, ...], said: str
) -> None:
    run, workspace = shared
    told = percepta(*(a.format(run=run) for a in arguments), "--workspace", workspace)
    assert told.code == 1
    assert said in told.err


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return one run for all that is wrong, and its workspace."""
    from percepta.cli.evaluation import run_evaluation
    from percepta.storage import Workspace

    folder = tmp_path_factory.mktemp("shared")
    script = folder / "script.py"
    script.write_text(PICTURES)
    workspace = Workspace.open(folder / "workspace")
    told = run_evaluation(workspace, script, project="sides", algorithm=None, quiet=True)
    return told.run_id, workspace.root
