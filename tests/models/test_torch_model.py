from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import ModelError
from percepta.models import open_model
from percepta.models.layout import ResponseLayout
from percepta.models.pooling import pool
from tests.models.nets import ConvNet, TokenNet, Toy, TwoInputs

RANDOM = np.random.default_rng(0)
IMAGE = np.array([[[[1.0, -1.0], [3.0, 0.0]]], [[[0.5, 0.5], [0.5, 0.5]]]], dtype=np.float32)


def names(model):
    return [layer.name for layer in model.layers]


@pytest.mark.parametrize("inplace", [False, True])
def test_responses_of_a_toy_network_are_those_worked_out_by_hand(inplace):
    model = open_model(Toy(inplace), example={"image": IMAGE}, outputs=["sum"], device="cpu")
    result = model.forward({"image": IMAGE}, names(model))
    # Channel 0 is relu(x) = 1 0 3 0 and .5; channel 1 is relu(1 - 2x) = 0 3 0 1 and 0.
    assert result.mean["0"].tolist() == [[1.0, 1.0], [0.5, 0.0]]
    assert result.max["0"].tolist() == [[3.0, 3.0], [0.5, 0.0]]
    assert result.outputs["sum"].tolist() == [[8.5], [2.5]]
    assert result.mean["3"].tolist() == result.max["3"].tolist() == [[8.5], [2.5]]
    assert result.mean["0"].dtype == np.float32


def test_layers_tell_their_kind_axis_depth_width_and_what_they_feed():
    model = open_model(Toy(), example={"image": IMAGE}, outputs=["sum"], device="cpu")
    conv, linear = model.layers
    assert (conv.name, conv.kind, conv.channel_axis, conv.depth, conv.width) == (
        "0",
        "conv",
        1,
        0.0,
        2,
    )
    assert (linear.kind, linear.channel_axis, linear.depth, linear.width) == ("linear", -1, 1.0, 1)
    assert conv.feeds == linear.feeds == ("sum",)
    assert model.parameters == 4 + 9
    assert [str(spec) for spec in model.inputs] == ["image [?, 1, 2, 2] float32"]
    assert [str(spec) for spec in model.outputs] == ["sum [?, 1] float32"]


def test_a_functional_activation_leaves_the_layers_own_output():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = Toy()[0]

        def forward(self, x):
            return torch.relu_(self.conv(x)).flatten(1)

    model = open_model(Functional(), example={"x": IMAGE}, device="cpu")
    result = model.forward({"x": IMAGE}, ["conv"])
    # 1 -1 3 0 has mean .75; 1 - 2x = -1 3 -5 1 has mean -.5
    assert result.mean["conv"][0].tolist() == [0.75, -0.5]
    assert result.max["conv"][0].tolist() == [3.0, 3.0]
    assert result.outputs["output"][0].tolist() == [1, 0, 3, 0, 0, 3, 0, 1]


def test_a_module_called_twice_gives_the_mean_of_means_and_the_maximum_of_maxima():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.step = nn.Linear(2, 2, bias=False)
            self.relu = nn.ReLU()
            with torch.no_grad():
                self.step.weight.copy_(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]))

        def forward(self, x):
            return self.relu(self.step(self.relu(self.step(x))))

    model = open_model(Shared(), example={"x": np.ones((2, 2), np.float32)}, device="cpu")
    assert names(model) == ["step"]
    # (1, 2) -> relu(2, -1) = (2, 0) -> relu(0, -2) = (0, 0)
    result = model.forward({"x": np.array([[1, 2]], np.float32)}, ["step"])
    assert result.mean["step"].tolist() == [[1.0, 0.0]]
    assert result.max["step"].tolist() == [[2.0, 0.0]]


def test_a_branch_not_taken_gives_zeros():
    class Branch(nn.Module):
        def __init__(self):
            super().__init__()
            self.positive = nn.Linear(2, 3)
            self.head = nn.Linear(2, 2)

        def forward(self, x):
            extra = self.positive(x).sum() * 0 if x.sum() > 0 else 0
            return self.head(x) + extra

    model = open_model(Branch(), example={"x": np.ones((2, 2), np.float32)}, device="cpu")
    result = model.forward({"x": -np.ones((4, 2), np.float32)}, names(model))
    assert result.mean["positive"].tolist() == [[0, 0, 0]] * 4


