"""Gradients, calls and networks of modules of every shape."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, fields

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from percepta.core.errors import ModelError
from percepta.models import open_model
from percepta.models.masking import mask_weights, pool_within
from tests.models.interface_cases import quiet
from tests.models.nets import ConvNet, TokenNet, Toy

RANDOM = np.random.default_rng(0)
IMAGE = np.array([[[[1.0, -1.0], [3.0, 0.0]]], [[[0.5, 0.5], [0.5, 0.5]]]], dtype=np.float32)


def total(outputs, responses):
    return next(iter(outputs.values())).flatten(1).sum(1)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("inplace", [False, True])
def test_gradients_of_a_toy_network_are_those_worked_out_by_hand(inplace, frozen):
    net = Toy(inplace).requires_grad_(not frozen)
    model = open_model(net, example={"image": IMAGE}, outputs=["sum"], device="cpu")
    found = model.gradients({"image": IMAGE}, total, of_inputs=["image"], of_layers=["0", "3"])
    # relu(x) + relu(1 - 2x): slope 1 where x > 0, and -2 where x < 0.5
    assert found.inputs["image"][0, 0].tolist() == [[1.0, -2.0], [1.0, -2.0]]
    assert found.responses["0"][0].reshape(2, 4).tolist() == [[1, 0, 3, 0], [0, 3, 0, 1]]
    assert found.layers["0"].shape == (2, 2, 2, 2) and (found.layers["0"] == 1).all()
    assert found.layers["3"].tolist() == [[1.0], [1.0]]
    assert found.value.tolist() == [8.5, 2.5]
    assert all(parameter.grad is None for parameter in net.parameters())
    assert all(parameter.requires_grad is not frozen for parameter in net.parameters())


def test_a_shared_module_gives_its_last_run():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.step = nn.Linear(1, 1, bias=False)
            nn.init.constant_(self.step.weight, 3.0)

        def forward(self, x):
            return self.step(self.step(x) + 1) * 2

    batch = {"x": np.array([[1.0], [2.0]], np.float32)}
    model = open_model(Shared(), example=batch, device="cpu")
    found = model.gradients(batch, total, of_inputs=["x"], of_layers=["step"])
    assert found.responses["step"].tolist() == [[12.0], [21.0]]
    assert found.layers["step"].tolist() == [[2.0], [2.0]]
    assert found.inputs["x"].tolist() == [[18.0], [18.0]]
    runs = [(node.name, node.parameters) for node in model.network.nodes if node.kind == "layer"]
    assert runs == [("step", 1), ("step:2", 0)]


def test_whole_numbers_have_no_gradient_but_what_embeds_them_has():
    batch = {"tokens": RANDOM.integers(0, 50, (3, 9))}
    for net in (TokenNet(), TokenNet().requires_grad_(False)):
        model = open_model(net, example=batch, device="cpu")
        with pytest.raises(ModelError, match="tokens holds whole numbers") as caught:
            model.gradients(batch, total, of_inputs=["tokens"])
        assert "embeds" in caught.value.fix
        found = model.gradients(batch, total, of_layers=["embed"])
        assert found.layers["embed"].shape == (3, 9, 6)
        assert np.abs(found.layers["embed"]).min() > 0


def test_layers_with_tuples_dicts_and_dataclasses_for_outputs():
    @dataclass
    class Pair:
        skipped: torch.Tensor | None
        value: torch.Tensor

    class Gives(nn.Module):
        def __init__(self, wrap):
            super().__init__()
            self.weight = nn.Parameter(torch.tensor([[2.0]]))
            self.wrap = wrap

        def forward(self, x):
            return self.wrap(x @ self.weight)

    class Net(nn.Module):
        def __init__(self, wrap, take):
            super().__init__()
            self.inner, self.take = Gives(wrap), take

        def forward(self, x):
            return self.take(self.inner(x)) * 5

    ways = [
        (lambda v: (v, "x"), lambda w: w[0]),
        (lambda v: [[v], 1], lambda w: w[0][0]),
        (lambda v: {"n": None, "v": v}, lambda w: w["v"]),
        (lambda v: Pair(None, v), lambda w: w.value),
    ]
    batch = {"x": np.array([[1.0], [3.0]], np.float32)}
    for wrap, take in ways:
        model = open_model(Net(wrap, take), example=batch, device="cpu")
        found = model.gradients(batch, total, of_inputs=["x"], of_layers=["inner"])
        assert found.responses["inner"].tolist() == [[2.0], [6.0]]
        assert found.layers["inner"].tolist() == [[5.0], [5.0]]
        assert found.inputs["x"].tolist() == [[10.0], [10.0]]


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_modules_that_switch_gradients_off_say_so(off):
    class Off(Toy):
        def forward(self, x):
            with off():
                return super().forward(x)

    model = open_model(Off(), example={"image": IMAGE}, device="cpu")
    assert "no_grad" in model.no_gradients
    with pytest.raises(ModelError, match="cuts its outputs off"):
        model.gradients({"image": IMAGE}, total, of_inputs=["image"])
    assert model.forward({"image": IMAGE}, ["0"]).mean["0"].tolist() == [[1.0, 1.0], [0.5, 0.0]]


@pytest.mark.parametrize("prepare", [torch.jit.freeze, torch.jit.optimize_for_inference])
def test_frozen_scripts_run_and_tell_their_weights_apart(prepare):
    batch = {"image": RANDOM.standard_normal((3, 3, 16, 16)).astype(np.float32)}
    nets = [ConvNet().eval() for _ in range(3)]
    with torch.no_grad():
        nets[2].head.bias.add_(1e-3)
    with quiet():
        models = [
            open_model(prepare(torch.jit.script(net)), example=batch, device="cpu") for net in nets
        ]
    hashes = [model.content_hash for model in models]
    assert hashes[0] == hashes[1] != hashes[2]
    expected = nets[0](torch.from_numpy(batch["image"])).detach()
    np.testing.assert_allclose(models[0].forward(batch).outputs["output"], expected, atol=1e-5)
    if models[0].no_gradients is None:
        eager = open_model(nets[0], example=batch, device="cpu")
        expected = eager.gradients(batch, total, of_inputs=["image"]).inputs["image"]
        found = models[0].gradients(batch, total, of_inputs=["image"]).inputs["image"]
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("takes", [None, 1])
def test_a_module_that_leaves_torch_runs_without_gradients(takes):
    class Leaves(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            x = torch.from_numpy(np.sort(x.numpy(), 1))
            return self.layer(x if takes is None else x.reshape(takes, 2))

    batch = {"x": np.array([[2, 1], [1, 3], [0, 1]], np.float32)}
    net = Leaves().requires_grad_(False)
    model = open_model(net, example=batch, device="cpu")
    assert model.max_batch == takes
    expected = net.layer(torch.tensor([[1.0, 2.0], [1.0, 3.0], [0.0, 1.0]]))
    result = model.forward(batch, ["layer"])
    np.testing.assert_allclose(result.mean["layer"], expected, atol=1e-6)
    assert ".numpy()" in model.no_gradients


def test_a_part_that_switches_gradients_off_is_named():
    class Frozen(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(3, 3), nn.Linear(3, 2)

        def forward(self, x):
            with torch.no_grad():
                features = self.body(x)
            return self.head(features)

    batch = {"x": RANDOM.standard_normal((2, 3)).astype(np.float32)}
    model = open_model(Frozen(), example=batch, device="cpu")
    assert model.no_gradients is None
    assert model.gradients(batch, total, of_layers=["head"]).layers["head"].tolist() == [[1, 1]] * 2
    with pytest.raises(ModelError, match=r"layer body runs under torch\.no_grad"):
        model.gradients(batch, total, of_layers=["body"])
    with pytest.raises(ModelError, match="no output depends on the input x"):
        model.gradients(batch, total, of_inputs=["x"])


def test_what_cannot_be_differentiated_for_an_overwriting_is_said():
    class Overwrites(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            y = torch.exp(self.layer(x))
            z = y * y
            y.zero_()
            return z

    batch = {"x": np.ones((2, 2), np.float32)}
    model = open_model(Overwrites(), example=batch, device="cpu")
    with pytest.raises(ModelError, match="cannot be differentiated"):
        model.gradients(batch, total, of_inputs=["x"])


def test_a_layer_that_did_not_run_has_no_gradient():
    class Branch(nn.Module):
        def __init__(self):
            super().__init__()
            self.positive, self.head = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x):
            return self.head(x) + (self.positive(x) if bool(x.sum() > 0) else 0)

    model = open_model(Branch(), example={"x": np.ones((2, 2), np.float32)}, device="cpu")
    with pytest.raises(ModelError, match="positive did not run"):
        model.gradients({"x": -np.ones((2, 2), np.float32)}, total, of_layers=["positive"])


def test_sequence_first_layers_keep_their_layout_where_batches_are_cut():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.memory, self.head = nn.LSTM(3, 4), nn.Linear(4, 2)

        def forward(self, x):
            states, _ = self.memory(x.transpose(0, 1))
            return self.head(states[-1])

    net = Recurrent().eval()
    batch = {"x": RANDOM.standard_normal((3, 5, 3)).astype(np.float32)}
    with quiet():
        program = torch.export.export(net, (torch.zeros(2, 5, 3),))
    models = [open_model(source, example=batch, device="cpu") for source in (net, program)]
    assert [model.max_batch for model in models] == [None, 2]
    found = [m.gradients(batch, total, of_inputs=["x"], of_layers=["memory"]) for m in models]
    for each in found:
        assert each.responses["memory"].shape == each.layers["memory"].shape == (5, 3, 4)
        assert (each.layers["memory"][:4] == 0).all()  # only the last state is read
        weight = net.head.weight.detach().sum(0).numpy()
        np.testing.assert_allclose(each.layers["memory"][4], np.tile(weight, (3, 1)), atol=1e-6)
    np.testing.assert_allclose(found[0].inputs["x"], found[1].inputs["x"], atol=1e-6)


def test_masks_by_hand():
    mask = np.zeros((1, 3, 3), bool)
    mask[0, 0, 0] = True
    weights = mask_weights(mask, (2, 2))  # the pixel covers 1 of the 1.5 × 1.5 pixels of a cell
    np.testing.assert_allclose(weights[0], [[1 / 2.25, 0], [0, 0]], atol=1e-6)
    assert (mask_weights(np.zeros((1, 4, 4), bool), (3, 5)) == 1).all()
    np.testing.assert_allclose(mask_weights(np.ones((1, 4, 4), bool), (7, 3)), 1, atol=1e-6)
    response = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)
    mean, maximum = pool_within(response, np.array([[[1, 0], [0.5, 0]]], np.float32))
    np.testing.assert_allclose(mean, [[(0 + 1) / 1.5, (4 + 3) / 1.5]], atol=1e-6)
    assert maximum.tolist() == [[2.0, 6.0]]


def test_masks_reach_every_layer_with_a_grid_in_both_memory_formats():
    batch = {"image": RANDOM.standard_normal((3, 3, 16, 16)).astype(np.float32)}
    masks = RANDOM.random((3, 20, 31)) > 0.7
    model = open_model(ConvNet(), example=batch, device="cpu")
    assert model.describe()["channels_last"]
    names = [layer.name for layer in model.layers]
    masked = model.forward(batch, names, masks)
    responses = model.gradients(batch, total, of_layers=names).responses
    for name in names[:-1]:
        weights = mask_weights(masks, responses[name].shape[2:])
        mean, maximum = pool_within(responses[name], weights)
        np.testing.assert_allclose(masked.mean[name], mean, atol=1e-5)
        np.testing.assert_allclose(masked.max[name], maximum, atol=1e-5)


class ModelOutput(OrderedDict):
    """As Hugging Face's: a dataclass that is an ordered dict of the fields that are not None."""

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                super().__setitem__(field.name, value)

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        super().__setattr__(key, value)


