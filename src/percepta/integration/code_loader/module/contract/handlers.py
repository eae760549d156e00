"""What a script registered: one handler a function, all of them in `DatasetIntegrationSetup`.

Scripts import these from `code_loader.contract.datasetclasses`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from percepta.integration.code_loader.module.contract.elements import PredictionTypeHandler
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
    DatasetMetadataType,
    DataStateType,
    LatentSpaceReduction,
    LeapDataType,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.interfaces import (
    Array,
    AutoregressiveStepCallableInterface,
    ConfusionMatrixCallableInterfaceMultiArgs,
    CustomCallableInterface,
    CustomCallableInterfaceMultiArgs,
    CustomMultipleReturnCallableInterfaceMultiArgs,
    InstanceCallableInterface,
    InstanceSectionCallableInterface,
    MetadataSectionCallableInterface,
    SectionCallableInterface,
    VisualizerCallableInterface,
)
from percepta.integration.code_loader.module.contract.preprocess_response import PreprocessResponse
from percepta.integration.code_loader.module.contract.sim_config import SimConfig


@dataclass
class PreprocessHandler:
    """The function that lists the samples, and how many it gave."""

    function: Callable[[], list[PreprocessResponse]]
    data_length: dict[DataStateType, int] = field(default_factory=dict)


@dataclass
class UnlabeledDataPreprocessHandler:
    """The function that lists unlabeled samples, the older way."""

    function: Callable[[], PreprocessResponse]
    data_length: int = 0


@dataclass
class DatasetBaseHandler:
    """A function that reads one array of a sample."""

    name: str
    function: SectionCallableInterface


@dataclass
class InputHandler(DatasetBaseHandler):
    """An input encoder."""

    shape: list[int] | None = None
    channel_dim: int | None = -1


@dataclass
class GroundTruthHandler(DatasetBaseHandler):
    """A ground-truth encoder."""

    shape: list[int] | None = None


@dataclass
class MetadataHandler:
    """A metadata function."""

    name: str
    function: MetadataSectionCallableInterface
    metadata_type: DatasetMetadataType | dict[str, DatasetMetadataType] | None = None


@dataclass
class VisualizerHandlerData:
    """Name, kind and arguments of a visualizer."""

    name: str
    type: LeapDataType
    arg_names: list[str]


@dataclass
class VisualizerHandler:
    """A visualizer."""

    visualizer_handler_data: VisualizerHandlerData
    function: VisualizerCallableInterface
    heatmap_function: Callable[..., Array] | None = None


@dataclass
class MetricHandlerData:
    """Name, arguments and direction of a metric; dicts are by the keys of its result."""

    name: str
    arg_names: list[str]
    direction: MetricDirection | dict[str, MetricDirection] | None = MetricDirection.Downward
    compute_insights: bool | dict[str, bool] | None = None


@dataclass
class MetricHandler:
    """A metric."""

    metric_handler_data: MetricHandlerData
    function: CustomCallableInterfaceMultiArgs | ConfusionMatrixCallableInterfaceMultiArgs


@dataclass
class InstanceMetricHandler:
    """A metric of each object in a sample."""

    metric_handler_data: MetricHandlerData
    function: CustomMultipleReturnCallableInterfaceMultiArgs


@dataclass
class CustomLossHandlerData:
    """Name and arguments of a loss."""

    name: str
    arg_names: list[str]


@dataclass
class CustomLossHandler:
    """A loss."""

    custom_loss_handler_data: CustomLossHandlerData
    function: CustomCallableInterface


@dataclass
class CustomLayerHandler:
    """A layer class of the script."""

    name: str
    layer: type[Any]
    init_arg_names: list[str]
    call_arg_names: list[str]
    use_custom_latent_space: bool = False


@dataclass
class CustomLatentSpaceHandler:
    """A latent space of one's own."""

    function: SectionCallableInterface | InstanceSectionCallableInterface
    name: str = "custom_latent_space"
    use_ls_for_analysis: bool = False
    instance_aware: bool = False
    computed_at: CustomLatentSpaceComputedAt = CustomLatentSpaceComputedAt.DATASET
    arg_names: list[str] | None = None
    reduce: LatentSpaceReduction | None = None
    n_components: int = 512
    channel_axis: int = -1


@dataclass
class ElementInstanceMasksHandler:
    """A function that finds the objects in a sample."""

    name: str
    function: InstanceCallableInterface


@dataclass
class FalsePositiveInstancesHandler:
    """A function that finds detections without a ground truth."""

    name: str
    function: Callable[..., Any]


@dataclass
class SimulationHandler:
    """A function that makes samples."""

    name: str
    function: Callable[..., PreprocessResponse]
    sim_config: SimConfig


@dataclass
class AutoregressiveStepHandler:
    """The function that makes the next inputs of a model from its last outputs."""

    function: AutoregressiveStepCallableInterface
    name: str = "autoregressive_step"
    input_shapes: dict[str, list[int]] | None = None
    latent_space_aggregation: str = "last_step"


@dataclass
class AutoregressiveMetricHandler:
    """A metric of a whole chain of steps."""

    metric_handler_data: MetricHandlerData
    function: CustomCallableInterfaceMultiArgs


@dataclass
class AutoregressiveLossHandler:
    """A loss of a whole chain of steps."""

    custom_loss_handler_data: CustomLossHandlerData
    function: CustomCallableInterface


@dataclass
class AutoregressiveVisualizerHandler:
    """A visualizer of a whole chain of steps."""

    visualizer_handler_data: VisualizerHandlerData
    function: VisualizerCallableInterface


@dataclass
class DatasetIntegrationSetup:
    """Everything a script registered: ``leap_binder.setup_container``."""

    preprocess: PreprocessHandler | None = None
    unlabeled_data_preprocess: UnlabeledDataPreprocessHandler | None = None
    visualizers: list[VisualizerHandler] = field(default_factory=list)
    inputs: list[InputHandler] = field(default_factory=list)
    instance_masks: list[ElementInstanceMasksHandler] = field(default_factory=list)
    false_positive_instances: FalsePositiveInstancesHandler | None = None
    false_positive_empty_gt: dict[str, Callable[..., Any]] = field(default_factory=dict)
    false_positive_custom_latent_spaces: dict[str, Callable[..., Any]] = field(default_factory=dict)
    ground_truths: list[GroundTruthHandler] = field(default_factory=list)
    metadata: list[MetadataHandler] = field(default_factory=list)
    prediction_types: list[PredictionTypeHandler] = field(default_factory=list)
    custom_loss_handlers: list[CustomLossHandler] = field(default_factory=list)
    metrics: list[MetricHandler] = field(default_factory=list)
    instance_metrics: list[InstanceMetricHandler] = field(default_factory=list)
    custom_layers: dict[str, CustomLayerHandler] = field(default_factory=dict)
    custom_latent_spaces: dict[str, CustomLatentSpaceHandler] = field(default_factory=dict)
    simulations: list[SimulationHandler] = field(default_factory=list)
    autoregressive_step: AutoregressiveStepHandler | None = None
    autoregressive_metrics: list[AutoregressiveMetricHandler] = field(default_factory=list)
    autoregressive_losses: list[AutoregressiveLossHandler] = field(default_factory=list)
    autoregressive_visualizers: list[AutoregressiveVisualizerHandler] = field(default_factory=list)
