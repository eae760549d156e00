"""Keras models on their torch backend: layers hooked as the modules they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import keras
import torch

from percepta.core.errors import ModelError
from percepta.core.network import Network
from percepta.models.batches import check_batch, take_cyclic
from percepta.models.differentiating import Tap
from percepta.models.keras_calls import bind_inputs, graph_inputs, name_outputs
from percepta.models.keras_layers import KERAS, candidate_layers, named_layers
from percepta.models.model import Array, describe_model
from percepta.models.torch_backed import Results, TorchBacked
from percepta.models.torch_layers import Hook, Trace, find_layers, forward_hooks
from percepta.models.torch_network import trace_network
from percepta.models.torch_responses import tapping
from percepta.models.torch_running import choose_device, failures_told

PROBE_SIZES = (2, 3)


class KerasModel(TorchBacked):
    """A Keras model, run with ``training=False`` in inference mode.

    A live model is borrowed: its variables return to their device with :meth:`close`, their values
    never change. A batch size that its graph fixes is obeyed.

    Args:
        model: of Keras 3 on torch.
        example: ``[B, ...]`` by input name, B >= 1.
        outputs: names for its outputs, or None for its own.
        device: where to run; None takes CUDA when present.

    Raises:
        ModelError: inputs or outputs do not fit the model, or it fails on the example.
    """

    format = "keras"

    def __init__(
        self,
        model: Any,
        example: Mapping[str, Array],
        outputs: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._model = model
        self._names = tuple(example)
        self._device = choose_device(device)
        self._dtype = torch.float32
        self._taps: dict[str, dict[int, str]] = {}
        self._named_outputs = name_outputs(model)
        self._home = next((v.value.device for v in model.variables), self._device)
        try:
            self._move(self._device)
            self._open(example, outputs)
        except BaseException:
            self.close()
            raise

    def _open(self, example: Mapping[str, Array], outputs: Sequence[str] | None) -> None:
        batch, _ = check_batch(example, self._names)
        sizes = {tensor.shape[0] for tensor in graph_inputs(self._model).values()} - {None}
        self._call = self._choose_call(batch, min(sizes, default=None))
        self._named = named_layers(self._model)  # known once the model is built
        self._stateful: list[Any] = [
            part for part in self._named.values() if getattr(part, "stateful", False)
        ]
        watched = candidate_layers(self._model)
        traces, results = self._probe(batch, watched, min(sizes, default=None))
        self._settle_outputs(batch, results, outputs)
        smallest = min(results)
        tensors = {name: results[smallest][path] for name, path in self._paths.items()}
        found = (find_layers(parts, traces, tensors, KERAS) for parts in watched)
        layers = next((each for each in found if each.layers), None)
        if layers is None:
            self._settle_output_layers(results)
        else:
            self.layers, self._layouts, self._taps = layers.layers, layers.layouts, layers.taps
        if not any(tensor.requires_grad for tensor in tensors.values()):
            self.no_gradients = (
                "The model cuts its outputs off from its inputs, so it has no gradients."
            )
        self.parameters = KERAS.weights(self._model)
        self.content_hash = _hash_model(self._model, self._named)
        self.network = self._trace_network(take_cyclic(batch, smallest))

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        kind = type(self._model)
        name = f"{kind.__module__}.{kind.__qualname__}"
        return describe_model(self) | {"module": name, "keras": keras.__version__}

    def close(self) -> None:
        """Send the model's variables back to the device they came from."""
        self._move(self._home)

    def _move(self, device: torch.device) -> None:
        for variable in self._model.variables:
            variable.value.data = variable.value.data.to(device)

    def _recurrent(self) -> bool:
        kinds = (keras.layers.RNN, keras.layers.Bidirectional)
        return any(isinstance(part, kinds) for part in self._named.values())

    def _run(
        self, tensors: Mapping[str, torch.Tensor], wanted: Collection[str], tap: Tap
    ) -> dict[str, torch.Tensor]:
        parts, hook = tapping(self._taps, wanted, tap)
        return self._call_model(tensors, parts, hook)

    def _call_model(
        self, tensors: Mapping[str, torch.Tensor], parts: Collection[str], hook: Hook
    ) -> dict[str, torch.Tensor]:
        """Call the model with hooks on some layers; return its output tensors by name."""
        for part in self._stateful:
            part.reset_state()
        with keras.device(str(self._device)):
            with forward_hooks({name: self._named[name] for name in parts}, hook):
                return self._named_outputs(self._call(tensors))

    def _choose_call(self, batch: Mapping[str, Array], fixed: int | None) -> Any:
        """Return the first way of calling the model that it takes; builds what is not built yet."""
        ways = bind_inputs(self._model, self._names)
        piece = take_cyclic(batch, fixed or 1)
        failures = []
        for way in ways:
            try:
                with torch.no_grad(), failures_told(piece), keras.device(str(self._device)):
                    way({name: self._to_tensor(array) for name, array in piece.items()})
            except ModelError as error:
                failures.append(error)
            else:
                return way
        raise failures[0]

    def _probe(
        self,
        batch: Mapping[str, Array],
        watched: Sequence[Mapping[str, Any]],
        fixed: int | None,
    ) -> tuple[dict[int, Trace], Results]:
        """Run small batches and watch every layer; of the size the model fixes, if it does."""
        parts = {name: part for tier in watched for name, part in tier.items()}
        traces: dict[int, Trace] = {}
        results: dict[int, dict[str, torch.Tensor]] = {}

        def run(size: int) -> None:
            trace = Trace(parts, KERAS)
            piece = take_cyclic(batch, size)
            with torch.enable_grad(), failures_told(piece):
                tensors = {name: _tracked(self._to_tensor(a)) for name, a in piece.items()}
                results[size] = self._call_model(tensors, parts, trace.record)
            traces[size] = trace

        if fixed is not None:
            run(fixed)
            return traces, results
        try:
            for size in PROBE_SIZES:
                run(size)
        except ModelError:  # a batch of one may be frozen inside; one sample ran already
            traces.clear()
            results.clear()
            run(1)
        return traces, results

    def _trace_network(self, piece: Mapping[str, Array]) -> Network:
        for part in self._stateful:
            part.reset_state()
        captured = [name for name in self._layouts if name in self._named]
        with torch.inference_mode(), failures_told(piece), keras.device(str(self._device)):
            return trace_network(
                self._model,
                self._call,
                {name: self._to_tensor(array) for name, array in piece.items()},
                self._paths,
                captured,
                KERAS,
                self._named_outputs,
            )


