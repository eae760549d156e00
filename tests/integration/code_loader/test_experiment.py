"""What a script logs of a training is taken, kept in its object, and sent nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from percepta.integration.code_loader.module.experiment_api.client import Client
from percepta.integration.code_loader.module.experiment_api.experiment import (
    Experiment,
    init_experiment,
)


def begun() -> Experiment:
    with pytest.warns(UserWarning, match="does not store experiments yet"):
        return init_experiment("mine", "about it", client=Client("http://nowhere.invalid", "key"))


def test_an_epoch_at_once() -> None:
    experiment = begun()

    experiment.log_epoch(3, {"loss": np.float32(0.5), "note": "fine"}, model_path="m.h5")

    (logged,) = experiment.logged
    assert (logged.epoch, dict(logged.metrics)) == (3, {"loss": 0.5, "note": "fine"})
    assert (logged.model_path, logged.tags, logged.override) == ("m.h5", ("latest",), False)


def test_an_epoch_bit_by_bit() -> None:
    experiment = begun()
    epoch = experiment.init_epoch(0)
    epoch.add_metric("old", 1)
    epoch.set_metrics({"loss": 2})
    epoch.add_metric("acc", 0.5)

    epoch.log(tags=["best", "latest"], override=True)
    epoch.add_metric("later", 1)
    experiment.set_properties({"lr": 0.1})
    experiment.set_properties({"wd": 0})

    (logged,) = experiment.logged
    assert dict(logged.metrics) == {"loss": 2, "acc": 0.5}
    assert (logged.tags, logged.override) == (("best", "latest"), True)
    assert experiment.properties == {"lr": 0.1, "wd": 0}


def test_a_metric_that_is_no_value_is_named() -> None:
    experiment = begun()

    with pytest.raises(TypeError, match="'loss' is None, neither a number nor a string"):
        experiment.log_epoch(0, {"loss": None})  # type: ignore[dict-item]
    assert experiment.logged == []


def test_nothing_is_sent() -> None:
    client = Client("http://nowhere.invalid", "key")

    with pytest.raises(RuntimeError, match="opens no connection"):
        client.post("/v1/x", {})
    assert "key" not in vars(client).values()
