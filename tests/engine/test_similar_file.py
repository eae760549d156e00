"""Similars of a file: made from a sample of the run it finds that sample first, however it is encoded."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import percepta as pc
from percepta.core.errors import FileError, TargetError
from percepta.core.filters import Filter
from percepta.core.targets import DirectionTarget
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.engine.similar_file import THUMBNAIL, find_similar_to_file
from percepta.integration import Integration, collecting, from_datasets, use_loss
from percepta.integration import files as files_module
from percepta.integration.files import GivenFile
from tests.engine.test_own_parts import Digits

SIDE, COUNT = 16, 60
MEAN, DEVIATION = np.array([120, 110, 90], np.float32), np.array([60, 58, 57], np.float32)
PHOTOS = np.random.default_rng(0).integers(0, 256, (COUNT, 4, 4, 3)).astype(np.uint8)
PHOTOS = PHOTOS.repeat(SIDE // 4, axis=1).repeat(SIDE // 4, axis=2)


class Eye(nn.Module):
    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(channels, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 24, 3, padding=1, stride=2)
        self.head = nn.Linear(24, 4)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.second(torch.relu(self.first(image))))
        return self.head(hidden.mean(dim=(2, 3)))


def png(pixels: np.ndarray, kind: str = "PNG", **more: Any) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, kind, **more)
    return out.getvalue()


def prepared(pixels: np.ndarray) -> np.ndarray:
    return np.moveaxis((pixels[..., ::-1].astype(np.float32) - MEAN) / DEVIATION, -1, 0)


def script(**parts: Any) -> Integration:
    with collecting() as collector:
        pc.subsets(lambda: [pc.Samples("validation", COUNT)])
        pc.input("image", channel_axis=0)(lambda sample_id, samples: prepared(PHOTOS[sample_id]))
        pc.ground_truth("kind")(lambda sample_id, samples: sample_id % 4)
        pc.predictions(pc.Prediction("scores", labels=list("abcd")))
        use_loss("cross_entropy")
        if "visualizer" in parts:
            pc.visualizer("photo")(parts["visualizer"])
        if "encoder" in parts:
            pc.file_encoder(parts["encoder"])
        return collector.build("photos", code_hash="fixed")


def shown(image: np.ndarray) -> pc.Image:
    return pc.Image((np.moveaxis(image, 0, -1) * DEVIATION + MEAN)[..., ::-1])


def first_of(explainer: Explainer, data: bytes, suffix: str = ".png") -> tuple[int, float, str]:
    told = find_similar_to_file(explainer, GivenFile(data, suffix), limit=5)
    assert told.found.queries == ()
    return int(told.found.rows[0]), float(told.found.scores[0]), " ".join(told.notes)


def opened(run: Any, integration: Integration, net: nn.Module) -> Explainer:
    return Explainer.open(run(integration, net), integration, net)


def test_by_what_the_integration_declares(run: Any) -> None:
    seen: list[Path] = []

    def from_file(path: Path) -> Any:
        seen.append(path)
        with Image.open(path) as picture:
            return prepared(np.asarray(picture.convert("RGB")))

    explainer = opened(run, script(encoder=from_file), Eye().eval())
    row, score, notes = first_of(explainer, png(PHOTOS[17]))
    assert (row, notes) == (17, "")
    assert score == pytest.approx(1, abs=1e-3)
    assert seen[0].suffix == ".png"
    assert not seen[0].exists()


def test_by_the_scaling_that_a_visualizer_shows(run: Any) -> None:
    explainer = opened(run, script(visualizer=shown), Eye().eval())
    row, score, notes = first_of(explainer, png(PHOTOS[23]))
    assert row == 23
    assert score == pytest.approx(1, abs=1e-3)
    assert "resized to 16 × 16 pixels" in notes
    assert "visualizer 'photo'" in notes
    large = PHOTOS[23].repeat(9, axis=0).repeat(9, axis=1)
    assert first_of(explainer, png(large, "JPEG", quality=95))[0] == 23


def test_a_guess_is_called_one(run: Any) -> None:
    explainer = opened(run, script(), Eye().eval())
    row, _, notes = first_of(explainer, png(PHOTOS[5][..., ::-1]))
    assert row == 5
    assert "which is a guess" in notes


def test_a_visualizer_that_shows_something_else_is_not_trusted(run: Any) -> None:
    def posterised(image: np.ndarray) -> pc.Image:
        return pc.Image(np.moveaxis((image > 0) * 255.0, 0, -1))

    integration = script(visualizer=posterised)
    explainer = opened(run, integration, Eye().eval())
    with pytest.raises(FileError, match="cannot be found out from the samples"):
        first_of(explainer, png(PHOTOS[5]))


class Folder:
    """A data set such as torchvision's, training with a random transform."""

    classes = ("a", "b", "c", "d")

    def __init__(self, transform: Any) -> None:
        self.transform = transform

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> tuple[Any, int]:
        return self.transform(Image.fromarray(PHOTOS[index])), index % 4


