"""Keras files of strangers: nothing in them runs, is imported, or is read from elsewhere."""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import stat
import warnings
import zipfile

import h5py
import numpy as np
import pytest

from percepta.core.errors import ModelError, UntrustedModelError
from percepta.models import open_model
from tests.models import keras_nets
from tests.models.keras_nets import keras, layers

EXAMPLE = {"image": np.ones((2, 2, 2, 1), np.float32)}
VECTORS = {"x": np.ones((2, 3), np.float32)}


def opened(path, example=EXAMPLE, **options):
    return open_model(path, example=example, device="cpu", **options)


def save_h5(net, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, from Keras reading its own variables
        net.save(path)


@pytest.fixture
def archive(tmp_path):
    """A good archive, and what writes a variant of it."""
    good = tmp_path / "good.keras"
    save_h5(keras_nets.toy(), good)
    members = {}
    with zipfile.ZipFile(good) as file:
        for name in file.namelist():
            members[name] = file.read(name)
    config = json.loads(members["config.json"])

    def write(change=None, extra=None):
        path = tmp_path / "changed.keras"
        changed = json.loads(json.dumps(config))
        if change is not None:
            change(changed)
        with zipfile.ZipFile(path, "w") as file:
            for name, content in members.items():
                file.writestr(name, json.dumps(changed) if name == "config.json" else content)
            for name, content in (extra or {}).items():
                file.writestr(name, content)
        return path

    write.good = good
    write.members = members
    return write


def touching(marker):
    return marshal.dumps(compile(f"open({str(marker)!r}, 'w').close()", "stranger", "exec"))


def insert(entry):
    """Put a layer in the place of the flatten layer."""
    return lambda config: config["config"]["layers"].__setitem__(2, entry)


def layer(name, settings, module="keras.layers", **more):
    entry = {"module": module, "class_name": name, "config": settings, "registered_name": None}
    return insert(entry | more)


def code(marker):
    """A function in the form that Keras stores."""
    packed = base64.b64encode(touching(marker)).decode()
    value = {"code": packed, "defaults": None, "closure": None}
    return {"class_name": "__lambda__", "config": {"value": value}}


def function(module, name):
    settings = {"name": "act"}
    entry = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return layer("Activation", settings | {"activation": entry})


def test_the_good_archive_opens(archive):
    assert opened(archive.good).parameters == 13
    assert opened(archive()).parameters == 13


def test_a_lambda_is_refused_and_named_and_does_not_run(archive, tmp_path):
    marker = tmp_path / "marker"
    path = archive(layer("Lambda", {"name": "trick", "function": code(marker)}))
    with pytest.raises(UntrustedModelError, match="the Lambda layer 'trick' would run") as caught:
        opened(path)
    assert "--trust" in caught.value.fix
    assert not marker.exists()


def test_a_lambda_runs_when_trusted(tmp_path):
    net = keras.Sequential(
        [keras.Input((3,)), layers.Lambda(lambda x: x * 2), layers.Dense(1, name="out")]
    )
    save_h5(net, tmp_path / "lambda.keras")
    with pytest.raises(UntrustedModelError):
        opened(tmp_path / "lambda.keras", VECTORS)
    trusted = opened(tmp_path / "lambda.keras", VECTORS, trust=True)
    expected = net(VECTORS["x"]).detach().numpy()
    np.testing.assert_allclose(trusted.forward(VECTORS).outputs["out"], expected, atol=1e-6)


def test_a_keras_2_lambda_is_refused(tmp_path):
    marker, path = tmp_path / "marker", tmp_path / "old.h5"
    packed = [base64.b64encode(touching(marker)).decode(), None, None]
    settings = {"name": "trick", "function": packed, "function_type": "lambda"}
    first = {"name": "in", "batch_input_shape": [None, 3], "dtype": "float32"}
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "net",
            "layers": [
                {"class_name": "InputLayer", "config": first},
                {"class_name": "Lambda", "config": settings},
            ],
        },
    }
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.11.0"
        file.create_group("model_weights").attrs["layer_names"] = []
    with pytest.raises(UntrustedModelError, match="the Lambda layer 'trick' would run"):
        opened(path, VECTORS)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (function("os", "system"), r"would call os\.system"),
        (function("subprocess", "run"), r"would call subprocess\.run"),
        (function("builtins", "exec"), r"would call builtins\.exec"),
        (function("keras.utils", "get_file"), r"would call keras\.utils\.get_file"),
        (function("keras.saving", "load_model"), "would call keras.saving.load_model"),
        (function("keras.config", "enable_unsafe_deserialization"), "would call"),
        (function("keras.src.utils.file_utils", "get_file"), "would call"),
        (layer("load_model", {}, module="keras.models"), r"would import keras\.models\.load_model"),
        (layer("Popen", {}, module="subprocess"), r"asks for the class subprocess\.Popen"),
        (layer("x.y", {}, module="keras.layers"), "would import"),
        (layer("TorchModuleWrapper", {"name": "w", "module": "gASV"}), "would unpickle a PyTorch"),
        (layer("TFSMLayer", {"name": "t", "filepath": "s"}), "would load a SavedModel"),
        (
            layer("StringLookup", {"name": "s", "vocabulary": "/etc/passwd"}),
            "would read the file '/etc/passwd'",
        ),
        (layer("Mine", {"name": "m"}, module="stranger.code"), "asks for the class stranger"),
        (layer("Mine", {}, module=None, registered_name="pkg>Mine"), "asks for the class Mine"),
        (layer(["a"], {}), "has a class name"),
        (
            lambda config: config["config"]["layers"][1]["config"].update(
                kernel_initializer={"module": "os", "class_name": "system", "config": {}}
            ),
            "asks for the class os.system",
        ),
    ],
)
def test_what_is_no_part_of_keras_is_refused(archive, change, said):
    with pytest.raises(UntrustedModelError, match=said) as caught:
        opened(archive(change))
    assert caught.value.fix


