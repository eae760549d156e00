"""Visualizer classes take and refuse what the real ones take and refuse."""

from __future__ import annotations

from pathlib import Path

from tests.integration.code_loader.oracle import (
    differing,
    needs_oracle,
    our_outcomes,
    real_outcomes,
)

CASES = Path(__file__).with_name("cases_visualizer_classes.py")


@needs_oracle
def test_every_call_ends_as_with_the_real_package() -> None:
    real, ours = real_outcomes(CASES), our_outcomes(CASES)
    assert len(real) > 2000

    # The one call that ours takes: an array of names, over which the real one falls.
    assert real.pop("LeapGraph legend array")["raised"] == "ValueError"
    assert "value" in ours.pop("LeapGraph legend array")
    assert differing(real, ours) == []
