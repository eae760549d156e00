"""The latent spaces of a run: its first, and those that layers build, where a new input has a place."""

from __future__ import annotations

from percepta.analysis.latent import Calibration
from percepta.core.errors import NotFoundError, TargetError
from percepta.storage import Run


def known_space(run: Run, space: str | None = None) -> str:
    """Return a latent space of a run; None: the first.

    Raises:
        NotFoundError: the run has none of that name, or none at all.
    """
    if space is None and run.spaces:
        return next(iter(run.spaces))
    if not run.spaces:
        raise NotFoundError(
            "The run has no latent space, so nothing is known of which samples are alike.",
            fix="Evaluate with a model whose layers can be looked at.",
        )
    if space not in run.spaces:
        raise NotFoundError(
            f"The run has no latent space {space!r}.", fix=f"It has: {', '.join(run.spaces)}."
        )
    return space


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
