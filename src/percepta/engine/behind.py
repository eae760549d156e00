"""Work done behind the model: while it runs the next batch, the one before is recorded and written."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

TURNS = 0.0005
"""Seconds a thread keeps the interpreter before another may have it."""


class Behind:
    """One thread that does what it is given, in order, at most a few steps behind.

    While it works, threads take turns every half millisecond: the model's thread comes back to Python between
    any two layers, and must not wait there for the usual 5 ms.

    What a step raises is raised by the next :meth:`do` or :meth:`finish`; the steps after it are not done.

    Args:
        most: how many steps may wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="percepta-recorder")
        self._waiting: deque[Future[None]] = deque()
        self._failed = False

    def __enter__(self) -> Self:
        """Begin."""
        self._turns = sys.getswitchinterval()
        sys.setswitchinterval(TURNS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the step in hand; after an error leave out those behind it."""
        self._failed = self._failed or error is not None
        self._thread.shutdown(wait=True, cancel_futures=error is not None)
        sys.setswitchinterval(self._turns)

    def do(self, step: Callable[[], None]) -> None:
        """Have a step done after those before it; waits while too many wait."""
        while len(self._waiting) >= self._most:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(self._one, step))

    def finish(self) -> None:
        """Wait until everything is done."""
        while self._waiting:
            self._waiting.popleft().result()

    def _one(self, step: Callable[[], None]) -> None:
        if self._failed:
            return
        try:
            step()
        except BaseException:
            self._failed = True
            raise
