"""What explains a metric, as it travels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from percepta.core.fields import FieldGroup, FieldType
from percepta.server.schema.base import Id, Message, Request, Scalar
from percepta.server.schema.charts import Split
from percepta.server.schema.filters import Clauses


class TellsRequest(Request):
    """What explains a field: which others tell about it.

    Attributes:
        metric: a field of numbers, such as the loss.
        filter: over which samples.
        everything: whether predictions, losses and metrics are ranked too, which tell by their making.
    """

    metric: str
    filter: Clauses = []
    map: Id | None = None
    everything: bool = False
    slot: Annotated[str | None, Field(max_length=64)] = None


class Tells(Message):
    """How much a field tells about the metric.

    Attributes:
        information: share of the metric's entropy (in bins) that the field explains, 0..1, less what
            chance gives.
        p_value: probability that chance gives as much to the best of all fields (corrected for their number).
        effect: in standard deviations of the metric: of a number, how far its average moves from the lowest
            values to the highest (negative: it falls), or of a curve from its lowest part to its highest; of
            texts and booleans, how far the average of ``value`` lies above that of the rest.
        shape: of numbers ``rising``, ``falling``, ``curved`` or ``unclear`` (the parts differ in how the
            metric is spread, but not, beyond noise, in its average); of texts and booleans ``groups``.
        value: of texts and booleans, the value whose average differs most; null: it is no single value.
        split: the chart's split that shows it.
        labels: parts of the field: bins of about equally many samples, or values, in words.
        average: average metric of every part.
        count: samples of every part.
    """

    field: str
    group: FieldGroup
    type: FieldType
    information: float
    p_value: float
    effect: float
    shape: Literal["rising", "falling", "curved", "unclear", "groups"]
    value: Scalar | None
    split: Split
    labels: list[str]
    average: list[float | None]
    count: list[int]


class TellsAnswer(Message):
    """Fields by how much they tell about the metric, the most telling first.

    Attributes:
        samples: how many were looked at: those that match and have a value of the metric.
        matching: how many match.
        permutations: how many shuffles of the metric the p-values rest on; the least p-value is one in one
            more.
        shuffled: how many samples were shuffled; an even choice where there are very many.
        skipped: fields that were not ranked, and why.
    """

    metric: str
    fields: list[Tells]
    samples: int
    matching: int
    permutations: int
    shuffled: int
    skipped: dict[str, str]
