"""PyTorch modules as content: their hash, and pickled files the user trusts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import torch
from torch import nn

from percepta.core.errors import ModelError, Where


def hash_module(module: nn.Module) -> str:
    """Return the hex SHA-256 of a module's structure and weights."""
    digest = hashlib.sha256()
    digest.update(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(module)).encode())
    for name, value in module.state_dict().items():
        if isinstance(value, torch.Tensor):
            dense = value.detach().to_dense() if value.is_sparse else value.detach()
            digest.update(f"{name} {dense.dtype} {tuple(dense.shape)}".encode())
            flat = dense.cpu().contiguous().flatten()
            digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")
    return digest.hexdigest()


def load_pickled_module(path: Path) -> nn.Module:
    """Unpickle a trusted PyTorch file that holds a whole module.

    Raises:
        ModelError: it is corrupt, or holds something else, such as weights only.
    """
    where = Where(file=str(path))
    try:
        value = torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:
        raise ModelError(
            f"The file could not be opened: {type(error).__name__}: {error}",
            where=where,
            fix="Check that it is whole, and that its classes can be imported here.",
        ) from error
    if isinstance(value, nn.Module):
        return value
    raise ModelError(
        f"The file holds a {type(value).__name__}, not a module: its weights without a network.",
        where=where,
        fix="Build the module in the script's model function, load these weights and return it.",
    )
