"""What a prediction says about each sample: predicted label, confidence, margin, entropy.

A *head* is one output of the model read as a classification (a score for each class), a yes/no score, or a
single number. Outputs of any other shape are left to the user's metrics and visualizers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.integration import Integration, Loss, Metric, Prediction

Array = NDArray[Any]
Columns = dict[str, Sequence[Any] | NDArray[Any]]
MAX_STORED_CLASSES = 1_024


class HeadKind(StrEnum):
    """How an output is read."""

    CLASSES = "classes"
    """``[B, C]`` with C >= 2: one score a class."""
    BINARY = "binary"
    """``[B]`` or ``[B, 1]`` with two labels: the score of the second."""
    NUMBER = "number"
    """``[B]`` or ``[B, 1]`` without labels: a predicted number."""


class Activation(StrEnum):
    """What turns an output into probabilities."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    NONE = "none"


@dataclass(frozen=True)
class Head:
    """One output of the model with what is needed to read it.

    Attributes:
        prediction: the output's name.
        kind: how it is read.
        activation: what turns it into probabilities.
        labels: one name a class; empty for numbers.
        truth: name of the ground truth it is compared with, if any.
        prefix: put before its field names when the model has several heads.
    """

    prediction: str
    kind: HeadKind
    activation: Activation
    labels: tuple[str, ...]
    truth: str | None
    prefix: str

    def fields(self) -> list[Field]:
        """The fields that :meth:`record` fills."""

        def make(name: str, type_: FieldType, description: str) -> Field:
            return Field(self.prefix + name, type_, FieldGroup.PREDICTION, description=description)

        if self.kind is HeadKind.NUMBER:
            made = [make("predicted", FieldType.FLOAT, "The number the model predicts.")]
            if self.truth:
                made.insert(0, make("label", FieldType.FLOAT, f"Ground truth {self.truth}."))
                made.append(make("error", FieldType.FLOAT, "Predicted number minus ground truth."))
            return made
        made = [
            make("predicted", FieldType.STRING, "The class with the highest score."),
            make("confidence", FieldType.FLOAT, "Probability of the predicted class, 0 to 1."),
            make(
                "margin", FieldType.FLOAT, "Probability of the predicted class minus the next one."
            ),
            make(
                "entropy",
                FieldType.FLOAT,
                "Entropy of the class probabilities in nats; 0 is certain.",
            ),
        ]
        if self.truth:
            made.insert(0, make("label", FieldType.STRING, f"Ground truth {self.truth}."))
            made.insert(2, make("correct", FieldType.BOOLEAN, "Whether predicted equals label."))
        return made

    def probabilities(self, output: Array) -> NDArray[np.float32]:
        """Turn a batch of this output into float32 probabilities ``[B, C]``."""
        scores: NDArray[np.float32] = np.asarray(output, np.float32).reshape(len(output), -1)
        match self.activation:
            case Activation.SOFTMAX:
                shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
                scores = shifted / shifted.sum(axis=1, keepdims=True)
            case Activation.SIGMOID:
                scores = (1 / (1 + np.exp(-np.clip(scores, -80, 80)))).astype(np.float32)
            case Activation.NONE:
                pass
        if self.kind is HeadKind.BINARY:
            scores = np.concatenate([1 - scores, scores], axis=1)
        return scores

    def record(
        self, output: Array, truth: Array | None
    ) -> tuple[Columns, NDArray[np.float32] | None]:
        """Return the head's columns for a batch, and the probabilities worth keeping.

        Args:
            output: the model's output, ``[B, ...]``.
            truth: the ground truth, ``[B]``, ``[B, 1]``, or one-hot ``[B, C]``; None for unlabeled.
        """
        columns: Columns = {}
        if self.kind is HeadKind.NUMBER:
            predicted = np.asarray(output, np.float64).reshape(len(output))
            columns["predicted"] = predicted
            if truth is not None:
                label = np.asarray(truth, np.float64).reshape(len(output))
                columns["label"] = label
                columns["error"] = predicted - label
            return self._prefixed(columns), None

        probabilities = self.probabilities(output)
        top = np.argmax(probabilities, axis=1)
        ordered = np.partition(probabilities, -2, axis=1)
        labels = np.array(self.labels, object)
        columns["predicted"] = labels[top]
        columns["confidence"] = ordered[:, -1]
        columns["margin"] = ordered[:, -1] - ordered[:, -2]
        columns["entropy"] = entropy(probabilities)
        if truth is not None:
            classes = class_indices(truth, len(self.labels))
            columns["label"] = _where_known(labels[classes], classes)
            columns["correct"] = _where_known(top == classes, classes)
        keep = probabilities.shape[1] <= MAX_STORED_CLASSES
        return self._prefixed(columns), probabilities if keep else None

    def _prefixed(self, columns: Columns) -> Columns:
        return {self.prefix + name: values for name, values in columns.items()}


