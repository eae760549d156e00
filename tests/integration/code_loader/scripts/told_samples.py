"""Functions that are told who the samples are; decisions; unlabeled and additional samples."""

from typing import List

import numpy as np
from code_loader.contract.datasetclasses import (
    ConfusionMatrixElement,
    PredictionTypeHandler,
    PreprocessResponse,
    SamplePreprocessResponse,
)
from code_loader.contract.enums import (
    ConfusionMatrixValue,
    DatasetMetadataType,
    DataStateType,
    LeapDataType,
)
from code_loader.contract.visualizer_classes import LeapText
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_preprocess()
def preprocess():
    return [
        PreprocessResponse(
            sample_ids=[f"{state.value}{i}" for i in range(3)], data={"scale": 2.0}, state=state
        )
        for state in DataStateType
    ]


@tensorleap_input_encoder("points", channel_dim=-1)
def points(sample_id, preprocess):
    return np.arange(6, dtype=np.float32).reshape(3, 2) + len(sample_id)


@tensorleap_gt_encoder("classes")
def classes(sample_id, preprocess):
    assert preprocess.state != DataStateType.unlabeled
    return np.float32([1, 0])


@tensorleap_metadata(
    "maybe", metadata_type={"a": DatasetMetadataType.float, "b": DatasetMetadataType.string}
)
def maybe(sample_id, preprocess):
    return {"a": float("nan"), "b": None}


@tensorleap_custom_metric("confusion")
def confusion(truth, guess) -> List[List[ConfusionMatrixElement]]:
    values = {True: ConfusionMatrixValue.Positive, False: ConfusionMatrixValue.Negative}
    return [
        [
            ConfusionMatrixElement(label, values[bool(t[i])], float(g[i]))
            for i, label in enumerate("ab")
        ]
        for t, g in zip(truth, guess)
    ]


@tensorleap_custom_metric("scaled")
def scaled(samples: SamplePreprocessResponse, guess: np.ndarray):
    return guess[:, 0] * samples.preprocess_response.data["scale"]


@tensorleap_custom_loss("loss")
def loss(truth: np.ndarray, guess: np.ndarray, samples: SamplePreprocessResponse):
    assert len(samples.sample_ids) == len(truth)
    return np.abs(truth - guess).sum(axis=-1)


@tensorleap_custom_visualizer("name", LeapDataType.Text)
def name(samples: SamplePreprocessResponse) -> LeapText:
    return LeapText([str(samples.sample_ids[0])])


@tensorleap_load_model([PredictionTypeHandler("classes", ["a", "b"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    guess = load_model()(points(sample_id, preprocess))
    truth = classes(sample_id, preprocess)
    told = SamplePreprocessResponse(np.array([sample_id]), preprocess)
    confusion(truth, guess)
    scaled(told, guess)
    loss(truth, guess, samples=told)
    name(told)
    name(samples=told)
