from __future__ import annotations

import numpy as np
import pytest

from tests.examples.conftest import Examples, mean


def test_the_network_of_the_tutorial_and_its_features_belong_together(examples: Examples) -> None:
    """A wrong order of the features would give the accuracy of a guess."""
    examples.needs("titanic", "models/tabular")
    run = examples.evaluate("titanic")
    assert run.n == 891
    assert mean(run, "accuracy", "training") == pytest.approx(0.8459, abs=5e-4)
    assert mean(run, "accuracy", "test") == pytest.approx(0.8470, abs=5e-4)
    assert mean(run, "accuracy", where=run.values("class") == 2) == pytest.approx(0.929, abs=2e-3)


def test_what_is_missing_is_missing_for_people_and_the_mean_for_the_network(
    examples: Examples,
) -> None:
    examples.needs("titanic")
    integration = examples.script("titanic")
    everyone = {sample_id: part for part in integration.load_subsets() for sample_id in part.ids}
    assert sorted(everyone) == list(range(891))
    [moran] = examples.read(integration, everyone[5].subset, 5)  # Mr. James Moran, of unknown age
    assert moran.metadata["age"] is None
    np.testing.assert_allclose(
        moran.inputs["passenger"], [29.699, 0, 0, 8.4583, 0, 1, 0, 1, 0, 0, 0, 1], rtol=1e-4
    )
