"""`code_loader.experiment_api.experiment`: a training, as a script logs it.

What is logged is kept in the `Experiment` and goes nowhere else.
"""

from __future__ import annotations

import warnings
from typing import Any

from percepta.integration.code_loader.module.experiment_api.client import Client
from percepta.integration.code_loader.module.experiment_api.epoch import Epoch, LoggedEpoch
from percepta.integration.code_loader.module.experiment_api.types import Metrics

NOT_STORED = "percepta does not store experiments yet: what this script logs is not kept."


class Experiment:
    """A training.

    Args:
        name: its name; None: it has none.
        default_epoch_tag: name of an epoch's model where none is given.

    Attributes:
        logged: the epochs, in the order they were logged.
        properties: what `set_properties` was given.
    """

    def __init__(self, name: str | None = None, default_epoch_tag: str = "latest") -> None:
        self.name = name
        self.default_epoch_tag = default_epoch_tag
        self.logged: list[LoggedEpoch] = []
        self.properties: dict[str, Any] = {}

    def init_epoch(self, epoch: int) -> Epoch:
        """Begin an epoch."""
        return Epoch(self.logged.append, epoch, self.default_epoch_tag)

    def log_epoch(
        self,
        epoch: int,
        metrics: Metrics | None = None,
        model_path: str | None = None,
        tags: list[str] | None = None,
        override: bool = False,
    ) -> None:
        """Log an epoch at once.

        Raises:
            TypeError: a metric is neither a number nor a string.
        """
        begun = self.init_epoch(epoch)
        begun.set_metrics(metrics or {})
        begun.log(model_path, tags, override)

    def set_properties(self, properties: dict[str, Any]) -> None:
        """Note values of the whole training."""
        self.properties |= properties


def init_experiment(
    experiment_name: str | None = None,
    description: str = "",
    project_name: str | None = None,
    code_integration_name: str | None = None,
    working_dir: str | None = None,
    client: Client | None = None,
    default_epoch_tag: str = "latest",
) -> Experiment:
    """Begin an experiment; it warns that percepta does not store it.

    Only the name and the tag matter here; the rest is taken so that scripts run as they stand.
    """
    warnings.warn(NOT_STORED, stacklevel=2)
    return Experiment(experiment_name, default_epoch_tag)
