"""Explanations side by side: two samples of a run, or one sample as two versions see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import TargetError
from percepta.core.targets import ClassTarget, LossTarget, ScalarTarget, Target
from percepta.engine.asking import class_target, named_target, predictions_of
from percepta.engine.drawn import Drawn
from percepta.engine.explain import Explainer
from percepta.engine.panels import Pixels
from percepta.engine.portraits import Peaks, Portrait, sheet

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Comparison(Drawn):
    """Portraits of one sample each, of the same targets in the same order.

    Attributes:
        portraits: at least two; the others are compared with the first.
    """

    portraits: tuple[Portrait, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The targets, for people."""
        return self.portraits[0].titles

    @property
    def values(self) -> FloatArray:
        """Each target's number in each portrait, ``[portraits, targets]``."""
        return np.stack([portrait.values[0] for portrait in self.portraits])

    @property
    def differences(self) -> FloatArray:
        """Each target's number less that in the first portrait, ``[portraits, targets]``."""
        return np.asarray(self.values - self.values[:1], np.float32)

    @property
    def names(self) -> tuple[str, ...]:
        """What tells the portraits apart: their samples, or their versions, or both."""
        told = [(str(portrait.keys[0]), portrait.version) for portrait in self.portraits]
        samples, versions = ({pair[part] for pair in told} for part in (0, 1))
        if len(versions) == 1:
            return tuple(sample for sample, _ in told)
        if len(samples) == 1:
            return tuple(version for _, version in told)
        return tuple(f"{sample} by {version}" for sample, version in told)

    def picture(self) -> Pixels:
        """Return the maps of each target below each other; at the same layer they share one scale."""
        rows = []
        for target in range(len(self.titles)):
            peaks = self._peaks(target)
            for name, portrait in zip(self.names, self.portraits, strict=True):
                titles = tuple(f"{name}: {title}" for title in portrait.titles)
                rows += replace(portrait, titles=titles).panels(0, target, peaks)
        made = " / ".join(dict.fromkeys(portrait.made for portrait in self.portraits))
        return sheet(f"{' beside '.join(self.names)} · {made} · one scale", rows)

    def _peaks(self, target: int) -> Peaks:
        peaks: dict[tuple[str, str | None], float] = {}
        for portrait in self.portraits:
            for heat in portrait.maps:
                if heat.target == target:
                    place = heat.over, heat.layer
                    peaks[place] = max(peaks.get(place, 0.0), float(np.abs(heat.values).max()))
        return peaks


def compared(portraits: tuple[Portrait, ...]) -> Comparison:
    """Set portraits side by side.

    Raises:
        TargetError: there are fewer than two, one is of several samples, or their targets are not the same.
    """
    first = portraits[0]
    if len(portraits) < 2 or any(len(portrait.keys) != 1 for portrait in portraits):
        raise TargetError(
            "Portraits are compared one sample each, two or more.",
            fix="Explain each sample by itself: done.explain(a, target).beside(done.explain(b, target)).",
        )
    if any(portrait.titles != first.titles for portrait in portraits):
        told = " / ".join(", ".join(portrait.titles) for portrait in portraits)
        raise TargetError(
            f"The portraits do not explain the same targets ({told}).",
            fix="Name the targets when explaining, such as explain(sample, [3, 'loss']).",
        )
    return Comparison(portraits)


def same_target(target: Target, of: Explainer, there: Explainer) -> Target:
    """Return a target of one version as another has it: a class, a loss or a number by its name.

    Raises:
        TargetError: the other version has none of that name.
    """
    match target:
        case ClassTarget():
            labels = predictions_of(of, target.prediction)[0].labels
            named = [one.name for one in predictions_of(there)]
            prediction = target.prediction if target.prediction in named else None
            wanted = labels[target.index] if labels else target.index
            found = class_target(there, wanted, prediction, target.at)
            return replace(found, region=target.region)
        case LossTarget() | ScalarTarget():
            return named_target(there, target.name)
        case _:
            return target
