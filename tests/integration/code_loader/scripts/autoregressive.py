"""A model that is run again on what it gave, beside an input encoder."""

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LeapDataType
from code_loader.contract.visualizer_classes import LeapText
from code_loader.inner_leap_binder.leapbinder_decorators import *


@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation]
    return [PreprocessResponse(sample_ids=["p", "q"], state=state) for state in states]


@tensorleap_autoregressive_step()
def step(sample_id, prev_inputs, prev_outputs, state, preprocess):
    if prev_inputs is None:
        return {"x": np.float32([1, 2])}, {"count": 0}
    return None, state


@tensorleap_gt_encoder("y")
def y(sample_id, preprocess):
    return np.float32([1])


@tensorleap_model_loop()
def loop(model, sample_id, preprocess):
    inputs, state = step(sample_id, None, None, None, preprocess)
    while True:
        outputs = model([inputs["x"]])
        following, state = step(sample_id, inputs, outputs, state, preprocess)
        if following is None:
            return inputs, outputs, state
        inputs = following


@tensorleap_autoregressive_metric("steps")
def steps(outputs, state, truth):
    return float(state["count"])


@tensorleap_autoregressive_loss("cost")
def cost(outputs, truth):
    return 0.0


@tensorleap_autoregressive_visualizer("told", LeapDataType.Text)
def told(state) -> LeapText:
    return LeapText([str(state["count"])])


@tensorleap_load_model([PredictionTypeHandler("y", ["n"])])
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    inputs, outputs, state = loop(load_model(), sample_id, preprocess)
    truth = y(sample_id, preprocess)
    steps(outputs, state, truth)
    cost(outputs, truth)
    told(state)
