"""Samples: the ids of one subset, and whatever the user's functions need to find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.core.subsets import MAX_SAMPLE_ID_LENGTH, SampleId, Subset


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The samples of one subset.

    Attributes:
        subset: ``training``, ``validation``, ``test``, ``unlabeled`` or ``additional``.
        ids: one id per sample, all int or all str (at most 256 characters), no two equal; an int
            ``n`` stands for ``range(n)``. After construction a range or a tuple.
        data: anything; given back to every encoder as ``samples.data``.

    Raises:
        IntegrationError: for an unknown subset, no samples, or ids that repeat, mix types or are too
            long.
    """

    subset: Subset
    ids: Sequence[SampleId]
    data: Any = None
    _index: dict[SampleId, int] | None = field(default=None, repr=False)

    def __init__(
        self, subset: Subset | str, ids: Sequence[SampleId] | int, data: Any = None
    ) -> None:
        """Check the ids (a range in no time, a list in one pass)."""
        object.__setattr__(self, "subset", _subset(subset))
        object.__setattr__(self, "ids", _ids(ids, self.subset))
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "_index", None)

    def position(self, sample_id: SampleId) -> int:
        """Return the position of an id among the ids.

        Raises:
            ValueError: there is no such id.
        """
        if isinstance(self.ids, range):
            return self.ids.index(sample_id)  # type: ignore[arg-type]
        if self._index is None:  # made at most twice, when two threads meet here
            made = {name: index for index, name in enumerate(self.ids)}
            object.__setattr__(self, "_index", made)
        found = (self._index or {}).get(sample_id)
        if found is None:
            raise ValueError(f"no sample {sample_id!r}")
        return found

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.ids)

    def __repr__(self) -> str:
        """Render without the data, which may be large."""
        return f"Samples({self.subset.value!r}, {len(self.ids)} ids)"


@dataclass(frozen=True, slots=True, eq=False)
class SampleBatch:
    """Who the samples of a batch are: what a function gets for an argument connected to ``samples``.

    Attributes:
        ids: the B sample ids, in the order of the batch.
        samples: the subset they belong to.
    """

    ids: tuple[SampleId, ...]
    samples: Samples

    def __len__(self) -> int:
        """Number of samples in the batch."""
        return len(self.ids)

    def __getitem__(self, rows: slice) -> SampleBatch:
        """Return a part of the batch."""
        return SampleBatch(self.ids[rows], self.samples)


def _subset(value: Subset | str) -> Subset:
    try:
        return Subset(value)
    except ValueError:
        raise IntegrationError(
            f"There is no subset {value!r}.", fix=f"Use one of: {', '.join(Subset)}."
        ) from None


def _ids(value: object, subset: Subset) -> range | tuple[SampleId, ...]:
    where = Where(subset=subset.value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = range(value)
    if isinstance(value, range):
        ids: range | tuple[Any, ...] = value
    elif isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        raise IntegrationError(
            f"The ids are {_short(value)}, not a list.",
            where=where,
            fix="Give a list of int or str, or a range.",
        )
    else:
        to_list = getattr(value, "tolist", None)  # numpy arrays and tensors give plain values
        ids = tuple(to_list() if callable(to_list) else value)
    if len(ids) == 0:
        raise IntegrationError(
            "There are no samples.",
            where=where,
            fix="Give at least one id, or leave the subset out.",
        )
    if isinstance(ids, tuple):
        _check_ids(ids, where)
    return ids


def _check_ids(ids: tuple[Any, ...], where: Where) -> None:
    kinds = set(map(type, ids))
    if kinds != {int} and kinds != {str}:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise IntegrationError(
            f"The ids are of type {names}.", where=where, fix="Make all ids int, or all ids str."
        )
    if len(set(ids)) != len(ids):
        seen: set[SampleId] = set()
        twice = next(i for i in ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
        raise IntegrationError(
            f"The id {_short(twice)} appears more than once.",
            where=where,
            fix="Give every sample of a subset its own id.",
        )
    if kinds == {int}:
        for number in (min(ids), max(ids)):
            if not -(2**63) <= number < 2**63:
                raise IntegrationError(
                    f"The id {number} is too large.",
                    where=where,
                    fix="Use str ids for such numbers.",
                )
        return
    for text in ids:
        if not 0 < len(text) <= MAX_SAMPLE_ID_LENGTH:
            raise IntegrationError(
                f"The id {_short(text)} has {len(text)} characters.",
                where=where,
                fix=f"Give ids of 1 to {MAX_SAMPLE_ID_LENGTH} characters, e.g. the file name without "
                "its folder.",
            )
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise IntegrationError(
                    f"The id {text!r:.80} is not valid text.",
                    where=where,
                    fix="Decode file names with errors='replace', or number the samples.",
                ) from None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
