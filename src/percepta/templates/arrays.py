"""A look at an .npz file: which array is what, and how its axes lie."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, Where
from percepta.templates.choices import Choice
from percepta.templates.looking import (
    FEWEST_SAMPLES,
    Look,
    classification,
    listed,
    regression,
    repr_of,
)
from percepta.templates.texts import part

Array = NDArray[Any]
MOST_CLASSES = 1000

_TRUTHS = ("labels", "label", "y", "targets", "target", "masks", "mask", "boxes", "classes")
_SPLITS = {"train": "training", "val": "validation", "valid": "validation", "test": "test"}
_LOOKED_AT = 2_000


def look_at_arrays(choice: Choice, path: Path) -> Look:
    """Look at an .npz file.

    Raises:
        IntegrationError: it cannot be read, or its arrays are not those the task needs.
    """
    where = Where(file=str(path))
    arrays = _read(path, where)
    pairs = _pairs(arrays, where)
    inputs, truths = (np.asarray(arrays[name]) for name in next(iter(pairs.values())))
    if len(inputs) != len(truths) or len(inputs) < FEWEST_SAMPLES:
        raise IntegrationError(
            f"There are {len(inputs)} inputs and {len(truths)} ground truths.",
            where=where,
            fix=f"Give one ground truth an input, and at least {FEWEST_SAMPLES} of them.",
        )
    if list(pairs) == [""]:
        names = pairs[""]
        subsets = part("numpy.one", inputs=names[0], truths=names[1])
    else:
        lines = [f'        "{subset}": {_pair(names)},' for subset, names in pairs.items()]
        subsets = part("numpy.split", parts="{\n" + "\n".join(lines) + "\n    }")
    told = [f"{name}: {array.dtype} {list(array.shape)}" for name, array in arrays.items()]
    values = {"subsets": subsets} | _by_task(choice.task, arrays, inputs, truths, where)
    return Look(values, (f"Arrays {listed(told)}.",))


def _read(path: Path, where: Where) -> dict[str, Array]:
    try:
        with np.load(path, allow_pickle=False) as file:
            if isinstance(file, np.ndarray):
                raise TypeError
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, TypeError, AttributeError, zipfile.BadZipFile):
        raise IntegrationError(
            "This is no .npz file of plain arrays.",
            where=where,
            fix="Save it with numpy.savez('data.npz', inputs=..., labels=...), without objects.",
        ) from None


def _pairs(arrays: Mapping[str, Array], where: Where) -> dict[str, tuple[str, str]]:
    """Return the names of inputs and ground truths by subset; ``""`` where they are not split."""
    found = {}
    for ending, subset in _SPLITS.items():
        if f"x_{ending}" in arrays and f"y_{ending}" in arrays:
            found[subset] = (f"x_{ending}", f"y_{ending}")
    if "training" in found and len(found) > 1:
        return found
    truth = next((name for name in _TRUTHS if name in arrays), None)
    others = [name for name in arrays if name != truth and arrays[name].ndim > 1]
    if truth is None or not others:
        raise IntegrationError(
            f"Inputs and ground truths cannot be told apart among {', '.join(arrays) or 'nothing'}.",
            where=where,
            fix="Save them as numpy.savez('data.npz', inputs=..., labels=...), or as x_train, "
            "y_train, x_test and y_test.",
        )
    return {"": (max(others, key=lambda name: arrays[name].size), truth)}


def _by_task(
    task: str, arrays: Mapping[str, Array], inputs: Array, truths: Array, where: Where
) -> dict[str, str]:
    some = inputs[:_LOOKED_AT]
    if task in ("tabular", "time-series") and inputs.ndim not in (2, 3):
        raise _misfit("inputs", inputs, "[samples, values]", where)
    if task == "time-series":
        _check_labels(truths, where)
        flat = inputs.ndim == 2
        accessor = "samples.data.inputs[sample_id]"
        channels_last = not flat and inputs.shape[2] < inputs.shape[1]
        channels = 1 if flat else inputs.shape[2 if channels_last else 1]
        points = f"{accessor}[None]" if flat else accessor + (".T" if channels_last else "")
        classes = _classes(arrays, truths)
        return {"points": points, "channels": str(channels), "classes": repr_of(classes)}
    if task == "tabular":
        return _tabular(arrays, some, truths, where)
    values = {"pixels": _pixels(some, where)}
    if task == "image-classification":
        _check_labels(truths, where)
        return values | {"classes": repr_of(_classes(arrays, truths))}
    if task == "segmentation":
        if truths.ndim != 3 or truths.dtype.kind not in "iub":
            raise _misfit("masks", truths, "[samples, height, width], whole numbers", where)
        return values | {"classes": repr_of(_classes(arrays, truths))}
    if truths.ndim != 3 or truths.shape[2] != 5:
        raise _misfit("boxes", truths, "[samples, boxes, 5]", where)
    classes = _classes(arrays, truths[..., 4])
    return values | {"classes": repr_of(classes), "most_boxes": str(truths.shape[1])}


def _tabular(
    arrays: Mapping[str, Array], inputs: Array, truths: Array, where: Where
) -> dict[str, str]:
    if inputs.ndim != 2:
        raise _misfit("inputs", inputs, "[samples, columns]", where)
    given = [name for name, array in arrays.items() if array.dtype.kind == "U"]
    named = next((n for n in given if arrays[n].shape == (inputs.shape[1],)), None)
    columns = [str(i) for i in range(inputs.shape[1])]
    names = arrays[named].tolist() if named else [f"column {i}" for i in columns]
    means, spreads = inputs.mean(axis=0), inputs.std(axis=0)
    rows = zip(names, means, spreads, strict=True)
    lines = [
        f"    {repr_of([n])[1:-1]}: ({mean:.6g}, {spread or 1:.6g})," for n, mean, spread in rows
    ]
    of_classes = truths.dtype.kind in "iub" and len(np.unique(truths)) <= MOST_CLASSES
    classes = f"CLASSES = {repr_of(_classes(arrays, truths))}\n" if of_classes else ""
    truth = "samples.data.labels[sample_id]"
    return {
        "numbers": "{\n" + "\n".join(lines) + "\n}",
        "classes_line": classes or 'TARGET = "target"  # name of the number to predict\n',
        "label_expression": f"int({truth})" if of_classes else f"[float({truth})]",
        **(classification() if of_classes else regression()),
    }


def _classes(arrays: Mapping[str, Array], truths: Array) -> list[str]:
    """Name the classes: by an array of as many texts, else by their numbers."""
    count = int(truths.max()) + 1
    for array in arrays.values():
        if array.dtype.kind == "U" and array.shape == (count,):
            return [str(name) for name in array]
    return [str(number) for number in range(count)]


def _check_labels(truths: Array, where: Where) -> None:
    if truths.ndim != 1 or truths.dtype.kind not in "iub" or truths.min() < 0:
        raise _misfit("labels", truths, "[samples], whole numbers from 0", where)
    if truths.max() >= MOST_CLASSES:
        raise IntegrationError(
            f"The labels go up to {int(truths.max())}: that is no class number.",
            where=where,
            fix="Number the classes from 0, without gaps.",
        )


def _pixels(inputs: Array, where: Where) -> str:
    """Return how a picture is taken out of the array: channels last, 0..255."""
    layout = None
    if inputs.ndim == 3:
        layout = ""
    elif inputs.ndim == 4 and inputs.shape[3] in (1, 3):
        layout = "[..., 0]" if inputs.shape[3] == 1 else ""
    elif inputs.ndim == 4 and inputs.shape[1] in (1, 3):
        layout = "[0]" if inputs.shape[1] == 1 else ".transpose(1, 2, 0)"
    if layout is None:
        raise _misfit("pictures", inputs, "[samples, height, width, 3]", where)
    expression = f"samples.data.inputs[sample_id]{layout}"
    low, high = float(inputs.min()), float(inputs.max())
    if inputs.dtype.kind == "f" and (low < 0 or high > 255):
        raise IntegrationError(
            f"The pictures have values from {low:g} to {high:g}: they have been normalised.",
            where=where,
            fix="Save them as they were, uint8, and normalise in the script's function image().",
        )
    return f"{expression} * 255" if inputs.dtype.kind == "f" and high <= 1 else expression


def _misfit(what: str, array: Array, wanted: str, where: Where) -> IntegrationError:
    return IntegrationError(
        f"The {what} are {array.dtype} {list(array.shape)}, not {wanted}.",
        where=where,
        fix="Save them so, or choose another --task.",
    )


def _pair(names: tuple[str, str]) -> str:
    return f'("{names[0]}", "{names[1]}")'