def test_what_is_compiled_with_a_model_is_left_out(archive):
    def change(config):
        loss = {"module": "os", "class_name": "function", "config": "system"}
        config["compile_config"] = {"optimizer": "adam", "loss": loss}

    assert opened(archive(change)).parameters == 13


@pytest.mark.parametrize("name", ["../escaped", "/absolute", "assets/../../escaped", "..\\escaped"])
def test_a_member_that_would_leave_its_folder_is_refused(archive, name):
    with pytest.raises(UntrustedModelError, match="outside its folder"):
        opened(archive(extra={name: b"x"}), trust=True)


def test_links_and_twins_in_the_archive_are_refused(archive):
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = archive()
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(UntrustedModelError, match="a link or a device"):
        opened(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = archive(extra={"config.json": "{}"})
    with pytest.raises(UntrustedModelError, match="two members"):
        opened(path)


def test_a_pickle_beside_the_weights_is_never_read(archive, tmp_path):
    class Canary:
        def __reduce__(self):
            return open, (str(tmp_path / "marker"), "w")

    pickled = pickle.dumps(Canary())
    assert opened(archive(extra={"weights.pkl": pickled})).parameters == 13
    objects = io.BytesIO()
    np.savez(objects, evil=np.array([Canary()], dtype=object))
    path = tmp_path / "npz.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", archive.members["config.json"])
        file.writestr("model.weights.npz", objects.getvalue())
    with pytest.raises(ModelError):
        opened(path)
    assert not (tmp_path / "marker").exists()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("percepta.models.keras_archive.LARGE", 2**20)
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", "{}")
        file.writestr("model.weights.h5", bytes(2**24))
    with pytest.raises(UntrustedModelError, match="expands from"):
        opened(path)
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = "{}"
        group = file.create_group("model_weights")
        group.create_dataset("w", (2**24,), "f4", chunks=(2**20,), compression="gzip")
    with pytest.raises(UntrustedModelError, match="expands from"):
        opened(path)


@pytest.mark.parametrize("kind", ["external link", "soft link", "external data", "virtual data"])
@pytest.mark.parametrize("zipped", [False, True])
def test_weights_that_reach_outside_the_file_are_refused(archive, tmp_path, kind, zipped):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.ones(4, np.float32)
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = "{}"
        group = file.create_group("model_weights")
        if kind == "external link":
            group["w"] = h5py.ExternalLink(str(other), "/secret")
        elif kind == "soft link":
            group["w"] = h5py.SoftLink("/model_weights")
        elif kind == "external data":
            group.create_dataset("w", (4,), "f4", external=[(str(other), 0, 16)])
        else:
            layout = h5py.VirtualLayout((4,), "f4")
            layout[:] = h5py.VirtualSource(str(other), "secret", (4,))
            group.create_virtual_dataset("w", layout)
    if zipped:
        weights, path = path, tmp_path / "packed.keras"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("config.json", archive.members["config.json"])
            file.write(weights, "model.weights.h5")
    with pytest.raises(UntrustedModelError, match=r"another file|is a link"):
        opened(path, trust=True)


@pytest.mark.parametrize(
    "content", [b"", b"...", b"PK\x03\x04" + b"x" * 50, b"\x89HDF\r\n\x1a\n" + b"x" * 50]
)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_what_is_no_keras_file_is_told_in_one_sentence(tmp_path, content, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        opened(path)
    assert caught.value.fix
    assert str(caught.value.where) == str(path)


def test_a_config_that_is_no_network_is_told(archive, tmp_path):
    for config in (b"[]", b"{}", b"not json", b"[" * 100_000):
        path = tmp_path / "odd.keras"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("config.json", config)
            file.writestr("model.weights.h5", archive.members["model.weights.h5"])
        with pytest.raises(ModelError):
            opened(path)