def test_by_the_transform_of_held_out_data(run: Any) -> None:
    def held_out(picture: Any) -> torch.Tensor:
        assert picture.mode == "RGB"
        return torch.from_numpy(prepared(np.asarray(picture.resize((SIDE, SIDE)))))

    def random(picture: Any) -> torch.Tensor:
        return held_out(picture) + torch.randn(3, SIDE, SIDE)

    integration = from_datasets({"training": Folder(random), "validation": Folder(held_out)})
    explainer = opened(run, integration, Eye().eval())
    row, score, notes = first_of(explainer, png(PHOTOS[31]))
    assert explainer.run.key(row).id == 31
    assert str(explainer.run.key(row).subset) == "validation"
    assert score == pytest.approx(1, abs=1e-3)
    assert "transform of the data set" in notes


def test_grey_pictures_in_a_tensor_data_set(run: Any, net: nn.Module, digits: Digits) -> None:
    images, labels = digits
    data = torch.utils.data.TensorDataset(
        torch.from_numpy(images[:300]), torch.from_numpy(labels[:300])
    )
    explainer = opened(run, from_datasets({"validation": data}), net)
    pixels = np.rint(images[42, 0] * 255).astype(np.uint8)
    row, score, _ = first_of(explainer, png(pixels))
    assert row == 42
    assert score > 0.999


def test_heat_maps_of_a_file_lie_where_it_is_like_what_was_found(run: Any) -> None:
    explainer = opened(run, script(visualizer=shown), Eye().eval())
    given = GivenFile(png(PHOTOS[9]))
    assert find_similar_to_file(explainer, given).why is None
    told = find_similar_to_file(explainer, given, limit=1, why=True)
    assert told.why is not None
    heat = told.why.maps[-1]
    assert (heat.over, heat.layer) == ("image", "fused")
    target = DirectionTarget(told.found.space, (9,))
    same = explainer.explain(Wish((9,), (target,), signed=False)).maps[-1]
    assert np.corrcoef(heat.values.ravel(), same.values.ravel())[0, 1] > 0.99


def test_candidates_limit_picture_and_reading(run: Any) -> None:
    explainer = opened(run, script(visualizer=shown), Eye().eval())
    wide = PHOTOS[3].repeat(20, axis=0).repeat(20, axis=1)
    only = Filter.from_json([{"kind": "compare", "field": "label", "op": "in", "value": ["a"]}])
    told = find_similar_to_file(explainer, GivenFile(png(wide)), limit=4, filter=only)
    assert told.found.candidates == COUNT // 4
    assert len(told.found.rows) == 4
    assert told.picture is not None
    assert told.picture.shape == (THUMBNAIL, THUMBNAIL, 3)
    assert told.found.reading.shares["label"][0].inside == 1
    with pytest.raises(TargetError, match="latent space 'none'"):
        find_similar_to_file(explainer, GivenFile(png(wide)), space="none")


def test_what_cannot_be_encoded_says_what_to_add(run: Any) -> None:
    explainer = opened(run, script(visualizer=shown), Eye().eval())
    with pytest.raises(FileError, match="is no picture, and the integration does not say") as told:
        first_of(explainer, b"RIFF....WAVE", ".wav")
    assert "@pc.file_encoder" in str(told.value.fix)
    with pytest.raises(FileError, match="damaged"):
        first_of(explainer, png(PHOTOS[0].repeat(8, axis=0).repeat(8, axis=1))[:300])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda path: np.zeros((3, 4, 4), np.float32), r"of shape \[3, 4, 4\]; samples have"),
        (lambda path: {"other": np.zeros((3, SIDE, SIDE))}, "no input 'image'"),
        (lambda path: np.full((3, SIDE, SIDE), np.nan, np.float32), "not finite"),
        (lambda path: None, "gave None"),
        (lambda path: 1 / 0, "division by zero"),
    ],
)
def test_an_encoder_that_gives_something_else(run: Any, given: Any, said: str) -> None:
    explainer = opened(run, script(encoder=given), Eye().eval())
    with pytest.raises(FileError, match=said) as told:
        first_of(explainer, png(PHOTOS[0]))
    assert told.value.where.function == "<lambda>"


def test_a_picture_of_too_many_pixels_is_not_decoded(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(path: Path) -> Any:
        raise AssertionError("it was handed on")

    explainer = opened(run, script(encoder=never), Eye().eval())
    bomb = png(np.zeros((9_500, 9_500), np.uint8))  # 90 million pixels in some 90 kB
    with pytest.raises(FileError, match="too large"):
        first_of(explainer, bomb)
    monkeypatch.setattr(files_module, "MOST_PIXELS", 100)
    with pytest.raises(FileError, match="too large"):
        first_of(explainer, png(PHOTOS[0]))
