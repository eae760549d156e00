"""Differentiating functions of arrays that people wrote in numpy or torch, as they are.

The function runs once on arrays that torch remembers (:mod:`.traced_array`); torch then goes back. What a
function of torch's converts (``torch.from_numpy(x)`` … ``.numpy()``) stays remembered on the way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.overrides import TorchFunctionMode

from percepta.core.errors import TargetError
from percepta.models.traced_array import TracedArray

_lock = threading.RLock()


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """What a function gave.

    Attributes:
        values: float64 ``[B]``.
        slopes: by array, float32 in its shape: the derivatives of each value by its own sample's part.
    """

    values: NDArray[np.float64]
    slopes: dict[str, NDArray[np.float32]]


def trace(
    function: Callable[[Mapping[str, Any]], Any], arrays: Mapping[str, NDArray[Any]]
) -> Traced:
    """Run a function of some arrays and differentiate what it gives.

    Args:
        function: arrays ``[B, …]`` by name -> ``[B]``, an array or tensor; sample by sample, so that no value
            depends on another sample.
        arrays: floating.

    Raises:
        TargetError: it raises, or uses something that has no derivatives; the message completes "it cannot be
            differentiated:".
    """
    leaves = {
        name: torch.from_numpy(np.array(array, np.float64)).requires_grad_()
        for name, array in arrays.items()
    }
    try:
        with _lock, torch.enable_grad(), _letting_pass(), _Remembering():
            given = function({name: TracedArray(leaf) for name, leaf in leaves.items()})
    except TargetError:
        raise
    except Exception as error:
        if isinstance(error.__cause__, TargetError):  # numpy tells it in its own words
            raise error.__cause__ from None
        said = f"on such arrays it raises {type(error).__name__}: {error}"
        raise TargetError(said.rstrip(".")) from error
    values = _one_a_sample(given, len(next(iter(leaves.values()))))
    slopes = torch.autograd.grad(values.sum(), list(leaves.values()), materialize_grads=True)
    return Traced(
        values.detach().double().numpy(),
        {name: slope.float().numpy() for name, slope in zip(leaves, slopes, strict=True)},
    )


def _one_a_sample(given: Any, samples: int) -> torch.Tensor:
    tensor = given.tensor if isinstance(given, TracedArray) else given
    if isinstance(given, list | tuple) and all(isinstance(one, TracedArray) for one in given):
        tensor = torch.stack([one.tensor.reshape(()) for one in given])
    if not isinstance(tensor, torch.Tensor) or not tensor.requires_grad:
        raise TargetError("what it gives does not move with small changes of the outputs")
    if tensor.numel() != samples:
        raise TargetError("it does not give one value per sample")
    return tensor.reshape(samples)


class _Remembering(TorchFunctionMode):
    """Keeps torch's derivatives where a function would drop them, as for an evaluation it may.

    The numbers are the same with and without ``detach()`` or ``no_grad()``; what is wanted here is how they
    move.
    """

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run one of torch's functions."""
        more = dict(kwargs or {})
        if function in (torch.Tensor.detach, torch.Tensor.data.__get__):  # type: ignore[attr-defined]
            return args[0]
        if function is torch._C._set_grad_enabled:
            return None
        if function is torch.Tensor.numpy:
            return TracedArray(args[0])
        if function in (torch.as_tensor, torch.tensor) and isinstance(args[0], TracedArray):
            more.pop("requires_grad", None)
            return args[0].tensor.to(**more) if more else args[0].tensor
        return function(*args, **more)


@contextmanager
def _letting_pass() -> Iterator[None]:
    """Let traced arrays through those functions that no protocol and no mode ever sees.

    For anything else the functions are what they were.
    """
    passing = [
        (numpy_or_torch, name, getattr(numpy_or_torch, name))
        for numpy_or_torch, names in (
            (np, ("asarray", "array", "asanyarray", "ascontiguousarray")),
            (torch, ("from_numpy",)),
        )
        for name in names
    ]
    for module, name, original in passing:
        setattr(module, name, _passing(module, original))
    try:
        yield
    finally:
        for module, name, original in passing:
            setattr(module, name, original)


def _passing(module: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def run(value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, list | tuple) and any(isinstance(one, TracedArray) for one in value):
            value = np.stack(value)
        if not isinstance(value, TracedArray):
            return original(value, *args, **kwargs)
        if module is torch:
            return value.tensor
        dtype = args[0] if args else kwargs.get("dtype")
        return value if dtype is None else value.astype(dtype)

    return run
