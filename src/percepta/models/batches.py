"""Batches on their way into and out of a model: checked, cut to the size it takes, joined again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import ModelError, Where
from percepta.models.model import Array, Forward

Masks = NDArray[np.bool_] | None


def check_batch(
    inputs: Mapping[str, Array], names: Sequence[str], where: Where | None = None
) -> tuple[dict[str, Array], int]:
    """Return the arrays of the named inputs, and the batch size B.

    Raises:
        ModelError: an input is missing, is not numeric, has no batch axis, or B differs.
    """
    missing = [name for name in names if name not in inputs]
    if missing:
        message = f"The batch lacks the input {', '.join(missing)}."
        raise ModelError(message, where=where, fix=f"Give {', '.join(names)}.")
    batch = {name: np.asarray(inputs[name]) for name in names}
    for name, array in batch.items():
        if array.dtype.kind not in "biuf":
            message = f"Input {name} has element type {array.dtype}; a model takes numbers."
            fix = "Encode it as numbers in its input function."
            raise ModelError(message, where=where, fix=fix)
        if array.ndim == 0 or array.shape[0] == 0:
            message = f"Input {name} has shape {list(array.shape)}: no sample in it."
            raise ModelError(message, where=where, fix="Give arrays [B, ...] with B >= 1.")
    sizes = {array.shape[0] for array in batch.values()}
    if len(sizes) != 1:
        message = f"The inputs disagree on the number of samples: {describe_batch(batch)}."
        raise ModelError(message, where=where, fix="Give every input for the same samples.")
    return batch, sizes.pop()


def describe_batch(batch: Mapping[str, Array]) -> str:
    """Render as ``image [64, 1, 28, 28] float32, age [64] int64``."""
    return ", ".join(f"{name} {list(a.shape)} {a.dtype}" for name, a in batch.items())


def take_cyclic(batch: Mapping[str, Array], count: int) -> dict[str, Array]:
    """Return the first ``count`` samples, starting again from the first where there are fewer."""
    return {
        name: np.ascontiguousarray(array[np.arange(count) % array.shape[0]])
        for name, array in batch.items()
    }


def pieces_of(samples: int, size: int) -> list[NDArray[np.intp]]:
    """Return the rows of each piece of exactly ``size``; the last sample fills up the last piece."""
    starts = range(0, samples, size)
    return [np.minimum(np.arange(start, start + size), samples - 1) for start in starts]


def run_in_pieces(
    batch: Mapping[str, Array],
    samples: int,
    size: int | None,
    run: Callable[[Mapping[str, Array], Masks], Forward],
    masks: Masks = None,
) -> Forward:
    """Run a batch through a model that takes exactly ``size`` samples at once (None: any number).

    The last piece is filled up by repeating its last sample; what that gives is dropped.

    Args:
        batch: by input name, ``[B, ...]``.
        samples: B.
        size: of the pieces.
        run: gets a piece of the batch and of the masks.
        masks: ``[B, H, W]``, or None.
    """
    if size is None or size == samples:
        return run(batch, masks)
    pieces = []
    for rows in pieces_of(samples, size):
        piece = {name: array[rows] for name, array in batch.items()}
        pieces.append(run(piece, None if masks is None else masks[rows]))

    def join(parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
        return {name: np.concatenate([p[name] for p in parts])[:samples] for name in parts[0]}

    return Forward(
        join([piece.outputs for piece in pieces]),
        join([piece.mean for piece in pieces]),
        join([piece.max for piece in pieces]),
    )


def array_in_pieces(
    batch: Mapping[str, Array],
    samples: int,
    size: int | None,
    run: Callable[[Mapping[str, Array]], Array],
) -> Array:
    """Do what :func:`run_in_pieces` does, for something that gives one array ``[B, ...]``."""
    if size is None or size == samples:
        return run(batch)
    parts = [
        run({name: array[rows] for name, array in batch.items()})
        for rows in pieces_of(samples, size)
    ]
    return np.concatenate(parts)[:samples]
