"""Names that older scripts import from here: sources for ``connects_to``."""

from __future__ import annotations

from percepta.integration.code_loader.module.contract.mapping import (
    NodeMapping,
    NodeMappingType,
    leap_output,
)
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import (
    Placeholder,
    slot,
)

__all__ = ["NodeMapping", "NodeMappingType", "leap_input", "leap_output"]


def leap_input(index: int) -> Placeholder:
    """Stand for an input of the model, by its position."""
    return Placeholder(NodeMapping("", slot("Input", index)))
