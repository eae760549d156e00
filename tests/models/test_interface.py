"""What every model format keeps to; :mod:`tests.models.interface_cases` holds one of each."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from percepta.core.errors import ModelError
from percepta.core.network import Network as NetworkGraph
from percepta.models import open_model
from tests.models.interface_cases import CASES, Network, batch


@pytest.fixture(scope="module", params=CASES, ids=[name.replace(" ", "-") for name in CASES])
def case(request, tmp_path_factory):
    """Return what ``open_model`` takes for one format."""
    return CASES[request.param](tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(case):
    source, options = case
    return open_model(source, example=batch(3), outputs=["class", "size"], device="cpu", **options)


@pytest.fixture
def differentiable(model):
    """Return the model; skip where its format has no gradients and says why."""
    if model.no_gradients is not None:
        assert model.no_gradients.strip()
        pytest.skip(model.no_gradients)
    return model


def layer_names(model):
    return [layer.name for layer in model.layers]


def class_scores(outputs, responses):
    return (outputs["class"] * torch.linspace(-1, 1, 5)).sum(1)


def test_inputs_and_outputs_go_by_the_names_of_the_integration(model):
    assert [spec.name for spec in model.inputs] == ["image", "table"]
    assert [spec.name for spec in model.outputs] == ["class", "size"]
    outputs = model.forward(batch()).outputs
    for spec in model.outputs:
        assert spec.shape == (model.max_batch, *outputs[spec.name].shape[1:])
        assert outputs[spec.name].dtype == spec.dtype == "float32"


def test_outputs_are_those_of_the_network(model):
    with torch.no_grad():
        expected = Network()(**{n: torch.from_numpy(array) for n, array in batch().items()})
    outputs = model.forward(batch()).outputs
    for name, tensor in expected.items():
        np.testing.assert_allclose(outputs[name], tensor.numpy(), atol=1e-5)


def test_layers_are_in_order_and_their_responses_have_their_width(model):
    depths = [layer.depth for layer in model.layers]
    assert depths == sorted(depths) and depths[-1] == 1.0
    assert len(set(layer_names(model))) == len(model.layers) >= 1
    result = model.forward(batch(), layer_names(model))
    for layer in model.layers:
        for pooled in (result.mean[layer.name], result.max[layer.name]):
            assert pooled.shape == (7, layer.width) and pooled.dtype == np.float32
        assert (result.max[layer.name] >= result.mean[layer.name] - 1e-6).all()
    assert {name for layer in model.layers for name in layer.feeds} == {"class", "size"}


def test_whole_responses_of_channels_pool_to_what_forward_gives(model):
    names = layer_names(model)
    pooled = model.forward(batch(), names)
    for layer in model.layers:
        channels = [layer.width - 1, 0]
        whole = model.activations(batch(), layer.name, channels)
        assert whole.dtype == np.float32 and whole.shape[:2] == (7, 2)
        flat = whole.reshape(7, 2, -1)
        np.testing.assert_allclose(
            flat.max(2), pooled.max[layer.name][:, channels], rtol=1e-4, atol=1e-5
        )
        np.testing.assert_allclose(
            flat.mean(2), pooled.mean[layer.name][:, channels], rtol=1e-4, atol=1e-5
        )


def test_whole_responses_lie_as_the_network_gives_them(differentiable):
    model, names = differentiable, layer_names(differentiable)
    responses = model.gradients(batch(), class_scores, of_layers=names).responses
    for layer in model.layers:
        expected = np.moveaxis(responses[layer.name], layer.channel_axis, 1)[:, ::-1]
        whole = model.activations(batch(), layer.name, range(layer.width)[::-1])
        np.testing.assert_allclose(whole, expected, rtol=1e-4, atol=1e-5)


def test_equal_batches_give_bit_identical_results(model):
    names = layer_names(model)
    one, two = model.forward(batch(), names), model.forward(batch(), names)
    for name in names:
        assert np.array_equal(one.mean[name], two.mean[name])
        assert np.array_equal(one.max[name], two.max[name])
    assert all(np.array_equal(one.outputs[name], two.outputs[name]) for name in one.outputs)


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_a_sample_does_not_depend_on_its_batch(model, samples):
    names = layer_names(model)
    whole, part = model.forward(batch(), names), model.forward(batch(samples), names)
    for name in names:
        np.testing.assert_allclose(part.mean[name], whole.mean[name][:samples], atol=1e-5)
        np.testing.assert_allclose(part.max[name], whole.max[name][:samples], atol=1e-5)
    np.testing.assert_allclose(part.outputs["class"], whole.outputs["class"][:samples], atol=1e-5)


def test_what_is_asked_wrongly_is_said(model):
    with pytest.raises(ModelError, match="no layer nose"):
        model.forward(batch(), ["nose"])
    with pytest.raises(ModelError, match="no layer nose"):
        model.activations(batch(), "nose", [0])
    first = model.layers[0]
    with pytest.raises(ModelError, match=f"no channel {first.width}"):
        model.activations(batch(), first.name, [first.width])
    with pytest.raises(ModelError, match="lacks the input table"):
        model.forward({"image": batch()["image"]})
    with pytest.raises(ModelError, match="masks have shape"):
        model.forward(batch(), layer_names(model), np.ones((2, 8, 8), bool))


def test_masks_pool_pictures_over_the_object_alone(differentiable):
    model, names = differentiable, layer_names(differentiable)
    masks = np.zeros((7, 8, 8), bool)
    masks[:, :4, :] = True  # the upper half of the picture
    masks[6] = False  # empty: everything
    plain, masked = model.forward(batch(), names), model.forward(batch(), names, masks)
    responses = model.gradients(batch(), class_scores, of_layers=names).responses
    for layer in model.layers:
        response = responses[layer.name]
        if response.ndim != 4:
            assert np.array_equal(masked.mean[layer.name], plain.mean[layer.name])
            continue
        planes = np.moveaxis(response, layer.channel_axis, 1)
        height = planes.shape[2]
        shares = np.clip(height / 2 - np.arange(height), 0, 1)[:, None]  # of each row of the grid
        expected = (planes * shares).mean(3).sum(2) / shares.sum()
        np.testing.assert_allclose(masked.mean[layer.name][:6], expected[:6], atol=1e-5)
        highest = planes[:, :, shares[:, 0] > 0].max((2, 3))
        np.testing.assert_allclose(masked.max[layer.name][:6], highest[:6], atol=1e-5)
        np.testing.assert_allclose(masked.mean[layer.name][6], plain.mean[layer.name][6], atol=1e-5)


def test_the_whole_responses_are_those_that_were_pooled(differentiable):
    model, names = differentiable, layer_names(differentiable)
    pooled = model.forward(batch(), names)
    found = model.gradients(batch(), class_scores, of_layers=names)
    for layer in model.layers:
        response = found.responses[layer.name]
        rows = np.moveaxis(response, layer.channel_axis, -1).reshape(7, -1, layer.width)
        np.testing.assert_allclose(pooled.mean[layer.name], rows.mean(1), atol=1e-5)
        np.testing.assert_allclose(pooled.max[layer.name], rows.max(1), atol=1e-5)
        assert found.layers[layer.name].shape == response.shape


def test_input_gradients_are_finite_differences(differentiable):
    model, inputs = differentiable, batch()
    found = model.gradients(inputs, class_scores, of_inputs=["image", "table"])
    weights = np.linspace(-1, 1, 5)
    random = np.random.default_rng(5)
    for name in ("image", "table"):
        assert found.inputs[name].shape == inputs[name].shape
        direction = random.standard_normal(inputs[name].shape).astype(np.float32)
        step, values = 2e-2, []
        for sign in (1, -1):
            moved = inputs | {name: inputs[name] + np.float32(sign * step) * direction}
            values.append(model.forward(moved).outputs["class"].astype(np.float64) @ weights)
        slope = (values[0] - values[1]) / (2 * step)
        along = (found.inputs[name] * direction).reshape(7, -1).sum(1)
        np.testing.assert_allclose(along, slope, atol=2e-3)
        assert np.abs(slope).max() > 0.02


def test_gradients_come_with_the_target_and_the_outputs(differentiable):
    found = differentiable.gradients(batch(), class_scores, of_inputs=["table"])
    outputs = differentiable.forward(batch()).outputs
    expected = outputs["class"] @ np.linspace(-1, 1, 5)
    np.testing.assert_allclose(found.value, expected, atol=1e-5)
    assert found.value.dtype == np.float32
    np.testing.assert_allclose(found.outputs["size"], outputs["size"], atol=1e-5)


def test_a_target_keeps_its_rows_and_may_use_responses(differentiable):
    """A class per sample stays with its sample, also where batches are cut to size."""
    classes = torch.arange(7) % 5
    last = layer_names(differentiable)[-1]

    def target(outputs, responses):
        own = outputs["class"][torch.arange(7), classes]
        return own + 2 * responses[last].flatten(1).sum(1)

    whole = differentiable.gradients(batch(), target, of_inputs=["image"], of_layers=[last])
    for row in range(7):
        one = {name: array[row : row + 1] for name, array in batch().items()}

        def alone(outputs, responses, row=row):
            own = outputs["class"][:, classes[row]]
            return own + 2 * responses[last].flatten(1).sum(1)

        part = differentiable.gradients(one, alone, of_inputs=["image"], of_layers=[last])
        np.testing.assert_allclose(whole.inputs["image"][row], part.inputs["image"][0], atol=1e-5)
        np.testing.assert_allclose(whole.layers[last][row], part.layers[last][0], atol=1e-5)


def test_targets_that_cannot_be_differentiated_are_said(differentiable):
    def scalar(outputs, responses):
        return outputs["class"].sum()

    def constant(outputs, responses):
        return torch.ones(7)

    with pytest.raises(ModelError, match="one value per sample"):
        differentiable.gradients(batch(), scalar, of_inputs=["image"])
    with pytest.raises(ModelError, match="does not depend on the network"):
        differentiable.gradients(batch(), constant, of_inputs=["image"])
    with pytest.raises(ModelError, match="no layer nose"):
        differentiable.gradients(batch(), class_scores, of_layers=["nose"])
    with pytest.raises(ModelError, match="no input nose"):
        differentiable.gradients(batch(), class_scores, of_inputs=["nose"])


def test_the_network_is_a_graph_in_order_from_the_inputs_to_the_outputs(model):
    graph = model.network
    order = {node.name: index for index, node in enumerate(graph.nodes)}
    assert len(order) == len(graph.nodes)
    kinds = {kind: [n.name for n in graph.nodes if n.kind == kind] for kind in ("input", "output")}
    assert kinds == {"input": ["image", "table"], "output": ["class", "size"]}
    assert [node.kind for node in graph.nodes[:2]] == ["input", "input"]
    assert [node.kind for node in graph.nodes[-2:]] == ["output", "output"]
    assert all(order[start] < order[end] for start, end in graph.edges)
    captured = {node.name for node in graph.nodes if node.captured}
    assert captured <= set(layer_names(model))
    reached = {"image", "table"}
    for start, end in graph.edges:
        reached |= {end} if start in reached else set()
    assert {"class", "size"} <= reached
    assert sum(node.parameters for node in graph.nodes) == model.parameters
    assert NetworkGraph.from_json(json.loads(json.dumps(graph.to_json()))) == graph


def test_what_a_run_keeps_about_it_is_json_and_the_same_when_opened_again(case, model):
    source, options = case
    again = open_model(source, example=batch(2), outputs=["class", "size"], device="cpu", **options)
    assert again.content_hash == model.content_hash
    assert len(model.content_hash) == 64
    assert json.loads(json.dumps(again.describe())) == json.loads(json.dumps(model.describe()))
    assert model.device == "cpu"
