"""Demos on real data: a network is trained, evaluated and explored, start to end.

Each demo is an ordinary integration script (``digits.py``, ``mnist.py``) over a network trained here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from percepta.core.errors import NotFoundError
from percepta.core.progress import Progress


@dataclass(frozen=True)
class Demo:
    """What ``percepta demo NAME`` needs to know.

    Attributes:
        name: what the user types.
        title: name of the project it makes.
        epochs: passes over the training digits.
    """

    name: str
    title: str
    epochs: int

    @property
    def script(self) -> Path:
        """The demo's integration script."""
        return Path(__file__).with_name(f"{self.name}.py")


DEMOS = {
    demo.name: demo
    for demo in (Demo("digits", "Digits demo", epochs=12), Demo("mnist", "MNIST demo", epochs=2))
}


def find_demo(name: str) -> Demo:
    """Return the demo of that name.

    Raises:
        NotFoundError: there is none; the error lists those there are.
    """
    if name not in DEMOS:
        raise NotFoundError(
            f"There is no demo called {name!r}.", fix=f"Choose one of: {', '.join(DEMOS)}."
        )
    return DEMOS[name]


def weights_file(name: str) -> Path:
    """Where the trained network of a demo lies in the workspace in use."""
    from percepta.storage import Workspace

    return Workspace.open().root / "demos" / f"{name}.pt"


def training_log(name: str) -> Path:
    """Where the log of a demo's training lies in the workspace in use."""
    return weights_file(name).with_suffix(".training.jsonl")


@dataclass(frozen=True)
class Training:
    """How the training of a demo's network ended."""

    training_samples: int
    validation_samples: int
    validation_accuracy: float


def train_demo(demo: Demo, progress: Progress) -> Training:
    """Train the demo's network and keep its weights, and how the training went, in the workspace.

    Raises:
        DataUnavailableError: the demo's data is neither here nor can be downloaded.
    """
    import torch

    from percepta.demos import data, network
    from percepta.demos.log import TrainingLog

    load = {"digits": data.load_digits, "mnist": data.load_mnist}[demo.name]
    training, validation = load()
    file = weights_file(demo.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with TrainingLog(training_log(demo.name)) as log:
        trained = network.train(training, validation, demo.epochs, progress, log.write)
    scratch = file.with_suffix(".tmp")
    torch.save(trained.state_dict(), scratch)
    scratch.replace(file)
    return Training(len(training), len(validation), network.quality(trained, validation).accuracy)
