"""Channels of layers: the samples that excite them most, where they fire, which of them a group shares."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from percepta.server.schema.answers import MOST_QUERIES, MOST_ROWS, HeatMap, Row, Slot
from percepta.server.schema.base import Message, Request

MOST_CHANNELS = 16
MOST_MAPS = 256

Channel = Annotated[int, Field(ge=0, lt=2**31)]


class ExcitingSample(Message):
    """A sample that excites a channel; ``response`` is its greatest over positions."""

    row: int
    response: float


class ChannelSamples(Message):
    """The samples of a run that excite a channel most.

    Attributes:
        width: number of channels of the layer; null where that is not known.
        samples: the strongest first; those that fail take no part.
        why_not: why none are known; null: they are.
    """

    layer: str
    channel: int
    width: int | None
    samples: list[ExcitingSample]
    why_not: str | None


class ActivationsRequest(Request):
    """Channels of a layer, and samples of any subsets, at most 256 maps in all.

    Attributes:
        slot: who asks; a newer question of the same slot takes the place of one that waits.
    """

    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS)]
    layer: str
    channels: Annotated[list[Channel], Field(min_length=1, max_length=MOST_CHANNELS)]
    slot: Slot = None

    @model_validator(mode="after")
    def _few(self) -> Self:
        if len(self.rows) * len(self.channels) > MOST_MAPS:
            raise ValueError(f"at most {MOST_MAPS} maps: fewer rows, or fewer channels")
        return self


class Activations(Message):
    """What channels respond to samples.

    Attributes:
        responses: the greatest response over positions, ``[rows][channels]``.
        maps: where they respond; ``target`` is the position among the channels. None of a layer without
            positions.
        seconds: how long it took.
    """

    rows: list[int]
    layer: str
    channels: list[int]
    responses: list[list[float]]
    maps: list[HeatMap]
    notes: list[str]
    seconds: float


class SharedChannelsRequest(Request):
    """A group of samples.

    Attributes:
        rows: the group, of any subsets; of more than 64, as many evenly over it are looked at.
        space: latent space whose layers are looked at; null: the first that layers build.
        slot: who asks; a newer question of the same slot takes the place of one that waits.
    """

    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_QUERIES)]
    space: str | None = None
    slot: Slot = None


class LayerChannels(Message):
    """The channels of a layer that a group shares, those it shares most first.

    Attributes:
        depth: of the layer, 0 (first) to 1 (last).
        placed: whether its responses have positions, so that a channel can be shown where it fires.
        heights: mean response over the group, in standard deviations of the population above its mean.
        spreads: standard deviation of the response over the group, in the same unit.
    """

    name: str
    kind: str
    depth: float
    width: int
    placed: bool
    channels: list[int]
    heights: list[float]
    spreads: list[float]


class SharedChannels(Message):
    """The channels that a group shares most against the population, layer by layer.

    Attributes:
        rows: the samples that were looked at.
        seconds: how long it took.
    """

    space: str
    rows: list[int]
    layers: list[LayerChannels]
    seconds: float
