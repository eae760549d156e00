"""PyTorch files: told apart by their first bytes and members, never by running what they hold.

``.pt``, ``.pth``, ``.bin``, ``.ckpt`` and ``.pkl`` say little: weights, a whole pickled module, a TorchScript
archive, an exported program and things that are no model at all go by these names.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from percepta.core.errors import ModelError, UntrustedModelError, Where
from percepta.models.exported import ExportedModel
from percepta.models.exported_archive import is_program, read_program
from percepta.models.model import Model
from percepta.models.registry import Request
from percepta.models.torch_model import TorchModel
from percepta.models.torch_pickles import imports_of, telling_imports
from percepta.models.zip_members import ZipMembers

_ONLY_WEIGHTS = (
    "Build the network in the script's model function, load the weights there "
    "(network.load_state_dict(torch.load(path, weights_only=True))) and return it."
)
_SAY_TRUST = (
    "Open it with --trust if you know where it comes from, or export the network as .pt2 or .onnx, which "
    "open without."
)
_HEAD = 4096


def open_torch_file(request: Request) -> Model:
    """Open a PyTorch file.

    Raises:
        ModelError: it holds weights without a network, or is no model.
        UntrustedModelError: opening it would run code, and it is not trusted.
    """
    path: Path = request.source
    where = Where(file=str(path))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    _refuse_foreign(head, where)
    if zipfile.is_zipfile(path):
        members = ZipMembers(path)
        if is_program(members):
            program = read_program(path, request.trust)
            return ExportedModel(program, request.example, request.outputs, request.device)
        if "constants.pkl" in members.names:
            module: nn.Module = _load_script(path, members, request.trust)
        else:
            module = _load_pickled(path, _zip_imports(members, where), request.trust)
    elif head.startswith(b"PK"):
        raise ModelError(
            "The file is cut off: its end is missing.", where=where, fix="Get the file again."
        )
    else:
        module = _load_pickled(path, telling_imports(path.read_bytes()), request.trust)
    return TorchModel(module, request.example, request.outputs, request.device)


def _refuse_foreign(head: bytes, where: Where) -> None:
    """Raise where the first bytes show that this is no PyTorch file."""
    start = head.lstrip()[:64].lower()
    if not head:
        raise ModelError("The file is empty.", where=where, fix="Get or save it again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ModelError(
            "The file is a web page, not a model: a download saved the page instead of the file.",
            where=where,
            fix="Download the file itself, by its raw or download link.",
        )
    if head.startswith(b"version https://git-lfs"):
        raise ModelError(
            "The file is a Git LFS pointer, not the model it points to.",
            where=where,
            fix="Run `git lfs pull` where it comes from.",
        )
    if head.startswith(b"\x89HDF"):
        raise ModelError("The file is HDF5, not PyTorch.", where=where, fix="Name it .h5.")
    if len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**32:
        raise ModelError(
            "The file is a safetensors file: weights without a network.",
            where=where,
            fix=_ONLY_WEIGHTS.replace(
                "torch.load(path, weights_only=True)", "safetensors.torch.load_file(path)"
            ),
        )
    pickle = head.startswith((b"\x80", b"PK", b"(", b"c", b"}", b"]"))
    if not pickle and b"\x00././@" not in head and b"ustar" not in head:
        raise ModelError(
            "The file is not a PyTorch file.",
            where=where,
            fix="Give what torch.save, torch.jit.save or torch.export.save wrote.",
        )


def _zip_imports(members: ZipMembers, where: Where) -> list[str]:
    if "data.pkl" not in members.names:
        raise ModelError(
            "The file is a zip archive, but none that PyTorch wrote.",
            where=where,
            fix="Give what torch.save, torch.jit.save or torch.export.save wrote.",
        )
    return telling_imports(members.read("data.pkl"))


def _load_script(path: Path, members: ZipMembers, trust: bool) -> nn.Module:
    """Load a TorchScript archive: by PyTorch's security policy, executable code of whoever made it."""
    where = Where(file=str(path))
    if not trust:
        names = imports_of(members.read("data.pkl")) if "data.pkl" in members.names else []
        classes = [name for name in names if name.startswith("__torch__")]
        of = f" ({_some([name.removeprefix('__torch__.') for name in classes])})" if classes else ""
        raise UntrustedModelError(
            f"This is a TorchScript file{of}: its own code runs when it is loaded.",
            where=where,
            fix=_SAY_TRUST,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript as a whole
            return torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-any-return,no-untyped-call]
    except Exception as error:
        raise ModelError(
            f"torch {torch.__version__} cannot load this TorchScript file: {_first_line(error)}",
            where=where,
            fix="Write it again with this version of torch, or export the network as .pt2 or .onnx.",
        ) from error


def _load_pickled(path: Path, imports: Sequence[str], trust: bool) -> nn.Module:
    """Load what ``torch.save`` wrote: tensors by PyTorch's restricted reader, else only with trust."""
    where = Where(file=str(path))
    try:
        value = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        if not trust:
            if not imports:
                raise ModelError(
                    f"The file is damaged or no PyTorch file: {_first_line(error)}",
                    where=where,
                    fix="Get or save it again.",
                ) from error
            raise UntrustedModelError(
                f"Opening this file would run code: it is a pickle that calls {_some(imports)}.",
                where=where,
                fix=_SAY_TRUST,
            ) from error
        value = _unpickle(path, where)
    if isinstance(value, nn.Module):
        return value
    raise ModelError(f"The file holds {_content(value)}.", where=where, fix=_ONLY_WEIGHTS)


def _unpickle(path: Path, where: Where) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:
        raise ModelError(
            f"The file could not be opened: {type(error).__name__}: {_first_line(error)}",
            where=where,
            fix="Check that it is whole, and that its classes can be imported here.",
        ) from error


def _content(value: Any) -> str:
    """Return what a file without a module holds, for people."""
    if isinstance(value, dict):
        tensors = [name for name, each in value.items() if isinstance(each, torch.Tensor)]
        if tensors:
            return f"weights without a network: {len(tensors)} tensors ({_some(tensors)})"
        return f"a checkpoint without a network ({_some([str(name) for name in value])})"
    return f"a {type(value).__name__}, not a module"


def _some(names: Sequence[Any]) -> str:
    shown = [str(name) for name in names[:4]]
    more = [] if len(names) <= len(shown) else ["…"]
    return ", ".join(shown + more)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:300] if text else type(error).__name__
