"""The texts that scripts are made of."""

from __future__ import annotations

from importlib.resources import files
from string import Template


def text(folder: str, name: str) -> str:
    """Return a text of this package."""
    return (files("percepta.templates") / folder / f"{name}.txt").read_text("utf-8")


def part(name: str, **values: str) -> str:
    """Return one of the parts with its placeholders filled in."""
    return Template(text("parts", name)).substitute(values)
