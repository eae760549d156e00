"""What the documents say is found in real data (docs/how-to/find.md): it is found, by what a click asks."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from percepta.analysis.attribution.fusing import enlarge
from percepta.core.progress import Silent
from percepta.core.targets import ClassTarget, DirectionTarget, Target
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.engine.options import EvaluateOptions
from percepta.engine.similar import find_similar
from percepta.integration import load_script
from percepta.storage import Run, Workspace
from tests.examples.conftest import FOLDER

pytestmark = pytest.mark.timeout(300)

PERSON, CAR = 15, 7
VEHICLES = range(2, 10)
SIDE = 257


@dataclass
class Opened:
    run: Run
    explainer: Explainer

    def rows(self, subset: str, *ids: int | str) -> list[int]:
        found = [self.run.locate(subset, sample_id) for sample_id in ids]  # type: ignore[arg-type]
        assert None not in found
        return [int(row) for row in found if row is not None]

    def maps(self, row: int, target: Target, **more: Any) -> dict[str | None, np.ndarray]:
        answer = self.explainer.explain(Wish((row,), (target,), **more))
        return {heat.layer: heat.values for heat in answer.maps}


@pytest.fixture(scope="module")
def opened(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Opened]]:
    """Open examples, each evaluated once."""
    known: dict[str, Opened] = {}

    def open_example(name: str, *needed: str, **options: Any) -> Opened:
        missing = [folder for folder in needed if not (data / folder).exists()]
        if missing:
            pytest.skip(f"{' and '.join(missing)} not among the data")
        if name not in known:
            integration = load_script(FOLDER / f"{name}.py")
            source = integration.make_model()
            chosen = EvaluateOptions(device="cpu", visuals=False, **options)
            workspace = Workspace.open(tmp_path_factory.mktemp(name))
            run = evaluate(
                workspace, integration, source, project=name, options=chosen, progress=Silent()
            )
            known[name] = Opened(run, Explainer.open(run, integration, source, device="cpu"))
        return known[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTA_DATA", str(data))
        yield open_example
    for one in known.values():
        one.explainer.close()


def photos(opened: Callable[..., Opened]) -> Opened:
    return opened("coco_segmentation", "coco_seg", "models/segmentation")


def masked(data: Path, one: Opened, row: int, classes: Any) -> np.ndarray:
    drawn = Image.open(data / "coco_seg" / "masks" / f"{one.run.key(row).id}.png")
    mask = np.asarray(drawn.resize((SIDE, SIDE), Image.Resampling.NEAREST))
    return np.isin(mask, list(classes))


def share(heat: np.ndarray, where: np.ndarray) -> float:
    fine = np.maximum(enlarge(heat[None], where.shape)[0], 0)
    return float(fine[where].sum() / max(float(fine.sum()), 1e-12))


@pytest.mark.parametrize(
    ("index", "classes", "field"), [(PERSON, [1], "person"), (CAR, [3], "car")]
)
def test_maps_of_person_and_car_lie_over_their_regions(
    data: Path, opened: Callable[..., Opened], index: int, classes: list[int], field: str
) -> None:
    one = photos(opened)
    percent = np.asarray(one.run.values(f"{field}_percent"), float)
    rows = np.argsort(-percent, kind="stable")[:4].tolist()
    deepest, fused = [], []
    for row in rows:
        where = masked(data, one, row, classes)
        maps = one.maps(row, ClassTarget("logits", index))
        *_, last = (layer for layer in maps if layer != "fused")
        deepest.append((share(maps[last], where), where.mean()))
        fused.append((share(maps["fused"], where), where.mean()))
    assert np.mean(deepest, axis=0)[0] > 0.75
    assert all(on > area for on, area in deepest + fused)


def test_the_likes_of_cars_are_vehicles_and_what_makes_them_alike_is_low_on_them(
    data: Path, opened: Callable[..., Opened]
) -> None:
    one = photos(opened)
    cars = one.rows("training", "000000234748", "000000330993")
    alike = find_similar(one.explainer.population, cars, space="foreground", limit=8)
    vehicle = np.asarray(one.run.values("vehicle_percent"), float) >= 0.5
    assert vehicle[alike.rows].mean() >= 0.75 > 3 * vehicle.mean()
    found = []
    for row in [*cars, *alike.rows[vehicle[alike.rows]].tolist()]:
        where = masked(data, one, row, VEHICLES)
        heights = np.flatnonzero(where.any(axis=1))
        low = where & (np.arange(SIDE)[:, None] >= heights[[0, -1]].mean())
        target = DirectionTarget("foreground", tuple(cars))
        *_, heat = (
            values
            for layer, values in one.maps(row, target, signed=False).items()
            if layer != "fused"
        )
        on = share(heat, where)
        found.append((on, where.mean(), share(heat, low) / max(on, 1e-9), low.sum() / where.sum()))
    on, area, lower, chance = np.mean(found, axis=0)
    assert on > 2 * area
    assert lower > chance + 0.1


def test_the_words_behind_a_false_positive(opened: Callable[..., Opened]) -> None:
    one = opened("imdb", "imdb", "models/text", subsets=("test",))
    [row] = one.rows("test", 312)
    assert (one.run.values("label")[row], one.run.values("predicted")[row]) == (
        "negative",
        "positive",
    )
    assert one.run.values("confidence")[row] > 0.95
    [heat] = one.maps(row, ClassTarget("scores", 1), signed=True).values()
    tokens = one.explainer.ask([row]).inputs["tokens"]
    [shown] = one.explainer.integration.visualizers
    words = np.array(shown.function(tokens[0]).tokens)
    order = np.argsort(-heat, kind="stable")
    assert {"perfect", "loved", "appreciate"} <= set(words[order[:6]])
    assert {"boring", "disappointing"} <= set(words[order[-4:]])

    # Without its four hottest words the review is called what it is; without four others it is not.
    def positive(places: np.ndarray) -> float:
        fewer = tokens.copy()
        fewer[0, places] = 0
        return float(one.explainer.model.forward({"tokens": fewer}).outputs["scores"][0, 1])

    random = np.random.default_rng(0)
    read = np.flatnonzero(tokens[0])
    others = [positive(random.choice(read, 4, replace=False)) for _ in range(20)]
    assert positive(order[:4]) < min(others)


def test_closed_fours_are_nearer_to_nines(opened: Callable[..., Opened]) -> None:
    one = digits(opened)
    labels = one.run.values("label")
    for row in one.rows("validation", 3944, 8596):
        assert labels[row] == "4"
        alike = find_similar(one.explainer.population, [row], limit=20)
        assert (labels[alike.rows] == "9").all()
        assert alike.reading.odd == (row,)


def test_sevens_with_a_bar_are_told_from_those_without(
    data: Path, opened: Callable[..., Opened]
) -> None:
    one = digits(opened)
    with gzip.open(data / "mnist" / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)[48_000:]
    sevens = np.flatnonzero(one.run.values("label") == "7")
    widths = np.array([bar(pixels[one.run.key(row).id]) for row in sevens.tolist()])
    barred, plain = set(sevens[widths >= 6].tolist()), set(sevens[widths <= 1].tolist())

    def of(kind: set[int], among: list[int]) -> float:
        found = [
            find_similar(one.explainer.population, [row], limit=20).rows.tolist() for row in among
        ]
        return float(np.mean([[row in kind for row in rows] for rows in found]))

    assert of(barred, sorted(barred)[:10]) > 0.6 > 0.35 > of(barred, sorted(plain)[:10])


def digits(opened: Callable[..., Opened]) -> Opened:
    return opened("mnist", "mnist", "models/mnist", subsets=("validation",))


def bar(picture: np.ndarray) -> float:
    """Return how many pixels wider the middle of a digit is than its foot."""
    rows = [np.flatnonzero(picture[y] > 100) for y in range(12, 19)]
    middle = max((row[-1] - row[0] + 1 for row in rows if len(row)), default=0)
    foot = [int((picture[y] > 100).sum()) for y in range(20, 24)]
    return float(middle - np.median([width for width in foot if width] or [0]))
