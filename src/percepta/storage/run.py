"""The run reader (signatures first; being filled in)."""

from __future__ import annotations

from typing import Any

from percepta.core.fields import Field
from percepta.core.subsets import SampleId, SampleKey, Subset
from percepta.storage.maps import MapInfo, MapResult, StoredMap
from percepta.storage.plan import SampleFailure


class Run:
    """A committed run: memory-mapped, read-only, safe for threads."""

    id: str
    n: int
    fields: tuple[Field, ...]  # as stored: types are what the values turned out to be
    details: dict[str, Any]  # what the engine gave to commit
    subsets: dict[Subset, range]  # rows of each subset
    spaces: dict[str, int]  # width
    predictions: dict[str, int]  # width
    visualizers: tuple[str, ...]
    metrics: dict[str, dict[str, float]]
    notes: tuple[str, ...]

    def column(self, name: str) -> Any: ...  # pa.ChunkedArray: floats NaN = missing, others null = missing
    def values(self, name: str) -> Any: ...  # numpy: float as stored, int64|float64 if missing, bool|object, str object
    def latent(self, space: str) -> Any: ...  # float32 memmap [n, D]
    def scores(self, prediction: str) -> Any: ...  # float32 memmap [n, C]
    def thumbnail(self, row: int) -> tuple[bytes, str] | None: ...
    def visuals(self, row: int) -> list[Any]: ...  # list[StoredVisual(name, kind, document, planes: int)]
    def visual_image(self, row: int, visualizer: str, plane: int) -> tuple[bytes, str]: ...
    def failures(self) -> list[SampleFailure]: ...
    def key(self, row: int) -> SampleKey: ...
    def locate(self, subset: Subset, sample_id: SampleId) -> int | None: ...
    def search(self, text: str, subset: Subset | None = None, limit: int = 20) -> list[tuple[int, SampleKey]]: ...  # exact first, else prefix
    def state(self, name: str) -> bytes | None: ...
    def maps(self) -> list[MapInfo]: ...  # oldest first
    def map(self, map_id: str) -> StoredMap: ...  # NotFoundError
    def save_map(self, result: MapResult) -> MapInfo: ...
    def verify(self) -> None: ...  # CorruptRunError naming the file
    def close(self) -> None: ...
