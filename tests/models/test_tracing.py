"""Functions of numpy and torch, differentiated as they stand: every one agrees with central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
import torch
from torch.nn import functional

from percepta.core.errors import TargetError
from percepta.models.traced_functions import COMPUTING, JOINING, PLACING, UFUNCS, UNMOVED
from percepta.models.tracing import trace

Function = Callable[[Any], Any]

SHAPE = (2, 3, 4)
X = np.random.default_rng(0).uniform(0.2, 0.9, SHAPE)
OTHER = np.random.default_rng(1).uniform(0.2, 0.9, SHAPE)
WEIGHTS = np.random.default_rng(2).standard_normal(SHAPE)
PLACES = np.array([[[2], [0], [1]], [[3], [3], [0]]])

TWO = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "fmax", "fmin", "logaddexp",
       "logaddexp2", "hypot", "arctan2", "power", "float_power")  # fmt: skip
SPECIAL = ("expit", "log_expit", "logit", "xlogy", "xlog1py", "entr", "erf")

BY_VALUE: dict[str, Function] = {
    name: lambda x, name=name: getattr(np, name)(x) for name in UFUNCS if hasattr(np, name)
}
BY_VALUE |= {name: lambda x, name=name: getattr(np, name)(x, OTHER) for name in TWO}
BY_VALUE |= {name: lambda x, name=name: getattr(scipy.special, name)(x) for name in SPECIAL}
BY_VALUE |= {
    name: lambda x, name=name: getattr(scipy.special, name)(x, 0.5 * x)
    for name in ("xlogy", "xlog1py")
}
BY_VALUE["matmul"] = lambda x: x @ OTHER[0].T

OVER_AXES: dict[str, Function] = {
    name: lambda x, name=name: getattr(np, name)(x, axis=(1, 2), keepdims=True)
    for name in ("sum", "nansum", "mean", "nanmean", "max", "amax", "min", "amin", "prod")
}
OVER_AXES |= {
    "var": lambda x: np.var(x, axis=1, ddof=1),
    "std": lambda x: np.std(x, axis=-1),
    "average": lambda x: np.average(x, axis=1, weights=[1, 2, 3]),
    "norm": lambda x: np.linalg.norm(x, axis=(1, 2)) + np.linalg.norm(x, ord=1, axis=1)[:, 0],
    "clip": lambda x: np.clip(x, 0.3, OTHER) + x.clip(min=0.4),
    "where": lambda x: np.where(x > 0.5, x**2, 0),
    "nan_to_num": lambda x: np.nan_to_num(x),
    "cumsum": lambda x: np.cumsum(x, axis=2),
    "diff": lambda x: np.diff(x, axis=1),
    "einsum": lambda x: np.einsum("bij,bkj->bik", x, OTHER.astype(np.float32)),
    "dot": lambda x: np.dot(x, OTHER[0].T),
    "tensordot": lambda x: np.tensordot(x, OTHER[0], axes=([2], [1])),
}

PLACED: dict[str, Function] = {
    name: lambda x, name=name: getattr(np, name)(x)
    for name in ("ravel", "flip", "fliplr", "flipud", "rot90", "copy", "diagonal", "squeeze",
                 "atleast_1d", "atleast_2d", "atleast_3d")
}  # fmt: skip
PLACED |= {
    "moveaxis": lambda x: np.moveaxis(x, 1, -1),
    "swapaxes": lambda x: x.swapaxes(1, 2),
    "transpose": lambda x: x.transpose(0, 2, 1) + x.T.transpose((2, 0, 1)),
    "reshape": lambda x: x.reshape(2, 4, 3) + x.reshape((2, 4, -1)),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "roll": lambda x: np.roll(x, 1, axis=2),
    "delete": lambda x: np.delete(x, [0, 2], axis=1),
    "take": lambda x: np.take(x, [0, 0, 3], axis=2),
    "take_along_axis": lambda x: np.take_along_axis(x, PLACES, axis=2),
    "tile": lambda x: np.tile(x, (1, 2, 1)),
    "repeat": lambda x: x.repeat(2, axis=1),
    "broadcast_to": lambda x: np.broadcast_to(x[:, None], (2, 5, 3, 4)),
    "split": lambda x: np.split(x, 2, axis=2)[1],
    "array_split": lambda x: np.array_split(x, 3, axis=2)[0],
}

JOINED: dict[str, Function] = {
    name: lambda x, name=name: getattr(np, name)([x[:, 0], 2 * x[:, 1], OTHER[:, 2]])
    for name in ("vstack", "hstack", "dstack", "column_stack")
}
JOINED |= {
    "concatenate": lambda x: np.concatenate([x, OTHER, x**2], axis=1),
    "stack": lambda x: np.stack([x, OTHER], axis=-1),
}

PYTHON: dict[str, Function] = {
    "in place": lambda x: _softmax_in_place(np.array(x)),
    "parts": lambda x: x[:, ::-1, 1:] + x[:, [2, 0, 1]][..., :3] - x[:, None, 0, 0, None],
    "mask": lambda x: x[X > 0.5],
    "written": lambda x: _with_zeros(x),
    "arithmetic": lambda x: 1 / x - 2 * x + x / 3 - (-x) ** 2 + abs(x - 0.5) + 2**x,
    "single": lambda x: x.astype(np.float32).astype("float64"),
    "converted": lambda x: np.ascontiguousarray(np.asarray(x, dtype=float)),
    "listed": lambda x: np.array([one.sum() for one in x]),
    "decided": lambda x: x * (x.argmax(axis=2)[..., None] == np.arange(4)) * np.sign(x - 0.5),
}


def _softmax_in_place(x: Any) -> Any:
    x -= x.max(axis=-1, keepdims=True)
    p = np.exp(x)
    p /= p.sum(axis=-1, keepdims=True)
    return p


def _with_zeros(x: Any) -> Any:
    y = x * 1
    y[:, 0] = 0
    y[X > 0.8] = OTHER[X > 0.8]
    return y


CASES = {**BY_VALUE, **OVER_AXES, **PLACED, **JOINED, **PYTHON}


def test_every_known_function_has_a_case() -> None:
    assert set(UFUNCS) == set(BY_VALUE)
    assert set(COMPUTING) == set(OVER_AXES)
    assert set(PLACED) == PLACING
    assert set(JOINED) == JOINING
    assert not UNMOVED & {*UFUNCS, *COMPUTING, *PLACING, *JOINING}


def weighted(function: Function) -> Function:
    """Make one number a sample of what a function gives, every value with a weight of its own."""

    def run(x: Any) -> Any:
        if (moved := function(x)).shape[0] != len(x):
            moved = np.stack([moved.reshape(-1)] * len(x)) * np.array([[1.0], [0.0]])
        flat = moved.reshape(len(x), -1)
        return (flat * np.resize(WEIGHTS, flat.shape)).sum(axis=1)

    return run


def by_trying(function: Function, x: np.ndarray) -> np.ndarray:
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[place] += sign * 1e-6
            ends.append(np.asarray(function(moved), float).sum())
        slopes[place] = (ends[0] - ends[1]) / 2e-6
    return slopes


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_central_differences(name: str) -> None:
    x = X + 1 if name == "arccosh" else X
    function = weighted(CASES[name])
    traced = trace(lambda arrays: function(arrays["x"]), {"x": x})
    precision = 1e-5 if name == "single" else 1e-10
    np.testing.assert_allclose(traced.values, function(x), rtol=precision)
    assert traced.slopes["x"].dtype == np.float32
    if name != "single":  # what is rounded cannot be tried in small steps
        np.testing.assert_allclose(traced.slopes["x"], by_trying(function, x), atol=2e-5)


LABELS = np.array([[1, 0, 2], [3, 3, 1]])
LOGITS = np.moveaxis(X, 2, 1)


def of_torch(x: Any) -> Any:
    each = functional.cross_entropy(torch.from_numpy(x), torch.from_numpy(LABELS), reduction="none")
    return each.mean(dim=1).detach().cpu().numpy()


def of_torch_without_gradients(x: Any) -> Any:
    with torch.no_grad():
        scores = torch.tensor(x, dtype=torch.float64).log_softmax(1).numpy()
    return -np.take_along_axis(scores, LABELS[:, None], axis=1).mean(axis=(1, 2))


def of_tensors(x: Any) -> Any:
    scores = torch.as_tensor(x).softmax(dim=1)
    return -scores.gather(1, torch.as_tensor(LABELS)[:, None]).log().mean(dim=(1, 2))


@pytest.mark.parametrize("loss", [of_torch, of_torch_without_gradients, of_tensors])
def test_functions_of_torch(loss: Function) -> None:
    traced = trace(lambda arrays: loss(arrays["x"]), {"x": LOGITS})
    probabilities = scipy.special.softmax(LOGITS, axis=1)
    wanted = probabilities - np.moveaxis(np.eye(4)[LABELS], 2, 1)
    np.testing.assert_allclose(traced.slopes["x"], wanted / 3, atol=1e-7)
    np.testing.assert_allclose(traced.values, loss(LOGITS), rtol=1e-12)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: np.median(x, axis=(1, 2)), "np.median"),
        (lambda x: np.array([float(one.sum()) for one in x]), "float"),
        (lambda x: x.argmax(axis=(2))[:, 0], "does not move"),
        (lambda x: x.mean(), "one value per sample"),
        (lambda x: np.add.reduce(x, axis=(1, 2)), "np.add with"),
        (lambda x: np.log(x, where=X > 0.5).sum((1, 2)), "np.log with where"),
        (lambda x: np.sum(x, axis=(1, 2), where=X > 0.5), "np.sum with these arguments"),
    ],
)
def test_what_cannot_be_differentiated_says_why(function: Function, reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        trace(lambda arrays: function(arrays["x"]), {"x": X})


def test_a_loop_that_fills_an_array_says_why() -> None:
    def filled(x: Any) -> Any:
        values = np.zeros(len(x))
        for index, one in enumerate(x):
            values[index] = one.sum()
        return values

    with pytest.raises(TargetError, match=r"float\(|into another array"):
        trace(lambda arrays: filled(arrays["x"]), {"x": X})


def test_everything_is_as_it_was_afterwards() -> None:
    before = np.asarray, np.array, np.ascontiguousarray, torch.from_numpy
    with pytest.raises(TargetError, match="it raises RuntimeError: of the user"):
        trace(lambda _: (_ for _ in ()).throw(RuntimeError("of the user")), {"x": X})
    assert before == (np.asarray, np.array, np.ascontiguousarray, torch.from_numpy)
    assert type(np.asarray([1.0])) is np.ndarray


def test_an_array_that_does_not_count_has_no_slopes() -> None:
    traced = trace(lambda arrays: arrays["a"].sum((1, 2)), {"a": X, "b": OTHER})
    assert not traced.slopes["b"].any()
    assert (traced.slopes["a"] == 1).all()
