"""How long do neighbours, map and clusters take, and how far can the map be believed?

    python benchmarks/explore.py compare  [--epochs 2] [--check]   # 60,000 × 64 against umap-learn
    python benchmarks/explore.py spaces   [--epochs 2] [--check]   # MNIST: agreement in every space
    python benchmarks/explore.py million  [--rows 1000000] [--check]
    python benchmarks/explore.py small    [--check]                # 1,797 digits, cold and warm

Costs are CPU seconds of the process (``time.process_time``), which hold on a busy machine where wall
time does not; compiled kernels are warmed up on both sides first. ``--check`` exits with 1 if a floor
is missed.

``compare`` and ``spaces`` train the network of `percepta demo mnist` on the 60,000 training digits
(``--epochs``) and take its latents as `percepta evaluate` builds them. ``compare`` lays out 64
principal components of the `balanced` space of the training digits with percepta (k = 15: neighbours,
map, clusters) and with ``umap.UMAP()`` as it comes.

``million`` draws 40 groups in 64 dimensions, all from ``numpy.random.default_rng(0)`` in this order:
centres ``2 · N(0, I)``; for each group a basis of 8 directions ``N(0, I / 8)``; then in chunks of 100,000
rows the group (uniform), the position in its 8-dimensional sheet ``N(0, I)`` and noise
``0.1 · N(0, I)`` in all 64.

Trustworthiness is taken on 2,000 random rows against all rows, label agreement (15 neighbours vote) on
20,000.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.clustering import find_clusters
from percepta.analysis.neighbours import knn
from percepta.analysis.principal import principal_components
from percepta.analysis.projection import project
from percepta.analysis.trust import label_agreement, trustworthiness

K = 15


class Floors:
    """Compares what was measured with what was promised."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def hold(self, name: str, value: float, floor: float, *, most: bool = False) -> None:
        """Print a figure with its floor, and remember it if it misses."""
        kept = value <= floor if most else value >= floor
        sign = "≤" if most else "≥"
        print(f"  {name}: {value:.4g}  (floor {sign} {floor:g}: {'kept' if kept else 'MISSED'})")
        if not kept:
            self.missed.append(name)


@contextmanager
def cpu(costs: dict[str, float], name: str) -> Iterator[None]:
    started, wall = time.process_time(), time.perf_counter()
    yield
    costs[name] = time.process_time() - started
    print(f"  {name}: {costs[name]:.1f} CPU s, {time.perf_counter() - wall:.1f} s", flush=True)


def peak() -> float:
    """Return the most memory this process has held, in GB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def warm_up() -> None:
    vectors = np.random.default_rng(0).normal(size=(2_500, 64)).astype(np.float32)
    near = knn(vectors, K, method="index")
    project("umap", vectors, near, settings={"landmarks": 0.2, "landmark_epochs": 2, "epochs": 2})
    find_clusters(vectors, near)


def mnist_spaces(epochs: int) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.int64], float]:
    """Train the demo's network; return its latent spaces over 70,000 digits, labels, accuracy."""
    from percepta.analysis.latent import calibrate, plan_spaces
    from percepta.core.progress import Silent
    from percepta.demos.data import load_mnist
    from percepta.demos.network import train
    from percepta.models import open_model

    training, validation = load_mnist()
    with cpu({}, f"training, {epochs} epochs"):
        network = train(training, validation, epochs, Silent(), lambda *_, **__: None)
    images = np.concatenate([training.images, validation.images])
    labels = np.concatenate([training.labels, validation.labels]).astype(np.int64)
    batches = [
        (images[start : start + 500, None] / np.float32(255)).astype(np.float32)
        for start in range(0, len(images), 500)
    ]
    model = open_model(network, example={"image": batches[0][:8]}, outputs=["digit"])
    recipes = plan_spaces(model.layers, ["image"], ["digit"])
    capture = [layer.name for layer in model.layers]

    def respond(batch: NDArray[np.float32]) -> tuple[dict, NDArray[np.int64]]:
        forward = model.forward({"image": batch}, capture)
        pooled = {name: {"mean": forward.mean[name], "max": forward.max[name]} for name in capture}
        return pooled, forward.outputs["digit"].argmax(axis=1)

    spread = np.linspace(0, len(images) - 1, 512).astype(int)
    first, _ = respond((images[spread, None] / np.float32(255)).astype(np.float32))
    calibration = calibrate(recipes, first)
    vectors: dict[str, list[NDArray[np.float32]]] = {name: [] for name in recipes}
    predicted = []
    for batch in batches:
        pooled, best = respond(batch)
        predicted.append(best)
        for name, part in calibration.transform(pooled).items():
            vectors[name].append(part)
    right = np.concatenate(predicted)[len(training) :] == labels[len(training) :]
    spaces = {name: np.concatenate(parts) for name, parts in vectors.items()}
    return spaces, labels, float(right.mean())


