"""What every network that runs on torch shares: opening by probing, capture, masks, gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from percepta.core.errors import ModelError
from percepta.core.network import Network
from percepta.models.batches import (
    Masks,
    array_in_pieces,
    check_batch,
    describe_batch,
    run_in_pieces,
)
from percepta.models.differentiating import Tap, differentiate, to_numpy
from percepta.models.layout import ResponseLayout, check_channels, find_layout, samples_first
from percepta.models.masking import can_be_masked, check_masks, mask_weights
from percepta.models.matching import choose_outputs
from percepta.models.model import (
    Array,
    Forward,
    Gradients,
    Layer,
    Target,
    TensorSpec,
    describe_model,
)
from percepta.models.pooling import pool, pool_within
from percepta.models.torch_running import (
    failures_told,
    name_device,
    nearly_equal,
    to_tensor,
    without_cudnn,
)

Pooled = tuple[torch.Tensor, torch.Tensor]
Results = Mapping[int, Mapping[str, torch.Tensor]]
"""What probing passes gave, by batch size and own name of the output."""


class TorchBacked(ABC):
    """The part of a model that is the same for every network on torch.

    A subclass opens its network, probes it, says what it found with :meth:`_settle_outputs` and
    :meth:`_settle_layers`, and runs it in :meth:`_run`.
    """

    format: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    layers: tuple[Layer, ...]
    parameters: int
    content_hash: str
    max_batch: int | None
    no_gradients: str | None = None
    network: Network

    _names: tuple[str, ...]
    _paths: dict[str, str]
    _layouts: dict[str, ResponseLayout]
    _device: torch.device
    _dtype: torch.dtype
    _outputs_are_layers: bool = False
    _channels_last: bool = False

    @abstractmethod
    def _run(
        self, tensors: Mapping[str, torch.Tensor], wanted: Collection[str], tap: Tap
    ) -> Mapping[str, torch.Tensor]:
        """Run the network, handing the responses of the wanted layers to ``tap``.

        Returns:
            Outputs by the network's own name.
        """

    @property
    def device(self) -> str:
        """Where it runs, e.g. ``cpu`` or ``cuda:0 (NVIDIA H200)``."""
        return name_device(self._device)

    def forward(
        self, inputs: Mapping[str, Array], capture: Sequence[str] = (), masks: Masks = None
    ) -> Forward:
        """Run a batch; see :meth:`percepta.models.Model.forward`."""
        self._check_layers(capture)
        batch, samples = check_batch(inputs, self._names)
        checked = None if masks is None else check_masks(masks, samples)
        return run_in_pieces(
            batch,
            samples,
            self.max_batch,
            lambda piece, part: self._forward(piece, capture, part),
            checked,
        )

    def activations(
        self, inputs: Mapping[str, Array], layer: str, channels: Sequence[int]
    ) -> NDArray[np.float32]:
        """Return whole responses; see :meth:`percepta.models.Model.activations`."""
        self._check_layers([layer])
        check_channels(layer, self._layouts[layer].width, channels)
        batch, samples = check_batch(inputs, self._names)
        return array_in_pieces(
            batch, samples, self.max_batch, lambda piece: self._activations(piece, layer, channels)
        )

    def gradients(
        self,
        inputs: Mapping[str, Array],
        target: Target,
        *,
        of_inputs: Sequence[str] = (),
        of_layers: Sequence[str] = (),
    ) -> Gradients:
        """Differentiate a target; see :meth:`percepta.models.Model.gradients`."""
        if self.no_gradients is not None:
            raise ModelError(self.no_gradients)
        self._check_layers(of_layers)
        unknown = [name for name in of_inputs if name not in self._names]
        if unknown:
            raise ModelError(f"The model has no input {', '.join(unknown)}.")
        batch, _ = check_batch(inputs, self._names)

        def run(tensors: Mapping[str, torch.Tensor], tap: Tap) -> Mapping[str, torch.Tensor]:
            with failures_told(batch):
                return self._run_named(tensors, of_layers, tap, batch)

        with without_cudnn() if self._recurrent() else nullcontext():
            return differentiate(
                run,
                {name: self._to_tensor(array) for name, array in batch.items()},
                target,
                of_inputs,
                of_layers,
                size=self.max_batch,
                batch_axes={name: layout.batch_axis for name, layout in self._layouts.items()},
            )

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        return describe_model(self)

    def close(self) -> None:
        """Give resources back; nothing is borrowed by default."""
        return

    def _no_autograd(self) -> AbstractContextManager[Any]:
        """Run without autograd."""
        return torch.inference_mode()

    def _recurrent(self) -> bool:
        """Whether the network holds recurrent layers."""
        return False

    def _to_tensor(self, array: Array) -> torch.Tensor:
        tensor = to_tensor(array, self._device, self._dtype)
        if self._channels_last and tensor.ndim == 4:
            tensor = tensor.to(memory_format=torch.channels_last)  # .contiguous() skips C = 1
        return tensor

    def _suits_channels_last(self, batch: Mapping[str, Array]) -> bool:
        """Whether a network with 2-D convolutions runs faster on images in channels_last."""
        half = self._dtype in (torch.float16, torch.bfloat16)
        quick = half or (self._device.type == "cpu" and self._dtype == torch.float32)
        return quick and any(array.ndim == 4 for array in batch.values())

    def _try_channels_last(
        self, batch: Mapping[str, Array], expected: Mapping[str, torch.Tensor]
    ) -> None:
        """Take channels_last where it gives what the plain format gave."""
        self._channels_last = True
        try:
            with self._no_autograd(), failures_told(batch):
                tensors = {name: self._to_tensor(array) for name, array in batch.items()}
                found = self._run_named(tensors, (), _pass_on, batch)
        except ModelError:  # .view() on a tensor in the other format
            self._channels_last = False
        else:
            self._channels_last = all(nearly_equal(found[n], expected[n]) for n in expected)

    def _check_layers(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self._layouts]
        if unknown:
            raise ModelError(f"The model has no layer {', '.join(unknown)} to capture.")

    def _run_named(
        self,
        tensors: Mapping[str, torch.Tensor],
        wanted: Collection[str],
        tap: Tap,
        batch: Mapping[str, Array],
    ) -> dict[str, torch.Tensor]:
        """Run the network; return its outputs by percepta's names."""
        result = self._run(tensors, wanted, tap)
        lost = [name for name, path in self._paths.items() if path not in result]
        if lost:
            given = describe_batch(batch)
            raise ModelError(f"The model gave no output {', '.join(lost)} for {given}.")
        outputs = {name: result[path] for name, path in self._paths.items()}
        if self._outputs_are_layers:
            outputs |= {name: tap(name, outputs[name]) for name in wanted}
        return outputs

    def _forward(self, batch: Mapping[str, Array], capture: Sequence[str], masks: Masks) -> Forward:
        pooled: dict[str, list[Pooled]] = {name: [] for name in capture}
        weights: dict[tuple[int, ...], torch.Tensor] = {}

        def pool_response(layer: str, response: torch.Tensor) -> torch.Tensor:
            layout = self._layouts[layer]
            if masks is None or not can_be_masked(layout):
                pooled[layer].append(pool(response, layout))
                return response
            grid = tuple(response.shape[axis] for axis in layout.position_axes)
            if grid not in weights:
                resized = mask_weights(masks, (grid[0], grid[1]))
                weights[grid] = torch.from_numpy(resized).to(self._device)
            pooled[layer].append(pool_within(response, layout, weights[grid]))
            return response

        with self._no_autograd(), failures_told(batch):
            tensors = {name: self._to_tensor(array) for name, array in batch.items()}
            outputs = self._run_named(tensors, capture, pool_response, batch)
            samples = len(next(iter(batch.values())))
            mean, maximum = self._collect(pooled, samples)
        return Forward({n: to_numpy(tensor) for n, tensor in outputs.items()}, mean, maximum)

    def _activations(
        self, batch: Mapping[str, Array], layer: str, channels: Sequence[int]
    ) -> NDArray[np.float32]:
        layout = self._layouts[layer]
        chosen = torch.tensor(channels, device=self._device)
        kept: list[torch.Tensor] = []

        def keep(name: str, response: torch.Tensor) -> torch.Tensor:
            kept[:] = [response.index_select(layout.channel_axis, chosen)]
            return response

        with self._no_autograd(), failures_told(batch):
            tensors = {name: self._to_tensor(array) for name, array in batch.items()}
            self._run_named(tensors, [layer], keep, batch)
        if not kept:
            raise ModelError(
                f"The layer {layer} did not run for this batch, so it has no response.",
                fix="Ask for a layer that runs for every sample.",
            )
        return samples_first(to_numpy(kept[0]), layout)

    def _collect(
        self, pooled: Mapping[str, list[Pooled]], samples: int
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
        """Merge the runs of each layer and bring all of them to the host in one copy."""
        columns: list[torch.Tensor] = []
        for name, runs in pooled.items():
            if not runs:  # a branch not taken for this batch: no response
                silent = torch.zeros(samples, self._layouts[name].width, device=self._device)
                runs = [(silent, silent)]
            means, maxima = zip(*runs, strict=True)
            columns.append(means[0] if len(runs) == 1 else torch.stack(means).mean(0))
            columns.append(maxima[0] if len(runs) == 1 else torch.stack(maxima).amax(0))
        if self._device.type == "cpu" or not columns:
            arrays = [column.numpy() for column in columns]
        else:
            edges = np.cumsum([column.shape[1] for column in columns])[:-1]
            arrays = np.split(torch.cat(columns, 1).cpu().numpy(), edges, axis=1)
        return dict(zip(pooled, arrays[::2], strict=True)), dict(
            zip(pooled, arrays[1::2], strict=True)
        )

    def _settle_outputs(
        self, batch: Mapping[str, Array], results: Results, names: Sequence[str] | None
    ) -> None:
        """Learn from probing passes: the batch size, inputs and outputs."""
        smallest = min(results)
        shapes = {path: tuple(tensor.shape) for path, tensor in results[smallest].items()}
        self._paths = choose_outputs(shapes, smallest, names)
        self.max_batch = None if len(results) > 1 else smallest
        self.inputs = tuple(
            TensorSpec(name, (self.max_batch, *array.shape[1:]), array.dtype.name)
            for name, array in batch.items()
        )
        self.outputs = tuple(
            TensorSpec(
                name,
                (self.max_batch, *_varying([r[path].shape for r in results.values()])[1:]),
                to_numpy(results[smallest][path][:1]).dtype.name,
            )
            for name, path in self._paths.items()
        )

    def _settle_output_layers(self, results: Results) -> None:
        """Let outputs stand for layers where nothing inside can be watched."""
        layers = []
        self._layouts = {}
        for name, path in self._paths.items():
            shapes = {size: tuple(result[path].shape) for size, result in results.items()}
            axis = 1 if len(next(iter(shapes.values()))) >= 4 else -1
            layout = find_layout(shapes, axis)
            if layout is not None:
                self._layouts[name] = layout
                layers.append(
                    Layer(name, "other", axis, 1.0, layout.width, (name,), layout.batch_axis)
                )
        self.layers = tuple(layers)
        self._outputs_are_layers = True


def _pass_on(layer: str, response: torch.Tensor) -> torch.Tensor:
    return response


def _varying(shapes: Sequence[Sequence[int]]) -> list[int | None]:
    return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True)]
