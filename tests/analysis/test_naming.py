"""Names of clusters: planted traits must be named, in words a person would use."""

import numpy as np
import pytest

from percepta.analysis.naming import Column, Trait, describe_clusters
from percepta.core.fields import FieldType as Type

N = 3_000


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_value_that_sets_a_cluster_apart_names_it(rng):
    labels = rng.integers(0, 3, N)
    animal = np.array(["cat", "dog", "owl"])[labels]
    animal[rng.random(N) < 0.05] = "cat"
    noise = rng.choice(["a", "b"], N)
    columns = {"noise": Column(noise, Type.STRING), "animal": Column(animal, Type.STRING)}
    described = describe_clusters(labels, columns)
    assert [d.name for d in described] == ["animal cat", "animal dog", "animal owl"]
    trait = described[1].traits[0]
    inside = labels == 1
    assert (trait.field, trait.value) == ("animal", "dog")
    assert trait.share_inside == pytest.approx((animal[inside] == "dog").mean())
    assert trait.share_outside == pytest.approx((animal[~inside] == "dog").mean())
    assert trait.score == pytest.approx(trait.share_inside - trait.share_outside)
    assert all(t.field != "noise" for d in described for t in d.traits)


def test_confusions_are_named_by_both_sides(rng):
    truth = rng.integers(0, 10, N)
    predicted = truth.copy()
    confused = np.flatnonzero(truth == 4)[:40]
    predicted[confused] = 9
    labels = np.zeros(N, int)
    labels[confused] = 1
    columns = {
        "label": Column([str(t) for t in truth], Type.STRING),
        "predicted": Column([str(p) for p in predicted], Type.STRING),
        "correct": Column(truth == predicted, Type.BOOLEAN),
    }
    assert describe_clusters(labels, columns)[1].name == "label 4 · predicted 9"


def test_what_says_the_same_is_said_once(rng):
    labels = rng.integers(0, 4, N)
    columns = {
        "predicted": Column(labels.astype(str), Type.STRING),
        "label": Column(labels.astype(str), Type.STRING),
        "code": Column(labels * 100, Type.INTEGER),
    }
    described = describe_clusters(labels, columns)
    assert [d.name for d in described] == [f"predicted {i}" for i in range(4)]
    assert {t.field for t in described[0].traits} == {"predicted", "label", "code"}


def test_ranges_of_numbers(rng):
    age = rng.uniform(0, 100, N)
    labels = np.digitize(age, [20, 60])
    described = describe_clusters(labels, {"age": Column(age, Type.FLOAT)})
    low, middle, high = (d.traits[0] for d in described)
    assert low.low is None
    assert low.high == pytest.approx(20, abs=5)
    assert (middle.low, middle.high) == pytest.approx((20, 60), abs=5)
    assert high.high is None
    assert high.low == pytest.approx(60, abs=5)
    assert described[0].name.startswith("age ≤ ")
    assert described[2].name.startswith("age ≥ ")
    assert "–" in described[1].name


def test_missing_values_are_no_trait(rng):
    labels = rng.integers(0, 2, N)
    text = [None if label else "here" for label in labels]
    number = np.where(labels == 1, np.nan, 5.0)
    columns = {"text": Column(text, Type.STRING), "number": Column(number, Type.FLOAT)}
    described = describe_clusters(labels, columns)
    assert described[0].name == "text here"
    assert described[1].name == "cluster 2"
    assert described[1].traits == ()


def test_booleans_and_integers(rng):
    labels = np.repeat([0, 1], N // 2)
    columns = {
        "night": Column(labels == 1, Type.BOOLEAN),
        "wheels": Column(np.where(labels == 1, 4, rng.integers(0, 3, N)), Type.INTEGER),
    }
    zero, one = describe_clusters(labels, columns)
    assert zero.name == "not night"
    assert one.name.startswith("wheels 4")
    assert [t.value for t in one.traits] == [4, True]


def test_names_are_unique(rng):
    labels = rng.integers(0, 4, N)
    digit = np.where(labels < 2, "7", "1")
    described = describe_clusters(labels, {"digit": Column(digit, Type.STRING)})
    assert [d.name for d in described] == ["digit 7", "digit 7 (2)", "digit 1", "digit 1 (2)"]


def test_fields_that_tell_every_sample_apart_name_nothing():
    labels = np.repeat([0, 1], 50)
    columns = {
        "file": Column([f"{i}.png" for i in range(100)], Type.STRING),
        "same": Column(["x"] * 100, Type.STRING),
        "none": Column([None] * 100, Type.FLOAT),
    }
    assert [d.name for d in describe_clusters(labels, columns)] == ["cluster 1", "cluster 2"]


def test_one_cluster_has_nothing_to_be_set_apart_from():
    columns = {"a": Column(["x", "y"], Type.STRING)}
    assert describe_clusters(np.zeros(2, int), columns)[0].name == "cluster 1"


def test_no_clusters_and_empty_ones():
    assert describe_clusters(np.zeros(0, int), {}) == []
    described = describe_clusters(np.zeros(5, int), {}, count=3)
    assert [d.name for d in described] == ["cluster 1", "cluster 2", "cluster 3"]
    columns = {"a": Column(["x", "y", "x", "y", "x"], Type.STRING)}
    assert len(describe_clusters(np.zeros(5, int), columns, count=2)) == 2


def test_long_values_are_cut_and_traits_become_json():
    trait = Trait("caption", "word " * 40, None, None, 0.9, 0.1, 0.8)
    assert len(str(trait)) < 60
    assert trait.to_json()["share_inside"] == 0.9
    assert str(Trait("n", None, 1234567.0, None, 1, 0, 1)) == "n ≥ 1230000"


def test_what_a_trait_implies_is_not_said_again():
    digits = np.repeat(np.arange(10), 50)
    columns = {
        "label": Column(digits.astype(str).astype(object), Type.STRING),
        "parity": Column(np.where(digits % 2, "odd", "even").astype(object), Type.STRING),
    }
    labels = np.where(digits == 3, 0, 1).astype(np.int32)
    assert describe_clusters(labels, columns)[0].name == "label 3"


def test_a_narrow_range_is_told_with_digits_that_differ() -> None:
    trait = Trait("confidence", None, 0.99951, 0.99987, 1.0, 0.0, 1.0)
    assert str(trait) == "confidence 0.9995–0.9999"
    assert str(Trait("width", None, 2.0, 2.0, 1.0, 0.0, 1.0)) == "width 2"
