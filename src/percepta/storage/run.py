"""Reading a committed run: memory-mapped, checked, safe for threads."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.channels import ChannelSamples
from percepta.core.errors import CorruptRunError, NotFoundError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.network import Network
from percepta.core.subsets import SampleId, SampleKey, Subset
from percepta.core.training import TrainingCurves
from percepta.storage.documents import read_document
from percepta.storage.map_store import load_map, map_infos, save_map
from percepta.storage.maps import MapInfo, MapResult, StoredMap
from percepta.storage.packs import ImagePack, StoredVisual, VisualPack
from percepta.storage.plan import SampleFailure
from percepta.storage.run_files import RunFiles
from percepta.storage.sample_index import SampleIndex
from percepta.storage.states import read_state

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
NETWORK = "network.json"
TRAINING = "training.json"

SUBSET_FIELD = Field("subset", FieldType.STRING, FieldGroup.SAMPLE, None, "Subset of the sample.")


class Run:
    """A committed run. Nothing of it ever changes but the maps that are added to it.

    Args:
        folder: the run's folder; its name is the run's id.

    Raises:
        CorruptRunError: a file is missing or damaged; the message names it.
        WorkspaceError: written by a newer percepta.

    Attributes:
        id: opaque hex.
        manifest: what was written down when it was committed.
        n: number of samples that have a row.
    """

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self.folder = folder
        self.manifest = read_document(folder / MANIFEST)
        self.n = int(self.manifest["n"])
        self._files = RunFiles(folder, self.manifest["files"])
        self._maps: dict[str, StoredMap] = {}

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The run's fields, with the types that their values turned out to have."""
        return tuple(Field.from_json(entry) for entry in self.manifest["fields"])

    @cached_property
    def subsets(self) -> dict[Subset, range]:
        """Rows of each subset, in the order of the rows."""
        return {
            Subset(entry["subset"]): range(entry["start"], entry["stop"])
            for entry in self.manifest["subsets"]
        }

    @property
    def details(self) -> dict[str, Any]:
        """What the engine wrote down: device, throughput, labels and the like."""
        return dict(self.manifest["details"])

    @property
    def spaces(self) -> dict[str, int]:
        """Latent spaces and their width."""
        return {entry["name"]: entry["width"] for entry in self.manifest["spaces"]}

    @property
    def predictions(self) -> dict[str, int]:
        """Predictions and their width."""
        return {entry["name"]: entry["width"] for entry in self.manifest["predictions"]}

    @property
    def visualizers(self) -> tuple[str, ...]:
        """Names of the visualizers, in order."""
        return tuple(entry["name"] for entry in self.manifest["visualizers"])

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Mean of every loss and metric over each subset, ``{field: {subset: mean}}``."""
        return dict(self.manifest["metrics"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing: what the evaluation noted, and fields whose values had several types."""
        return (*self.details.get("notes", ()), *self.manifest["notes"])

    @cached_property
    def sample_id_field(self) -> Field:
        """The field of sample ids: integer if those of all subsets are, else text."""
        texts = any(entry["ids"] == "str" for entry in self.manifest["subsets"])
        kind = FieldType.STRING if texts else FieldType.INTEGER
        return Field("sample_id", kind, FieldGroup.SAMPLE, None, "Id of the sample in its subset.")

    @cached_property
    def _table(self) -> pa.Table:
        return self._arrow("columns.arrow")

    def _arrow(self, name: str) -> pa.Table:
        import pyarrow as pa

        path = self._files.path(name)
        try:
            return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except pa.ArrowException as error:
            raise CorruptRunError(f"{self.id}/{name} cannot be read: {error}.") from error

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column, memory-mapped: a field's, ``subset`` or ``sample_id``.

        Floats have NaN where a value is missing and no nulls; other types have nulls. Texts may be
        dictionary-encoded.

        Raises:
            NotFoundError: no such field.
        """
        if name not in self._table.column_names:
            raise NotFoundError(f"The run has no field {name!r}.")
        return self._table.column(name)

    def values(self, name: str) -> NDArray[Any]:
        """Return a column as an array of ``n`` values.

        Floats as stored (NaN: missing); integers int64, or float64 with NaN if any is missing;
        booleans bool, or object with None if any is missing; texts object with None.
        """
        return column_values(self.column(name))

    def latent(self, space: str) -> NDArray[np.float32]:
        """Return a latent space, ``float32 [n, D]``, memory-mapped.

        Raises:
            NotFoundError: no such space.
        """
        return self._matrix("spaces", space, "latent space")

    def scores(self, prediction: str) -> NDArray[np.float32]:
        """Return what the model gave for a prediction, ``float32 [n, C]``, memory-mapped.

        Raises:
            NotFoundError: no such prediction.
        """
        return self._matrix("predictions", prediction, "prediction")

    def _matrix(self, family: str, name: str, what: str) -> NDArray[np.float32]:
        for entry in self.manifest[family]:
            if entry["name"] == name:
                return self._load(entry["file"])
        raise NotFoundError(f"The run has no {what} {name!r}.")

    def _load(self, name: str) -> NDArray[Any]:
        path = self._files.path(name)
        if path.stat().st_size == 128 or self.n == 0:  # nothing behind the header to map
            return np.load(path)  # type: ignore[no-any-return]
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]

    def thumbnail(self, row: int) -> tuple[bytes, str] | None:
        """Return the thumbnail of a row and its media type; None if it has none.

        Raises:
            NotFoundError: no such row.
            CorruptRunError: it is damaged.
        """
        self._check_row(row)
        return None if self._thumbnails is None else self._thumbnails.read(row)

    @property
    def has_thumbnails(self) -> bool:
        """Whether any sample has a thumbnail."""
        return self.manifest["thumbnails"] is not None

    @cached_property
    def _thumbnails(self) -> ImagePack | None:
        entry = self.manifest["thumbnails"]
        if entry is None:
            return None
        return ImagePack(self._files.pack(entry["pack"]), self._load(entry["index"]))

    def visuals(self, row: int) -> list[StoredVisual]:
        """Return what the visualizers made of a row, in their order, without pictures."""
        self._check_row(row)
        found = [pack.read(row, name) for name, pack in self._visuals.items()]
        return [visual for visual in found if visual is not None]

    def visual_image(self, row: int, visualizer: str, plane: int) -> tuple[bytes, str]:
        """Return a picture of a visual and its media type.

        Raises:
            NotFoundError: no such row, visualizer or plane.
            CorruptRunError: it is damaged.
        """
        self._check_row(row)
        pack = self._visuals.get(visualizer)
        image = None if pack is None else pack.image(row, plane)
        if image is None:
            raise NotFoundError("The sample has no such picture.")
        return image

    @cached_property
    def _visuals(self) -> dict[str, VisualPack]:
        return {
            entry["name"]: VisualPack(self._files.pack(entry["pack"]), self._load(entry["index"]))
            for entry in self.manifest["visualizers"]
        }

    def failures(self) -> list[SampleFailure]:
        """Return the samples that failed, with their errors."""
        document = read_document(self._files.path("failures.json"))
        return [SampleFailure.from_json(entry) for entry in document["failures"]]

    @cached_property
    def network(self) -> Network | None:
        """The model as a graph; None where the run was made before percepta kept it."""
        if NETWORK not in self.manifest["files"]:
            return None
        return Network.from_json(read_document(self._files.path(NETWORK)))

    @cached_property
    def training(self) -> TrainingCurves:
        """Curves of the training that made the version; empty where none were given."""
        if TRAINING not in self.manifest["files"]:
            return TrainingCurves()
        return TrainingCurves.from_json(read_document(self._files.path(TRAINING)))

    def decisions(self, metric: str) -> pa.Table:
        """Return the decisions that a metric counted one by one, memory-mapped, in order of the rows.

        Columns: ``row`` int64, ``label`` text, ``expected`` bool, ``probability`` float32 0..1 and ``id``
        text (empty: it is about the sample itself).

        Raises:
            NotFoundError: no such metric, or it counts none.
        """
        for entry in self._decisions:
            if entry["name"] == metric:
                return self._arrow(entry["file"])
        known = ", ".join(entry["name"] for entry in self._decisions) or "none"
        raise NotFoundError(
            f"The run has no decisions of a metric {metric!r}.", fix=f"It has those of: {known}."
        )

    @property
    def decision_metrics(self) -> tuple[str, ...]:
        """Names of the metrics whose decisions are kept."""
        return tuple(entry["name"] for entry in self._decisions)

    @property
    def _decisions(self) -> list[dict[str, Any]]:
        return list(self.manifest.get("decisions", []))  # runs of percepta 0.1 have none

    @property
    def channel_layers(self) -> tuple[str, ...]:
        """Layers whose channels have samples; none where the run was made before percepta kept them."""
        kept = self.manifest.get("channels")
        return () if kept is None else tuple(entry["name"] for entry in kept["layers"])

    def channel_samples(self, layer: str) -> ChannelSamples | None:
        """Return the samples that excite each channel of a layer most, memory-mapped.

        None where the run was made before percepta kept them, or the layer was not captured.
        """
        kept = self.manifest.get("channels")
        if kept is None:
            return None
        start = 0
        for entry in kept["layers"]:
            if entry["name"] == layer:
                own = slice(start, start + entry["width"])
                return ChannelSamples(
                    self._load(kept["rows"])[own], self._load(kept["responses"])[own]
                )
            start += entry["width"]
        return None

    def key(self, row: int) -> SampleKey:
        """Return which sample a row is.

        Raises:
            NotFoundError: no such row.
        """
        self._check_row(row)
        return self._samples.key(row)

    def locate(self, subset: Subset, sample_id: SampleId) -> int | None:
        """Return the row of a sample; None if it has none (not planned, or failed)."""
        return self._samples.locate(subset, sample_id)

    def search(
        self, text: str, subset: Subset | None = None, limit: int = 20
    ) -> list[tuple[int, SampleKey]]:
        """Return samples by id, as ``17`` or ``validation/17``; else those that begin so."""
        return self._samples.search(text, subset, limit)

    @cached_property
    def _samples(self) -> SampleIndex:
        return SampleIndex(self.column("sample_id"), self.manifest["subsets"])

    def state(self, name: str) -> bytes | None:
        """Return bytes that the evaluation kept (``RunWriter.save_state``), or None."""
        listed = f"state/{name}"
        return read_state(self._files.path(listed)) if listed in self.manifest["files"] else None

    def maps(self) -> list[MapInfo]:
        """Return the run's maps, oldest first."""
        return map_infos(self.folder)

    def map(self, map_id: str) -> StoredMap:
        """Return a map, memory-mapped.

        Raises:
            NotFoundError: no such map.
            CorruptRunError: it is damaged.
        """
        if map_id not in self._maps:
            self._maps[map_id] = load_map(self.folder, map_id, self.n)
        return self._maps[map_id]

    def save_map(self, result: MapResult) -> MapInfo:
        """Add a map; it is there whole or not at all.

        Raises:
            StorageError: its arrays do not fit the run.
            DiskFullError: no space.
        """
        return save_map(self.folder, result, self.n)

    def verify(self) -> None:
        """Compare every file of the run and of its maps with its checksum.

        Raises:
            CorruptRunError: naming the file that is not what was written.
        """
        self._files.verify()
        for info in self.maps():
            load_map(self.folder, info.id, self.n)

    def _check_row(self, row: int) -> None:
        if not 0 <= row < self.n:
            raise NotFoundError(f"The run has {self.n} samples; there is no row {row}.")


def column_values(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a column as an array, as :meth:`Run.values` does."""
    if str(column.type) in ("bool", "int64") and column.null_count == 0:
        return column.to_numpy()  # type: ignore[no-any-return]
    if str(column.type) == "int64":
        return column.cast("double").fill_null(np.nan).to_numpy()  # type: ignore[no-any-return]
    if str(column.type) in ("float", "double"):
        return column.to_numpy()  # type: ignore[no-any-return]
    return _objects(column)


def _objects(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return values as objects, None where missing; equal ones are one object."""
    codes, kinds = column_kinds(column)
    values: NDArray[Any] = np.array(kinds, object)[codes]
    return values


def column_kinds(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], tuple[Any, ...]]:
    """Return a column of texts or booleans as codes.

    Returns:
        The place of every value in ``kinds``, int32 ``[n]``; and the kinds, some of which may not occur, None
        (missing) last.
    """
    encoded = column.unify_dictionaries().combine_chunks().dictionary_encode()
    kinds = (*encoded.dictionary.to_pylist(), None)
    codes = encoded.indices.fill_null(len(kinds) - 1).to_numpy(zero_copy_only=False)
    return codes, kinds
