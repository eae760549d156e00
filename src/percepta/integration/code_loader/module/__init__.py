"""The package that scripts import as ``code_loader``; visible under that name to scripts alone."""

from typing import Any

from percepta.integration.code_loader.module.experiment_api.client import Client
from percepta.integration.code_loader.module.experiment_api.experiment import init_experiment
from percepta.integration.code_loader.module.inner_leap_binder._state import current_binder
from percepta.integration.code_loader.module.leaploader import LeapLoader

__all__ = ["Client", "LeapLoader", "init_experiment", "leap_binder"]


def __getattr__(name: str) -> Any:
    if name == "leap_binder":  # the one of the script at hand
        return current_binder()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
