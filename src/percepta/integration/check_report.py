"""What a check found: one part per thing the user wrote, with what is wrong and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from percepta.core.errors import PerceptaError

Kind = Literal[
    "script",
    "subsets",
    "input",
    "ground_truth",
    "metadata",
    "model",
    "training_curves",
    "prediction",
    "loss",
    "metric",
    "target",
    "visualizer",
    "latent_space",
    "mask",
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
        traceback: the way through the user's own code, as Python shows it.
    """

    message: str
    fix: str | None = None
    file: str | None = None
    line: int | None = None
    function: str | None = None
    sample: str | None = None
    traceback: str | None = None

    @classmethod
    def of(cls, error: PerceptaError) -> Finding:
        """Turn an error into a finding."""
        where = error.where
        sample = where.subset
        if where.sample_id is not None:
            sample = f"{where.subset}/{where.sample_id}" if where.subset else where.sample_id
        return cls(
            error.message,
            error.fix,
            where.file,
            where.line,
            where.function,
            sample,
            error.traceback,
        )


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
        output: the last lines the script printed while it was checked.
    """

    name: str
    path: str | None
    parts: tuple[CheckedPart, ...]
    warnings: tuple[Finding, ...] = ()
    output: tuple[str, ...] = ()

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
            "output": list(self.output),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CheckReport:
        """Read what :meth:`to_json` wrote."""
        return cls(
            value["name"],
            value["path"],
            tuple(_part(part) for part in value["parts"]),
            tuple(Finding(**warning) for warning in value["warnings"]),
            tuple(value["output"]),
        )

    @classmethod
    def of_broken(cls, name: str, path: str, error: PerceptaError) -> CheckReport:
        """Report a script that could not even be loaded."""
        part = CheckedPart("script", name, passed=False, findings=(Finding.of(error),))
        return cls(name, path, (part,))


def _part(value: dict[str, Any]) -> CheckedPart:
    pairs = {n: None if value[n] is None else tuple(value[n]) for n in ("shape", "range")}
    findings = tuple(Finding(**finding) for finding in value["findings"])
    return CheckedPart(**{**value, **pairs, "findings": findings})
