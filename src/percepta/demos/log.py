"""The log of a demo's training: one JSON object a line, as `percepta evaluate --training` reads it."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import IO, Literal


class TrainingLog:
    """Writes a log that appears under its name when the training is over; a context manager.

    Args:
        path: where it goes; what is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._scratch = path, path.with_suffix(".tmp")
        self._file: IO[str] | None = None

    def __enter__(self) -> TrainingLog:
        """Begin."""
        self._file = self._scratch.open("w", encoding="utf-8")
        return self

    def write(self, by: Literal["step", "epoch"], at: int, subset: str, **metrics: float) -> None:
        """Add metrics of one subset at a step or epoch."""
        assert self._file is not None  # noqa: S101
        for metric, value in metrics.items():
            record = {"metric": metric, "subset": subset, by: at, "value": value}
            self._file.write(json.dumps(record) + "\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep the log if all went well."""
        assert self._file is not None  # noqa: S101
        self._file.close()
        if kind is None:
            self._scratch.replace(self._path)
        else:
            self._scratch.unlink()
