"""`code_loader.contract.exceptions`."""

from __future__ import annotations


class DatasetScriptException(Exception):  # noqa: N818, RUF100 - the public name
    """A script could not be run or parsed."""
