"""Parsing a script with either package, in a form that can be compared."""

from __future__ import annotations

import importlib
from typing import Any


def parsed(package: str, folder: str, script: str) -> dict[str, Any]:
    """Return what `LeapLoader` of a package says about a script, and the wiring that was recorded."""
    loader = importlib.import_module(package).LeapLoader(folder, script)
    result = loader.check_dataset()
    if not result.is_valid:
        return {"valid": False, "error": bool(result.general_error or failed(result))}
    setup = result.setup
    states = loader.get_preprocess_sample_ids()
    binder = importlib.import_module(package).leap_binder
    return {
        "valid": True,
        "valid for model": result.is_valid_for_model,
        "subsets": {state.name: list(ids) for state, ids in states.items()},
        "lengths": setup.preprocess,
        "id type": loader.get_sample_id_type().__name__,
        "inputs": setup.inputs,
        "ground truths": setup.outputs,
        "metadata": setup.metadata,
        "predictions": setup.prediction_types,
        "visualizers": setup.visualizers,
        "metrics": setup.metrics,
        "losses": setup.custom_losses,
        "simulations": setup.simulations,
        "objects": setup.has_element_instances,
        "layers": result.model_setup,
        "spaces": list(loader.get_custom_latent_space_names()),
        "payloads": [
            (p.name, p.is_passed) for p in result.payloads if p.name not in skipped(setup)
        ],
        "wiring": binder.mapping_connections,
        "first samples": {
            state.name: sample(loader, state, first(ids)) for state, ids in states.items()
        },
    }


def skipped(setup: Any) -> list[str]:
    """Return what the real package tries when it parses, and ours leaves alone."""
    return ["model_custom_latent_space", *(simulation.name for simulation in setup.simulations)]


def failed(result: Any) -> list[str]:
    """Names of what did not pass."""
    return [payload.name for payload in result.payloads if not payload.is_passed]


def first(ids: Any) -> Any:
    """Return the first id, in a group or not."""
    return ids[0][0] if isinstance(ids[0], list) else ids[0]


def sample(loader: Any, state: Any, sample_id: Any) -> dict[str, Any]:
    """Return everything about a sample; what metadata are instead of None differs, and is left out."""
    found = loader.get_sample(state, sample_id)
    absent = found.metadata_is_none
    return {
        "inputs": found.inputs,
        "gt": found.gt,
        "metadata": {k: v for k, v in found.metadata.items() if not absent[k]},
        "absent": absent,
        "index": found.index,
    }
