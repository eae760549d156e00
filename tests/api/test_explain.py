"""Explaining and finding similars from a notebook, with the model that is still in its hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import percepta
from percepta.core.errors import NotFoundError, StorageError, TargetError
from percepta.core.targets import OutputTarget

SIDE = 8


class Halves(nn.Module):
    """Says which half of a picture is bright, by convolutions that pass the picture on."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 1, bias=False)
        self.second = nn.Conv2d(2, 2, 1, bias=False)
        nn.init.constant_(self.first.weight, 0.5)
        nn.init.constant_(self.second.weight, 0.5)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        seen = self.second(self.first(image)).mean(1)
        return torch.stack(
            [seen[:, :, : SIDE // 2].sum((1, 2)), seen[:, :, SIDE // 2 :].sum((1, 2))], 1
        )


def pictures(count: int) -> list[tuple[np.ndarray, int]]:
    random = np.random.default_rng(0)
    made = []
    for index in range(count):
        picture = random.uniform(0, 0.1, (1, SIDE, SIDE)).astype(np.float32)
        half = slice(0, SIDE // 2) if index % 2 == 0 else slice(SIDE // 2, SIDE)
        picture[:, :, half] += 0.8
        made.append((picture, index % 2))
    return made


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return percepta.evaluate(
        Halves(),
        {"training": pictures(20), "validation": pictures(10)},
        labels=["left", "right"],
        ids={"validation": [f"v{index}" for index in range(10)]},
        workspace=tmp_path_factory.mktemp("explained"),
        explore=None,
    )


def test_the_predicted_class_of_a_sample(done: Any, tmp_path: Path) -> None:
    answer = done.explain("validation/v1")
    assert answer.titles == ("class right",)  # it is the true one too
    assert (answer.method, answer.layers, answer.version) == (
        "layer-cam",
        ("first", "second"),
        "v1",
    )
    heat = answer.heat("second")
    assert heat.shape == (SIDE, SIDE)
    assert heat[:, : SIDE // 2].max() == 0 < heat[:, SIDE // 2 :].min()
    np.testing.assert_array_equal(answer.heat(), answer.heat("fused"))
    written = answer.save(tmp_path / "map.png")
    with Image.open(written) as picture:
        assert picture.size == answer.picture().shape[1::-1]
        assert picture.width > 3 * 224  # the sample, two layers and both fused
    assert answer._repr_png_()[1:4] == b"PNG"


def test_several_samples_and_targets(done: Any) -> None:
    answer = done.explain([0, 1], ["left", 1, "loss", OutputTarget("prediction", (1,))])
    assert answer.titles == ("class left", "class right", "loss cross_entropy", "prediction[1]")
    assert answer.values.shape == (2, 4)
    np.testing.assert_allclose(answer.values[:, 1], answer.values[:, 3])
    assert done.explain(0, 1, method="gradient-input").heat().shape == (SIDE, SIDE)


def test_similar_samples(done: Any, tmp_path: Path) -> None:
    found = done.similar(["training/0"], limit=5)
    assert len(found.rows) == len(found.keys) == len(found.scores) == 5
    assert (np.diff(found.scores) <= 0).all()
    only = [{"kind": "compare", "field": "subset", "op": "in", "value": ["validation"]}]
    assert {key.subset for key in done.similar(0, where=only, limit=3).keys} == {"validation"}
    assert found.save(tmp_path / "similar.png").stat().st_size > 0


def test_similar_to_a_file(done: Any, tmp_path: Path) -> None:
    path = tmp_path / "new.png"
    Image.fromarray(np.full((SIDE, SIDE), 255, np.uint8)).save(path)
    found = done.similar(path, limit=3)
    light = np.array([image.mean() for image, _ in [*pictures(20), *pictures(10)]])
    assert (light[found.rows] > light.mean()).all()  # this network sees brightness alone
    assert found.scores[0] > 0.99
    assert "resized to" in found.notes[0]
    assert found.save(tmp_path / "similar.png").stat().st_size > 0


def test_where_channels_fire_and_which_are_shared(done: Any) -> None:
    picture = pictures(10)[1][0][0]
    found = done.activations(["validation/v1", "training/0"], "first", [1])
    np.testing.assert_allclose(found.maps[0].values, picture / 2, rtol=1e-5)
    best = done.run.channel_samples("first").of(1)
    assert [response for _, response in best] == sorted((r for _, r in best), reverse=True)
    row, response = best[0]
    assert done.activations(row, "first", [1]).responses[0, 0] == pytest.approx(response)

    bright = np.argsort(-np.array([picture.mean() for picture, _ in pictures(20)]))[:5]
    shared = done.shared_channels(bright)
    assert set(shared.layers["first"].channels.tolist()) == {0, 1}
    alike = done.similar(0, limit=4, channels=True)
    assert alike.channels.rows == (0, *alike.rows.tolist())
    assert done.similar(0, limit=4).channels is None


def test_what_is_not_there(done: Any, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no sample training/99"):
        done.explain("training/99")
    with pytest.raises(NotFoundError, match="names no sample"):
        done.explain("validation")
    with pytest.raises(TargetError, match="no class 'up'"):
        done.explain(0, "up")
    with pytest.raises(TargetError, match="no prediction 'other'"):
        done.explain(0, 1, prediction="other")
    answer = done.explain(0)
    with pytest.raises(NotFoundError, match="no such heat map"):
        answer.heat("third")
    with pytest.raises(StorageError, match="cannot be written"):
        answer.save(tmp_path / "nowhere" / "map.png")


def test_two_portraits_stand_side_by_side(done: Any, tmp_path: Path) -> None:
    left, right = (
        done.explain(sample, ["left", "right"]) for sample in ("validation/v0", "validation/v1")
    )
    pair = left.beside(right)
    assert pair.names == ("validation/v0", "validation/v1")
    assert pair.values.tolist() == [left.values[0].tolist(), right.values[0].tolist()]
    assert pair.differences[0].tolist() == [0, 0]
    assert pair.differences[1, 0] < 0 < pair.differences[1, 1]
    pair.save(tmp_path / "pair.png")
    assert pair.picture().shape[0] > left.picture().shape[0]
    assert (tmp_path / "pair.png").exists()
    with pytest.raises(TargetError, match="do not explain the same targets"):
        left.beside(done.explain("validation/v1", "left"))
    with pytest.raises(TargetError, match="one sample each"):
        left.beside(done.explain(["validation/v0", "validation/v1"], ["left", "right"]))


def test_maps_side_by_side_share_one_scale(done: Any) -> None:
    bright = done.explain("validation/v0", "left", layers=["second"])
    dark = done.explain("validation/v1", "left", layers=["second"])
    assert float(dark.heat().max()) < float(bright.heat().max()) / 2
    peaks = {(bright.maps[0].over, "second"): float(bright.heat().max())}
    [[_, own]] = dark.panels(0, 0)
    [[_, shared]] = dark.panels(0, 0, peaks)
    assert shared.picture.astype(int).sum() < own.picture.astype(int).sum()
