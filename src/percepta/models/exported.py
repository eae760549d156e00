"""``torch.export`` programs as models: their graph, run node by node."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import fx
from torch.export import ExportedProgram

from percepta.core.errors import ModelError
from percepta.models.batches import check_batch, take_cyclic
from percepta.models.differentiating import Tap
from percepta.models.exported_archive import read_program
from percepta.models.exported_graph import ProgramGraph, operator_of
from percepta.models.exported_layers import Tapped, find_tapped
from percepta.models.exported_network import program_network
from percepta.models.feeds import last_layers
from percepta.models.layout import ResponseLayout, execution_depth, find_layout
from percepta.models.matching import match_names
from percepta.models.model import Array, Layer
from percepta.models.registry import Request
from percepta.models.torch_backed import Results, TorchBacked
from percepta.models.torch_hashing import hash_tensors
from percepta.models.torch_responses import replace_response, response_of
from percepta.models.torch_running import choose_device, failures_told

PROBE_SIZES = (2, 3)
_PLANAR = {"conv2d", "conv_transpose2d", "convolution"}


def open_exported(request: Request) -> ExportedModel:
    """Open a program that lives here, or the ``.pt2`` file of one.

    Raises:
        ModelError: the file is damaged or foreign, or the example does not fit.
        UntrustedModelError: opening the file would run code.
    """
    source = request.source
    program = read_program(source, request.trust) if isinstance(source, Path) else source
    return ExportedModel(program, request.example, request.outputs, request.device)


class ExportedModel(TorchBacked):
    """A program of ``torch.export``.

    Args:
        program: as ``torch.export.export`` or ``load`` gave it; it stays as it is.
        example: ``[B, ...]`` by input name, B >= 1.
        outputs: names for its outputs, or None for its own.
        device: where to run; None takes CUDA when present.

    Raises:
        ModelError: inputs or outputs do not fit the program, or it fails on the example.
    """

    format = "torch.export"

    def __init__(
        self,
        program: ExportedProgram,
        example: Mapping[str, Array],
        outputs: Sequence[str] | None = None,
        device: str | None = None,
    ) -> None:
        self._device = choose_device(device)
        self._graph = ProgramGraph(program, self._device)
        learned = [self._graph.state[node] for node in self._graph.parameters]
        self.parameters = sum(tensor.numel() for tensor in learned)
        self._dtype = next((t.dtype for t in learned if t.is_floating_point()), torch.float32)
        self.content_hash = _hash(self._graph)
        own = tuple(self._graph.inputs)
        self._given = match_names(tuple(example), own, what="input", required=own)
        self._names = tuple(self._given)
        self._taps: dict[str, Tapped] = {}
        self._open(example, outputs)

    def _open(self, example: Mapping[str, Array], outputs: Sequence[str] | None) -> None:
        batch, _ = check_batch(example, self._names)
        tiers = find_tapped(self._graph)
        results, shapes = self._probe(batch, {n for t in tiers for each in t for n in each.nodes})
        self._settle_outputs(batch, results, outputs)
        planar = any(operator_of(node) in _PLANAR for node in self._graph.nodes)
        if planar and self._suits_channels_last(batch):
            smallest = min(results)
            expected = {name: results[smallest][path] for name, path in self._paths.items()}
            self._try_channels_last(take_cyclic(batch, smallest), expected)
        found = ((tier, _layouts(tier, shapes)) for tier in tiers)
        tier, layouts = next((each for each in found if each[1]), ([], {}))
        if not layouts:
            self._settle_output_layers(results)
        else:
            self._settle_layers(tier, layouts)
        self.network = program_network(
            self._graph,
            {own: name for name, own in self._given.items()},
            {name: self._graph.outputs[path] for name, path in self._paths.items()},
            {name: each.nodes[0] for name, each in self._taps.items()},
        )

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        return super().describe() | {"channels_last": self._channels_last}

    def _settle_layers(self, tier: Iterable[Tapped], layouts: dict[str, ResponseLayout]) -> None:
        self._layouts = layouts
        self._taps = {each.name: each for each in tier if each.name in layouts}
        order = {name: index for index, name in enumerate(self._taps)}
        owners = {node: name for name, each in self._taps.items() for node in each.nodes}
        feeds = {
            name: last_layers(
                [self._graph.outputs[path]], lambda n: n.all_input_nodes, owners.get, order
            )
            for name, path in self._paths.items()
        }
        self.layers = tuple(
            Layer(
                name,
                each.kind,
                each.channel_axis,
                execution_depth(order[name], len(order)),
                layouts[name].width,
                tuple(output for output in feeds if name in feeds[output]),
                layouts[name].batch_axis,
            )
            for name, each in self._taps.items()
        )

    def _recurrent(self) -> bool:
        names = {"lstm", "gru", "rnn_tanh", "rnn_relu"}
        return any(operator_of(node) in names for node in self._graph.nodes)

    def _run(
        self, tensors: Mapping[str, torch.Tensor], wanted: Collection[str], tap: Tap
    ) -> dict[str, torch.Tensor]:
        owners = {
            node: name for name in wanted if name in self._taps for node in self._taps[name].nodes
        }

        def tap_node(node: fx.Node, value: Any) -> Any:
            response = response_of(value)
            if response is None:
                return value
            tapped = tap(owners[node], response)
            return value if tapped is response else replace_response(value, tapped)

        return self._graph.run(self._fed(tensors), owners, tap_node)

    def _fed(self, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return inputs under the program's names, in the element types it was exported with."""
        fed = {}
        for name, own in self._given.items():
            wanted = self._graph.inputs[own].meta["val"].dtype
            tensor = tensors[name]
            if tensor.is_floating_point() and not wanted.is_floating_point:
                whole = tensor.detach()
                if not torch.equal(whole, whole.round()):
                    raise ModelError(
                        f"The input {name} holds fractions; the program takes whole numbers.",
                        fix="Let its input function return whole numbers.",
                    )
            fed[own] = tensor.to(wanted)
        return fed

    def _probe(
        self, batch: Mapping[str, Array], nodes: Collection[fx.Node]
    ) -> tuple[Results, dict[int, dict[fx.Node, tuple[int, ...]]]]:
        """Run small batches and note the shapes of responses."""
        shapes: dict[int, dict[fx.Node, tuple[int, ...]]] = {}
        results: dict[int, dict[str, torch.Tensor]] = {}

        def run(size: int) -> None:
            seen: dict[fx.Node, tuple[int, ...]] = {}

            def note(node: fx.Node, value: Any) -> Any:
                response = response_of(value)
                if response is not None:
                    seen[node] = tuple(response.shape)
                return value

            piece = take_cyclic(batch, size)
            with torch.inference_mode(), failures_told(piece):
                tensors = {name: self._to_tensor(array) for name, array in piece.items()}
                results[size] = self._graph.run(self._fed(tensors), nodes, note)
            shapes[size] = seen

        fixed = _fixed_batch(self._graph.inputs.values())
        for size in PROBE_SIZES if fixed is None else (fixed,):
            run(size)
        return results, shapes


