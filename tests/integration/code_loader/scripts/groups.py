"""Ids in groups: encoders are given a whole group."""

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType
from code_loader.inner_leap_binder.leapbinder_decorators import *

calls = []


@tensorleap_preprocess()
def preprocess():
    return [
        PreprocessResponse(sample_ids=[["a", "b"], ["c"]], state=DataStateType.training),
        PreprocessResponse(sample_ids=[["d", "e", "f"]], state=DataStateType.validation),
    ]


@tensorleap_input_encoder("letter", channel_dim=-1)
def letter(group, preprocess):
    calls.append(list(group))
    return np.float32([[ord(one), len(group)] for one in group])


@tensorleap_gt_encoder("truth")
def truth(group, preprocess):
    return [np.float32([ord(one) % 2]) for one in group]


@tensorleap_metadata("code")
def code(group, preprocess):
    return [{"text": one, "number": ord(one)} for one in group]


@tensorleap_custom_loss("gap")
def gap(truth, guess):
    return np.abs(truth - guess)[:, 0]


@tensorleap_load_model([PredictionTypeHandler("guess", ["g"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(group, preprocess):
    letters = letter(group, preprocess)
    guess = load_model()(letters[0])
    gap(truth(group, preprocess)[0], guess)
