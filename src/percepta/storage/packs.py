"""Packs: many small pictures or visuals in one file, found through an index of fixed-size entries.

Every record carries a checksum of its own, so that one is checked whenever it is read and a pack of many
gigabytes never has to be read whole.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import CorruptRunError, StorageError
from percepta.core.rendering import EncodedVisual

IMAGE_INDEX = np.dtype(
    [
        ("offset", "<u8"),
        ("length", "<u4"),
        ("crc", "<u4"),
        ("height", "<u2"),
        ("width", "<u2"),
        ("channels", "u1"),
        ("encoding", "u1"),
        ("unused", "<u2"),
    ]
)
"""One entry per row of a pack of pictures; encoding 0: the row has none."""

VISUAL_INDEX = np.dtype([("offset", "<u8"), ("length", "<u8"), ("header", "<u4"), ("crc", "<u4")])
"""One entry per row of a pack of visuals; length 0: the row has none."""

_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_NONE, _RAW, _PNG, _JPEG = 0, 1, 2, 3
_MEDIA = {_PNG: "image/png", _JPEG: "image/jpeg"}
_RAW_LIMIT = 4096
_PNG_LIMIT = 1 << 14


def pack_images(
    images: Sequence[NDArray[np.uint8] | None] | NDArray[np.uint8],
) -> tuple[bytes, NDArray[Any]]:
    """Pack thumbnails.

    Args:
        images: ``uint8 [h, w]``, ``[h, w, 1]``, ``[h, w, 3]`` or None, one per row; or one array
            ``uint8 [m, h, w, 1|3]``.

    Returns:
        The bytes of all pictures, and ``m`` entries of :data:`IMAGE_INDEX` with offsets into them.
    """
    index = np.zeros(len(images), IMAGE_INDEX)
    if isinstance(images, np.ndarray) and images.ndim == 4 and images[:1].nbytes <= _RAW_LIMIT:
        _check_image(images[0] if len(images) else np.zeros((1, 1, 1), np.uint8))
        pixels = np.ascontiguousarray(images)
        size = int(np.prod(pixels.shape[1:]))
        index["offset"] = np.arange(len(pixels), dtype=np.uint64) * np.uint64(size)
        index["length"], index["encoding"] = size, _RAW
        for position, name in enumerate(("height", "width", "channels"), start=1):
            index[name] = pixels.shape[position]
        index["crc"] = [zlib.crc32(one) for one in pixels]
        return pixels.tobytes(), index
    parts, offset = [], 0
    for row, image in enumerate(images):
        if image is None:
            continue
        encoding, data, (height, width, channels) = _encode(image, lossless=False)
        index[row] = (offset, len(data), zlib.crc32(data), height, width, channels, encoding, 0)
        parts.append(data)
        offset += len(data)
    return b"".join(parts), index


def pack_visuals(visuals: Sequence[EncodedVisual | None]) -> tuple[bytes, NDArray[Any]]:
    """Pack the visuals of one visualizer.

    Returns:
        The bytes of all records, and ``m`` entries of :data:`VISUAL_INDEX` with offsets into them.
    """
    index = np.zeros(len(visuals), VISUAL_INDEX)
    parts: list[bytes] = []
    offset = 0
    begun: tuple[str, object, str] = ("", None, "")
    for row, visual in enumerate(visuals):
        if visual is None:
            continue
        if visual.kind != begun[0] or visual.document is not begun[1]:  # often one for all rows
            begun = (visual.kind, visual.document, _header(visual))
        roles = visual.document.get("planes", ())
        planes, blobs = [], []
        for number, image in enumerate(visual.planes):
            role = roles[number] if number < len(roles) else "mask"
            encoding, data, shape = _encode(image, lossless=role != "picture")
            planes.append([encoding, len(data), zlib.crc32(data), *shape])
            blobs.append(data)
        header = f'{begun[2]}"planes":{planes}}}'.encode()
        length = len(header) + sum(map(len, blobs))
        index[row] = (offset, length, len(header), zlib.crc32(header))
        parts += [header, *blobs]
        offset += length
    return b"".join(parts), index


def _header(visual: EncodedVisual) -> str:
    """Return the JSON object of a visual up to its planes."""
    try:
        return _JSON.encode({"kind": visual.kind, "document": visual.document})[:-1] + ","
    except (TypeError, ValueError) as error:
        raise StorageError(f"A {visual.kind} visual cannot be kept: {error}.") from error


@dataclass(frozen=True)
class StoredVisual:
    """A visual read back, without its pictures.

    Attributes:
        name: name of the visualizer that made it.
        kind: kind of the visual.
        document: what the page draws.
        planes: number of pictures that belong to it.
    """

    name: str
    kind: str
    document: dict[str, Any]
    planes: int


class ImagePack:
    """A pack of thumbnails, read row by row."""

    def __init__(self, path: Path, index: NDArray[Any]) -> None:
        self._path, self._index = path, index

    def read(self, row: int) -> tuple[bytes, str] | None:
        """Return the encoded picture of a row and its media type; None if it has none.

        Raises:
            CorruptRunError: its bytes are not what was written.
        """
        entry = self._index[row]
        if entry["encoding"] == _NONE:
            return None
        data = _read(self._path, int(entry["offset"]), int(entry["length"]), int(entry["crc"]))
        shape = (int(entry["height"]), int(entry["width"]), int(entry["channels"]))
        return _media(int(entry["encoding"]), data, shape)


class VisualPack:
    """A pack of the visuals of one visualizer, read row by row."""

    def __init__(self, path: Path, index: NDArray[Any]) -> None:
        self._path, self._index = path, index

    def read(self, row: int, name: str) -> StoredVisual | None:
        """Return the visual of a row, without its pictures; None if it has none.

        Raises:
            CorruptRunError: its bytes are not what was written.
        """
        header = self._header(row)
        if header is None:
            return None
        return StoredVisual(name, header["kind"], header["document"], len(header["planes"]))

    def image(self, row: int, plane: int) -> tuple[bytes, str] | None:
        """Return a picture of a row's visual and its media type; None if there is none."""
        header = self._header(row)
        if header is None or not 0 <= plane < len(header["planes"]):
            return None
        entry = self._index[row]
        offset = int(entry["offset"]) + int(entry["header"])
        offset += sum(earlier[1] for earlier in header["planes"][:plane])
        encoding, length, crc, *shape = header["planes"][plane]
        return _media(encoding, _read(self._path, offset, length, crc), tuple(shape))

    def _header(self, row: int) -> dict[str, Any] | None:
        entry = self._index[row]
        if entry["length"] == 0:
            return None
        data = _read(self._path, int(entry["offset"]), int(entry["header"]), int(entry["crc"]))
        header: dict[str, Any] = json.loads(data)
        return header


