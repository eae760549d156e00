"""Files that are missing, corrupt, foreign or hostile (promise T5)."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from percepta.core.errors import ModelError, UntrustedModelError
from percepta.models import open_model
from tests.models.nets import Toy

EXAMPLE = {"x": np.zeros((2, 2), np.float32)}


def model_bytes(location=None, *, domain="", length=None, nested=False):
    """Return a 2x2 linear model; with a location, its weights are said to lie there."""
    weight = numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")
    if location is not None:
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        entries = {"location": location, "length": length}
        for key, value in entries.items():
            if value is not None:
                weight.external_data.add(key=key, value=str(value))
    node = helper.make_node("MatMul", ["x", "w"], ["y"], domain=domain)
    nodes, initializers = [node], [weight]
    if nested:  # inside a branch, as an attribute of a Constant
        constant = helper.make_node("Constant", [], ["w"], value=weight)
        constant.attribute[0].t.ClearField("name")
        inner = helper.make_graph(
            [constant, node], "then", [], [helper.make_tensor_value_info("y", 1, None)]
        )
        flag = numpy_helper.from_array(np.array(True), "flag")
        nodes = [helper.make_node("If", ["flag"], ["y"], then_branch=inner, else_branch=inner)]
        initializers = [flag]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        initializers,
    )
    opsets = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


@pytest.fixture
def folder(tmp_path):
    """Return a model's folder; a secret lies beside it, outside."""
    (tmp_path / "secret.bin").write_bytes(b"\0" * 16)
    inside = tmp_path / "model"
    inside.mkdir()
    (inside / "w.bin").write_bytes(np.eye(2, dtype=np.float32).tobytes())
    return inside


@pytest.mark.parametrize("nested", [False, True])
def test_external_data_in_the_folder_is_read(folder, nested):
    (folder / "m.onnx").write_bytes(model_bytes("w.bin", length=16, nested=nested))
    model = open_model(folder / "m.onnx", example=EXAMPLE)
    batch = {"x": np.array([[1, 2]], np.float32)}
    assert model.forward(batch).outputs["y"].tolist() == [[1, 2]]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    "location",
    [
        "../secret.bin",
        "sub/../../secret.bin",
        "..\\secret.bin",
        "./../secret.bin",
        "{outside}/secret.bin",
        "C:\\secret.bin",
        "C:secret.bin",
        "\\\\host\\share\\secret.bin",
        "link.bin",
        "linked/secret.bin",
        "fifo",
        "folder",
        ".",
        "",
        "w.bin\0.txt",
    ],
)
def test_external_data_elsewhere_is_refused(folder, location, nested):
    (folder / "link.bin").symlink_to(folder.parent / "secret.bin")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    location = location.replace("{outside}", str(folder.parent))
    (folder / "m.onnx").write_bytes(model_bytes(location, length=16, nested=nested))
    with pytest.raises(UntrustedModelError, match="not a plain file in its folder") as caught:
        open_model(folder / "m.onnx", example=EXAMPLE)
    assert caught.value.fix
    with pytest.raises(UntrustedModelError):  # trust is about code, not about other files
        open_model(folder / "m.onnx", example=EXAMPLE, trust=True)


def test_missing_and_short_weights_are_named(folder):
    (folder / "m.onnx").write_bytes(model_bytes("gone.bin", length=16))
    with pytest.raises(ModelError, match=r"'gone.bin', which is not beside it"):
        open_model(folder / "m.onnx", example=EXAMPLE)
    for length in (17, -1, "many"):
        (folder / "m.onnx").write_bytes(model_bytes("w.bin", length=length))
        with pytest.raises(ModelError, match=r"'w.bin' of the model is too short or damaged"):
            open_model(folder / "m.onnx", example=EXAMPLE)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model", b"\x80\x04\x95", b"\x08\x08", os.urandom(4096)],
    ids=["empty", "text", "pickle", "header", "noise"],
)
def test_corrupt_onnx_files(tmp_path, content):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not an ONNX model, or it is damaged") as caught:
        open_model(path, example=EXAMPLE)
    assert caught.value.where.file == str(path)


def test_a_model_cut_short_or_with_flipped_bytes_is_an_error_not_a_crash(tmp_path):
    path, whole = tmp_path / "m.onnx", model_bytes()
    for cut in range(1, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(ModelError):
            open_model(path, example=EXAMPLE)


def test_operators_of_another_library_are_refused_by_name(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(model_bytes(domain="evil.ops"))
    with pytest.raises(ModelError, match=r"operators of another library: evil\.ops\.MatMul"):
        open_model(path, example=EXAMPLE)


class Canary(nn.Module):
    """A module whose pickle touches a marker when it is opened."""

    marker = ""

    def __reduce__(self):
        return (Path.touch, (Path(self.marker),))


@pytest.mark.parametrize(
    "suffix", [".h5", ".keras", ".onnx", ".tflite", ".pb", ".npz", ".joblib", ""]
)
def test_a_pickle_under_any_other_name_is_never_opened(tmp_path, suffix):
    marker, path = tmp_path / "marker", tmp_path / f"model{suffix}"
    canary = Canary()
    canary.marker = str(marker)
    path.write_bytes(pickle.dumps(canary))
    with pytest.raises(ModelError):
        open_model(path, example=EXAMPLE, trust=True)
    assert not marker.exists()


@pytest.mark.parametrize("name", ["model.pb", "model.tflite", "model.safetensors"])
def test_foreign_formats_say_what_to_do(tmp_path, name):
    (tmp_path / name).write_bytes(b"...")
    with pytest.raises(ModelError, match="does not read") as caught:
        open_model(tmp_path / name, example=EXAMPLE)
    assert caught.value.fix


def test_what_is_no_model_file_at_all(tmp_path):
    with pytest.raises(ModelError, match="no model file here"):
        open_model(tmp_path / "gone.onnx", example=EXAMPLE)
    with pytest.raises(ModelError, match="a folder"):
        open_model(tmp_path, example=EXAMPLE)
    os.mkfifo(tmp_path / "fifo.onnx")
    with pytest.raises(ModelError, match="not a regular file"):
        open_model(tmp_path / "fifo.onnx", example=EXAMPLE)
    with pytest.raises(ModelError, match=r"not builtins\.int"):
        open_model(42, example=EXAMPLE)
    with pytest.raises(ModelError, match=r"PyTorch, Keras or ONNX model or the path"):
        open_model(Toy, example=EXAMPLE)


def test_importing_the_floor_imports_no_framework():
    script = (
        "import sys, percepta.models\n"
        "heavy = {'torch', 'onnx', 'onnxruntime', 'numba', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_shared_onnx_file_opens_and_parses_as_onnx_does(data):
    paths = sorted((data / "models").glob("**/*.onnx"))
    assert len(paths) == 6
    for path in paths:
        onnx.checker.check_model(str(path))
