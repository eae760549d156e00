"""Unfed inputs, samples, decisions, latent spaces and masks: declared, read, measured, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from percepta.core.errors import IntegrationError, SampleError
from percepta.core.subsets import SampleKey, Subset
from percepta.integration import (
    Batch,
    CheckReport,
    Connection,
    Decision,
    InputEncoder,
    Integration,
    LatentSpace,
    MaskFunction,
    Measures,
    Metric,
    Reading,
    SampleBatch,
    Samples,
    check,
    from_datasets,
    load_script,
    measure,
)
from percepta.integration.latents import width_of
from percepta.integration.masks import as_mask, stacked
from tests.integration.scripts import GOOD, changed, write

SAMPLES = Samples("test", 4)


def measured(function: Callable[..., Any], *names: str) -> Measures:
    """Measure four samples with a metric of ``scores``, or of what is named."""
    wires = tuple(
        Connection(name, "samples", "")
        if name == "samples"
        else Connection(name, "prediction", name)
        for name in names or ("scores",)
    )
    metric = Metric("seen", function, wires)
    integration = Integration("test", list, (), metrics=(metric,))
    scores = np.array([[0.9], [0.2], [0.6], [0.4]])
    keys = [SampleKey(Subset.TEST, index) for index in range(4)]
    return measure(integration, Batch(keys, {}, {}, {"scores": scores}, SAMPLES))


def yes(probability: Any, expected: Any = True, label: Any = "car") -> Decision:
    return Decision(label, expected, probability)


def test_decisions_give_the_share_that_is_right() -> None:
    answers = [[yes(0.9), yes(0.9, False)], [], [yes(0.5)], [yes(0.4, False), yes(0.49, False)]]
    found = measured(lambda scores: answers)
    assert found.failures == {}
    assert found.decisions == {"seen": answers}
    assert found.columns["seen_accuracy"].tolist() == pytest.approx(
        [0.5, np.nan, 1, 1], nan_ok=True
    )


def test_decisions_by_key_and_values_that_are_plain_afterwards() -> None:
    found = measured(
        lambda scores: {"boxes": [[yes(np.float32(1), np.bool_(True))]] * 4, "n": scores[:, 0]}
    )
    assert set(found.columns) == {"seen_boxes_accuracy", "seen_n"}
    (decision,) = found.decisions["seen_boxes"][0]
    assert type(decision.probability) is float
    assert type(decision.expected) is bool


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (yes(np.nan), "with the probability nan, not 0..1"),
        (yes(1.5), "with the probability 1.5, not 0..1"),
        (yes("high"), "with the probability 'high', not 0..1"),
        (yes(0.5, label=3), "with the label 3, not a text"),
        (yes(0.5, expected=None), "that expects None, not True or False"),
    ],
)
def test_a_decision_that_cannot_be_counted_costs_that_sample(decision: Any, said: str) -> None:
    found = measured(lambda scores: [[yes(1)], [yes(0), decision], [], []])
    assert list(found.failures) == [1]
    assert said in found.failures[1].message
    assert found.failures[1].where.sample_id == "1"
    assert found.decisions["seen"] == [[yes(1)], [], [], []]


def test_lists_of_decisions_must_be_one_per_sample() -> None:
    with pytest.raises(IntegrationError, match="returned 2 lists of decisions for a batch of 4"):
        measured(lambda scores: [[yes(1)], []])


def test_a_metric_of_decisions_that_raises_is_asked_sample_by_sample() -> None:
    def seen(scores: Any) -> Any:
        if scores.min() < 0.3:
            raise ValueError("too small")
        return [[yes(row[0])] for row in scores]

    found = measured(seen)
    assert list(found.failures) == [1]
    assert [len(row) for row in found.decisions["seen"]] == [1, 0, 1, 1]
    assert found.columns["seen_accuracy"].tolist() == pytest.approx([1, np.nan, 1, 0], nan_ok=True)


def test_samples_are_sliced_where_a_function_raises_for_the_batch() -> None:
    asked: list[tuple[Any, ...]] = []

    def seen(scores: Any, samples: SampleBatch) -> Any:
        asked.append(samples.ids)
        assert samples.samples is SAMPLES
        if 2 in samples.ids:
            raise ValueError("not this one")
        return scores[:, 0] + samples.ids[0]

    found = measured(seen, "scores", "samples")
    assert asked == [(0, 1, 2, 3), (0,), (1,), (2,), (3,)]
    assert list(found.failures) == [2]
    assert found.columns["seen"].tolist() == pytest.approx([0.9, 1.2, np.nan, 3.4], nan_ok=True)


def test_metrics_of_datasets_may_ask_for_the_samples_and_decide() -> None:
    def odd(prediction: Any, target: Any, samples: SampleBatch) -> Any:
        return [sample_id % 2 for sample_id in samples.ids]

    def sure(prediction: Any, target: Any) -> Any:
        return [[yes(float(row[0]))] for row in prediction.softmax(1)]

    data = TensorDataset(torch.zeros(5, 3), torch.zeros(5, dtype=torch.int64))
    integration = from_datasets({"test": data}, metrics=[odd, sure])
    (samples,) = integration.load_subsets()
    keys = [SampleKey(Subset.TEST, index) for index in range(5)]
    batch = Batch(keys, {}, {"target": np.zeros(5)}, {"prediction": np.zeros((5, 3))}, samples)
    found = measure(integration, batch)
    assert found.failures == {}
    assert found.columns["odd"].tolist() == [0, 1, 0, 1, 0]
    assert found.decisions["sure"] == [[yes(pytest.approx(1 / 3))]] * 5


OWN = """
@pc.input("weights", fed=False)
def weights(sample_id, samples):
    return np.float32([1, 2])

