"""The samples that excite a channel, over HTTP."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import LAYER, N

KEPT = quote(LAYER, safe="")


def test_the_samples_that_excite_a_channel_most(client: CheckedClient, sample: Sample) -> None:
    told = client.get(f"/api/runs/{sample.run.id}/layers/{KEPT}/channels/1").json()
    assert (told["layer"], told["channel"], told["width"]) == (LAYER, 1, 2)
    assert told["samples"] == [
        {"row": row, "response": float(row)} for row in range(N - 1, N - 10, -1)
    ]
    assert told["why_not"] is None
    silent = client.get(f"/api/runs/{sample.run.id}/layers/{KEPT}/channels/0").json()
    assert (silent["samples"], silent["why_not"]) == ([], None)


def test_a_layer_that_was_not_captured_says_why(client: CheckedClient, sample: Sample) -> None:
    told = client.get(f"/api/runs/{sample.run.id}/layers/body.norm/channels/2").json()
    assert told["samples"] == []
    assert "No latent space is built of this layer" in told["why_not"]


@pytest.mark.parametrize("place", ["layers/nose/channels/0", f"layers/{KEPT}/channels/2"])
def test_what_is_not_there(client: CheckedClient, sample: Sample, place: str) -> None:
    answer = client.get(f"/api/runs/{sample.run.id}/{place}")
    assert answer.status_code == 404
    assert "no such layer" in answer.text or "no channel 2" in answer.text


@pytest.mark.parametrize(
    ("rows", "channels"), [([], [0]), ([0], []), ([-1], [0]), (list(range(64)), list(range(5)))]
)
def test_too_little_or_too_much_is_refused(
    client: CheckedClient, sample: Sample, rows: list[int], channels: list[int]
) -> None:
    body = {"rows": rows, "layer": LAYER, "channels": channels}
    assert client.post(f"/api/runs/{sample.run.id}/activations", json=body).status_code == 422