class Pair(NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


@pytest.mark.parametrize(
    ("build", "own"),
    [
        (lambda x: (x, x + 1), ["output_0", "output_1"]),
        (lambda x: [x, None, x + 1], ["output_0", "output_2"]),
        (lambda x: {"a": x, "b": {"c": x + 1}}, ["a", "b.c"]),
        (lambda x: Pair(x, x + 1), ["first", "second"]),
        (lambda x: (x.sum(), x, x + 1), ["output_1", "output_2"]),
    ],
)
def test_outputs_of_every_shape_of_return_value(build, own):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            return build(self.layer(x))

    example = {"x": np.ones((2, 2), np.float32)}
    net = Net()
    assert [spec.name for spec in open_model(net, example=example, device="cpu").outputs] == own
    model = open_model(net, example=example, outputs=["one", "two"], device="cpu")
    outputs = model.forward(example).outputs
    np.testing.assert_allclose(outputs["two"], outputs["one"] + 1)


def test_dict_outputs_match_by_name_before_order():
    tokens = RANDOM.integers(0, 50, (3, 9))
    model = open_model(
        TokenNet(), example={"tokens": tokens}, outputs=["length", "score"], device="cpu"
    )
    assert [spec.shape for spec in model.outputs] == [(None, 1), (None, 2)]
    assert model.inputs[0].dtype == "int64"
    feeds = {layer.name: layer.feeds for layer in model.layers}
    assert feeds["hidden"] == ("length", "score")
    assert feeds["score"] == ("score",)
    assert feeds["embed"] == ()


def test_several_inputs_match_by_name_then_by_order():
    image, table = (
        RANDOM.random((3, 1, 5, 5), dtype=np.float32),
        RANDOM.random((3, 3), dtype=np.float32),
    )
    net = TwoInputs()
    by_name = open_model(net, example={"table": table, "image": image}, device="cpu")
    by_order = open_model(net, example={"x": image, "y": table}, device="cpu")
    a = by_name.forward({"image": image, "table": table}).outputs["output"]
    b = by_order.forward({"x": image, "y": table}).outputs["output"]
    assert np.array_equal(a, b)
    with pytest.raises(ModelError, match="inputs are image, table, the integration's are image"):
        open_model(net, example={"image": image}, device="cpu")
    with pytest.raises(ModelError, match="lacks the input table"):
        by_name.forward({"image": image})
    with pytest.raises(ModelError, match="disagree on the number of samples"):
        by_name.forward({"image": image, "table": table[:2]})


def test_training_flags_hooks_and_parameters_are_left_as_they_were():
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Flatten())
    net.train()
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    model = open_model(net, example={"image": IMAGE}, device="cpu")
    result = model.forward({"image": IMAGE}, names(model))
    assert np.array_equal(
        result.outputs["output"], model.forward({"image": IMAGE}).outputs["output"]
    )
    assert [part.training for part in net] == [True, False, True, True]
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert not any(part._forward_hooks for part in net.modules())
    assert all(parameter.requires_grad for parameter in net.parameters())
    assert torch.backends.mha.get_fastpath_enabled()


def test_equal_batches_give_bit_identical_results():
    batch = {"image": RANDOM.random((17, 3, 16, 16), dtype=np.float32)}
    model = open_model(ConvNet(), example=batch, device="cpu")
    again = open_model(ConvNet(), example=batch, device="cpu")
    one = model.forward(batch, names(model))
    two = again.forward(batch, names(model))
    assert np.array_equal(one.outputs["output"], two.outputs["output"])
    for name in names(model):
        assert np.array_equal(one.mean[name], two.mean[name])
        assert np.array_equal(one.max[name], two.max[name])
    assert model.content_hash == again.content_hash


def test_the_hash_follows_weights_and_structure():
    example = {"image": IMAGE}
    plain, changed, other = Toy(), Toy(), Toy(inplace=True)
    with torch.no_grad():
        changed[3].bias.add_(1e-6)
    hashes = {open_model(net, example=example).content_hash for net in (plain, changed, other)}
    assert len(hashes) == 3


