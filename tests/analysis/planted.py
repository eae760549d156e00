"""Vectors with groups that are known."""

from __future__ import annotations

import numpy as np


def planted(n: int, groups: int, width: int = 24, seed: int = 0, spread: float = 0.35):
    """Return float32 [n, width] in well separated Gaussian groups, and the group of each row."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, width))
    group = rng.integers(0, groups, n)
    vectors = centres[group] + spread * rng.normal(size=(n, width))
    return vectors.astype(np.float32), group


def digits():
    """Return the 1,797 digits of scikit-learn, float32 [1797, 64], and their labels."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images.astype(np.float32), labels
