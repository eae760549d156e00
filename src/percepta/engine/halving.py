"""Running many samples in batches that halve where memory runs out, and stay so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from percepta.core.errors import ModelMemoryError

R = TypeVar("R")


@dataclass
class Halving:
    """Cuts samples into batches.

    Attributes:
        most: samples of a batch; None: all at once, until that turns out to be too many.
    """

    most: int | None = field(default=None)

    def run(self, count: int, batch: Callable[[slice], R]) -> list[R]:
        """Run ``count`` samples batch by batch; returns what each batch gave, in order.

        Raises:
            ModelMemoryError: memory does not hold one sample.
        """
        done: list[R] = []
        start = 0
        while start < count:
            size = min(self.most or count, count - start)
            try:
                done.append(batch(slice(start, start + size)))
            except ModelMemoryError:
                if size == 1:
                    raise
                self.most = size // 2
            else:
                start += size
        return done
