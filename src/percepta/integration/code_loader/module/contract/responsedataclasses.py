"""`code_loader.contract.responsedataclasses`: boxes, analysis settings, and the parse result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Union  # noqa: F401, UP035 - scripts star-import them

from percepta.integration.code_loader.module.contract.enums import (
    DatasetMetadataType,
    LeapDataType,
)
from percepta.integration.code_loader.module.contract.mapping import NodeConnection


@dataclass
class BoundingBox:
    """A box on a picture.

    Attributes:
        x: horizontal centre, a share of the width.
        y: vertical centre, a share of the height.
        width: a share of the width.
        height: a share of the height.
        confidence: 0..1.
        label: name shown with the box.
        rotation: degrees.
        metadata: more values shown with the box.
    """

    x: float
    y: float
    width: float
    height: float
    confidence: float
    label: str
    rotation: float = 0.0
    metadata: dict[str, str | int | float] | None = None


@dataclass
class BoundingBox3D:
    """A box in a point cloud, in the cloud's units.

    Attributes:
        x: centre.
        y: centre.
        z: centre.
        width: extent along the box's own y.
        length: extent along the box's own x.
        height: extent along z.
        yaw: radians about +z.
        label: name shown with the box.
        confidence: 0..1.
        is_ground_truth: whether it is ground truth, not a prediction.
        metadata: more values shown with the box.
    """

    x: float
    y: float
    z: float
    width: float
    length: float
    height: float
    yaw: float
    label: str
    confidence: float = 1.0
    is_ground_truth: bool = False
    metadata: dict[str, str | int | float] | None = None


@dataclass
class LeapAnalysisConfiguration:
    """Settings of the analysis: ``leap_binder.leap_analysis_configuration``."""

    domain_gap_metadata: list[str] | None = None
    feature_flags: list[str] | None = None
    deterministic_results: bool | None = None
    ignore_latent_spaces: list[str] | None = None


@dataclass
class DatasetPreprocess:
    """Number of samples of each subset."""

    training_length: int
    validation_length: int
    test_length: int | None = None
    unlabeled_length: int | None = None
    additional_length: int | None = None


@dataclass
class DatasetBaseSectionInstance:
    """A named function of the script."""

    name: str


@dataclass
class DatasetInputInstance(DatasetBaseSectionInstance):
    """An input and the shape of one sample."""

    shape: list[int]
    channel_dim: int | None = -1


@dataclass
class DatasetMetadataInstance(DatasetBaseSectionInstance):
    """A metadata field."""

    type: DatasetMetadataType


@dataclass
class DatasetOutputInstance(DatasetBaseSectionInstance):
    """A ground truth and the shape of one sample."""

    shape: list[int]


@dataclass
class VisualizerInstance:
    """A visualizer."""

    name: str
    type: LeapDataType
    arg_names: list[str]


@dataclass
class MetricInstance:
    """A metric."""

    name: str
    arg_names: list[str]


@dataclass
class CustomLossInstance:
    """A loss."""

    name: str
    arg_names: list[str]


@dataclass
class CustomLayerInstance:
    """A layer class of the script."""

    name: str
    init_arg_names: list[str]
    call_arg_names: list[str]
    use_custom_latent_space: bool = False


@dataclass
class PredictionTypeInstance:
    """The labels of an output."""

    name: str
    labels: list[str]
    channel_dim: int


@dataclass
class SimulationInstance:
    """A simulation and its parameters."""

    name: str
    sim_config: dict[str, Any]


@dataclass
class DatasetSetup:
    """Everything a script registered."""

    preprocess: DatasetPreprocess
    inputs: list[DatasetInputInstance]
    metadata: list[DatasetMetadataInstance]
    outputs: list[DatasetOutputInstance]
    visualizers: list[VisualizerInstance]
    prediction_types: list[PredictionTypeInstance]
    custom_losses: list[CustomLossInstance]
    metrics: list[MetricInstance] = field(default_factory=list)
    simulations: list[SimulationInstance] = field(default_factory=list)
    has_element_instances: bool = False


@dataclass
class ModelSetup:
    """What a script brings for the model."""

    custom_layers: list[CustomLayerInstance]


@dataclass
class DatasetTestResultPayload:
    """Outcome of trying one function."""

    name: str
    display: dict[str, str] = field(default_factory=dict)
    is_passed: bool = True
    shape: list[int] | None = None
    raw_result: Any | None = None
    handler_type: str | None = None


@dataclass
class EngineFileContract:
    """The wiring and the analysis settings of a script."""

    node_connections: list[NodeConnection] | None = None
    leap_analysis_configuration: LeapAnalysisConfiguration | None = None


@dataclass
class DatasetIntegParseResult:
    """Outcome of parsing a script."""

    payloads: list[DatasetTestResultPayload]
    is_valid: bool
    is_valid_for_model: bool | None = False
    setup: DatasetSetup | None = None
    model_setup: ModelSetup | None = None
    general_error: str | None = None
    print_log: str | None = None
    engine_file_contract: EngineFileContract | None = None
