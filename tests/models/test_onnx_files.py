"""ONNX files as they come: from scikit-learn, with odd element types, batches, functions, sessions."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from percepta.core.errors import ModelError
from percepta.models import open_model

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
X = {"x": np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 0.5]], np.float32)}


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def save(path, nodes, inputs, outputs, weights=(), opsets=(("", 17),), functions=(), ir=8):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(weights))
    imports = [helper.make_opsetid(*opset) for opset in opsets]
    model = helper.make_model(
        graph, opset_imports=imports, ir_version=ir, functions=list(functions)
    )
    path.write_bytes(model.SerializeToString())
    return path


def names(model):
    return [layer.name for layer in model.layers]


ML = (("ai.onnx.ml", 3), ("", 17))


def classifier(path, labels, zipped=True, opsets=ML):
    """Write what skl2onnx makes of a logistic regression with classes ``labels``."""
    words = isinstance(labels[0], str)
    chosen = {"classlabels_strings" if words else "classlabels_ints": labels}
    nodes = [
        helper.make_node(
            "LinearClassifier", ["x"], ["label", "raw"], domain="ai.onnx.ml",
            coefficients=[1.0, 0.0, -1.0, 0.0, 0.0, 1.0], intercepts=[0.0, 0.5, 0.0],
            multi_class=1, post_transform="SOFTMAX", **chosen,
        ),
        helper.make_node("Normalizer", ["raw"], ["probabilities"], domain="ai.onnx.ml", norm="L1"),
    ]  # fmt: skip
    outputs = [value("label", ["n"], STRING if words else INT64)]
    if zipped:
        chosen = {f"classlabels_{'strings' if words else 'int64s'}": labels}
        nodes.append(
            helper.make_node("ZipMap", ["probabilities"], ["scores"], domain="ai.onnx.ml", **chosen)
        )
        outputs.append(onnx.ValueInfoProto(name="scores"))
    else:
        outputs.append(value("probabilities", ["n", 3]))
    return save(path, nodes, [value("x", ["n", 2])], outputs, opsets=opsets)


@pytest.mark.parametrize("labels", [[0, 1, 2], ["cat", "cow", "dog"]])
@pytest.mark.parametrize("zipped", [True, False])
def test_classifiers_of_scikit_learn_give_their_scores(tmp_path, labels, zipped):
    path = classifier(tmp_path / "m.onnx", labels, zipped)
    model = open_model(path, example=X, outputs=["class"])
    assert [(spec.name, spec.shape) for spec in model.outputs] == [("class", (None, 3))]
    raw = X["x"] @ np.array([[1, -1, 0], [0, 0, 1]]) + [0, 0.5, 0]
    expected = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
    np.testing.assert_allclose(model.forward(X).outputs["class"], expected, atol=1e-6)
    assert names(model) == ["class"]
    assert "ai.onnx.ml.LinearClassifier" in model.no_gradients
    both = open_model(path, example=X)
    scores = "scores" if zipped else "probabilities"
    whole_label = [] if isinstance(labels[0], str) else ["label"]
    assert [spec.name for spec in both.outputs] == [scores, *whole_label]


def test_a_classifier_that_names_no_standard_opset_is_read(tmp_path):
    path = classifier(tmp_path / "m.onnx", [0, 1, 2], opsets=(("ai.onnx.ml", 3),))
    assert open_model(path, example=X, outputs=["class"]).outputs[0].shape == (None, 3)


def test_trees_are_evaluated(tmp_path):
    node = helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=1,
        nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_values=[0.5, 0.0, 0.0],
        nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
        target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[-1.0, 4.0],
    )  # fmt: skip
    path = save(
        tmp_path / "m.onnx", [node], [value("x", ["n", 2])], [value("y", ["n", 1])], opsets=ML
    )
    model = open_model(path, example=X, outputs=["y"])
    assert model.forward(X).outputs["y"].tolist() == [[4.0], [4.0], [-1.0]]
    assert "TreeEnsembleRegressor" in model.no_gradients


def test_outputs_that_are_no_tensors_are_told(tmp_path):
    node = helper.make_node("SequenceConstruct", ["x", "x"], ["y"])
    output = helper.make_tensor_sequence_value_info("y", FLOAT, None)
    path = save(tmp_path / "m.onnx", [node], [value("x", ["n", 2])], [output])
    with pytest.raises(ModelError, match="gives no array of numbers"):
        open_model(path, example=X)


def test_inputs_of_text_are_told(tmp_path):
    node = helper.make_node("LabelEncoder", ["x"], ["y"], domain="ai.onnx.ml",
                            keys_strings=["a"], values_floats=[1.0])  # fmt: skip
    path = save(
        tmp_path / "m.onnx",
        [node],
        [value("x", ["n", 2], STRING)],
        [value("y", ["n", 2])],
        opsets=ML,
    )
    with pytest.raises(ModelError, match="input x takes text") as caught:
        open_model(path, example=X)
    assert caught.value.where.file == str(path)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (TensorProto.BOOL, np.float32),
        (TensorProto.BOOL, bool),
        (TensorProto.UINT8, np.int64),
        (TensorProto.INT32, np.float64),
        (TensorProto.INT64, np.uint8),
        (TensorProto.DOUBLE, np.float32),
        (TensorProto.FLOAT16, np.float32),
    ],
)
def test_arrays_are_cast_to_the_types_of_the_file(tmp_path, kind, given):
    nodes = [helper.make_node("Cast", ["x"], ["f"], to=FLOAT),
             helper.make_node("MatMul", ["f", "w"], ["y"], name="layer")]  # fmt: skip
    weight = constant("w", np.array([[1.0], [2.0]], np.float32))
    path = save(
        tmp_path / "m.onnx", nodes, [value("x", ["n", 2], kind)], [value("y", ["n", 1])], [weight]
    )
    batch = {"x": np.array([[1, 0], [0, 1], [1, 1]]).astype(given)}
    model = open_model(path, example=batch)
    assert model.forward(batch).outputs["y"].tolist() == [[1.0], [2.0], [3.0]]
    found = model.gradients(batch, lambda outputs, _: outputs["y"][:, 0], of_layers=["layer"])
    assert found.layers["layer"].tolist() == [[1.0]] * 3


@pytest.mark.parametrize("opset", [7, 8, 9, 10, 12, 15, 19, 21, 22, 23])
def test_every_opset_is_run_and_differentiated(tmp_path, opset):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="layer"),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Softmax", ["r"], ["y"], axis=1),
    ]
    weight = constant("w", np.eye(2, dtype=np.float32))
    path = save(
        tmp_path / "m.onnx", nodes, [value("x", ["n", 2])], [value("y", ["n", 2])], [weight],
        opsets=(("", opset),), ir=10 if opset > 20 else 7,
    )  # fmt: skip
    model = open_model(path, example=X, outputs=["p"])
    hidden = np.maximum(X["x"], 0)
    np.testing.assert_array_equal(model.forward(X, ["layer"]).mean["layer"], hidden)
    found = model.gradients(X, lambda outputs, _: outputs["p"][:, 0], of_inputs=["x"])
    p = np.exp(hidden) / np.exp(hidden).sum(1, keepdims=True)
    slope = (p[:, :1] * p[:, 1:]) * [1, -1] * (X["x"] > 0)
    np.testing.assert_allclose(found.inputs["x"], slope, atol=1e-6)
    assert model.describe()["opsets"] == {"ai.onnx": opset}


def test_a_reshape_that_swallows_the_batch_without_failing_is_found(tmp_path):
    """``Reshape [1, -1]`` in a file that calls its batch dynamic: two samples become one long row."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="layer"),
        helper.make_node("Reshape", ["h", "shape"], ["y"]),
    ]
    weights = [constant("w", np.eye(2, dtype=np.float32)), constant("shape", np.array([1, -1]))]
    path = save(tmp_path / "m.onnx", nodes, [value("x", ["n", 2])], [value("y", None)], weights)
    model = open_model(path, example=X)
    assert model.max_batch == 1
    assert list(model.notes) == model.describe()["notes"]
    assert model.notes == ("The file takes one sample at a time, so batches run one by one.",)
    np.testing.assert_array_equal(model.forward(X).outputs["y"], X["x"])
    found = model.gradients(X, lambda outputs, _: outputs["y"][:, 1], of_inputs=["x"])
    assert found.inputs["x"].tolist() == [[0.0, 1.0]] * 3


