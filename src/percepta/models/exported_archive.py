"""Reading a ``.pt2`` file without running what it holds.

``torch.export.load`` may run code of the file's: it unpickles sample inputs, weights and constants that are
kept as pickles; hands texts of sizes to sympy, which evaluates them as Python; looks operators up by dotted
names in ``torch``, from where any function can be reached; imports modules that a structure names; keeps
guards as Python source; and loads compiled libraries. So a file is taken apart first: only what describes
a graph and plain tensors is copied, checked piece by piece, into a new archive, and that one is loaded.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram

from percepta.core.errors import ModelError, UntrustedModelError, Where
from percepta.models.exported_vetting import Vetting
from percepta.models.torch_pickles import telling_imports
from percepta.models.zip_members import ZipMembers, pack

_MODELS, _SAMPLES = "models/", "data/sample_inputs/"
_CONFIGS = ("data/weights/{}_weights_config.json", "data/constants/{}_constants_config.json")
_VERSIONS = ("archive_format", "archive_version", "byteorder", ".data/version", "version")
_OLD_GRAPH = "serialized_exported_program.json"
_OLD_PICKLES = ("serialized_state_dict.pt", "serialized_constants.pt")
_OLD_SAMPLES = "serialized_example_inputs.pt"


def is_program(members: ZipMembers) -> bool:
    """Whether an archive holds what ``torch.export.save`` or AOTInductor wrote."""
    folders = (_MODELS, "data/aotinductor/")
    return _OLD_GRAPH in members.names or any(n.startswith(folders) for n in members.names)


def read_program(path: Path, trust: bool) -> ExportedProgram:
    """Read a ``.pt2`` file.

    Args:
        path: of the file.
        trust: whether it may be loaded as it is where it holds more than a graph and tensors.

    Raises:
        ModelError: it is damaged, or holds no program.
        UntrustedModelError: loading it would run code, and it is not trusted.
    """
    where = Where(file=str(path))
    members = ZipMembers(path)
    vetting = Vetting()
    clean = _vetted(members, vetting, where)
    if not vetting.found:
        with _problems_told(where):
            return torch.export.load(clean)
    if not trust:
        raise UntrustedModelError(
            f"Opening this file would run code: {'; '.join(vetting.found[:5])}.",
            where=where,
            fix="Open it with --trust if you know where it comes from, or have it exported again from "
            "a network of plain operators.",
        )
    with _problems_told(where):
        return torch.export.load(path)


def _vetted(members: ZipMembers, vetting: Vetting, where: Where) -> BytesIO:
    """Return a new archive of what is needed to run the program."""
    try:
        if _OLD_GRAPH in members.names:
            return pack(_vet_old(members, vetting), folder="")
        return pack(_vet(members, vetting, _model_name(members, where)), folder="model/")
    except ModelError as error:
        raise ModelError(error.message, where=where, fix=error.fix) from error
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise ModelError(
            "The file is damaged: its description of the program has an unknown shape "
            f"({type(error).__name__}: {error}).",
            where=where,
            fix="Export it again with this version of torch.",
        ) from error


def _model_name(members: ZipMembers, where: Where) -> str:
    graphs = [n for n in members.names if n.startswith(_MODELS) and n.endswith(".json")]
    names = [name.removeprefix(_MODELS).removesuffix(".json") for name in graphs]
    if names:
        return "model" if "model" in names else names[0]
    if any(name.endswith(".so") for name in members.names):
        raise ModelError(
            "The file holds a network compiled to native code (AOTInductor), which shows no layers.",
            where=where,
            fix="Write the program itself with torch.export.save and give that file.",
        )
    raise ModelError(
        "The file holds no exported program.",
        where=where,
        fix="Write it with torch.export.save(torch.export.export(module, inputs), 'model.pt2').",
    )


def _vet(members: ZipMembers, vetting: Vetting, model: str) -> dict[str, bytes]:
    """Return the members to load a program from; what must not run is noted."""
    clean = {name: members.read(name) for name in _VERSIONS if name in members.names}
    graph = _json(members, f"{_MODELS}{model}.json")
    clean[f"{_MODELS}model.json"] = json.dumps(vetting.program(graph)).encode()
    for pattern in _CONFIGS:
        folder = pattern.rpartition("/")[0]
        legacy = f"{folder}/{model}.pt"
        if legacy in members.names:
            clean[f"{folder}/model.pt"] = _tensors(members, legacy, vetting)
            continue
        payloads = vetting.payloads(_json(members, pattern.format(model)), folder)
        clean[pattern.format("model")] = json.dumps(payloads).encode()
        for payload in payloads["config"].values():
            name = f"{folder}/{payload['path_name']}"
            clean[name] = members.read(name)
    clean[f"{_SAMPLES}model.pt"] = b""  # percepta brings its own
    return clean


def _vet_old(members: ZipMembers, vetting: Vetting) -> dict[str, bytes]:
    """Return the same of a file that torch 2.7 or older wrote."""
    clean = {"version": members.read("version")}
    graph = _json(members, _OLD_GRAPH)
    clean[_OLD_GRAPH] = json.dumps(vetting.program(graph)).encode()
    clean |= {name: _tensors(members, name, vetting) for name in _OLD_PICKLES}
    clean[_OLD_SAMPLES] = b""
    return clean


def _json(members: ZipMembers, name: str) -> dict[str, Any]:
    try:
        found = json.loads(members.read(name))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The file is damaged: {name} is no JSON ({error}).") from error
    if not isinstance(found, dict):
        raise ModelError(f"The file is damaged: {name} holds no table.")
    return found


def _tensors(members: ZipMembers, name: str, vetting: Vetting) -> bytes:
    """Return a pickle of tensors; note what else it would import."""
    content = members.read(name)
    if not content:
        return content
    try:
        torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:
        called = ", ".join(telling_imports(content)[:4]) or "unknown code"
        vetting.note(f"{name} is a pickle that calls {called}")
    return content


@contextmanager
def _problems_told(where: Where) -> Iterator[None]:
    """Turn what torch raises on a file into one sentence; keep its log and its warnings quiet."""
    loggers = [logging.getLogger(name) for name in ("torch.export", "torch._export")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"torch {torch.__version__} cannot load the program: "
            f"{type(error).__name__}: {reason[0] if reason else ''}",
            where=where,
            fix="Export it again with this version of torch.",
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
