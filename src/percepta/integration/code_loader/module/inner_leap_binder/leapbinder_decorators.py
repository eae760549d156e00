"""Every decorator, and every name that scripts get by ``from … import *``."""

# ruff: noqa: F401, UP035 - scripts that star-import rely on all of these names
import copy
import functools
import hashlib
import inspect
import logging
import os
import typing
import warnings
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import (
    Any,
    Callable,
    DefaultDict,
    Dict,
    List,
    Optional,
    Set,
    Union,
    get_args,
    get_origin,
)

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.datasetclasses import (
    CUSTOM_LATENT_SPACE_WARN_DIM,
    MAX_CUSTOM_LATENT_SPACE_DIM,
    AutoregressiveStepCallableInterface,
    ConfusionMatrixCallableInterfaceMultiArgs,
    ConfusionMatrixElement,
    CustomCallableInterface,
    CustomCallableInterfaceMultiArgs,
    CustomMultipleReturnCallableInterfaceMultiArgs,
    ElementInstance,
    InstanceCallableInterface,
    InstanceLengthCallableInterface,
    InstanceSectionCallableInterface,
    MetadataSectionCallableInterface,
    PredictionTypeHandler,
    PreprocessResponse,
    SamplePreprocessResponse,
    SectionCallableInterface,
    VisualizerCallableInterface,
)
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
    DatasetMetadataType,
    DataStateEnum,
    DataStateType,
    LatentSpaceReduction,
    LeapDataType,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.contract.visualizer_classes import (
    LeapAudio,
    LeapGraph,
    LeapHorizontalBar,
    LeapImage,
    LeapImageMask,
    LeapImageWithBBox,
    LeapImageWithHeatmap,
    LeapPointCloud,
    LeapText,
    LeapTextMask,
    LeapValidationError,
    LeapVideo,
    map_leap_data_type_to_visualizer_class,
)
from percepta.integration.code_loader.module.inner_leap_binder._instances import (
    tensorleap_element_instance_preprocess,
    tensorleap_false_positive_custom_latent_space,
    tensorleap_false_positive_empty_gt,
    tensorleap_false_positive_instances_encoder,
    tensorleap_instances_length_encoder,
    tensorleap_instances_masks_encoder,
)
from percepta.integration.code_loader.module.inner_leap_binder._latents import (
    tensorleap_custom_latent_space,
    tensorleap_instance_custom_latent_space,
)
from percepta.integration.code_loader.module.inner_leap_binder._measures import (
    tensorleap_custom_instances_metric,
    tensorleap_custom_loss,
    tensorleap_custom_metric,
    tensorleap_custom_visualizer,
)
from percepta.integration.code_loader.module.inner_leap_binder._model import (
    tensorleap_custom_layer,
    tensorleap_load_model,
)
from percepta.integration.code_loader.module.inner_leap_binder._samples import (
    tensorleap_gt_encoder,
    tensorleap_input_encoder,
    tensorleap_metadata,
    tensorleap_preprocess,
    tensorleap_unlabeled_preprocess,
)
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    MAPPING_VARIABLE,
    current_binder,
)
from percepta.integration.code_loader.module.inner_leap_binder._testing import (
    tensorleap_integration_test,
)
from percepta.integration.code_loader.module.inner_leap_binder._unsupported import (
    tensorleap_autoregressive_loss,
    tensorleap_autoregressive_metric,
    tensorleap_autoregressive_step,
    tensorleap_autoregressive_visualizer,
    tensorleap_model_loop,
    tensorleap_simulation,
)
from percepta.integration.code_loader.module.leaploader import LeapLoader
from percepta.integration.code_loader.module.utils import (
    is_absent_metadata_value,
    map_dict_to_metadata_types,
    sample_preprocess_response_arg_name,
)

logger = logging.getLogger("code_loader")
mapping_runtime_mode_env_var_mame = MAPPING_VARIABLE


def __getattr__(name: str) -> Any:
    if name == "leap_binder":
        return current_binder()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# `import *` asks this list by name, so that `leap_binder` is the one of the script at hand.
__all__ = [  # noqa: F822 - made above
    "leap_binder",
    *(
        name
        for name in globals()
        if not name.startswith("_") and name not in ("MAPPING_VARIABLE", "current_binder")
    ),
]
