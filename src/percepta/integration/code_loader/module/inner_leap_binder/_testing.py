"""The decorator of the integration test: one run on a sample, one that records the wiring."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from percepta.core.errors import IntegrationError, PerceptaError
from percepta.integration.blame import blamed, defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse
from percepta.integration.code_loader.module.contract.enums import DataStateType
from percepta.integration.code_loader.module.contract.mapping import NodeMappingType
from percepta.integration.code_loader.module.inner_leap_binder._checking import (
    check_takes,
    sample_arguments,
)
from percepta.integration.code_loader.module.inner_leap_binder._samples import Decorator, Function
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
    recording,
)

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder


def tensorleap_integration_test() -> Decorator:
    """Declare the function that calls every part on one sample: ``(sample_id, preprocess)``.

    Called by hand it runs on that sample, then records the wiring, then checks the data functions.
    """

    def decorate(function: Function) -> Function:
        binder = current_binder()
        check_takes(function, 2, "(sample_id, preprocess)")
        binder.integration_test_func = function

        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            if mode() is Mode.RECORDING:  # called at the top of a script that is being loaded
                return None
            sample_id, response = sample_arguments(function, arguments, keywords)
            with answering(Mode.TEST):
                result = function(sample_id, response)
            record_wiring(binder)
            binder.check()
            return result

        return call

    return decorate


def record_wiring(binder: LeapBinder) -> None:
    """Run the integration test's body so that only its connections are recorded, from the start.

    Raises:
        IntegrationError: the body does more than call decorated functions.
    """
    test = binder.integration_test_func
    if test is None:
        return
    labels = NodeMappingType.PredictionLabels
    declared = [c for c in binder.mapping_connections if c.node.type is labels]
    binder.mapping_connections[:] = declared
    with recording():
        try:
            test(None, PreprocessResponse(length=0, state=DataStateType.training))
        except PerceptaError:
            raise
        except Exception as error:
            raise _raised(error, test) from error


def _raised(error: Exception, test: Callable[..., Any]) -> IntegrationError:
    fix = (
        "The body is run once without values, to see what is connected: it may only call decorated "
        "functions, the model once, and index the model's result."
    )
    return blamed(error, IntegrationError, name_of(test), defined_at(test), fix)
