"""The decorators that integration scripts are written with; each gives its function back unchanged."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, overload

from percepta.core.errors import IntegrationError, Where
from percepta.core.fields import Direction
from percepta.integration.builtin import caller, direction_from
from percepta.integration.collecting import Collector, active
from percepta.integration.decorating import Decorator, F, decorator, named, takes
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
    TargetFunction,
    Visualizer,
)

SAMPLE_ID = "sample_id"
"""The first argument of a latent space's function that is called sample by sample."""


@overload
def subsets(function: F) -> F: ...
@overload
def subsets() -> Decorator: ...
def subsets(function: F | None = None) -> F | Decorator:
    """Declare ``() -> list[Samples]``; it runs once."""

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 0, "no arguments", where)
        if collector.subsets is not None:
            raise IntegrationError(
                "There are two functions under @percepta.subsets.", where=where, fix="Keep one."
            )
        collector.subsets = function

    return decorator(add) if function is None else decorator(add)(function)


def input(name: str, channel_axis: int | None = None, *, fed: bool = True) -> Decorator:
    """Declare an input of the model: ``(sample_id, samples) -> array`` of one sample.

    Args:
        name: name of the input; matched to the model's inputs by name, else by order.
        channel_axis: axis of the channels in one sample, without the batch axis: 0 for
            ``[channels, height, width]``, -1 for ``[height, width, channels]``.
        fed: False for an array that losses, metrics or visualizers need and the model does not take.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 2, "(sample_id, samples)", where)
        checked = collector.named("input", name, [e.name for e in collector.inputs], where)
        if channel_axis is not None and not isinstance(channel_axis, int):
            raise IntegrationError(
                f"The channel_axis of input {checked!r} is {channel_axis!r}.",
                where=where,
                fix="Give the number of an axis, e.g. 0 for [channels, height, width].",
            )
        collector.inputs.append(InputEncoder(checked, function, channel_axis, where, bool(fed)))

    return named("input", name, add)


def ground_truth(name: str) -> Decorator:
    """Declare a ground truth: ``(sample_id, samples) -> array | number``.

    It is not called for samples of the subset ``unlabeled``.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 2, "(sample_id, samples)", where)
        taken = [e.name for e in collector.ground_truths]
        checked = collector.named("ground_truth", name, taken, where)
        collector.ground_truths.append(GroundTruthEncoder(checked, function, where))

    return named("ground_truth", name, add)


@overload
def metadata(name: F) -> F: ...
@overload
def metadata(name: str | None = None) -> Decorator: ...
def metadata(name: str | F | None = None) -> F | Decorator:
    """Declare metadata: ``(sample_id, samples) -> scalar | None | flat dict``.

    Args:
        name: name of the field; a dict's keys surface as ``<name>_<key>``. Without a name a dict's
            keys stand alone, and a scalar is named after the function.
    """
    bare = callable(name)
    title = None if bare else name

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 2, "(sample_id, samples)", where)
        checked = None if title is None else collector.field_named("metadata", title, where)
        collector.metadata.append(MetadataFunction(checked, function, where))

    return decorator(add)(name) if callable(name) else decorator(add)


def loss(name: str, connect: Mapping[str, str] | None = None) -> Decorator:
    """Declare a loss: arrays with a batch axis, by argument name -> one value per sample.

    Args:
        name: name of the field.
        connect: array by argument, for arguments not named after what they receive, e.g.
            ``{"logits": "prediction.digit"}``.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        checked = collector.field_named("loss", name, where)
        collector.wish(Loss(checked, function, where=where), connect)

    return named("loss", name, add)


def metric(
    name: str,
    direction: str | Direction | Mapping[str, str | Direction] = Direction.DOWN,
    connect: Mapping[str, str] | None = None,
) -> Decorator:
    """Declare a metric: arrays with a batch axis, by argument name -> one value per sample.

    It may return a dict of such arrays. It may also return, for each sample, a list of
    :class:`percepta.Decision`: several yes-or-no answers, as for the boxes of a detector, that are kept one
    by one and counted in confusion matrices; the field ``<name>_accuracy`` is the share that is right.

    Args:
        name: name of the field; a dict's keys surface as ``<name>_<key>``.
        direction: which way is better, ``up`` or ``down``; by key where the metric returns a dict.
        connect: as for `loss`.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        checked = collector.field_named("metric", name, where)
        if isinstance(direction, Mapping):
            ways: Any = {k: direction_from(v, checked, where) for k, v in direction.items()}
        else:
            ways = direction_from(direction, checked, where)
        collector.wish(Metric(checked, function, direction=ways, where=where), connect)

    return named("metric", name, add)


def target(name: str, connect: Mapping[str, str] | None = None) -> Decorator:
    """Declare a number that heat maps can explain: arrays with a batch axis, by argument name -> ``[B]``.

    It is a target beside the classes and the losses, such as the margin between two classes, the distance
    of two points that the model predicts, or the uncertainty of an answer. Written in functions of numpy or
    torch it may be made of any number of outputs.

    Args:
        name: name of the target.
        connect: as for `loss`.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        checked = collector.named("target", name, collector.targets, where)
        collector.targets.append(checked)
        collector.wish(TargetFunction(checked, function, where=where), connect)

    return named("target", name, add)


def visualizer(
    name: str,
    connect: Mapping[str, str] | None = None,
    heatmap: Callable[..., Any] | None = None,
) -> Decorator:
    """Declare a visualizer: arrays of one sample, by argument name -> a visual.

    Args:
        name: name shown in the sample panel.
        connect: as for `loss`.
        heatmap: where the visual shows its arguments resized or rearranged, does the same to heat maps over
            them: ``(heat maps by argument, arrays by argument) -> [H, W]``, each ``[1, …]`` in the argument's
            shape (zeros where there is no heat); None: pixels agree.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        checked = collector.named("visualizer", name, collector.visualizers, where)
        collector.visualizers.append(checked)
        collector.wish(Visualizer(checked, function, where=where, heatmap=heatmap), connect)

    return named("visualizer", name, add)


