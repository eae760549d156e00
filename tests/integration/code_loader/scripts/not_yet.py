"""Simulations and models that run on what they gave, beside what works."""

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LeapDataType
from code_loader.contract.visualizer_classes import LeapText
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation]
    return [PreprocessResponse(sample_ids=["p", "q"], state=state) for state in states]


@tensorleap_simulation("noise", {"level": {"type": "float", "bounds": {"min": 0.0, "max": 1.0}}})
def noise(level, N, seed):
    return PreprocessResponse(
        sample_ids=[f"n{i}" for i in range(N)], state=DataStateType.additional
    )


@tensorleap_input_encoder("x", channel_dim=-1)
def x(sample_id, preprocess):
    return np.float32([1, 2])


@tensorleap_gt_encoder("y")
def y(sample_id, preprocess):
    return np.float32([1])


@tensorleap_custom_loss("gap")
def gap(truth, guess):
    return np.abs(truth - guess)[:, 0]


@tensorleap_load_model([PredictionTypeHandler("y", ["n"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    gap(y(sample_id, preprocess), load_model()(x(sample_id, preprocess)))
