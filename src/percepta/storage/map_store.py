"""Maps on disk: one folder each, written under a temporary name and renamed when complete."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from percepta.core.errors import CorruptRunError, NotFoundError, StorageError
from percepta.storage.documents import read_document, write_document
from percepta.storage.files import TEMPORARY, AtomicFile, make_folder, rename_folder
from percepta.storage.job_table import known_id, new_id
from percepta.storage.maps import MapInfo, MapResult, StoredMap
from percepta.storage.run_files import RunFiles

_INFO = "map.json"
_STALE_SECONDS = 3600


def save_map(folder: Path, result: MapResult, n: int) -> MapInfo:
    """Write a map of a run with ``n`` rows.

    Raises:
        StorageError: its arrays do not fit the run, or its clusters do not fit each other.
        DiskFullError: no space; nothing is left behind.
    """
    arrays = _arrays(result, n)
    info = MapInfo(
        id=new_id(),
        space=result.space,
        algorithm=result.algorithm,
        settings=result.settings,
        filter=result.filter,
        seed=result.seed,
        n=int(np.isfinite(arrays["xy"]).all(axis=0).sum()),
        trustworthiness=result.trustworthiness,
        created=datetime.now(UTC).isoformat(),
        clusters=tuple(result.clusters),
        measures=result.measures,
    )
    maps = folder / "maps"
    make_folder(maps)
    _remove_stale(maps)
    temporary = maps / f"{info.id}{TEMPORARY}"
    make_folder(temporary)
    try:
        files: dict[str, Any] = {}
        for name, array in arrays.items():
            with AtomicFile(temporary / f"{name}.npy", durable=False) as file:
                np.lib.format.write_array(file, array)
            files[f"{name}.npy"] = {"size": file.size, "sha256": file.sha256}
        write_document(temporary / _INFO, {"info": info.to_json(), "files": files})
        rename_folder(temporary, maps / info.id)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return info


def _remove_stale(maps: Path) -> None:
    for left in maps.glob(f"*{TEMPORARY}"):  # of a process that was killed
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def map_infos(folder: Path) -> list[MapInfo]:
    """Return the maps of a run, oldest first."""
    found = [
        MapInfo.from_json(read_document(path / _INFO)["info"])
        for path in (folder / "maps").glob("*")
        if known_id(path.name)
    ]
    return sorted(found, key=lambda info: (info.created, info.id))


def load_map(folder: Path, map_id: str, n: int) -> StoredMap:
    """Return a map of a run with ``n`` rows, memory-mapped.

    Raises:
        NotFoundError: no such map.
        CorruptRunError: it is damaged; the message names the file.
    """
    path = folder / "maps" / map_id
    if not known_id(map_id) or not path.is_dir():
        raise NotFoundError("There is no such map.")
    document = read_document(path / _INFO)
    files = RunFiles(path, document["files"])

    def load(name: str) -> NDArray[Any]:
        return np.load(files.path(f"{name}.npy"), mmap_mode="r" if n else None)  # type: ignore[no-any-return]

    stored = StoredMap(
        info=MapInfo.from_json(document["info"]),
        xy=load("xy"),
        cluster=load("cluster"),
        subcluster=load("subcluster"),
        cluster_distance=load("cluster_distance"),
    )
    if stored.xy.shape != (2, n):
        raise CorruptRunError(f"Map {map_id} does not belong to this run.")
    return stored


def _arrays(result: MapResult, n: int) -> dict[str, NDArray[Any]]:
    coordinates = np.asarray(result.coordinates, np.float32)
    if coordinates.shape != (n, 2):
        raise StorageError(
            f"The coordinates of a map of this run must be [{n}, 2], not {list(coordinates.shape)}."
        )
    xy = np.ascontiguousarray(coordinates.T)
    xy[:, ~np.isfinite(xy).all(axis=0)] = np.nan

    def column(values: ArrayLike | None, dtype: type, missing: float) -> NDArray[Any]:
        array: NDArray[Any] = (
            np.full(n, missing, dtype) if values is None else np.asarray(values, dtype)
        )
        if array.shape != (n,):
            raise StorageError(f"A column of a map must have {n} values, not {list(array.shape)}.")
        return np.ascontiguousarray(array)

    cluster = column(result.cluster, np.int32, -1)
    subcluster = column(result.subcluster, np.int32, -1)
    _check_clusters(result, cluster, subcluster)
    return {
        "xy": xy,
        "cluster": cluster,
        "subcluster": subcluster,
        "cluster_distance": column(result.cluster_distance, np.float32, np.nan),
    }


def _check_clusters(
    result: MapResult, cluster: NDArray[np.int32], subcluster: NDArray[np.int32]
) -> None:
    count = len(result.clusters)
    for codes in (cluster, subcluster):
        if codes.size and (codes.min() < -1 or codes.max() >= count):
            raise StorageError(f"A row belongs to a cluster that is none of the {count}.")
    for level in (False, True):
        names = [c.name for c in result.clusters if (c.parent is not None) is level]
        if len(names) != len(set(names)):
            raise StorageError("Two clusters of one level have the same name.")
