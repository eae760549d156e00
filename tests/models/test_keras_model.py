from __future__ import annotations

import numpy as np
import pytest
import torch

from percepta.core.errors import ModelError
from percepta.models import open_model
from tests.models import keras_nets
from tests.models.keras_nets import keras, layers

RANDOM = np.random.default_rng(0)
IMAGE = np.array([[[[1.0], [-1.0]], [[3.0], [0.0]]], [[[0.5]] * 2] * 2], dtype=np.float32)
SERIES = RANDOM.normal(size=(4, 7, 4)).astype(np.float32)
TOKENS = np.array([[1, 2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 8, 9, 10], [11, 0, 0, 0, 0, 0, 0]], np.int64)
TWO = {
    "photo": RANDOM.normal(size=(4, 8, 8, 3)).astype(np.float32),
    "row": RANDOM.normal(size=(4, 4)).astype(np.float32),
}
NETS = {
    "toy": (keras_nets.toy, {"image": IMAGE}),
    "convolutions": (
        keras_nets.convolutions,
        {"image": RANDOM.uniform(0, 255, (4, 12, 12, 3)).astype(np.float32)},
    ),
    "recurrent": (keras_nets.recurrent, {"tokens": TOKENS}),
    "attention": (keras_nets.attention, {"series": SERIES}),
    "several": (keras_nets.several, TWO),
    "subclassed": (keras_nets.Subclassed, {"x": RANDOM.normal(size=(4, 3)).astype(np.float32)}),
}


def opened(name, **options):
    build, example = NETS[name]
    net = build()
    return open_model(net, example=example, device="cpu", **options), net, example


def names(model):
    return [layer.name for layer in model.layers]


def weights_of(net):
    return [weight.value.detach().numpy().copy() for weight in net.weights]


def plain(net, example):
    """What Keras itself gives, flat."""
    given = dict(example) if len(example) > 1 else next(iter(example.values()))
    if isinstance(getattr(net, "input", None), list):
        given = [given]
    return [t.detach().numpy() for t in keras.tree.flatten(net(given, training=False))]


@pytest.mark.parametrize("name", NETS)
def test_outputs_are_those_of_keras_itself_and_repeat_to_the_bit(name):
    model, net, example = opened(name)
    first = model.forward(example, names(model))
    for ours, theirs in zip(first.outputs.values(), plain(net, example), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    again = model.forward(example, names(model))
    assert all(np.array_equal(first.outputs[n], again.outputs[n]) for n in first.outputs)
    assert all(np.array_equal(first.mean[n], again.mean[n]) for n in first.mean)
    assert model.format == "keras"
    assert model.max_batch is None


def test_responses_of_a_toy_network_are_those_worked_out_by_hand():
    model, _, example = opened("toy", outputs=["value"])
    result = model.forward(example, names(model))
    # Channel 0 is relu(x) = 1 0 3 0 and .5; channel 1 is relu(1 - 2x) = 0 3 0 1 and 0.
    assert result.mean["conv"].tolist() == [[1.0, 1.0], [0.5, 0.0]]
    assert result.max["conv"].tolist() == [[3.0, 3.0], [0.5, 0.0]]
    assert result.outputs["value"].tolist() == [[8.5], [2.5]]
    conv, linear = model.layers
    assert (conv.kind, conv.channel_axis, conv.depth, conv.width) == ("conv", -1, 0.0, 2)
    assert (linear.kind, linear.channel_axis, linear.depth, linear.width) == ("linear", -1, 1.0, 1)
    assert conv.feeds == linear.feeds == ("value",)
    assert model.parameters == 4 + 9
    assert [str(spec) for spec in model.inputs] == ["image [?, 2, 2, 1] float32"]
    assert [str(spec) for spec in model.outputs] == ["value [?, 1] float32"]


def test_masks_pool_over_the_object_alone():
    model, _, example = opened("toy")
    masks = np.array([[[True, True], [False, False]], [[False, False], [False, False]]])
    result = model.forward(example, ["conv"], masks=masks)
    assert result.mean["conv"].tolist() == [[0.5, 1.5], [0.5, 0.0]]  # of the upper row, of all
    assert result.max["conv"].tolist() == [[1.0, 3.0], [0.5, 0.0]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "convolutions",
            {
                "plain": ("conv", 4),
                "separable": ("conv", 5),
                "transpose": ("conv", 3),
                "probabilities": ("linear", 4),
            },
        ),
        (
            "recurrent",
            {
                "embed": ("other", 6),
                "lstm": ("other", 5),
                "both": ("other", 8),
                "score": ("linear", 2),
            },
        ),
        ("attention", {"attend": ("attention", 4), "mix": ("conv", 5), "score": ("linear", 2)}),
        (
            "several",
            {
                "base/conv": ("conv", 3),
                "table": ("linear", 3),
                "bridge": ("linear", 4),
                "shared": ("linear", 4),
            },
        ),
        (
            "subclassed",
            {
                "stem": ("linear", 4),
                "blocks/0": ("linear", 4),
                "blocks/1": ("other", 4),
                "head": ("linear", 2),
            },
        ),
    ],
)
def test_layers_that_compute_features_are_found_by_name(name, expected):
    model, _, _ = opened(name)
    assert {layer.name: (layer.kind, layer.width) for layer in model.layers} == expected
    assert [layer.depth for layer in model.layers] == sorted(layer.depth for layer in model.layers)


