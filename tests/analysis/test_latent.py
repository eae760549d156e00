"""Latent spaces: which layers, how they are weighted, what is kept between runs."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from percepta.analysis.latent import Calibration, SpaceRecipe, calibrate, plan_spaces


@dataclass(frozen=True)
class Layer:
    name: str
    depth: float
    kind: str = "conv"
    width: int = 4
    feeds: tuple[str, ...] = ()


LAYERS = [
    Layer("conv1", 0.0),
    Layer("norm1", 0.2, kind="norm"),
    Layer("conv2", 0.3),
    Layer("conv3", 0.7),
    Layer("trunk", 0.8, kind="linear", feeds=("digit", "box")),
    Layer("digit_head", 0.9, kind="linear", feeds=("digit",)),
    Layer("box_head", 1.0, kind="linear", feeds=("box",)),
]


def test_the_spaces_of_a_model_with_two_heads():
    spaces = plan_spaces(LAYERS, ["image"], ["digit", "box"])
    everything = ("conv1", "conv2", "conv3", "trunk", "digit_head", "box_head")
    assert spaces == {
        "balanced": SpaceRecipe(everything, "mean"),
        "foreground": SpaceRecipe(everything, "max"),
        "image-non-semantic": SpaceRecipe(("conv1", "conv2"), "mean"),
        "digit-semantic": SpaceRecipe(("trunk", "digit_head"), "mean"),
        "box-semantic": SpaceRecipe(("trunk", "box_head"), "mean"),
    }
    assert next(iter(spaces)) == "balanced"


def test_a_model_of_one_layer_or_none():
    only = plan_spaces([Layer("fc", 1.0)], ["x"], ["y"])
    assert {recipe.layers for recipe in only.values()} == {("fc",)}
    assert plan_spaces([], ["x"], ["y"]) == {}


def test_norms_are_used_where_there_is_nothing_else():
    assert plan_spaces([replace(LAYERS[1])], ["x"], [])["balanced"].layers == ("norm1",)


def responses(n=400, widths=(3, 200), seed=0):
    rng = np.random.default_rng(seed)
    return {
        f"layer{i}": {
            "mean": (rng.normal(size=(n, width)) * 10.0**i + 5).astype(np.float32),
            "max": (rng.normal(size=(n, width)) + 9).astype(np.float32),
        }
        for i, width in enumerate(widths)
    }


def test_every_layer_adds_the_same_variance_whatever_its_width_and_scale():
    given = responses()
    calibration = calibrate({"both": SpaceRecipe(("layer0", "layer1"))}, given)
    vectors = calibration.transform(given)["both"]
    assert vectors.dtype == np.float32
    assert vectors.shape == (400, 203)
    assert calibration.width("both") == 203
    variance = vectors.var(axis=0)
    assert variance[:3].sum() == pytest.approx(0.5, rel=1e-3)
    assert variance[3:].sum() == pytest.approx(0.5, rel=1e-3)


def test_dead_channels_add_nothing_and_take_no_weight():
    given = responses(widths=(4,))
    given["layer0"]["mean"][:, 1] = 0.25
    given["layer0"]["mean"][:, 2] = 3.0 + 1e-7
    calibration = calibrate({"s": SpaceRecipe(("layer0",))}, given)
    given["layer0"]["mean"][0, 1] = 1e9
    variance = calibration.transform(given)["s"].var(axis=0)
    assert variance[1] == variance[2] == 0
    assert variance.sum() == pytest.approx(1, rel=1e-3)


def test_responses_that_are_not_finite_count_as_the_mean_and_outliers_are_cut():
    given = responses(widths=(2,))
    given["layer0"]["mean"][0] = [np.nan, np.inf]
    calibration = calibrate({"s": SpaceRecipe(("layer0",))}, given)
    given["layer0"]["mean"][1, 0] = 1e12
    vectors = calibration.transform(given)["s"]
    assert np.isfinite(vectors).all()
    assert vectors[0].tolist() == [0, 0]
    assert vectors[1, 0] == pytest.approx(8 / 2**0.5)


def test_wide_spaces_are_projected_and_keep_distances():
    given = responses(n=60, widths=(900, 1500))
    calibration = calibrate({"s": SpaceRecipe(("layer0", "layer1"))}, given, seed=3)
    narrow = calibration.transform(given)["s"]
    assert narrow.shape == (60, 256) == (60, calibration.width("s"))

    def standard(response):
        return (response - response.mean(axis=0)) / response.std(axis=0)

    parts = [standard(r["mean"]) / r["mean"].shape[1] ** 0.5 for r in given.values()]
    wide = np.hstack(parts) / 2**0.5
    before = np.linalg.norm(wide[:, None] - wide[None], axis=-1)[np.triu_indices(60, 1)]
    after = np.linalg.norm(narrow[:, None] - narrow[None], axis=-1)[np.triu_indices(60, 1)]
    assert np.abs(after / before - 1).max() < 0.25
    assert np.abs(after / before - 1).mean() < 0.05


def test_a_calibration_survives_being_kept_byte_for_byte():
    given = responses(widths=(3, 600))
    recipes = {"a": SpaceRecipe(("layer0", "layer1")), "b": SpaceRecipe(("layer0",), "max")}
    first, again = calibrate(recipes, given, seed=5), calibrate(recipes, given, seed=5)
    kept = first.to_bytes()
    assert kept == again.to_bytes()
    read = Calibration.from_bytes(kept)
    assert read.to_bytes() == kept
    assert list(read.recipes) == ["a", "b"]
    for space, vectors in read.transform(given).items():
        assert np.array_equal(vectors, first.transform(given)[space])
    other = calibrate(recipes, given, seed=6).transform(given)["a"]
    assert not np.array_equal(other, first.transform(given)["a"])


def test_a_sample_has_the_same_vector_alone_as_in_a_batch():
    given = responses(widths=(3, 5))
    calibration = calibrate({"s": SpaceRecipe(("layer0", "layer1"))}, given)
    whole = calibration.transform(given)["s"]
    one = {name: {k: v[7:8] for k, v in pooled.items()} for name, pooled in given.items()}
    assert np.array_equal(calibration.transform(one)["s"][0], whole[7])


@pytest.mark.parametrize("data", [b"", b"not a calibration", b"PK\x05\x06" + bytes(18)])
def test_other_bytes_are_refused(data):
    with pytest.raises(ValueError, match="not a calibration"):
        Calibration.from_bytes(data)


def test_a_layer_without_responses_is_named():
    with pytest.raises(ValueError, match="'conv9'"):
        calibrate({"s": SpaceRecipe(("conv9",))}, responses())
