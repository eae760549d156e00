"""The samples of one subset, as a script's preprocess function returns them.

Scripts import it from `code_loader.contract.datasetclasses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from percepta.integration.code_loader.module.contract.enums import DataStateType

SampleId = int | str


@dataclass
class PreprocessResponse:
    """The samples of one subset and what is needed to read them.

    Attributes:
        length: number of samples; alone (an older way) it makes the ids 0, 1, 2 …
        data: whatever the script's functions need, theirs alone.
        sample_ids: the ids, all of one type; or lists of ids, *groups*, which are read at once.
        state: the subset; None: by the position in the list that the preprocess function returns.
        sample_id_type: str unless it is given; of groups, the type of the first id.
        sample_ids_to_instance_mappings: rows of the objects in each sample; the system's.
        instance_to_sample_ids_mappings: the sample of each such row; the system's.
        tl_generated: made by a simulation; the system's.

    Raises:
        AssertionError: the values do not fit together.
        Exception: neither ids nor a length are given.
    """

    length: int | None = None
    data: Any = None
    sample_ids: list[SampleId] | list[list[SampleId]] | None = None
    state: DataStateType | None = None
    sample_id_type: type[str] | type[int] | None = None
    sample_ids_to_instance_mappings: dict[str, list[str]] | None = None
    instance_to_sample_ids_mappings: dict[str, str] | None = None
    tl_generated: bool = False
    _grouped: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check, and fill in what follows from the rest."""
        for name in ("sample_ids_to_instance_mappings", "instance_to_sample_ids_mappings"):
            _require(
                getattr(self, name) is None, f"Leave {name} None: it is filled in by the system."
            )
        _require(
            self.state is None or isinstance(self.state, DataStateType),
            f"state must be a DataStateType such as DataStateType.training, not {self.state!r}.",
        )
        if self.sample_ids is None:
            if self.length is None:
                raise Exception("PreprocessResponse needs sample_ids.")  # noqa: TRY002 - contract
            self.sample_ids = [*range(self.length)]
            self.sample_id_type = int
            return
        self._grouped = len(self.sample_ids) > 0 and isinstance(self.sample_ids[0], list)
        if self._grouped:
            self.sample_id_type = _type_of_groups(self.sample_ids)
        else:
            self.sample_id_type = self.sample_id_type or str
            if self.sample_id_type is str:
                _all_of(str, self.sample_ids)
        count = len(self.flat_sample_ids)
        _require(
            self.length in (None, count),
            f"length is {self.length}, but there are {count} sample_ids.",
        )
        self.length = count

    def __hash__(self) -> int:
        """Be a key by identity: its data may be anything."""
        return id(self)

    def __len__(self) -> int:
        """Return the number of samples."""
        return cast(int, self.length)

    @property
    def is_grouped(self) -> bool:
        """Whether the ids come in groups."""
        return self._grouped

    @property
    def num_groups(self) -> int:
        """Number of groups; ungrouped, of samples."""
        return len(cast(Sequence[Any], self.sample_ids))

    @property
    def groups(self) -> list[list[SampleId]] | None:
        """The groups; None where the ids come one by one."""
        return cast(list[list[SampleId]], self.sample_ids) if self._grouped else None

    @property
    def flat_sample_ids(self) -> list[SampleId]:
        """All ids, one after the other."""
        if self._grouped:
            return [id_ for group in self.groups or () for id_ in group]
        return cast(list[SampleId], self.sample_ids)


def _type_of_groups(groups: Sequence[Any]) -> type[Any]:
    """Return the one type of all ids in the groups."""
    for group in groups:
        _require(
            isinstance(group, list) and len(group) > 0,
            f"Each group of sample_ids must be a list with ids, not {group!r}.",
        )
    first = groups[0][0]
    kind: type[Any] = type(first)
    _require(isinstance(first, str | int), f"A sample id must be a str or an int, not {first!r}.")
    for group in groups:
        _all_of(kind, group)
    return kind


def _all_of(kind: type[Any], ids: Sequence[Any]) -> None:
    wrong = [id_ for id_ in ids if not isinstance(id_, kind)][:1]
    _require(
        not wrong,
        f"sample_ids must be of one type, {kind.__name__}, and {wrong} is not: convert it, or "
        f"pass sample_id_type.",
    )


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)
