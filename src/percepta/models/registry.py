"""Opening a model: one function, one table of formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percepta.core.errors import ModelError, UntrustedModelError, Where
from percepta.models.model import Array, Model


@dataclass(frozen=True, slots=True)
class Request:
    """What a format needs to open a model.

    Attributes:
        source: a live object or the path of a file that exists.
        example: a batch of real samples by input name, ``[B, ...]``, B >= 1; two or more samples
            show best which axes are batch axes.
        outputs: names for the outputs, or None for the model's own.
        trust: whether code inside the file may run.
        device: where to run, or None for the best there is.
    """

    source: Any
    example: Mapping[str, Array]
    outputs: tuple[str, ...] | None
    trust: bool
    device: str | None


@dataclass(frozen=True, slots=True)
class ModelFormat:
    """A kind of model that can be opened.

    Attributes:
        name: for people.
        recognises: whether a live object or an existing path is of this kind, by a light look.
        open: opens it.
    """

    name: str
    recognises: Callable[[object], bool]
    open: Callable[[Request], Model]


def open_model(
    source: object,
    *,
    example: Mapping[str, Array],
    outputs: Sequence[str] | None = None,
    trust: bool = False,
    device: str | None = None,
) -> Model:
    """Open a model behind the one interface.

    Args:
        source: a ``torch.nn.Module``, or the path of an ``.onnx`` file.
        example: a small batch of real samples by input name, ``[B, ...]``; it is run to learn
            shapes, layers and their order. Inputs match the model's by name, else by order.
        outputs: names for the model's outputs, matched by name, else by order; None keeps its own.
        trust: allow a file that runs code when opened (a pickled PyTorch module).
        device: ``cpu``, ``cuda``, ``cuda:1``; None takes CUDA when present.

    Raises:
        ModelError: the file is missing, corrupt or of a foreign kind, or the example does not fit.
        UntrustedModelError: the file would run code and ``trust`` is False.
    """
    if isinstance(source, str | Path):
        source = _existing(Path(source))
    names = None if outputs is None else tuple(outputs)
    request = Request(source, example, names, trust, device)
    for kind in FORMATS:
        if kind.recognises(source):
            return kind.open(request)
    raise _foreign(source)


def _existing(path: Path) -> Path:
    where = Where(file=str(path))
    if not path.exists():
        raise ModelError("There is no model file here.", where=where, fix="Check the path.")
    if path.is_dir():
        fix = "Convert it to .onnx (tf2onnx does so for a SavedModel) and give that file."
        raise ModelError("This is a folder, not a model file.", where=where, fix=fix)
    if not path.is_file():
        raise ModelError("This is not a regular file.", where=where, fix="Give an .onnx file.")
    return path


_CONVERT = {
    ".h5": "Keras files are not read yet: convert with tf2onnx and give the .onnx file.",
    ".keras": "Keras files are not read yet: convert with tf2onnx and give the .onnx file.",
    ".tflite": "Convert with `python -m tf2onnx.convert --tflite` and give the .onnx file.",
    ".pb": "Convert the SavedModel with tf2onnx and give the .onnx file.",
    ".safetensors": "It holds weights only: build the module in the script's model function, load "
    "them there and return it.",
    ".pt2": "Return the module itself from the script's model function, or export it to .onnx.",
}


def _foreign(source: object) -> ModelError:
    if not isinstance(source, Path):
        kind = f"{type(source).__module__}.{type(source).__qualname__}"
        return ModelError(
            f"A model must be a torch.nn.Module or the path of a model file, not {kind}.",
            fix="Return one of them from the model function.",
        )
    fix = _CONVERT.get(source.suffix.lower(), "Give an .onnx file, or a PyTorch module by script.")
    message = f"percepta does not read '{source.suffix or source.name}' model files."
    return ModelError(message, where=Where(file=str(source)), fix=fix)


def _is_module(source: object) -> bool:
    roots = {(kind.__module__, kind.__qualname__) for kind in type(source).__mro__}
    return ("torch.nn.modules.module", "Module") in roots


def _open_module(request: Request) -> Model:
    from percepta.models.torch_model import TorchModel

    return TorchModel(request.source, request.example, request.outputs, request.device)


def _open_pickle(request: Request) -> Model:
    where = Where(file=str(request.source))
    if not request.trust:
        raise UntrustedModelError(
            "A PyTorch file can run code when it is opened, so it was not.",
            where=where,
            fix="If you trust it, say --trust; safer: load its weights into your own module in the "
            "script's model function (torch.load(…, weights_only=True)) and return that.",
        )
    from percepta.models.torch_files import load_pickled_module

    module = load_pickled_module(request.source)
    return _open_module(
        Request(module, request.example, request.outputs, request.trust, request.device)
    )


def _open_onnx(request: Request) -> Model:
    from percepta.models.onnx_model import OnnxModel

    return OnnxModel(request.source, request.example, request.outputs, request.device)


def _has_suffix(*suffixes: str) -> Callable[[object], bool]:
    return lambda source: isinstance(source, Path) and source.suffix.lower() in suffixes


FORMATS: tuple[ModelFormat, ...] = (
    ModelFormat("PyTorch module", _is_module, _open_module),
    ModelFormat("PyTorch file", _has_suffix(".pt", ".pth", ".pkl", ".bin", ".ckpt"), _open_pickle),
    ModelFormat("ONNX file", _has_suffix(".onnx"), _open_onnx),
)
