"""One interface over every model format: named inputs and outputs, layers, one forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.network import Network

if TYPE_CHECKING:
    import torch

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

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample's array; sizes that vary count as one."""
        return np.dtype(self.dtype).itemsize * math.prod(size or 1 for size in self.shape[1:])

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
        batch_axis: axis of the samples in the response; 1 in sequence-first networks.
    """

    name: str
    kind: LayerKind
    channel_axis: int
    depth: float
    width: int
    feeds: tuple[str, ...] = ()
    batch_axis: int = 0


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


Target = Callable[[Mapping[str, "torch.Tensor"], Mapping[str, "torch.Tensor"]], "torch.Tensor"]
"""What is differentiated: ``(outputs, responses) -> values``.

Gets the outputs by name and the responses of the layers asked for, ``[B, ...]`` tensors that carry
gradients; returns one value per sample, ``[B]``, each a differentiable function of that sample alone.
"""


@dataclass(frozen=True, slots=True)
class Gradients:
    """A target, and what it depends on, over a batch of B samples.

    Attributes:
        value: float32 ``[B]``, the target.
        outputs: by output name, ``[B, ...]``.
        inputs: by input name, the gradient of the target, in the input's shape; half precision comes
            as float32.
        responses: by layer name, the whole response, unpooled, laid out as the model gives it
            (:attr:`Layer.channel_axis`); of a layer that runs several times, of its last run.
        layers: by layer name, the gradient of the target at that response, in its shape.
    """

    value: NDArray[np.float32]
    outputs: dict[str, Array]
    inputs: dict[str, Array]
    responses: dict[str, Array]
    layers: dict[str, Array]


class Model(Protocol):
    """A loaded network. Equal batches give bit-identical results."""

    @property
    def format(self) -> str:
        """``pytorch``, ``torch.export``, ``torchscript``, ``keras`` or ``onnx``."""

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
    def no_gradients(self) -> str | None:
        """Why :meth:`gradients` cannot answer, for people, in one sentence; None: it can."""

    @property
    def network(self) -> Network:
        """The network as a graph for people, with the shapes seen when it was opened."""

    def forward(
        self,
        inputs: Mapping[str, Array],
        capture: Sequence[str] = (),
        masks: NDArray[np.bool_] | None = None,
    ) -> Forward:
        """Run a batch.

        Args:
            inputs: by input name, ``[B, ...]``, the same B for all, B >= 1.
            capture: names of the layers whose pooled responses are wanted.
            masks: ``[B, H, W]``, true where each sample's object lies in its picture; layers with two
                axes of positions are pooled over it alone, others and samples with an empty mask over
                everything.

        Raises:
            ModelError: an input is missing or does not fit, or the model fails.
        """

    def activations(
        self, inputs: Mapping[str, Array], layer: str, channels: Sequence[int]
    ) -> NDArray[np.float32]:
        """Return the whole responses of some channels of a layer; needs no gradients.

        Args:
            inputs: by input name, ``[B, ...]``, as for :meth:`forward`.
            layer: name of the layer; of one that runs several times its last run counts.
            channels: K numbers, each below the layer's width.

        Returns:
            ``[B, K, ...positions]``; ``[B, K]`` where the layer has none.

        Raises:
            ModelError: there is no such layer or channel, the layer did not run for this batch, or as for
                :meth:`forward`.
        """

    def gradients(
        self,
        inputs: Mapping[str, Array],
        target: Target,
        *,
        of_inputs: Sequence[str] = (),
        of_layers: Sequence[str] = (),
    ) -> Gradients:
        """Differentiate a target with respect to inputs and layer responses.

        Args:
            inputs: by input name, ``[B, ...]``, as for :meth:`forward`.
            target: what is differentiated.
            of_inputs: names of inputs of floating type whose gradient is wanted.
            of_layers: names of layers whose responses and gradients are wanted.

        Raises:
            ModelError: this model cannot be differentiated (:attr:`no_gradients` says why), an input
                holds whole numbers, or as for :meth:`forward`.
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
