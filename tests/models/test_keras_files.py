"""Keras files of every kind: of Keras 3 and 2, with classes of the user's own, and real ones."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from percepta.core.errors import ModelError, UntrustedModelError
from percepta.models import open_model
from tests.models import keras_nets
from tests.models.keras_nets import keras, layers
from tests.models.test_keras_model import NETS, names, plain

KERAS_2 = Path(__file__).parent / "keras2"
RANDOM = np.random.default_rng(0)


def save(net, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, and Keras' on .h5
        net.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("convolutions", ".keras"),
        ("convolutions", ".h5"),
        ("recurrent", ".keras"),
        ("attention", ".keras"),  # Keras itself cannot load its operations from .h5
        ("several", ".keras"),
        ("several", ".h5"),
    ],
)
def test_a_saved_network_answers_as_the_live_one(tmp_path, name, suffix):
    build, example = NETS[name]
    net = build()
    path = save(net, tmp_path / f"model{suffix}")
    model = open_model(path, example=example, device="cpu")
    live = open_model(net, example=example, device="cpu")
    for ours, theirs in zip(
        model.forward(example).outputs.values(), plain(net, example), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert names(model) == names(live)
    assert model.parameters == live.parameters
    assert open_model(path, example=example, device="cpu").content_hash == model.content_hash


def test_a_registered_class_is_found_and_an_unregistered_one_is_asked_for(tmp_path):
    build, example = NETS["subclassed"]
    net = build()
    net(example["x"])
    model = open_model(save(net, tmp_path / "class.keras"), example=example, device="cpu")
    np.testing.assert_allclose(
        model.forward(example).outputs["output_0"], plain(net, example)[0], atol=1e-6
    )
    assert names(model) == ["stem", "blocks/0", "blocks/1", "head"]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_classes_of_the_users_own_are_given_by_name(tmp_path, suffix):
    net = keras.Sequential(
        [keras.Input((3,)), keras_nets.Unregistered(name="scale"), layers.Dense(2, name="out")]
    )
    net.get_layer("scale").set_weights([np.array([1.0, 2.0, 3.0])])
    example = {"x": RANDOM.normal(size=(3, 3)).astype(np.float32)}
    path = save(net, tmp_path / f"model{suffix}")
    with pytest.raises(UntrustedModelError, match="Unregistered") as caught:
        open_model(path, example=example, device="cpu")
    assert "register" in caught.value.fix
    own = {"Unregistered": keras_nets.Unregistered}
    model = open_model(path, example=example, device="cpu", custom_objects=own)
    np.testing.assert_allclose(
        model.forward(example).outputs["out"], plain(net, example)[0], atol=1e-6
    )
    assert names(model) == ["scale", "out"]


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", ["convolutions", "recurrent", "attention", "nested"])
def test_files_of_keras_2_answer_as_they_did_there(name, suffix):
    arrays = np.load(KERAS_2 / f"{name}.npz")
    example = {key: arrays[key] for key in arrays if key.startswith("x")}
    model = open_model(KERAS_2 / f"{name}{suffix}", example=example, device="cpu")
    result = model.forward(example, names(model))
    expected = [arrays[key] for key in arrays if key.startswith("y")]
    for ours, theirs in zip(result.outputs.values(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def keras_2_file(path, entries, weights, **network):
    """Write an HDF5 file as Keras 2 does: a configuration and weights by layer."""
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": entries}, **network}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = b"2.4.0"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [f"{name}/{key}:0".encode() for key in arrays]
            for key, array in arrays.items():
                inner[f"{name}/{key}:0"] = np.asarray(array, np.float32)
    return path


INPUT = {
    "class_name": "InputLayer",
    "config": {"name": "in", "batch_input_shape": [None, 2], "dtype": "float32", "sparse": False},
}
DENSE = {
    "class_name": "Dense",
    "config": {
        "name": "dense",
        "units": 2,
        "activation": "linear",
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
    },
}
KERNEL = [[1.0, 2.0], [3.0, 4.0]]


def test_a_handmade_file_of_keras_2_is_worked_out_by_hand(tmp_path):
    norm = {
        "class_name": "BatchNormalization",
        "config": {"name": "norm", "axis": [1], "epsilon": 0.0, "momentum": 0.9, "renorm": False},
    }
    weights = {
        "norm": {
            "moving_variance": [4.0, 1.0],  # in another order than Keras 3 keeps them
            "beta": [1.0, 0.0],
            "gamma": [2.0, 1.0],
            "moving_mean": [1.0, 0.0],
        },
        "dense": {"kernel": KERNEL, "bias": [0.0, 0.5]},
    }
    path = keras_2_file(tmp_path / "old.h5", [INPUT, DENSE, norm], weights)
    x = {"x": np.array([[1, 1]], np.float32)}
    outputs = open_model(path, example=x, device="cpu").forward(x).outputs
    # dense: (4, 6.5); norm: 2 (4 - 1) / 2 + 1 = 4, 6.5
    np.testing.assert_allclose(outputs["norm"], [[4.0, 6.5]], rtol=1e-6)


def test_a_sequence_without_an_input_layer_gets_one(tmp_path):
    first = json.loads(json.dumps(DENSE))
    first["config"]["batch_input_shape"] = [None, 2]
    weights = {"dense": {"kernel": KERNEL, "bias": [0.0, 0.0]}}
    path = keras_2_file(tmp_path / "old.hdf5", [first], weights)
    x = {"x": np.array([[1, 1]], np.float32)}
    outputs = open_model(path, example=x, device="cpu").forward(x).outputs
    assert outputs["dense"].tolist() == [[4.0, 6.0]]


@pytest.mark.parametrize(
    ("entry", "weights", "said"),
    [
        (DENSE, {"dense": {"kernel": KERNEL}}, "has 2 weights, the file holds 1"),
        (DENSE, {}, "has 2 weights, the file holds 0"),
        (
            DENSE,
            {"dense": {"kernel": np.ones((3, 2)), "bias": np.ones(2)}},
            r"is \[2, 2\], in the file \[3, 2\]",
        ),
        (
            {"class_name": "LSTM", "config": {"name": "l", "units": 2, "time_major": True}},
            {},
            "time_major=True",
        ),
        (
            {"class_name": "TFOpLambda", "config": {"name": "t", "function": "math.multiply"}},
            {},
            "TensorFlow's math.multiply",
        ),
        ({"class_name": "CuDNNLSTM", "config": {"name": "c"}}, {}, "asks for the class CuDNNLSTM"),
        (
            {"class_name": "Dense", "config": {"name": "dense", "units": "many"}},
            {},
            "cannot build the model",
        ),
    ],
)
def test_what_cannot_be_built_is_told_with_a_way_out(tmp_path, entry, weights, said):
    path = keras_2_file(tmp_path / "old.h5", [INPUT, entry], weights)
    with pytest.raises(ModelError, match=said) as caught:
        open_model(path, example={"x": np.ones((1, 2), np.float32)}, device="cpu")
    assert caught.value.fix


def test_weights_alone_are_told(tmp_path):
    path = tmp_path / "only.weights.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras_nets.toy().save_weights(path)
    with pytest.raises(ModelError, match="weights without the network"):
        open_model(path, example={"x": np.ones((1, 2), np.float32)}, device="cpu")


@pytest.mark.parametrize(("frozen", "size"), [(False, None), (True, 1)])
@pytest.mark.parametrize("suffix", [".keras", ".h5", "live"])
def test_a_fixed_batch_is_freed_where_results_stay_the_same(tmp_path, suffix, frozen, size):
    given = keras.Input(batch_shape=(1, 4), name="x")
    hidden = layers.Dense(6, name="wide")(given)
    if frozen:  # mixes samples where there are several
        hidden = keras_nets.Mix(name="mix")(hidden)
    net = keras.Model(given, layers.Dense(2, name="out")(hidden))
    source = net if suffix == "live" else save(net, tmp_path / f"fixed{suffix}")
    x = RANDOM.normal(size=(5, 4)).astype(np.float32)
    model = open_model(source, example={"x": x[:3]}, device="cpu")
    assert model.max_batch == size
    alone = np.concatenate([net(x[i : i + 1]).detach().numpy() for i in range(5)])
    np.testing.assert_allclose(model.forward({"x": x}).outputs["out"], alone, atol=1e-6)


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


OPEN = (
    "import numpy\n"
    "from percepta.core.errors import ModelError\n"
    "from percepta.models import open_model\n"
    "try: open_model({path!r}, example={{'x': numpy.ones((2, 3), 'float32')}})\n"
    "except ModelError as error: print(error)\n"
)


def test_another_backend_is_told_and_nothing_is_written_at_home(tmp_path):
    path = tmp_path / "any.keras"
    path.write_bytes(b"...")
    home = tmp_path / "home"
    home.mkdir()
    done = run_python(
        "import os; os.environ.pop('KERAS_BACKEND', None)\n" + OPEN.format(path=str(path)),
        HOME=str(home),
    )
    assert "neither a .keras archive nor an HDF5 file" in done.stdout, done.stderr
    assert not (home / ".keras").exists()
    done = run_python(OPEN.format(path=str(path)), HOME=str(home), KERAS_BACKEND="numpy")
    assert "on the backend numpy" in done.stdout, done.stderr
    assert "KERAS_BACKEND=torch" in done.stdout
    hidden = (
        "import importlib.util as u, sys; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'keras' else find(name, *a)\n"
    )
    done = run_python(hidden + OPEN.format(path=str(path)), HOME=str(home))
    assert "pip install 'percepta[keras]'" in done.stdout, done.stderr


def test_a_model_of_tensorflows_keras_2_is_told_what_to_do():
    kind = type("Model", (), {"__module__": "tf_keras.src.engine.training"})
    with pytest.raises(ModelError, match="TensorFlow's Keras 2") as caught:
        open_model(kind(), example={"x": np.ones((2, 3), np.float32)})
    assert "tf2onnx" in caught.value.fix


def test_importing_the_floor_does_not_import_keras():
    done = run_python(
        "import sys, percepta.models, percepta.models.registry\n"
        "sys.exit(', '.join({'keras', 'h5py', 'torch'} & set(sys.modules)) or 0)"
    )
    assert done.returncode == 0, done.stderr


def mnist(data, kind):
    with gzip.open(data / f"mnist/{kind}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    with gzip.open(data / f"mnist/{kind}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images, labels


def predict(model, images, scale=255.0, size=256):
    name = model.inputs[0].name
    parts = [
        model.forward({name: (images[i : i + size] / scale).astype(np.float32)}).outputs["class"]
        for i in range(0, len(images), size)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("file", "accuracy", "parameters"),
    [("tensorleap_mnist.h5", 0.9904, 327_242), ("moonflower_mnist.keras", 0.9918, 34_826)],
)
def test_published_networks_reach_their_accuracy(data, file, accuracy, parameters):
    images, labels = mnist(data, "t10k")
    example = {"image": images[:3].astype(np.float32) / 255}
    path = data / "models/mnist" / file
    model = open_model(path, example=example, outputs=["class"], device="cpu")
    assert model.max_batch is None
    assert model.parameters == parameters
    found = predict(model, images)
    assert np.mean(found.argmax(1) == labels) == pytest.approx(accuracy, abs=5e-5)
    own = keras.saving.load_model(path, compile=False)
    expected = plain(own, {"image": example["image"][:1]})[0]
    np.testing.assert_allclose(found[:1], expected, atol=1e-4)


def test_the_seeds_network_mistakes_the_seeds_sample(data):
    images, labels = mnist(data, "train")
    path = data / "models/mnist/tensorleap_mnist.h5"
    example = {"image": images[:3].astype(np.float32) / 255}
    model = open_model(path, example=example, outputs=["class"], device="cpu")
    probabilities = predict(model, images[59701:59702])[0]
    assert probabilities.argmax() == 0
    assert -np.log(probabilities[labels[59701]]) == pytest.approx(2.34, abs=0.005)
    found = predict(model, images[48_000:])
    assert np.mean(found.argmax(1) == labels[48_000:]) == pytest.approx(0.9967, abs=5e-5)


def test_resnet8_equals_its_conversion_and_its_gradients_are_right(data):
    rows = [
        np.asarray(Image.open(data / f"cifar10/lossless_train_batch_{i}.png").convert("RGB"))
        for i in range(4)
        if (data / f"cifar10/lossless_train_batch_{i}.png").exists()
    ]
    images = np.concatenate([row.reshape(-1, 32, 32, 3) for row in rows])[:4000]
    with (data / "cifar10/labels_train_0-19999.csv").open() as file:
        table = list(csv.DictReader(file))
    column = next(name for name in table[0] if "label" in name.lower())
    labels = np.array([int(row[column]) for row in table[: len(images)]])
    example = {"image": images[:3].astype(np.float32)}
    folder = data / "models/cifar10"
    model, onnx = (
        open_model(folder / f"mlperftiny_resnet8.{kind}", example=example, outputs=["class"])
        for kind in ("h5", "converted.onnx")
    )
    found = predict(model, images, scale=1)
    assert np.mean(found.argmax(1) == labels) == pytest.approx(0.930, abs=5e-4)
    np.testing.assert_allclose(found[:256], predict(onnx, images[:256], scale=1), atol=1e-4)

    def target(outputs, responses):
        return outputs["class"][:, 3]

    gradients = model.gradients(example, target, of_inputs=["image"], of_layers=names(model)[-2:])
    direction = RANDOM.normal(size=example["image"].shape).astype(np.float32)

    def value(step):
        moved = {"image": example["image"] + step * direction}
        return model.forward(moved).outputs["class"][:, 3].astype(np.float64)

    expected = (value(0.05) - value(-0.05)) / 0.1
    along = (gradients.inputs["image"] * direction).reshape(3, -1).sum(1)
    np.testing.assert_allclose(along, expected, rtol=0.05, atol=2e-4)
