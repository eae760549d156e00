"""What becomes of a script: one neutral integration, read and measured as any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core import visuals
from percepta.core.confusion import Decision
from percepta.core.fields import Direction
from percepta.core.subsets import SampleKey, Subset
from percepta.integration import (
    Batch,
    Connection,
    Integration,
    Prediction,
    Reading,
    Samples,
    load_script,
    measure,
    show,
)

SCRIPTS = Path(__file__).parent / "scripts"


def load(name: str) -> Integration:
    return load_script(SCRIPTS / f"{name}.py")


def read(integration: Integration, subset: str, *ids: Any) -> list[Reading]:
    samples = named(integration, subset)
    readings = integration.read(samples, ids or list(samples.ids))
    found = [reading for reading in readings if isinstance(reading, Reading)]
    assert len(found) == len(readings), readings
    return found


def named(integration: Integration, subset: str) -> Samples:
    return next(s for s in integration.load_subsets() if s.subset == subset)


def batch(integration: Integration, subset: str, **predictions: Any) -> Batch:
    samples = named(integration, subset)
    readings = read(integration, subset)
    return Batch(
        [SampleKey(samples.subset, sample_id) for sample_id in samples.ids],
        stacked([reading.inputs for reading in readings]),
        stacked([reading.ground_truths for reading in readings]),
        {name: np.asarray(values, np.float32) for name, values in predictions.items()},
        samples,
    )


def stacked(arrays: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: np.stack([one[name] for one in arrays]) for name in arrays[0]}


def test_a_script_becomes_an_integration() -> None:
    made = load("classification")

    assert [(s.subset.value, list(s.ids)) for s in made.load_subsets()] == [
        ("training", ["0", "1", "2", "3"]),
        ("validation", ["4", "5", "6", "7"]),
        ("test", ["8", "9", "10", "11"]),
    ]
    assert [(e.name, e.channel_axis, e.fed) for e in made.inputs] == [("image", -1, True)]
    assert made.inputs[0].where.function == "image"
    assert made.predictions == (Prediction("animals", ["cat", "dog", "owl"], -1),)
    assert [loss.name for loss in made.losses] == ["cross_entropy"]
    assert made.losses[0].connections == (
        Connection("truth", "ground_truth", "animal"),
        Connection("prediction", "prediction", "animals"),
    )
    assert made.metrics[0].direction is Direction.UP
    assert [(v.name, v.connections[0].source) for v in made.visualizers] == [
        ("picture", "input"),
        ("bars", "prediction"),
        ("bars_1", "ground_truth"),
        ("bars_2", "prediction"),
    ]
    assert made.notes == ()
    assert len(made.code_hash) == 64
    [reading] = read(made, "validation", "5")
    assert reading.inputs["image"].shape == (4, 4, 1)
    assert reading.ground_truths["animal"].tolist() == [0, 0, 1]
    assert reading.metadata == {
        "picture_mean": pytest.approx(float(reading.inputs["image"].mean())),
        "picture_number": 5,
        "picture_even": False,
        "picture_file": "a.png",
        "bright": False,
    }


def test_losses_metrics_and_visualizers_get_what_the_integration_test_gives_them() -> None:
    made = load("classification")
    given = batch(made, "training", animals=np.eye(3)[[0, 0, 2, 0]] * 0.5)

    measured = measure(made, given)

    assert measured.failures == {}
    expected = -np.log([0.5, 1e-7, 0.5, 0.5])
    assert measured.columns["cross_entropy"] == pytest.approx(expected)
    assert measured.columns["hit"].tolist() == [1, 0, 1, 1]
    picture, bars, truth, _ = (show(visualizer, given, 1) for visualizer in made.visualizers)
    assert isinstance(picture, visuals.Image)
    assert picture.data.shape == (4, 4, 1)
    assert isinstance(bars, visuals.HorizontalBar)
    assert np.ravel(bars.values).tolist() == [0.5, 0, 0]
    assert isinstance(truth, visuals.HorizontalBar)
    assert np.ravel(truth.values).tolist() == [0, 1, 0]


def test_inputs_come_in_the_models_order_and_what_it_does_not_take_is_there_for_losses() -> None:
    made = load("several_outputs")

    assert [(e.name, e.channel_axis, e.fed) for e in made.inputs] == [
        ("right", None, True),
        ("left", 0, True),
        ("weight", None, False),
    ]
    assert [(p.name, p.channel_axis) for p in made.predictions] == [("value", 1), ("spread", -1)]
    assert [m.name for m in made.metrics] == ["errors", "errors_1"]
    assert made.metrics[0].direction == {"low": Direction.DOWN, "high": Direction.UP}
    assert made.metrics[0].direction_of("errors_low") is Direction.DOWN
    assert made.metrics[1].direction_of("errors_1_high") is Direction.UP
    assert made.metrics[0].insights == {"low": True, "high": False}
    assert [v.name for v in made.visualizers] == ["left graph", "graph", "graph_2", "graph_3"]
    assert list(made.load_subsets()[0].ids) == [1, 2, 3]
    given = batch(made, "training", value=[[2], [2], [2]], spread=[[1, 2], [3, 4], [6, 5]])
    columns = measure(made, given).columns
    assert columns["errors_low"].tolist() == [1, 0, 1]
    assert columns["errors_1_high"].tolist() == [2, 4, 6]
    assert columns["weighted"].tolist() == [0.5, 0, 0.5]


def test_functions_are_told_who_the_samples_are() -> None:
    made = load("told_samples")

    assert [s.subset for s in made.load_subsets()] == list(Subset)
    guesses = [[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]]
    measured = measure(made, batch(made, "training", classes=guesses))
    assert measured.columns["scaled"] == pytest.approx([1.8, 0.8, 1.0])
    assert measured.columns["loss"] == pytest.approx([0.2, 1.2, 1.0])
    assert measured.decisions["confusion"][1] == [
        Decision("a", True, pytest.approx(0.4)),
        Decision("b", False, pytest.approx(0.6)),
    ]
    shown = show(made.visualizers[0], batch(made, "test", classes=guesses), 2)
    assert isinstance(shown, visuals.Text)
    assert list(shown.tokens) == ["test2"]
    assert [v.name for v in made.visualizers] == ["name", "name_1"]


def test_unlabeled_samples_have_no_ground_truth_and_absent_metadata_are_missing() -> None:
    made = load("told_samples")

    for reading in read(made, "unlabeled"):
        assert reading.ground_truths == {}
        assert reading.metadata == {"maybe_a": None, "maybe_b": None}
    assert all(reading.ground_truths for reading in read(made, "additional"))


def test_ids_in_groups_are_read_a_group_at_a_time() -> None:
    made = load("groups")
    calls = made.inputs[0].function.__wrapped__.__wrapped__.__globals__["calls"]  # type: ignore[attr-defined]

    readings = read(made, "training")

    assert [r.inputs["letter"].tolist() for r in readings] == [[97, 2], [98, 2], [99, 1]]
    assert [r.ground_truths["truth"].tolist() for r in readings] == [[1], [0], [1]]
    assert readings[1].metadata == {"code_text": "b", "code_number": 98}
    assert calls == [["a", "b"], ["c"]]


def test_latent_spaces_of_both_kinds_and_own_layers() -> None:
    made = load("latent_spaces")

    of_samples, of_the_model = made.latent_spaces
    assert (of_samples.name, of_samples.connections, of_samples.preferred) == (
        "of_samples",
        (),
        False,
    )
    assert read(made, "training", "q")[0].latents["of_samples"].tolist() == [ord("q"), 1]
    assert (of_the_model.name, of_the_model.reduce, of_the_model.preferred) == (
        "pooled",
        "mean",
        True,
    )
    assert of_the_model.channel_axis == 1
    assert of_the_model.connections == (
        Connection("first", "input", "x"),
        Connection("second", "prediction", "y"),
    )
    assert set(made.custom_objects) == {"Twice", "Double"}


def test_objects_are_rows_of_their_own() -> None:
    made = load("objects")
    samples = named(made, "training")

    assert list(samples.ids) == ["a", "b", "a_0", "a_1"]
    whole, _, first, second = read(made, "training")
    assert whole.inputs["image"].tolist() == second.inputs["image"].tolist()
    assert whole.mask is None
    assert first.mask is not None
    assert np.flatnonzero(first.mask.any(axis=1)).tolist() == [0]
    assert whole.metadata["builtin_instance_metadata_is_instance"] == "0"
    assert whole.metadata["builtin_instance_extra_metadata_row"] is None
    assert second.metadata == {
        "builtin_instance_metadata_is_instance": "1",
        "builtin_instance_metadata_original_sample_id": "a",
        "builtin_instance_metadata_instance_name": "a1",
        "builtin_instance_extra_metadata_row": 1,
        "builtin_instance_extra_metadata_kind": "stripe",
        "builtin_instance_extra_metadata_size": None,
    }
    columns = measure(made, batch(made, "training", number=np.zeros((4, 1)))).columns
    assert columns["gap"].tolist() == [2, 0, 2, 2]
    assert columns["place"] == pytest.approx([np.nan, np.nan, 107, 117], nan_ok=True)


def test_heat_maps_are_brought_to_what_a_visualizer_shows() -> None:
    made = load("heatmaps")
    small, _, small_raw, _ = made.visualizers

    assert [v.name for v in made.visualizers] == ["small one", "of the model", "raw", "unbatched"]
    heat = {"image": np.ones((1, 4, 4, 1), np.float32)}
    raw = {"image": np.full((1, 4, 4, 1), 3, np.float32)}
    assert small.heatmap is not None
    assert small_raw.heatmap is not None
    assert small.heatmap(heat, raw).tolist() == [[1, 1], [1, 1]]
    assert small_raw.heatmap(heat, raw).tolist() == [[3, 3], [3, 3]]


def test_connections_of_decorators_are_kept_where_there_is_no_integration_test() -> None:
    made = load("heatmaps")

    assert made.losses[0].connections == (
        Connection("truth", "ground_truth", "value"),
        Connection("guess", "prediction", "value"),
    )
    assert made.visualizers[1].connections == (Connection("image", "prediction", "value"),)
    assert made.model is None


def test_what_is_not_run_is_told_in_one_sentence_each() -> None:
    made = load("not_yet")

    assert made.notes == ("The simulation 'noise' is not run: percepta does not make samples yet.",)
    assert measure(made, batch(made, "training", y=[[1], [3]])).columns["gap"].tolist() == [0, 2]


def test_functions_set_without_wiring_are_connected_by_name_and_said_so() -> None:
    made = load("set_style")

    assert made.losses[0].connections == (
        Connection("y_true", "ground_truth", "sentiment"),
        Connection("y_pred", "prediction", "sentiment"),
    )
    assert any("'squared' is connected by its arguments' names" in note for note in made.notes)
    assert any("'show' is left out" in note for note in made.notes)
    [reading] = read(made, "training", 1)
    assert reading.inputs["words"].tolist() == [2, 1, 0]
    assert reading.metadata == {"letters": 8, "nothing": None}


def test_scripts_with_names_that_the_real_package_has_given_up() -> None:
    made = load("old_names")

    assert [(e.name, e.fed) for e in made.inputs] == [("image", True), ("size", True)]
    assert list(named(made, "training").ids) == ["1", "2", "1_0", "2_0", "2_1"]
    rows = read(made, "training")
    assert rows[4].mask is not None
    assert rows[4].mask.all()
    assert rows[4].metadata["builtin_instance_metadata_instance_name"] == "object 1"
    assert [(m.name, m.connections) for m in made.metrics] == [
        (
            "to the truth",
            (
                Connection("truth", "ground_truth", "count"),
                Connection("guess", "prediction", "count"),
            ),
        )
    ]
    assert made.visualizers[0].connections == (Connection("values", "input", "size"),)
