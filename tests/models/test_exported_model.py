"""``torch.export`` programs give what the eager module gives, under the same names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import ModelError
from percepta.models import open_model
from tests.models.interface_cases import quiet
from tests.models.nets import ConvNet, TokenNet, TwoInputs

RANDOM = np.random.default_rng(0)
FREE = {0: torch.export.Dim.DYNAMIC}


def export(net, batch, dynamic=True):
    tensors = {name: torch.from_numpy(array) for name, array in batch.items()}
    shapes = {name: FREE for name in tensors} if dynamic else None
    with quiet():
        return torch.export.export(net, (), kwargs=tensors, dynamic_shapes=shapes)


def total(outputs, responses):
    return next(iter(outputs.values())).flatten(1).sum(1)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.memory = nn.LSTM(8, 5, batch_first=True)
        self.scale = nn.Parameter(torch.eye(5))
        self.head = nn.Linear(5, 3)

    def forward(self, x):
        y, _ = self.memory(self.block(x))
        return self.head(y.mean(1) @ self.scale)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.step, self.act, self.head = nn.Linear(4, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.act(self.step(self.act(self.step(x)))))


class Depthwise(nn.Sequential):
    def __init__(self):
        torch.manual_seed(0)
        super().__init__(
            nn.Conv2d(4, 4, 3, groups=4), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 3, 1)
        )


def normal(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


NETS = {
    "convolutions": (ConvNet, {"image": normal(5, 3, 12, 12)}),
    "tokens": (TokenNet, {"tokens": RANDOM.integers(0, 50, (5, 9))}),
    "two inputs": (TwoInputs, {"image": normal(5, 1, 6, 6), "table": normal(5, 3)}),
    "transformer": (Transformer, {"x": normal(5, 6, 8)}),
    "shared": (Shared, {"x": normal(5, 4)}),
    "depthwise": (Depthwise, {"input": normal(5, 4, 6, 6)}),
}


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("dynamic", [True, False], ids=["dynamic", "fixed"])
def test_layers_responses_and_gradients_are_those_of_the_module(name, dynamic):
    build, batch = NETS[name]
    net = build().eval()
    two = {key: array[:2] for key, array in batch.items()}
    eager = open_model(net, example=batch, device="cpu")
    model = open_model(export(net, two, dynamic), example=batch, device="cpu")
    assert model.max_batch == (None if dynamic else 2)
    names = [layer.name for layer in model.layers]
    extra = {layer.name for layer in eager.layers} ^ set(names)
    assert extra == ({"Transformer", "scale"} & extra)  # a bare product has no module of its own
    one = eager.forward(batch, [each for each in names if each not in extra])
    other = model.forward(batch, names)
    for output, array in one.outputs.items():
        np.testing.assert_allclose(other.outputs[output], array, atol=1e-5)
    for layer in one.mean:
        np.testing.assert_allclose(other.mean[layer], one.mean[layer], atol=1e-5)
        np.testing.assert_allclose(other.max[layer], one.max[layer], atol=1e-5)
    kinds = {each.name: (each.kind, each.channel_axis, each.width) for each in eager.layers}
    for each in model.layers:
        if each.name in kinds:
            assert (each.kind, each.channel_axis, each.width) == kinds[each.name]
    asked = {
        "of_layers": list(one.mean),
        "of_inputs": [n for n in batch if batch[n].dtype.kind == "f"],
    }
    expected = eager.gradients(batch, total, **asked)
    found = model.gradients(batch, total, **asked)
    for kind in ("inputs", "responses", "layers"):
        for key, array in getattr(expected, kind).items():
            np.testing.assert_allclose(getattr(found, kind)[key], array, atol=1e-5)


def test_a_network_exported_while_training_runs_in_evaluation_mode():
    net = nn.Sequential(
        nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 2)
    ).train()
    batch = {"input": normal(6, 4)}
    program = export(net, {"input": batch["input"][:2]})
    before = {name: value.clone() for name, value in program.state_dict.items()}
    model = open_model(program, example=batch, device="cpu")
    expected = net.eval()(torch.from_numpy(batch["input"])).detach().numpy()
    for _ in range(2):
        np.testing.assert_allclose(model.forward(batch).outputs["output"], expected, atol=1e-6)
    assert all(torch.equal(before[name], value) for name, value in program.state_dict.items())


def test_element_types_are_those_of_the_program():
    class Looks(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(9, 3)

        def forward(self, ids, weight):
            return self.table(ids).sum(1) * weight

    given = {"ids": RANDOM.integers(0, 9, (3, 4)), "weight": normal(3, 1)}
    program = export(Looks(), {name: array[:2] for name, array in given.items()})
    model = open_model(program, example=given, device="cpu")
    expected = model.forward(given).outputs["output"]
    for kind in (np.int32, np.uint8, np.float32):
        same = given | {
            "ids": given["ids"].astype(kind),
            "weight": given["weight"].astype(np.float64),
        }
        assert np.array_equal(model.forward(same).outputs["output"], expected)
    with pytest.raises(ModelError, match="ids holds fractions"):
        model.forward(given | {"ids": given["ids"] + 0.5})
    with pytest.raises(ModelError, match="inputs are ids, weight, the integration's are ids"):
        open_model(program, example={"ids": given["ids"]}, device="cpu")


def test_arguments_that_are_no_tensors_keep_what_they_were_exported_with():
    class Optional(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 2)
            self.register_buffer("shift", torch.ones(2), persistent=False)
            self.constant = torch.full((2,), 2.0)

        def forward(self, x, mask=None, double=False):
            y = self.layer(x) + self.shift
            return (y * 2 if double else y) * self.constant, None, y

    net, batch = Optional(), {"x": normal(4, 3)}
    with quiet():
        program = torch.export.export(
            net,
            (torch.zeros(2, 3),),
            kwargs={"mask": None, "double": True},
            dynamic_shapes={"x": FREE, "mask": None, "double": None},
        )
    model = open_model(program, example=batch, device="cpu")
    assert [spec.name for spec in model.outputs] == ["output_0", "output_2"]
    first, _, third = net(torch.from_numpy(batch["x"]), double=True)
    outputs = model.forward(batch).outputs
    np.testing.assert_allclose(outputs["output_0"], first.detach(), atol=1e-6)
    np.testing.assert_allclose(outputs["output_2"], third.detach(), atol=1e-6)


@dataclass
class Answer:
    logits: torch.Tensor
    hidden: torch.Tensor | None = None


def test_a_dataclass_for_an_output_keeps_its_names_without_its_class(tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x):
            y = self.layer(x)
            return {"answer": Answer(y, None), "pair": (y + 1, y)}

    torch.export.register_dataclass(Answer, serialized_type_name="tests.Answer")
    batch = {"x": normal(3, 3)}
    program = export(Net(), {"x": batch["x"][:2]})
    torch.export.save(program, tmp_path / "net.pt2")
    for source in (program, tmp_path / "net.pt2"):
        model = open_model(source, example=batch, device="cpu")
        names = [spec.name for spec in model.outputs]
        assert names == ["answer.logits", "pair.output_0", "pair.output_1"]


def test_regions_without_gradients_cut_the_inputs_off():
    class Frozen(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(3, 3), nn.Linear(3, 2)

        def forward(self, x):
            with torch.no_grad():
                features = self.body(x)
            return self.head(features)

    net, batch = Frozen(), {"x": normal(3, 3)}
    model = open_model(export(net, {"x": batch["x"][:2]}), example=batch, device="cpu")
    expected = net(torch.from_numpy(batch["x"])).detach().numpy()
    np.testing.assert_allclose(model.forward(batch).outputs["output"], expected, atol=1e-6)
    assert (model.gradients(batch, total, of_layers=["head"]).layers["head"] == 1).all()
    with pytest.raises(ModelError, match="no output depends on the input x"):
        model.gradients(batch, total, of_inputs=["x"])


def test_equal_programs_have_equal_hashes_and_others_do_not():
    batch = {"image": normal(2, 3, 12, 12)}
    plain, changed = ConvNet().eval(), ConvNet().eval()
    with torch.no_grad():
        changed.head.bias.add_(1e-6)
    hashes = [
        open_model(export(net, batch), example=batch, device="cpu").content_hash
        for net in (plain, ConvNet().eval(), changed)
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_network_names_modules_and_the_operators_between_them():
    net = TwoInputs().eval()
    batch = NETS["two inputs"][1]
    two = {key: array[:2] for key, array in batch.items()}
    graph = open_model(export(net, two), example=batch, outputs=["class"], device="cpu").network
    steps = {node.name: node for node in graph.nodes}
    assert list(steps) == ["image", "table", "conv", "amax", "table:2", "cat", "head", "class"]
    assert steps["conv"].operator == "Conv2d" and steps["conv"].captured
    assert steps["conv"].shape == (None, 4, 4, 4) and steps["conv"].parameters == 40
    assert dict(steps["conv"].settings)["kernel_size"] == "3×3"
    assert steps["cat"].operator == "aten.cat" and steps["cat"].kind == "operation"
    assert {start for start, end in graph.edges if end == "cat"} == {"amax", "table:2"}
