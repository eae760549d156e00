"""The neutral object that every way of integrating ends in: scripts, PyTorch datasets, others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.fields import Direction
from percepta.core.subsets import SampleId, Subset
from percepta.core.training import TrainingCurves
from percepta.integration.samples import Samples

Scalar = bool | int | float | str | None
Source = Literal["input", "ground_truth", "prediction", "samples"]
Activation = Literal["softmax", "sigmoid", "none"]


@dataclass(frozen=True, slots=True)
class Connection:
    """One argument of a user's function, and the array it receives.

    Attributes:
        argument: name of the argument.
        source: kind of array; ``samples`` gives a :class:`SampleBatch` instead: who the samples are.
        name: name of the input, ground truth or prediction; empty for ``samples``.
    """

    argument: str
    source: Source
    name: str


@dataclass(frozen=True, slots=True)
class InputEncoder:
    """Makes one input of the model for one sample.

    Attributes:
        name: name of the input.
        function: ``(sample_id, samples) -> ndarray`` without a batch axis.
        channel_axis: axis of the channels in one sample (0 for CHW, -1 for HWC); None: not known.
        where: where the function is defined.
        fed: whether the model takes it; what it does not take is still there for losses, metrics and
            visualizers.
    """

    name: str
    function: Callable[..., Any]
    channel_axis: int | None = None
    where: Where = field(default_factory=Where)
    fed: bool = True


@dataclass(frozen=True, slots=True)
class GroundTruthEncoder:
    """Makes one ground truth for one sample: ``(sample_id, samples) -> ndarray | scalar``."""

    name: str
    function: Callable[..., Any]
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class MetadataFunction:
    """Describes one sample: ``(sample_id, samples) -> scalar | None | flat dict of them``.

    A dict's keys surface as ``<name>_<key>``, or as they are where ``name`` is None.
    """

    name: str | None
    function: Callable[..., Any]
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class Prediction:
    """An output of the model.

    Attributes:
        name: name of the prediction.
        labels: name of each class, as many as the output's size along ``channel_axis``; or None.
        channel_axis: axis of the classes in the *batched* output; -1 is the last.
        activation: what turns the output into probabilities: ``softmax`` or ``sigmoid`` for logits,
            ``none`` for an output that already is probabilities; None: not known, decided from the
            values.
    """

    name: str
    labels: tuple[str, ...] | None = None
    channel_axis: int = -1
    activation: Activation | None = None

    def __init__(
        self,
        name: str,
        labels: Sequence[str] | None = None,
        channel_axis: int = -1,
        activation: Activation | None = None,
    ) -> None:
        """Check the values.

        Raises:
            IntegrationError: for an empty name, labels that repeat, or an unknown activation.
        """
        given: object = name  # scripts are not type-checked
        if not isinstance(given, str) or not given:
            raise IntegrationError(f"A prediction needs a name, not {name!r}.")
        names = None if labels is None else tuple(str(label) for label in labels)
        if isinstance(labels, str) or names == ():
            raise IntegrationError(
                f"The labels of prediction {name!r} are {labels!r}.",
                fix="Give a list with one label per class, or leave it out.",
            )
        if names is not None and len(set(names)) != len(names):
            twice = next(label for label in names if names.count(label) > 1)
            raise IntegrationError(
                f"The label {twice!r} of prediction {name!r} appears more than once.",
                fix="Give every class its own label.",
            )
        if channel_axis == 0:
            raise IntegrationError(
                f"The channel_axis of prediction {name!r} is 0, which is the batch axis.",
                fix="Use -1 for the last axis, or 1 for outputs such as "
                "[batch, classes, height, width].",
            )
        if activation not in (None, "softmax", "sigmoid", "none"):
            raise IntegrationError(
                f"The activation of prediction {name!r} is {activation!r}.",
                fix="Use 'softmax', 'sigmoid', 'none' (already probabilities) or leave it out.",
            )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "labels", names)
        object.__setattr__(self, "channel_axis", channel_axis)
        object.__setattr__(self, "activation", activation)


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss: arrays with a batch axis, by argument name -> one value per sample ``[B]``."""

    name: str
    function: Callable[..., Any]
    connections: tuple[Connection, ...] = ()
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: arrays with a batch axis, by argument name -> ``[B]``, or a dict of such arrays.

    It may return B lists of :class:`percepta.core.confusion.Decision` instead, which confusion matrices
    are counted from.

    Attributes:
        name: name of the field; a dict's keys surface as ``<name>_<key>``.
        function: the user's function.
        connections: what its arguments receive.
        direction: which way is better, for all keys or by key.
        where: where the function is defined.
        insights: whether insights look at it, for all keys or by key; None: they decide.
    """

    name: str
    function: Callable[..., Any]
    connections: tuple[Connection, ...] = ()
    direction: Direction | Mapping[str, Direction] = Direction.DOWN
    where: Where = field(default_factory=Where)
    insights: bool | Mapping[str, bool] | None = None

    def direction_of(self, field_name: str) -> Direction | None:
        """Direction of one of the fields this metric gives (its name, or ``<name>_<key>``)."""
        if isinstance(self.direction, Direction):
            return self.direction
        return self.direction.get(field_name.removeprefix(f"{self.name}_"))


@dataclass(frozen=True, slots=True)
class TargetFunction:
    """A number that heat maps can explain: arrays with a batch axis, by argument name -> ``[B]``."""

    name: str
    function: Callable[..., Any]
    connections: tuple[Connection, ...] = ()
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class Visualizer:
    """A visualizer: arrays of ONE sample, by argument name -> a visual (`percepta.core.visuals`).

    Attributes:
        name: name shown in the sample panel.
        function: the user's function.
        connections: what its arguments receive.
        where: where the function is defined.
        batch: where every payload is a plain picture, a faster way: arrays with a batch axis, by
            argument name -> uint8 ``[B, H, W, 1|3]``; None: not available.
        heatmap: brings heat maps over what it receives to what the visual shows, where that was resized
            or rearranged: ``(heat maps by argument, arrays by argument) -> [H, W]`` float32, each
            ``[1, …]`` as the argument is; None: they agree.
        advise: takes what ``function`` takes, and says what is allowed and yet looks wrong in what that
            returns, one sentence each; asked by a check.
    """

    name: str
    function: Callable[..., Any]
    connections: tuple[Connection, ...] = ()
    where: Where = field(default_factory=Where)
    batch: Callable[..., NDArray[np.uint8]] | None = None
    heatmap: Callable[..., NDArray[np.float32]] | None = None
    advise: Callable[..., Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """A latent space of the user's own: one vector per sample.

    Attributes:
        name: name of the space.
        function: without connections ``(sample_id, samples) -> float array`` of one sample; with them
            arrays with a batch axis, by argument name -> ``[B, …]``.
        connections: what its arguments receive.
        reduce: how an array with positions is brought to a vector: ``mean`` over them, or a seeded random
            ``projection`` to ``width`` of all its values; None: it is one already.
        width: most values of a projected vector.
        channel_axis: axis of the channels, which a mean keeps, in the batched array.
        preferred: whether maps are made of it unless another space is asked for.
        where: where the function is defined.
    """

    name: str
    function: Callable[..., Any]
    connections: tuple[Connection, ...] = ()
    reduce: Literal["mean", "projection"] | None = None
    width: int = 512
    channel_axis: int = -1
    preferred: bool = False
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class MaskFunction:
    """Tells where the object that is a row of its own lies: ``(sample_id, samples) -> mask | None``.

    The mask is ``[H, W]`` over the (first) picture input, true or positive inside; None: the sample is a
    whole. Layer responses are pooled over the positions inside.
    """

    function: Callable[..., Any]
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class FileEncoder:
    """Makes the model's inputs of a file: ``(path) -> array | dict of arrays by input``, of one sample."""

    function: Callable[..., Any]
    where: Where = field(default_factory=Where)


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
