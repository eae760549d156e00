"""Similars as they are asked for, of samples or of a file, and what is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from percepta.server.limits import MAX_FILE
from percepta.server.schema.answers import MOST_QUERIES, HeatMap, Row, Slot
from percepta.server.schema.base import Message, Request, Scalar
from percepta.server.schema.filters import Clauses

MOST_SIMILARS = 1_000


class SimilarRequest(Request):
    """Samples whose likes are wanted.

    Attributes:
        rows: the samples; several are one direction.
        space: latent space; null: the run's first.
        filter: which samples are candidates; empty: all.
        map: the map whose clusters the filter names, if any.
    """

    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_QUERIES)]
    space: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_SIMILARS)] = 50
    filter: Clauses = []
    map: str | None = None
    slot: Slot = None


class SimilarFileRequest(Request):
    """A file whose likes are wanted; nothing of it is kept.

    Attributes:
        file: its bytes, as base64.
        name: its name, of which the ending is used.
        space: latent space that layers build; null: the first.
        filter: which samples are candidates; empty: all.
        map: the map whose clusters the filter names, if any.
        why: whether heat maps of the file are wanted.
    """

    file: Annotated[str, Field(min_length=1, max_length=MAX_FILE * 4 // 3 + 4)]
    name: Annotated[str, Field(max_length=255)] = ""
    space: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_SIMILARS)] = 50
    filter: Clauses = []
    map: str | None = None
    why: bool = False
    slot: Slot = None


class Share(Message):
    """How common a value is in the group and in the population, 0..1; null is missing."""

    value: str | None
    inside: float
    population: float


class TellingField(Message):
    """A field that tells the group from the rest.

    Attributes:
        information: share of what belonging to the group holds that the field explains, 0..1.
        inside: of a number its mean inside; else the value that is commonest there beyond the rest.
        outside: of a number its mean outside; else null.
        share_inside: of a value, its share inside; of a number null.
        share_outside: of a value, its share outside; of a number null.
        effect: of a number, the difference of the means in standard deviations; of a value, of the shares.
    """

    field: str
    information: float
    inside: Scalar | None
    outside: float | None
    share_inside: float | None
    share_outside: float | None
    effect: float


class Similars(Message):
    """Similar samples, and what they share with those asked for.

    Attributes:
        rows: the most similar first, without those asked for.
        scores: cosine similarity seen from the population's mean, -1..1.
        candidates: how many samples were compared.
        shares: commonest values of label, prediction and subset.
        odd: rows whose label is not that of most: ambiguous or mislabelled.
        unlabeled: rows without a label: candidates to label.
    """

    queries: list[int]
    space: str
    rows: list[int]
    scores: list[float]
    candidates: int
    shares: dict[str, list[Share]]
    telling: list[TellingField]
    mean_loss: float | None
    population_loss: float | None
    odd: list[int]
    unlabeled: list[int]


class SimilarsOfFile(Similars):
    """Samples similar to a file, which is none of them: there are no queries.

    Attributes:
        picture: ``data:`` address of a small picture of the file; null: it cannot be shown.
        notes: how the file became inputs of the model, where that was found out.
        maps: heat maps of the file, by row -1: where it is like what was found; empty unless asked for.
    """

    picture: str | None
    notes: list[str]
    maps: list[HeatMap]