def test_a_response_is_read_after_the_norm_and_the_activation_that_follow():
    model, net, example = opened("convolutions")
    result = model.forward(example, ["plain", "separable"])
    until = {
        "plain": keras.Model(net.inputs, net.get_layer("relu").output),
        "separable": keras.Model(net.inputs, net.get_layer("tanh").output),
    }
    for name, part in until.items():
        response = part([example["image"]], training=False).detach().numpy()
        np.testing.assert_allclose(result.mean[name], response.mean((1, 2)), atol=1e-6)
        np.testing.assert_allclose(result.max[name], response.max((1, 2)), atol=1e-6)


def test_a_layer_used_twice_gives_the_mean_of_means_and_the_maximum_of_maxima():
    given = keras.Input((2,))
    step = layers.Dense(2, use_bias=False, activation="relu", name="step")
    net = keras.Model(given, step(step(given)))
    step.set_weights([np.array([[0.0, -1.0], [1.0, 0.0]])])
    model = open_model(net, example={"x": np.ones((2, 2), np.float32)}, device="cpu")
    # (1, 2) -> relu(2, -1) = (2, 0) -> relu(0, -2) = (0, 0)
    result = model.forward({"x": np.array([[1, 2]], np.float32)}, ["step"])
    assert result.mean["step"].tolist() == [[1.0, 0.0]]
    assert result.max["step"].tolist() == [[2.0, 0.0]]


def test_each_output_is_fed_by_its_own_last_layers():
    model, _, _ = opened("several", outputs=["two", "one"])
    feeds = {layer.name: layer.feeds for layer in model.layers}
    assert feeds["shared"] == ("two", "one")
    assert feeds["bridge"] == ("one",)
    assert feeds["base/conv"] == ()


def test_outputs_match_by_name_before_order_and_get_names_of_the_integration():
    model, net, example = opened("several", outputs=["two", "other"])
    one, two = plain(net, example)
    outputs = model.forward(example).outputs
    np.testing.assert_allclose(outputs["two"], two, atol=1e-6)
    np.testing.assert_allclose(outputs["other"], one, atol=1e-6)
    subclassed, _, _ = opened("subclassed")
    assert [spec.name for spec in subclassed.outputs] == ["output_0", "output_1"]


def test_inputs_match_by_name_whatever_their_order():
    _, net, example = opened("several")
    turned = {"row": example["row"], "photo": example["photo"]}
    model = open_model(net, example=turned, device="cpu")
    assert np.allclose(model.forward(turned).outputs["one"], plain(net, example)[0], atol=1e-6)


