"""Letting the C library keep the memory that layer responses use, batch after batch."""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # parameters of mallopt, from glibc's malloc.h


def keep_freed_memory() -> bool:
    """Stop glibc from handing freed memory back to the system after every layer.

    By default each large response is mapped, zeroed page by page, and unmapped again; eager PyTorch
    on the CPU runs 1.3 to 1.8 times faster without that. The process then keeps the memory of its
    largest batch: call it in a process that runs a model, once, before the first batch.

    Returns:
        Whether it took effect (glibc only).
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 64 * 2**20))
    return all(libc.mallopt(parameter, value) == 1 for parameter, value in settings)
