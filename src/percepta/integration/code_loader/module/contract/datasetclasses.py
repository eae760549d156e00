"""`code_loader.contract.datasetclasses`: the public home of the data classes of scripts.

The classes themselves live in the modules beside this one. What scripts get from a star import,
typing names included, is gathered here.
"""

# ruff: noqa: F401, UP035
# mypy: implicit-reexport
from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Literal, Optional, Tuple, Type, Union, cast

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.elements import (
    ConfusionMatrixElement,
    DatasetSample,
    ElementInstance,
    PredictionTypeHandler,
    RawInputsForHeatmap,
    SamplePreprocessResponse,
)
from percepta.integration.code_loader.module.contract.enums import (
    ConfusionMatrixValue,
    CustomLatentSpaceComputedAt,
    DatasetMetadataType,
    DataStateEnum,
    DataStateType,
    LatentSpaceReduction,
    LeapDataType,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.handlers import (
    AutoregressiveLossHandler,
    AutoregressiveMetricHandler,
    AutoregressiveStepHandler,
    AutoregressiveVisualizerHandler,
    CustomLatentSpaceHandler,
    CustomLayerHandler,
    CustomLossHandler,
    CustomLossHandlerData,
    DatasetBaseHandler,
    DatasetIntegrationSetup,
    ElementInstanceMasksHandler,
    FalsePositiveInstancesHandler,
    GroundTruthHandler,
    InputHandler,
    InstanceMetricHandler,
    MetadataHandler,
    MetricHandler,
    MetricHandlerData,
    PreprocessHandler,
    SimulationHandler,
    UnlabeledDataPreprocessHandler,
    VisualizerHandler,
    VisualizerHandlerData,
)
from percepta.integration.code_loader.module.contract.interfaces import (
    AutoregressiveChainState,
    AutoregressiveStepCallableInterface,
    ConfusionMatrixCallableInterface,
    ConfusionMatrixCallableInterfaceMultiArgs,
    CustomCallableInterface,
    CustomCallableInterfaceMultiArgs,
    CustomMultipleReturnCallableInterfaceMultiArgs,
    InstanceCallableInterface,
    InstanceLengthCallableInterface,
    InstanceSectionCallableInterface,
    MetadataSectionCallableInterface,
    MetricCallableReturnType,
    SectionCallableInterface,
    VisualizerCallableInterface,
)
from percepta.integration.code_loader.module.contract.preprocess_response import (
    PreprocessResponse,
    SampleId,
)
from percepta.integration.code_loader.module.contract.sim_config import SimConfig
from percepta.integration.code_loader.module.contract.visualizer_classes import (
    LeapAudio,
    LeapData,
    LeapGraph,
    LeapHorizontalBar,
    LeapImage,
    LeapImageMask,
    LeapImageWithBBox,
    LeapImageWithHeatmap,
    LeapPointCloud,
    LeapText,
    LeapTextMask,
    LeapVideo,
)

custom_latent_space_attribute = "custom_latent_space"
MAX_CUSTOM_LATENT_SPACES = 10
MAX_CUSTOM_LATENT_SPACE_DIM = 4096
CUSTOM_LATENT_SPACE_WARN_DIM = 1024
AUTOREGRESSIVE_LATENT_SPACE_AGGREGATIONS = ("last_step", "mean")
AUTOREGRESSIVE_IMPLICIT_ARG_NAMES = ("inputs", "outputs", "state")
