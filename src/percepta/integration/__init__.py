"""What users write against: decorators, data sets, and the neutral ``Integration`` they end in."""

from percepta.integration.integration import (
    Connection,
    GroundTruthEncoder,
    InputEncoder,
    Integration,
    Loss,
    MetadataFunction,
    Metric,
    Prediction,
    Reader,
    Reading,
    Visualizer,
)
from percepta.integration.samples import Samples

__all__ = [
    "Connection",
    "GroundTruthEncoder",
    "InputEncoder",
    "Integration",
    "Loss",
    "MetadataFunction",
    "Metric",
    "Prediction",
    "Reader",
    "Reading",
    "Samples",
    "Visualizer",
]
