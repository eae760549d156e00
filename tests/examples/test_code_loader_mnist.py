from __future__ import annotations

import pytest

from percepta.integration import load_script
from tests.examples.conftest import FOLDER, Examples, mean

NEEDED = ("mnist", "models/mnist")


def test_it_says_the_same_as_the_example_in_percepta_s_own_words(examples: Examples) -> None:
    examples.needs(*NEEDED)
    theirs, ours = load_script(FOLDER / "code_loader_mnist"), examples.script("mnist")
    [told] = examples.read(theirs, "validation", "11701")
    [ours_told] = examples.read(ours, "validation", 11701)
    assert told.inputs["image"].tolist() == ours_told.inputs["image"].tolist()
    assert told.ground_truths["digit"].argmax() == ours_told.ground_truths["digit"]
    for name in ("distance_to_own_mean", "distance_to_mean_5", "distance_to_mean_6"):
        assert told.metadata[f"digit_{name}"] == pytest.approx(ours_told.metadata[name])


def test_it_runs_as_it_stands(examples: Examples) -> None:
    examples.needs(*NEEDED)
    run = examples.evaluate(
        "code_loader_mnist/leap_integration", subsets=("validation",), limit=300
    )
    assert run.n == 300
    assert mean(run, "accuracy") > 0.98
    assert set(run.visualizers) == {"picture", "probabilities"}
