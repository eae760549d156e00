"""The Keras model of the example, whose file fixes the batch at one."""

from code_loader.contract.datasetclasses import PredictionTypeHandler
from code_loader.plot_functions.visualize import visualize
from digits.preprocess import model_file
from leap_binder import *


@tensorleap_input_encoder("image", channel_dim=-1)
def input_encoder(idx: int, preprocess: PreprocessResponse) -> np.ndarray:
    return (preprocess.data["images"][idx] / 255).astype("float32")


@tensorleap_custom_visualizer("picture", LeapDataType.Image)
def picture(data: np.float32):
    return default_image_visualizer(data)


@tensorleap_load_model([PredictionTypeHandler("classes", LABELS, channel_dim=-1)])
def load_model():
    import keras

    return keras.models.load_model(model_file("tensorleap_mnist.h5"))


@tensorleap_integration_test()
def check_custom_test_mapping(idx, subset):
    image = input_encoder(idx, subset)
    gt = gt_encoder(idx, subset)
    y_pred = load_model()([image])
    both = bars(y_pred, gt)
    visualize(both)
    visualize(picture(image))
    metrics(y_pred)
    loss(gt, y_pred)
    metadata_digit(idx, subset)
    metadata_distance(idx, subset)


if __name__ == "__main__":
    check_custom_test_mapping(0, preprocess_func_leap()[0])
