"""``LeapBinder``: what a script declares, kept as the public API lays it out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from percepta.core.errors import IntegrationError
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.datasetclasses import (
    AutoregressiveLossHandler,
    AutoregressiveMetricHandler,
    AutoregressiveStepHandler,
    AutoregressiveVisualizerHandler,
    CustomLatentSpaceHandler,
    CustomLayerHandler,
    CustomLossHandler,
    CustomLossHandlerData,
    DatasetIntegrationSetup,
    ElementInstanceMasksHandler,
    FalsePositiveInstancesHandler,
    GroundTruthHandler,
    InputHandler,
    InstanceMetricHandler,
    MetadataHandler,
    MetricHandler,
    MetricHandlerData,
    PredictionTypeHandler,
    PreprocessHandler,
    PreprocessResponse,
    SimulationHandler,
    UnlabeledDataPreprocessHandler,
    VisualizerHandler,
    VisualizerHandlerData,
)
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
    DatasetMetadataType,
    DataStateEnum,
    LatentSpaceReduction,
    LeapDataType,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.contract.responsedataclasses import (
    LeapAnalysisConfiguration,
)
from percepta.integration.code_loader.module.contract.sim_config import parse_sim_config
from percepta.integration.code_loader.module.inner_leap_binder import _builtins, _parsing
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import slot
from percepta.integration.code_loader.module.inner_leap_binder._signatures import argument_names
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    MAPPING_VARIABLE,
    Mode,
    mode,
)
from percepta.integration.code_loader.module.utils import to_numpy_return_wrapper

mapping_runtime_mode_env_var_mame = MAPPING_VARIABLE
"""As the public API spells it."""

Direction = MetricDirection | dict[str, MetricDirection] | None
Insights = bool | dict[str, bool] | None


class LeapBinder:
    """Collects what a script declares; scripts may hang attributes of their own on it.

    Attributes:
        setup_container: everything declared, built-in metrics, losses and visualizers first.
        cache_container: whatever the script keeps there.
        mapping_connections: the wiring recorded from the integration test or from ``connects_to``.
        integration_test_func: the body of the integration test.
        load_model_func: the script's function that gives the model.
        explicit_channel_dims: channel axes that the script gave itself, by name of the input.
        model_input_indices: which input of the model an encoder feeds, where its decorator says so.
        leap_analysis_configuration: what the script asks of the analysis.
        batch_size_to_validate: kept for scripts that set it.
    """

    def __init__(self) -> None:
        self.setup_container = DatasetIntegrationSetup()
        self.cache_container: dict[str, Any] = {"word_to_index": {}}
        self.mapping_connections: list[NodeConnection] = []
        self.integration_test_func: Callable[..., Any] | None = None
        self.load_model_func: Callable[[], Any] | None = None
        self.explicit_channel_dims: dict[str, int] = {}
        self.model_input_indices: dict[int, str] = {}
        self.leap_analysis_configuration = LeapAnalysisConfiguration()
        self.batch_size_to_validate: int | None = None
        self._responses: dict[DataStateEnum, PreprocessResponse] | None = None
        _builtins.register(self)

    # ---- data -----------------------------------------------------------------------------------

    def set_preprocess(self, function: Callable[[], list[PreprocessResponse]]) -> None:
        """Set the function that gives the subsets; the last one set counts."""
        self.setup_container.preprocess = PreprocessHandler(function)
        self._responses = None

    def set_unlabeled_data_preprocess(self, function: Callable[[], PreprocessResponse]) -> None:
        """Set the function that gives the unlabeled subset."""
        self.setup_container.unlabeled_data_preprocess = UnlabeledDataPreprocessHandler(function)
        self._responses = None

    def set_input(self, function: Callable[..., Any], name: str, channel_dim: int = -1) -> None:
        """Add an input: ``(sample_id, preprocess) -> array``; lists and tensors become arrays."""
        made = InputHandler(name, to_numpy_return_wrapper(function), channel_dim=channel_dim)
        self.setup_container.inputs.append(made)
        if channel_dim != -1:
            self.explicit_channel_dims[name] = channel_dim

    def set_ground_truth(self, function: Callable[..., Any], name: str) -> None:
        """Add a ground truth: ``(sample_id, preprocess) -> array``; not called for unlabeled."""
        made = GroundTruthHandler(name, to_numpy_return_wrapper(function))
        self.setup_container.ground_truths.append(made)

    def set_metadata(
        self,
        function: Callable[..., Any],
        name: str,
        metadata_type: DatasetMetadataType | dict[str, DatasetMetadataType] | None = None,
    ) -> None:
        """Add metadata: ``(sample_id, preprocess) -> scalar | None | flat dict``."""
        self.setup_container.metadata.append(MetadataHandler(name, function, metadata_type))

    def set_instance_masks(self, function: Callable[..., Any], name: str) -> None:
        """Add masks of objects: ``(sample_id, preprocess, instance_id) -> ElementInstance``."""
        made = ElementInstanceMasksHandler(name, function)
        self.setup_container.instance_masks.append(made)

    def set_false_positive_instances(self, function: Callable[..., Any], name: str) -> None:
        """Set the function that gives objects the model sees and no ground truth has."""
        made = FalsePositiveInstancesHandler(name, function)
        self.setup_container.false_positive_instances = made

    def set_false_positive_empty_gt(self, function: Callable[..., Any], gt_name: str) -> None:
        """Set what a ground truth is for such an object."""
        self.setup_container.false_positive_empty_gt[gt_name] = function

    def set_false_positive_custom_latent_space(
        self, function: Callable[..., Any], name: str
    ) -> None:
        """Set what a latent space is for such an object."""
        self.setup_container.false_positive_custom_latent_spaces[name] = function

    def set_simulation(
        self, function: Callable[..., Any], name: str, sim_config_raw: dict[str, Any]
    ) -> None:
        """Add a simulation of samples."""
        self._new_name("simulation", name, [s.name for s in self.setup_container.simulations])
        made = SimulationHandler(name, function, parse_sim_config(sim_config_raw))
        self.setup_container.simulations.append(made)

    def set_model_inputs(self, *encoders: Any) -> None:
        """Tell which encoders feed the model, in its order, as older scripts do.

        Args:
            encoders: decorated input encoders, or one tuple of them.
        """
        given = (
            encoders[0]
            if len(encoders) == 1 and isinstance(encoders[0], tuple | list)
            else encoders
        )
        for index, encoder in enumerate(given):
            node = NodeMapping(encoder.node_mapping.name, slot("Input", index))
            self.mapping_connections.append(NodeConnection(node, None))

    # ---- behind the model -----------------------------------------------------------------------

    def add_prediction(
        self,
        name: str,
        labels: list[str],
        channel_dim: int = -1,
        prediction_index: int | None = None,
    ) -> None:
        """Add an output of the model, in its order."""
        made = PredictionTypeHandler(name, labels, channel_dim)
        self.setup_container.prediction_types.append(made)
        if prediction_index is not None:
            output = NodeMapping("", slot("Prediction", prediction_index))
            labelled = NodeMapping(name, NodeMappingType.PredictionLabels)
            self.mapping_connections.append(NodeConnection(labelled, {"temp": output}))

    def add_custom_loss(self, function: Callable[..., Any], name: str) -> None:
        """Add a loss: arrays with a batch axis -> one value per sample."""
        data = CustomLossHandlerData(name, argument_names(function))
        self.setup_container.custom_loss_handlers.append(CustomLossHandler(data, function))

    def add_custom_metric(
        self,
        function: Callable[..., Any],
        name: str,
        direction: Direction = MetricDirection.Downward,
        compute_insights: Insights = None,
    ) -> None:
        """Add a metric: arrays with a batch axis -> one value per sample, a dict, or decisions."""
        data = MetricHandlerData(name, argument_names(function), direction, compute_insights)
        self.setup_container.metrics.append(MetricHandler(data, function))

    def add_custom_instance_metric(
        self,
        function: Callable[..., Any],
        name: str,
        direction: Direction = MetricDirection.Downward,
        compute_insights: Insights = None,
    ) -> None:
        """Add a metric of objects."""
        data = MetricHandlerData(name, argument_names(function), direction, compute_insights)
        self.setup_container.instance_metrics.append(InstanceMetricHandler(data, function))

    def set_visualizer(
        self,
        function: Callable[..., Any],
        name: str,
        visualizer_type: LeapDataType,
        heatmap_visualizer: Callable[..., Any] | None = None,
    ) -> None:
        """Add a visualizer: arrays of one sample -> a ``Leap…`` value of its type."""
        data = VisualizerHandlerData(name, visualizer_type, argument_names(function))
        made = VisualizerHandler(data, function, heatmap_visualizer)
        self.setup_container.visualizers.append(made)

    def set_custom_layer(
        self,
        custom_layer: type[Any],
        name: str,
        inspect_layer: bool = False,
        kernel_index: int | None = None,
        use_custom_latent_space: bool = False,
    ) -> None:
        """Add a Keras layer that the model's file refers to by name."""
        if inspect_layer and kernel_index is not None:
            custom_layer.kernel_index = kernel_index
        made_with = inspect.getfullargspec(custom_layer.__init__).args[1:]
        called_with = inspect.getfullargspec(custom_layer.call).args[1:]
        self.setup_container.custom_layers[name] = CustomLayerHandler(
            name, custom_layer, made_with, called_with, use_custom_latent_space
        )

    def set_custom_latent_space(
        self,
        function: Callable[..., Any],
        name: str | None = None,
        use_ls_for_analysis: bool = False,
        instance_aware: bool = False,
        computed_at: CustomLatentSpaceComputedAt = CustomLatentSpaceComputedAt.DATASET,
        arg_names: list[str] | None = None,
        reduce: LatentSpaceReduction | None = None,
        n_components: int = 512,
        channel_axis: int = -1,
    ) -> None:
        """Add a latent space, of samples or of what the model gives."""
        chosen = name or "custom_latent_space"
        self._new_name("latent space", chosen, list(self.setup_container.custom_latent_spaces))
        self.setup_container.custom_latent_spaces[chosen] = CustomLatentSpaceHandler(
            function,
            chosen,
            use_ls_for_analysis,
            instance_aware,
            computed_at,
            arg_names,
            reduce,
            n_components,
            channel_axis,
        )

    # ---- one prediction after another: taken, and reported as not supported yet ------------------

    def set_autoregressive_step(
        self, function: Callable[..., Any], latent_space_aggregation: str = "last_step"
    ) -> None:
        """Set the step of a model that is run again on what it gave."""
        made = AutoregressiveStepHandler(
            function, latent_space_aggregation=latent_space_aggregation
        )
        self.setup_container.autoregressive_step = made

    def add_autoregressive_metric(
        self,
        function: Callable[..., Any],
        name: str,
        direction: Direction = MetricDirection.Downward,
        compute_insights: Insights = None,
    ) -> None:
        """Add a metric of a whole chain of steps."""
        metrics = self.setup_container.autoregressive_metrics
        self._new_name("metric", name, [m.metric_handler_data.name for m in metrics])
        data = MetricHandlerData(name, argument_names(function), direction, compute_insights)
        metrics.append(AutoregressiveMetricHandler(data, function))

    def add_autoregressive_loss(self, function: Callable[..., Any], name: str) -> None:
        """Add a loss of a whole chain of steps."""
        data = CustomLossHandlerData(name, argument_names(function))
        made = AutoregressiveLossHandler(data, function)
        self.setup_container.autoregressive_losses.append(made)

    def add_autoregressive_visualizer(
        self, function: Callable[..., Any], name: str, visualizer_type: LeapDataType
    ) -> None:
        """Add a visualizer of a whole chain of steps."""
        data = VisualizerHandlerData(name, visualizer_type, argument_names(function))
        made = AutoregressiveVisualizerHandler(data, function)
        self.setup_container.autoregressive_visualizers.append(made)

    # ---- running ----------------------------------------------------------------------------------

    def get_preprocess_result(self) -> dict[DataStateEnum, PreprocessResponse]:
        """Return the subsets by state, unlabeled ones included; the script's functions run once."""
        if self._responses is None:
            self._responses = _parsing.responses(self)
        return dict(self._responses)

    def get_preprocess_unlabeled_result(self) -> PreprocessResponse | None:
        """Return the unlabeled subset, if there is one."""
        return self.get_preprocess_result().get(DataStateEnum.unlabeled)

    def is_grouped(self) -> bool:
        """Whether ids come in groups that are read together."""
        return any(response.is_grouped for response in self.get_preprocess_result().values())

    def check_preprocess(self, preprocess_result: dict[DataStateEnum, PreprocessResponse]) -> None:
        """Refuse subsets without training or validation.

        Raises:
            IntegrationError: one of them is missing or empty.
        """
        _parsing.check_states(self, preprocess_result)

    def check_handlers(self, preprocess_result: dict[DataStateEnum, PreprocessResponse]) -> None:
        """Call every input, ground truth and metadata function for the first id of each subset.

        Raises:
            IntegrationError: one of them fails.
        """
        for part in _parsing.parts(self):
            _parsing.try_part(part, preprocess_result)

    def check(self) -> None:
        """Check the script's data functions, and print that they work.

        While percepta loads a script this does nothing: it checks the script itself, afterwards.

        Raises:
            IntegrationError: one of them fails.
        """
        if mode() is Mode.RECORDING:
            return
        responses = self.get_preprocess_result()
        self.check_preprocess(responses)
        self.check_handlers(responses)
        print("Successful!")

    def set_batch_size_to_validate(self, batch_size: int) -> None:
        """Keep the batch size a script would like to be checked with; percepta tries its own."""
        self.batch_size_to_validate = batch_size

    @staticmethod
    def _new_name(kind: str, name: str, taken: list[str]) -> None:
        if name in taken:
            raise IntegrationError(
                f"The {kind} {name!r} is declared twice.", where=caller(), fix="Rename one of them."
            )
