"""PyTorch networks as content: the hash of structure and weights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import torch
from torch import nn


def hash_module(module: nn.Module) -> str:
    """Return the hex SHA-256 of a module's structure and weights."""
    digest = hashlib.sha256()
    digest.update(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(module)).encode())
    values = module.state_dict().items()
    hash_tensors(digest, ((n, value) for n, value in values if isinstance(value, torch.Tensor)))
    return digest.hexdigest()


def hash_tensors(digest: hashlib._Hash, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Add names, element types, shapes and values of tensors to a digest."""
    for name, value in tensors:
        dense = value.detach().to_dense() if value.is_sparse else value.detach()
        digest.update(f"{name} {dense.dtype} {tuple(dense.shape)}".encode())
        flat = dense.cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")