def _fixed_batch(inputs: Iterable[fx.Node]) -> int | None:
    """Return the batch size that a program was exported with; None: it takes any."""
    sizes = [node.meta["val"].shape[0] for node in inputs if node.meta["val"].ndim]
    return next((size for size in sizes if isinstance(size, int)), None)


def _layouts(
    tier: Iterable[Tapped], shapes: Mapping[int, Mapping[fx.Node, tuple[int, ...]]]
) -> dict[str, ResponseLayout]:
    """Return, by layer, the layout that all of its runs have."""
    layouts = {}
    for each in tier:
        found = {
            find_layout({size: seen[node] for size, seen in shapes.items()}, each.channel_axis)
            for node in each.nodes
            if all(node in seen for seen in shapes.values())
        }
        layout = found.pop() if len(found) == 1 else None
        if layout is not None:
            layouts[each.name] = layout
    return layouts


def _hash(graph: ProgramGraph) -> str:
    digest = hashlib.sha256()
    for node in graph.nodes:
        digest.update(f"{node.name} {node.target} {node.args} {node.kwargs}\n".encode())
    for subgraph in graph.subgraphs:
        digest.update(str(subgraph).encode())
    hash_tensors(digest, ((node.name, tensor) for node, tensor in graph.state.items()))
    return digest.hexdigest()
