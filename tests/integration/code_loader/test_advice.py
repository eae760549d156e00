"""Advice is given wherever the real package gives some, and on sound payloads none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from percepta.integration.code_loader.advice import advice
from percepta.integration.code_loader.calling import Shown
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapImage
from tests.integration.code_loader.cases_advice import payloads
from tests.integration.code_loader.oracle import (
    OURS,
    needs_oracle,
    our_outcomes,
    real_outcomes,
)

CASES = Path(__file__).with_name("cases_advice.py")

# What ours sees and the real package does not: the picture of a sound, values that are not finite
# in curves, bars, boxes and sounds, and the class id that is one too high for the labels.
MORE = {
    *(f"audio image {name}" for name in ("unit", "ones", "signed", "a little negative", "wide")),
    *(f"audio image {name}" for name in ("above 255 by rounding", "standardised", "nan")),
    *(f"audio image {name}" for name in ("one inf", "uint8 of 0 and 1", "uint8 black")),
    *(f"{kind} nan" for kind in ("graph", "bars", "audio", "box", "heat map of")),
    *("bars one inf", "audio one inf", "box nan twice"),
    *("mask of 3 labels", "text mask of 3 labels"),
}


@needs_oracle
def test_all_that_the_real_package_warns_of_is_said_and_the_rest_is_meant() -> None:
    real = {name: outcome["value"] for name, outcome in real_outcomes(CASES).items()}
    ours = {name: outcome["value"] for name, outcome in our_outcomes(CASES).items()}
    assert 50 < sum(map(bool, real.values())) < len(real) - 50

    assert {name for name in real if real[name] and not ours[name]} == set()
    assert {name for name in real if ours[name] and not real[name]} == MORE


def test_every_sentence_names_the_field_or_the_class_it_is_about() -> None:
    for payload in payloads(OURS).values():
        for sentence in advice(payload):
            assert sentence.startswith("Leap")
            assert sentence.endswith(".")


def test_a_visualizer_is_advised_once_for_all_its_samples() -> None:
    def dark(data: np.ndarray) -> LeapImage:
        return LeapImage(data[0])

    random = np.random.default_rng(0)
    samples = [random.random((4, 4, 3)).astype("float32") for _ in range(3)]
    told = [Shown(dark).advise(data=sample) for sample in samples]

    assert (
        told
        == [
            [
                "dark(): LeapImage.data is float32 in 0..1, but floats must lie in 0..255: the picture is "
                "black (multiply by 255)."
            ]
        ]
        * 3
    )
    assert Shown(lambda data: None).advise(data=samples[0]) == []
