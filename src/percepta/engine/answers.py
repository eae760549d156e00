"""Answers to questions about samples, as JSON: what a warm worker sends, and the command line prints."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import METHODS, method_named
from percepta.core.filters import Filter
from percepta.core.targets import target_from_json, target_to_json
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Channels, HeatMap, Wish
from percepta.engine.similar import LIMIT, Found, Population, find_similar
from percepta.engine.telling import explain_field, explained_to_json
from percepta.storage import RunQuery

MOST_CHANNELS = 12
"""Channels told of a layer: those that count most, for and against."""


def explain(explainer: Explainer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Explain samples.

    Args:
        explainer: of the run.
        params: ``rows``, ``targets`` and, where given, ``method``, ``layers``, ``signed``, ``seed`` (see
            :class:`percepta.engine.explain.Wish`).
    """
    started = time.perf_counter()
    layers = params.get("layers")
    wish = Wish(
        rows=tuple(params["rows"]),
        targets=tuple(target_from_json(target) for target in params["targets"]),
        method=params.get("method"),
        layers=None if layers is None else tuple(layers),
        signed=params.get("signed"),
        seed=params.get("seed", 0),
    )
    answer = explainer.explain(wish)
    method = method_named(answer.method)
    depths = {layer.name: layer for layer in explainer.model.layers}
    return {
        "method": method.name,
        "title": method.title,
        "source": method.source,
        "signed": answer.signed,
        "targets": [target_to_json(target) for target in wish.targets],
        "values": answer.values.tolist(),
        "layers": [
            {"name": name, "kind": depths[name].kind, "depth": depths[name].depth}
            for name in answer.layers
        ],
        "maps": [map_to_json(heat) for heat in answer.maps],
        "channels": [channels_to_json(one) for one in answer.channels],
        "notes": list(answer.notes),
        "seconds": round(time.perf_counter() - started, 4),
    }


def tried(explainer: Explainer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Explain one target of one sample, and test the map that lies over ``over`` at ``layer``.

    Args:
        explainer: of the run.
        params: as for :func:`explain`, with ``over`` and ``layer`` (null: at the input).
    """
    wish = Wish(
        rows=tuple(params["rows"]),
        targets=tuple(target_from_json(target) for target in params["targets"]),
        method=params.get("method"),
        layers=tuple(params["layers"]) if params.get("layers") else None,
    )
    maps = explainer.explain(wish).maps
    heat = next(m for m in maps if (m.over, m.layer) == (params["over"], params.get("layer")))
    curves = explainer.faithfulness(wish, heat)
    return {
        "shares": curves.shares.tolist(),
        "deletion": curves.deletion.tolist(),
        "insertion": curves.insertion.tolist(),
        "random_deletion": curves.random_deletion.mean(axis=0).tolist(),
        "random_insertion": curves.random_insertion.mean(axis=0).tolist(),
        "deletion_gain": curves.deletion_gain,
        "insertion_gain": curves.insertion_gain,
    }


def methods(explainer: Explainer) -> list[dict[str, Any]]:
    """Return the attribution methods, and whether this model can be explained by each."""
    reason = explainer.model.no_gradients
    return [
        {
            "name": method.name,
            "title": method.title,
            "source": method.source,
            "over": method.over,
            "forwards": method.forwards,
            "why_not": reason if method.needs_gradients else None,
        }
        for method in METHODS
    ]


def similar(population: Population, params: Mapping[str, Any]) -> dict[str, Any]:
    """Find similar samples.

    Args:
        population: of the run.
        params: ``rows`` and, where given, ``space``, ``limit``, ``filter``, ``map``.
    """
    given = params.get("filter")
    found = find_similar(
        population,
        list(params["rows"]),
        space=params.get("space"),
        limit=params.get("limit", LIMIT),
        filter=Filter.from_json(given) if given else None,
        filter_map=params.get("map"),
    )
    return found_to_json(found)


def found_to_json(found: Found) -> dict[str, Any]:
    """Return similar samples, and what they share, as JSON."""
    reading = found.reading
    return {
        "queries": list(found.queries),
        "space": found.space,
        "rows": found.rows.tolist(),
        "scores": [round(float(score), 5) for score in found.scores],
        "candidates": found.candidates,
        "shares": {
            name: [asdict(share) for share in shares] for name, shares in reading.shares.items()
        },
        "telling": [asdict(telling) for telling in reading.telling],
        "mean_loss": reading.mean_loss,
        "population_loss": reading.population_loss,
        "odd": list(reading.odd),
        "unlabeled": list(reading.unlabeled),
    }


def tells(population: Population, query: RunQuery, params: Mapping[str, Any]) -> dict[str, Any]:
    """Rank fields by how much they tell about a metric.

    Args:
        population: of the run.
        query: asks the same run.
        params: ``metric`` and, where given, ``filter``, ``everything``.
    """
    given = params.get("filter")
    explained = explain_field(
        population,
        query,
        params["metric"],
        filter=Filter.from_json(given) if given else None,
        everything=params.get("everything", False),
    )
    return explained_to_json(explained)


def packed(values: NDArray[Any]) -> str:
    """Return an array as base64 of little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def map_to_json(heat: HeatMap) -> dict[str, Any]:
    """Return a heat map as JSON, its values packed."""
    return {
        "row": heat.row,
        "target": heat.target,
        "over": heat.over,
        "layer": heat.layer,
        "shape": list(heat.values.shape),
        "values": packed(heat.values),
    }


def channels_to_json(one: Channels) -> dict[str, Any]:
    """Return the channels of a layer that count most, as JSON."""
    order = np.argsort(-np.abs(one.importance), kind="stable")[:MOST_CHANNELS]
    return {
        "row": one.row,
        "target": one.target,
        "layer": one.layer,
        "width": len(one.importance),
        "channels": order.tolist(),
        "importance": [float(one.importance[index]) for index in order],
    }
