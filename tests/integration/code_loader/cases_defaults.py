"""Calls of the metrics, losses and visualizers that every script has, on arrays of many shapes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np

SHAPES = [
    (),
    (0,),
    (1,),
    (4,),
    (0, 4),
    (1, 4),
    (5, 4),
    (4, 1),
    (1, 1),
    (1, 1, 1),
    (1, 1, 4),
    (1, 5, 4),
    (5, 4, 3),
    (5, 4, 1),
    (1, 4, 1),
    (1, 4, 3),
    (1, 5, 4, 1),
    (1, 5, 4, 2),
    (1, 5, 4, 3),
    (2, 5, 4, 3),
    (1, 1, 4, 3),
    (1, 2, 5, 4, 3),
    (1, 2, 5, 4, 2),
    (1, 1, 5, 4, 3),
]
SINGLE = ["image", "video", "graph", "horizontal_bar", "word", "raw_data"]


def array(shape: tuple[int, ...], dtype: str = "float32", seed: int = 0, scale: float = 9) -> Any:
    """Return random values, the same for every package."""
    values = np.random.default_rng([seed, *shape]).random(shape) * scale
    return np.asarray(values).astype(dtype)


def cases(package: str) -> dict[str, Callable[[], object]]:
    """Return every call by its name."""
    found: dict[str, Callable[[], object]] = {}

    def case(name: str, call: Callable[..., object], *args: object, **named: object) -> None:
        assert name not in found, name
        found[name] = lambda: call(*args, **named)

    metrics = import_module(f"{package}.default_metrics")
    losses = import_module(f"{package}.default_losses")
    registered = metrics.metrics_names_to_functions_and_direction
    case("metrics", lambda: {name: way for name, (_, way) in registered.items()})
    case("losses", lambda: list(losses.loss_name_to_function))
    case("metric names", lambda: [member.value for member in metrics.Metric])
    case("loss names", lambda: [member.value for member in losses.LossName])
    case("visualizer names", lambda: list(visualizers(package).DefaultVisualizer))
    functions = {f"metric {name}": function for name, (function, _) in registered.items()}
    functions |= {f"loss {name}": f for name, f in losses.loss_name_to_function.items()}
    hot = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1]]
    scores = array((5, 3), scale=1)
    for name, function in functions.items():
        for pair, (truth, predicted) in {
            "one-hot": (hot, scores),
            "four axes": (array((5, 2, 3, 1)), array((5, 2, 3, 1), seed=1)),
            "one axis": (hot[:, 0], scores[:, 0]),
            "one column": (hot[:, :1], scores[:, :1]),
            "double": (hot.astype("float64"), scores.astype("float64")),
            "ints": (hot.astype("int64"), scores),
            "int scores": (hot.astype("int64"), hot.astype("int64")[::-1]),
            "half": (hot.astype("float16"), scores.astype("float16")),
            "negative": (hot, scores - 0.5),
            "below -1": (hot, scores - 3),
            "above 1": (hot, scores * 10),
            "zeros": (hot, scores * 0),
            "positive truth": (hot + 1, scores),
            "halves": (hot, np.full_like(scores, 0.5)),
            "nan": (hot, np.full_like(scores, np.nan)),
            "one sample": (hot[:1], scores[:1]),
            "fewer scores": (hot, scores[:, :2]),
            "numbers": (np.float32(1), np.float32(0.5)),
            "lists": (hot.tolist(), scores.tolist()),
            "no sample": (hot[:0], scores[:0]),
            "other batch": (hot, scores[:3]),
        }.items():
            case(f"{name} of {pair}", function, truth, predicted)
        case(f"{name} by names", function, ground_truth=hot, prediction=scores)
    for shape in SHAPES:
        case(f"flat {shape}", metrics.flatten_non_batch_dims, array(shape), array(shape, seed=1))
    _visualizers(package, case)
    return found


def visualizers(package: str) -> Any:
    """Return the module."""
    return import_module(f"{package}.visualizers.default_visualizers")


def _visualizers(package: str, case: Callable[..., None]) -> None:
    module = visualizers(package)
    for name, shape in product(SINGLE, SHAPES):
        call = getattr(module, f"default_{name}_visualizer")
        for dtype in ("float32", "float64", "uint8", "int64"):
            case(f"{name} {dtype}{shape}", call, array(shape, dtype))
    for name in SINGLE:
        call = getattr(module, f"default_{name}_visualizer")
        for label, value in {
            "constant": np.full((1, 5, 4, 3), 7, "float32"),
            "unit": array((1, 5, 4, 3), scale=1),
            "negative": -array((1, 5, 4, 3)),
            "texts": np.array([["a", "b"]]),
            "objects": np.array([["a", "b"]], object),
            "list": [[1.0, 2.0]],
            "list of texts": [["a", "b"]],
            "None": None,
        }.items():
            case(f"{name} of {label}", call, value)
    for mask, other in product(SHAPES, SHAPES):
        for dtype in ("float32", "int64"):
            pair = array(mask, dtype), array(other, dtype, seed=1)
            case(f"image mask {dtype}{mask} {other}", module.default_image_mask_visualizer, *pair)
            case(f"text mask {dtype}{mask} {other}", module.default_text_mask_visualizer, *pair)
    sounds = [*SHAPES, (3, 10), (10, 3), (3, 3), (1, 2, 5), (3000,), (4097,), (10000,), (2, 9000)]
    for shape, dtype in product(sounds, ("float32", "int16")):
        case(f"audio {dtype}{shape}", module.default_audio_visualizer, array(shape, dtype), 100)
    sound = array((50,))
    for rate in (0, -1, 8000, 8000.0, "8000", None):
        case(f"audio rate {rate!r}", module.default_audio_visualizer, sound, rate)
    for shape, axis, dtype in product(SHAPES, (-2, -1, 0, 1, 2), ("float32", "uint8", "float64")):
        picture = array(shape, dtype)
        name = f"audio visual {dtype}{shape} axis {axis}"
        case(name, module.default_audio_visualizer, sound, 10, picture, axis)
    case("audio list", module.default_audio_visualizer, sound.tolist(), 10)
    case("audio visual list", module.default_audio_visualizer, sound, 10, [1, 2, 3])
    case("audio long visual", module.default_audio_visualizer, sound, 10, array((5000,)))
