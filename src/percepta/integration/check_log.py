"""What a check notes while it runs one part."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import PerceptaError, SampleError, Where
from percepta.core.subsets import SampleId, SampleKey
from percepta.integration.blame import at_sample, name_of
from percepta.integration.check_report import CheckedPart, Finding, Kind
from percepta.integration.parts import MetadataFunction, Scalar
from percepta.integration.reading import describe
from percepta.integration.samples import Samples

MOST_FINDINGS = 3


class PartLog:
    """Time, shape, range and findings of one part."""

    def __init__(self, kind: Kind, name: str) -> None:
        self.kind: Kind = kind
        self.name = name
        self.shape: tuple[int, ...] | None = None
        self.dtype: str | None = None
        self.low, self.high = np.inf, -np.inf
        self.seconds = 0.0
        self.count = 0
        self.findings: list[Finding] = []
        self.details: list[str] = []

    @contextmanager
    def timed(self, count: int) -> Iterator[None]:
        """Add the time spent inside, for ``count`` samples."""
        start = time.perf_counter()
        try:
            yield
        finally:
            if count:
                self.seconds += time.perf_counter() - start
                self.count += count

    def failed(self, error: PerceptaError) -> None:
        """Note what went wrong."""
        self.findings.append(Finding.of(error))

    def saw(self, values: NDArray[Any]) -> None:
        """Widen the range by some values."""
        if values.size:
            self.low = min(self.low, float(values.min()))
            self.high = max(self.high, float(values.max()))

    def part(self) -> CheckedPart:
        """Sum up."""
        shown = self.findings[:MOST_FINDINGS]
        hidden = len(self.findings) - len(shown)
        details = [*self.details, f"{hidden} more samples failed"] if hidden else self.details
        ranged = np.isfinite(self.low) and np.isfinite(self.high)
        return CheckedPart(
            kind=self.kind,
            name=self.name,
            shape=self.shape,
            dtype=self.dtype,
            range=(self.low, self.high) if ranged else None,
            ms_per_sample=1000 * self.seconds / self.count if self.count else None,
            passed=not self.findings,
            findings=tuple(shown),
            detail=", ".join(detail for detail in details if detail),
        )


class ArrayLog(PartLog):
    """One array per sample: an input, a ground truth, a prediction, a vector, a mask.

    Args:
        kind: what it is.
        name: its name.
        read: makes it for one sample, or raises a ``SampleError``; None: arrays are added.
        function: the user's function behind it.
        where: where that is defined.
    """

    def __init__(
        self,
        kind: Kind,
        name: str,
        read: Callable[[Samples, SampleId], NDArray[Any] | None] | None = None,
        function: Callable[..., Any] | None = None,
        where: Where | None = None,
    ) -> None:
        super().__init__(kind, name)
        self.arrays: dict[SampleKey, NDArray[Any]] = {}
        self.lost: set[SampleKey] = set()
        self._read, self._where = read, where
        self._called = name if function is None else name_of(function)

    def call(self, samples: Samples, key: SampleKey) -> None:
        """Make the array of one sample."""
        if self._read is None:
            return
        try:
            with self.timed(1):
                array = self._read(samples, key.id)
        except SampleError as error:
            self.failed(error)
            self.lost.add(key)
            return
        if array is not None:
            self.add(key, array)

    def add(self, key: SampleKey, array: NDArray[Any]) -> None:
        """Note an array."""
        self.arrays[key] = array
        self.shape = self.shape if self.shape is not None else array.shape
        self.dtype = self.dtype or str(array.dtype)
        self.saw(array)

    def keep_common_shape(self) -> None:
        """Note and drop the arrays whose shape most others do not have."""
        if not self.arrays:
            return
        counts = Counter(array.shape for array in self.arrays.values())
        self.shape = counts.most_common(1)[0][0]
        for key in [k for k, array in self.arrays.items() if array.shape != self.shape]:
            where = self._where
            error = SampleError(
                f"{self._called}() returned shape {self.arrays.pop(key).shape}, but for other samples "
                f"{self.shape}.",
                where=at_sample(where, key.subset, key.id) if where is not None else None,
                fix="Return the same shape for every sample: resize, crop or pad.",
            )
            self.failed(error)
            self.lost.add(key)


class MetadataLog(PartLog):
    """The fields one metadata function gives."""

    def __init__(self, kind: Kind, name: str) -> None:
        super().__init__(kind, name)
        self.fields: dict[SampleKey, dict[str, Scalar]] = {}
        self.function: MetadataFunction | None = None

    def call(self, function: MetadataFunction, samples: Samples, key: SampleKey) -> None:
        """Call the function for one sample."""
        self.function = function
        found: dict[str, Scalar] = {}
        try:
            with self.timed(1):
                describe(function, samples, key.id, found)
        except SampleError as error:
            self.failed(error)
            return
        self.fields[key] = found
        numbers = [float(v) for v in found.values() if isinstance(v, int | float)]
        self.saw(np.asarray(numbers))
        self.dtype = self._types()

    def warnings(self) -> list[Finding]:
        """Fields that are not there for every sample, or of several types, or never have a value."""
        where = self.function.where if self.function is not None else None
        counts = Counter(name for found in self.fields.values() for name in found)
        said = []
        for name, count in counts.items():
            values = [found[name] for found in self.fields.values() if name in found]
            kinds = {type(value).__name__ for value in values if value is not None}
            if count < len(self.fields):
                said.append(
                    (
                        f"The metadata {name!r} is given for {count} of the {len(self.fields)} "
                        "samples tried.",
                        "Return the same keys for every sample, with None where there is no value.",
                    )
                )
            if len(kinds - {"int", "float"}) + bool(kinds & {"int", "float"}) > 1:
                said.append(
                    (
                        f"The metadata {name!r} is of several types: {', '.join(sorted(kinds))}.",
                        "Return one type for every sample.",
                    )
                )
            if not kinds:
                said.append(
                    (
                        f"The metadata {name!r} has no value for any of the samples tried.",
                        "Values that are not finite count as missing.",
                    )
                )
        return [
            Finding(
                message,
                fix,
                where.file if where else None,
                where.line if where else None,
                where.function if where else None,
            )
            for message, fix in said
        ]

    def part(self) -> CheckedPart:
        """Sum up; a dict's fields are listed."""
        names = list(dict.fromkeys(name for found in self.fields.values() for name in found))
        if names and names != [self.name]:
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            self.details.append(", ".join(names[:8]) + more)
        return super().part()

    def _types(self) -> str:
        kinds = {
            type(value).__name__
            for found in self.fields.values()
            for value in found.values()
            if value is not None
        }
        return ", ".join(sorted(kinds))


def field_name(function: MetadataFunction) -> str:
    """Name of the field a metadata function gives, or of the function where it gives several."""
    return function.name or name_of(function.function)
