"""Spoken words: ``percepta evaluate examples/keyword_spotting.py``.

The model is the keyword spotter of MLPerf Tiny, a small convolutional network; it hears 49 frames of
10 cepstral coefficients a second.

What to look at: "Silence" lies by itself and is never missed; "Down" and "Go" are missed most (accuracy 0.73
and 0.80).
"""

from __future__ import annotations

import numpy as np
from real_data import find

import percepta as pc

WORDS = "Down Go Left No Off On Right Stop Up Yes Silence Unknown".split()
ZERO, STEP = 83, 0.5847029  # the features were kept as whole numbers: (kept - ZERO) * STEP


@pc.subsets
def subsets():
    """500 recordings of one second."""
    archive = dict(np.load(find("speech_commands_mfcc/kws01_500.npz")))
    return [pc.Samples("test", len(archive["labels"]), archive)]


@pc.input("sound", channel_axis=-1)
def sound(sample_id, samples):
    """Coefficients by time ``[49, 10, 1]``."""
    return (samples.data["mfcc_int8"][sample_id].astype(np.float32) - ZERO) * np.float32(STEP)


@pc.ground_truth("word")
def word(sample_id, samples):
    """The number of the word."""
    return samples.data["labels"][sample_id]


@pc.metadata
def facts(sample_id, samples):
    """How loud it is and when: the first coefficient is the energy of a frame."""
    energy = sound(sample_id, samples)[:, 0, 0]
    return {
        "loudness": float(energy.mean()),
        "dynamics": float(energy.max() - energy.min()),
        "loudest_at": int(energy.argmax()) / len(energy),  # in seconds
    }


pc.use_loss("cross_entropy", prediction="scores", ground_truth="word")
pc.use_metric("accuracy", prediction="scores", ground_truth="word")
pc.use_metric("top_3", prediction="scores", ground_truth="word")


def as_drawn(sound):
    """Time from left to right, coefficients upwards, pixels large enough to see."""
    return np.kron(sound[:, ::-1, 0].T, np.ones((16, 4)))


@pc.visualizer("spectrum", heatmap=lambda heats, arrays: as_drawn(heats["sound"][0]))
def spectrum(sound):
    """Time from left to right, coefficients upwards, each as bright as it is large among its kind."""
    low, high = sound.min(axis=0), sound.max(axis=0)
    return pc.Image(as_drawn((sound - low) / np.maximum(high - low, 1e-6)) * 255)


@pc.visualizer("energy over time")
def energy(sound):
    """The first three coefficients as curves."""
    return pc.Graph(sound[:, :3, 0], "seconds", "value", (0.0, 1.0), ["energy", "second", "third"])


@pc.visualizer("probabilities")
def probabilities(scores, word):
    """Probability of each word, beside the true one."""
    return pc.HorizontalBar(scores, WORDS, truth=np.eye(len(WORDS))[word])


@pc.model(predictions=[pc.Prediction("scores", labels=WORDS, activation="none")])
def model():
    """Converted from TensorFlow Lite with tf2onnx."""
    return find("models/audio/mlperftiny_kws.converted.onnx")
