"""Collecting: the decorators of a script, gathered into one ``Integration``.

A collector is active only while a script is being loaded (or inside :func:`collecting`). Outside of it the
decorators give their function back and do nothing more, so a script can be imported and run by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.core.fields import Direction
from percepta.integration.builtin import Chosen, chosen_loss, chosen_metric
from percepta.integration.integration import Integration
from percepta.integration.latents import check_spaces
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
from percepta.integration.wiring import Names, connect

RESERVED = {"subset", "sample_id", "row", "cluster", "subcluster", "cluster_distance"}
MAX_NAME = 200

DEFAULT_PREDICTION = Prediction("prediction")

_active: ContextVar[Collector | None] = ContextVar("percepta_collector", default=None)


Connected = Loss | Metric | Visualizer | LatentSpace | TargetFunction
"""What has arguments to be connected."""


@dataclass(frozen=True)
class _Wish:
    """Something whose arguments are connected when everything is known."""

    made: Connected
    connect: Mapping[str, str]


@dataclass
class Collector:
    """What a script has declared so far."""

    subsets: Callable[[], Any] | None = None
    inputs: list[InputEncoder] = field(default_factory=list)
    ground_truths: list[GroundTruthEncoder] = field(default_factory=list)
    metadata: list[MetadataFunction] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    model: Callable[[], Any] | None = None
    training: Callable[[], Any] | None = None
    visualizers: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    latent_spaces: list[LatentSpace] = field(default_factory=list)
    mask: MaskFunction | None = None
    file_encoder: FileEncoder | None = None
    wishes: list[_Wish | Chosen] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def named(self, kind: str, name: object, taken: Sequence[str], where: Where) -> str:
        """Check the name of something new.

        Raises:
            IntegrationError: it is no good name, or taken.
        """
        word = kind.replace("_", " ")
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            raise IntegrationError(
                f"The {word} has the name {name!r:.60}.",
                where=where,
                fix=f"Give a text: @percepta.{kind}('name').",
            )
        if name in taken:
            raise IntegrationError(
                f"There are two {word}s named {name!r}.", where=where, fix="Rename one of them."
            )
        return name

    def field_named(self, kind: str, name: object, where: Where) -> str:
        """Check the name of a field of the run, which no other field may have."""
        checked = self.named(kind, name, [], where)
        other = "the run itself" if checked in RESERVED else self.fields.get(checked)
        if other is not None:
            raise IntegrationError(
                f"The {kind} {checked!r} has the name of a field of {other}.",
                where=where,
                fix="Rename one of them; names are what filters are written with.",
            )
        self.fields[checked] = f"another {kind}" if kind == "metric" else f"a {kind}"
        return checked

    def build(
        self, name: str, *, path: str | None = None, code_hash: str = "", place: Where | None = None
    ) -> Integration:
        """Connect everything.

        Raises:
            IntegrationError: the subsets function or the inputs are missing, or a connection fails.
        """
        where = place or Where()
        if self.subsets is None:
            raise IntegrationError(
                "The script says nothing about its samples.",
                where=where,
                fix="Write a function under @percepta.subsets that returns a list of "
                "percepta.Samples.",
            )
        if not self.inputs:
            raise IntegrationError(
                "The script has no input for the model.",
                where=where,
                fix="Write a function under @percepta.input('name') that returns one sample's "
                "array.",
            )
        if not any(encoder.fed for encoder in self.inputs):
            raise IntegrationError(
                "No input of the script is given to the model.",
                where=self.inputs[0].where,
                fix="Leave out fed=False at the inputs that the model takes.",
            )
        predictions = tuple(self.predictions) or (DEFAULT_PREDICTION,)
        names = Names(
            [encoder.name for encoder in self.inputs],
            [encoder.name for encoder in self.ground_truths],
            [prediction.name for prediction in predictions],
        )
        made: list[Connected] = []
        for wish in self.wishes:
            if isinstance(wish, Chosen):
                made.append(wish.build(names, predictions))
            else:
                wires = connect(wish.made.function, wish.connect, names, wish.made.where)
                made.append(replace(wish.made, connections=wires))
        spaces = [*self.latent_spaces, *(item for item in made if isinstance(item, LatentSpace))]
        check_spaces(spaces)
        return Integration(
            name=name,
            subsets=self.subsets,
            inputs=tuple(sorted(self.inputs, key=lambda encoder: not encoder.fed)),
            ground_truths=tuple(self.ground_truths),
            metadata=tuple(self.metadata),
            predictions=predictions,
            losses=tuple(item for item in made if isinstance(item, Loss)),
            metrics=tuple(item for item in made if isinstance(item, Metric)),
            visualizers=tuple(item for item in made if isinstance(item, Visualizer)),
            targets=tuple(item for item in made if isinstance(item, TargetFunction)),
            latent_spaces=tuple(spaces),
            mask=self.mask,
            file_encoder=self.file_encoder,
            model=self.model,
            training=self.training,
            code_hash=code_hash,
            path=path,
        )

    def use(self, chosen: Chosen) -> None:
        """Add a built-in loss or metric."""
        self.field_named(chosen.kind, chosen.name, chosen.where)
        self.wishes.append(chosen)

    def wish(self, made: Connected, wires: Mapping[str, str] | None) -> None:
        """Add something whose arguments are connected in the end."""
        self.wishes.append(_Wish(made, dict(wires or {})))


def active() -> Collector | None:
    """Return the collector of the script being loaded, if one is."""
    return _active.get()


@contextmanager
def collecting() -> Iterator[Collector]:
    """Gather every decorator used inside; then call :meth:`Collector.build`."""
    collector = Collector()
    token = _active.set(collector)
    try:
        yield collector
    finally:
        _active.reset(token)


def use_loss(
    loss: str | Callable[..., Any],
    prediction: str | None = None,
    ground_truth: str | None = None,
    *,
    name: str | None = None,
) -> None:
    """Use a built-in loss (or a function ``(prediction, target) -> [B]``), connected in one line.

    Args:
        loss: e.g. ``"cross_entropy"``; see `percepta.losses`.
        prediction: name of the prediction; None: the only one.
        ground_truth: name of the ground truth; None: the only one.
        name: name of the field; None: the name of the loss.

    Raises:
        IntegrationError: there is no such loss.
    """
    collector = active()
    chosen = chosen_loss(loss, prediction, ground_truth, name)
    if collector is not None:
        collector.use(chosen)


def use_metric(
    metric: str | Callable[..., Any],
    prediction: str | None = None,
    ground_truth: str | None = None,
    *,
    name: str | None = None,
    direction: str | Direction | None = None,
) -> None:
    """Use a built-in metric (or a function ``(prediction, target) -> [B]``), connected in one line.

    Args:
        metric: e.g. ``"accuracy"`` or ``"top_5"``; see `percepta.metrics`.
        prediction: name of the prediction; None: the only one.
        ground_truth: name of the ground truth; None: the only one.
        name: name of the field; None: the name of the metric.
        direction: ``"up"`` or ``"down"``, which way is better; built-in metrics know theirs.

    Raises:
        IntegrationError: there is no such metric.
    """
    collector = active()
    chosen = chosen_metric(metric, prediction, ground_truth, name, direction)
    if collector is not None:
        collector.use(chosen)