def test_layers_inside_functions_of_the_file_are_seen(tmp_path):
    function = helper.make_function(
        "mine", "Dense", ["a", "b"], ["c"],
        [helper.make_node("MatMul", ["a", "b"], ["m"], name="product"),
         helper.make_node("Tanh", ["m"], ["c"])],
        [helper.make_opsetid("", 17)],
    )  # fmt: skip
    nodes = [
        helper.make_node("Dense", ["x", "w"], ["h"], domain="mine", name="first"),
        helper.make_node("Dense", ["h", "w"], ["y"], domain="mine", name="second"),
    ]
    path = save(
        tmp_path / "m.onnx", nodes, [value("x", ["n", 2])], [value("y", ["n", 2])],
        [constant("w", np.eye(2, dtype=np.float32))], (("", 17), ("mine", 1)), [function],
    )  # fmt: skip
    model = open_model(path, example=X)
    assert [layer.kind for layer in model.layers] == ["linear", "linear"]
    y = np.tanh(np.tanh(X["x"]))
    np.testing.assert_allclose(model.forward(X).outputs["y"], y, atol=1e-6)
    found = model.gradients(X, lambda outputs, _: outputs["y"][:, 0], of_inputs=["x"])
    slope = (1 - y**2) * (1 - np.tanh(X["x"]) ** 2) * [1, 0]
    np.testing.assert_allclose(found.inputs["x"], slope, atol=1e-6)


