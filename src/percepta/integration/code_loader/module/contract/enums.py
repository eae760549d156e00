"""`code_loader.contract.enums`: the words scripts choose from."""

from __future__ import annotations

from enum import Enum, IntEnum


class MetricEnum(Enum):
    """Metrics known by name."""

    MeanSquaredError = "MeanSquaredError"
    MeanSquaredLogarithmicError = "MeanSquaredLogarithmicError"
    MeanAbsoluteError = "MeanAbsoluteError"
    MeanAbsolutePercentageError = "MeanAbsolutePercentageError"
    Accuracy = "Accuracy"
    BinaryAccuracy = "BinaryAccuracy"
    MeanIOU = "MeanIOU"
    ConfusionMatrixClassification = "ConfusionMatrixClassification"
    ConfusionMatrixBinaryClassification = "ConfusionMatrixBinaryClassification"


Metric = MetricEnum


class LeapDataType(Enum):
    """What a visualizer returns."""

    Image = "Image"
    Text = "Text"
    Graph = "Graph"
    HorizontalBar = "HorizontalBar"
    ImageMask = "ImageMask"
    TextMask = "TextMask"
    ImageWithBBox = "ImageWithBBox"
    ImageWithHeatmap = "ImageWithHeatmap"
    Video = "Video"
    Audio = "Audio"
    PointCloud = "PointCloud"


class MetricDirection(Enum):
    """Which way a metric is better."""

    Upward = "Upward"
    Downward = "Downward"


class DatasetMetadataType(Enum):
    """Type of a metadata field."""

    float = "float"
    string = "string"
    int = "int"
    boolean = "boolean"


class DataStateType(Enum):
    """A subset, by name."""

    training = "training"
    validation = "validation"
    test = "test"
    unlabeled = "unlabeled"
    additional = "additional"


class DataStateEnum(IntEnum):
    """A subset, by number."""

    training = 0
    validation = 1
    test = 2
    unlabeled = 3
    additional = 4


class ConfusionMatrixValue(Enum):
    """Whether the ground truth says yes."""

    Positive = "Positive"
    Negative = "Negative"


class TestingSectionEnum(Enum):
    """Sections of a parse report."""

    Warnings = "Warnings"
    Errors = "Errors"


class LatentSpaceReduction(Enum):
    """How a latent space of one's own becomes a vector."""

    MEAN_POOL = "MEAN_POOL"
    RANDOM_PROJECTION = "RANDOM_PROJECTION"


class CustomLatentSpaceComputedAt(Enum):
    """Whether a latent space of one's own is made from the data or by the model."""

    DATASET = "dataset"
    MODEL = "model"