@pytest.mark.parametrize("form", ["dict", "list", "arguments"])
def test_a_class_takes_several_inputs_in_any_form(form):
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = layers.Dense(2), layers.Dense(2)

        def join(self, a, b):
            return self.left(a) - self.right(b)

    class Dict(Pair):
        def call(self, inputs):
            return self.join(inputs["a"], inputs["b"])

    class List(Pair):
        def call(self, inputs):
            a, b = inputs
            return self.join(a, b + 0)

    class Arguments(Pair):
        def call(self, a, b, training=None):
            return self.join(a, b)

    kind = {"dict": Dict, "list": List, "arguments": Arguments}[form]
    example = {"b": np.ones((3, 4), np.float32), "a": np.ones((3, 5), np.float32)}
    if form == "list":  # by order
        example = {"a": example["a"], "b": example["b"]}
    model = open_model(kind(), example=example, device="cpu")
    assert model.forward(example).outputs["output"].shape == (3, 2)


@pytest.mark.parametrize("name", ["convolutions", "attention", "several", "subclassed"])
def test_gradients_of_inputs_equal_finite_differences(name):
    model, _, example = opened(name)
    first = model.inputs[0].name
    output = model.outputs[0].name

    def target(outputs, responses):
        return outputs[output].flatten(1)[:, 0]

    found = model.gradients(example, target, of_inputs=[first])
    direction = RANDOM.normal(size=example[first].shape).astype(np.float32)
    scale = float(np.abs(example[first]).max())

    def value(step):
        moved = {**example, first: example[first] + step * direction}
        result = model.forward(moved).outputs[output].reshape(len(found.value), -1)[:, 0]
        return result.astype(np.float64)

    steps = [scale * size for size in (1e-2, 3e-3, 1e-3, 3e-4)]  # a kink may lie within the larger
    expected = np.array([(value(step) - value(-step)) / (2 * step) for step in steps])
    along = (found.inputs[first] * direction).reshape(len(found.value), -1).sum(1)
    close = np.isclose(along, expected, rtol=0.02, atol=2e-4)
    assert close.any(0).all(), (along, expected)
    outputs = model.forward(example).outputs
    np.testing.assert_allclose(found.outputs[output], outputs[output], atol=1e-6)


def test_gradients_at_layers_are_those_worked_out_by_hand():
    model, _, example = opened("toy", outputs=["value"])
    found = model.gradients(
        example, lambda outputs, responses: outputs["value"][:, 0], of_layers=["conv"]
    )
    assert found.responses["conv"].shape == (2, 2, 2, 2)
    assert found.responses["conv"][0, :, :, 0].tolist() == [[1.0, 0.0], [3.0, 0.0]]
    assert np.array_equal(found.layers["conv"], np.ones((2, 2, 2, 2)))  # the sum of all


def test_a_target_may_look_at_responses_of_recurrent_and_nested_layers():
    model, _, example = opened("recurrent")
    with pytest.raises(ModelError, match="whole numbers"):
        model.gradients(example, lambda o, r: o["score"][:, 0], of_inputs=["tokens"])
    found = model.gradients(
        example,
        lambda outputs, responses: responses["lstm"].flatten(1).pow(2).sum(1),
        of_layers=["embed", "lstm"],
    )
    np.testing.assert_allclose(found.layers["lstm"], 2 * found.responses["lstm"], rtol=1e-5)
    assert np.abs(found.layers["embed"]).sum() > 0
    assert model.no_gradients is None


def test_the_network_is_told_as_a_graph():
    model, _, _ = opened("attention", outputs=["score"])
    nodes = {node.name: node for node in model.network.nodes}
    assert model.network.nodes[0].kind == "input"
    assert model.network.nodes[-1].kind == "output"
    assert nodes["attend"].operator == "MultiHeadAttention"
    assert ("num_heads", "2") in nodes["attend"].settings
    assert nodes["mix"].shape == (None, 7, 5)
    assert nodes["mix"].captured
    assert nodes["mix"].parameters == 3 * 4 * 5 + 5
    assert not nodes["residual"].captured
    edges = set(model.network.edges)
    assert {("series", "attend"), ("attend", "residual"), ("series", "residual")} <= edges
    assert {("residual", "norm"), ("norm", "mix")} <= edges
    assert sum(node.parameters for node in nodes.values()) == model.parameters