def test_masks_on_responses_with_channels_last(tmp_path):
    """A linear layer over a picture: ``[B, H, W, C]``."""
    weight = constant("w", np.array([[1.0, -1.0]], np.float32))
    path = save(
        tmp_path / "m.onnx",
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="layer")],
        [value("x", ["n", 2, 2, 1])],
        [value("y", ["n", 2, 2, 2])],
        [weight],
    )
    picture = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32).reshape(1, 2, 2, 1)
    batch = {"x": picture.repeat(3, 0)}
    masks = np.zeros((3, 4, 4), bool)
    masks[0, 2:, :2] = True  # the lower left quarter: 3
    masks[1, :2, 1:] = True  # half of the upper left cell, all of the upper right one
    model = open_model(path, example=batch)
    result = model.forward(batch, ["layer"], masks)
    np.testing.assert_allclose(
        result.mean["layer"], [[3, -3], [5 / 3, -5 / 3], [2.5, -2.5]], atol=1e-6
    )
    np.testing.assert_allclose(result.max["layer"], [[3, -3], [2, -1], [4, -1]], atol=1e-6)


def test_a_live_session_is_opened_by_its_file(tmp_path):
    weight = constant("w", np.eye(2, dtype=np.float32))
    path = save(
        tmp_path / "m.onnx",
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="layer")],
        [value("x", ["n", 2])],
        [value("y", ["n", 2])],
        [weight],
    )
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(str(path), providers=providers)
    assert open_model(session, example=X).content_hash == open_model(path, example=X).content_hash
    from_bytes = onnxruntime.InferenceSession(path.read_bytes(), providers=providers)
    with pytest.raises(ModelError, match="made from bytes") as caught:
        open_model(from_bytes, example=X)
    assert "path" in caught.value.fix
    path.unlink()
    with pytest.raises(ModelError, match="not there any more"):
        open_model(session, example=X)
