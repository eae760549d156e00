"""The latent spaces of a run that its model's layers build: anything the model sees has a place there."""

from __future__ import annotations

from percepta.analysis.latent import Calibration
from percepta.core.errors import TargetError
from percepta.storage import Run


def calibration_of(run: Run) -> Calibration:
    """Return how a run's latent spaces are built; of a run without any, of none."""
    stored = run.state("calibration")
    return Calibration({}, {}, {}, 0) if stored is None else Calibration.from_bytes(stored)


def built_space(calibration: Calibration, space: str | None) -> str:
    """Return a latent space that layers build; None: the first.

    Raises:
        TargetError: layers build none of that name.
    """
    known = calibration.recipes
    if space is None and known:
        return next(iter(known))
    if space is None or space not in known:
        which = "any latent space" if space is None else f"a latent space {space!r}"
        raise TargetError(
            f"The layers do not build {which}.",
            fix=f"Spaces that layers build: {', '.join(known) or 'none'}.",
        )
    return space
