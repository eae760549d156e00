"""The neutral object that every way of integrating ends in: scripts, PyTorch datasets, others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import SampleError
from percepta.core.subsets import SampleId, Subset
from percepta.core.training import TrainingCurves
from percepta.integration.parts import (
    FileEncoder,
    GroundTruthEncoder,
    InputEncoder,
    LatentSpace,
    Loss,
    MaskFunction,
    MetadataFunction,
    Metric,
    Prediction,
    Scalar,
    TargetFunction,
    Visualizer,
)
from percepta.integration.samples import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the user's functions gave for one sample, without a batch axis.

    Attributes:
        inputs: array by input name.
        ground_truths: array by ground-truth name; empty for unlabeled samples.
        metadata: scalar by field name; None is missing.
        latents: float32 vector (or array to be reduced) by latent space of the user's own that is read
            per sample.
        mask: of an object that is a row of its own, bool ``[H, W]``; None: the sample is a whole.
    """

    inputs: dict[str, NDArray[Any]]
    ground_truths: dict[str, NDArray[Any]]
    metadata: dict[str, Scalar]
    latents: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    mask: NDArray[np.bool_] | None = None


class Reader(Protocol):
    """Reads many samples in one call."""

    def __call__(self, samples: Samples, ids: Sequence[SampleId]) -> list[Reading | SampleError]:
        """Return one entry per id; a mistake of the user is an entry, never raised."""


class _Once:
    """What is found out once: the subsets, and the shape of each array of a sample."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.subsets: list[Samples] | None = None
        self.shapes: dict[tuple[str, str], tuple[int, ...]] | None = None


@dataclass(frozen=True, eq=False)
class Integration:
    """Everything a user says about their data and how it meets the model.

    Attributes:
        name: name of the script or data set.
        subsets: the user's function; call :meth:`load_subsets` instead.
        inputs: one encoder per model input, in the model's order; those that are not ``fed`` after them.
        ground_truths: ground-truth encoders.
        metadata: metadata functions.
        predictions: outputs of the model, in its order.
        losses: losses, with the arguments connected.
        metrics: metrics, with the arguments connected.
        visualizers: visualizers, with the arguments connected.
        targets: numbers that heat maps can explain, with the arguments connected.
        model: ``() -> model object or path``, or None where the user gives the model another way.
        training: ``() -> how the training went``; call :meth:`load_training` instead. None: not told.
        code_hash: sha256 of the user's code.
        path: path of the script, or None.
        reader: reads samples; None: sample by sample through the encoders.
        latent_spaces: latent spaces of the user's own.
        mask: where rows are objects inside a sample, tells where each lies.
        file_encoder: makes the model's inputs of a file that is no sample; None: found out where it can be
            (:mod:`percepta.integration.files`).
        custom_objects: classes that a model file refers to by name, e.g. Keras layers.
        notes: what the script asks for and percepta does not do, one sentence each.
    """

    name: str
    subsets: Callable[[], Any]
    inputs: tuple[InputEncoder, ...]
    ground_truths: tuple[GroundTruthEncoder, ...] = ()
    metadata: tuple[MetadataFunction, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    losses: tuple[Loss, ...] = ()
    metrics: tuple[Metric, ...] = ()
    visualizers: tuple[Visualizer, ...] = ()
    targets: tuple[TargetFunction, ...] = ()
    model: Callable[[], Any] | None = None
    training: Callable[[], Any] | None = None
    code_hash: str = ""
    path: str | None = None
    reader: Reader | None = None
    latent_spaces: tuple[LatentSpace, ...] = ()
    mask: MaskFunction | None = None
    file_encoder: FileEncoder | None = None
    custom_objects: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    _once: _Once = field(default_factory=_Once, init=False, repr=False)

    def load_subsets(self) -> list[Samples]:
        """Run the user's subsets function (once); its samples, in the order of `Subset`.

        Raises:
            IntegrationError: it raises, returns something else, has no samples or a subset twice.
        """
        from percepta.integration.once import load_subsets

        with self._once.lock:
            if self._once.subsets is None:
                self._once.subsets = load_subsets(self)
            return list(self._once.subsets)

    def read(self, samples: Samples, ids: Sequence[SampleId]) -> list[Reading | SampleError]:
        """Read samples of one subset; safe to call from several threads.

        Args:
            samples: one of the values :meth:`load_subsets` returned.
            ids: ids among ``samples.ids``.

        Returns:
            One entry per id, in order: what was read, or why it could not be (file, line, function,
            sample).
        """
        from percepta.integration.reading import read

        return read(self, samples, ids)

    def fed(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return those of a sample's (or batch's) inputs that the model takes."""
        kept_back = {encoder.name for encoder in self.inputs if not encoder.fed}
        return {name: array for name, array in inputs.items() if name not in kept_back}

    def make_model(self) -> Any:
        """Call the user's model function.

        Returns:
            A model object or a path, as the user gave it.

        Raises:
            IntegrationError: there is no such function, it raises, or it returns None.
        """
        from percepta.integration.once import make_model

        return make_model(self)

    def load_training(self) -> TrainingCurves:
        """Call the user's function that tells how the training went; without one there are no curves.

        Raises:
            IntegrationError: it raises, or what it returns cannot be read.
        """
        from percepta.integration.once import load_training

        return load_training(self)

    def labeled(self, subset: Subset) -> bool:
        """Whether samples of a subset have a ground truth here."""
        return subset.labeled and bool(self.ground_truths)