def plan_heads(
    integration: Integration, outputs: Mapping[str, Array], truths: Mapping[str, Array]
) -> tuple[Head, ...]:
    """Decide how each output is read, from the integration and the results of a few samples.

    Args:
        integration: declares predictions, losses and metrics; as
            :func:`percepta.integration.complete` gave it.
        outputs: by prediction name, ``[N, ...]``.
        truths: by ground-truth name, ``[N, ...]``, of the same samples.
    """
    declared = {prediction.name: prediction for prediction in integration.predictions}
    heads = []
    for name, output in outputs.items():
        prediction = declared.get(name, Prediction(name))
        truth = _truth_of(integration, name, truths)
        head = _plan_head(prediction, output, truth, truths)
        if head is not None:
            heads.append(head)
    if len(heads) == 1:
        return tuple(heads)
    return tuple(
        Head(h.prediction, h.kind, h.activation, h.labels, h.truth, f"{h.prediction}_")
        for h in heads
    )


def _plan_head(
    prediction: Prediction, output: Array, truth: str | None, truths: Mapping[str, Array]
) -> Head | None:
    width = int(np.prod(output.shape[1:], dtype=int))
    flat = output.ndim == 1 or (output.ndim == 2 and prediction.channel_axis in (-1, 1))
    name, labels = prediction.name, prediction.labels
    if not flat:
        return None
    if width == 1 and labels is None:
        comparable = truth is not None and truths[truth].size == len(truths[truth])
        compared = truth if comparable else None
        return Head(name, HeadKind.NUMBER, Activation.NONE, (), compared, "")
    if width == 1 and labels is not None:
        pair = labels if len(labels) == 2 else (f"not {labels[0]}", labels[0])
        return Head(name, HeadKind.BINARY, _of_one_score(prediction, output), pair, truth, "")
    classes = truth is not None and _holds_classes(truths[truth], width)
    if labels is None and not classes:
        return None
    activation = Activation(prediction.activation or Activation.SOFTMAX)
    names = labels or tuple(str(index) for index in range(width))
    return Head(name, HeadKind.CLASSES, activation, names, truth if classes else None, "")


def _of_one_score(prediction: Prediction, output: Array) -> Activation:
    """Use what the integration says; else see whether the scores are probabilities already."""
    if prediction.activation is not None:
        return Activation(prediction.activation)
    inside = bool(np.all((output >= 0) & (output <= 1)))
    return Activation.NONE if inside else Activation.SIGMOID


def _truth_of(integration: Integration, prediction: str, truths: Mapping[str, Array]) -> str | None:
    """Return the ground truth that a loss or metric compares the prediction with, if one does."""
    parts: tuple[Loss | Metric, ...] = (*integration.losses, *integration.metrics)
    for part in parts:
        sources = [(c.source, c.name) for c in part.connections]
        if ("prediction", prediction) in sources:
            for source, name in sources:
                if source == "ground_truth" and name in truths:
                    return name
    if prediction in truths:
        return prediction
    return next(iter(truths)) if len(truths) == 1 else None


def _holds_classes(truth: Array, width: int) -> bool:
    values = truth.reshape(len(truth), -1)
    if values.shape[1] == 1:
        numbers = values.astype(np.float64)
        whole = bool(np.all(numbers == np.floor(numbers)))
        return whole and bool(np.all((numbers >= 0) & (numbers < width)))
    if values.shape[1] != width or truth.ndim != 2:
        return False
    shares = values.astype(np.float64)
    return bool(np.all(shares >= 0)) and bool(np.allclose(shares.sum(axis=1), 1, atol=1e-3))


def _where_known(values: Array, classes: NDArray[np.int64]) -> Array:
    """Return values ``[B]`` with None where a sample has no class."""
    if classes.min(initial=0) >= 0:
        return values
    known = values.astype(object)
    known[classes < 0] = None
    return known


def class_indices(truth: Array, width: int) -> NDArray[np.int64]:
    """Return class indices int64 ``[B]`` from indices or one-hot rows; -1 where there is none."""
    values = truth.reshape(len(truth), -1)
    if values.shape[1] > 1:
        chosen: NDArray[np.int64] = np.argmax(values.astype(np.float64), axis=1)
        return chosen
    numbers = np.nan_to_num(values[:, 0].astype(np.float64), nan=-1, posinf=-1, neginf=-1)
    indices = numbers.astype(np.int64)
    indices[(indices < 0) | (indices >= width)] = -1
    return indices


def entropy(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shannon entropy in nats of each row of ``[B, C]``, float32 ``[B]``."""
    safe = np.clip(probabilities, 1e-12, 1)
    result: NDArray[np.float32] = -(probabilities * np.log(safe)).sum(axis=1)
    return np.maximum(result, 0).astype(np.float32)
