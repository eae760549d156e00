"""One interface over every model format: named inputs and outputs, layers, one forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LayerKind = Literal["conv", "linear", "norm", "attention", "other"]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What an input takes or an output gives.

    Attributes:
        name: the name percepta uses for it (the integration's, where it gave one).
        shape: with the batch axis first; None where a size may vary.
        dtype: numpy's name of the element type, e.g. ``float32``.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def __str__(self) -> str:
        """Render as ``image [?, 1, 28, 28] float32``."""
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} [{sizes}] {self.dtype}"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer whose responses are worth capturing.

    Attributes:
        name: the model's own name for it (module path, graph node).
        kind: what it computes.
        channel_axis: axis of the learned features in the batched response, e.g. 1 for NCHW, -1 for
            a linear layer.
        depth: position in execution order, from 0 (first) to 1 (last).
        width: number of channels, the C of the pooled responses.
        feeds: names of the outputs it feeds as one of their last two layers.
    """

    name: str
    kind: LayerKind
    channel_axis: int
    depth: float
    width: int
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forward:
    """The result of one forward pass over a batch of B samples.

    Attributes:
        outputs: by output name, ``[B, ...]``; half precision comes as float32.
        mean: by layer name, ``[B, C]`` float32: each channel's response averaged over positions.
        max: by layer name, ``[B, C]`` float32: each channel's greatest response over positions.
    """

    outputs: dict[str, Array]
    mean: dict[str, NDArray[np.float32]]
    max: dict[str, NDArray[np.float32]]


class GradientModel(Protocol):
    """The seam for heat maps: a model that can also differentiate. No format gives one yet."""

    def gradient(
        self, inputs: Mapping[str, Array], target: Any, wrt: Sequence[str]
    ) -> dict[str, Array]:
        """Return the gradient of a scalar target with respect to inputs or layers, by name."""


class Model(Protocol):
    """A loaded network. Equal batches give bit-identical results."""

    @property
    def format(self) -> str:
        """``pytorch`` or ``onnx``."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What :meth:`forward` takes, under the integration's names."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What :meth:`forward` gives, under the integration's names."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers worth capturing, in execution order; never empty."""

    @property
    def device(self) -> str:
        """Where it runs, for people: ``cpu``, ``cuda:0 (NVIDIA …)``."""

    @property
    def content_hash(self) -> str:
        """Hex SHA-256 of structure and weights; equal for equal models."""

    @property
    def parameters(self) -> int:
        """Number of learned values."""

    @property
    def max_batch(self) -> int | None:
        """Largest batch run at once (a file may fix it, often at 1); None: any.

        :meth:`forward` takes any batch size all the same: it pads and cuts as needed.
        """

    @property
    def gradients(self) -> GradientModel | None:
        """The model as something that differentiates, or None."""

    def forward(self, inputs: Mapping[str, Array], capture: Sequence[str] = ()) -> Forward:
        """Run a batch.

        Args:
            inputs: by input name, ``[B, ...]``, the same B for all, B >= 1.
            capture: names of the layers whose pooled responses are wanted.

        Raises:
            ModelError: an input is missing or does not fit, or the model fails.
        """

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model; JSON-able."""

    def close(self) -> None:
        """Give resources back; a borrowed module returns to its own device and memory format."""


def describe_model(model: Model) -> dict[str, Any]:
    """Return the JSON-able description that every format shares."""
    return {
        "format": model.format,
        "content_hash": model.content_hash,
        "parameters": model.parameters,
        "device": model.device,
        "max_batch": model.max_batch,
        "inputs": [asdict(spec) for spec in model.inputs],
        "outputs": [asdict(spec) for spec in model.outputs],
        "layers": [asdict(layer) for layer in model.layers],
    }
