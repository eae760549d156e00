"""What scripts of years ago use, and the real package no longer has."""

import numpy as np
from code_loader.contract.datasetclasses import ElementInstance, PreprocessResponse
from code_loader.contract.enums import LeapDataType
from code_loader.contract.visualizer_classes import LeapText
from code_loader.inner_leap_binder.inner_classes import leap_input, leap_output
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_instances_masks_encoder("image")
def masks(sample_id, preprocess) -> List[ElementInstance]:
    count = int(sample_id)
    return [ElementInstance(f"object {i}", np.full((2, 2), i, np.float32)) for i in range(count)]


@tensorleap_element_instance_preprocess(masks)
def preprocess():
    return [PreprocessResponse(sample_ids=["1", "2"]), PreprocessResponse(sample_ids=["0"])]


@tensorleap_input_encoder("size")
def size(sample_id, preprocess):
    return np.float32([float(sample_id)])


@tensorleap_input_encoder("image")
def image(sample_id, preprocess):
    return np.zeros((2, 2, 1), np.float32)


@tensorleap_gt_encoder("count")
def count(sample_id, preprocess):
    return np.float32([float(sample_id)])


@tensorleap_custom_metric("gap", connects_to={"to the truth": (count, leap_output(0))})
def gap(truth, guess):
    return np.abs(truth - guess)[:, 0]


@tensorleap_custom_visualizer("text", LeapDataType.Text, connects_to={"seen": (leap_input(1),)})
def text(values) -> LeapText:
    return LeapText([str(float(v)) for v in np.ravel(values)])


leap_binder.add_prediction(name="count", labels=["n"])
leap_binder.set_model_inputs((image, size))
