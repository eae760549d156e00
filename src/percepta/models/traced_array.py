"""An array that torch remembers: it answers numpy's protocols, so that functions of numpy run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from percepta.core.errors import TargetError
from percepta.models.traced_functions import (
    COMPUTING,
    JOINING,
    PLACING,
    UFUNCS,
    UNMOVED,
    as_tensor,
)

_METHODS = frozenset({
    "sum", "mean", "max", "min", "prod", "var", "std", "clip", "cumsum", "dot", "reshape", "transpose",
    "swapaxes", "squeeze", "ravel", "take", "repeat", "diagonal", "copy", "argmax", "argmin", "argsort",
    "any", "all", "round", "nonzero",
})  # fmt: skip
"""Methods of arrays that numpy has as functions of the same name."""


class TracedArray(NDArrayOperatorsMixin):
    """An array of a function that is being differentiated.

    Functions that torch does not know, and whatever would lose the way back (``float(x)``,
    ``np.zeros(…)[0] = x``), raise a :class:`TargetError` that says so.

    Args:
        tensor: its values, and how they came about.
    """

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor

    @property
    def values(self) -> NDArray[Any]:
        """Return the bare values."""
        with torch._C.DisableTorchFunction():  # what follows a function's own calls is not asked
            array: NDArray[Any] = self.tensor.detach().numpy()
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes."""
        return tuple(self.tensor.shape)

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return self.tensor.ndim

    @property
    def size(self) -> int:
        """The number of its values."""
        return self.tensor.numel()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values."""
        return self.values.dtype

    @property
    def T(self) -> Any:
        """Its axes in reverse order."""
        return np.transpose(self)

    def __len__(self) -> int:
        """Return the size of the first axis."""
        return len(self.tensor)

    def __iter__(self) -> Iterator[Any]:
        """Yield along the first axis."""
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        """Return a part, chosen as numpy does."""
        return placed(lambda places: places[key], self)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write a part."""
        [places] = _numbered([self.tensor])
        chosen = places[key]
        given = as_tensor(_bare(value)).to(self.tensor.dtype).expand(chosen.shape)
        flat = self.tensor.flatten().index_copy(0, _places(chosen), given.flatten())
        self.tensor = flat.reshape(self.tensor.shape)

    def __getattr__(self, name: str) -> Any:
        """Return a method that numpy has as a function."""
        if name not in _METHODS:
            raise AttributeError(name)
        function = getattr(np, name)

        def method(*args: Any, **kwargs: Any) -> Any:
            if name in ("reshape", "transpose") and len(args) > 1:
                args = (args,)  # x.reshape(2, 3)
            return function(self, *args, **kwargs)

        return method

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Return it as another type; whole numbers do not move with small changes."""
        wanted = np.dtype(dtype)
        if wanted.kind != "f":
            return self.values.astype(wanted)
        # Half precision would lose what a derivative is made of.
        return TracedArray(self.tensor.double() if wanted.itemsize > 4 else self.tensor.float())

    def flatten(self) -> TracedArray:
        """Return its values along one axis."""
        return TracedArray(self.tensor.flatten())

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *operands: Any, out: Any = (None,), **more: Any
    ) -> Any:
        """Answer a function value by value."""
        name = ufunc.__name__
        if method != "__call__" or more:
            _refuse(f"np.{name} with {', '.join(more) or method}")
        if name in UNMOVED:
            return ufunc(*(_values(operand) for operand in operands))
        if name not in UFUNCS:
            _refuse(f"np.{name}")
        result = UFUNCS[name](*(_bare(operand) for operand in operands))
        [target] = out
        if target is None:
            return TracedArray(result)
        if not isinstance(target, TracedArray):
            _refuse(f"np.{name} that writes into an array")
        target.tensor = result.to(target.tensor.dtype).expand(target.tensor.shape)
        return target

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Answer any other function of numpy's."""
        name = function.__name__
        if name in UNMOVED:
            return function(*_values(args), **_values(kwargs))
        if name in COMPUTING:
            return _computed(name, args, kwargs)
        if name in JOINING:
            return _joined(function, args[0], args[1:], kwargs)
        if name in PLACING and args and isinstance(args[0], TracedArray):
            first, rest = args[0], args[1:]
            return placed(lambda places: function(places, *rest, **kwargs), first)
        _refuse(f"np.{name}")

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse to become an array of bare values, which has no derivatives."""
        _refuse(
            "writing its values into another array, or a function that numpy hands on to no one"
        )

    def __float__(self) -> NoReturn:
        """Refuse to become a bare number."""
        _refuse("float(…) of what comes from the outputs")


def placed(place: Callable[[Any], Any], array: Any) -> Any:
    """Return the values of an array in other places.

    Args:
        place: numbers of places in the array's shape -> where each goes, or a list of such.
        array: a traced one.
    """
    [places] = _numbered([array.tensor])
    return _gathered(array.tensor.flatten(), place(places))


def _joined(function: Callable[..., Any], arrays: Sequence[Any], args: Any, kwargs: Any) -> Any:
    tensors = [as_tensor(_bare(array)) for array in arrays]
    together = torch.cat([tensor.flatten().double() for tensor in tensors])
    return _gathered(together, function(_numbered(tensors), *args, **kwargs))


def _numbered(tensors: Sequence[torch.Tensor]) -> list[NDArray[np.int64]]:
    """Return the number of every value's place, all tensors one after the other."""
    start, numbered = 0, []
    for tensor in tensors:
        places = np.arange(start, start + tensor.numel()).reshape(tuple(tensor.shape))
        numbered.append(places)
        start += tensor.numel()
    return numbered


def _gathered(flat: torch.Tensor, places: Any) -> Any:
    if isinstance(places, list | tuple):
        return [_gathered(flat, one) for one in places]
    chosen = flat.index_select(0, _places(places))
    return TracedArray(chosen.reshape(np.shape(places)))


def _places(places: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(places, np.int64).reshape(-1))


def _computed(name: str, args: Any, kwargs: Any) -> TracedArray:
    try:
        made = COMPUTING[name](*_bare(args), **_bare(kwargs))
    except TypeError:
        _refuse(f"np.{name} with these arguments")
    return TracedArray(made)


def _bare(value: Any) -> Any:
    """Return arguments with tensors in place of traced arrays."""
    return _replaced(value, lambda array: array.tensor)


def _values(value: Any) -> Any:
    """Return arguments with bare values in place of traced arrays."""
    return _replaced(value, lambda array: array.values)


def _replaced(value: Any, replace: Callable[[TracedArray], Any]) -> Any:
    if isinstance(value, TracedArray):
        return replace(value)
    if isinstance(value, dict):
        return {key: _replaced(one, replace) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_replaced(one, replace) for one in value)
    return value


def _refuse(what: str) -> NoReturn:
    raise TargetError(f"it uses {what}, which has no derivatives here")
