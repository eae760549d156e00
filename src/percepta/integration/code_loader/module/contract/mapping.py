"""`code_loader.contract.mapping`: the nodes and connections that an integration test records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Dict, List, Optional  # noqa: F401, UP035 - star imports of scripts have them


class NodeMappingType(Enum):
    """Kind of a node; predictions and model inputs are numbered."""

    Visualizer = "Visualizer"
    Metric = "Metric"
    GroundTruth = "GroundTruth"
    Input = "Input"
    Layer = "Layer"
    Loss = "Loss"
    CustomLoss = "CustomLoss"
    Optimizer = "Optimizer"
    Prediction0 = "Prediction0"
    Prediction1 = "Prediction1"
    Prediction2 = "Prediction2"
    Prediction3 = "Prediction3"
    Prediction4 = "Prediction4"
    Prediction5 = "Prediction5"
    Prediction6 = "Prediction6"
    Prediction7 = "Prediction7"
    Prediction8 = "Prediction8"
    Prediction9 = "Prediction9"
    Input0 = "Input0"
    Input1 = "Input1"
    Input2 = "Input2"
    Input3 = "Input3"
    Input4 = "Input4"
    Input5 = "Input5"
    Input6 = "Input6"
    Input7 = "Input7"
    Input8 = "Input8"
    Input9 = "Input9"
    PredictionLabels = "PredictionLabels"
    CustomLatentSpace = "CustomLatentSpace"


@dataclass
class NodeMapping:
    """A function of the script, a prediction or a model input.

    Attributes:
        name: the registered name; empty for a prediction.
        type: kind.
        user_unique_name: name of this use of the function, where it is used several times.
        sub_type: more about the kind.
        arg_names: names of the function's arguments.
    """

    name: str
    type: NodeMappingType
    user_unique_name: str | None = None
    sub_type: str | None = None
    arg_names: list[str] | None = None


@dataclass
class NodeConnection:
    """A node and what feeds its arguments.

    Attributes:
        node: the node.
        node_inputs: source of each argument; None for a source.
    """

    node: NodeMapping
    node_inputs: dict[str, NodeMapping] | None


@dataclass(eq=False)
class _Output:
    """An output of the model, for ``connects_to``.

    Attributes:
        node_mapping: the node of the prediction.
    """

    node_mapping: NodeMapping

    def __call__(self) -> None:
        """Stand beside encoders in ``connects_to``, which are called; there is nothing to do."""


def leap_output(idx: int) -> _Output:
    """Return the model's output of this index.

    Raises:
        ValueError: it is not 0..9.
    """
    return _Output(NodeMapping("", NodeMappingType(f"Prediction{idx}")))
