"""Telling that there was no memory for a batch from everything else that can go wrong with it."""

from __future__ import annotations

from percepta.core.errors import ModelMemoryError

_SAID = ("can't allocate memory", "out of memory", "failed to allocate memory", "bad_alloc")
"""By torch on the CPU, torch on a GPU, onnxruntime and the C++ library."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a library failed for want of memory; most have no exception of their own for it."""
    if isinstance(error, MemoryError):
        return True
    said = str(error).lower()
    return any(words in said for words in _SAID)


def out_of_memory(what: str) -> ModelMemoryError:
    """Return the error for a batch that did not fit: ``image [64, 3, 224, 224] float32``."""
    return ModelMemoryError(f"There was not enough memory for {what}.", fix="Use a smaller batch.")