@dataclass
class Encoded(ModelOutput):
    last_hidden_state: torch.Tensor | None = None
    past_key_values: tuple[torch.Tensor, ...] | None = None
    attentions: tuple[torch.Tensor, ...] | None = None


@dataclass
class Classified(ModelOutput):
    loss: torch.Tensor | None = None
    logits: torch.Tensor | None = None
    past_key_values: tuple[torch.Tensor, ...] | None = None
    hidden_states: tuple[torch.Tensor, ...] | None = None


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 8)
        self.kinds = nn.Embedding(2, 8)
        self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))
        self.norm = nn.LayerNorm(8)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        x = self.norm(self.embed(input_ids) + self.kinds(token_type_ids))
        score = self.query(x) @ self.key(x).transpose(1, 2) / 8**0.5
        if attention_mask is not None:
            score = score.masked_fill(attention_mask[:, None] == 0, -1e4)
        x = x + score.softmax(-1) @ self.value(x)
        return Encoded(last_hidden_state=x, past_key_values=(x, x))


class Classifier(nn.Module):
    """Like ``BertForSequenceClassification``: keywords in, a ModelOutput out."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.encoder = Encoder()
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(8, 3)

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, labels=None,
        return_dict=None, **kwargs,
    ):  # fmt: skip
        encoded = self.encoder(
            input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        pooled = (
            encoded["last_hidden_state"][:, 0]
            if attention_mask is None
            else encoded.last_hidden_state[:, 0]
        )
        logits = self.classifier(self.dropout(pooled))
        loss = None if labels is None else functional.cross_entropy(logits, labels)
        if return_dict is False:
            return (logits, encoded.past_key_values)
        return Classified(loss=loss, logits=logits, past_key_values=encoded.past_key_values)


TEXT = {
    "attention_mask": np.array([[1, 1, 1, 0], [1, 1, 0, 0]]),
    "input_ids": np.array([[4, 8, 9, 0], [7, 3, 0, 0]]),
}


def test_hugging_face_style_modules_take_keywords_and_give_fields():
    net = Classifier()
    model = open_model(net, example=TEXT, device="cpu")
    assert [spec.name for spec in model.inputs] == ["attention_mask", "input_ids"]
    assert [spec.name for spec in model.outputs] == ["logits"]  # no loss, no caches
    with torch.no_grad():
        expected = net.eval()(**{name: torch.from_numpy(a) for name, a in TEXT.items()}).logits
    np.testing.assert_allclose(model.forward(TEXT).outputs["logits"], expected, atol=1e-6)
    kinds = {layer.name: layer.kind for layer in model.layers}
    assert kinds["encoder.embed"] == "other" and kinds["classifier"] == "linear"
    found = model.gradients(TEXT, total, of_layers=["encoder.embed", "encoder.value"])
    assert found.layers["encoder.embed"].shape == (2, 4, 8)
    masked = np.abs(found.layers["encoder.value"]).sum(-1) == 0
    assert masked.tolist() == (TEXT["attention_mask"] == 0).tolist()
    without = {"tokens": TEXT["input_ids"]}  # by order; the mask is optional
    alone = open_model(net, example=without, outputs=["class"], device="cpu")
    assert alone.forward(without).outputs["class"].shape == (2, 3)


def test_layers_inside_dataclasses_can_be_differentiated():
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = Classifier()
            self.bare = nn.Parameter(torch.ones(3))

        def forward(self, **batch):
            return {"scores": self.net(**batch).logits * self.bare}

    model = open_model(Outer(), example=TEXT, device="cpu")
    assert [spec.name for spec in model.outputs] == ["scores"]
    assert np.abs(model.gradients(TEXT, total, of_layers=["net.encoder.query"]).layers[
        "net.encoder.query"
    ]).sum() > 0  # fmt: skip


def test_a_module_that_takes_one_dict():
    class Batch(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, batch):
            return {"y": self.layer(batch["a"]) + batch["b"]}

    inputs = {"a": np.ones((2, 3), np.float32), "b": np.ones((2, 2), np.float32)}
    model = open_model(Batch(), example=inputs, device="cpu")
    assert [spec.name for spec in model.inputs] == ["a", "b"]
    found = model.gradients(inputs, total, of_inputs=["b"])
    assert (found.inputs["b"] == 1).all()

    class Annotated(Batch):
        def forward(self, batch: dict[str, torch.Tensor]):
            return self.layer(batch["a"])

    assert open_model(Annotated(), example={"a": inputs["a"]}, device="cpu").max_batch is None


def test_the_network_shows_functions_between_modules_and_what_joins():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)
            self.act = nn.ReLU(inplace=True)

        def forward(self, x):
            return self.act(self.conv(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = Block(), Block()
            self.head = nn.Linear(8, 2)

        def forward(self, image):
            left = functional.gelu(self.left(image)) + 1
            both = torch.cat([left, self.right(image)], 1)
            return self.head(both.mean((2, 3)))

    batch = {"image": RANDOM.standard_normal((2, 3, 8, 8)).astype(np.float32)}
    graph = open_model(Net(), example=batch, outputs=["class"], device="cpu").network
    steps = {node.name: node for node in graph.nodes}
    assert list(steps) == [
        "image", "left.conv", "left.act", "gelu", "add", "right.conv", "right.act", "cat", "mean",
        "head", "class",
    ]  # fmt: skip
    conv = steps["left.conv"]
    assert (conv.operator, conv.shape, conv.parameters) == ("Conv2d", (None, 4, 4, 4), 112)
    assert conv.captured and conv.kind == "layer"
    assert dict(conv.settings) == {
        "in_channels": "3", "out_channels": "4", "kernel_size": "3×3", "stride": "2×2",
        "padding": "1×1",
    }  # fmt: skip
    assert steps["cat"].kind == "operation" and steps["cat"].shape == (None, 8, 4, 4)
    into_cat = [start for start, end in graph.edges if end == "cat"]
    assert into_cat == ["add", "right.act"]
    assert ("image", "right.conv") in graph.edges and ("head", "class") in graph.edges


def test_compiled_code_is_one_step_of_the_network():
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2

    class Custom(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(3, 3))

        def forward(self, x):
            return Doubled.apply(self.inner(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.custom, self.head = Custom(), nn.Linear(3, 2)

        def forward(self, x):
            return self.head(self.custom(x))

    graph = open_model(Net(), example={"x": np.ones((2, 3), np.float32)}, device="cpu").network
    reached = {"x"}
    for start, end in graph.edges:
        reached |= {end} if start in reached else set()
    assert "output" in reached and "head" in reached
    assert sum(node.parameters for node in graph.nodes) == 12 + 8
