"""Visualizers with functions that bring heat maps to what they show; older connects_to; built-in names."""

import numpy as np
from code_loader.contract.datasetclasses import (
    PredictionTypeHandler,
    PreprocessResponse,
    RawInputsForHeatmap,
)
from code_loader.contract.enums import DataStateType, LeapDataType
from code_loader.contract.mapping import leap_output
from code_loader.contract.visualizer_classes import LeapImage, LeapText
from code_loader.default_metrics import mean_absolute_error_dimension_reduced
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation, DataStateType.unlabeled]
    return [PreprocessResponse(sample_ids=["p"], state=state) for state in states]


@tensorleap_input_encoder("image", channel_dim=-1, model_input_index=0)
def image(sample_id, preprocess):
    return np.arange(16, dtype=np.float32).reshape(4, 4, 1)


@tensorleap_gt_encoder("value")
def value(sample_id, preprocess):
    return np.float32([1])


def half(image: np.ndarray) -> np.ndarray:
    return image[0, ::2, ::2, 0].astype(np.float32)


def half_of_raw(image: np.ndarray, raw: RawInputsForHeatmap) -> np.ndarray:
    return half(image) * raw.raw_input_by_vizualizer_arg_name["image"].max()


@tensorleap_custom_visualizer(
    "small",
    LeapImage.type,
    heatmap_function=half,
    connects_to={"small one": (image,), "of the model": (leap_output(0),)},
)
def small(image: np.ndarray) -> LeapImage:
    return LeapImage(image[0, ::2, ::2].astype(np.uint8))


@tensorleap_custom_visualizer(
    "small raw", LeapDataType.Image, heatmap_function=half_of_raw, connects_to={"raw": (image,)}
)
def small_raw(image: np.ndarray) -> LeapImage:
    return LeapImage(image[0, ::2, ::2].astype(np.uint8))


@tensorleap_custom_visualizer("unbatched", LeapDataType.Text, connects_to={"unbatched": (value,)})
def unbatched(values: np.ndarray) -> LeapText:
    return LeapText([f"{float(v):.1f}" for v in values])


@tensorleap_custom_loss("far", connects_to={"far": (value, leap_output(0))})
def far(truth: np.ndarray, guess: np.ndarray) -> np.ndarray:
    return mean_absolute_error_dimension_reduced(truth, guess)


leap_binder.add_prediction("value", ["v"], prediction_index=0)
