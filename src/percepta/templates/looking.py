"""A look at the user's data: what of it goes into the script, and what is told about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from percepta.core.errors import IntegrationError, Where
from percepta.templates.choices import Choice
from percepta.templates.texts import part

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"})
TEXTS = frozenset({".txt"})
MOST_SHOWN = 8
FEWEST_SAMPLES = 5

_SUBSETS = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
_PICTURE_FOLDERS = ("images", "pictures", "image", "imgs", "img")
_MASK_FOLDERS = ("masks", "mask", "labels", "annotations", "segmentation")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the data found.

    Attributes:
        values: text by placeholder of the script.
        found: sentences for the person who asked.
    """

    values: Mapping[str, str]
    found: tuple[str, ...] = ()


def look(choice: Choice, path: Path | None) -> Look:
    """Look at the data of a script.

    Args:
        choice: what the script is for.
        path: the user's data, or example data made for them; None for data made in code.

    Raises:
        IntegrationError: it is not what the choice says; what to do.
    """
    from percepta.templates.arrays import look_at_arrays
    from percepta.templates.tables import look_at_table

    if path is None:
        return _in_code(choice.task)
    kinds: Mapping[str, Callable[[Choice, Path], Look]] = {
        "folder": _look_at_folder,
        "csv": look_at_table,
        "numpy": look_at_arrays,
    }
    wants_folder = choice.data == "folder"
    if wants_folder != path.is_dir():
        raise IntegrationError(
            f"{'This is no folder' if wants_folder else 'This is a folder'}.",
            where=Where(file=str(path)),
            fix=f"With --data {choice.data} --path is "
            + {"folder": "a folder", "csv": "a .csv file", "numpy": "an .npz file"}[choice.data]
            + ".",
        )
    return kinds[choice.data](choice, path)


def _in_code(task: str) -> Look:
    classes = {
        "image-classification": ["disc", "square"],
        "segmentation": ["background", "disc", "square"],
        "detection": ["disc", "square"],
        "text": ["negative", "positive"],
        "tabular": ["stays", "leaves"],
        "time-series": ["sine", "steps"],
    }[task]
    return Look({"classes": repr_of(classes), "most_boxes": "3", **classification()})


def _look_at_folder(choice: Choice, path: Path) -> Look:
    if choice.task == "segmentation":
        return _look_at_masks(path)
    endings = TEXTS if choice.task == "text" else PICTURES
    names = [folder.name for folder in _folders(path)]
    subsets = {_SUBSETS[name.lower()]: name for name in names if name.lower() in _SUBSETS}
    split = "training" in subsets and len(subsets) > 1
    roots = [path / name for name in subsets.values()] if split else [path]
    counts: dict[str, int] = {}
    for root in roots:
        for folder in _folders(root):
            files = sum(file.suffix.lower() in endings for file in folder.rglob("*"))
            if files:
                counts[folder.name] = counts.get(folder.name, 0) + files
    classes, total = sorted(counts), sum(counts.values())
    what = "texts (.txt)" if choice.task == "text" else "pictures"
    if len(classes) < 2 or total < FEWEST_SAMPLES:
        raise IntegrationError(
            f"There are {total} {what} in {len(classes)} subfolders: too few to learn classes from.",
            where=Where(file=str(path)),
            fix="Put each class into a subfolder of its own: cat/1.png, dog/2.png."
            if choice.task != "text"
            else "Put each class into a subfolder of its own: good/1.txt, bad/2.txt.",
        )
    if split:
        folders = ", ".join(f'"{subset}": DATA / "{name}"' for subset, name in subsets.items())
        code = part("folder.split", folders=f"{{{folders}}}")
    else:
        code = part("folder.one")
    found = f"{total:,} {what} in {len(classes)} classes: {listed(classes)}"
    where = f", split into {', '.join(subsets)}" if split else ""
    return Look({"classes": repr_of(classes), "subsets": code}, (found + where + ".",))


def _look_at_masks(path: Path) -> Look:
    import numpy as np
    from PIL import Image

    here = {folder.name.lower(): folder.name for folder in _folders(path)}
    pictures = next((here[name] for name in _PICTURE_FOLDERS if name in here), None)
    masks = next((here[name] for name in _MASK_FOLDERS if name in here), None)
    if pictures is None or masks is None:
        raise IntegrationError(
            "There are no folders 'images' and 'masks' in it.",
            where=Where(file=str(path)),
            fix="Put the pictures into images/ and, under the same names, a .png with the class "
            "number of each pixel into masks/.",
        )
    names = [f for f in (path / pictures).iterdir() if f.suffix.lower() in PICTURES]
    files = sorted((path / masks).glob("*.png"))
    missing = [f.name for f in names if not (path / masks / f.name).with_suffix(".png").exists()]
    if missing or len(names) < FEWEST_SAMPLES:
        raise IntegrationError(
            f"There are {len(names)} pictures, of which {len(missing)} have no mask.",
            where=Where(file=str(path)),
            fix=f"Give at least {FEWEST_SAMPLES}, and to each a .png of its name in {masks}/.",
        )
    seen: set[int] = set()
    for file in files[:20]:
        values = np.asarray(Image.open(file))
        if values.ndim != 2:
            raise IntegrationError(
                "The mask is a colour picture.",
                where=Where(file=str(file)),
                fix="Save masks with one channel that holds the class number of each pixel.",
            )
        seen |= set(np.unique(values).tolist())
    to_classes = ""
    if seen <= {0, 255}:
        to_classes, seen = " // 255", {0, 1}
    elif 255 in seen:
        to_classes, seen = " % 255  # 255, void, counts as background", seen - {255}
    classes = ["background", *(f"class {number}" for number in range(1, max(seen) + 1))]
    return Look(
        {
            "classes": repr_of(classes),
            "pictures": pictures,
            "masks": masks,
            "to_classes": to_classes,
        },
        (f"{len(names):,} pictures with masks of {len(classes)} classes; name them in CLASSES.",),
    )


def _folders(path: Path) -> list[Path]:
    """Return the subfolders that a person made."""
    found = (entry for entry in path.iterdir() if entry.is_dir())
    return sorted(entry for entry in found if not entry.name.startswith((".", "__")))


def classification() -> dict[str, str]:
    """Return what a table's script says where the target is a class."""
    return {
        "target_is": "The number of the true class, an index into CLASSES.",
        "label_is": "Number of its class.",
        "loss": "cross_entropy",
        "metric": "accuracy",
        "labels": ", labels=CLASSES",
        "outputs": "len(CLASSES)",
        "show_output": part("classes_output"),
    }


def regression() -> dict[str, str]:
    """Return what a table's script says where the target is a number."""
    return {
        "target_is": "The number to predict, as the model gives it: float32 [1].",
        "label_is": "The number to predict.",
        "loss": "mse",
        "metric": "mae",
        "labels": "",
        "outputs": "1",
        "show_output": part("number_output"),
    }


def repr_of(names: list[str]) -> str:
    """Return a list of names as Python with double quotes, one a line where it is long."""
    import json

    items = [json.dumps(name, ensure_ascii=False) for name in names]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= 80 else "[\n    " + ",\n    ".join(items) + ",\n]"


def listed(names: list[str]) -> str:
    """Return names as words, a long list cut."""
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more
