"""The binder that every script declares itself with."""

from typing import Any

from percepta.integration.code_loader.module.inner_leap_binder._state import current_binder
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

__all__ = ["LeapBinder", "global_leap_binder"]


def __getattr__(name: str) -> Any:
    if name == "global_leap_binder":
        return current_binder()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
