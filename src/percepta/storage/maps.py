"""Maps of a run: coordinates of a latent space with clusters, stored beside the run's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trait:
    """What sets a cluster apart: a value or range of a field, more common inside than outside.

    Attributes:
        field: name of the field.
        value: the value, or ``[low, high]`` of a range.
        inside: share of the cluster's samples that have it, 0..1.
        outside: share of the other samples that have it, 0..1.
        score: how telling it is (higher is more).
    """

    field: str
    value: bool | int | float | str | tuple[float, float]
    inside: float
    outside: float
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {
            "field": self.field,
            "value": value,
            "inside": self.inside,
            "outside": self.outside,
            "score": self.score,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Trait:
        """Read what :meth:`to_json` wrote."""
        held = value["value"]
        return cls(
            str(value["field"]),
            (float(held[0]), float(held[1])) if isinstance(held, list) else held,
            float(value["inside"]),
            float(value["outside"]),
            float(value["score"]),
        )


@dataclass(frozen=True)
class ClusterInfo:
    """A cluster or sub-cluster of a map.

    Attributes:
        id: stable id, derived from its members.
        name: what characterises it; unique among clusters of its level.
        size: number of samples.
        parent: id of the cluster it is part of; None for a cluster.
        x: where its label goes, map coordinates.
        y: where its label goes, map coordinates.
        traits: most telling first.
        mean_loss: mean loss of its samples; None without a loss.
    """

    id: str
    name: str
    size: int
    parent: str | None
    x: float
    y: float
    traits: tuple[Trait, ...] = ()
    mean_loss: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "parent": self.parent,
            "x": self.x,
            "y": self.y,
            "traits": [trait.to_json() for trait in self.traits],
            "mean_loss": self.mean_loss,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ClusterInfo:
        """Read what :meth:`to_json` wrote."""
        return cls(
            id=str(value["id"]),
            name=str(value["name"]),
            size=int(value["size"]),
            parent=value["parent"],
            x=float(value["x"]),
            y=float(value["y"]),
            traits=tuple(Trait.from_json(trait) for trait in value["traits"]),
            mean_loss=value["mean_loss"],
        )


@dataclass(frozen=True)
class MapResult:
    """A map as explore makes it; rows that are not in the map have NaN coordinates.

    Attributes:
        space: latent space it shows.
        algorithm: ``umap``, ``tsne``, ``pca`` …
        seed: seed that made it.
        coordinates: ``float32 [n, 2]`` over all rows of the run.
        clusters: clusters and sub-clusters.
        cluster: ``int32 [n]``, index into ``clusters``; -1: none.
        subcluster: ``int32 [n]``, index into ``clusters``; -1: none.
        cluster_distance: ``float32 [n]``, distance to the centre of the own cluster; NaN: none.
        settings: settings of the algorithm, JSON.
        filter: JSON of the filter the map was made of; empty: all samples.
        trustworthiness: 0..1; None if not computed.
        measures: further figures worth showing, e.g. seconds, recall of the neighbours.
    """

    space: str
    algorithm: str
    seed: int
    coordinates: NDArray[np.float32]
    clusters: Sequence[ClusterInfo] = ()
    cluster: NDArray[np.int32] | None = None
    subcluster: NDArray[np.int32] | None = None
    cluster_distance: NDArray[np.float32] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    filter: list[dict[str, Any]] = field(default_factory=list)
    trustworthiness: float | None = None
    measures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MapInfo:
    """What a map says of itself.

    Attributes:
        id: opaque hex.
        space: latent space it shows.
        algorithm: ``umap``, ``tsne``, ``pca`` …
        settings: settings of the algorithm, JSON.
        filter: JSON of the filter it was made of; empty: all samples.
        seed: seed that made it.
        n: samples that have a place on it.
        trustworthiness: 0..1; None if not computed.
        created: ISO 8601, UTC.
        clusters: clusters and sub-clusters.
        measures: further figures, JSON.
    """

    id: str
    space: str
    algorithm: str
    settings: dict[str, Any]
    filter: list[dict[str, Any]]
    seed: int
    n: int
    trustworthiness: float | None
    created: str
    clusters: tuple[ClusterInfo, ...] = ()
    measures: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "space": self.space,
            "algorithm": self.algorithm,
            "settings": self.settings,
            "filter": self.filter,
            "seed": self.seed,
            "n": self.n,
            "trustworthiness": self.trustworthiness,
            "created": self.created,
            "clusters": [cluster.to_json() for cluster in self.clusters],
            "measures": self.measures,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MapInfo:
        """Read what :meth:`to_json` wrote."""
        return cls(
            id=str(value["id"]),
            space=str(value["space"]),
            algorithm=str(value["algorithm"]),
            settings=dict(value["settings"]),
            filter=list(value["filter"]),
            seed=int(value["seed"]),
            n=int(value["n"]),
            trustworthiness=value["trustworthiness"],
            created=str(value["created"]),
            clusters=tuple(ClusterInfo.from_json(cluster) for cluster in value["clusters"]),
            measures=dict(value["measures"]),
        )


@dataclass(frozen=True)
class StoredMap:
    """A map read back; arrays are memory-mapped and read-only.

    Attributes:
        info: what it says of itself.
        xy: ``float32 [2, n]``: all x, then all y; NaN where a row is not in the map.
        cluster: ``int32 [n]``, index into ``info.clusters``; -1: none.
        subcluster: ``int32 [n]``, index into ``info.clusters``; -1: none.
        cluster_distance: ``float32 [n]``; NaN: none.
    """

    info: MapInfo
    xy: NDArray[np.float32]
    cluster: NDArray[np.int32]
    subcluster: NDArray[np.int32]
    cluster_distance: NDArray[np.float32]

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """``float32 [n, 2]``, a view."""
        return self.xy.T
