"""PyTorch networks as content: the hash of structure and weights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import torch
from torch import nn

from percepta.models.zip_members import ZipMembers

_MANGLED = re.compile(rb"\.?___torch_mangle_\d+")
"""What TorchScript puts into the names of classes that it has seen before in this process."""


def hash_module(module: nn.Module) -> str:
    """Return the hex SHA-256 of a module's structure and weights."""
    digest = hashlib.sha256()
    if isinstance(module, torch.jit.ScriptModule):  # weights may be constants of its code
        hash_script(digest, module)
        return digest.hexdigest()
    digest.update(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(module)).encode())
    values = module.state_dict().items()
    hash_tensors(digest, ((n, value) for n, value in values if isinstance(value, torch.Tensor)))
    return digest.hexdigest()


def hash_script(digest: hashlib._Hash, module: torch.jit.ScriptModule) -> None:
    """Add code, constants and weights of a TorchScript module to a digest."""
    members = ZipMembers(bytes(module.save_to_buffer()))
    for name in sorted(members.names):
        if not name.startswith(".data/") and not name.endswith(".debug_pkl"):
            digest.update(_MANGLED.sub(b"", name.encode()))
            digest.update(_MANGLED.sub(b"", members.read(name)))


def hash_tensors(digest: hashlib._Hash, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Add names, element types, shapes and values of tensors to a digest."""
    for name, value in tensors:
        dense = value.detach().to_dense() if value.is_sparse else value.detach()
        digest.update(f"{name} {dense.dtype} {tuple(dense.shape)}".encode())
        flat = dense.cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")
