"""Heat maps of samples as they are asked for, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from percepta.core.targets import Region
from percepta.server.schema.base import Message, Request

MOST_ROWS = 64
MOST_QUERIES = 10_000
MOST_TARGETS = 64

Row = Annotated[int, Field(ge=0)]
Slot = Annotated[str | None, Field(max_length=64)]


class ClassTarget(Request):
    """The score of a class; of a prediction with positions, over a region of them, or ``at`` one of them."""

    kind: Literal["class"]
    prediction: str
    index: int
    region: Region = "predicted"
    at: Annotated[list[int], Field(min_length=1, max_length=8)] | None = None


class LossTarget(Request):
    """A loss: what raises it is positive, what lowers it negative."""

    kind: Literal["loss"]
    name: str


class ScalarTarget(Request):
    """A number that the integration names."""

    kind: Literal["scalar"]
    name: str


class OutputTarget(Request):
    """One value of an output, at a place of one sample's array."""

    kind: Literal["output"]
    prediction: str
    at: list[int]


class DirectionTarget(Request):
    """The similarity to given rows in a latent space."""

    kind: Literal["direction"]
    space: str
    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_QUERIES)]


Target = Annotated[
    ClassTarget | LossTarget | ScalarTarget | OutputTarget | DirectionTarget,
    Field(discriminator="kind"),
]


class ExplainRequest(Request):
    """What is to be explained.

    Attributes:
        rows: samples of one subset.
        method: name of an attribution method; null: Layer-CAM, or RISE for a model without gradients.
        layers: names of layers; null: one of each depth.
        signed: whether what speaks against a target is wanted too; null: for a loss, a named number
            and a direction.
        slot: who asks; a newer question of the same slot takes the place of one that waits.
    """

    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS)]
    targets: Annotated[list[Target], Field(min_length=1, max_length=MOST_TARGETS)]
    method: str | None = None
    layers: Annotated[list[str], Field(min_length=1)] | None = None
    signed: bool | None = None
    slot: Slot = None


class ExplainedLayer(Message):
    """A layer that was looked at; ``depth`` is 0 (first) to 1 (last)."""

    name: str
    kind: str
    depth: float


class HeatMap(Message):
    """One heat map over an input.

    Attributes:
        target: which of the targets, by position.
        over: name of the input.
        layer: the layer it was made at; ``fused``: several depths together; null: at the input itself.
        shape: its positions; they cover the whole input.
        values: base64 of little-endian float32, in row-major order.
    """

    row: int
    target: int
    over: str
    layer: str | None
    shape: list[int]
    values: str


class ChannelImportance(Message):
    """The channels of a layer that count most for a target, for and against.

    Attributes:
        width: number of channels of the layer.
        channels: which channels, the most important first.
        importance: of each of them, signed.
    """

    row: int
    target: int
    layer: str
    width: int
    channels: list[int]
    importance: list[float]


class Explanation(Message):
    """Heat maps with all that must be said beside them.

    Attributes:
        method: name of the method.
        title: its name for people.
        source: address of its description.
        signed: whether negative values speak against the target.
        values: each target's number for each sample, ``[rows][targets]``.
        seconds: how long it took.
    """

    method: str
    title: str
    source: str
    signed: bool
    values: list[list[float]]
    layers: list[ExplainedLayer]
    maps: list[HeatMap]
    channels: list[ChannelImportance]
    notes: list[str]
    seconds: float


class FaithfulnessRequest(ExplainRequest):
    """An explanation of one target of one sample, whose map over ``over`` at ``layer`` is tested."""

    rows: Annotated[list[Row], Field(min_length=1, max_length=1)]
    targets: Annotated[list[Target], Field(min_length=1, max_length=1)]
    over: str
    layer: str | None = None


class Faithfulness(Message):
    """What happens to the target as positions go or come, the most important first, and at random.

    Attributes:
        shares: share of the positions, 0..1, at each point of the curves.
        deletion_gain: area that deletion lies below chance; positive: better than chance.
        insertion_gain: area that insertion lies above chance.
    """

    shares: list[float]
    deletion: list[float]
    insertion: list[float]
    random_deletion: list[float]
    random_insertion: list[float]
    deletion_gain: float
    insertion_gain: float


class AttributionMethod(Message):
    """An attribution method.

    Attributes:
        over: whether its maps lie over layers or over inputs.
        forwards: roughly how many forward passes it costs.
        why_not: why it cannot explain this run's model; null: it can.
    """

    name: str
    title: str
    source: str
    over: Literal["layers", "inputs"]
    forwards: int
    why_not: str | None
