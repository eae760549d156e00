"""Running ONNX graphs with onnxruntime: sessions, passes, and probing which shapes a graph gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime

from percepta.core.errors import ModelError, Where
from percepta.models.batches import describe_batch, take_cyclic
from percepta.models.model import Array
from percepta.models.onnx_graph import with_responses
from percepta.models.onnx_inputs import GraphInputs
from percepta.models.out_of_memory import is_out_of_memory, out_of_memory

PROBE_SIZES = (2, 3)

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Probe:
    """What small batches showed.

    Attributes:
        shapes: of each tensor, by batch size; one size only where the file takes no other.
        types: numpy's name of each tensor's element type; half precision as float32.
    """

    shapes: dict[int, Shapes]
    types: dict[str, str]

    @property
    def smallest(self) -> int:
        """The smallest batch size that ran."""
        return min(self.shapes)

    def of(self, tensor: str) -> dict[int, tuple[int, ...]]:
        """Return a tensor's shape by batch size."""
        return {size: shapes[tensor] for size, shapes in self.shapes.items()}

    def varying(self, tensor: str) -> list[int | None]:
        """Return a tensor's sizes, None where they follow the batch."""
        seen = [shapes[tensor] for shapes in self.shapes.values()]
        return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*seen, strict=False)]


class Runtime:
    """Starts sessions on one device and runs batches through them.

    Args:
        device: ``cpu`` or ``cuda``; None takes CUDA when this onnxruntime has it.
        folder: in which a graph's external weights lie.
        given: the graph's inputs.
        where: the model file, for messages.

    Raises:
        ModelError: this onnxruntime does not run on the device.
    """

    def __init__(self, device: str | None, folder: str, given: GraphInputs, where: Where) -> None:
        self._providers = _choose_providers(device)
        self._folder, self._given, self._where = folder, given, where

    @property
    def device(self) -> str:
        """Where it runs, ``cpu`` or ``cuda``."""
        return "cuda" if "CUDAExecutionProvider" in self._providers else "cpu"

    def start(self, model: onnx.ModelProto, optimise: bool) -> onnxruntime.InferenceSession:
        """Open a session.

        Raises:
            ModelError: onnxruntime refuses the graph.
        """
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

    def run(
        self, session: onnxruntime.InferenceSession, batch: Mapping[str, Array], fetch: list[str]
    ) -> list[Array]:
        """Run a batch and fetch tensors.

        Raises:
            ModelError: the batch does not fit, or the graph fails on it.
        """
        feed = self._given.fit(batch)
        try:
            return list(session.run(fetch, feed))
        except Exception as error:
            if is_out_of_memory(error):
                raise out_of_memory(describe_batch(batch)) from error
            raise ModelError(
                f"The model failed on {describe_batch(batch)}: {_reason(error)}",
                where=self._where,
                fix="Let the input functions return what the model takes.",
            ) from error

    def probe(
        self,
        model: onnx.ModelProto,
        batch: Mapping[str, Array],
        tensors: Sequence[str],
        size: int | None,
    ) -> Probe:
        """Run small batches and note shape and element type of tensors and outputs.

        Args:
            model: its graph.
            batch: real samples, repeated where there are fewer than needed.
            tensors: to look at besides the outputs.
            size: the only batch size the file takes, where it says so; None finds out.

        Raises:
            ModelError: a batch fails, or no output is a tensor of numbers.
        """
        session = self.start(with_responses(model, tensors), optimise=False)
        kinds = {value.name: value.type for value in session.get_outputs()}
        fetch = [n for n, kind in kinds.items() if re.fullmatch(r"tensor\((?!string).*\)", kind)]
        own = [value.name for value in model.graph.output if value.name in fetch]
        if not own:
            raise ModelError(
                "The model gives no array of numbers, only text, lists or dictionaries.",
                where=self._where,
                fix="Export it so that it gives arrays [B, ...]; in skl2onnx by the option zipmap=False.",
            )

        def at(size: int) -> Probe:
            values = self.run(session, take_cyclic(batch, size), fetch)
            found = dict(zip(fetch, values, strict=True))
            types = {
                name: single(value.reshape(-1)[:0]).dtype.name for name, value in found.items()
            }
            return Probe({size: {name: value.shape for name, value in found.items()}}, types)

        if size is not None:
            return at(size)
        try:
            probes = [at(each) for each in PROBE_SIZES]
        except ModelError as error:  # a batch of one may be frozen inside the graph
            try:
                return at(1)
            except ModelError:
                raise error from error.__cause__
        whole = Probe({n: s for each in probes for n, s in each.shapes.items()}, probes[0].types)
        if any(_has_rows(whole.of(name)) for name in own):
            return whole
        alone = at(1)  # frozen by a Reshape that swallows the batch without failing
        return alone if any(_has_rows(alone.of(name)) for name in own) else whole


def single(array: Array) -> Array:
    """Bring half precision to single."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _has_rows(by_size: Mapping[int, tuple[int, ...]]) -> bool:
    return all(shape[:1] == (size,) for size, shape in by_size.items())


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


def _reason(error: Exception) -> str:
    """Return the telling part of an onnxruntime message: its first line, without the prefix."""
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", line)[:400]
