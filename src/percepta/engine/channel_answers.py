"""Answers to questions about channels, as JSON: what a warm worker sends, and the command line prints."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from percepta.engine.activations import activations
from percepta.engine.answers import map_to_json
from percepta.engine.explain import Explainer
from percepta.engine.laying import positions_at
from percepta.engine.shared_channels import GroupChannels, group_channels
from percepta.models import Layer
from percepta.storage import Run


def activations_of(explainer: Explainer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Look where channels fire.

    Args:
        explainer: of the run.
        params: ``rows``, ``layer``, ``channels``.
    """
    started = time.perf_counter()
    found = activations(explainer, params["rows"], params["layer"], params["channels"])
    return {
        "rows": list(found.rows),
        "layer": found.layer,
        "channels": list(found.channels),
        "responses": found.responses.tolist(),
        "maps": [map_to_json(heat) for heat in found.maps],
        "notes": list(found.notes),
        "seconds": round(time.perf_counter() - started, 4),
    }


def shared(explainer: Explainer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Find the channels that a group shares.

    Args:
        explainer: of the run.
        params: ``rows`` and, where given, ``space``.
    """
    started = time.perf_counter()
    found = group_channels(explainer, params["rows"], params.get("space"))
    told = shared_to_json(explainer.run, found)
    return told | {"seconds": round(time.perf_counter() - started, 4)}


def shared_to_json(run: Run, found: GroupChannels) -> dict[str, Any]:
    """Return the channels that a group shares as JSON."""
    layers = {layer["name"]: Layer(**layer) for layer in run.details["model"]["layers"]}
    shapes = {node.name: node.shape for node in run.network.nodes} if run.network else {}
    return {
        "space": found.space,
        "rows": list(found.rows),
        "layers": [
            {
                "name": name,
                "kind": layers[name].kind,
                "depth": layers[name].depth,
                "width": layers[name].width,
                "placed": positions_at(layers[name], shapes) > 1,
                "channels": shared.channels.tolist(),
                "heights": shared.heights.tolist(),
                "spreads": shared.spreads.tolist(),
            }
            for name, shared in found.layers.items()
        ],
    }
