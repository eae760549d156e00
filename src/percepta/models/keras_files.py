"""Opening Keras models: live ones, ``.keras`` archives and ``.h5`` files of Keras 3 and Keras 2."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from percepta.core.errors import ModelError, Where
from percepta.models.batches import take_cyclic
from percepta.models.keras_backend import import_keras
from percepta.models.model import Model
from percepta.models.registry import Request

if TYPE_CHECKING:
    from percepta.models.keras_archive import KerasFile


def open_keras(request: Request) -> Model:
    """Open a live Keras model or a Keras file.

    A file is read and checked before Keras sees it: code inside it, and references out of it, are
    refused unless trusted.

    Raises:
        ModelError: Keras is missing or of another kind, or the file or the example does not fit.
        UntrustedModelError: the file would run code and is not trusted, or reaches outside itself.
    """
    import_keras()
    from percepta.models.keras_model import KerasModel

    def opened(network: Any) -> KerasModel:
        return KerasModel(network, request.example, request.outputs, request.device)

    live = not isinstance(request.source, Path)
    if live:
        config = _config_of(request.source)
        built = partial(_rebuilt, request.source, request.custom_objects)
    else:
        plan = read_plan(request.source, request.custom_objects, request.trust)
        config, built = plan.config, partial(build, plan)
    freed = free_batch(config)  # before Keras sees the configuration, and changes it
    fixed = freed != config
    exact = opened(request.source if live else built(config))
    if not fixed:
        return exact
    try:
        quick = opened(built(freed))
        same = _agree(quick, exact, request.example)
    except ModelError:  # a size is frozen inside
        return exact
    return quick if same else exact


@dataclass(frozen=True, slots=True)
class Plan:
    """A Keras file that was read and checked, and from which its network can be built.

    Attributes:
        file: its container.
        config: in the form of Keras 3.
        custom_objects: the user's classes by the names the configuration uses.
        trust: whether code inside the file may run.
    """

    file: KerasFile
    config: Any
    custom_objects: Mapping[str, Any]
    trust: bool


def read_plan(path: Path, custom_objects: Mapping[str, Any], trust: bool) -> Plan:
    """Read and check a Keras file; nothing of it runs.

    Raises:
        ModelError: it is corrupt, or uses what Keras 3 or the script does not have.
        UntrustedModelError: it would run code and is not trusted, or reaches outside itself.
    """
    import keras

    from percepta.models.keras_archive import read_keras_file
    from percepta.models.keras_legacy import modernise
    from percepta.models.keras_trust import check_config

    where = Where(file=str(path))
    file = read_keras_file(path)
    known = {**keras.saving.get_custom_objects(), **custom_objects}
    config = modernise(file.config, file.version, known, where)
    check_config(config, known, trust, where)
    return Plan(file, config, {**custom_objects, **_aliases(config, custom_objects)}, trust)


def build(plan: Plan, config: Any) -> Any:
    """Return the network of a checked file with its weights, not compiled.

    Args:
        plan: the file.
        config: the plan's own, or a variant of it.

    Raises:
        ModelError: Keras cannot build it.
    """
    import keras

    from percepta.models.keras_weights import load_weights

    custom, safe = dict(plan.custom_objects), not plan.trust
    try:
        if plan.file.zipped:
            with tempfile.TemporaryDirectory() as folder:
                copy = plan.file.write_checked(Path(folder), config)
                return keras.saving.load_model(copy, custom, compile=False, safe_mode=safe)
        with keras.saving.custom_object_scope(custom):
            network = keras.saving.deserialize_keras_object(config, custom, safe_mode=safe)
        load_weights(network, plan.file.path)
    except ModelError:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"Keras {keras.__version__} cannot build the model: {type(error).__name__}: "
            f"{reason[0][:300] if reason else ''}",
            where=Where(file=str(plan.file.path)),
            fix="Save it again as .keras where it was made, or convert it with tf2onnx.",
        ) from error
    return network


def free_batch(config: Any) -> Any:
    """Return a configuration whose inputs take any number of samples at once."""
    if isinstance(config, list):
        return [free_batch(each) for each in config]
    if not isinstance(config, Mapping):
        return config
    freed = {key: free_batch(value) for key, value in config.items()}
    if config.get("class_name") == "InputLayer" and (shape := freed["config"].get("batch_shape")):
        freed["config"]["batch_shape"] = type(shape)((None, *shape[1:]))
    return freed


def _config_of(network: Any) -> Any:
    """Return the configuration of a live model; an empty one if its inputs fix no batch."""
    import keras

    if all(tensor.shape[0] is None for tensor in getattr(network, "inputs", None) or ()):
        return {}
    try:
        return keras.saving.serialize_keras_object(network)
    except Exception:  # a layer of the user's own that cannot be saved
        return {}


def _rebuilt(network: Any, custom_objects: Mapping[str, Any], config: Any) -> Any:
    """Build a live model anew from a variant of its configuration, with its weights.

    Raises:
        ModelError: Keras cannot.
    """
    import keras

    try:
        made = keras.saving.deserialize_keras_object(
            config, dict(custom_objects), safe_mode=False
        )  # the user's own: its code runs in this process already
        for weight, own in zip(made.weights, network.weights, strict=True):
            weight.assign(own.value)
    except Exception as error:
        raise ModelError(f"Keras cannot build the model anew: {error}") from error
    return made


def _agree(quick: Model, exact: Model, example: Mapping[str, Any]) -> bool:
    """Whether a network gives the same for samples together as for samples in fixed batches."""
    batch = take_cyclic(example, max(2, len(next(iter(example.values())))))
    together, alone = quick.forward(batch).outputs, exact.forward(batch).outputs
    return all(
        np.allclose(together[name], alone[name], rtol=1e-3, atol=1e-5, equal_nan=True)
        for name in alone
    )


def _aliases(config: Any, custom_objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user's classes under the names they were registered by when the file was saved."""
    return {
        entry["registered_name"]: custom_objects[entry["class_name"]]
        for entry in _entries(config)
        if entry.get("registered_name") and entry.get("class_name") in custom_objects
    }


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("class_name"), str):
            yield value
        for each in value.values():
            yield from _entries(each)
    elif isinstance(value, list):
        for each in value:
            yield from _entries(each)
