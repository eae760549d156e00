"""Explanations as people handle them: with names, numbers and a picture to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import method_named
from percepta.core.errors import NotFoundError
from percepta.core.rendering import encode
from percepta.core.subsets import SampleKey
from percepta.core.targets import Target
from percepta.core.visuals import HorizontalBar, Text, TextMask
from percepta.engine.asking import predictions_of, title_of
from percepta.engine.drawn import Drawn
from percepta.engine.explanation import FUSED, VISUAL, Channels, Explanation, HeatMap, Wish
from percepta.engine.panels import Panel, Pixels, curve, enlarged, multiples, overlaid
from percepta.integration import Batch, Reading, show
from percepta.integration.pictures import default_visualizer

if TYPE_CHECKING:
    from percepta.engine.comparing import Comparison
    from percepta.engine.explain import Explainer

FloatArray = NDArray[np.float32]
Peaks = Mapping[tuple[str, str | None], float]
"""The heat of the strongest colour, by input and layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What lies under a map.

    Attributes:
        picture: uint8 ``[H, W, 1|3]``; None: it is no picture.
        values: of one axis of positions, ``[L]``; else None.
        names: of the values, where they have names.
        tokens: of a text, the first of its positions; empty: it is none.
    """

    picture: Pixels | None
    values: FloatArray | None = None
    names: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Portrait(Drawn):
    """An explanation of samples.

    Attributes:
        keys: the samples.
        rows: their rows in the run.
        targets: what is explained.
        titles: the targets, for people.
        version: name of the version that was explained.
        method: name of the method.
        signed: whether negative values speak against a target.
        layers: the layers, in execution order.
        values: ``[samples, targets]`` float32, each target's number.
        maps: every heat map: ``row``, ``target``, ``over``, ``layer``, ``values``.
        channels: how much each channel of each layer counts.
        notes: what a person should know.
        seen: what lies under the maps, by row and ``over``.
    """

    keys: tuple[SampleKey, ...]
    rows: tuple[int, ...]
    targets: tuple[Target, ...]
    titles: tuple[str, ...]
    version: str
    method: str
    signed: bool
    layers: tuple[str, ...]
    values: FloatArray
    maps: tuple[HeatMap, ...]
    channels: tuple[Channels, ...]
    notes: tuple[str, ...]
    seen: Mapping[tuple[int, str], Seen]

    def heat(
        self, layer: str | None = None, *, sample: int = 0, target: int = 0, over: str | None = None
    ) -> FloatArray:
        """Return one map, ``[…positions]``.

        Args:
            layer: its layer; None: all fused, or the only map there is.
            sample: which of the samples, by position.
            target: which of the targets, by position.
            over: the input it lies over; None: the first.

        Raises:
            NotFoundError: there is no such map.
        """
        here = [
            heat
            for heat in self.maps
            if heat.row == self.rows[sample]
            and heat.target == target
            and over in (None, heat.over)
            and layer in (None, heat.layer)
        ]
        if not here:
            raise NotFoundError("There is no such heat map.", fix="`maps` lists those there are.")
        fused = [heat for heat in here if heat.layer == FUSED]
        return (fused or here)[0].values

    def picture(self) -> Pixels:
        """Return all maps side by side: a row for each sample, target and input, a column for each layer."""
        samples = ", ".join(str(key) for key in self.keys)
        rows = [
            panels
            for sample in range(len(self.rows))
            for target in range(len(self.titles))
            for panels in self.panels(sample, target)
        ]
        return sheet(f"{samples} · {self.made} · version {self.version}", rows)

    @property
    def made(self) -> str:
        """How the maps were made, and how they are read."""
        reading = " · orange speaks for it, blue against" if self.signed else ""
        return method_named(self.method).title + reading

    def beside(self, *others: Portrait) -> Comparison:
        """Set other portraits beside this one: another sample, or the same of another evaluation.

        Each is of one sample and explains the same targets in the same order.

        Raises:
            TargetError: they do not.
        """
        from percepta.engine.comparing import compared

        return compared((self, *others))

    def panels(self, sample: int, target: int, peaks: Peaks | None = None) -> list[list[Panel]]:
        """Return what lies under the maps of each input, and a panel for each layer's map.

        Args:
            sample: which of the samples, by position.
            target: which of the targets, by position.
            peaks: the scale that the colours share with other portraits; None: each map has its own.
        """
        row = self.rows[sample]
        maps = [heat for heat in self.maps if (heat.row, heat.target) == (row, target)]
        told = f"{self.titles[target]} = {self.values[sample, target]:.3g}"
        found = [
            self._panels(row, over, told, [heat for heat in maps if heat.over == over], peaks or {})
            for over in dict.fromkeys(heat.over for heat in maps)
        ]
        return [panels for panels in found if panels]

    def _place(self, heat: HeatMap) -> str:
        name = method_named(self.method).title
        if heat.layer == FUSED:
            return f"{name}, layers fused"
        return f"{name} at {heat.layer or 'the input'}"

    def _panels(
        self, row: int, over: str, told: str, maps: Sequence[HeatMap], peaks: Peaks
    ) -> list[Panel] | None:
        seen = self.seen[row, over]
        caption = told, f"{self.keys[self.rows.index(row)]} · {over.removeprefix(VISUAL)}"
        most = [peaks.get((heat.over, heat.layer)) for heat in maps]
        if seen.picture is not None:
            base = enlarged(seen.picture)
            drawn = [
                overlaid(base, heat.values, self.signed, peak)
                for heat, peak in zip(maps, most, strict=True)
            ]
        elif seen.values is not None:
            lines = [heat.values if seen.tokens else seen.values for heat in maps]
            base = curve(lines[0], None, self.signed)
            drawn = [
                curve(line, heat.values, self.signed, peak)
                for line, heat, peak in zip(lines, maps, most, strict=True)
            ]
        else:
            return None
        made = [Panel(base, caption)]
        for heat, picture in zip(maps, drawn, strict=True):
            peak = float(np.abs(heat.values).max())
            made.append(Panel(picture, (self._place(heat), f"at most {peak:.2g}")))
        return made


def sheet(title: str, rows: Sequence[Sequence[Panel]]) -> Pixels:
    """Put the panels of maps under a title.

    Raises:
        NotFoundError: there are none.
    """
    if not rows:
        raise NotFoundError(
            "There is no heat map that lies over an input.",
            fix="Choose layers with positions, or a method over inputs.",
        )
    return multiples(title, rows)


def portrait(explainer: Explainer, wish: Wish, version: str) -> Portrait:
    """Explain, and look at what is explained.

    Raises:
        NotFoundError, TargetError: as :meth:`percepta.engine.explain.Explainer.explain`.
    """
    answer: Explanation = explainer.explain(wish)
    asked = explainer.ask(wish.rows)
    given = asked.keys, asked.inputs, asked.ground_truths, asked.forward.outputs, asked.samples
    batch = Batch(*given)
    predictions = predictions_of(explainer)
    overs = dict.fromkeys(heat.over for heat in answer.maps)
    return Portrait(
        asked.keys,
        wish.rows,
        wish.targets,
        tuple(title_of(target, predictions) for target in wish.targets),
        version,
        answer.method,
        answer.signed,
        answer.layers,
        answer.values,
        answer.maps,
        answer.channels,
        answer.notes,
        {
            (row, over): _seen(explainer, batch, index, over)
            for index, row in enumerate(wish.rows)
            for over in overs
        },
    )


def _seen(explainer: Explainer, batch: Batch, index: int, over: str) -> Seen:
    visualizers = explainer.integration.visualizers
    if over.startswith(VISUAL):
        visualizer = next(one for one in visualizers if VISUAL + one.name == over)
        visual = show(visualizer, batch, index)
        drawable = visual is not None and not isinstance(visual, Exception)
        return Seen(encode(visual).image if drawable else None)  # type: ignore[arg-type]
    array = batch.inputs[over][index]
    encoder = next(one for one in explainer.integration.inputs if one.name == over)
    usual = default_visualizer(encoder, [Reading({over: array}, {}, {})])
    if usual is not None and usual.batch is not None:
        return Seen(usual.batch(array[None])[0])
    if array.size != max(array.shape):
        return Seen(None)
    values = np.asarray(array, np.float32).reshape(-1)
    names: tuple[str, ...] = ()
    for visualizer in visualizers:
        if not any((c.source, c.name) == ("input", over) for c in visualizer.connections):
            continue
        visual = show(visualizer, batch, index)
        if isinstance(visual, Text | TextMask) and len(visual.tokens) <= len(values):
            return Seen(None, values, tokens=tuple(visual.tokens))
        if isinstance(visual, HorizontalBar) and len(visual.labels) == len(values):
            names = tuple(visual.labels)
    return Seen(None, values, names)
