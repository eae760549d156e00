"""Types of the functions that scripts register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.elements import (
    ConfusionMatrixElement,
    ElementInstance,
    Scalar,
)
from percepta.integration.code_loader.module.contract.preprocess_response import (
    PreprocessResponse,
    SampleId,
)
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapData

Array = npt.NDArray[np.float32]
Tensors = dict[str, Array]

SectionCallableInterface = Callable[[SampleId, PreprocessResponse], Array]
InstanceCallableInterface = Callable[[SampleId, PreprocessResponse, int], ElementInstance | None]
InstanceLengthCallableInterface = Callable[[SampleId, PreprocessResponse], int]
InstanceSectionCallableInterface = Callable[[SampleId, PreprocessResponse, int | None], Array]
MetadataSectionCallableInterface = Callable[
    [SampleId, PreprocessResponse], Scalar | dict[str, Scalar]
]
VisualizerCallableInterface = Callable[..., LeapData]
CustomCallableInterface = Callable[..., Any]
CustomCallableInterfaceMultiArgs = Callable[..., Any]
CustomMultipleReturnCallableInterfaceMultiArgs = Callable[..., dict[str, Any]]
ConfusionMatrixCallableInterface = Callable[[Any, Any], list[list[ConfusionMatrixElement]]]
ConfusionMatrixCallableInterfaceMultiArgs = Callable[..., list[list[ConfusionMatrixElement]]]
MetricCallableReturnType = Any | list[list[ConfusionMatrixElement]]
AutoregressiveChainState = Any
AutoregressiveStepCallableInterface = Callable[
    [SampleId, Tensors | None, Tensors | None, AutoregressiveChainState, PreprocessResponse],
    tuple[Tensors | None, AutoregressiveChainState],
]
