"""Objects in samples: each is a row of its own."""

import numpy as np
from code_loader.contract.datasetclasses import (
    ElementInstance,
    PredictionTypeHandler,
    PreprocessResponse,
)
from code_loader.contract.enums import DatasetMetadataType, DataStateType
from code_loader.inner_leap_binder.leapbinder_decorators import *

OBJECTS = {"a": 2, "b": 0, "c": 1}


@tensorleap_instances_length_encoder("objects")
def count(sample_id, preprocess) -> int:
    return OBJECTS[sample_id]


@tensorleap_instances_masks_encoder("objects")
def mask(sample_id, preprocess, instance_id) -> ElementInstance:
    where = np.zeros((4, 4), np.float32)
    where[instance_id] = 1
    metadata = {"row": instance_id, "kind": "stripe", "size": None}
    return ElementInstance(f"{sample_id}{instance_id}", where, metadata)


@tensorleap_element_instance_preprocess(count, mask, {"size": DatasetMetadataType.float})
def preprocess():
    return [
        PreprocessResponse(sample_ids=["a", "b"], state=DataStateType.training),
        PreprocessResponse(sample_ids=["c"], state=DataStateType.validation),
    ]


@tensorleap_input_encoder("image", channel_dim=-1)
def image(sample_id, preprocess):
    return np.full((4, 4, 1), ord(sample_id), np.float32)


@tensorleap_gt_encoder("number")
def number(sample_id, preprocess):
    return np.float32([OBJECTS[sample_id]])


@tensorleap_custom_loss("gap")
def gap(truth, guess):
    return np.abs(truth - guess)[:, 0]


@tensorleap_custom_instances_metric("place")
def place(image):
    return {row: np.float32([10.0, 20.0]) + float(image[row].mean()) for row in range(len(image))}


@tensorleap_load_model([PredictionTypeHandler("number", ["n"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    x = image(sample_id, preprocess)
    gap(number(sample_id, preprocess), load_model()(x))
    place(x)
