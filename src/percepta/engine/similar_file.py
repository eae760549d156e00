"""Similars of a file that is no sample of the run: it becomes inputs, and the model sees it as a sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.similars import direction
from percepta.core.drawing import Pixels, shrink
from percepta.core.errors import FileError, TargetError
from percepta.core.filters import Filter
from percepta.core.rendering import thumbnail
from percepta.core.subsets import SampleKey, Subset
from percepta.core.targets import DirectionTarget
from percepta.engine.asked import Asked
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Explanation, Wish
from percepta.engine.recording import responses
from percepta.engine.similar import LIMIT, Found, find_towards
from percepta.engine.spaces import built_space, calibration_of
from percepta.integration import Batch, Samples, show
from percepta.integration.files import FileInputs, GivenFile, read_file
from percepta.models import Forward

LARGEST = 32 * 2**20
"""Bytes of a file that is read."""
THUMBNAIL = 128
"""Pixels of the longer side of the picture that stands for a file."""

NO_SAMPLE = SampleKey(Subset.ADDITIONAL, "file")
NO_ROW = -1
_NOWHERE = Samples(Subset.ADDITIONAL, ["file"])


@dataclass(frozen=True, slots=True, eq=False)
class SimilarToFile:
    """Samples similar to a file.

    Attributes:
        found: them; it has no queries.
        picture: uint8 ``[h, w, 1|3]``, of the file; None: it cannot be shown.
        notes: how the file became inputs of the model, one sentence each.
        why: heat maps of the file: where it is like what was found, by row -1; None: nobody asked, or nothing
            was found.
    """

    found: Found
    picture: Pixels | None
    notes: tuple[str, ...]
    why: Explanation | None = None


def open_file(path: Path) -> GivenFile:
    """Read a file of the user's own.

    Raises:
        FileError: it cannot be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FileError(
                f"{path.name} has {size:,} bytes.", fix=f"Give a file of at most {LARGEST:,}."
            )
        return GivenFile(path.read_bytes(), path.suffix)
    except OSError as error:
        raise FileError(
            f"{path} cannot be read: {error.strerror}.", fix="Give the path of a file."
        ) from None


def find_similar_to_file(
    explainer: Explainer,
    file: GivenFile,
    *,
    space: str | None = None,
    limit: int = LIMIT,
    filter: Filter | None = None,
    filter_map: str | None = None,
    why: bool = False,
) -> SimilarToFile:
    """Find the samples most similar to a file, exactly.

    Args:
        explainer: of the run, with its model.
        file: of any kind that the integration can encode.
        space: name of the latent space; None for the first that layers build.
        limit: at most so many.
        filter: which samples are candidates; None for all.
        filter_map: the map whose clusters or lassos the filter names, if it names any.
        why: whether heat maps of the file are wanted.

    Raises:
        FileError: it cannot become inputs of the model.
        TargetError: layers do not build that space, or the model sees nothing in the file.
    """
    calibration = calibration_of(explainer.run)
    space = built_space(calibration, space)
    made = read_file(explainer.integration, file)
    inputs = {name: array[None] for name, array in made.inputs.items()}
    forward = explainer.model.forward(inputs, calibration.recipes[space].layers)
    vectors = calibration.transform(responses(forward), spaces=(space,))
    population = explainer.population
    towards = direction(np.asarray(vectors[space], np.float32), population.mean(space))
    if not towards.any():
        raise TargetError(
            "The model sees nothing in this file that differs from the mean of the run.",
            fix="Give a file of the kind that the model was made for.",
        )
    found = find_towards(
        population, towards, space=space, limit=limit, filter=filter, filter_map=filter_map
    )
    explained = None
    if why and len(found.rows):
        target = DirectionTarget(space, tuple(found.rows.tolist()))
        asked = Asked((NO_SAMPLE,), inputs, {}, _NOWHERE, lambda: forward)
        explained = explainer.explain_asked(asked, Wish((NO_ROW,), (target,), signed=False))
    picture = _picture(explainer, file, made, forward)
    return SimilarToFile(found, picture, made.notes, explained)


def _picture(
    explainer: Explainer, file: GivenFile, made: FileInputs, forward: Forward
) -> Pixels | None:
    """Return what stands for a file: itself if it is a picture, else what a visualizer shows of it."""
    if file.picture is not None:
        whole: Pixels = np.asarray(file.picture.convert("RGB"), np.uint8)[None]
        small: Pixels = shrink(whole, THUMBNAIL)[0]
        return small
    inputs: dict[str, NDArray[np.generic]] = {n: array[None] for n, array in made.inputs.items()}
    batch = Batch([NO_SAMPLE], inputs, {}, forward.outputs, _NOWHERE)
    for visualizer in explainer.integration.visualizers:
        if any(c.source == "samples" for c in visualizer.connections):
            continue  # it would be asked about a sample that there is not
        visual = show(visualizer, batch, 0)
        if visual is not None and not isinstance(visual, Exception):
            return thumbnail(visual, THUMBNAIL)
    return None
