"""Losses of other libraries, PyTorch's above all, as functions that give one value per sample.

Nothing here imports torch: whoever brings a loss of torch has imported it already.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError
from percepta.integration.arrays import as_array
from percepta.integration.blame import defined_at, name_of
from percepta.integration.calls import Arguments, part
from percepta.integration.deciding import are_decisions
from percepta.integration.samples import SampleBatch
from percepta.integration.wiring import SAMPLES, named_arguments

Array = NDArray[Any]


def per_sample_loss(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``(prediction, target) -> [B]`` on arrays for any loss or metric.

    * An object or function with a ``reduction`` is used with ``reduction='none'`` (on a copy), and
      what it gives per sample is averaged over positions.
    * A function of torch, or one that does not work on arrays, receives tensors.
    * One that reduces a batch to one number is called sample by sample.
    * One with a further argument ``samples`` is told who the samples are; lists of decisions stay as they
      are.

    Args:
        loss: an ``nn.Module`` loss, a function of ``torch.nn.functional``, or any function of two
            arrays.
    """
    if getattr(loss, "__module__", "").startswith("percepta.integration."):
        return loss
    if SAMPLES in named_arguments(loss)[2:]:
        return _PerSampleTold(loss)
    _takes_two(loss)
    return _PerSample(loss)


def _takes_two(loss: Callable[..., Any]) -> None:
    if isinstance(loss, type):
        raise IntegrationError(
            f"The loss {loss.__name__} is a class.",
            where=defined_at(loss),
            fix=f"Give an object of it: {loss.__name__}().",
        )
    try:
        inspect.signature(loss).bind(None, None)
    except TypeError:
        raise IntegrationError(
            f"{name_of(loss)}() does not take (prediction, target).",
            where=defined_at(loss),
            fix="Give a function of two arguments: the prediction and the ground truth.",
        ) from None
    except ValueError:  # built-in functions tell no signature
        return


class _PerSample:
    """A loss that gives one value per sample; it keeps the name and the place of the user's."""

    def __init__(self, loss: Callable[..., Any]) -> None:
        self.__name__ = _field_name(loss)
        self.function = _unreduced(loss)
        self.tensors = _wants_tensors(loss)
        if hasattr(loss, "__code__"):
            self.__code__ = loss.__code__

    def __call__(self, prediction: Array, target: Array) -> Any:
        """Give one value per sample, ``[B]``, or the lists of decisions that the function gives."""
        return self._per_sample(prediction, target, {})

    def _per_sample(self, prediction: Array, target: Array, more: Arguments) -> Any:
        value = self._value(prediction, target, more)
        if are_decisions(value):
            return value
        values = as_array(value)
        if values.ndim == 0 and len(prediction) > 1:
            each = [
                self._value(prediction[i : i + 1], target[i : i + 1], part(more, i))
                for i in range(len(prediction))
            ]
            values = np.stack([as_array(value).reshape(()) for value in each])
        if values.ndim > 1:
            values = values.reshape(len(values), -1).mean(axis=1)
        return values

    def _value(self, prediction: Array, target: Array, more: Arguments) -> Any:
        if not self.tensors:
            try:
                return self.function(prediction, target, **more)
            except (AttributeError, TypeError):
                if "torch" not in sys.modules:
                    raise
                value = self._from_tensors(prediction, target, more)
                self.tensors = True  # it needed what only tensors have
                return value
        return self._from_tensors(prediction, target, more)

    def _from_tensors(self, prediction: Array, target: Array, more: Arguments) -> Any:
        torch = sys.modules["torch"]
        with torch.no_grad():
            return self.function(_tensor(prediction), _tensor(target), **more)


class _PerSampleTold(_PerSample):
    """The same, of a function that is also told who the samples are."""

    def __call__(self, prediction: Array, target: Array, samples: SampleBatch) -> Any:  # type: ignore[override]
        """Give one value per sample, ``[B]``, or the lists of decisions that the function gives."""
        return self._per_sample(prediction, target, {SAMPLES: samples})


def _field_name(loss: Callable[..., Any]) -> str:
    """Name the field: ``CrossEntropyLoss()`` gives ``cross_entropy``, ``MSELoss()`` gives ``mse``."""
    name = name_of(loss)
    if hasattr(loss, "__name__") or not name[:1].isupper():
        return name
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return words.removesuffix("_loss") or words


def _unreduced(loss: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(loss, "reduction", None) in ("mean", "sum"):
        loss = copy.copy(loss)
        loss.reduction = "none"  # type: ignore[attr-defined]
        return loss
    try:
        parameters = inspect.signature(loss).parameters
    except (TypeError, ValueError):
        return loss
    if "reduction" in parameters:
        return functools.partial(loss, reduction="none")
    return loss


def _wants_tensors(loss: Callable[..., Any]) -> bool:
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    if isinstance(loss, torch.nn.Module) or getattr(loss, "__module__", "").startswith("torch"):
        return True
    try:
        annotations = [str(p.annotation) for p in inspect.signature(loss).parameters.values()]
    except (TypeError, ValueError):
        annotations = []
    if any("ndarray" in text or "NDArray" in text for text in annotations):
        return False
    if any("Tensor" in text for text in annotations):
        return True
    plain = inspect.unwrap(loss)
    names = set(getattr(getattr(plain, "__code__", None), "co_names", ()))
    spaces = getattr(plain, "__globals__", {})
    return any(getattr(spaces.get(name), "__name__", "").startswith("torch") for name in names)


def _tensor(array: Array) -> Any:
    """Floats as float32, whole numbers as int64: what losses of torch expect."""
    torch = sys.modules["torch"]
    wanted = np.float32 if array.dtype.kind == "f" else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, dtype=wanted))