def test_the_hash_follows_structure_and_weights_not_the_names_keras_counts_up():
    def build(activation="relu"):
        return keras.Sequential([keras.Input((3,)), layers.Dense(2, activation=activation)])

    example = {"x": np.ones((2, 3), np.float32)}
    one, two, other = build(), build(), build("tanh")
    two.set_weights(weights_of(one))
    other.set_weights(weights_of(one))
    hashes = [open_model(n, example=example, device="cpu").content_hash for n in (one, two, other)]
    assert one.name != two.name
    assert hashes[0] == hashes[1] != hashes[2]
    two.set_weights([value + 1 for value in weights_of(one)])
    assert open_model(two, example=example, device="cpu").content_hash != hashes[0]


def test_a_live_model_with_a_fixed_batch_is_run_in_batches_of_that_size():
    given = keras.Input(batch_shape=(2, 3))
    net = keras.Model(given, keras.ops.reshape(layers.Dense(4)(given), (2, 2, 2)))
    x = RANDOM.normal(size=(5, 3)).astype(np.float32)
    model = open_model(net, example={"x": x[:1]}, device="cpu")
    assert model.max_batch == 2
    outputs = next(iter(model.forward({"x": x}).outputs.values()))
    expected = [net(x[start : start + 2]).detach().numpy() for start in (0, 2)]
    np.testing.assert_allclose(outputs[:4], np.concatenate(expected), atol=1e-6)
    assert len(outputs) == 5


def test_a_live_model_with_a_batch_of_one_is_freed_where_results_stay_the_same():
    given = keras.Input(batch_shape=(1, 3))
    net = keras.Model(given, layers.Dense(4, activation="relu", name="out")(given))
    x = RANDOM.normal(size=(5, 3)).astype(np.float32)
    model = open_model(net, example={"x": x[:3]}, device="cpu")
    assert model.max_batch is None
    expected = [net(x[i : i + 1]).detach().numpy() for i in range(5)]
    outputs = model.forward({"x": x}).outputs["out"]
    np.testing.assert_allclose(outputs, np.concatenate(expected), atol=1e-6)


def test_a_stateful_network_starts_every_batch_anew():
    net = keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 3)), layers.LSTM(4, stateful=True, name="lstm")]
    )
    x = RANDOM.normal(size=(2, 5, 3)).astype(np.float32)
    model = open_model(net, example={"x": x}, device="cpu")
    first, again = (model.forward({"x": x}, ["lstm"]) for _ in range(2))
    assert np.array_equal(first.mean["lstm"], again.mean["lstm"])
    assert np.array_equal(first.outputs["lstm"], again.outputs["lstm"])


def test_a_live_model_is_as_it_was_after_it_is_closed():
    model, net, example = opened("convolutions")
    before = weights_of(net)
    model.forward(example, names(model))
    model.gradients(example, lambda o, r: o["probabilities"][:, 0], of_inputs=["image"])
    model.close()
    assert all(np.array_equal(a, b) for a, b in zip(before, weights_of(net), strict=True))
    assert not any(part._forward_hooks for part in net._flatten_layers())
    assert all(w.value.grad is None and w.value.device.type == "cpu" for w in net.weights)


@pytest.mark.parametrize(
    ("name", "example", "said"),
    [
        ("toy", {"image": np.ones((2, 1, 2, 2), np.float32)}, "another order"),
        ("toy", {"image": np.ones((2, 3, 3, 1), np.float32)}, r"\[3, 3, 1\], the model takes"),
        ("recurrent", {"tokens": TOKENS + 0.5}, "has fractions"),
        ("several", {"photo": TWO["photo"]}, "The model's inputs are photo, row"),
        ("several", {**TWO, "more": TWO["row"]}, "The model's inputs are photo, row"),
    ],
)
def test_inputs_that_do_not_fit_are_told(name, example, said):
    with pytest.raises(ModelError, match=said) as caught:
        open_model(NETS[name][0](), example=example, device="cpu")
    assert caught.value.fix


