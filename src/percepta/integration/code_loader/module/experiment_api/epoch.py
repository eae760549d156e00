"""`code_loader.experiment_api.epoch`: one epoch of a training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from percepta.integration.code_loader.module.experiment_api.types import Metrics, MetricValue


@dataclass(frozen=True)
class LoggedEpoch:
    """What was logged of an epoch.

    Attributes:
        epoch: its number.
        metrics: value by name.
        model_path: the model after this epoch, or None.
        tags: names of the model, e.g. ``latest``.
        override: whether it may replace what was logged before.
    """

    epoch: int
    metrics: MappingProxyType[str, MetricValue]
    model_path: str | None
    tags: tuple[str, ...]
    override: bool


class Epoch:
    """One epoch: metrics are gathered, then logged at once.

    Args:
        keep: takes what is logged.
        epoch: its number.
        default_tag: the model's name where none is given.
    """

    def __init__(
        self, keep: Callable[[LoggedEpoch], None], epoch: int, default_tag: str = "latest"
    ) -> None:
        self.epoch = epoch
        self.default_tag = default_tag
        self.metrics: Metrics = {}
        self._keep = keep

    def add_metric(self, name: str, value: float) -> None:
        """Add one metric, or change it."""
        self.metrics[name] = value

    def set_metrics(self, metrics: Metrics) -> None:
        """Put metrics in the place of all earlier ones."""
        self.metrics = metrics

    def log(
        self,
        modelFilePath: str | None = None,  # the public name
        tags: list[str] | None = None,
        override: bool = False,
    ) -> None:
        """Log the epoch.

        Raises:
            TypeError: a metric is neither a number nor a string.
        """
        metrics = MappingProxyType(dict(_plain(self.metrics.items())))
        named = (self.default_tag,) if tags is None else tuple(tags)
        self._keep(LoggedEpoch(self.epoch, metrics, modelFilePath, named, override))


def _plain(metrics: Iterable[tuple[str, object]]) -> Iterable[tuple[str, MetricValue]]:
    for name, value in metrics:
        plain = value.item() if isinstance(value, np.generic) else value
        if not isinstance(plain, str | int | float):
            raise TypeError(f"The metric {name!r} is {value!r}, neither a number nor a string.")
        yield name, plain
