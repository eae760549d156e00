"""What can be chosen: the shape of the task, the form of the data, and which go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from percepta.core.errors import IntegrationError, Where

TASKS: Mapping[str, str] = {
    "image-classification": "pictures, each of one class",
    "segmentation": "pictures, with a class for every pixel",
    "detection": "pictures, with boxes around objects",
    "text": "texts, each of one class",
    "tabular": "rows of numbers and categories, with a class or a number to predict",
    "time-series": "curves, each of one class",
}
"""Every task, with a few words for people."""

DATA: Mapping[str, str] = {
    "datasets": "a PyTorch Dataset, or anything like it",
    "folder": "a folder of files; the labels are its subfolders",
    "csv": "a table; for pictures, one that names their files",
    "numpy": "arrays in an .npz file",
}
"""Every form of data, with a few words for people."""

FITTING: Mapping[str, tuple[str, ...]] = {
    "image-classification": ("datasets", "folder", "csv", "numpy"),
    "segmentation": ("datasets", "folder", "numpy"),
    "detection": ("datasets", "csv", "numpy"),
    "text": ("datasets", "folder", "csv"),
    "tabular": ("datasets", "csv", "numpy"),
    "time-series": ("datasets", "csv", "numpy"),
}
"""The forms of data that a task can have."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a script is written for.

    Attributes:
        task: one of :data:`TASKS`.
        data: one of :data:`DATA`.
        path: the user's data; None: small example data is made.
        model: the user's model file; None: a tiny network stands in for it.
        size: height and width of the pictures the model takes; None: not known.
        label: the table's column to predict; None: the one that looks like it.

    Raises:
        IntegrationError: they do not go together, or a path leads nowhere; says what does.
    """

    task: str
    data: str
    path: Path | None = None
    model: Path | None = None
    size: int | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        """Check that they go together."""
        for kind, value, known in (("task", self.task, TASKS), ("data", self.data, DATA)):
            if value not in known:
                raise IntegrationError(
                    f"There is no {kind} {value!r}.", fix=f"Choose one of: {', '.join(known)}."
                )
        if self.data not in FITTING[self.task]:
            raise IntegrationError(
                f"There is no script for {self.task} from {DATA[self.data].split(';')[0]}.",
                fix=f"For {self.task} --data is one of: {', '.join(FITTING[self.task])}.",
            )
        if self.path is not None and self.data == "datasets":
            raise IntegrationError(
                "Data sets are made by your code, so there is no path to look at.",
                where=Where(file=str(self.path)),
                fix="Leave --path out, and put your data set in at REPLACE in the script.",
            )
        if self.label is not None and self.data != "csv":
            raise IntegrationError(
                f"There is no column {self.label!r} without a table.",
                fix="Leave --label out, or say --data csv.",
            )
        if self.path is not None and not self.path.exists():
            message = "There is no such data."
            raise IntegrationError(message, where=Where(file=str(self.path)), fix="Check --path.")
        if self.model is not None and not self.model.is_file():
            message = "There is no model file here."
            raise IntegrationError(message, where=Where(file=str(self.model)), fix="Check --model.")
