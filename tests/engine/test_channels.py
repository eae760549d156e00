"""Channels: the samples that excite each of them most, against a sort of what torch gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from percepta.core.channels import KEPT
from percepta.integration import from_datasets
from percepta.storage import Run
from tests.engine.test_evaluate import Broken


def responses(net: nn.Module, images: np.ndarray) -> dict[str, np.ndarray]:
    """By layer ``[n, C]``: the greatest response over positions."""
    with torch.inference_mode():
        conv = net.conv(torch.from_numpy(images))
        pooled = nn.functional.max_pool2d(torch.relu(conv), 2)
        hidden = net.hidden(pooled.flatten(1))
        head = net.head(torch.relu(hidden))
    return {"conv": conv.amax((2, 3)).numpy(), "hidden": hidden.numpy(), "head": head.numpy()}


def test_every_channel_has_the_samples_that_excite_it_most(run: Any, net: Any, digits: Any) -> None:
    bad = {4: "raises", 40: "shape", 77: "nan", 90: "raises"}
    done = run(from_datasets({"training": Broken(digits, bad)}), net, shard_size=16, batch_size=5)
    good = [index for index in range(100) if index not in bad]
    for layer, expected in responses(net, digits[0][good]).items():
        kept = done.channel_samples(layer)
        assert kept.rows.shape == (expected.shape[1], KEPT)
        best = -np.sort(-expected, axis=0)[:KEPT].T
        np.testing.assert_allclose(kept.responses, best, atol=1e-5)
        np.testing.assert_allclose(
            np.take_along_axis(expected.T, kept.rows.astype(np.int64), 1), best, atol=1e-5
        )
    assert done.channel_samples("no such layer") is None
    done.verify()


def test_fewer_samples_than_are_kept(run: Any, net: Any, digits: Any) -> None:
    done: Run = run(from_datasets({"training": Broken(digits, {})}), net, limit=3)
    told = done.channel_samples("head").of(2)
    assert sorted(row for row, _ in told) == [0, 1, 2]
    assert [response for _, response in told] == sorted((r for _, r in told), reverse=True)
