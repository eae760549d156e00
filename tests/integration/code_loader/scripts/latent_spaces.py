"""Latent spaces of both kinds, and a layer of the script's own."""

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LatentSpaceReduction
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation]
    return [PreprocessResponse(sample_ids=["p", "q"], state=state) for state in states]


@tensorleap_input_encoder("x", channel_dim=-1)
def x(sample_id, preprocess):
    return np.float32([1, 2, 3, ord(sample_id)])


@tensorleap_custom_latent_space()
def of_samples(sample_id, preprocess: PreprocessResponse):
    return np.float32([ord(sample_id), 1.0])


@tensorleap_custom_latent_space(
    "pooled", use_ls_for_analysis=True, reduce=LatentSpaceReduction.MEAN_POOL, channel_axis=1
)
def of_the_model(first: np.ndarray, second: np.ndarray):
    return np.stack([first, second], axis=1)


class Twice:
    def __init__(self, factor=2.0, name="twice"):
        self.factor = factor

    def call(self, inputs, training=None):
        return inputs * self.factor


leap_binder.set_custom_layer(Twice, "Double")


@tensorleap_load_model([PredictionTypeHandler("y", ["a", "b", "c", "d"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    given = x(sample_id, preprocess)
    of_the_model(given, load_model()([given]))
    of_samples(sample_id, preprocess)
