"""The weights of HDF5 models: found by the layer's name, by the weight's name, and only then by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from percepta.core.errors import ModelError, Where
from percepta.models.keras_legacy import slashless
from percepta.models.model import Array

_OWN = "top_level_model_weights"


def load_weights(model: Any, path: Path) -> None:
    """Load the weights of a whole-model ``.h5`` file into the network built from its configuration.

    Raises:
        ModelError: a layer has no weights in the file, or weights of another number or shape.
    """
    where = Where(file=str(path))
    with h5py.File(path, "r") as file:
        group = file["model_weights"]
        saved = {
            slashless(name): _named_arrays(group[name]) for name in _texts(group, "layer_names")
        }
        own = _named_arrays(group[_OWN]) if _OWN in group else {}
    for layer in model.layers:
        if layer.weights:
            arrays = saved.get(layer.name, {})
            _assign(layer.name, _in_file_order(layer), arrays, where)
    _assign(model.name, _own_variables(model), own, where)


def _own_variables(model: Any) -> list[Any]:
    inside = {id(variable) for layer in model.layers for variable in layer.weights}
    return [variable for variable in _in_file_order(model) if id(variable) not in inside]


def _in_file_order(layer: Any) -> list[Any]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _assign(name: str, variables: Sequence[Any], arrays: Mapping[str, Array], where: Where) -> None:
    if len(variables) != len(arrays):
        raise ModelError(
            f"The layer {name} has {len(variables)} weights, the file holds {len(arrays)} for it.",
            where=where,
            fix="Save the model again as .keras, where it was made.",
        )
    for variable, array in zip(variables, _matched(variables, arrays), strict=True):
        if tuple(variable.shape) != array.shape:
            raise ModelError(
                f"The weight {variable.path} is {list(variable.shape)}, in the file {list(array.shape)}.",
                where=where,
                fix="Save the model again as .keras, where it was made.",
            )
        variable.assign(array)


def _matched(variables: Sequence[Any], arrays: Mapping[str, Array]) -> list[Array]:
    """Return the array of each variable: by layer and weight name where that is clear, else by order."""
    by_ends = {_ends(name): array for name, array in arrays.items()}
    wanted = [_ends(variable.path) for variable in variables]
    if len(by_ends) == len(arrays) and set(wanted) == set(by_ends):
        return [by_ends[ends] for ends in wanted]
    return list(arrays.values())


def _ends(path: str) -> tuple[str, ...]:
    return tuple(path.partition(":")[0].split("/")[-2:])


def _named_arrays(group: h5py.Group) -> dict[str, Array]:
    return {name: np.asarray(group[name]) for name in _texts(group, "weight_names")}


def _texts(group: h5py.Group, attribute: str) -> list[str]:
    """Return a list of names; HDF5 splits a long one over ``name0``, and so on."""
    if attribute in group.attrs:
        values = list(group.attrs[attribute])
    else:
        values, count = [], 0
        while f"{attribute}{count}" in group.attrs:
            values += list(group.attrs[f"{attribute}{count}"])
            count += 1
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
