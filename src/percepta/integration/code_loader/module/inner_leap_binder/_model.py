"""Decorators of what concerns the model's file: loading it by hand, and layers of one's own."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.datasetclasses import PredictionTypeHandler
from percepta.integration.code_loader.module.inner_leap_binder._checking import (
    check_new,
    check_takes,
)
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import PlaceholderModel
from percepta.integration.code_loader.module.inner_leap_binder._samples import (
    UNSET,
    Decorator,
    Function,
)
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    current_binder,
    mode,
)

ONNX_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    **{
        f"tensor({name})": np.dtype(name)
        for name in (
            "int64",
            "int32",
            "int16",
            "int8",
            "uint64",
            "uint32",
            "uint16",
            "uint8",
            "bool",
        )
    },
}
"""Element types of an ONNX session's inputs that arrays are turned into."""


class LoadedModel:
    """A model as a script calls it by hand: a Keras model or an ONNX session behind one wrapper.

    Attributes:
        model: what the script's function returned.
        prediction_types: the declared predictions.
        fixed_batch_size: batch size the file fixes, where it is above 1; single samples are repeated
            to it, and their result cut, inside the integration test.
    """

    def __init__(self, model: Any, prediction_types: Sequence[PredictionTypeHandler]) -> None:
        self.model = model
        self.prediction_types = list(prediction_types)
        self.fixed_batch_size = _fixed_batch(model)

    def __call__(self, inputs: Any) -> Any:
        """Call a Keras model: one array, a list, or a dict of them; arrays come back."""
        result = self.model(self._repeated(inputs))
        outputs = list(result) if isinstance(result, list | tuple) else [result]
        self._check_count(len(outputs))
        arrays = [self._cut(_as_numpy(output)) for output in outputs]
        return arrays if isinstance(result, list | tuple) else arrays[0]

    def run(self, output_names: Any, inputs: Mapping[str, Any]) -> list[Any]:
        """Run an ONNX session.

        Raises:
            ValueError: an input has another name or place than in the model.
            KeyError: an input is missing.
            TypeError: an input's element type cannot be made from arrays.
        """
        wanted = {given.name: given for given in self.model.get_inputs()}
        names = list(wanted)
        unknown = [name for name in inputs if name not in wanted]
        if unknown:
            raise ValueError(f"the model has no input {unknown[0]!r}; it has: {', '.join(names)}")
        missing = [name for name in names if name not in inputs]
        if missing:
            raise KeyError(f"the model's input {missing[0]!r} is missing")
        if list(inputs) != names:
            raise ValueError(f"give the model's inputs in its own order: {', '.join(names)}")
        typed = {name: _typed(inputs[name], wanted[name].type, name) for name in names}
        outputs = self.model.run(output_names, self._repeated(typed))
        self._check_count(len(outputs))
        return [self._cut(output) for output in outputs]

    def get_inputs(self) -> Any:
        """Return the session's own description of its inputs."""
        return self.model.get_inputs()

    def _repeated(self, inputs: Any) -> Any:
        if self.fixed_batch_size is None or mode() is not Mode.TEST:
            return inputs
        if isinstance(inputs, Mapping):
            return {name: self._repeated(array) for name, array in inputs.items()}
        if isinstance(inputs, list | tuple):
            return [self._repeated(array) for array in inputs]
        if isinstance(inputs, np.ndarray) and len(inputs) == 1:
            return np.repeat(inputs, self.fixed_batch_size, axis=0)
        return inputs

    def _cut(self, output: Any) -> Any:
        return output if self.fixed_batch_size is None or mode() is not Mode.TEST else output[:1]

    def _check_count(self, count: int) -> None:
        declared = len(self.prediction_types)
        if declared not in (0, count):
            raise IntegrationError(
                f"{declared} prediction types are declared, but the model has {count} outputs.",
                where=caller(),
                fix="Give @tensorleap_load_model one PredictionTypeHandler per output.",
            )


def tensorleap_load_model(prediction_types: Any = UNSET) -> Decorator:
    """Declare ``() -> model``: a Keras model, an ``onnxruntime.InferenceSession`` or a path.

    Args:
        prediction_types: one ``PredictionTypeHandler`` per output of the model, in its order.
    """
    declared: list[Any] = [] if prediction_types is UNSET else list(prediction_types or [])
    for one in declared:
        if not isinstance(one, PredictionTypeHandler):
            raise IntegrationError(
                f"A {type(one).__name__} is not a prediction type.",
                where=caller(),
                fix="Give prediction_types a list of PredictionTypeHandler.",
            )

    def decorate(function: Function) -> Function:
        binder = current_binder()
        check_takes(function, 0, "no arguments")
        binder.load_model_func = function
        for index, one in enumerate(declared):
            binder.add_prediction(one.name, one.labels, axis_of(one), index)
        names = [one.name for one in declared]

        @functools.lru_cache(maxsize=1)
        def load() -> LoadedModel:
            model = function()
            if not callable(model) and not hasattr(model, "run"):
                raise IntegrationError(
                    f"{function.__name__}() returned a {type(model).__name__}.",
                    where=defined_at(function),
                    fix="Return a Keras model or an onnxruntime.InferenceSession.",
                )
            return LoadedModel(model, declared)

        @functools.wraps(function)
        def call() -> Any:
            return PlaceholderModel(names) if mode() is Mode.RECORDING else load()

        return call

    return decorate


def tensorleap_custom_layer(name: str) -> Decorator:
    """Declare a Keras layer class that the model's file refers to by name."""

    def decorate(layer: Any) -> Any:
        binder = current_binder()
        check_new("custom layer", name, list(binder.setup_container.custom_layers), layer)
        binder.set_custom_layer(layer, name)
        return layer

    return decorate


def axis_of(prediction: PredictionTypeHandler) -> int:
    """Axis of the classes in the batched output; the last one where the script does not say."""
    return prediction.channel_dim if isinstance(prediction.channel_dim, int) else -1


def _fixed_batch(model: Any) -> int | None:
    shapes: list[Any] = []
    if hasattr(model, "get_inputs"):
        shapes = [given.shape for given in model.get_inputs()]
    elif hasattr(model, "input_shape"):
        shape = model.input_shape
        shapes = shape if isinstance(shape, list) else [shape]
    first = shapes[0][0] if shapes and shapes[0] else None
    return first if isinstance(first, int) and first > 1 else None


def _as_numpy(output: Any) -> Any:
    for attribute in ("detach", "cpu"):
        output = getattr(output, attribute, lambda output=output: output)()
    return output.numpy() if hasattr(output, "numpy") else np.asarray(output)


def _typed(array: Any, kind: str, name: str) -> Any:
    if kind not in ONNX_TYPES:
        raise TypeError(f"the model's input {name!r} has the type {kind}, which arrays do not fit")
    return np.asarray(array).astype(ONNX_TYPES[kind], copy=False)
