"""The ONNX model of the example, which gives logits for channel-first pixels of 0 to 255."""

import onnxruntime
from code_loader.contract.datasetclasses import PredictionTypeHandler
from digits.preprocess import model_file
from leap_binder import *


@tensorleap_input_encoder("pixels", channel_dim=1)
def pixels(idx: int, preprocess: PreprocessResponse) -> np.ndarray:
    return preprocess.data["images"][idx].astype("float32").transpose(2, 0, 1)


@tensorleap_custom_loss("softmax_loss")
def softmax_loss(ground_truth: np.ndarray, logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=-1)) - (shifted * ground_truth).sum(axis=-1)


@tensorleap_load_model([PredictionTypeHandler("classes", LABELS, channel_dim=-1)])
def load_model():
    return onnxruntime.InferenceSession(model_file("mnist-12.onnx"))


@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    x = pixels(sample_id, preprocess)
    session = load_model()
    logits = session.run(None, {session.get_inputs()[0].name: x})[0]
    gt = gt_encoder(sample_id, preprocess)
    softmax_loss(gt, logits)
    metrics(logits)
    bars(logits, gt)
