"""Encoders, metadata, loss and visualizers, shared by both integration tests."""

from code_loader.contract.datasetclasses import DatasetMetadataType, MetricDirection
from code_loader.default_losses import *
from code_loader.default_metrics import categorical_crossentropy
from code_loader.inner_leap_binder.leapbinder_decorators import *
from code_loader.visualizers.default_visualizers import default_image_visualizer
from digits.preprocess import load

LABELS = [str(digit) for digit in range(10)]
SPLIT = 48_000


@tensorleap_preprocess()
def preprocess_func_leap() -> List[PreprocessResponse]:
    images, labels = load()
    train = {"images": images[:SPLIT], "labels": labels[:SPLIT]}
    validation = {"images": images[SPLIT:], "labels": labels[SPLIT:]}
    means = {d: train["images"][train["labels"][:, int(d)] == 1].mean(axis=0) / 255 for d in LABELS}
    leap_binder.cache_container["means"] = means
    return [
        PreprocessResponse(length=SPLIT, data=train, state=DataStateType.training),
        PreprocessResponse(
            length=len(labels) - SPLIT, data=validation, state=DataStateType.validation
        ),
    ]


@tensorleap_gt_encoder("classes")
def gt_encoder(idx: int, preprocess: PreprocessResponse) -> np.ndarray:
    return preprocess.data["labels"][idx].astype("float32")


@tensorleap_metadata("digit")
def metadata_digit(idx: int, preprocess: PreprocessResponse) -> Dict[str, Union[int, str]]:
    digit = int(gt_encoder(idx, preprocess).argmax())
    return {"label": digit, "even_odd": "even" if digit % 2 == 0 else "odd"}


@tensorleap_metadata("distance_to_mean")
def metadata_distance(idx: int, preprocess: PreprocessResponse) -> float:
    mean = leap_binder.cache_container["means"][str(gt_encoder(idx, preprocess).argmax())]
    return np.linalg.norm(mean - preprocess.data["images"][idx] / 255)


@tensorleap_custom_metric("metrics", direction=MetricDirection.Upward)
def metrics(prediction: np.ndarray) -> Dict[str, np.ndarray]:
    return {"top": prediction.max(axis=-1), "index": prediction.argmax(axis=-1)}


@tensorleap_custom_loss("categorical_crossentropy_loss")
def loss(ground_truth: np.array, prediction: np.array) -> np.array:
    return categorical_crossentropy(ground_truth, prediction)


@tensorleap_custom_visualizer("bars", LeapHorizontalBar.type)
def bars(data: np.ndarray, gt: np.ndarray) -> LeapHorizontalBar:
    return LeapHorizontalBar(np.squeeze(data), gt=np.squeeze(gt), labels=LABELS)
