"""`code_loader.contract.sim_config`: the parameters of simulations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Union  # noqa: F401, UP035 - star imports of scripts have them

from percepta.integration.code_loader.module.contract.enums import DatasetMetadataType


@dataclass
class FloatBounds:
    """Range of a float."""

    min: float
    max: float


@dataclass
class IntBounds:
    """Range of an int, both ends included."""

    min: int
    max: int


@dataclass
class CategoricalBounds:
    """The choices of a string."""

    values: list[str]


Bounds = FloatBounds | IntBounds | CategoricalBounds


@dataclass
class SimParamConfig:
    """Type and range of one parameter."""

    type: DatasetMetadataType
    bounds: Bounds


SimConfig = dict[str, SimParamConfig]

PARAM_TYPE_MAP: dict[type | str, DatasetMetadataType] = {
    float: DatasetMetadataType.float,
    int: DatasetMetadataType.int,
    str: DatasetMetadataType.string,
    "float": DatasetMetadataType.float,
    "int": DatasetMetadataType.int,
    "str": DatasetMetadataType.string,
    "string": DatasetMetadataType.string,
}


def parse_sim_config(raw: dict[str, Any]) -> SimConfig:
    """Read the parameters as a script writes them.

    Args:
        raw: ``{"type": float|int|str, "bounds": {"min", "max"} | {"values"}}`` by parameter.

    Raises:
        ValueError: a parameter is malformed, or there is none.
        TypeError: a parameter is not a dict.
    """
    if not raw:
        raise ValueError("A simulation needs at least one parameter in its sim_params.")
    return {name: _parameter(name, value) for name, value in raw.items()}


def sample_sim_params(sim_config: SimConfig) -> dict[str, Any]:
    """Return one value per parameter, the same every time: the middle, or the first choice."""
    return {name: _middle(config.bounds) for name, config in sim_config.items()}


def _parameter(name: str, raw: Any) -> SimParamConfig:
    if not isinstance(raw, dict):
        raise TypeError(f"Parameter '{name}' must be a dict with 'type' and 'bounds', not {raw!r}.")
    for key in ("type", "bounds"):
        if key not in raw:
            raise ValueError(f"Parameter '{name}' has no '{key}'.")
    try:
        kind = PARAM_TYPE_MAP[raw["type"]]
    except (KeyError, TypeError):
        raise ValueError(
            f"Parameter '{name}' is of type {raw['type']!r}; it can be float, int or str."
        ) from None
    return SimParamConfig(kind, _bounds(name, kind, raw["bounds"]))


def _bounds(name: str, kind: DatasetMetadataType, raw: Any) -> Bounds:
    if kind is DatasetMetadataType.string:
        if "values" not in raw:
            raise ValueError(f"Parameter '{name}' is a string: its bounds need 'values'.")
        if not raw["values"]:
            raise ValueError(f"Parameter '{name}' has no 'values' to choose from.")
        return CategoricalBounds(list(raw["values"]))
    if "min" not in raw or "max" not in raw:
        raise ValueError(f"Parameter '{name}' is a number: its bounds need 'min' and 'max'.")
    low, high = raw["min"], raw["max"]
    if low is None or high is None or low >= high:
        raise ValueError(f"Parameter '{name}' has min {low}, which is not below its max {high}.")
    if kind is DatasetMetadataType.int:
        return IntBounds(int(low), int(high))
    return FloatBounds(float(low), float(high))


def _middle(bounds: Bounds) -> Any:
    if isinstance(bounds, CategoricalBounds):
        return bounds.values[0]
    if isinstance(bounds, IntBounds):
        return int((bounds.min + bounds.max) / 2)
    return (bounds.min + bounds.max) / 2