@pc.metric("weighted")
def weighted(scores, weights, samples):
    assert len(samples) == len(scores)
    return scores[:, 0] * weights[:, 1]

@pc.metric("boxes")
def boxes(scores, digit):
    return [[pc.Decision("box", bool(d == 1), float(s[0] > 1))] for s, d in zip(scores, digit)]

@pc.latent_space("read")
def read_vector(sample_id, samples):
    return samples.data[sample_id].ravel()

@pc.latent_space("made", reduce="mean", channel_axis=1)
def made_vector(image):
    return image

@pc.mask
def outline(sample_id, samples):
    return samples.data[sample_id][0] > 0.5 if sample_id % 2 else None
"""
ALL = GOOD + OWN


def test_a_script_declares_them(tmp_path: Path) -> None:
    integration = load_script(write(tmp_path, ALL))
    assert [(e.name, e.fed) for e in integration.inputs] == [("image", True), ("weights", False)]
    assert list(integration.fed({"image": 1, "weights": 2})) == ["image"]  # type: ignore[dict-item]
    weighted = next(metric for metric in integration.metrics if metric.name == "weighted")
    assert Connection("samples", "samples", "") in weighted.connections
    read, made = integration.latent_spaces
    assert (read.name, read.connections) == ("read", ())
    assert made.connections == (Connection("image", "input", "image"),)
    assert integration.mask is not None
    assert integration.mask.where.function == "outline"
    samples = integration.load_subsets()[0]
    whole, part = integration.read(samples, [0, 21])
    assert isinstance(whole, Reading)
    assert isinstance(part, Reading)
    assert whole.latents["read"].shape == (6,)
    assert whole.mask is None
    assert part.mask is not None
    assert part.mask.dtype == bool


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("pc.latent_space('read')(lambda image: image)", "'read' has the name of one that is decl"),
        (
            "pc.latent_space('a', preferred=True)(lambda image: image)\n"
            "pc.latent_space('b', preferred=True)(lambda image: image)",
            "'a' and 'b' are both preferred",
        ),
        ("pc.latent_space('a', reduce='max')(lambda image: image)", "is to be reduced by 'max'"),
        ("pc.latent_space('a', width=9999)(lambda image: image)", "is to have 9999 dimensions"),
        ("pc.latent_space('a')(lambda picture: 1)", "'picture' of <lambda>() matches nothing"),
        ("pc.latent_space('a')(lambda sample_id: 1)", "must take (sample_id, samples)"),
        ("pc.mask(outline)", "two functions under @percepta.mask"),
    ],
)
def test_declarations_that_cannot_be_are_refused(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(IntegrationError) as refused:
        load_script(write(tmp_path, f"{ALL}\n{more}\n"))
    assert said in refused.value.message


def test_a_model_needs_an_input_that_is_fed(tmp_path: Path) -> None:
    text = changed('@pc.input("image", channel_axis=0)', '@pc.input("image", fed=False)')
    with pytest.raises(IntegrationError, match="No input of the script is given to the model"):
        load_script(write(tmp_path, text))


def test_what_a_reader_leaves_out_is_read_by_the_functions() -> None:
    def reader(samples: Samples, ids: Sequence[Any]) -> list[Reading | SampleError]:
        return [Reading({"x": np.zeros(2)}, {}, {}, {"given": np.float32([i])}) for i in ids]

    def vector(sample_id: Any, samples: Samples) -> Any:
        return [sample_id, 1]

    def mask(sample_id: Any, samples: Samples) -> Any:
        if sample_id == 2:
            raise ValueError("no outline")
        return np.ones((3, 4))

    integration = Integration(
        "test",
        lambda: [SAMPLES],
        (InputEncoder("x", lambda sample_id, samples: None),),
        reader=reader,
        latent_spaces=(LatentSpace("given", vector), LatentSpace("own", vector)),
        mask=MaskFunction(mask),
    )
    first, _, broken, _ = integration.read(SAMPLES, range(4))
    assert isinstance(first, Reading)
    assert first.latents["given"].tolist() == [0]
    assert first.latents["own"].tolist() == [0, 1]
    assert first.mask is not None
    assert isinstance(broken, SampleError)
    assert "no outline" in broken.message


def test_vectors_of_different_widths_cost_those_that_differ() -> None:
    integration = Integration(
        "test",
        lambda: [SAMPLES],
        (InputEncoder("x", lambda sample_id, samples: np.zeros(2)),),
        latent_spaces=(LatentSpace("own", lambda i, samples: np.zeros(4 if i == 1 else 3)),),
    )
    readings = integration.read(SAMPLES, range(4))
    assert [isinstance(reading, SampleError) for reading in readings] == [False, True, False, False]
    assert "The latent space 'own' has shape (4,), but other samples have (3,)" in str(readings[1])


@pytest.mark.parametrize(
    ("shape", "settings", "width"),
    [
        ((12,), {}, 12),
        ((7, 5, 3), {"reduce": "mean"}, 3),
        ((7, 5, 3), {"reduce": "mean", "channel_axis": 1}, 7),
        ((7,), {"reduce": "mean"}, 7),
        ((7, 5, 3), {"reduce": "projection", "width": 64}, 64),
        ((7, 5), {"reduce": "projection"}, 35),
    ],
)
def test_the_width_of_a_space(shape: tuple[int, ...], settings: Any, width: int) -> None:
    assert width_of(LatentSpace("own", len, **settings), shape) == width


@pytest.mark.parametrize(
    ("shape", "settings", "said"),
    [
        ((7, 5), {}, "not vectors"),
        ((0,), {}, "empty arrays"),
        ((5000,), {}, "5,000 values per sample, more than 4,096"),
        ((7, 5), {"reduce": "mean", "channel_axis": 3}, "without an axis 3 beside the batch"),
        ((7, 5), {"reduce": "mean", "channel_axis": 0}, "without an axis 0 beside the batch"),
        ((3, 2000, 2000), {"reduce": "projection"}, "12,000,000 values per sample"),
    ],
)
def test_arrays_that_cannot_become_vectors(
    shape: tuple[int, ...], settings: Any, said: str
) -> None:
    with pytest.raises(IntegrationError) as refused:
        width_of(LatentSpace("own", len, **settings), shape)
    assert said in refused.value.message
    assert refused.value.fix


def test_masks_of_a_batch() -> None:
    one = as_mask(np.float32([[0, 0.2], [-1, 3]]))
    assert one.tolist() == [[False, True], [False, True]]
    assert as_mask(np.ones((2, 3, 1))).shape == (2, 3)
    assert stacked([None, None]) is None
    both = stacked([None, one])
    assert both is not None
    assert both.tolist() == [[[False, False], [False, False]], one.tolist()]


@dataclass
class Forward:
    outputs: dict[str, Any]


class Toy:
    """Scores are sums over two thirds of the picture; remembers what it was given."""

    max_batch = None

    def __init__(self) -> None:
        self.inputs: set[str] = set()
        self.masks: list[Any] = []

    def forward(
        self, inputs: Mapping[str, Any], capture: Sequence[str] = (), masks: Any = None
    ) -> Forward:
        self.inputs |= set(inputs)
        self.masks.append(masks)
        return Forward({"scores": inputs["image"].reshape(len(inputs["image"]), 3, -1).sum(2)})


def report_of(folder: Path, text: str, toy: Toy | None = None) -> CheckReport:
    """Check a script with the toy."""
    return check(load_script(write(folder, text)), lambda example: toy or Toy())


def test_all_of_it_is_checked(tmp_path: Path) -> None:
    toy = Toy()
    report = report_of(tmp_path, ALL, toy)
    assert report.passed, report
    assert toy.inputs == {"image"}
    assert [mask.shape for mask in toy.masks] == [(8, 2, 3), (8, 2, 3)]
    parts = {(part.kind, part.name): part for part in report.parts}
    assert parts["input", "weights"].detail == "not given to the model"
    assert parts["latent_space", "read"].detail == "dimensions 6"
    assert parts["latent_space", "made"].detail == "dimensions 1"
    assert parts["metric", "boxes"].detail == "decisions 16, labels 1"
    assert parts["metric", "weighted"].passed
    assert parts["mask", "mask"].shape == (2, 3)


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        ("return samples.data[sample_id].ravel()", "return 1", "latent_space", "not vectors"),
        (
            "return samples.data[sample_id].ravel()",
            "return [np.nan]",
            "latent_space",
            "not finite",
        ),
        ("def made_vector(image):\n    return image", "def made_vector(image):\n    return 1 / 0",
         "latent_space", "ZeroDivisionError"),
        ("samples.data[sample_id][0] > 0.5 if", "np.ones((5, 5)) if", "mask", "masks of 5 × 5"),
        ("float(s[0] > 1)", "float(s[0]) + 2", "metric", "with the probability"),
        ("samples.data[sample_id][0] > 0.5 if", "'outline' if", "mask", "the text 'outline'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(tmp_path: Path, old: str, new: str, kind: str, said: str) -> None:
    assert old in ALL
    text = ALL.replace(
        "    data = np.linspace(0, 1, 40 * 6", "    data = np.linspace(0, 1, 40 * 48"
    )
    text = text.replace("reshape(40, 1, 2, 3)", "reshape(40, 1, 6, 8)")
    report = report_of(tmp_path, text.replace(old, new))
    failed = [part for part in report.parts if not part.passed]
    assert [part.kind for part in failed] == [kind]
    assert said in failed[0].findings[0].message
    assert failed[0].findings[0].line is not None


def test_notes_and_advice_are_warnings(tmp_path: Path) -> None:
    integration = load_script(write(tmp_path, ALL))
    (shown,) = integration.visualizers
    advised = replace(shown, advise=lambda image: [f"{image.shape} is small for a picture."])
    made = replace(integration, notes=("Not yet supported.",), visualizers=(advised,))
    report = check(made, lambda example: Toy())
    assert report.passed
    messages = [warning.message for warning in report.warnings]
    assert messages == ["Not yet supported.", "(1, 2, 3) is small for a picture."]
