"""`code_loader.contract.exceptions`."""

from __future__ import annotations


class DatasetScriptException(Exception):
    """A script could not be run or parsed."""