def _tracked(tensor: torch.Tensor) -> torch.Tensor:
    """Let autograd follow an input, also where a layer overwrites it."""
    return tensor.requires_grad_().clone() if tensor.is_floating_point() else tensor


def _hash_model(model: Any, named: Mapping[str, Any]) -> str:
    """Return the hex SHA-256 of structure and weights; names that Keras counts up do not matter."""
    order = {layer.name: f"layer {index}" for index, layer in enumerate(named.values())}
    digest = hashlib.sha256()
    try:
        structure = model.get_config()
    except NotImplementedError:  # a subclassed model that cannot be saved
        structure = {}
    parts = [[name, type(part).__qualname__] for name, part in named.items() if part is not model]
    for value in (type(model).__qualname__, structure, [] if structure else parts):
        text = json.dumps(_renamed(value, order), sort_keys=True, default=str)
        digest.update(text.encode())
    for weight in model.weights:
        value = weight.value.detach().cpu().contiguous()
        digest.update(f"{value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.flatten().view(torch.uint8).numpy().data if value.numel() else b"")
    return digest.hexdigest()


def _renamed(value: Any, order: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return order.get(value, value)
    if isinstance(value, Mapping):
        return {str(key): _renamed(each, order) for key, each in value.items()}
    return [_renamed(each, order) for each in value] if isinstance(value, list | tuple) else value
