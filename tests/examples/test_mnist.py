from __future__ import annotations

import numpy as np
import pytest

from percepta.analysis.trends import Shape
from percepta.core.filters import Compare, Filter, Operator
from percepta.core.subsets import SampleKey, Subset
from percepta.engine.overview import default_dashboard
from percepta.engine.similar import Population
from percepta.engine.telling import explain_field
from percepta.integration import Batch, measure
from percepta.models import open_model
from percepta.storage import Run, RunQuery
from tests.examples.conftest import Examples, mean

NEEDED = ("mnist", "models/mnist")


def test_the_sample_of_the_seed(examples: Examples) -> None:
    """Validation sample 11701: a 5 nearer to the mean 6 (6.830) than to the mean 5 (7.711); said to be 0."""
    examples.needs(*NEEDED)
    integration = examples.script("mnist")
    training, validation = integration.load_subsets()
    assert (len(training), len(validation)) == (48_000, 12_000)
    [reading] = examples.read(integration, "validation", 11701)
    facts = reading.metadata
    assert (facts["digit"], facts["parity"], facts["nearest_mean_is_own"]) == (5, "odd", False)
    assert facts["distance_to_mean_5"] == pytest.approx(7.711, abs=5e-4)
    assert facts["distance_to_mean_6"] == pytest.approx(6.830, abs=5e-4)
    assert facts["distance_to_own_mean"] == facts["distance_to_mean_5"]

    inputs = {"image": reading.inputs["image"][None]}
    model = open_model(integration.make_model(), example=inputs, outputs=["scores"], device="cpu")
    outputs = model.forward(inputs).outputs
    assert outputs["scores"].argmax() == 0
    truths = {"digit": reading.ground_truths["digit"][None]}
    keys = [SampleKey(Subset.VALIDATION, 11701)]
    measured = measure(integration, Batch(keys, inputs, truths, outputs, validation))
    assert measured.columns["cross_entropy"][0] == pytest.approx(2.34, abs=5e-3)
    assert measured.columns["accuracy"][0] == 0


def test_the_published_accuracy_is_reached(examples: Examples) -> None:
    examples.needs(*NEEDED)
    run = examples.evaluate("mnist", subsets=("validation",), visuals=False)
    assert run.n == 12_000
    assert mean(run, "accuracy") == pytest.approx(0.9967, abs=5e-5)
    distance = np.asarray(run.values("distance_to_own_mean"), np.float64)
    loss = np.asarray(run.values("loss"), np.float64)
    by_distance = [part.mean() for part in np.array_split(loss[np.argsort(distance)], 10)]
    assert by_distance[0] < 0.001
    assert by_distance[-1] > 0.02
    distance_explains_the_loss(run)


def distance_explains_the_loss(run: Run) -> None:
    """The chart of the seed: what correlation does not see, the ranking finds, and the dashboard shows."""
    distance, loss = (run.values(name) for name in ("distance_to_own_mean", "loss"))
    assert np.corrcoef(distance, loss)[0, 1] == pytest.approx(0.036, abs=5e-4)
    explained = explain_field(Population(run), RunQuery(run), "loss")
    assert explained.ranking.samples == explained.ranking.shuffled == 12_000
    found = {tells.field: tells for tells in explained.ranking.tells}
    told = found["distance_to_own_mean"]
    assert (told.p_value, told.shape) == (1 / 500, Shape.RISING)
    assert told.effect > 0.1
    averages = told.averages
    assert averages[:4].mean() * 5 < averages[-4:].mean()
    assert [t.field for t in found.values() if t.shape is Shape.RISING] == ["distance_to_own_mean"]
    titles = [dashlet.title for dashlet in default_dashboard(RunQuery(run)).dashlets]
    assert "Loss over distance to own mean" in titles

    # In every class, too, the far half costs more; some classes are clear enough to be sure of.
    sure = 0
    for digit in "0123456789":
        alone = Filter((Compare("label", Operator.IN, (digit,)),))
        ranking = explain_field(Population(run), RunQuery(run), "loss", filter=alone).ranking
        told = next(t for t in ranking.tells if t.field == "distance_to_own_mean")
        assert told.averages[-4:].mean() > told.averages[:4].mean(), digit
        sure += told.p_value < 0.05
    assert sure >= 5


def test_holes_are_counted_as_a_person_would(examples: Examples) -> None:
    examples.needs("mnist")
    integration = examples.script("mnist")
    holes: dict[object, list[object]] = {}
    for reading in examples.read(integration, "training", *range(500)):
        holes.setdefault(reading.metadata["digit"], []).append(reading.metadata["has_hole"])
        assert 0 < reading.metadata["stroke_width"] < 8  # type: ignore[operator]
    share = {digit: np.mean(found) for digit, found in holes.items()}  # type: ignore[arg-type]
    assert min(share[0], share[8]) > 0.85
    assert max(share[1], share[7]) < 0.1
