"""ONNX files as models: onnxruntime, with the pooled responses computed inside the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto

from percepta.core.errors import ModelError, Where
from percepta.models.batches import check_batch, describe_batch, run_in_pieces, take_cyclic
from percepta.models.layout import ResponseLayout, execution_depth, find_layout, merge_groups
from percepta.models.matching import choose_outputs
from percepta.models.model import Array, Forward, Layer, TensorSpec, describe_model
from percepta.models.onnx_file import read_onnx
from percepta.models.onnx_graph import (
    PooledNames,
    Tap,
    feeds_of,
    find_taps,
    with_pooled_outputs,
    with_responses,
)
from percepta.models.onnx_inputs import GraphInputs

PROBE_SIZES = (2, 3)
_FLOATS = {"float16", "float32", "float64"}


@dataclass(frozen=True, slots=True)
class _Session:
    run: onnxruntime.InferenceSession
    pooled: dict[str, PooledNames]


class OnnxModel:
    """An ONNX file on onnxruntime.

    Each set of captured layers gets its own session, whose graph also gives their pooled responses;
    it is built at the first batch that asks for it.

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
        self._model, self.content_hash = read_onnx(path)
        self._providers = _choose_providers(device)
        self._sessions: dict[frozenset[str], _Session] = {}
        self.parameters = _count_parameters(self._model.graph)
        self._given = GraphInputs(self._model.graph, tuple(example), self._where)
        batch, _ = check_batch(example, self._given.names, self._where)
        self.max_batch = self._given.fixed_batch()
        self._open(batch, outputs)

    def _open(self, batch: Mapping[str, Array], names: Sequence[str] | None) -> None:
        taps = find_taps(self._model.graph)
        seen, types = self._probe(batch, [tap.tensor for tap in taps])
        smallest = min(seen)
        self.max_batch = None if len(seen) > 1 else smallest
        own = [v.name for v in self._model.graph.output if v.name in seen[smallest]]
        shapes = {name: seen[smallest][name] for name in own}
        self._outputs = choose_outputs(shapes, smallest, names, self._where)
        self._layouts: dict[str, ResponseLayout] = {}
        for tap in taps:
            if types[tap.tensor] in _FLOATS and len(seen[smallest][tap.tensor]) >= 2:
                by_size = {size: shapes_seen[tap.tensor] for size, shapes_seen in seen.items()}
                layout = find_layout(by_size, tap.channel_axis)
                if layout is not None:
                    self._layouts[tap.layer] = layout
        self._taps = {tap.layer: tap for tap in taps if tap.layer in self._layouts}
        if not self._taps:
            self._tap_outputs(seen, types)
        self.layers = self._describe_layers()
        self.inputs = tuple(self._given.spec(n, a, self.max_batch) for n, a in batch.items())
        self.outputs = tuple(
            TensorSpec(name, (self.max_batch, *_varying(seen, tensor)[1:]), types[tensor])
            for name, tensor in self._outputs.items()
        )

    @property
    def device(self) -> str:
        """Where it runs, ``cpu`` or ``cuda``."""
        return "cuda" if "CUDAExecutionProvider" in self._providers else "cpu"

    def forward(self, inputs: Mapping[str, Array], capture: Sequence[str] = ()) -> Forward:
        """Run a batch; see :meth:`percepta.models.Model.forward`."""
        unknown = [name for name in capture if name not in self._taps]
        if unknown:
            message = f"The model has no layer {', '.join(unknown)} to capture."
            raise ModelError(message, where=self._where)
        batch, samples = check_batch(inputs, self._given.names, self._where)
        session = self._session(capture)
        return run_in_pieces(
            batch, samples, self.max_batch, lambda piece, _: self._forward(piece, session, capture)
        )

    def describe(self) -> dict[str, Any]:
        """Return what a run's manifest keeps about the model."""
        opsets = {o.domain or "ai.onnx": o.version for o in self._model.opset_import}
        producer = f"{self._model.producer_name} {self._model.producer_version}".strip()
        return describe_model(self) | {"opsets": opsets, "producer": producer}

    def close(self) -> None:
        """Drop the sessions; the next forward builds what it needs again."""
        self._sessions.clear()

    def _forward(
        self, batch: Mapping[str, Array], session: _Session, capture: Sequence[str]
    ) -> Forward:
        fetch = list(self._outputs.values())
        for name in capture:
            fetch += [session.pooled[name].mean, session.pooled[name].max]
        wanted = list(dict.fromkeys(fetch))
        got = dict(zip(wanted, self._run(session.run, batch, wanted), strict=True))
        outputs = {name: _single(got[tensor]) for name, tensor in self._outputs.items()}
        mean = {n: self._pooled(n, got[session.pooled[n].mean], False) for n in capture}
        maximum = {n: self._pooled(n, got[session.pooled[n].max], True) for n in capture}
        return Forward(outputs, mean, maximum)

    def _pooled(self, name: str, value: Array, by_max: bool) -> Any:
        layout = self._layouts[name]
        if value.ndim == 2 and layout.batch_axis > layout.channel_axis:
            value = value.T
        flat = value.reshape(-1, layout.width).astype(np.float32, copy=False)
        return merge_groups(flat, layout.groups, by_max)

    def _session(self, capture: Sequence[str]) -> _Session:
        key = frozenset(capture)
        if key not in self._sessions:
            taps = [tap for name, tap in self._taps.items() if name in key]
            model, pooled = with_pooled_outputs(self._model, taps, self._layouts)
            if len(self._sessions) >= 2:  # each holds the weights
                self._sessions.clear()
            self._sessions[key] = _Session(self._start(model, optimise=True), pooled)
        return self._sessions[key]

    def _start(self, model: onnx.ModelProto, optimise: bool) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.use_deterministic_compute = True
        levels = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = (
            levels.ORT_ENABLE_ALL if optimise else levels.ORT_ENABLE_BASIC
        )
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", self._folder
        )
        try:
            content = model.SerializeToString()
            return onnxruntime.InferenceSession(content, options, providers=self._providers)
        except Exception as error:
            raise ModelError(
                f"onnxruntime {onnxruntime.__version__} cannot open the model: {_reason(error)}",
                where=self._where,
                fix="Check it with onnx.checker; export it again, with opset 17 if in doubt.",
            ) from error

    def _run(
        self, session: onnxruntime.InferenceSession, batch: Mapping[str, Array], fetch: list[str]
    ) -> list[Array]:
        feed = self._given.fit(batch)
        try:
            return list(session.run(fetch, feed))
        except Exception as error:
            raise ModelError(
                f"The model failed on {describe_batch(batch)}: {_reason(error)}",
                where=self._where,
                fix="Let the input functions return what the model takes.",
            ) from error

    def _probe(
        self, batch: Mapping[str, Array], tensors: Sequence[str]
    ) -> tuple[dict[int, dict[str, tuple[int, ...]]], dict[str, str]]:
        """Run small batches and note shape (by batch size) and element type of the tensors."""
        session = self._start(with_responses(self._model, tensors), optimise=False)
        kinds = {value.name: value.type for value in session.get_outputs()}
        fetch = [name for name, kind in kinds.items() if kind.startswith("tensor(")]

        def shapes(size: int) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
            values = self._run(session, take_cyclic(batch, size), fetch)
            found = dict(zip(fetch, values, strict=True))
            types = {n: _single(v[:0]).dtype.name if v.ndim else "" for n, v in found.items()}
            return {name: value.shape for name, value in found.items()}, types

        if self.max_batch is not None:
            seen, types = shapes(self.max_batch)
            return {self.max_batch: seen}, types
        try:
            probes = {size: shapes(size) for size in PROBE_SIZES}
        except ModelError as error:  # a batch of one may be frozen inside the graph
            try:
                probes = {1: shapes(1)}
            except ModelError:
                raise error from error.__cause__
        return {size: seen for size, (seen, _) in probes.items()}, probes[min(probes)][1]

    def _tap_outputs(
        self, seen: Mapping[int, Mapping[str, tuple[int, ...]]], types: Mapping[str, str]
    ) -> None:
        """Let outputs stand for layers where the graph has none."""
        for name, tensor in self._outputs.items():
            by_size = {size: shapes[tensor] for size, shapes in seen.items()}
            axis = 1 if len(by_size[min(by_size)]) >= 4 else -1
            layout = find_layout(by_size, axis)
            if layout is not None and types[tensor] in _FLOATS:
                self._layouts[name] = layout
                self._taps[name] = Tap(name, "other", axis, tensor, -1)

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
            )
            for index, tap in enumerate(taps)
        )


def _choose_providers(device: str | None) -> list[str]:
    available = onnxruntime.get_available_providers()
    wants_cuda = device is None or device.startswith("cuda")
    if wants_cuda and "CUDAExecutionProvider" in available:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]
    if device is not None and device != "cpu":
        raise ModelError(
            f"This onnxruntime cannot run on {device!r}.",
            fix="Install onnxruntime-gpu for CUDA, or leave the device out.",
        )
    return ["CPUExecutionProvider"]


def _count_parameters(graph: onnx.GraphProto) -> int:
    """Return the number of floating or quantised weights of the graph."""
    kinds = {
        TensorProto.FLOAT,
        TensorProto.FLOAT16,
        TensorProto.BFLOAT16,
        TensorProto.DOUBLE,
        TensorProto.INT8,
        TensorProto.UINT8,
    }
    return sum(int(np.prod(t.dims)) for t in graph.initializer if t.data_type in kinds)


def _varying(seen: Mapping[int, Mapping[str, tuple[int, ...]]], name: str) -> list[int | None]:
    shapes = [shapes[name] for shapes in seen.values()]
    return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=False)]


def _single(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _reason(error: Exception) -> str:
    """Return the telling part of an onnxruntime message: its first line, without the prefix."""
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", line)[:400]
