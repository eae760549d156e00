"""Metrics, losses and visualizers that every script has give the numbers of the real ones."""

from __future__ import annotations

from pathlib import Path

from tests.integration.code_loader.oracle import (
    differing,
    needs_oracle,
    our_outcomes,
    real_outcomes,
)

CASES = Path(__file__).with_name("cases_defaults.py")


@needs_oracle
def test_every_call_gives_what_the_real_package_gives() -> None:
    real, ours = real_outcomes(CASES), our_outcomes(CASES)
    assert len(real) > 2000
    assert sum("value" in outcome for outcome in real.values()) > 500

    # Ours draws the picture of a sound also where it is a curve of one point.
    one_point = [name for name in real if name.startswith("audio visual") and "(1,) axis" in name]
    assert all("raised" in real.pop(name) and "value" in ours.pop(name) for name in one_point)
    assert differing(real, ours) == []
