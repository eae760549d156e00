"""Keeping secrets out of every text that percepta writes: errors, logs, reports.

A secret reaches a script as an environment variable, which belongs to the whole process; so does what is
known here of its value. Every :class:`percepta.core.errors.PerceptaError` is masked when it is made, and all
that is stored or sent of a failure comes from one, so that nobody has to think of it later.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

SHORTEST_SECRET = 4
"""Characters below which a value cannot be masked without masking ordinary words."""
SHORTEST_PART = 8
"""Characters below which a line or a JSON value inside a secret gives nothing away."""

_masks: tuple[tuple[str, str], ...] = ()
"""Text and replacement, longest text first, so that no part is replaced before its whole; always replaced as
a whole, so that other threads see either the old masks or the new."""


def hide(name: str, value: str) -> None:
    """Mask a secret from now on, in this process.

    Its lines are masked too, and the texts inside it where it is JSON (a key file), each also as it looks
    when quoted by Python, JSON, a URL, or in base64.

    Args:
        name: what is shown instead, ``[secret NAME]``.
        value: the secret, at least :data:`SHORTEST_SECRET` characters long.
    """
    global _masks
    forms = {form for part in {value, *_parts(value)} for form in _forms(part)}
    masks = {form: _shown(name) for form in forms} | dict(_masks)
    _masks = tuple(sorted(masks.items(), key=lambda mask: (-len(mask[0]), mask[0])))


def forget(name: str) -> None:
    """Stop masking a secret; for those that live on after the work that needed it."""
    global _masks
    _masks = tuple(mask for mask in _masks if mask[1] != _shown(name))


def masked(text: str) -> str:
    """Return a text with every secret in it replaced."""
    for secret, shown in _masks:
        if secret in text:
            text = text.replace(secret, shown)
    return text


def _shown(name: str) -> str:
    return f"[secret {name}]"


def _parts(value: str) -> Iterator[str]:
    yield " ".join(value.split())  # as messages show it, on one line
    candidates = [line.strip() for line in value.splitlines()]
    try:
        candidates += _texts(json.loads(value))
    except (ValueError, RecursionError):
        pass
    yield from (text for text in candidates if len(text) >= SHORTEST_PART)


def _texts(value: Any) -> list[str]:
    """Return the texts inside a JSON value, and their lines."""
    if isinstance(value, str):
        return [value, *(line.strip() for line in value.splitlines())]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inside for text in _texts(part)]


def _forms(part: str) -> Iterator[str]:
    yield part
    yield repr(part)[1:-1]
    yield json.dumps(part)[1:-1]
    yield quote(part, safe="")
    yield base64.b64encode(part.encode()).decode().rstrip("=")
