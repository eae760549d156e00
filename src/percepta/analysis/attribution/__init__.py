"""Attribution: heat maps that say which positions and channels a target rests on."""

from percepta.analysis.attribution.cams import (
    FOCUS_LAYER_CAM,
    GRAD_CAM,
    GRAD_CAM_PLUS_PLUS,
    HIRES_CAM,
    LAYER_CAM,
)
from percepta.analysis.attribution.gradients import (
    GradientTimesInput,
    IntegratedGradients,
    SmoothGrad,
)
from percepta.analysis.attribution.perturbing import Occlusion, Rise
from percepta.analysis.attribution.question import (
    Attribution,
    Evidence,
    Method,
    Question,
    Subject,
)
from percepta.core.errors import NotFoundError

METHODS: tuple[Method, ...] = (
    LAYER_CAM,
    FOCUS_LAYER_CAM,
    GRAD_CAM,
    GRAD_CAM_PLUS_PLUS,
    HIRES_CAM,
    GradientTimesInput(),
    IntegratedGradients(),
    SmoothGrad(),
    Occlusion(),
    Rise(),
)
"""Every method, the default first."""


def method_named(name: str) -> Method:
    """Return a method.

    Raises:
        NotFoundError: there is no such method.
    """
    found = next((method for method in METHODS if method.name == name), None)
    if found is None:
        known = ", ".join(method.name for method in METHODS)
        raise NotFoundError(f"There is no attribution method {name!r}.", fix=f"Use one of {known}.")
    return found


__all__ = [
    "METHODS",
    "Attribution",
    "Evidence",
    "Method",
    "Question",
    "Subject",
    "method_named",
]