def _read(path: Path, offset: int, length: int, crc: int) -> bytes:
    with path.open("rb", buffering=0) as file:  # one open per read: nothing to leak or to lock
        file.seek(offset)
        data = file.read(length)
    if len(data) != length or zlib.crc32(data) != crc:
        raise CorruptRunError(
            f"{path.parent.name}/{path.name} is damaged at byte {offset}.",
            fix="Evaluate again, or restore the run from a backup.",
        )
    return data


def _media(encoding: int, data: bytes, shape: tuple[int, ...]) -> tuple[bytes, str]:
    if encoding == _RAW:
        return _png(np.frombuffer(data, np.uint8).reshape(shape)), "image/png"
    return data, _MEDIA[encoding]


def _check_image(image: NDArray[np.uint8]) -> None:
    sides = image.ndim in (2, 3) and 0 < min(image.shape) and max(image.shape) < 1 << 16
    if image.dtype != np.uint8 or not sides or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise StorageError(
            f"A picture must be uint8 [h, w], [h, w, 1] or [h, w, 3], not {image.dtype} "
            f"{list(image.shape)}."
        )


def _encode(image: NDArray[np.uint8], *, lossless: bool) -> tuple[int, bytes, tuple[int, int, int]]:
    _check_image(image)
    channels = image.shape[2] if image.ndim == 3 else 1
    shape = (image.shape[0], image.shape[1], channels)
    if image.nbytes <= _RAW_LIMIT:
        return _RAW, image.tobytes(), shape
    if lossless or (channels == 1 and image.nbytes <= _PNG_LIMIT):
        return _PNG, _png(image), shape
    from PIL import Image

    buffer = io.BytesIO()
    picture = Image.fromarray(image.reshape(shape).squeeze(2) if channels == 1 else image)
    picture.save(buffer, "JPEG", quality=92, subsampling=0)
    return _JPEG, buffer.getvalue(), shape


def _png(image: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
