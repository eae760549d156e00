"""What a check found: one part per thing the user wrote, with what is wrong and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from percepta.core.errors import PerceptaError

Kind = Literal[
    "subsets",
    "input",
    "ground_truth",
    "metadata",
    "model",
    "prediction",
    "loss",
    "metric",
    "visualizer",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or looks wrong.

    Attributes:
        message: what.
        fix: what to do.
        file: the user's file.
        line: line in it.
        function: the user's function.
        sample: ``subset/id``.
    """

    message: str
    fix: str | None = None
    file: str | None = None
    line: int | None = None
    function: str | None = None
    sample: str | None = None

    @classmethod
    def of(cls, error: PerceptaError) -> Finding:
        """Turn an error into a finding."""
        where = error.where
        sample = where.subset
        if where.sample_id is not None:
            sample = f"{where.subset}/{where.sample_id}" if where.subset else where.sample_id
        return cls(error.message, error.fix, where.file, where.line, where.function, sample)


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """One thing the user wrote.

    Attributes:
        kind: what it is.
        name: its name.
        shape: of one sample, without the batch axis; None where there is no array.
        dtype: numpy's name of the type, or the type of a metadata value.
        range: smallest and largest value seen.
        ms_per_sample: milliseconds per sample.
        passed: nothing went wrong.
        findings: what went wrong, at most a few of each kind.
        detail: what else is worth a glance, e.g. the number of samples by subset.
    """

    kind: Kind
    name: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    range: tuple[float, float] | None = None
    ms_per_sample: float | None = None
    passed: bool = True
    findings: tuple[Finding, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of a check.

    Attributes:
        name: name of the integration.
        path: the script, or None.
        parts: everything that was checked, in the order it runs.
        warnings: what is allowed and yet looks wrong.
    """

    name: str
    path: str | None
    parts: tuple[CheckedPart, ...]
    warnings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every part passed (warnings do not count)."""
        return all(part.passed for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the form that ``percepta check --json`` prints."""
        return {
            "name": self.name,
            "path": self.path,
            "passed": self.passed,
            "parts": [asdict(part) for part in self.parts],
            "warnings": [asdict(warning) for warning in self.warnings],
        }
