"""Eager PyTorch modules as models: hooks, pooling where the response lies, one copy per batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from torch import nn

from percepta.core.errors import ModelError
from percepta.models.batches import check_batch, describe_batch, run_in_pieces, take_cyclic
from percepta.models.layout import find_layout
from percepta.models.matching import choose_outputs
from percepta.models.model import Array, Forward, Layer, TensorSpec, describe_model
from percepta.models.pooling import pool
from percepta.models.torch_calls import Call, bind_inputs, flatten_outputs, user_frame
from percepta.models.torch_files import hash_module
from percepta.models.torch_layers import (
    Hook,
    Trace,
    Watched,
    candidate_layers,
    find_layers,
    forward_hooks,
    named_parts,
    response_of,
)
from percepta.models.torch_running import choose_device, evaluation_mode, nearly_equal

PROBE_SIZES = (2, 3)


class TorchModel:
    """A borrowed ``nn.Module``, run in evaluation mode and inference mode.

    The module's training flags are put back after every batch, its device by :meth:`close`; its
    parameters are never changed. Two-dimensional convolutions on the CPU run in channels_last
    memory format (1.5 to 2 times faster): by rule, never by a timing, since the choice changes the
    last bits of results and a resumed evaluation must repeat them.

    Args:
        module: the network.
        example: ``[B, ...]`` by input name, B >= 1.
        outputs: names for its outputs, or None for its own.
        device: where to run; None takes CUDA when present.

    Raises:
        ModelError: inputs or outputs do not fit the module, or it fails on the example.
    """

    format = "pytorch"

    def __init__(
        self,
        module: nn.Module,
        example: Mapping[str, Array],
        outputs: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._module = module
        self._named = named_parts(module)
        self._parts = list(self._named.values())
        self._call: Call = bind_inputs(module, tuple(example))
        self.parameters = sum(p.numel() for p in module.parameters())
        self.content_hash = hash_module(module)
        self._home = next((p.device for p in module.parameters()), torch.device("cpu"))
        self._device = choose_device(device)
        self._dtype = next(
            (p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32
        )
        self._channels_last = False
        try:
            self._module.to(self._device)
            self._open(example, outputs)
        except BaseException:
            self.close()
            raise

    def _open(self, example: Mapping[str, Array], outputs: Sequence[str] | None) -> None:
        batch, _ = check_batch(example, self._call.names)
        watched = self._watchable()
        traces, results = self._probe(batch, watched)
        smallest = min(results)
        shapes = {path: tuple(tensor.shape) for path, tensor in results[smallest].items()}
        self._paths = choose_outputs(shapes, smallest, outputs)
        tensors = {name: results[smallest][path] for name, path in self._paths.items()}
        self.max_batch = None if len(results) > 1 else smallest
        candidates = (find_layers(parts, traces, tensors) for parts in watched)
        found = next((found for found in candidates if found.layers), None)
        self._watched = found or self._output_layers(results)
        self.layers = self._watched.layers
        self.inputs = tuple(_spec(n, a.shape, a.dtype, self.max_batch) for n, a in batch.items())
        self.outputs = tuple(
            _spec(
                name,
                _varying([result[path].shape for result in results.values()]),
                _to_numpy(tensors[name][:1].detach()).dtype,
                self.max_batch,
            )
            for name, path in self._paths.items()
        )
        self._channels_last = self._channels_last_fits(batch, tensors, smallest)

    @property
    def device(self) -> str:
        """Where it runs, e.g. ``cpu`` or ``cuda:0 (NVIDIA H200)``."""
        if self._device.type != "cuda":
            return str(self._device)
        return f"{self._device} ({torch.cuda.get_device_name(self._device)})"

    def forward(self, inputs: Mapping[str, Array], capture: Sequence[str] = ()) -> Forward:
        """Run a batch; see :meth:`percepta.models.Model.forward`."""
        unknown = [name for name in capture if name not in self._watched.layouts]
        if unknown:
            raise ModelError(f"The model has no layer {', '.join(unknown)} to capture.")
        batch, samples = check_batch(inputs, self._call.names)
        return run_in_pieces(
            batch, samples, self.max_batch, lambda piece: self._forward(piece, capture)
        )

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        kind = type(self._module)
        name = f"{kind.__module__}.{kind.__qualname__}"
        return describe_model(self) | {"module": name, "channels_last": self._channels_last}

    def close(self) -> None:
        """Send the module back to the device it came from."""
        self._module.to(self._home)

    def _forward(self, batch: Mapping[str, Array], capture: Sequence[str]) -> Forward:
        pooled: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {n: [] for n in capture}
        layouts = self._watched.layouts
        taps = {
            module: calls
            for module, calls in self._watched.taps.items()
            if not pooled.keys().isdisjoint(calls.values())
        }
        called = dict.fromkeys(taps, 0)

        def tap(module: str, args: Any, output: Any) -> None:
            layer = taps[module].get(called[module])
            called[module] += 1
            response = response_of(output)
            if layer in pooled and response is not None:
                pooled[layer].append(pool(response, layouts[layer]))

        with torch.inference_mode():
            result = self._run(batch, {name: self._named[name] for name in taps}, tap)
            outputs = {name: result[path] for name, path in self._paths.items() if path in result}
            if len(outputs) < len(self._paths):
                lost = ", ".join(name for name in self._paths if name not in outputs)
                raise ModelError(f"The model gave no output {lost} for {describe_batch(batch)}.")
            for name in capture:
                if not self._watched.taps:  # outputs stand for layers
                    pooled[name].append(pool(outputs[name], layouts[name]))
            samples = len(next(iter(batch.values())))
            mean, maximum = self._collect(pooled, samples)
        return Forward({n: _to_numpy(tensor) for n, tensor in outputs.items()}, mean, maximum)

    def _collect(
        self, pooled: Mapping[str, list[tuple[torch.Tensor, torch.Tensor]]], samples: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Merge the calls of each layer and bring all of them to the host in one copy."""
        columns: list[torch.Tensor] = []
        for name, calls in pooled.items():
            if not calls:  # a branch not taken for this batch: no response
                silent = torch.zeros(
                    samples, self._watched.layouts[name].width, device=self._device
                )
                calls = [(silent, silent)]
            means, maxima = zip(*calls, strict=True)
            columns.append(means[0] if len(calls) == 1 else torch.stack(means).mean(0))
            columns.append(maxima[0] if len(calls) == 1 else torch.stack(maxima).amax(0))
        if self._device.type == "cpu" or not columns:
            arrays = [column.numpy() for column in columns]
        else:
            edges = np.cumsum([column.shape[1] for column in columns])[:-1]
            arrays = np.split(torch.cat(columns, 1).cpu().numpy(), edges, axis=1)
        return dict(zip(pooled, arrays[::2], strict=True)), dict(
            zip(pooled, arrays[1::2], strict=True)
        )

    def _run(
        self,
        batch: Mapping[str, Array],
        taps: Mapping[str, nn.Module],
        hook: Hook,
    ) -> dict[str, torch.Tensor]:
        """Call the module in evaluation mode, with hooks; return its output tensors by path."""
        tensors = {name: self._to_device(array) for name, array in batch.items()}
        try:
            with ExitStack() as stack:
                stack.enter_context(evaluation_mode(self._module, self._parts))
                stack.enter_context(forward_hooks(taps, hook))
                return flatten_outputs(self._call(self._module, tensors))
        except ModelError:
            raise
        except torch.cuda.OutOfMemoryError as error:
            raise ModelError(
                f"The GPU ran out of memory on {describe_batch(batch)}.",
                fix="Use a smaller batch size.",
            ) from error
        except Exception as error:
            reason = str(error).strip().splitlines()
            raise ModelError(
                f"The model failed on {describe_batch(batch)}: "
                f"{type(error).__name__}: {reason[0] if reason else ''}",
                where=user_frame(error),
                fix="Let the input functions return what the model takes (shape without the batch "
                "axis, element type).",
            ) from error

    def _to_device(self, array: Array) -> torch.Tensor:
        if not (array.flags.writeable and array.flags.c_contiguous and array.dtype.isnative):
            array = np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
        tensor = torch.from_numpy(array)
        if self._device.type == "cuda":
            tensor = tensor.pin_memory().to(self._device, non_blocking=True)
        if tensor.is_floating_point() and tensor.dtype != self._dtype:
            tensor = tensor.to(self._dtype)
        if self._channels_last and tensor.ndim == 4:
            tensor = tensor.to(memory_format=torch.channels_last)  # .contiguous() skips C = 1
        return tensor

    def _watchable(self) -> list[dict[str, nn.Module]]:
        if isinstance(self._module, torch.jit.ScriptModule):  # takes no hooks
            return []
        return candidate_layers(self._module)

    def _probe(
        self, batch: Mapping[str, Array], watched: Sequence[Mapping[str, nn.Module]]
    ) -> tuple[dict[int, Trace], dict[int, dict[str, torch.Tensor]]]:
        """Run two small batches and watch every module; one sample if the module takes no more."""
        taps = {name: part for tier in watched for name, part in tier.items()}
        traces: dict[int, Trace] = {}
        results: dict[int, dict[str, torch.Tensor]] = {}

        def run(size: int) -> None:
            trace = Trace(taps)
            with torch.enable_grad():
                results[size] = self._run(take_cyclic(batch, size), taps, trace.record)
            traces[size] = trace

        try:
            for size in PROBE_SIZES:
                run(size)
        except ModelError as error:
            traces.clear()
            results.clear()
            try:
                run(1)
            except ModelError:
                raise error from error.__cause__
        return traces, results

    def _output_layers(self, results: Mapping[int, Mapping[str, torch.Tensor]]) -> Watched:
        """Let outputs stand for layers where no module can be watched."""
        layers, layouts = [], {}
        for name, path in self._paths.items():
            shapes = {size: tuple(result[path].shape) for size, result in results.items()}
            axis = 1 if len(next(iter(shapes.values()))) >= 4 else -1
            layout = find_layout(shapes, axis)
            if layout is not None:
                layouts[name] = layout
                layers.append(Layer(name, "other", axis, 1.0, layout.width, (name,)))
        return Watched(tuple(layers), layouts, {})

    def _channels_last_fits(
        self, batch: Mapping[str, Array], expected: Mapping[str, torch.Tensor], size: int
    ) -> bool:
        """Whether channels_last applies, and gives what the plain format gives."""
        planar = any(isinstance(p, nn.Conv2d | nn.ConvTranspose2d) for p in self._parts)
        images = any(array.ndim == 4 for array in batch.values())
        half = self._dtype in (torch.float16, torch.bfloat16)
        quick = half or (self._device.type == "cpu" and self._dtype == torch.float32)
        if not (planar and images and quick):
            return False
        self._channels_last = True
        try:
            with torch.inference_mode():
                result = self._run(take_cyclic(batch, size), {}, lambda name, args, output: None)
        except ModelError:  # .view() on a tensor in the other format
            return False
        finally:
            self._channels_last = False
        return all(nearly_equal(result[self._paths[n]], tensor) for n, tensor in expected.items())


def _spec(
    name: str, shape: Sequence[int | None], dtype: np.dtype[Any], batch: int | None
) -> TensorSpec:
    return TensorSpec(name, (batch, *shape[1:]), dtype.name)


def _varying(shapes: Sequence[Sequence[int]]) -> list[int | None]:
    return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True)]


def _to_numpy(tensor: torch.Tensor) -> Array:
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    return np.asarray(tensor.cpu().contiguous().numpy())
