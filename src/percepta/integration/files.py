"""A new file as inputs of the model: by what the integration declares, or by what can be found out.

In this order: the function under ``@percepta.file_encoder``; the transform of a data set of pictures; for a
model of one picture, the scaling of pixels that the run's own samples show (:mod:`.pixel_scaling`).
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import FileError
from percepta.core.subsets import Subset
from percepta.integration.arrays import UnsuitableError, as_array
from percepta.integration.blame import blamed, name_of
from percepta.integration.columns import has_columns
from percepta.integration.dataset_reader import DatasetReader
from percepta.integration.integration import Integration
from percepta.integration.items import Arrays, inputs_of
from percepta.integration.pictures import picture_layout
from percepta.integration.pixel_scaling import fitted_scaling
from percepta.integration.reading import check_input, expected_shapes

MOST_PIXELS = 50_000_000
"""Pixels of a picture that is opened: some 150 MB."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is opened as a picture: formats that run nothing."""
_ADVICE = (
    "Add to the script:\n\n"
    "    @pc.file_encoder\n"
    "    def from_file(path):\n"
    "        with Image.open(path) as picture:\n"
    "            return prepare(picture)  # what the input's function does to a sample\n"
)


@dataclass(frozen=True)
class GivenFile:
    """A file that somebody gave.

    Attributes:
        data: its bytes.
        suffix: such as ``.png``, or empty; all that is taken of its name.
    """

    data: bytes
    suffix: str = ""

    @cached_property
    def picture(self) -> Any:
        """The file as a picture of Pillow's, turned the right way up; None: it is no picture.

        Raises:
            FileError: it has too many pixels, or is damaged.
        """
        from PIL import Image, ImageOps, UnidentifiedImageError

        too_large = FileError(
            "The picture is too large to be opened.",
            fix=f"Give one of at most {MOST_PIXELS:,} pixels.",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            try:
                opened = Image.open(BytesIO(self.data), formats=FORMATS)
            except UnidentifiedImageError:
                return None
            except (Image.DecompressionBombError, Image.DecompressionBombWarning):
                raise too_large from None
        if opened.width * opened.height > MOST_PIXELS:  # nothing is decoded yet
            raise too_large
        try:
            opened.load()
            return ImageOps.exif_transpose(opened)
        except (OSError, ValueError, SyntaxError) as error:
            raise FileError(
                f"The picture is damaged: {error}.", fix="Save it again, as PNG or JPEG."
            ) from None

    @contextmanager
    def at_path(self) -> Iterator[Path]:
        """Lay the file down where functions that take a path can read it; it is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="percepta-file-") as folder:
            path = Path(folder, f"file{self.suffix}")
            path.write_bytes(self.data)
            yield path


@dataclass(frozen=True, eq=False)
class FileInputs:
    """What a file became.

    Attributes:
        inputs: by name, those that the model takes, of one sample.
        notes: how they were made, where that was found out, one sentence each.
    """

    inputs: Mapping[str, NDArray[Any]]
    notes: tuple[str, ...] = ()


def read_file(integration: Integration, file: GivenFile) -> FileInputs:
    """Return a file as the model's inputs.

    Raises:
        FileError: there is no way to make them, or what was made does not fit the model.
    """
    _ = file.picture  # what is too large is not handed on either
    if integration.file_encoder is not None:
        return FileInputs(_declared(integration, file))
    if isinstance(integration.reader, DatasetReader) and file.picture is not None:
        transform = transform_of(integration)
        if transform is not None:
            return _transformed(integration, file, transform)
    return _scaled(integration, file)


def _declared(integration: Integration, file: GivenFile) -> Arrays:
    encoder = integration.file_encoder
    if encoder is None:
        raise ValueError("the integration declares no file encoder")
    name = name_of(encoder.function)
    with file.at_path() as path:
        try:
            value = encoder.function(path)
        except Exception as error:
            fix = f"Fix {name}() for such a file, or give another kind of file."
            raise blamed(error, FileError, name, encoder.where, fix) from error
    try:
        return _fitting(integration, value, f"{name}()")
    except FileError as error:
        raise FileError(error.message, where=encoder.where, fix=error.fix) from None


def _fitting(integration: Integration, value: Any, who: str) -> Arrays:
    """Return what was made of a file as the model's inputs, by name.

    Raises:
        FileError: an input is missing, or is not such as the samples have.
    """
    names = [encoder.name for encoder in integration.inputs if encoder.fed]
    if not isinstance(value, Mapping):
        if len(names) > 1:
            raise FileError(
                f"{who} gave one array, and the model takes {len(names)} inputs.",
                fix=f"Return a dict of arrays: {', '.join(names)}.",
            )
        value = {names[0]: value}
    missing = [name for name in names if name not in value]
    if missing:
        raise FileError(
            f"{who} gave no input {missing[0]!r}.", fix=f"Return a dict of {', '.join(names)}."
        )
    shapes = expected_shapes(integration)
    made: Arrays = {}
    for name in names:
        try:
            array = as_array(value[name])
            check_input(array)
        except UnsuitableError as error:
            raise FileError(f"{who} gave {error.what}.", fix=error.fix) from None
        expected = shapes.get(("input", name), array.shape)
        if array.shape != expected:
            raise FileError(
                f"{who} gave {name!r} of shape {list(array.shape)}; samples have {list(expected)}.",
                fix="Make it of one sample, without a batch axis, as the input's function does.",
            )
        made[name] = array
    return made


Transform = Callable[[Any], Any]


def transform_of(integration: Integration) -> Transform | None:
    """Return what a data set does to an opened picture; None where it does nothing, or there is none.

    Held-out data comes first: the transform of training may be a random one.
    """
    order = [Subset.VALIDATION, Subset.TEST, Subset.ADDITIONAL, Subset.UNLABELED, Subset.TRAINING]
    subsets = {samples.subset: samples.data for samples in integration.load_subsets()}
    for subset in order:
        data = subsets.get(subset)
        for _ in range(8):  # parts of parts; never without end
            if data is None:
                break
            found = _transform_of_columns(data) if has_columns(data) else None
            found = found or getattr(data, "transform", None)
            if callable(found):
                return found
            parts = getattr(data, "datasets", None)
            data = parts[0] if parts else getattr(data, "dataset", None)
    return None


def _transform_of_columns(data: Any) -> Transform | None:
    """Return the transform of a data set of columns, which takes and gives lists by column."""
    formatted = getattr(data, "format", None) or {}
    transform = (formatted.get("format_kwargs") or {}).get("transform")
    kinds = {name: type(kind).__name__ for name, kind in data.features.items()}
    column = next((name for name, kind in kinds.items() if kind == "Image"), None)
    if not callable(transform) or column is None:
        return None

    def run(picture: Any) -> Any:
        return {name: values[0] for name, values in transform({column: [picture]}).items()}

    return run


def _transformed(integration: Integration, file: GivenFile, transform: Transform) -> FileInputs:
    picture = file.picture.convert(_mode_of(integration))
    try:
        value = inputs_of(transform(picture))
    except UnsuitableError as error:
        raise FileError(f"The data set's transform gave {error.what}.", fix=error.fix) from None
    except Exception as error:
        raise FileError(
            f"The data set's transform cannot be used on the file: {type(error).__name__}: {error}.",
            fix=_ADVICE,
        ) from error
    if len(value) > 1 or len(integration.inputs) == 1:
        names = {encoder.name for encoder in integration.inputs}
        value = {name: array for name, array in value.items() if name in names} or value
    single = next(iter(value.values())) if len(value) == 1 else value
    told = "The file went through the transform of the data set."
    return FileInputs(_fitting(integration, single, "The data set's transform"), (told,))


def _mode_of(integration: Integration) -> str:
    """Return how Pillow calls pictures of as many channels as the model takes."""
    shapes = expected_shapes(integration)
    for encoder in integration.inputs:
        shape = shapes.get(("input", encoder.name), ())
        layout = picture_layout(shape, encoder.channel_axis)
        if layout is not None:
            return "L" if layout[0] is None or shape[layout[0]] == 1 else "RGB"
    return "RGB"


def _scaled(integration: Integration, file: GivenFile) -> FileInputs:
    if file.picture is None:
        raise FileError(
            "The file is no picture, and the integration does not say how it becomes the model's input.",
            fix=_ADVICE,
        )
    scaling = fitted_scaling(integration)
    if scaling is None:
        raise FileError(
            "How a picture becomes the model's input is not known, and cannot be found out from the samples.",
            fix=_ADVICE,
        )
    told = (
        f"The file was resized to {scaling.height} × {scaling.width} pixels; its values were scaled as those "
        f"of the samples are behind the visualizer {scaling.visualizer!r}."
    )
    if scaling.guessed:
        told += " That takes their least and greatest value for black and white, which is a guess."
    made = {scaling.input: np.asarray(scaling(file.picture))}
    return FileInputs(_fitting(integration, made, "The scaling of pixels"), (told,))
