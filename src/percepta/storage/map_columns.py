"""The fields that a map gives its run: which cluster a sample is in, and how far from its centre."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.storage.maps import StoredMap

MAP_FIELDS = (
    Field("cluster", FieldType.STRING, FieldGroup.LATENT, None, "Cluster on this map."),
    Field("subcluster", FieldType.STRING, FieldGroup.LATENT, None, "Part of its cluster."),
    Field(
        "cluster_distance",
        FieldType.FLOAT,
        FieldGroup.LATENT,
        None,
        "Distance to the centre of its cluster in the latent space.",
    ),
)


def map_column(stored: StoredMap, name: str) -> pa.Array:
    """Return the values of one of a map's fields, one a row; null or NaN: not in the map."""
    if name == "cluster_distance":
        return pa.array(stored.cluster_distance)
    codes = stored.cluster if name == "cluster" else stored.subcluster
    names = list(dict.fromkeys(cluster.name for cluster in stored.info.clusters))
    position = {cluster_name: at for at, cluster_name in enumerate(names)}
    lookup = np.array([position[c.name] for c in stored.info.clusters] + [0], np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(lookup[codes], mask=np.asarray(codes) < 0), pa.array(names, pa.string())
    )
