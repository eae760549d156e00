"""ONNX files as models: onnxruntime, with the pooled responses computed inside the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import ModelError, Where
from percepta.core.network import Network
from percepta.models.batches import Masks, array_in_pieces, check_batch, run_in_pieces
from percepta.models.layout import ResponseLayout, check_channels, execution_depth, find_layout
from percepta.models.masking import check_masks
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
from percepta.models.onnx_capture import Capture
from percepta.models.onnx_cleaning import cleaned
from percepta.models.onnx_file import read_onnx
from percepta.models.onnx_graph import (
    Tap,
    feeds_of,
    find_taps,
    is_only_cast_to_whole,
    order_outputs,
)
from percepta.models.onnx_inputs import GraphInputs
from percepta.models.onnx_network import describe_network
from percepta.models.onnx_sessions import Probe, Runtime
from percepta.models.onnx_shapes import infer_shapes
from percepta.models.onnx_weights import owned_weights

if TYPE_CHECKING:
    from percepta.models.onnx_torch import Translation

_FLOATS = {"float32", "float64"}


class OnnxModel:
    """An ONNX file on onnxruntime; its gradients on torch.

    Args:
        path: the ``.onnx`` file; external weights must lie in its folder.
        example: ``[B, ...]`` by input name, B >= 1.
        outputs: names for its outputs, or None for its own.
        device: ``cpu`` or ``cuda``; None takes CUDA when this onnxruntime has it.

    Raises:
        ModelError: the file is corrupt or foreign, or the example does not fit.
        UntrustedModelError: it refers to data outside its folder.
    """

    format = "onnx"

    def __init__(
        self,
        path: Path,
        example: Mapping[str, Array],
        outputs: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._where = Where(file=str(path))
        self._folder = str(path.resolve().parent)
        model, self.content_hash = read_onnx(path)
        self._model = cleaned(model)
        self._given = GraphInputs(self._model.graph, tuple(example), self._where)
        self._runtime = Runtime(device, self._folder, self._given, self._where)
        self._translated: Translation | None = None
        self.parameters = sum(owned_weights(self._model.graph).values())
        batch, _ = check_batch(example, self._given.names, self._where)
        self._open(batch, outputs)

    def _open(self, batch: Mapping[str, Array], names: Sequence[str] | None) -> None:
        taps = find_taps(self._model.graph)
        tensors = [tap.tensor for tap in taps]
        size = self._given.fixed_batch()
        probe = self._runtime.probe(self._model, batch, tensors, size)
        self.max_batch = None if len(probe.shapes) > 1 else probe.smallest
        seen = probe.shapes[probe.smallest]
        floats = {name: kind.startswith("float") for name, kind in probe.types.items()}
        own = {name: seen[name] for name in order_outputs(self._model.graph, floats)}
        self._outputs = choose_outputs(own, probe.smallest, names, self._where)
        self._layouts: dict[str, ResponseLayout] = {}
        self._taps = {tap.layer: tap for tap in taps if self._has_layout(tap, probe)}
        if not self._taps:
            self._tap_outputs(probe)
        self._capture = Capture(
            self._model, self._runtime, self._outputs, self._taps, self._layouts
        )
        self.layers = self._describe_layers()
        self.inputs = tuple(self._given.spec(n, a, self.max_batch) for n, a in batch.items())
        self.outputs = tuple(
            TensorSpec(name, (self.max_batch, *probe.varying(tensor)[1:]), probe.types[tensor])
            for name, tensor in self._outputs.items()
        )
        self._probed = probe
        self._sample_shapes = {name: array.shape[1:] for name, array in batch.items()}

    @property
    def device(self) -> str:
        """Where it runs, ``cpu`` or ``cuda``."""
        return self._runtime.device

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about the file, in sentences."""
        if self.max_batch is None:
            return ()
        if self.max_batch == 1:
            return ("The file takes one sample at a time, so batches run one by one.",)
        return (f"The file takes exactly {self.max_batch} samples, so batches are cut to that.",)

    @cached_property
    def no_gradients(self) -> str | None:
        """The operators without a gradient, in a sentence, or None; the first look imports torch."""
        from percepta.models.onnx_torch import unsupported_operators

        wanted = [*self._outputs.values(), *(tap.tensor for tap in self._taps.values())]
        missing = unsupported_operators(self._model, wanted)
        if not missing:
            return None
        return f"percepta has no gradient through {', '.join(missing)} of this ONNX file."

    @cached_property
    def network(self) -> Network:
        """The network as a graph for people."""
        by_size = []
        for size, seen in self._probed.shapes.items():
            given = {
                self._given.own(name): (size, *shape) for name, shape in self._sample_shapes.items()
            }
            by_size.append(infer_shapes(self._model, given) | given | seen)
        shapes = {
            name: tuple(
                sizes[0] if len(set(sizes)) == 1 else None
                for sizes in zip(*(shapes.get(name, ()) for shapes in by_size), strict=False)
            )
            for name in by_size[0]
        }
        inputs = {name: self._given.own(name) for name in self._given.names}
        taps = self._taps.values()
        return describe_network(self._model.graph, inputs, self._outputs, taps, shapes)

    def forward(
        self, inputs: Mapping[str, Array], capture: Sequence[str] = (), masks: Masks = None
    ) -> Forward:
        """Run a batch; see :meth:`percepta.models.Model.forward`."""
        self._check_layers(capture)
        batch, samples = check_batch(inputs, self._given.names, self._where)
        checked = None if masks is None else check_masks(masks, samples)
        return run_in_pieces(
            batch,
            samples,
            self.max_batch,
            lambda piece, part: self._capture.forward(piece, capture, part),
            checked,
        )

    def activations(
        self, inputs: Mapping[str, Array], layer: str, channels: Sequence[int]
    ) -> NDArray[np.float32]:
        """Return whole responses; see :meth:`percepta.models.Model.activations`."""
        self._check_layers([layer])
        check_channels(layer, self._layouts[layer].width, channels)
        batch, samples = check_batch(inputs, self._given.names, self._where)
        return array_in_pieces(
            batch,
            samples,
            self.max_batch,
            lambda piece: self._capture.activations(piece, layer, channels),
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
        import torch

        from percepta.models.differentiating import Tap as TapFunction
        from percepta.models.differentiating import differentiate

        if self.no_gradients is not None:
            raise ModelError(self.no_gradients, where=self._where)
        self._check_layers(of_layers)
        self._check_inputs(of_inputs)
        batch, _ = check_batch(inputs, self._given.names, self._where)
        fed = self._given.fit(batch)
        translation = self._translation()

        def run(
            tensors: Mapping[str, torch.Tensor], tap: TapFunction
        ) -> Mapping[str, torch.Tensor]:
            own = {self._given.own(name): tensor for name, tensor in tensors.items()}
            return translation.run(own, tap)

        return differentiate(
            run,
            {name: translation.accept(fed[self._given.own(name)]) for name in batch},
            target,
            of_inputs,
            of_layers,
            size=self.max_batch,
            batch_axes={name: layout.batch_axis for name, layout in self._layouts.items()},
        )

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        opsets = {o.domain or "ai.onnx": o.version for o in self._model.opset_import}
        producer = f"{self._model.producer_name} {self._model.producer_version}".strip()
        more = {"opsets": opsets, "producer": producer, "notes": list(self.notes)}
        return describe_model(self) | more

    def close(self) -> None:
        """Drop the sessions; the next forward builds what it needs again."""
        self._capture.close()
        self._translated = None

    def _translation(self) -> Translation:
        """Return the graph on torch, made when first asked for."""
        if self._translated is None:
            self._translated = self._translate()
        return self._translated

    def _translate(self) -> Translation:
        import torch

        from percepta.models.onnx_torch import Translation

        cuda = self.device == "cuda" and torch.cuda.is_available()
        taps = {name: tap.tensor for name, tap in self._taps.items()}
        device = torch.device("cuda" if cuda else "cpu")
        return Translation(self._model, self._folder, self._outputs, taps, device, self._where)

    def _check_layers(self, names: Sequence[str]) -> None:
        unknown = [name for name in names if name not in self._taps]
        if unknown:
            message = f"The model has no layer {', '.join(unknown)} to capture."
            raise ModelError(message, where=self._where)

    def _check_inputs(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self._given.names:
                raise ModelError(f"The model has no input {name}.", where=self._where)
            if is_only_cast_to_whole(self._model.graph, self._given.own(name)):
                raise ModelError(
                    f"The model reads the input {name} as whole numbers, which have no gradient.",
                    where=self._where,
                    fix="Ask for the gradient at the layer that embeds it.",
                )

    def _has_layout(self, tap: Tap, probe: Probe) -> bool:
        """Learn how a layer's response is laid out; False where it has no samples and channels."""
        layout = find_layout(probe.of(tap.tensor), tap.channel_axis)
        if layout is None or probe.types[tap.tensor] not in _FLOATS:
            return False
        self._layouts[tap.layer] = layout
        return True

    def _tap_outputs(self, probe: Probe) -> None:
        """Let outputs stand for layers where the graph has none."""
        for name, tensor in self._outputs.items():
            axis = 1 if len(probe.shapes[probe.smallest][tensor]) >= 4 else -1
            tap = Tap(name, "other", axis, tensor, -1, -1)
            if self._has_layout(tap, probe):
                self._taps[name] = tap

    def _describe_layers(self) -> tuple[Layer, ...]:
        taps = list(self._taps.values())
        feeds = feeds_of(self._model.graph, taps, self._outputs.values())
        return tuple(
            Layer(
                tap.layer,
                tap.kind,
                tap.channel_axis,
                execution_depth(index, len(taps)),
                self._layouts[tap.layer].width,
                tuple(n for n, tensor in self._outputs.items() if tap.layer in feeds[tensor]),
                self._layouts[tap.layer].batch_axis,
            )
            for index, tap in enumerate(taps)
        )