def test_whole_numbers_given_as_floats_reach_an_integer_input():
    net = keras_nets.recurrent()
    model = open_model(net, example={"tokens": TOKENS.astype(np.float32)}, device="cpu")
    outputs = model.forward({"tokens": TOKENS.astype(np.float32)}).outputs
    np.testing.assert_allclose(outputs["score"], plain(net, {"tokens": TOKENS})[0], atol=1e-6)


def test_mobilenet_runs_with_its_depthwise_convolutions_passed_over():
    keras.utils.set_random_seed(0)
    net = keras.applications.MobileNetV2(
        weights=None, alpha=0.35, input_shape=(32, 32, 3), classes=5
    )
    x = RANDOM.normal(size=(3, 32, 32, 3)).astype(np.float32)
    model = open_model(net, example={"image": x}, outputs=["class"], device="cpu")
    result = model.forward({"image": x}, names(model))
    np.testing.assert_allclose(result.outputs["class"], plain(net, {"image": x})[0], atol=1e-6)
    kinds = [layer.kind for layer in model.layers]
    assert kinds.count("conv") == 35  # of 52, 17 are depthwise
    assert kinds[-1] == "linear"
    assert model.layers[-2].feeds == ("class",)
    assert model.parameters == net.count_params()
    assert all(np.isfinite(result.max[name]).all() for name in names(model))


def test_a_convolution_of_as_many_groups_as_features_is_depthwise():
    net = keras.Sequential(
        [
            keras.Input((8, 8, 4)),
            layers.Conv2D(4, 3, groups=4, name="alone"),
            layers.Conv2D(6, 3, groups=2, name="grouped"),
        ]
    )
    x = RANDOM.normal(size=(2, 8, 8, 4)).astype(np.float32)
    assert names(open_model(net, example={"x": x}, device="cpu")) == ["grouped"]


def test_a_sequence_that_was_never_called_is_built_by_the_example():
    net = keras.Sequential([layers.Dense(3, name="first"), layers.Dense(2, name="last")])
    model = open_model(net, example={"x": np.ones((2, 5), np.float32)}, device="cpu")
    assert names(model) == ["first", "last"]
    assert model.parameters == 5 * 3 + 3 + 3 * 2 + 2
    assert model.outputs[0].name == "last"


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_the_channel_axis_follows_the_layout(layout):
    shape = (8, 8, 3) if layout == "channels_last" else (3, 8, 8)
    net = keras.Sequential(
        [keras.Input(shape), layers.Conv2D(5, 3, data_format=layout, name="conv")]
    )
    x = RANDOM.normal(size=(2, *shape)).astype(np.float32)
    model = open_model(net, example={"x": x}, device="cpu")
    axis, positions = (-1, (1, 2)) if layout == "channels_last" else (1, (2, 3))
    assert (model.layers[0].channel_axis, model.layers[0].width) == (axis, 5)
    result = model.forward({"x": x}, ["conv"])
    np.testing.assert_allclose(result.mean["conv"], result.outputs["conv"].mean(positions), 1e-4)


def test_half_precision_inside_comes_out_as_single():
    policy = keras.DTypePolicy("mixed_float16")
    net = keras.Sequential([keras.Input((5,)), layers.Dense(2, dtype=policy, name="half")])
    model = open_model(net, example={"x": np.ones((2, 5), np.float32)}, device="cpu")
    result = model.forward({"x": np.ones((2, 5), np.float32)}, ["half"])
    assert result.outputs["half"].dtype == result.mean["half"].dtype == np.float32
    assert model.outputs[0].dtype == "float32"


def test_a_model_of_torch_layers_inside_keras_runs():
    net = keras.Sequential(
        [keras.Input((3,)), layers.TorchModuleWrapper(torch.nn.Linear(3, 2), name="torch")]
    )
    x = np.ones((2, 3), np.float32)
    model = open_model(net, example={"x": x}, device="cpu")
    assert names(model) == ["torch"]
    assert model.forward({"x": x}, ["torch"]).mean["torch"].shape == (2, 2)
