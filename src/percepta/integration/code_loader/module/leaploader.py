"""``LeapLoader``: a script run and asked by hand, for those that do so under ``__main__``."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from percepta.core.errors import PerceptaError
from percepta.integration.code_loader.module.contract.datasetclasses import (
    CustomLayerHandler,
    CustomLossHandlerData,
    DatasetSample,
    MetricHandlerData,
    PredictionTypeHandler,
    PreprocessResponse,
    SamplePreprocessResponse,
    VisualizerHandlerData,
)
from percepta.integration.code_loader.module.contract.enums import DataStateEnum
from percepta.integration.code_loader.module.contract.responsedataclasses import (
    DatasetIntegParseResult,
    DatasetSetup,
    ModelSetup,
)
from percepta.integration.code_loader.module.utils import sample_preprocess_response_arg_name

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

Arrays = dict[str, Any]
Function = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A script that has run; ``code_loader`` can be imported for as long as this lives."""

    binder: LeapBinder


class LeapLoader:
    """Runs a script, and calls its functions by their registered names.

    Args:
        code_path: the project's folder.
        code_entry_name: its entry script, relative to that folder.
    """

    def __init__(self, code_path: str, code_entry_name: str) -> None:
        self.code_path = code_path
        self.code_entry_name = code_entry_name

    # ---- running --------------------------------------------------------------------------------

    @cached_property
    def _loaded(self) -> _Loaded:
        from percepta.integration.code_loader.loading import load_with
        from percepta.integration.code_loader.project import Project

        root = Path(self.code_path).resolve()
        script = root / self.code_entry_name
        project = Project(script, tuple(dict.fromkeys((script.parent, root))), root)
        return load_with(project, lambda binder, _: _Loaded(binder))

    @property
    def _binder(self) -> LeapBinder:
        return self._loaded.binder

    def exec_script(self) -> None:
        """Run the script, once.

        Raises:
            IntegrationError: it fails.
        """
        _ = self._loaded

    def check_dataset(self) -> DatasetIntegParseResult:
        """Run the script and try its data functions on the first sample of each subset."""
        from percepta.integration.code_loader.module.inner_leap_binder import _parse_result

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                binder = self._binder
            except PerceptaError as error:
                return DatasetIntegParseResult([], False, general_error=str(error))
            result = _parse_result.parse(binder)
        result.print_log = printed.getvalue()
        return result

    def get_dataset_setup_response(self, handlers_test_payloads: list[Any]) -> DatasetSetup:
        """Describe what the script declares, with the shapes that a check saw."""
        from percepta.integration.code_loader.module.inner_leap_binder import _parse_result

        return _parse_result.setup_of(self._binder, handlers_test_payloads)

    def get_model_setup_response(self) -> ModelSetup:
        """Describe the script's own layers."""
        from percepta.integration.code_loader.module.inner_leap_binder import _parse_result

        return _parse_result.model_setup_of(self._binder)

    # ---- what is declared -------------------------------------------------------------------------

    def metric_by_name(self) -> dict[str, MetricHandlerData]:
        """Metrics, built-in ones first."""
        metrics = self._binder.setup_container.metrics
        return {h.metric_handler_data.name: h.metric_handler_data for h in metrics}

    def instance_metric_by_name(self) -> dict[str, MetricHandlerData]:
        """Metrics of objects."""
        metrics = self._binder.setup_container.instance_metrics
        return {h.metric_handler_data.name: h.metric_handler_data for h in metrics}

    def visualizer_by_name(self) -> dict[str, VisualizerHandlerData]:
        """Visualizers, built-in ones first."""
        visualizers = self._binder.setup_container.visualizers
        return {h.visualizer_handler_data.name: h.visualizer_handler_data for h in visualizers}

    def custom_loss_by_name(self) -> dict[str, CustomLossHandlerData]:
        """Losses, built-in ones first."""
        losses = self._binder.setup_container.custom_loss_handlers
        return {h.custom_loss_handler_data.name: h.custom_loss_handler_data for h in losses}

    def custom_layers(self) -> dict[str, CustomLayerHandler]:
        """The script's own layers."""
        layers: dict[str, CustomLayerHandler] = self._binder.setup_container.custom_layers
        return layers

    def prediction_type_by_name(self) -> dict[str, PredictionTypeHandler]:
        """Predictions, in the model's order."""
        return {one.name: one for one in self._binder.setup_container.prediction_types}

    def get_prediction_names_in_order(self) -> list[str]:
        """Names of the predictions, in the model's order."""
        return list(self.prediction_type_by_name())

    def get_custom_latent_space_names(self) -> tuple[str, ...]:
        """Names of the script's own latent spaces."""
        return tuple(self._binder.setup_container.custom_latent_spaces)

    def has_custom_latent_space_decorator(self) -> bool:
        """Whether it has any."""
        return bool(self.get_custom_latent_space_names())

    def is_custom_latent_space(self) -> bool:
        """Whether it, or a layer of its own, has any."""
        layers = self.custom_layers().values()
        return self.has_custom_latent_space_decorator() or any(
            layer.use_custom_latent_space for layer in layers
        )

    def has_autoregressive_step(self) -> bool:
        """Whether its model is run again on what it gave."""
        return self._binder.setup_container.autoregressive_step is not None

    def has_false_positive_instances(self) -> bool:
        """Whether detections without ground truth are rows."""
        return self._binder.setup_container.false_positive_instances is not None

    # ---- samples ----------------------------------------------------------------------------------

    def get_preprocess_sample_ids(
        self, update_unlabeled_preprocess: bool = False
    ) -> dict[DataStateEnum, list[Any]]:
        """Ids (or groups of ids) by subset."""
        found = self._responses()
        return {state: response.sample_ids or [] for state, response in found.items()}

    def get_sample_id_type(self) -> type:
        """Type of the ids."""
        first = next(iter(self._responses().values()))
        return first.sample_id_type or str

    def get_sample(
        self, state: DataStateEnum, sample_id: Any, instance_id: int | None = None
    ) -> DatasetSample:
        """Everything about one sample, or about one object of it."""
        setup = self._binder.setup_container
        metadata, absent = self.get_metadata(state, sample_id)
        response = self._responses()[state]
        masks = None
        if instance_id is not None:
            found = {
                h.name: h.function(sample_id, response, instance_id) for h in setup.instance_masks
            }
            masks = {name: mask for name, mask in found.items() if mask is not None}
        return DatasetSample(
            inputs=self._of_sample(setup.inputs, state, sample_id),
            gt=None if state is DataStateEnum.unlabeled else self.get_gt(state, sample_id),
            metadata=metadata,
            metadata_is_none=absent,
            index=sample_id,
            state=state,
            instance_masks=masks,
        )

    def get_gt(self, state: DataStateEnum, sample_id: Any) -> Arrays:
        """Ground truths of one sample, by name."""
        return self._of_sample(self._binder.setup_container.ground_truths, state, sample_id)

    def get_metadata(
        self,
        state: DataStateEnum,
        sample_id: Any,
        requested_metadata_names: list[str] | None = None,
    ) -> tuple[dict[str, Any], dict[str, bool]]:
        """Metadata of one sample by name, and which of them are absent."""
        from percepta.integration.code_loader.described import as_type

        values: dict[str, Any] = {}
        for handler in self._binder.setup_container.metadata:
            kinds = handler.metadata_type
            [value] = self._of_sample([handler], state, sample_id).values()
            entries = value.items() if isinstance(value, dict) else [(None, value)]
            for key, entry in entries:
                name = handler.name if key is None else f"{handler.name}_{key}"
                kind = kinds.get(str(key)) if isinstance(kinds, Mapping) else kinds
                values[name] = as_type(entry, kind)
        wanted = requested_metadata_names or list(values)
        return {n: values[n] for n in wanted}, {n: values[n] is None for n in wanted}

    # ---- behind the model -------------------------------------------------------------------------

    def run_metric(
        self,
        metric_name: str,
        sample_ids: Any,
        state: DataStateEnum,
        input_tensors_by_arg_name: Arrays,
    ) -> Any:
        """Call a metric."""
        metrics = self._binder.setup_container.metrics
        found = {h.metric_handler_data.name: h.function for h in metrics}
        return self._run(found[metric_name], sample_ids, state, input_tensors_by_arg_name)

    def run_instance_metric(
        self,
        metric_name: str,
        sample_ids: Any,
        state: DataStateEnum,
        input_tensors_by_arg_name: Arrays,
    ) -> Any:
        """Call a metric of objects."""
        metrics = self._binder.setup_container.instance_metrics
        found = {h.metric_handler_data.name: h.function for h in metrics}
        return self._run(found[metric_name], sample_ids, state, input_tensors_by_arg_name)

    def run_custom_loss(
        self,
        custom_loss_name: str,
        sample_ids: Any,
        state: DataStateEnum,
        input_tensors_by_arg_name: Arrays,
    ) -> Any:
        """Call a loss."""
        losses = self._binder.setup_container.custom_loss_handlers
        found = {h.custom_loss_handler_data.name: h.function for h in losses}
        return self._run(found[custom_loss_name], sample_ids, state, input_tensors_by_arg_name)

    def run_visualizer(
        self,
        visualizer_name: str,
        sample_ids: Any,
        state: DataStateEnum,
        input_tensors_by_arg_name: Arrays,
    ) -> Any:
        """Call a visualizer."""
        visualizers = self._binder.setup_container.visualizers
        found = {h.visualizer_handler_data.name: h.function for h in visualizers}
        return self._run(found[visualizer_name], sample_ids, state, input_tensors_by_arg_name)

    # ---- inside -----------------------------------------------------------------------------------

    def _responses(self) -> dict[DataStateEnum, PreprocessResponse]:
        return self._binder.get_preprocess_result()

    def _of_sample(self, handlers: Any, state: DataStateEnum, sample_id: Any) -> Arrays:
        response = self._responses()[state]
        if response.is_grouped:
            return {h.name: h.function([sample_id], response)[0] for h in handlers}
        return {h.name: h.function(sample_id, response) for h in handlers}

    def _run(
        self, function: Function, sample_ids: Any, state: DataStateEnum, arrays: Arrays
    ) -> Any:
        told = sample_preprocess_response_arg_name(function)
        if told is None:
            return function(**arrays)
        who = SamplePreprocessResponse(np.asarray(sample_ids), self._responses()[state])
        return function(**arrays, **{told: who})
