"""Reading an ONNX file that may come from a stranger: nothing outside its folder, no foreign code.

External data that escapes the model's folder was CVE-2022-25882, CVE-2024-27318 and CVE-2026-27489
elsewhere, so a location is taken apart here and refused before anything is opened.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from percepta.core.errors import ModelError, UntrustedModelError, Where

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operator sets that onnxruntime itself implements."""


def read_onnx(path: Path) -> tuple[onnx.ModelProto, str]:
    """Parse an ONNX file and check it.

    Weights in external files are not loaded: onnxruntime does that, from the model's folder.

    Returns:
        The model, and the hex SHA-256 of the file and its external files.

    Raises:
        ModelError: the file cannot be read, is corrupt, or needs operators of a foreign library.
        UntrustedModelError: it refers to external data outside its folder.
    """
    where = Where(file=str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        raise ModelError(message, where=where, fix="Check its permissions.") from error
    corrupt = "Download or export it again."
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        message = "This is not an ONNX model, or it is damaged."
        raise ModelError(message, where=where, fix=corrupt) from error
    if not (model.ir_version and model.graph.node and model.graph.output):
        message = "This is not an ONNX model, or it is damaged: it has no graph."
        raise ModelError(message, where=where, fix=corrupt)
    _check_domains(model, where)
    digest = hashlib.sha256(content)
    for location in _check_external_data(model, path.parent, where):
        digest.update(location.encode())
        with (path.parent / location).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return model, digest.hexdigest()


def file_of_session(session: object) -> Path:
    """Return the file that an ``onnxruntime.InferenceSession`` was opened from.

    Raises:
        ModelError: it was opened from bytes, or the file is gone.
    """
    path = getattr(session, "_model_path", None)
    if not path:
        raise ModelError(
            "This onnxruntime session was made from bytes, and percepta needs the model itself.",
            fix="Return the path of the .onnx file from the model function.",
        )
    file = Path(path).absolute()
    if not file.is_file():
        raise ModelError(
            "The file of this onnxruntime session is not there any more.",
            where=Where(file=str(path)),
            fix="Return the path of the .onnx file from the model function.",
        )
    return file


def _check_domains(model: onnx.ModelProto, where: Where) -> None:
    inside = {(function.domain, function.name) for function in model.functions}
    foreign = {
        f"{node.domain}.{node.op_type}"
        for node in _nodes(model)
        if node.domain not in KNOWN_DOMAINS and (node.domain, node.op_type) not in inside
    }
    if foreign:
        raise ModelError(
            f"The model needs operators of another library: {', '.join(sorted(foreign))}.",
            where=where,
            fix="Export it with standard ONNX operators only.",
        )


def _check_external_data(model: onnx.ModelProto, folder: Path, where: Where) -> list[str]:
    """Return the locations of external data, sorted; each is a whole regular file in the folder."""
    locations = set()
    for tensor in _tensors(model):
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        entries = {entry.key: entry.value for entry in tensor.external_data}
        location = entries.get("location", "")
        size = _confined_size(folder, location, where)
        try:
            offset, length = int(entries.get("offset", 0)), int(entries.get("length", 0))
        except ValueError:
            offset = length = -1
        if offset < 0 or length < 0 or offset + length > size:
            raise ModelError(
                f"The weights file {location!r} of the model is too short or damaged.",
                where=where,
                fix="Download or export the model and its weights file again.",
            )
        locations.add(location)
    return sorted(locations)


def _confined_size(folder: Path, location: str, where: Where) -> int:
    """Return the size of a file of external data, in bytes, after confining it to the folder."""
    parts = PurePosixPath(location).parts
    absolute = location.startswith("/") or bool(PureWindowsPath(location).drive)
    if not parts or absolute or ".." in parts or "\\" in location or "\0" in location:
        raise _escapes(location, where)
    place = folder
    for part in parts:
        place = place / part
        try:
            mode = place.lstat()
        except OSError as error:
            raise ModelError(
                f"The model keeps weights in {location!r}, which is not beside it.",
                where=where,
                fix="Put that file into the model's folder.",
            ) from error
        if stat.S_ISLNK(mode.st_mode):
            raise _escapes(location, where)
    if not stat.S_ISREG(mode.st_mode):
        raise _escapes(location, where)
    return mode.st_size


def _escapes(location: str, where: Where) -> UntrustedModelError:
    return UntrustedModelError(
        f"The model asks for weights from {location!r}, which is not a plain file in its folder.",
        where=where,
        fix="Put the weights file itself (no link) beside the model and refer to it by its name.",
    )


def _nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    for graph in _graphs(model):
        yield from graph.node


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    for graph in _graphs(model):
        if isinstance(graph, onnx.GraphProto):
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield from (sparse.values, sparse.indices)
        for node in graph.node:
            for attribute in node.attribute:
                yield from attribute.tensors
                if attribute.HasField("t"):
                    yield attribute.t
                for sparse in (*attribute.sparse_tensors, attribute.sparse_tensor):
                    yield from (sparse.values, sparse.indices)


def _graphs(model: onnx.ModelProto) -> Iterator[Any]:
    """Yield every graph and function of a model, those inside control flow included."""
    stack: list[Any] = [model.graph, *model.functions]
    for step in model.training_info:
        stack += [step.initialization, step.algorithm]
    while stack:
        graph = stack.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                stack += attribute.graphs
                if attribute.HasField("g"):
                    stack.append(attribute.g)