def compare(options: argparse.Namespace, floors: Floors) -> None:
    import umap

    spaces, labels, _ = mnist_spaces(options.epochs)
    vectors = principal_components(spaces["balanced"][:60_000], 64)
    labels = labels[:60_000]
    warm_up()
    costs: dict[str, float] = {}
    print("percepta")
    with cpu(costs, "neighbours"):
        near = knn(vectors, K)
    with cpu(costs, "map"):
        ours = project("umap", vectors, near)
    with cpu(costs, "clusters"):
        clusters = find_clusters(vectors, near)
    total = sum(costs.values())
    print(f"  recall {near.recall:.3f}, {len(clusters.ids)} clusters, total {total:.1f} CPU s")
    print("umap-learn")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        umap.UMAP(n_epochs=5).fit(vectors[:5_000])
        with cpu(costs, "umap-learn"):
            theirs = umap.UMAP().fit_transform(vectors)
    trusts = [trustworthiness(vectors, places, K) for places in (ours, theirs)]
    agreements = [label_agreement(places, labels, K) for places in (ours, theirs)]
    print(f"trustworthiness {trusts[0]:.4f} against {trusts[1]:.4f}")
    print(f"label agreement {agreements[0]:.4f} against {agreements[1]:.4f}")
    floors.hold("CPU time", total / costs["umap-learn"], 0.3, most=True)
    floors.hold("trustworthiness, difference", trusts[0] - trusts[1], -0.01)
    floors.hold("label agreement, difference", agreements[0] - agreements[1], -0.02)


def spaces(options: argparse.Namespace, floors: Floors) -> None:
    found, labels, accuracy = mnist_spaces(options.epochs)
    print(f"validation accuracy {accuracy:.4f}")
    warm_up()
    for name, vectors in found.items():
        costs: dict[str, float] = {}
        print(f"{name}, {vectors.shape[1]} dimensions")
        with cpu(costs, "neighbours + map"):
            near = knn(vectors, K)
            places = project("umap", vectors, near)
        clusters = find_clusters(vectors, near)
        trust, agreement = trustworthiness(vectors, places), label_agreement(places, labels)
        print(f"  agreement in the space {label_agreement(vectors[:20_000], labels[:20_000]):.4f}")
        print(f"  {len(clusters.ids)} clusters, stability {clusters.stability:.2f}")
        if name == "balanced":
            floors.hold("label agreement on the map", agreement, 0.95)
            floors.hold("trustworthiness", trust, 0.95)
        else:
            print(f"  label agreement on the map {agreement:.4f}, trustworthiness {trust:.4f}")


def clustered(rows: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Draw the set described at the top of this file."""
    rng = np.random.default_rng(0)
    centres = (2 * rng.normal(size=(40, 64))).astype(np.float32)
    bases = (rng.normal(size=(40, 8, 64)) / 8**0.5).astype(np.float32)
    vectors = np.empty((rows, 64), np.float32)
    groups = np.empty(rows, np.int32)
    for start in range(0, rows, 100_000):
        size = min(100_000, rows - start)
        group = rng.integers(0, 40, size)
        sheet = rng.normal(size=(size, 8)).astype(np.float32)
        part = vectors[start : start + size]
        part[:] = centres[group] + 0.1 * rng.normal(size=(size, 64)).astype(np.float32)
        for chosen in range(40):
            inside = group == chosen
            part[inside] += sheet[inside] @ bases[chosen]
        groups[start : start + size] = group
    return vectors, groups


def million(options: argparse.Namespace, floors: Floors) -> None:
    vectors, groups = clustered(options.rows)
    warm_up()
    print(f"{options.rows:,} rows drawn, peak {peak():.2f} GB")
    costs: dict[str, float] = {}
    with cpu(costs, "neighbours"):
        near = knn(vectors, K)
    with cpu(costs, "map"):
        places = project("umap", vectors, near)
    memory = peak()
    with cpu(costs, "clusters"):
        clusters = find_clusters(vectors, near)
    print(f"  recall {near.recall:.3f}, {len(clusters.ids)} clusters of 40 groups planted")
    floors.hold("neighbours + map, CPU s", costs["neighbours"] + costs["map"], 200, most=True)
    floors.hold("peak of neighbours + map, GB", memory, 3, most=True)
    floors.hold("peak with clusters, GB", peak(), 3, most=True)
    floors.hold("clusters, CPU s", costs["clusters"], 100, most=True)
    with cpu(costs, "trustworthiness"):
        trust = trustworthiness(vectors, places)
    floors.hold("trustworthiness", trust, 0.97)
    print(f"  label agreement {label_agreement(places, groups):.4f}")


SMALL = """
import time; started = time.perf_counter()
import json, sys
import numpy as np
from percepta.analysis.clustering import find_clusters
from percepta.analysis.neighbours import knn
from percepta.analysis.projection import project
from percepta.analysis.trust import trustworthiness
vectors = np.load(sys.argv[1])
near = knn(vectors, 15)
places = project("umap", vectors, near)
groups = find_clusters(vectors, near)
trust = trustworthiness(vectors, places)
print(json.dumps([time.perf_counter() - started, time.process_time(), trust, len(groups.ids)]))
"""


def small(options: argparse.Namespace, floors: Floors) -> None:
    from sklearn.datasets import load_digits

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.npy"
        np.save(path, load_digits().data.astype(np.float32))
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        for name, most in (("cold", 5), ("warm", 2)):
            done = subprocess.run(
                [sys.executable, "-c", SMALL, str(path)],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            seconds, spent, trust, clusters = json.loads(done.stdout)
            print(f"  {name}: {spent:.2f} CPU s with all imports")
            floors.hold(f"1,797 digits, {name} process, s", seconds, most, most=True)
        print(f"  trustworthiness {trust:.4f}, {clusters} clusters")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure exploration.")
    parser.add_argument("part", choices=["compare", "spaces", "million", "small"])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    floors = Floors()
    parts = {"compare": compare, "spaces": spaces, "million": million, "small": small}
    parts[options.part](options, floors)
    return 1 if options.check and floors.missed else 0


if __name__ == "__main__":
    sys.exit(main())
