"""Similar samples as people handle them: with names, scores and a picture to save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percepta.core.subsets import SampleKey
from percepta.engine.drawn import Drawn
from percepta.engine.panels import Panel, Pixels, enlarged, multiples
from percepta.engine.similar import Found
from percepta.storage import Run

if TYPE_CHECKING:
    from percepta.engine.shared_channels import GroupChannels
    from percepta.engine.similar_file import SimilarToFile

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Gallery(Drawn):
    """Similar samples.

    Attributes:
        run: the run.
        found: rows, scores, and what they have in common.
        keys: who they are, the most similar first.
        channels: the channels that queries and similars share; None: nobody asked.
        file: of a file that was asked for instead of samples; None: samples were.
    """

    run: Run
    found: Found
    keys: tuple[SampleKey, ...]
    channels: GroupChannels | None = None
    file: SimilarToFile | None = None

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the similar samples, ``[k]``, the most similar first."""
        return self.found.rows

    @property
    def scores(self) -> FloatArray:
        """Cosine similarities, ``[k]``, -1..1."""
        return self.found.scores

    @property
    def notes(self) -> tuple[str, ...]:
        """How a file became inputs of the model, where that was found out, one sentence each."""
        return () if self.file is None else self.file.notes

    def picture(self) -> Pixels:
        """Return the thumbnails of queries and similars, ten a row, with their scores."""
        told = [(row, "asked for") for row in self.found.queries]
        told += [
            (row, f"{score:.3f}")
            for row, score in zip(self.rows.tolist(), self.scores.tolist(), strict=True)
        ]
        panels = [
            Panel(enlarged(_thumbnail(self.run, row), 96), (str(self.run.key(row)), text))
            for row, text in told
        ]
        if self.file is not None and self.file.picture is not None:
            panels.insert(0, Panel(enlarged(self.file.picture, 96), ("the file", "asked for")))
        rows = [panels[start : start + 10] for start in range(0, len(panels), 10)]
        return multiples(f"{len(self.rows)} similar samples in {self.found.space}", rows)


def gallery(
    run: Run,
    found: Found,
    channels: GroupChannels | None = None,
    file: SimilarToFile | None = None,
) -> Gallery:
    """Name similar samples."""
    keys = tuple(run.key(row) for row in found.rows.tolist())
    return Gallery(run, found, keys, channels, file)


def _thumbnail(run: Run, row: int) -> Pixels:
    import io

    from PIL import Image

    stored = run.thumbnail(row)
    if stored is None:
        return np.full((64, 64, 3), 230, np.uint8)
    return np.asarray(Image.open(io.BytesIO(stored[0])).convert("RGB"))