@pytest.mark.parametrize(("channels", "size"), [(3, 16), (24, 13), (32, 9), (1, 5), (48, 1)])
def test_pooling_agrees_with_numpy_in_both_memory_formats(channels, size):
    class Plain(nn.Module):
        def __init__(self, view):
            super().__init__()
            self.conv = nn.Conv2d(2, channels, 1)
            self.view = view

        def forward(self, x):
            y = self.conv(x)
            return y, (y.view(len(y), -1) if self.view else y.flatten(1))[:, :2]

    batch = {"x": RANDOM.standard_normal((3, 2, size, size)).astype(np.float32)}
    for view in (False, True):
        model = open_model(Plain(view), example=batch, outputs=["map", "rest"], device="cpu")
        # .view() cannot run on channels_last, so the plain format is kept for that module.
        assert model.describe()["channels_last"] is (not view or size == 1 or channels == 1)
        result = model.forward(batch, ["conv"])
        response = result.outputs["map"]
        np.testing.assert_allclose(result.mean["conv"], response.mean((2, 3)), rtol=1e-5, atol=1e-6)
        assert np.array_equal(result.max["conv"], response.max((2, 3)))


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_pooling_of_many_positions_is_accurate_and_keeps_non_finite_values(threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)  # few threads: one compiled reading; many: two reductions
    try:
        rows = (RANDOM.standard_normal((3, 70, 90, 20)) + 5).astype(np.float32)
        rows[0, 3, 4, 5] = np.nan
        rows[1, 0, 0, 7] = np.inf
        rows[1, 1, 1, 8] = -np.inf
        rows[2, :, :, 9] = -np.inf
        layout = ResponseLayout(0, 3, 4, 20)
        mean, maximum = pool(torch.from_numpy(rows), layout)
    finally:
        torch.set_num_threads(before)
    exact = rows.astype(np.float64).mean((1, 2))
    np.testing.assert_allclose(mean.numpy(), exact, rtol=2e-6)
    np.testing.assert_array_equal(maximum.numpy(), rows.max((1, 2)))


def test_attention_recurrent_and_transformer_layers_are_captured():
    class Sequence(nn.Module):
        def __init__(self, batch_first):
            super().__init__()
            self.batch_first = batch_first
            self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=batch_first)
            self.memory = nn.LSTM(8, 5, batch_first=batch_first)
            self.head = nn.Linear(5, 3)

        def forward(self, x):
            x = x if self.batch_first else x.transpose(0, 1)
            y, _ = self.memory(self.block(x))
            return self.head(y.mean(1 if self.batch_first else 0))

    batch = {"x": RANDOM.standard_normal((4, 6, 8)).astype(np.float32)}
    results = []
    for batch_first in (True, False):
        torch.manual_seed(1)
        model = open_model(Sequence(batch_first), example=batch, device="cpu")
        kinds = {layer.name: (layer.kind, layer.width) for layer in model.layers}
        assert kinds == {
            "block.self_attn": ("attention", 8),
            "block.linear1": ("linear", 16),
            "block.linear2": ("linear", 8),
            "memory": ("other", 5),
            "head": ("linear", 3),
        }
        results.append(model.forward(batch, names(model)))
    for name in results[0].mean:
        np.testing.assert_allclose(results[0].mean[name], results[1].mean[name], atol=1e-5)
        np.testing.assert_allclose(results[0].max[name], results[1].max[name], atol=1e-5)
        assert np.abs(results[0].mean[name]).sum() > 0


def test_frames_folded_into_the_batch_are_pooled_per_sample():
    class Frames(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 1)

        def forward(self, clip):
            frames = self.conv(clip.flatten(0, 1))
            return frames.mean((2, 3)).view(clip.shape[0], clip.shape[1], 2).mean(1)

    clip = RANDOM.standard_normal((3, 5, 1, 4, 4)).astype(np.float32)
    model = open_model(Frames(), example={"clip": clip}, device="cpu")
    result = model.forward({"clip": clip}, ["conv"])
    assert result.max["conv"].shape == (3, 2)
    np.testing.assert_allclose(result.mean["conv"], result.outputs["output"], atol=1e-6)


def test_a_module_that_takes_one_sample_at_a_time_is_run_so():
    class One(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x):
            return self.layer(x.reshape(1, 3))

    batch = {"x": RANDOM.standard_normal((5, 3)).astype(np.float32)}
    net = One()
    model = open_model(net, example=batch, device="cpu")
    assert model.max_batch == 1
    result = model.forward(batch, ["layer"])
    expected = net.layer(torch.from_numpy(batch["x"])).detach().numpy()
    np.testing.assert_allclose(result.outputs["output"], expected, atol=1e-6)
    assert result.mean["layer"].shape == (5, 2)


