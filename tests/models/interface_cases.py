"""The models that every test of the interface runs on: one small network in each format.

To add a format, add a function with ``@case``: it gets an empty folder and a network, and gives what
``open_model`` takes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.models.nets import export

IMAGES = np.random.default_rng(0).standard_normal((7, 3, 8, 8)).astype(np.float32)
TABLES = np.random.default_rng(1).standard_normal((7, 4)).astype(np.float32)

CASES: dict[str, Callable[[Path], tuple[Any, dict[str, Any]]]] = {}


class Network(nn.Module):
    """Images ``[B, 3, 8, 8]`` and tables ``[B, 4]`` to a ``class`` ``[B, 5]`` and a ``size`` ``[B, 1]``.

    Smooth, so that finite differences tell its gradients.
    """

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.act = nn.SiLU()
        self.second = nn.Conv2d(6, 4, 3, stride=2)
        self.table = nn.Linear(4, 4)
        self.scores = nn.Linear(8, 5)
        self.amount = nn.Linear(8, 1)
        nn.init.normal_(self.norm.running_mean, std=0.2)
        self.eval()

    def forward(self, image: torch.Tensor, table: torch.Tensor) -> dict[str, torch.Tensor]:
        image = self.act(self.norm(self.first(image)))
        image = torch.tanh(self.second(image)).mean((2, 3))
        both = torch.cat([image, torch.tanh(self.table(table))], 1)
        return {"class": self.scores(both), "size": self.amount(both)}


@contextmanager
def quiet() -> Iterator[None]:
    """Let exporters warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def case(name: str) -> Callable[[Any], Any]:
    """Add a format to the registry."""

    def register(build: Callable[[Path], tuple[Any, dict[str, Any]]]) -> Any:
        CASES[name] = build
        return build

    return register


def batch(samples: int = len(IMAGES)) -> dict[str, np.ndarray]:
    """Return the first samples."""
    return {"image": IMAGES[:samples], "table": TABLES[:samples]}


@case("pytorch module")
def _module(folder: Path) -> tuple[Any, dict[str, Any]]:
    return Network(), {}


@case("pickled pytorch module, trusted")
def _pickled(folder: Path) -> tuple[Any, dict[str, Any]]:
    torch.save(Network(), folder / "network.pth")
    return folder / "network.pth", {"trust": True}


@case("live torch.export program")
def _program(folder: Path) -> tuple[Any, dict[str, Any]]:
    return export_program(dynamic=True), {}


@case("torch.export file")
def _program_file(folder: Path) -> tuple[Any, dict[str, Any]]:
    torch.export.save(export_program(dynamic=True), folder / "network.pt2")
    return folder / "network.pt2", {}


@case("torch.export file of two samples at once")
def _fixed_program_file(folder: Path) -> tuple[Any, dict[str, Any]]:
    torch.export.save(export_program(dynamic=False), folder / "network.pt2")
    return folder / "network.pt2", {}


@case("live torchscript module")
def _script(folder: Path) -> tuple[Any, dict[str, Any]]:
    return traced_script(), {}


@case("torchscript file, trusted")
def _script_file(folder: Path) -> tuple[Any, dict[str, Any]]:
    with quiet():
        traced_script().save(str(folder / "network.pt"))
    return folder / "network.pt", {"trust": True}


def export_program(dynamic: bool) -> Any:
    """Export the network with ``torch.export``, for any batch size or for two samples."""
    example = {name: torch.from_numpy(array) for name, array in batch(2).items()}
    free = {0: torch.export.Dim.DYNAMIC}
    shapes = {name: free for name in example} if dynamic else None
    with quiet():
        return torch.export.export(Network(), (), kwargs=example, dynamic_shapes=shapes)


def traced_script() -> Any:
    """Trace the network with TorchScript."""
    example = tuple(torch.from_numpy(array) for array in batch(2).values())
    with quiet():
        return torch.jit.trace(Network(), example, strict=False)


@case("onnx file")
def _onnx(folder: Path) -> tuple[Any, dict[str, Any]]:
    return export_onnx(folder / "network.onnx", dynamo=False, dynamic=True), {}


@case("onnx file of one sample at once, by the newer exporter")
def _fixed_onnx(folder: Path) -> tuple[Any, dict[str, Any]]:
    return export_onnx(folder / "network.onnx", dynamo=True, dynamic=False), {}


@case("live onnxruntime session")
def _onnx_session(folder: Path) -> tuple[Any, dict[str, Any]]:
    import onnxruntime

    path = export_onnx(folder / "network.onnx", dynamo=False, dynamic=True)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]), {}


def export_onnx(path: Path, dynamo: bool, dynamic: bool) -> Path:
    """Write the network as ONNX, for any batch size or for one sample."""
    example = [torch.from_numpy(array) for array in batch(2 if dynamic else 1).values()]
    return export(
        Network(), example, path, dynamo=dynamo, names=("image", "table"), dynamic=dynamic
    )
