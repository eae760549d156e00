"""Small made-up data, so that a first script runs before the user's own data is in place."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

COUNT = 64
SIDE = 32
SHAPES = ("disc", "square")

Array = NDArray[Any]


def make_examples(task: str, data: str, folder: Path) -> Path:
    """Write example data into a folder that exists, and return its path.

    Args:
        task: one of :data:`percepta.templates.choices.TASKS`.
        data: ``folder``, ``csv`` or ``numpy``.
        folder: where to write; files of the same names are replaced.
    """
    return _MAKERS[data](task, folder)


def _scenes(most: int) -> Iterator[tuple[Array, Array, list[tuple[int, int, int, int, int]]]]:
    """Give pictures, class of each pixel, and boxes: left, top, right, bottom, shape."""
    chance = np.random.default_rng(0)
    for _ in range(COUNT):
        pixels = np.full((SIDE, SIDE, 3), 30, np.uint8)
        classes = np.zeros((SIDE, SIDE), np.uint8)
        boxes = []
        for shape in chance.integers(0, len(SHAPES), chance.integers(1, most + 1)):
            across, down = (int(at) for at in chance.integers(8, SIDE - 8, 2))
            radius = int(chance.integers(4, 8))
            y, x = np.mgrid[:SIDE, :SIDE] - np.array([down, across]).reshape(2, 1, 1)
            reach = np.hypot(x, y) if shape == 0 else np.maximum(abs(x), abs(y))
            pixels[reach <= radius] = chance.integers(60, 255, 3)
            classes[reach <= radius] = shape + 1
            edges = across - radius, down - radius, across + radius + 1, down + radius + 1
            boxes.append((*edges, int(shape)))
        yield pixels, classes, boxes


def _opinions() -> Iterator[tuple[str, str]]:
    """Give short reviews with what they say."""
    chance = np.random.default_rng(0)
    words = {"negative": ["dull", "poor", "boring"], "positive": ["great", "fine", "moving"]}
    for _ in range(COUNT):
        label = str(chance.choice(list(words)))
        subject, word = chance.choice(["film", "play", "book"]), chance.choice(words[label])
        verb = chance.choice(["was", "is"])
        yield f"What a {word} {subject} this {verb}, and so {word}!", label


def _customers() -> Iterator[dict[str, Any]]:
    """Give customers: two numbers, a category, and whether they leave."""
    chance = np.random.default_rng(0)
    for _ in range(COUNT):
        age, income = int(chance.integers(20, 71)), round(float(chance.normal(40, 12)), 1)
        city = str(chance.choice(["Bern", "Oslo", "Rome"]))
        leaves = "leaves" if income + age / 5 > 49 else "stays"
        yield {"age": age, "income": income, "city": city, "label": leaves}


def _waves() -> Iterator[tuple[Array, int]]:
    """Give noisy curves of 96 points: 0, sine; 1, steps."""
    chance = np.random.default_rng(0)
    for _ in range(COUNT):
        number = int(chance.integers(2))
        wave = np.sin(np.linspace(0, 6 * np.pi, 96) + chance.uniform(0, 6))
        yield (wave if number == 0 else np.sign(wave)) + chance.normal(0, 0.2, 96), number


def _save(pixels: Array, path: Path) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def _as_folder(task: str, folder: Path) -> Path:
    root = folder / "data"
    if task == "text":
        for index, (text, label) in enumerate(_opinions()):
            (root / label).mkdir(parents=True, exist_ok=True)
            (root / label / f"{index:02}.txt").write_text(text + "\n", "utf-8")
        return root
    for index, (pixels, classes, boxes) in enumerate(_scenes(1 if task != "segmentation" else 3)):
        if task == "segmentation":
            _save(pixels, root / "images" / f"{index:02}.png")
            _save(classes, root / "masks" / f"{index:02}.png")
        else:
            _save(pixels, root / SHAPES[boxes[0][4]] / f"{index:02}.png")
    return root


def _as_table(task: str, folder: Path) -> Path:
    path = folder / ("data.csv" if task in ("text", "tabular", "time-series") else "data/data.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = list(_rows(task, path.parent))
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _rows(task: str, folder: Path) -> Iterator[dict[str, Any]]:
    if task == "text":
        for text, label in _opinions():
            yield {"text": text, "label": label}
    elif task == "tabular":
        yield from _customers()
    elif task == "time-series":
        for wave, number in _waves():
            points = {f"t{index}": f"{value:.3f}" for index, value in enumerate(wave)}
            yield {"label": ("sine", "steps")[number]} | points
    else:
        for index, (pixels, _, boxes) in enumerate(_scenes(1 if task != "detection" else 3)):
            name = f"pictures/{index:02}.png"
            _save(pixels, folder / name)
            for left, top, right, bottom, shape in boxes:
                row: dict[str, Any] = {"file": name}
                if task == "detection":
                    row |= {"left": left, "top": top, "right": right, "bottom": bottom}
                yield row | {"label": SHAPES[shape]}


def _as_arrays(task: str, folder: Path) -> Path:
    path = folder / "data.npz"
    scenes = list(_scenes(1 if task == "image-classification" else 3))
    pictures = np.stack([pixels for pixels, _, _ in scenes])
    arrays: dict[str, Array]
    if task == "time-series":
        waves, numbers = zip(*_waves(), strict=True)
        arrays = {"series": np.asarray(waves, np.float32), "labels": np.asarray(numbers)}
        arrays["names"] = np.asarray(["sine", "steps"])
    elif task == "tabular":
        rows = list(_customers())
        columns = ["age", "income"]
        arrays = {
            "inputs": np.asarray([[row[c] for c in columns] for row in rows], np.float32),
            "labels": np.asarray([int(row["label"] == "leaves") for row in rows]),
            "columns": np.asarray(columns),
        }
    elif task == "segmentation":
        masks = np.stack([classes for _, classes, _ in scenes])
        names = np.asarray(["background", *SHAPES])
        arrays = {"images": pictures, "masks": masks, "names": names}
    elif task == "detection":
        boxes = np.full((COUNT, 3, 5), -1, np.int64)
        for index, (_, _, found) in enumerate(scenes):
            boxes[index, : len(found)] = found
        arrays = {"images": pictures, "boxes": boxes, "names": np.asarray(SHAPES)}
    else:
        labels = np.asarray([boxes[0][4] for _, _, boxes in scenes])
        arrays = {"images": pictures, "labels": labels, "names": np.asarray(SHAPES)}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


_MAKERS: Mapping[str, Callable[[str, Path], Path]] = {
    "folder": _as_folder,
    "csv": _as_table,
    "numpy": _as_arrays,
}
