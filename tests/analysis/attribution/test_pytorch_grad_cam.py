"""Parity with pytorch-grad-cam: its maps of the same layers of the same network, before it rescales them.

The package imports torchvision, OpenCV and ttach for what is not compared (drawing, boxes, flipped copies).
It is installed without them, ``pip install --no-deps grad-cam``, and where they are absent their names
stand empty while it is imported. Where the package itself is absent the tests are skipped.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from percepta.analysis.attribution import Question, method_named
from tests.analysis.attribution.nets import pictures, subject

THEIRS = {
    "grad-cam": "GradCAM",
    "grad-cam++": "GradCAMPlusPlus",
    "hires-cam": "HiResCAM",
    "layer-cam": "LayerCAM",
}
NOT_COMPARED = ("torchvision", "torchvision.transforms", "cv2", "ttach")


class _Nothing:
    """Whatever is made of a module that is not there."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass


class _Absent(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


@pytest.fixture(scope="module")
def theirs() -> Any:
    if importlib.util.find_spec("pytorch_grad_cam") is None:
        pytest.skip("pytorch-grad-cam is not installed (pip install --no-deps grad-cam)")
    absent = [name for name in NOT_COMPARED if importlib.util.find_spec(name.split(".")[0]) is None]
    with pytest.MonkeyPatch.context() as patch:
        for name in absent:
            patch.setitem(sys.modules, name, _Absent(name))
        return importlib.import_module("pytorch_grad_cam")


@pytest.mark.parametrize("layer", ["first", "second"])
@pytest.mark.parametrize("name", THEIRS)
def test_agreement_with_pytorch_grad_cam(theirs: Any, name: str, layer: str) -> None:
    target, asked = 1, subject(1, 0)
    image = pictures(3)
    ours = method_named(name).attribute(
        Question(
            asked,
            {"image": image},
            of_inputs=("image",),
            of_layers=(layer,),
            channel_axes={"image": 1},
        )
    )
    net = asked.net
    part = dict(net.named_modules())[layer]
    cam = getattr(theirs, THEIRS[name])(net, [part])
    scores = cam.activations_and_grads(torch.as_tensor(image).float())
    scores[:, target].sum().backward()
    [responses] = (one.detach().numpy() for one in cam.activations_and_grads.activations)
    [gradients] = (one.detach().numpy() for one in cam.activations_and_grads.gradients)
    expected = cam.get_cam_image(None, part, [target] * len(image), responses, gradients, False)
    cam.activations_and_grads.release()
    expected = np.maximum(expected, 0)
    assert expected.max() > 0
    np.testing.assert_allclose(ours.layers[layer], expected, rtol=1e-4, atol=1e-6)
