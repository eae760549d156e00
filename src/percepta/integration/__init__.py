"""What users write against: decorators, data sets, and the neutral ``Integration`` they end in."""

from percepta.core.confusion import Decision
from percepta.integration import losses, metrics
from percepta.integration.check import check
from percepta.integration.check_report import CheckReport
from percepta.integration.collecting import collecting, use_loss, use_metric
from percepta.integration.datasets import from_datasets
from percepta.integration.decorators import (
    file_encoder,
    ground_truth,
    input,
    latent_space,
    loss,
    mask,
    metadata,
    metric,
    model,
    predictions,
    subsets,
    target,
    training_curves,
    visualizer,
)
from percepta.integration.defaults import complete
from percepta.integration.integration import Integration, Reader, Reading
from percepta.integration.measuring import Batch, Measures, measure
from percepta.integration.parts import (
    Connection,
    FileEncoder,
    GroundTruthEncoder,
    InputEncoder,
    LatentSpace,
    Loss,
    MaskFunction,
    MetadataFunction,
    Metric,
    Prediction,
    TargetFunction,
    Visualizer,
)
from percepta.integration.reading import read_spread
from percepta.integration.samples import SampleBatch, Samples
from percepta.integration.script import load_script
from percepta.integration.showing import show
from percepta.integration.training_files import read_training_curves

__all__ = [
    "Batch",
    "CheckReport",
    "Connection",
    "Decision",
    "FileEncoder",
    "GroundTruthEncoder",
    "InputEncoder",
    "Integration",
    "LatentSpace",
    "Loss",
    "MaskFunction",
    "Measures",
    "MetadataFunction",
    "Metric",
    "Prediction",
    "Reader",
    "Reading",
    "SampleBatch",
    "Samples",
    "TargetFunction",
    "Visualizer",
    "check",
    "collecting",
    "complete",
    "file_encoder",
    "from_datasets",
    "ground_truth",
    "input",
    "latent_space",
    "load_script",
    "loss",
    "losses",
    "mask",
    "measure",
    "metadata",
    "metric",
    "metrics",
    "model",
    "predictions",
    "read_spread",
    "read_training_curves",
    "show",
    "subsets",
    "target",
    "training_curves",
    "use_loss",
    "use_metric",
    "visualizer",
]
