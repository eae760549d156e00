"""The usual script: decorators, and an integration test that tells the wiring."""

from typing import List

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LeapDataType, MetricDirection
from code_loader.contract.visualizer_classes import LeapHorizontalBar, LeapImage
from code_loader.inner_leap_binder.leapbinder_decorators import (
    tensorleap_custom_loss,
    tensorleap_custom_metric,
    tensorleap_custom_visualizer,
    tensorleap_gt_encoder,
    tensorleap_input_encoder,
    tensorleap_integration_test,
    tensorleap_load_model,
    tensorleap_metadata,
    tensorleap_preprocess,
)

LABELS = ["cat", "dog", "owl"]


@tensorleap_preprocess()
def preprocess() -> List[PreprocessResponse]:
    pictures = np.linspace(0, 1, 12 * 4 * 4).reshape(12, 4, 4, 1).astype(np.float32)
    states = (DataStateType.training, DataStateType.validation, DataStateType.test)
    return [
        PreprocessResponse(
            data=pictures, sample_ids=[str(i) for i in range(4 * n, 4 * n + 4)], state=state
        )
        for n, state in enumerate(states)
    ]


@tensorleap_input_encoder("image", channel_dim=-1)
def image(sample_id: str, preprocess: PreprocessResponse) -> np.ndarray:
    return preprocess.data[int(sample_id)]


@tensorleap_gt_encoder("animal")
def animal(sample_id: str, preprocess: PreprocessResponse) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[int(sample_id) % 3]


@tensorleap_metadata("picture")
def describe(sample_id: str, preprocess: PreprocessResponse) -> dict:
    mean = float(preprocess.data[int(sample_id)].mean())
    return {
        "mean": mean,
        "number": int(sample_id),
        "even": int(sample_id) % 2 == 0,
        "file": "a.png",
    }


@tensorleap_metadata("bright")
def bright(sample_id: str, preprocess: PreprocessResponse) -> bool:
    return bool(image(sample_id, preprocess).mean() > 0.5)


@tensorleap_custom_loss("cross_entropy")
def cross_entropy(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    return -(truth * np.log(np.clip(prediction, 1e-7, 1))).sum(axis=-1)


@tensorleap_custom_metric("hit", direction=MetricDirection.Upward)
def hit(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    return (truth.argmax(-1) == prediction.argmax(-1)).astype(np.float32)


@tensorleap_custom_visualizer("bars", LeapDataType.HorizontalBar)
def bars(values: np.ndarray) -> LeapHorizontalBar:
    return LeapHorizontalBar(values[0], LABELS)


@tensorleap_custom_visualizer("picture", LeapDataType.Image)
def picture(image: np.ndarray) -> LeapImage:
    return LeapImage((image[0] * 255).astype(np.uint8))


@tensorleap_load_model([PredictionTypeHandler("animals", LABELS, channel_dim=-1)])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    x = image(sample_id, preprocess)
    picture(x)
    model = load_model()
    prediction = model(x)
    truth = animal(sample_id, preprocess)
    cross_entropy(truth, prediction)
    hit(prediction=prediction, truth=truth)
    bars(prediction)
    bars(truth)
    bars(prediction)
    describe(sample_id, preprocess)