def test_models_without_watchable_modules_offer_their_outputs_as_layers():
    class Bare(nn.Module):
        def forward(self, x):
            return x * 2

    example = {"x": np.ones((2, 3), np.float32)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(nn.Linear(3, 3), torch.ones(2, 3))
    for net in (Bare(), traced):
        model = open_model(net, example=example, outputs=["y"], device="cpu")
        assert [layer.width for layer in model.layers] == [3]
        assert model.layers[0].feeds == ("y",)
        result = model.forward(example, names(model))
        assert np.array_equal(result.mean[names(model)[0]], result.outputs["y"])


def test_frozen_and_gradient_free_networks_still_know_what_feeds_what():
    net = Toy().requires_grad_(False)
    model = open_model(net, example={"image": IMAGE}, outputs=["sum"], device="cpu")
    assert [layer.feeds for layer in model.layers] == [("sum",), ("sum",)]

    class NoGrad(Toy):
        @torch.no_grad()
        def forward(self, x):
            return super().forward(x)

    model = open_model(NoGrad(), example={"image": IMAGE}, outputs=["sum"], device="cpu")
    assert [layer.feeds for layer in model.layers][-1] == ("sum",)


def test_half_precision_and_double_modules():
    for dtype in (torch.bfloat16, torch.float64):
        model = open_model(Toy().to(dtype), example={"image": IMAGE}, device="cpu")
        result = model.forward({"image": IMAGE}, names(model))
        assert result.outputs["output"][:, 0].tolist() == [8.5, 2.5]
        assert result.mean["0"].dtype == result.max["0"].dtype == np.float32
        assert result.outputs["output"].dtype == (
            np.float32 if dtype is torch.bfloat16 else np.float64
        )


def test_read_only_strided_and_foreign_endian_arrays_are_taken():
    model = open_model(Toy(), example={"image": IMAGE}, device="cpu")
    expected = model.forward({"image": IMAGE}).outputs["output"]
    fixed = IMAGE.copy()
    fixed.flags.writeable = False
    strided = np.repeat(IMAGE, 2, axis=3)[..., ::2]
    for batch in (fixed, strided, IMAGE.astype(">f4"), IMAGE.astype(np.float64)):
        assert np.array_equal(model.forward({"image": batch}).outputs["output"], expected)


def test_errors_say_what_does_not_fit_and_where():
    with pytest.raises(ModelError, match=r"image \[2, 3, 2, 2\] float32") as caught:
        open_model(Toy(), example={"image": np.ones((2, 3, 2, 2), np.float32)}, device="cpu")
    assert caught.value.fix

    class Raises(nn.Module):
        def forward(self, x):
            raise ValueError("no cats today")

    with pytest.raises(ModelError, match="ValueError: no cats today") as caught:
        open_model(Raises(), example={"x": np.ones((2, 3), np.float32)}, device="cpu")
    assert caught.value.where.file == __file__
    assert caught.value.where.function == "forward"

    class Scalar(nn.Module):
        def forward(self, x):
            return x.sum()

    with pytest.raises(ModelError, match="nothing with one row per sample"):
        open_model(Scalar(), example={"x": np.ones((2, 3), np.float32)}, device="cpu")
    with pytest.raises(ModelError, match="outputs are output, the integration's are a, b"):
        open_model(Toy(), example={"image": IMAGE}, outputs=["a", "b"], device="cpu")
    with pytest.raises(ModelError, match="takes numbers"):
        open_model(Toy(), example={"image": np.array(["a", "b"])}, device="cpu")
    with pytest.raises(ModelError, match="no sample in it"):
        open_model(Toy(), example={"image": IMAGE[:0]}, device="cpu")
    model = open_model(Toy(), example={"image": IMAGE}, device="cpu")
    with pytest.raises(ModelError, match="no layer nose"):
        model.forward({"image": IMAGE}, ["nose"])
    with pytest.raises(ModelError, match="Unknown device"):
        open_model(Toy(), example={"image": IMAGE}, device="abacus")


def test_depthwise_convolutions_and_norms_are_for_want_of_other_layers():
    depthwise = nn.Conv2d(4, 4, 3, groups=4)
    batch = {"x": RANDOM.standard_normal((2, 4, 5, 5)).astype(np.float32)}
    mixed = nn.Sequential(depthwise, nn.BatchNorm2d(4), nn.Conv2d(4, 3, 1))
    assert names(open_model(mixed, example=batch, device="cpu")) == ["2"]
    alone = nn.Sequential(depthwise, nn.BatchNorm2d(4))
    assert names(open_model(alone, example=batch, device="cpu")) == ["0", "1"]
    assert names(open_model(nn.Sequential(nn.Tanh()), example=batch, device="cpu")) == ["0"]
