"""What scripts say beyond inputs and losses: unfed inputs, samples, latent spaces, masks, decisions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import percepta as pc
from percepta.core.errors import IntegrationError, JobCancelledError
from percepta.core.fields import Direction
from percepta.core.network import Network
from percepta.core.progress import Silent
from percepta.core.wiring import WiredArgument, WiredFunction, WiredSpace, Wiring
from percepta.engine.drawing import spotlight
from percepta.engine.explore import explore
from percepta.integration import Integration, collecting
from percepta.storage import Workspace
from tests.engine.test_evaluate import StopAt, values

LABELS = [f"digit {i}" for i in range(10)]
Digits = tuple[np.ndarray, np.ndarray]
Declare = Callable[[], object]


def integration_of(digits: Digits, more: Declare, count: int = 200) -> Integration:
    """Digits with a ground truth and whatever a script declares besides."""
    images, labels = digits
    with collecting() as collector:

        @pc.subsets
        def subsets() -> list[pc.Samples]:
            stop = count * 3 // 4
            return [
                pc.Samples("training", range(stop), data="first"),
                pc.Samples("validation", range(stop, count), data="last"),
            ]

        @pc.input("image", channel_axis=0)
        def image(sample_id: int, samples: pc.Samples) -> Any:
            return images[sample_id]

        @pc.ground_truth("digit")
        def digit(sample_id: int, samples: pc.Samples) -> int:
            return int(labels[sample_id])

        pc.predictions(pc.Prediction("scores", labels=LABELS))
        more()
        return collector.build("script", code_hash="fixed")


def test_an_input_that_is_not_fed_reaches_functions_and_not_the_model(
    run: Any, net: Any, digits: Digits
) -> None:
    shown: list[float] = []

    def declare() -> None:
        @pc.input("weight", fed=False)
        def weight(sample_id: int, samples: pc.Samples) -> Any:
            return np.float32([sample_id, 1])

        @pc.metric("weighted")
        def weighted(weight: Any, scores: Any) -> Any:
            assert len(weight) == len(scores)
            return weight[:, 0] * 2

        @pc.visualizer("weight")
        def draw(weight: Any) -> pc.Text:
            shown.append(float(weight[0]))
            return pc.Text([str(weight[0])])

    done = run(integration_of(digits, declare), net)
    assert values(done, "weighted").tolist() == [2 * i for i in range(200)]
    assert shown == list(range(200))
    wiring = Wiring.from_json(done.details["wiring"])
    fed = {one.name: one.feeds for one in wiring.functions if one.kind == "input"}
    assert fed == {"image": "image", "weight": None}


def test_functions_are_told_who_the_samples_are(run: Any, net: Any, digits: Digits) -> None:
    def declare() -> None:
        @pc.metric("number")
        def number(samples: Any, scores: Any) -> Any:
            assert len(samples) == len(scores)
            if 7 in samples.ids and len(samples) > 1:
                raise ValueError("not as a whole")
            if samples.ids == (7,):
                raise ValueError("not this one")
            return [
                sample_id + 1000 * (samples.samples.data == "last") for sample_id in samples.ids
            ]

        @pc.visualizer("name")
        def name(image: Any, samples: Any) -> pc.Text:
            assert image.shape == (1, 8, 8)
            (sample_id,) = samples.ids
            return pc.Text([f"{samples.samples.subset.value} {sample_id}"])

    done = run(integration_of(digits, declare), net)
    expected = [i + 1000 * (i >= 150) for i in range(200) if i != 7]
    assert values(done, "number").tolist() == expected
    assert [failure.id for failure in done.failures()] == [7]
    (visual,) = done.visuals(160)
    assert visual.document["tokens"] == ["validation 161"]


def spaces(digits: Digits) -> Declare:
    def declare() -> None:
        @pc.latent_space("rows", preferred=True)
        def rows(sample_id: int, samples: pc.Samples) -> Any:
            return digits[0][sample_id].mean(axis=(0, 2))

        @pc.latent_space("channels", reduce="mean", channel_axis=1)
        def channels(image: Any) -> Any:
            return np.concatenate([image, 2 * image], axis=1)

        @pc.latent_space("pixels", reduce="projection", width=16)
        def pixels(image: Any, scores: Any) -> Any:
            return image

        @pc.latent_space("logits", connect={"x": "prediction.scores"})
        def logits(x: Any) -> Any:
            return torch.from_numpy(x)

    return declare


def test_latent_spaces_of_ones_own_lie_beside_those_of_percepta(
    run: Any, net: Any, digits: Digits, workspace_path: Path
) -> None:
    done = run(integration_of(digits, spaces(digits)), net)
    images = digits[0][:200]
    with torch.inference_mode():
        expected = net(torch.from_numpy(images)).numpy()
    assert next(iter(done.spaces)) == "rows"
    assert done.spaces["balanced"] == 6 + 12 + 10
    assert done.latent("rows") == pytest.approx(images.mean(axis=(1, 3)), abs=1e-6)
    mean = images.mean(axis=(1, 2, 3))
    assert done.latent("channels") == pytest.approx(np.stack([mean, 2 * mean], 1), abs=1e-6)
    assert done.latent("logits") == pytest.approx(expected, abs=1e-5)
    assert done.latent("pixels").shape == (200, 16)
    wiring = Wiring.from_json(done.details["wiring"])
    assert wiring.spaces[0] == WiredSpace("rows", ())
    assert WiredSpace("scores-semantic", ("hidden", "head")) in wiring.spaces
    made = explore(Workspace.open(workspace_path), done.id, algorithm="pca", progress=Silent())
    assert made.space == "rows"


def test_a_resume_makes_the_same_vectors_and_decisions(run: Any, net: Any, digits: Digits) -> None:
    def declare() -> None:
        spaces(digits)()
        confusions()

    whole = run(integration_of(digits, declare), net)
    with pytest.raises(JobCancelledError):
        run(integration_of(digits, declare), net, StopAt(4))
    resumed = run(integration_of(digits, declare), net, resume=True)
    assert resumed.id != whole.id
    assert resumed.manifest["files"] == whole.manifest["files"]
    assert [field.to_json() for field in resumed.fields] == [f.to_json() for f in whole.fields]
    whole.verify()


@pytest.mark.parametrize("kind", ["read", "measure"])
def test_a_vector_that_is_not_finite_costs_that_sample(
    run: Any, net: Any, digits: Digits, kind: str
) -> None:
    def declare() -> None:
        if kind == "read":

            @pc.latent_space("own")
            def own(sample_id: int, samples: pc.Samples) -> Any:
                return [sample_id, np.nan if sample_id == 3 else 1]

        else:

            @pc.latent_space("own")
            def of_batch(image: Any, samples: Any) -> Any:
                return [[i, np.inf if i == 3 else 1] for i in samples.ids]

    done = run(integration_of(digits, declare), net)
    (failure,) = done.failures()
    assert (failure.id, failure.stage) == (3, kind)
    assert "not finite" in failure.message
    assert done.latent("own")[:, 0].tolist() == [i for i in range(200) if i != 3]


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("balanced", lambda image: image, "has the name of one that percepta builds itself"),
        ("own", lambda image: image, r"returned arrays of shape \(1, 8, 8\) per sample, not vec"),
        ("own", lambda image: image[:3, 0, 0], r"shape \(3, 8\) for a batch of"),
        ("own", lambda image: np.zeros((len(image), 5000)), "5,000 values per sample, more than"),
        ("own", lambda digit: digit[:, None] * np.ones(3), "needs a ground truth, which unlabeled"),
    ],
)
def test_a_latent_space_that_cannot_be_is_told_before_the_pass(
    run: Any, net: Any, digits: Digits, name: str, function: Any, said: str
) -> None:
    made = integration_of(digits, lambda: pc.latent_space(name)(function))
    if "unlabeled" in said:
        made = replace(made, subsets=lambda: [pc.Samples("unlabeled", 80)])
    with pytest.raises(IntegrationError, match=said):
        run(made, net)


def test_objects_are_told_apart_by_their_masks(run: Any, net: Any, digits: Digits) -> None:
    """Even and odd samples are the two halves of the same pictures; every fourth is a whole."""
    images = digits[0]
    half = np.zeros((8, 8), bool)
    half[:, :4] = True

    def mask(sample_id: int, samples: pc.Samples) -> Any:
        return None if sample_id % 4 == 3 else half if sample_id % 2 == 0 else ~half

    pairs = (np.repeat(images[:100], 2, axis=0), np.repeat(digits[1][:100], 2))
    plain = run(integration_of(pairs, lambda: None), net)
    done = run(integration_of(pairs, lambda: pc.mask(mask)), net)
    assert np.array_equal(plain.latent("foreground")[::2], plain.latent("foreground")[1::2])
    apart = np.abs(done.latent("foreground")[::2] - done.latent("foreground")[1::2]).max(axis=1)
    assert (apart > 0.01).mean() > 0.95
    assert values(done, "loss").tolist() == values(plain, "loss").tolist()
    assert done.thumbnail(3) == plain.thumbnail(3)
    assert done.thumbnail(0) != plain.thumbnail(0)


def test_a_mask_that_is_none_costs_that_sample(run: Any, net: Any, digits: Digits) -> None:
    def mask(sample_id: int, samples: pc.Samples) -> Any:
        return np.ones(5) if sample_id == 9 else np.ones((1, 8, 8))

    done = run(integration_of(digits, lambda: pc.mask(mask)), net)
    (failure,) = done.failures()
    assert failure.id == 9
    assert "returned a mask of shape (5,)" in failure.message


def test_a_thumbnail_is_dimmed_around_its_object() -> None:
    picture = np.full((4, 6, 3), 200, np.uint8)
    mask = np.zeros((8, 12), bool)
    mask[:4, :6] = True
    seen = spotlight(picture, mask)
    assert (seen[:2, :3] == 200).all()
    assert (seen[2:] == 70).all()
    assert (seen[:, 3:] == 70).all()
    assert (picture == 200).all()


def confusions() -> None:
    """One decision per class that has more than 0.3; some samples have none."""

    @pc.metric("confusion")
    def confusion(scores: Any, digit: Any) -> Any:
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return [
            [
                pc.Decision(LABELS[c], bool(c == truth), row[c], id=str(c))
                for c in np.flatnonzero(row > 0.102)
            ]
            for row, truth in zip(shares, digit, strict=True)
        ]


def test_decisions_are_kept_one_by_one_and_summed_up(run: Any, net: Any, digits: Digits) -> None:
    done = run(integration_of(digits, confusions), net)
    table = done.decisions("confusion").to_pydict()
    with torch.inference_mode():
        shares = net(torch.from_numpy(digits[0][:200])).softmax(1).numpy()
    rows, classes = np.nonzero(shares > 0.102)
    assert 0 < len(rows) < 2000
    assert table["row"] == rows.tolist()
    assert table["label"] == [LABELS[c] for c in classes]
    assert table["id"] == [str(c) for c in classes]
    assert table["expected"] == (digits[1][rows] == classes).tolist()
    assert table["probability"] == pytest.approx(shares[rows, classes], abs=1e-5)
    right = (shares[rows, classes] >= 0.5) == (digits[1][rows] == classes)
    expected = [right[rows == row].mean() if (rows == row).any() else np.nan for row in range(200)]
    assert values(done, "confusion_accuracy") == pytest.approx(expected, nan_ok=True)
    fields = {field.name: field for field in done.fields}
    assert "confusion" not in fields
    assert fields["confusion_accuracy"].direction is Direction.UP
    assert "decisions of confusion" in fields["confusion_accuracy"].description


def test_a_run_keeps_how_it_is_wired_and_what_the_script_asked_for(
    run: Any, net: Any, digits: Digits
) -> None:
    def declare() -> None:
        @pc.metric("lead", direction="up", connect={"x": "prediction.scores"})
        def lead(x: Any, samples: Any) -> Any:
            return x.max(axis=1)

    told: list[str] = []

    class Listening(Silent):
        def note(self, message: str) -> None:
            told.append(message)

    note = "Simulations are not supported yet."
    made = integration_of(digits, declare)
    quiet = tuple(replace(metric, insights=False) for metric in made.metrics)
    done = run(replace(made, notes=(note,), metrics=quiet), net, Listening())
    assert done.details["insights"] == {"lead": False}
    assert note in told
    assert done.details["notes"][0] == note
    wiring = Wiring.from_json(done.details["wiring"])
    assert wiring.predictions == ("scores",)
    (lead,) = (one for one in wiring.functions if one.name == "lead")
    place = lead.place
    assert "test_own_parts.py:" in place
    assert "in lead()" in place
    assert lead == WiredFunction(
        "metric",
        "lead",
        place,
        arguments=(
            WiredArgument("samples", "samples", ""),
            WiredArgument("x", "prediction", "scores"),
        ),
    )
    assert ("loss", "cross_entropy") in {(one.kind, one.name) for one in wiring.functions}
    assert isinstance(done.network, Network)
    names = {node.name for node in done.network.nodes}
    assert {"image", "scores"} <= names
    assert {name for space in wiring.spaces for name in space.layers} <= names


def test_a_file_that_takes_one_sample_at_a_time_says_so_once(
    run: Any, net: Any, digits: Digits, tmp_path: Path
) -> None:
    file = tmp_path / "one.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, (torch.zeros(1, 1, 8, 8),), str(file), dynamo=False)
    told: list[str] = []

    class Listening(Silent):
        def note(self, message: str) -> None:
            told.append(message)

    integration = integration_of(digits, lambda: None)
    done = run(integration, file, Listening())
    (note,) = (one for one in told if "one sample at a time" in one)
    assert done.details["notes"] == [note]
    assert done.notes == (note,)
    assert done.details["model"]["max_batch"] == 1
    whole = run(integration, net)
    assert values(done, "loss") == pytest.approx(values(whole, "loss"), abs=1e-5)
