"""Eager PyTorch modules as models: hooks on the modules inside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import torch
from torch import nn

from percepta.core.errors import ModelError
from percepta.core.network import Network
from percepta.models.batches import check_batch, take_cyclic
from percepta.models.differentiating import Tap
from percepta.models.model import Array, describe_model
from percepta.models.torch_backed import Results, TorchBacked
from percepta.models.torch_calls import Call, bind_inputs, flatten_outputs
from percepta.models.torch_hashing import hash_module
from percepta.models.torch_layers import (
    Hook,
    Trace,
    Watched,
    candidate_layers,
    find_layers,
    forward_hooks,
    named_parts,
)
from percepta.models.torch_network import trace_network
from percepta.models.torch_responses import tapping
from percepta.models.torch_running import (
    choose_device,
    evaluation_mode,
    failures_told,
)

PROBE_SIZES = (2, 3)
_PLANAR = (nn.Conv2d, nn.ConvTranspose2d)


class TorchModel(TorchBacked):
    """A borrowed ``nn.Module``, run in evaluation mode and inference mode.

    The module's training flags are put back after every batch, its device by :meth:`close`; its
    parameters are never changed. Two-dimensional convolutions on the CPU run in channels_last
    memory format (1.5 to 2 times faster): by rule, never by a timing, since the choice changes the
    last bits of results and a resumed evaluation must repeat them.

    Args:
        module: the network; a TorchScript module too, whose inside cannot be watched.
        example: ``[B, ...]`` by input name, B >= 1.
        outputs: names for its outputs, or None for its own.
        device: where to run; None takes CUDA when present.

    Raises:
        ModelError: inputs or outputs do not fit the module, or it fails on the example.
    """

    def __init__(
        self,
        module: nn.Module,
        example: Mapping[str, Array],
        outputs: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._module = module
        self._scripted = isinstance(module, torch.jit.ScriptModule)
        self.format = "torchscript" if self._scripted else "pytorch"
        self._named = named_parts(module)
        self._parts = list(self._named.values())
        self._call: Call = bind_inputs(module, tuple(example))
        self._names = self._call.names
        self.parameters = sum(p.numel() for p in module.parameters())
        self.content_hash = hash_module(module)
        self._home = next((p.device for p in module.parameters()), torch.device("cpu"))
        self._device = choose_device(device)
        self._dtype = next(
            (p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32
        )
        self._taps: dict[str, dict[int, str]] = {}
        try:
            self._module.to(self._device)
            self._open(example, outputs)
        except BaseException:
            self.close()
            raise

    def _open(self, example: Mapping[str, Array], outputs: Sequence[str] | None) -> None:
        batch, _ = check_batch(example, self._names)
        watched = [] if self._scripted else candidate_layers(self._module)  # no hooks in scripts
        traces, results = self._probe(batch, watched)
        self._settle_outputs(batch, results, outputs)
        smallest = min(results)
        tensors = {name: results[smallest][path] for name, path in self._paths.items()}
        found = (find_layers(parts, traces, tensors) for parts in watched)
        layers = next((each for each in found if each.layers), None)
        if layers is None:
            self._settle_output_layers(results)
        else:
            self._settle_layers(layers)
        self.no_gradients = _why_no_gradients(tensors)
        planar = any(isinstance(part, _PLANAR) for part in self._parts)
        if planar and self._suits_channels_last(batch):
            self._try_channels_last(take_cyclic(batch, smallest), tensors)
        self.network = self._trace_network(take_cyclic(batch, smallest))

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        kind = type(self._module)
        name = f"{kind.__module__}.{kind.__qualname__}"
        return describe_model(self) | {"module": name, "channels_last": self._channels_last}

    def close(self) -> None:
        """Send the module back to the device it came from."""
        self._module.to(self._home)

    def _settle_layers(self, found: Watched) -> None:
        self.layers, self._layouts, self._taps = found.layers, found.layouts, found.taps

    def _no_autograd(self) -> AbstractContextManager[Any]:
        # TorchScript's executor saves for a backward pass also in inference mode, and fails
        return torch.no_grad() if self._scripted else torch.inference_mode()

    def _recurrent(self) -> bool:
        return any(isinstance(part, nn.RNNBase) for part in self._parts)

    def _run(
        self, tensors: Mapping[str, torch.Tensor], wanted: Collection[str], tap: Tap
    ) -> dict[str, torch.Tensor]:
        modules, hook = tapping(self._taps, wanted, tap)
        return self._call_module(tensors, modules, hook)

    def _call_module(
        self, tensors: Mapping[str, torch.Tensor], modules: Collection[str], hook: Hook
    ) -> dict[str, torch.Tensor]:
        """Call the module in evaluation mode, with hooks; return its output tensors by path."""
        with ExitStack() as stack:
            stack.enter_context(evaluation_mode(self._module, self._parts))
            stack.enter_context(forward_hooks({n: self._named[n] for n in modules}, hook))
            return flatten_outputs(self._call(self._module, tensors))

    def _probe(
        self, batch: Mapping[str, Array], watched: Sequence[Mapping[str, nn.Module]]
    ) -> tuple[dict[int, Trace], Results]:
        """Run two small batches and watch every module; one sample if the module takes no more.

        A module that fails only where autograd follows its inputs (it calls ``.numpy()`` on them, say)
        runs without, and has no gradients.
        """
        parts = {name: part for tier in watched for name, part in tier.items()}
        first: ModelError | None = None
        for sizes, follow in (
            (PROBE_SIZES, True),
            (PROBE_SIZES, False),
            ((1,), True),
            ((1,), False),
        ):
            try:
                return self._watch(batch, parts, sizes, follow)
            except ModelError as error:
                first = first or error
        assert first is not None  # noqa: S101 - no attempt returned
        raise first from first.__cause__

    def _watch(
        self,
        batch: Mapping[str, Array],
        parts: Mapping[str, nn.Module],
        sizes: Sequence[int],
        follow: bool,
    ) -> tuple[dict[int, Trace], Results]:
        traces: dict[int, Trace] = {}
        results: dict[int, dict[str, torch.Tensor]] = {}
        for size in sizes:
            traces[size] = Trace(parts)
            piece = take_cyclic(batch, size)
            with torch.set_grad_enabled(follow), failures_told(piece):
                tensors = {name: self._to_tensor(array) for name, array in piece.items()}
                if follow:
                    tensors = {name: _followed(tensor) for name, tensor in tensors.items()}
                results[size] = self._call_module(tensors, parts, traces[size].record)
        return traces, results

    def _trace_network(self, piece: Mapping[str, Array]) -> Network:
        captured = {name: self._named[name] for name in self._layouts if name in self._named}
        with self._no_autograd(), failures_told(piece):
            with evaluation_mode(self._module, self._parts):
                return trace_network(
                    self._module,
                    lambda tensors: self._call(self._module, tensors),
                    {name: self._to_tensor(array) for name, array in piece.items()},
                    self._paths,
                    captured,
                )


def _followed(tensor: torch.Tensor) -> torch.Tensor:
    """Let autograd follow an input, also where the module overwrites it."""
    return tensor.requires_grad_().clone() if tensor.is_floating_point() else tensor


def _why_no_gradients(outputs: Mapping[str, torch.Tensor]) -> str | None:
    if any(tensor.requires_grad for tensor in outputs.values()):
        return None
    return (
        "The module cuts its outputs off from its inputs (torch.no_grad(), .detach(), .numpy(), whole "
        "numbers), so it has no gradients; let forward run without it."
    )
