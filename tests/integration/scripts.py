"""Scripts for the tests: one that is right, and ways to break it."""

from __future__ import annotations

import textwrap
from pathlib import Path

GOOD = """
import numpy as np
import percepta as pc

@pc.subsets
def subsets():
    data = np.linspace(0, 1, 40 * 6, dtype=np.float32).reshape(40, 1, 2, 3)
    return [
        pc.Samples("training", ids=range(30), data=data),
        pc.Samples("validation", ids=range(30, 40), data=data),
    ]

@pc.input("image", channel_axis=0)
def image(sample_id, samples):
    return samples.data[sample_id]

@pc.ground_truth("digit")
def digit(sample_id, samples):
    return sample_id % 3

@pc.metadata("style")
def style(sample_id, samples):
    return {"mean": float(samples.data[sample_id].mean()), "even": sample_id % 2 == 0}

@pc.loss("cost")
def cost(digit, scores):
    return np.abs(scores.argmax(axis=1) - digit).astype(np.float32)

@pc.metric("closeness", direction="up")
def closeness(prediction, ground_truth):
    return {"top": prediction.max(axis=1), "low": prediction.min(axis=1)}

@pc.visualizer("picture")
def picture(image):
    return pc.Image(image[0] * 255)

@pc.model(predictions=[pc.Prediction("scores", labels=["a", "b", "c"])])
def model():
    return "model.onnx"
"""


def write(folder: Path, text: str = GOOD, name: str = "script.py") -> Path:
    """Write a script and return its path."""
    path = folder / name
    path.write_text(textwrap.dedent(text))
    return path


def changed(old: str, new: str) -> str:
    """Return the good script with one passage replaced."""
    assert GOOD.count(old) == 1, f"{old!r} is in the script {GOOD.count(old)} times"
    return GOOD.replace(old, new)


def line_of(text: str, marked: str = "# HERE") -> int:
    """Return the 1-based line that carries a mark."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if marked in line)
