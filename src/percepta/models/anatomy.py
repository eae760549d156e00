"""How a framework builds its networks: what their parts are, and what each part computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from percepta.models.model import LayerKind


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What percepta asks about the parts of a network; each part runs as an ``nn.Module``.

    Attributes:
        parts: every part inside a network, by its name; the whole goes by a name too.
        is_whole: whether a part holds no parts that say more than itself.
        kind: what a part of a name computes.
        channel_axis: of a part's batched response of so many axes.
        follows: whether a part only finishes the response of the layer before it: batch norms and
            activations.
        weights: number of learned values in a part.
        settings: what shapes a part's computation, for people.
    """

    parts: Callable[[nn.Module], dict[str, nn.Module]]
    is_whole: Callable[[nn.Module], bool]
    kind: Callable[[str, nn.Module], LayerKind]
    channel_axis: Callable[[nn.Module, int], int]
    follows: Callable[[nn.Module], bool]
    weights: Callable[[nn.Module], int]
    settings: Callable[[nn.Module], tuple[tuple[str, str], ...]]