def latent_space(
    name: str,
    connect: Mapping[str, str] | None = None,
    *,
    reduce: Literal["mean", "projection"] | None = None,
    width: int = 512,
    channel_axis: int = -1,
    preferred: bool = False,
) -> Decorator:
    """Declare a latent space of your own: one vector per sample, beside those that percepta builds.

    A function ``(sample_id, samples) -> vector`` is called for each sample; any other gets arrays with a
    batch axis, by argument name, and returns ``[B, …]``.

    Args:
        name: name of the space.
        connect: as for `loss`.
        reduce: how arrays with positions become vectors: ``"mean"`` over all axes but the channels',
            ``"projection"`` of all values to ``width`` by a seeded random matrix; None: they are vectors.
        width: most values of a projected vector.
        channel_axis: axis of the channels in the *batched* array, for the mean.
        preferred: make maps of it unless another space is asked for.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        checked = collector.named("latent_space", name, [], where)
        space = LatentSpace(
            checked,
            function,
            reduce=reduce,
            width=width,
            channel_axis=channel_axis,
            preferred=preferred,
            where=where,
        )
        if connect is None and next(iter(inspect.signature(function).parameters), "") == SAMPLE_ID:
            takes(function, 2, "(sample_id, samples)", where)
            collector.latent_spaces.append(space)
        else:
            collector.wish(space, connect)

    return named("latent_space", name, add)


@overload
def mask(function: F) -> F: ...
@overload
def mask() -> Decorator: ...
def mask(function: F | None = None) -> F | Decorator:
    """Declare ``(sample_id, samples) -> [H, W] | None``, where samples are objects inside a picture.

    The mask is true (or positive) inside the object; None: the sample is a whole. Layers' responses are
    pooled over the object alone, so that latent spaces tell objects apart, not pictures.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 2, "(sample_id, samples)", where)
        if collector.mask is not None:
            raise IntegrationError(
                "There are two functions under @percepta.mask.", where=where, fix="Keep one."
            )
        collector.mask = MaskFunction(function, where)

    return decorator(add) if function is None else decorator(add)(function)


@overload
def file_encoder(function: F) -> F: ...
@overload
def file_encoder() -> Decorator: ...
def file_encoder(function: F | None = None) -> F | Decorator:
    """Declare ``(path) -> array | dict of arrays by input``: the model's inputs of a file that is no sample.

    It does to any file what the inputs' functions do to a sample's, so that similars of a new file can be
    found. ``path`` is a :class:`pathlib.Path`; the array (of a model with one input), or each in the dict,
    is that of one sample.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 1, "(path)", where)
        if collector.file_encoder is not None:
            raise IntegrationError(
                "There are two functions under @percepta.file_encoder.",
                where=where,
                fix="Keep one; it may look at the path's suffix.",
            )
        collector.file_encoder = FileEncoder(function, where)

    return decorator(add) if function is None else decorator(add)(function)


@overload
def model(predictions: F) -> F: ...
@overload
def model(
    predictions: Sequence[Prediction | str] | Prediction | None = None,
) -> Decorator: ...
def model(
    predictions: Sequence[Prediction | str] | Prediction | F | None = None,
) -> F | Decorator:
    """Declare the model: ``() -> torch.nn.Module | path of an .onnx file``.

    Args:
        predictions: the model's outputs, in order. Where the model is a file given on the command
            line, the predictions still hold, and the function is not called.
    """
    bare = callable(predictions)
    outputs: Any = () if bare else predictions

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 0, "no arguments", where)
        if collector.model is not None:
            raise IntegrationError(
                "There are two functions under @percepta.model.", where=where, fix="Keep one."
            )
        collector.model = function
        _declare(outputs, collector, where)

    return decorator(add)(predictions) if callable(predictions) else decorator(add)


@overload
def training_curves(function: F) -> F: ...
@overload
def training_curves() -> Decorator: ...
def training_curves(function: F | None = None) -> F | Decorator:
    """Declare ``() -> how the training went``: curves that are kept with the run.

    It returns the path of a log (``.jsonl``, ``.csv``, ``.json``), a mapping of lists by metric such as
    Keras' ``history.history``, a list of records, or None where there is none. It runs once.
    """

    def add(function: F, collector: Collector, where: Where) -> None:
        takes(function, 0, "no arguments", where)
        if collector.training is not None:
            raise IntegrationError(
                "There are two functions under @percepta.training_curves.",
                where=where,
                fix="Keep one.",
            )
        collector.training = function

    return decorator(add) if function is None else decorator(add)(function)


def predictions(*given: Prediction | str) -> None:
    """Declare the model's outputs, in order, for a script that has no `model` function."""
    collector = active()
    if collector is not None:
        _declare(given, collector, caller())


def _declare(given: Any, collector: Collector, where: Where) -> None:
    if given is None:
        given = ()
    if isinstance(given, Prediction | str):
        given = (given,)
    for item in given:
        prediction = Prediction(item) if isinstance(item, str) else item
        if not isinstance(prediction, Prediction):
            raise IntegrationError(
                f"A {type(item).__name__} is not a prediction.",
                where=where,
                fix="Give percepta.Prediction('name', labels=[...]).",
            )
        taken = [p.name for p in collector.predictions]
        collector.named("prediction", prediction.name, taken, where)
        collector.predictions.append(prediction)
