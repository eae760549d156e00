"""Class activation maps: each layer's response, weighted by how the target depends on it.

A member of the family is one function of a response and a gradient, both ``[B, C, …positions]``, that
weighs every value of the response. What speaks against the target is the same function of the negated
gradient, so that every member has a signed reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from percepta.analysis.attribution.question import Attribution, FloatArray, Question

Weighing = Callable[[FloatArray, FloatArray], FloatArray]
"""``(response, gradient) -> weights``, broadcastable to the response."""


def grad_cam_weights(response: FloatArray, gradient: FloatArray) -> FloatArray:
    """One weight a channel: the gradient averaged over positions."""
    return _over_positions(gradient, np.mean)


def grad_cam_plus_plus_weights(response: FloatArray, gradient: FloatArray) -> FloatArray:
    """One weight a channel: positive gradients, averaged with weights that favour small objects."""
    squared = gradient**2
    cubed = squared * gradient
    total = _over_positions(response, np.sum)
    share = squared / (2 * squared + total * cubed + 1e-6)
    share[gradient == 0] = 0
    return _over_positions(np.maximum(gradient, 0) * share, np.sum)


def layer_cam_weights(response: FloatArray, gradient: FloatArray) -> FloatArray:
    """One weight a position: its own positive gradient."""
    return np.maximum(gradient, 0)


def hires_cam_weights(response: FloatArray, gradient: FloatArray) -> FloatArray:
    """One weight a position: its own gradient."""
    return gradient


@dataclass(frozen=True)
class Cam:
    """A class activation map whose weights depend on one target.

    Attributes:
        weigh: the weights of a response.
        needs_gradients: always.
    """

    name: str
    title: str
    source: str
    weigh: Weighing
    over: ClassVar[Literal["layers", "inputs"]] = "layers"
    needs_gradients: ClassVar[bool] = True
    contrasts: ClassVar[bool] = False
    forwards: ClassVar[int] = 3

    def attribute(self, question: Question) -> Attribution:
        """Weigh the response of each layer; see :class:`percepta.analysis.attribution.Method`."""
        evidence = question.subject.evidence(question.inputs, of_layers=question.of_layers)

        def weigh(layer: str, sign: int) -> FloatArray:
            return self.weigh(evidence.responses[layer], sign * evidence.gradients[layer])

        return _answer(question, evidence.responses, weigh, evidence.value)


@dataclass(frozen=True)
class FocusLayerCam:
    """Layer-CAM restricted to what tells the target from its strongest rival.

    A position of a channel counts by how much more the target gains from it than the rival does:
    ``max(0, max(0, dt/dA) - max(0, dr/dA)) · A``. Where nothing is a rival it is Layer-CAM.
    """

    name: ClassVar[str] = "focus-layer-cam"
    title: ClassVar[str] = "Focus Layer-CAM"
    source: ClassVar[str] = "docs/concepts/sample-analysis.md"
    over: ClassVar[Literal["layers", "inputs"]] = "layers"
    needs_gradients: ClassVar[bool] = True
    contrasts: ClassVar[bool] = True
    forwards: ClassVar[int] = 6

    def attribute(self, question: Question) -> Attribution:
        """Weigh what the rival does not share; see :class:`percepta.analysis.attribution.Method`."""
        evidence = question.subject.evidence(question.inputs, of_layers=question.of_layers)
        rivals = None
        if question.rival is not None:
            rivals = question.rival.evidence(question.inputs, of_layers=question.of_layers)

        def weigh(layer: str, sign: int) -> FloatArray:
            weights = layer_cam_weights(evidence.responses[layer], sign * evidence.gradients[layer])
            if rivals is None:
                return weights
            shared = layer_cam_weights(rivals.responses[layer], sign * rivals.gradients[layer])
            return np.asarray(np.maximum(weights - shared, 0), dtype=np.float32)

        return _answer(question, evidence.responses, weigh, evidence.value)


def _answer(
    question: Question,
    responses: Mapping[str, FloatArray],
    weigh: Callable[[str, int], FloatArray],
    value: FloatArray,
) -> Attribution:
    layers: dict[str, FloatArray] = {}
    channels: dict[str, FloatArray] = {}
    for layer in question.of_layers:
        layers[layer], channels[layer] = _weighted(responses[layer], weigh(layer, 1))
        if question.signed:
            against, lowering = _weighted(responses[layer], weigh(layer, -1))
            layers[layer] -= against
            channels[layer] -= lowering
    return Attribution({}, layers, channels, value)


def _weighted(response: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what the channels give together at each position, and each channel over all positions."""
    weighted = np.asarray(weights * response, dtype=np.float32)
    over_positions = tuple(range(2, weighted.ndim))
    return np.maximum(weighted.sum(axis=1), 0), weighted.sum(axis=over_positions)


def _over_positions(values: FloatArray, how: Callable[..., FloatArray]) -> FloatArray:
    axes = tuple(range(2, values.ndim))
    return how(values, axis=axes, keepdims=True) if axes else values


GRAD_CAM = Cam("grad-cam", "Grad-CAM", "https://arxiv.org/abs/1610.02391", grad_cam_weights)
GRAD_CAM_PLUS_PLUS = Cam(
    "grad-cam++", "Grad-CAM++", "https://arxiv.org/abs/1710.11063", grad_cam_plus_plus_weights
)
LAYER_CAM = Cam(
    "layer-cam", "Layer-CAM", "https://ieeexplore.ieee.org/document/9462463", layer_cam_weights
)
HIRES_CAM = Cam("hires-cam", "HiRes-CAM", "https://arxiv.org/abs/2011.08891", hires_cam_weights)
FOCUS_LAYER_CAM = FocusLayerCam()
