"""What functions of a script are given and return, one value at a time.

Scripts import these from `code_loader.contract.datasetclasses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.enums import (
    ConfusionMatrixValue,
    DataStateEnum,
)
from percepta.integration.code_loader.module.contract.preprocess_response import (
    PreprocessResponse,
    SampleId,
)

Scalar = int | float | str | bool | None


@dataclass
class PredictionTypeHandler:
    """The labels of one output of the model.

    Attributes:
        name: its name.
        labels: a label per class.
        channel_dim: the axis of the classes, the batch axis counted; unset: the last.
    """

    name: str
    labels: list[str]
    channel_dim: int | Literal["tl_default_value"] = "tl_default_value"


@dataclass
class ConfusionMatrixElement:
    """One yes-or-no decision.

    Attributes:
        label: the class it is about.
        expected_outcome: whether the ground truth says yes.
        predicted_probability: what the model gives yes, 0..1.
        id: the thing it is about.
    """

    label: str
    expected_outcome: ConfusionMatrixValue
    predicted_probability: float
    id: str = ""


@dataclass
class SamplePreprocessResponse:
    """The samples of a batch, for functions that ask for them.

    Attributes:
        sample_ids: ids, ``[B]``.
        preprocess_response: their subset.
    """

    sample_ids: npt.NDArray[Any]
    preprocess_response: PreprocessResponse


@dataclass
class RawInputsForHeatmap:
    """The arrays behind a visualizer's arguments, for its heat-map function.

    Attributes:
        raw_input_by_vizualizer_arg_name: array by the name of the argument.
    """

    raw_input_by_vizualizer_arg_name: dict[str, npt.NDArray[np.float32]]


@dataclass
class ElementInstance:
    """One object in a sample.

    Attributes:
        name: its class.
        mask: where it is, in the sample's picture.
        instance_metadata: values of its own.
        instance_metadata_is_none: which of them are absent.
        instance_metrics: metrics of its own.
    """

    name: str
    mask: npt.NDArray[np.float32]
    instance_metadata: dict[str, Scalar] | None = None
    instance_metadata_is_none: dict[str, bool] | None = None
    instance_metrics: dict[str, float] | None = None


@dataclass
class DatasetSample:
    """All arrays and metadata of one sample.

    Attributes:
        inputs: by name, without a batch axis.
        gt: ground truths by name; None for unlabeled samples.
        metadata: by name.
        metadata_is_none: which metadata are absent.
        index: the sample's id.
        state: its subset.
        custom_latent_spaces: vectors by name.
        instance_masks: objects by name.
    """

    inputs: dict[str, npt.NDArray[np.float32]]
    gt: dict[str, npt.NDArray[np.float32]] | None
    metadata: dict[str, Scalar]
    metadata_is_none: dict[str, bool]
    index: SampleId
    state: DataStateEnum
    custom_latent_spaces: dict[str, npt.NDArray[np.float32]] | None = None
    instance_masks: dict[str, ElementInstance] | None = None
