"""Who survived the Titanic: ``percepta evaluate examples/titanic.py``.

A table, and a PyTorch module built here with weights from a file: the network of Captum's tutorial on the
Titanic, with its preparation of the features and its split.

What to look at: women and men lie apart (nine in ten neighbours have the same ``sex``), and passengers of the
second class are judged right far more often (0.93) than others (0.82).
"""

from __future__ import annotations

import csv

import numpy as np
from real_data import find

import percepta as pc

FEATURES = [
    "age", "sibsp", "parch", "fare", "female", "male",
    "embarked_C", "embarked_Q", "embarked_S", "class_1", "class_2", "class_3",
]  # fmt: skip


def passengers() -> list[dict[str, str]]:
    """The table as it is."""
    with find("titanic/titanic.csv").open() as file:
        return list(csv.DictReader(file))


def features(table: list[dict[str, str]]) -> np.ndarray:
    """The table as the network takes it, float32 ``[N, 12]``; the mean stands for what is missing."""

    def numbers(column: str) -> np.ndarray:
        values = np.array([float(row[column] or "nan") for row in table])
        return np.where(np.isnan(values), np.nanmean(values), values)

    def is_(column: str, value: str) -> np.ndarray:
        return np.array([row[column] == value for row in table])

    counted = [numbers(column) for column in ("Age", "SibSp", "Parch", "Fare")]
    kinds = {"Sex": ["female", "male"], "Embarked": ["C", "Q", "S"], "Pclass": ["1", "2", "3"]}
    chosen = [is_(column, value) for column, values in kinds.items() for value in values]
    return np.stack([*counted, *chosen], axis=1).astype(np.float32)


@pc.subsets
def subsets():
    """Seven of ten passengers for training, drawn as the tutorial draws them."""
    table = passengers()
    data = {"rows": table, "features": features(table)}
    order = np.random.RandomState(131254).choice(len(table), int(0.7 * len(table)), replace=False)
    rest = np.setdiff1d(np.arange(len(table)), order)
    return [pc.Samples("training", order.tolist(), data), pc.Samples("test", rest.tolist(), data)]


@pc.input("passenger")
def passenger(sample_id, samples):
    """The twelve features."""
    return samples.data["features"][sample_id]


@pc.ground_truth("survived")
def survived(sample_id, samples):
    """0 or 1."""
    return int(samples.data["rows"][sample_id]["Survived"])


@pc.metadata
def facts(sample_id, samples):
    """What the table says, before it was prepared; None is missing, and no number stands in for it."""
    row = samples.data["rows"][sample_id]
    return {
        "name": row["Name"],
        "sex": row["Sex"],
        "class": int(row["Pclass"]),
        "age": float(row["Age"]) if row["Age"] else None,
        "fare": float(row["Fare"]),
        "family": int(row["SibSp"]) + int(row["Parch"]),
        "embarked": row["Embarked"] or None,
    }


pc.use_loss("cross_entropy", prediction="scores", ground_truth="survived")
pc.use_metric("accuracy", prediction="scores", ground_truth="survived")


@pc.visualizer("features")
def shown(passenger):
    """What the network is told."""
    return pc.HorizontalBar(passenger, FEATURES)


@pc.model(predictions=[pc.Prediction("scores", ["died", "survived"], activation="none")])
def model():
    """Twelve features, two hidden layers; a file of weights alone needs the module around them."""
    import torch
    from torch import nn

    network = nn.Sequential()
    for number, (wide, narrow) in enumerate([(12, 12), (12, 8), (8, 2)], start=1):
        network.add_module(f"linear{number}", nn.Linear(wide, narrow))
        last = number == 3
        network.add_module(f"act{number}", nn.Softmax(dim=1) if last else nn.Sigmoid())
    weights = torch.load(find("models/tabular/captum_titanic.pt"), weights_only=True)
    network.load_state_dict(weights)
    return network
