"""Data classes, enums and helpers have the fields, members and rules of the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse
from percepta.integration.code_loader.module.contract.enums import Metric, MetricEnum
from tests.integration.code_loader.oracle import (
    differing,
    needs_oracle,
    our_outcomes,
    real_outcomes,
)

CASES = Path(__file__).with_name("cases_data_classes.py")


@needs_oracle
def test_every_class_and_every_call_is_as_in_the_real_package() -> None:
    real, ours = real_outcomes(CASES), our_outcomes(CASES)
    assert len(real) > 500
    assert sum("value" in outcome for outcome in real.values()) > 300

    assert differing(real, ours) == []


def test_an_enum_has_its_older_name() -> None:
    assert Metric is MetricEnum


def test_what_is_wrong_with_ids_is_said() -> None:
    with pytest.raises(AssertionError, match=r"one type, str, and \[1\] is not"):
        PreprocessResponse(sample_ids=["a", 1])
    with pytest.raises(AssertionError, match="length is 3, but there are 2 sample_ids"):
        PreprocessResponse(length=3, sample_ids=["a", "b"])


def test_a_million_ids_are_taken_in_a_moment() -> None:
    ids = [str(index) for index in range(1_000_000)]

    assert len(PreprocessResponse(sample_ids=ids)) == len(ids)
