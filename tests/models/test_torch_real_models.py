"""Published PyTorch weights on real data, in every format that PyTorch writes."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from percepta.core.errors import ModelError
from percepta.models import open_model
from tests.models.interface_cases import quiet


class ZenoNet(nn.Module):
    """The network of the PyTorch tutorial, as the README of the shared models writes it down."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        image = self.pool(functional.relu(self.conv1(image)))
        image = self.pool(functional.relu(self.conv2(image)))
        image = functional.relu(self.fc2(functional.relu(self.fc1(image.flatten(1)))))
        return self.fc3(image)


class Titanic(nn.Module):
    """The network of captum's Titanic tutorial."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(12, 12)
        self.sigmoid1 = nn.Sigmoid()
        self.linear2 = nn.Linear(12, 8)
        self.sigmoid2 = nn.Sigmoid()
        self.linear3 = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.sigmoid2(self.linear2(self.sigmoid1(self.linear1(x))))
        return self.linear3(hidden).softmax(1)


def labels(path, count):
    with path.open() as file:
        rows = itertools.islice(csv.DictReader(file), count)
        return np.array([int(row["label"]) for row in rows])


def prepared(pictures):
    """Return ``[N, 32, 32, 3]`` pictures as the network takes them."""
    scaled = (pictures.astype(np.float32) / 255 - 0.5) / 0.5
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


@pytest.fixture(scope="module")
def lossless(data):
    """Return the first 4,000 training pictures and their labels."""
    parts = [
        np.asarray(Image.open(data / f"cifar10/lossless_train_batch_{i}.png").convert("RGB"))
        for i in range(4)
    ]
    pictures = np.concatenate([part.reshape(1000, 32, 32, 3) for part in parts])
    return prepared(pictures), labels(data / "cifar10/labels_train_0-19999.csv", 4000)


@pytest.fixture(scope="module")
def jpeg(data):
    """Return the first 5,000 test pictures and their labels."""
    with zipfile.ZipFile(data / "cifar10/test_jpeg_0000-4999.zip") as archive:
        names = sorted(
            name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg"))
        )
        numbers = [
            int("".join(c for c in name.rpartition("/")[2] if c.isdigit())) for name in names
        ]
        pictures = np.zeros((5000, 32, 32, 3), np.uint8)
        for name, number in zip(names, numbers, strict=True):
            picture = Image.open(io.BytesIO(archive.read(name)))
            pictures[number] = np.asarray(picture.convert("RGB"))
    return prepared(pictures), labels(data / "cifar10/labels_test_0-4999.csv", 5000)


def network(data, epochs):
    net = ZenoNet()
    path = data / f"models/cifar10/zeno_cifar_net_{epochs}.pth"
    net.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return net


def scores(model, pictures, size=500):
    starts = range(0, len(pictures), size)
    parts = [model.forward({"image": pictures[i : i + size]}).outputs["class"] for i in starts]
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("epochs", "on_train", "on_test"), [(1, 0.499, 0.492), (5, 0.672, 0.616), (20, 0.782, 0.600)]
)
def test_weights_in_a_module_reach_their_accuracy(data, lossless, jpeg, epochs, on_train, on_test):
    net = network(data, epochs)
    model = open_model(net, example={"image": lossless[0][:3]}, outputs=["class"], device="cpu")
    for (pictures, truth), expected in ((lossless, on_train), (jpeg, on_test)):
        accuracy = np.mean(scores(model, pictures).argmax(1) == truth)
        assert accuracy == pytest.approx(expected, abs=6e-4)
    assert [layer.name for layer in model.layers] == ["conv1", "conv2", "fc1", "fc2", "fc3"]


def test_the_weights_alone_are_told_from_a_model(data):
    for path in sorted((data / "models").glob("**/*.p*t*")):
        if path.suffix in {".pt", ".pth"}:
            with pytest.raises(ModelError, match="weights without a network") as caught:
                open_model(path, example={"x": np.zeros((2, 2), np.float32)})
            assert "load_state_dict" in caught.value.fix


def test_the_same_network_exported_gives_the_same(data, lossless, tmp_path):
    pictures = lossless[0][:64]
    net = network(data, 5).eval()
    example = torch.from_numpy(pictures[:2])
    with quiet():
        free = {0: torch.export.Dim.DYNAMIC}
        program = torch.export.export(net, (example,), dynamic_shapes=(free,))
        torch.export.save(program, tmp_path / "net.pt2")
        torch.jit.script(net).save(str(tmp_path / "net.pt"))
    given = {"example": {"image": pictures[:3]}, "outputs": ["class"], "device": "cpu"}
    eager = open_model(net, **given)
    exported = open_model(tmp_path / "net.pt2", **given)
    script = open_model(tmp_path / "net.pt", trust=True, **given)
    names = [layer.name for layer in eager.layers]
    assert eager.layers == exported.layers
    one = eager.forward({"image": pictures}, names)
    two = exported.forward({"image": pictures}, names)
    three = script.forward({"image": pictures})
    np.testing.assert_allclose(two.outputs["class"], one.outputs["class"], atol=1e-5)
    np.testing.assert_allclose(three.outputs["class"], one.outputs["class"], atol=1e-5)
    for name in names:
        np.testing.assert_allclose(two.mean[name], one.mean[name], atol=1e-5)
        np.testing.assert_allclose(two.max[name], one.max[name], atol=1e-5)
    found = [
        model.gradients({"image": pictures[:8]}, class_three, of_inputs=["image"])
        for model in (eager, exported, script)
    ]
    for other in found[1:]:
        np.testing.assert_allclose(other.inputs["image"], found[0].inputs["image"], atol=1e-6)


def class_three(outputs, responses):
    return outputs["class"][:, 3]


def test_input_gradients_are_finite_differences_in_double_precision(data, lossless):
    random, step = np.random.default_rng(0), 1e-6
    pictures = lossless[0][:4] + random.standard_normal((4, 3, 32, 32)) * 1e-3  # no ties in pooling
    net = network(data, 20).double()
    model = open_model(net, example={"image": pictures}, outputs=["class"], device="cpu")
    found = model.gradients({"image": pictures}, class_three, of_inputs=["image"])
    assert found.inputs["image"].dtype == np.float64
    for _ in range(5):
        direction = random.standard_normal(pictures.shape)
        up, down = (
            model.forward({"image": pictures + sign * step * direction}).outputs["class"][:, 3]
            for sign in (1, -1)
        )
        along = (found.inputs["image"] * direction).reshape(4, -1).sum(1)
        np.testing.assert_allclose(along, (up - down) / (2 * step), rtol=1e-5, atol=1e-7)


def test_captums_titanic_network_loads(data):
    net = Titanic()
    net.load_state_dict(torch.load(data / "models/tabular/captum_titanic.pt", weights_only=True))
    rows = np.random.default_rng(0).random((5, 12), dtype=np.float32)
    model = open_model(net, example={"x": rows}, outputs=["survived"], device="cpu")
    np.testing.assert_allclose(model.forward({"x": rows}).outputs["survived"].sum(1), 1, atol=1e-6)
    assert [layer.width for layer in model.layers] == [12, 8, 2]
