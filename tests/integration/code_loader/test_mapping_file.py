"""`leap_mapping.yaml` tells the wiring of projects without an integration test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from percepta.core.errors import IntegrationError
from percepta.core.subsets import SampleKey
from percepta.integration import Batch, Connection, load_script, measure

SCRIPT = Path(__file__).parent / "scripts" / "set_style.py"


def edge(key: str, operation: str, number: int, **more: str) -> dict[str, Any]:
    return {"outputKey": key, "operation": operation, "id": str(number), **more}


def item(operation: str, number: int, inputs: Any = None, outputs: Any = None, **data: Any) -> Any:
    """Return what was placed around the model."""
    return {
        "operation": operation,
        "id": str(number),
        "data": {"type": operation, **data},
        "inputs": inputs or {},
        "outputs": outputs or {},
    }


LAYER = edge("feature_map", "Dense", 1, name="dense")
TRUTH = edge("sentiment", "GroundTruth", 50)
MAPPING: dict[str, Any] = {
    "decorators": [
        item("Input", 40, outputs={"length": [edge("x", "Visualizer", 61)]}, output_name="length"),
        item("Input", 41, outputs={"words": [edge("x", "Embedding", 7)]}, output_name="words"),
        item("Input", 42, outputs={"mask": [edge("x", "Multiply", 8)]}, output_name="mask"),
        item("GroundTruth", 50, output_name="sentiment", selected="sentiment"),
        item(
            "Visualizer",
            60,
            {"tokens": [edge("words", "Input", 41)]},
            visualizer_name="show",
            user_unique_name="words shown",
            arg_names=["tokens"],
        ),
        item(
            "Visualizer",
            61,
            {"tokens": [edge("length", "Input", 40)]},
            visualizer_name="show",
            user_unique_name="length shown",
        ),
        item(
            "CustomLoss",
            70,
            {"y_pred": [LAYER], "y_true": [TRUTH]},
            {"loss": [{"inputKey": "0", "operation": "Adam", "id": "90"}]},
            selected="squared",
        ),
        item("CategoricalCrossentropy", 71, {"prediction": [LAYER], "ground_truth": [TRUTH]}),
        item(
            "Metric",
            80,
            {"prediction": [LAYER], "ground_truth": [TRUTH]},
            metric_name="Accuracy",
            user_unique_name="Accuracy",
        ),
        item("Adam", 90, {"0": [edge("loss", "CustomLoss", 70)]}, custom_input_keys=["90-0"]),
    ],
    "layers": [
        {"operation": "Dense", "name": "dense", "id": "1", "data": {"prediction_type": "sentiment"}}
    ],
}


def project(folder: Path, mapping: object) -> Path:
    """Write the script with a mapping beside it."""
    shutil.copy(SCRIPT, folder / "leap_binder.py")
    text = mapping if isinstance(mapping, str) else yaml.safe_dump(mapping, sort_keys=False)
    (folder / "leap_mapping.yaml").write_text(text)
    return folder


def test_the_mapping_becomes_connections(tmp_path: Path) -> None:
    made = load_script(project(tmp_path, MAPPING))

    assert [(e.name, e.fed) for e in made.inputs] == [
        ("words", True),
        ("mask", True),
        ("length", False),
    ]
    truth, guess = ("ground_truth", "sentiment"), ("prediction", "sentiment")
    assert [(loss.name, loss.connections) for loss in made.losses] == [
        ("squared", (Connection("y_pred", *guess), Connection("y_true", *truth))),
        (
            "CategoricalCrossentropy",
            (Connection("prediction", *guess), Connection("ground_truth", *truth)),
        ),
    ]
    assert [metric.name for metric in made.metrics] == ["Accuracy"]
    assert [(v.name, v.connections[0].name) for v in made.visualizers] == [
        ("words shown", "words"),
        ("length shown", "length"),
    ]
    assert made.notes == ()


def test_built_in_losses_and_metrics_measure(tmp_path: Path) -> None:
    made = load_script(project(tmp_path, MAPPING))
    samples = made.load_subsets()[0]
    keys = [SampleKey(samples.subset, sample_id) for sample_id in samples.ids]
    truth = np.float32([[0, 1], [0, 1]])
    guess = np.float32([[0.25, 0.75], [0.5, 0.5]])
    batch = Batch(keys, {}, {"sentiment": truth}, {"sentiment": guess}, samples)

    columns = measure(made, batch).columns

    assert columns["CategoricalCrossentropy"] == pytest.approx(-np.log([0.75, 0.5]), rel=1e-5)
    assert columns["squared"] == pytest.approx([0.125, 0.5])
    assert columns["Accuracy"][0] == 1


def test_layers_without_a_declared_prediction_are_numbered(tmp_path: Path) -> None:
    made = load_script(project(tmp_path, {**MAPPING, "layers": []}))
    assert made.losses[0].connections[0] == Connection("y_pred", "prediction", "sentiment")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("decorators: [", "cannot be read as YAML"),
        ("just text", "holds no mapping"),
        ({"decorators": ["nothing"]}, "holds 'nothing' among its decorators"),
        (
            {"decorators": [item("Metric", 30, {"prediction": [LAYER]}, metric_name="none")]},
            "the metric 'none', which the script does not declare",
        ),
        (
            {
                "decorators": [
                    item("Input", 1, outputs={"z": [edge("x", "Dense", 9)]}, output_name="z")
                ]
            },
            "feeds the model the input 'z'",
        ),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, mapping: object, said: str) -> None:
    with pytest.raises(IntegrationError, match=said) as caught:
        load_script(project(tmp_path, mapping))
    assert caught.value.fix
