"""The parts of an integration: each of the user's functions, with what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, Where
from percepta.core.fields import Direction

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
