"""Subsets and sample identity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SampleId = int | str
"""A sample's name within its subset: an int, or a str of at most 256 characters."""

MAX_SAMPLE_ID_LENGTH = 256


class Subset(StrEnum):
    """The part of a data set that a sample belongs to."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    UNLABELED = "unlabeled"
    ADDITIONAL = "additional"

    @property
    def labeled(self) -> bool:
        """Whether samples of this subset have a ground truth (and so a loss)."""
        return self is not Subset.UNLABELED


@dataclass(frozen=True, slots=True, order=True)
class SampleKey:
    """Identity of a sample in a run: its subset and its id there."""

    subset: Subset
    id: SampleId

    def __str__(self) -> str:
        """Render as ``training/17``."""
        return f"{self.subset.value}/{self.id}"
