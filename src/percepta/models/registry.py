"""Opening a model: one function, one table of formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from percepta.core.errors import ModelError, Where
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
        custom_objects: the user's own classes that the file refers to by name, e.g. Keras layers.
    """

    source: Any
    example: Mapping[str, Array]
    outputs: tuple[str, ...] | None
    trust: bool = False
    device: str | None = None
    custom_objects: Mapping[str, Any] = field(default_factory=dict)


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
    custom_objects: Mapping[str, Any] | None = None,
) -> Model:
    """Open a model behind the one interface.

    Args:
        source: a PyTorch module, an exported program, a Keras model, an onnxruntime session, or the
            path of a model file.
        example: a small batch of real samples by input name, ``[B, ...]``; it is run to learn
            shapes, layers and their order. Inputs match the model's by name, else by order.
        outputs: names for the model's outputs, matched by name, else by order; None keeps its own.
        trust: allow a file that runs code when opened (a pickled PyTorch module, TorchScript).
        device: ``cpu``, ``cuda``, ``cuda:1``; None takes CUDA when present.
        custom_objects: the user's own classes that the file refers to by name, e.g. Keras layers.

    Raises:
        ModelError: the file is missing, corrupt or of a foreign kind, or the example does not fit.
        UntrustedModelError: the file would run code and ``trust`` is False.
    """
    if isinstance(source, str | Path):
        source = _existing(Path(source))
    names = None if outputs is None else tuple(outputs)
    request = Request(source, example, names, trust, device, custom_objects or {})
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
    ".tflite": "Convert with `python -m tf2onnx.convert --tflite` and give the .onnx file.",
    ".pb": "Convert the SavedModel with tf2onnx and give the .onnx file.",
    ".safetensors": "It holds weights only: build the module in the script's model function, load "
    "them there and return it.",
}


def _foreign(source: object) -> ModelError:
    if not isinstance(source, Path):
        kind = f"{type(source).__module__}.{type(source).__qualname__}"
        return ModelError(
            f"A model must be a PyTorch, Keras or ONNX model or the path of a model file, not {kind}.",
            fix="Return one of them from the model function.",
        )
    known = ".onnx, .keras, .h5, .pt2 or .pt"
    fix = _CONVERT.get(source.suffix.lower(), f"Give {known}, or a PyTorch module by script.")
    message = f"percepta does not read '{source.suffix or source.name}' model files."
    return ModelError(message, where=Where(file=str(source)), fix=fix)


def _is_a(module: str, name: str) -> Callable[[object], bool]:
    """Recognise instances of a class by its name, without importing its library."""

    def recognises(source: object) -> bool:
        kinds = {(kind.__module__, kind.__qualname__) for kind in type(source).__mro__}
        return (module, name) in kinds

    return recognises


def _has_suffix(*suffixes: str) -> Callable[[object], bool]:
    return lambda source: isinstance(source, Path) and source.suffix.lower() in suffixes


def _open_module(request: Request) -> Model:
    from percepta.models.torch_model import TorchModel

    return TorchModel(request.source, request.example, request.outputs, request.device)


def _open_torch_file(request: Request) -> Model:
    from percepta.models.torch_files import open_torch_file

    return open_torch_file(request)


def _open_exported(request: Request) -> Model:
    from percepta.models.exported import open_exported

    return open_exported(request)


def _open_keras(request: Request) -> Model:
    from percepta.models.keras_files import open_keras

    return open_keras(request)


def _refuse_keras_2(request: Request) -> Model:
    from percepta.models.keras_backend import foreign_keras_model

    raise foreign_keras_model(request.source)


def _open_onnx(request: Request) -> Model:
    from percepta.models.onnx_model import OnnxModel

    return OnnxModel(request.source, request.example, request.outputs, request.device)


def _open_session(request: Request) -> Model:
    from percepta.models.onnx_file import file_of_session

    return _open_onnx(replace(request, source=file_of_session(request.source)))


FORMATS: tuple[ModelFormat, ...] = (
    ModelFormat("Keras model", _is_a("keras.src.models.model", "Model"), _open_keras),
    *(
        ModelFormat(
            "model of Keras 2", _is_a(f"{package}.engine.training", "Model"), _refuse_keras_2
        )
        for package in ("keras.src", "tf_keras.src", "tensorflow.python.keras")
    ),
    ModelFormat("Keras file", _has_suffix(".keras", ".h5", ".hdf5"), _open_keras),
    ModelFormat("PyTorch module", _is_a("torch.nn.modules.module", "Module"), _open_module),
    ModelFormat(
        "exported PyTorch program",
        _is_a("torch.export.exported_program", "ExportedProgram"),
        _open_exported,
    ),
    ModelFormat("exported PyTorch file", _has_suffix(".pt2"), _open_exported),
    ModelFormat(
        "PyTorch file", _has_suffix(".pt", ".pth", ".pkl", ".bin", ".ckpt"), _open_torch_file
    ),
    ModelFormat("ONNX file", _has_suffix(".onnx"), _open_onnx),
    ModelFormat(
        "onnxruntime session",
        _is_a("onnxruntime.capi.onnxruntime_inference_collection", "InferenceSession"),
        _open_session,
    ),
)
