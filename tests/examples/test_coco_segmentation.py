from __future__ import annotations

import numpy as np
import pytest

from percepta.core.targets import LossTarget
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.engine.similar_file import find_similar_to_file
from percepta.integration.files import GivenFile
from percepta.models import open_model
from tests.examples.conftest import Examples, mean

NEEDED = ("coco_seg", "models/segmentation")


def test_everything_is_recorded(examples: Examples) -> None:
    examples.needs(*NEEDED)
    run = examples.evaluate("coco_segmentation", limit=12)
    assert run.n == 24
    assert set(run.visualizers) == {"photo", "true classes", "predicted classes"}
    people = np.asarray(run.values("person_percent"), np.float64) > 0
    overlap = np.asarray(run.values("iou_person"), np.float64)
    assert np.array_equal(np.isfinite(overlap), people)  # missing where there is nobody
    assert 0.3 < mean(run, "iou_person") < 0.7
    assert np.all(np.asarray(run.values("loss"), np.float64) > 0)


@pytest.mark.timeout(120)
def test_the_loss_of_pixels_is_explained_and_a_photo_finds_itself(examples: Examples) -> None:
    examples.needs(*NEEDED)
    run = examples.evaluate("coco_segmentation", limit=4)
    integration = examples.script("coco_segmentation")
    explainer = Explainer.open(run, integration, integration.make_model(), device="cpu")
    try:
        row = int(np.argmax(run.values("loss")))
        target = LossTarget("cross_entropy")
        answer = explainer.explain(Wish((row,), (target,), method="gradient-input"))
        assert answer.values[0, 0] == pytest.approx(run.values("loss")[row], rel=1e-3)
        explainer.explain(Wish((0,), (target,), method="integrated-gradients"))  # sure pixels, bent
        question = explainer.question(explainer.ask([row]), [target])
        slope = question.subject.evidence(question.inputs, of_inputs=("image",)).inputs["image"]
        ends = [
            question.subject.values(
                {"image": question.inputs["image"] + step * slope / np.abs(slope).max()}
            )
            for step in (0.01, -0.01)
        ]
        along = 0.01 * np.square(slope).sum() / np.abs(slope).max()
        assert (ends[0] - ends[1])[0] / 2 == pytest.approx(along, rel=0.1)

        picture, _ = run.visual_image(row, "photo", 0)
        told = find_similar_to_file(explainer, GivenFile(picture))
        assert told.found.rows[0] == row
        assert told.found.scores[0] > 0.99
    finally:
        explainer.close()


@pytest.mark.timeout(120)
def test_over_all_pixels_the_overlap_is_the_published_one(examples: Examples) -> None:
    """0.632 and 0.431: all pixels of all photos counted together, not the mean over photos."""
    examples.needs(*NEEDED)
    integration = examples.script("coco_segmentation")
    three = examples.module("coco_segmentation").three
    both, either = np.zeros(3), np.zeros(3)
    model = None
    for samples in integration.load_subsets():
        for sample_id in samples.ids:
            [reading] = examples.read(integration, samples.subset, sample_id)
            batch = {"image": reading.inputs["image"][None]}
            model = model or open_model(
                integration.make_model(), example=batch, outputs=["logits"], device="cpu"
            )
            found = three(model.forward(batch).outputs["logits"])[0].argmax(axis=-1)
            true = reading.ground_truths["classes"]
            for number in (1, 2):
                both[number] += ((found == number) & (true == number)).sum()
                either[number] += ((found == number) | (true == number)).sum()
    person, car = both[1:] / either[1:]
    assert person == pytest.approx(0.632, abs=1e-3)
    assert car == pytest.approx(0.431, abs=1e-3)


def test_the_facts_are_those_that_come_with_the_photos(examples: Examples) -> None:
    examples.needs(*NEEDED)
    integration = examples.script("coco_segmentation")
    samples = integration.load_subsets()[1]
    for sample_id in samples.ids[::25]:
        [reading] = examples.read(integration, samples.subset, sample_id)
        told, given = reading.metadata, samples.data[sample_id]
        # counted at full size there, at 257 by 257 pixels here
        for name, column in [("person_percent", "person_pct"), ("car_percent", "car_pct")]:
            assert told[name] == pytest.approx(float(given[column]), abs=0.3)
        assert told["vehicle_percent"] == pytest.approx(float(given["vehicle_pct"]), abs=0.3)
        assert told["brightness"] == pytest.approx(float(given["mean_brightness"]), abs=3)


def test_three_classes_of_twenty_one(examples: Examples) -> None:
    three = examples.module("coco_segmentation").three
    logits = np.arange(21, dtype=np.float32)[None, None]
    assert three(logits).tolist() == [[[20, 15, 7]]]
    logits[..., 15] = 30
    assert three(logits).argmax(axis=-1).tolist() == [[1]]
