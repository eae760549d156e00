from __future__ import annotations

import pytest

from tests.examples.conftest import Examples, mean


def test_the_published_accuracy_is_reached(examples: Examples) -> None:
    examples.needs("speech_commands_mfcc", "models/audio")
    run = examples.evaluate("keyword_spotting")
    assert mean(run, "accuracy") == pytest.approx(0.896, abs=1e-6)
    assert mean(run, "top_3") == pytest.approx(0.98, abs=1e-6)
    label = run.values("label")
    assert mean(run, "accuracy", where=label == "Silence") == 1
    assert mean(run, "accuracy", where=label == "Down") == pytest.approx(0.725, abs=1e-3)
    assert set(run.visualizers) == {"spectrum", "energy over time", "probabilities"}
