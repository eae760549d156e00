"""What an attribution method asks of a network, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A target and its gradients over a batch of B samples, everything float32.

    Attributes:
        value: ``[B]``, the target.
        inputs: by input name, the gradient of the target, ``[B, …]`` in the input's shape.
        responses: by layer name, ``[B, C, …positions]``: channels second, whatever the model's layout.
        gradients: by layer name, of the target at that response, in its shape.
    """

    value: FloatArray
    inputs: Mapping[str, FloatArray]
    responses: Mapping[str, FloatArray]
    gradients: Mapping[str, FloatArray]


class Subject(Protocol):
    """A network with one target per sample chosen: all that a method sees of it.

    What it is given may be ``k`` variations of each of the question's samples instead of the samples, those
    of one sample together (aa bb cc): each has its sample's target.
    """

    def values(self, inputs: Mapping[str, Array]) -> FloatArray:
        """Return the target of each sample, ``[B]``: one forward pass, no gradient."""

    def evidence(
        self,
        inputs: Mapping[str, Array],
        of_inputs: Sequence[str] = (),
        of_layers: Sequence[str] = (),
    ) -> Evidence:
        """Return the target with its gradients: one forward and one backward pass.

        Raises:
            ModelError: the model cannot be differentiated.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is to be attributed.

    Attributes:
        subject: the network with its target.
        inputs: by input name, ``[B, …]``.
        of_inputs: the inputs that maps are wanted over (of floating type where gradients are used).
        of_layers: the layers that maps are wanted at, in execution order.
        channel_axes: of the inputs in ``of_inputs``, the axis of the channels in the batched array,
            over which a map is summed; None: every value is a position of its own.
        baselines: by input name, what absence looks like, ``[B, …]``; what is left out is zero.
        rival: the network with the strongest rival of the target, for methods that contrast.
        signed: whether what speaks against the target is wanted too, as negative values; else maps
            keep what speaks for it.
        seed: of what is random.
    """

    subject: Subject
    inputs: Mapping[str, Array]
    of_inputs: Sequence[str] = ()
    of_layers: Sequence[str] = ()
    channel_axes: Mapping[str, int | None] = field(default_factory=dict)
    baselines: Mapping[str, Array] = field(default_factory=dict)
    rival: Subject | None = None
    signed: bool = False
    seed: int = 0


VARIATIONS = 16
"""Variations of a sample that are looked at in one pass."""


def varied(question: Question, instead: Mapping[str, Array], count: int) -> dict[str, Array]:
    """Return the inputs of ``count`` variations of each sample.

    Args:
        question: whose inputs stay as they are where nothing is given instead.
        instead: by input name, ``[B, count, …]``.
        count: of variations a sample.
    """
    same = {name: np.repeat(array, count, axis=0) for name, array in question.inputs.items()}
    return same | {name: np.concatenate(list(array)) for name, array in instead.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What a method answers.

    Attributes:
        inputs: by input name, ``[B, …positions]``: the input's shape without its channel axis.
        layers: by layer name, ``[B, …positions]``.
        channels: by layer name, ``[B, C]``: how much each channel counts for the target, signed.
        value: ``[B]``, the target itself.
    """

    inputs: Mapping[str, FloatArray]
    layers: Mapping[str, FloatArray]
    channels: Mapping[str, FloatArray]
    value: FloatArray


class Method(Protocol):
    """An attribution method."""

    @property
    def name(self) -> str:
        """What it is called in addresses and on the command line: ``layer-cam``."""

    @property
    def title(self) -> str:
        """What people call it: ``Layer-CAM``."""

    @property
    def source(self) -> str:
        """Address of the paper, or of our own description."""

    @property
    def over(self) -> Literal["layers", "inputs"]:
        """Whether its maps lie over layers or over inputs."""

    @property
    def needs_gradients(self) -> bool:
        """Whether the model must be differentiable."""

    @property
    def contrasts(self) -> bool:
        """Whether it looks at the target's rival too."""

    @property
    def forwards(self) -> int:
        """Roughly how many forward passes it costs; a backward pass counts as two."""

    def attribute(self, question: Question) -> Attribution:
        """Attribute the target to positions and channels."""
