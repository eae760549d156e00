"""What was worked out before, as much of it as a number of bytes allows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class SizedCache:
    """Keeps the values used last; safe for threads.

    Args:
        limit: bytes that the values may take together; a greater one is not kept at all.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any | None:
        """Return what was kept under a key; None: nothing."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value of ``size`` bytes in place of those that were used longest ago."""
        with self._lock:
            _, freed = self._values.pop(key, (None, 0))
            self._held -= freed
            if size > self._limit:
                return
            self._values[key] = (value, size)
            self._held += size
            while self._held > self._limit:
                _, (_, freed) = self._values.popitem(last=False)
                self._held -= freed
