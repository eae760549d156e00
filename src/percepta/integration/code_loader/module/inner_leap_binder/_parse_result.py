"""The result of parsing a script, in the classes of the public API."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from percepta.core.errors import PerceptaError
from percepta.integration.code_loader.module.contract import responsedataclasses as parsed
from percepta.integration.code_loader.module.contract.enums import DataStateEnum
from percepta.integration.code_loader.module.inner_leap_binder._model import axis_of
from percepta.integration.code_loader.module.inner_leap_binder._parsing import (
    Part,
    Responses,
    check_states,
    parts,
    try_part,
)
from percepta.integration.code_loader.module.utils import (
    get_metadata_type_from_variable,
    get_shape,
    is_absent_metadata_value,
)

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

Payload = parsed.DatasetTestResultPayload


def parse(binder: LeapBinder) -> parsed.DatasetIntegParseResult:
    """Try the subsets and every function that describes a sample; tell which work."""
    tested = Payload("integration_test")
    if (
        os.environ.get("IS_TENSORLEAP_PLATFORM") == "true"
    ):  # as there: a script by hand may go without
        tested.is_passed = binder.integration_test_func is not None
    preprocess = Payload("preprocess")
    payloads = [tested, preprocess]
    try:
        responses = binder.get_preprocess_result()
        check_states(binder, responses)
    except Exception as error:
        preprocess.is_passed = False
        preprocess.display["error"] = _told(error)
        return parsed.DatasetIntegParseResult(payloads, False, general_error=_told(error))
    for part in parts(binder):
        payloads.extend(_tried(part, responses))
    valid = all(payload.is_passed for payload in payloads)
    return parsed.DatasetIntegParseResult(
        payloads,
        valid,
        is_valid_for_model=bool(binder.setup_container.custom_layers),
        setup=setup_of(binder, payloads) if valid else None,
        model_setup=model_setup_of(binder) if valid else None,
        engine_file_contract=parsed.EngineFileContract(
            binder.mapping_connections, binder.leap_analysis_configuration
        ),
    )


def setup_of(binder: LeapBinder, payloads: list[Any]) -> parsed.DatasetSetup:
    """Describe what a script declares, with the shapes that a check saw."""
    setup = binder.setup_container
    shapes = {(p.handler_type, p.name): p.shape or [] for p in payloads}
    responses = binder.get_preprocess_result()
    lengths = {f"{state.name}_length": len(response) for state, response in responses.items()}
    return parsed.DatasetSetup(
        preprocess=parsed.DatasetPreprocess(**lengths),
        inputs=[
            parsed.DatasetInputInstance(h.name, shapes["input", h.name], h.channel_dim)
            for h in setup.inputs
        ],
        outputs=[
            parsed.DatasetOutputInstance(h.name, shapes["ground_truth", h.name])
            for h in setup.ground_truths
        ],
        metadata=[
            parsed.DatasetMetadataInstance(p.name, p.raw_result)
            for p in payloads
            if p.handler_type == "metadata"
        ],
        visualizers=[
            parsed.VisualizerInstance(d.name, d.type, d.arg_names)
            for d in (h.visualizer_handler_data for h in setup.visualizers)
        ],
        prediction_types=[
            parsed.PredictionTypeInstance(p.name, p.labels, axis_of(p))
            for p in setup.prediction_types
        ],
        custom_losses=[
            parsed.CustomLossInstance(d.name, d.arg_names)
            for d in (h.custom_loss_handler_data for h in setup.custom_loss_handlers)
        ],
        metrics=[
            parsed.MetricInstance(d.name, d.arg_names)
            for d in (h.metric_handler_data for h in setup.metrics)
        ],
        simulations=[
            parsed.SimulationInstance(
                s.name, {name: _bounds(config) for name, config in s.sim_config.items()}
            )
            for s in setup.simulations
        ],
        has_element_instances=bool(setup.instance_masks) or bool(setup.false_positive_instances),
    )


def model_setup_of(binder: LeapBinder) -> parsed.ModelSetup:
    """Describe the script's own layers."""
    return parsed.ModelSetup(
        [
            parsed.CustomLayerInstance(
                h.name, h.init_arg_names, h.call_arg_names, h.use_custom_latent_space
            )
            for h in binder.setup_container.custom_layers.values()
        ]
    )


def _tried(part: Part, responses: Responses) -> list[Payload]:
    """Try one function: one result, or one for each key of metadata that are a dict."""
    try:
        results = try_part(part, responses)
    except Exception as error:
        return [
            Payload(part.name, {"error": _told(error)}, is_passed=False, handler_type=part.kind)
        ]
    first = next(iter(results.values()))
    grouped = next(iter(responses.values())).is_grouped
    if grouped:
        first = first[0]
    if part.kind != "metadata":
        shape = list(get_shape(first))
        part.handler.shape = shape
        return [Payload(part.name, _passed(results), shape=shape, handler_type=part.kind)]
    entries = first.items() if isinstance(first, dict) else [(None, first)]
    return [_described(part, key, value, _passed(results)) for key, value in entries]


def _described(part: Part, key: str | None, value: Any, passed: dict[str, str]) -> Payload:
    name = part.name if key is None else f"{part.name}_{key}"
    declared = part.handler.metadata_type
    kind = declared.get(key) if isinstance(declared, dict) else declared
    if kind is None and is_absent_metadata_value(value):
        fix = f"{name} is absent in the first sample: give the decorator its metadata_type."
        return Payload(name, {"error": fix}, is_passed=False, handler_type="metadata")
    kind = kind or get_metadata_type_from_variable(value)
    return Payload(name, passed, shape=[], raw_result=kind, handler_type="metadata")


def _passed(results: dict[DataStateEnum, Any]) -> dict[str, str]:
    return {state.name: "Successful" for state in results}


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, PerceptaError) else f"{type(error).__name__}: {error}"


def _bounds(config: Any) -> dict[str, Any]:
    return {"type": config.type.name, "bounds": dict(vars(config.bounds))}
