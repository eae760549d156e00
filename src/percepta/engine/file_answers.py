"""Similars of a file as JSON: what a warm worker answers, and the command line prints."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from percepta.core.drawing import Pixels
from percepta.core.errors import FileError
from percepta.core.filters import Filter
from percepta.engine.answers import found_to_json, map_to_json
from percepta.engine.explain import Explainer
from percepta.engine.similar import LIMIT
from percepta.engine.similar_file import SimilarToFile, find_similar_to_file
from percepta.integration.files import GivenFile


def similar_to_file(explainer: Explainer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Find samples similar to a file.

    Args:
        explainer: of the run.
        params: ``file`` (base64), ``name`` and, where given, ``space``, ``limit``, ``filter``, ``map``,
            ``why``.

    Raises:
        FileError: it is no base64, or cannot become inputs of the model.
    """
    given = params.get("filter")
    told = find_similar_to_file(
        explainer,
        given_file(params["file"], params["name"]),
        space=params.get("space"),
        limit=params.get("limit", LIMIT),
        filter=Filter.from_json(given) if given else None,
        filter_map=params.get("map"),
        why=params.get("why", False),
    )
    return similar_to_json(told)


def given_file(text: str, name: str) -> GivenFile:
    """Return a file that was sent as base64; of its name only the ending is taken.

    Raises:
        FileError: it is no base64.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FileError("The file is not sent as base64.") from None
    return GivenFile(data, suffix_of(name))


def suffix_of(name: str) -> str:
    """Return the ending of a file's name, such as ``.png``; empty where it is no plain one."""
    ending = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return "" if ending is None else ending[0].lower()


def similar_to_json(told: SimilarToFile) -> dict[str, Any]:
    """Return the samples similar to a file as JSON, the file's picture as an address that holds it."""
    return found_to_json(told.found) | {
        "picture": None if told.picture is None else _address(told.picture),
        "notes": [*told.notes, *(told.why.notes if told.why else ())],
        "maps": [map_to_json(heat) for heat in told.why.maps] if told.why else [],
    }


def _address(pixels: Pixels) -> str:
    from PIL import Image

    out = BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
