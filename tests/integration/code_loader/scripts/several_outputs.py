"""Two inputs by their ONNX names, two outputs, uses named by hand, one input the model does not take."""

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LeapDataType, MetricDirection
from code_loader.contract.visualizer_classes import LeapGraph
from code_loader.inner_leap_binder.leapbinder_decorators import *

HERE = os.path.dirname(os.path.abspath(__file__))  # `os` comes from the star


@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation]
    return [
        PreprocessResponse(sample_ids=[1, 2, 3], data=n, state=s, sample_id_type=int)
        for n, s in enumerate(states)
    ]


@tensorleap_input_encoder("left", channel_dim=1)
def left(sample_id, preprocess):
    return np.full((2, 5), sample_id, np.float32)


@tensorleap_input_encoder("right")
def right(sample_id, preprocess):
    return np.full((3,), preprocess.data, np.float32)


@tensorleap_input_encoder("weight")
def weight(sample_id, preprocess):
    return np.float32([0.5])


@tensorleap_gt_encoder("target")
def target(sample_id, preprocess):
    return np.float32([sample_id])


@tensorleap_custom_metric(
    "errors",
    direction={"low": MetricDirection.Downward, "high": MetricDirection.Upward},
    compute_insights={"low": True, "high": False},
)
def errors(first, second, truth):
    low = np.abs(first - truth).mean(axis=1)
    return {"low": low, "high": [float(v) for v in second.max(axis=1)]}


@tensorleap_custom_loss("weighted")
def weighted(prediction, truth, weight):
    return (weight * np.abs(prediction - truth)).mean(axis=1)


@tensorleap_custom_visualizer("graph", LeapDataType.Graph)
def graph(line) -> LeapGraph:
    return LeapGraph(np.asarray(line[0], np.float32).reshape(-1, 1))


@tensorleap_load_model(
    [PredictionTypeHandler("value", ["v"], 1), PredictionTypeHandler("spread", ["a", "b"])]
)
def load_model():
    raise RuntimeError("no model is opened to look at a script")


@tensorleap_integration_test()
def integration_test(idx, responses):
    a, b, w = left(idx, responses), right(idx, responses), weight(idx, responses)
    session = load_model()
    names = session.get_inputs()
    results = session.run(None, {names[0].name: b, names[1].name: a})
    truth = target(idx, responses)
    errors(results[0], results["spread"], truth)
    errors(results["value"], truth=truth, second=results[1])
    weighted(results[0], truth, w)
    graph(a, user_unique_name="left graph")
    graph(line=b)
    graph(results[1])
    graph(w)
