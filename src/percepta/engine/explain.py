"""Explain: heat maps that say what a number of the model's rests on, for samples of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import METHODS, Method, Question, method_named
from percepta.analysis.attribution.faithfulness import Faithfulness, faithfulness
from percepta.analysis.attribution.fusing import enlarge
from percepta.core.errors import NotFoundError, TargetError
from percepta.core.targets import ClassTarget, LossTarget, Target
from percepta.engine.asked import Asked
from percepta.engine.batches import Batch, stack
from percepta.engine.binding import Binder
from percepta.engine.explained import BoundTarget
from percepta.engine.explanation import Channels, Explanation, HeatMap, Wish
from percepta.engine.laying import (
    Ground,
    Grounded,
    over_inputs,
    over_visuals,
    positions_at,
    positions_of,
    spread_layers,
)
from percepta.engine.opening import open_for
from percepta.engine.preparing import example_inputs
from percepta.engine.recording import run_batch
from percepta.engine.similar import Population
from percepta.engine.subject import ModelSubject
from percepta.integration import Batch as Arrays
from percepta.integration import Integration, Samples, complete, read_spread
from percepta.integration.pictures import channel_axis_of
from percepta.models import Forward, Layer, Model
from percepta.storage import Run, Workspace

DEFAULT_METHOD = METHODS[0].name
WITHOUT_GRADIENTS = "rise"
SIGNED = ("loss", "scalar", "direction")
"""Targets whose maps show also what speaks against them, unless the wish says otherwise."""
WITHOUT_POSITIONS = "integrated-gradients"
"""Where no layer has positions, as in networks of linear layers over a table."""


@dataclass
class Explainer:
    """Explains samples of one run with its model, which stays open between questions.

    Attributes:
        run: the run.
        integration: complete, as the run was measured by.
        model: opened for it.
        workspace: where the run lies; None: filters know neither derived fields nor collections.
    """

    run: Run
    integration: Integration
    model: Model
    workspace: Workspace | None = None
    binder: Binder = field(init=False)
    population: Population = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what every question needs."""
        self.population = Population(self.run, self.workspace)
        self.binder = Binder(self.population, self.integration, self.model.outputs)
        self._samples = {part.subset: part for part in self.integration.load_subsets()}
        self._layers = {layer.name: layer for layer in self.model.layers}

    @classmethod
    def open(
        cls,
        run: Run,
        integration: Integration,
        source: object,
        *,
        trust: bool = False,
        device: str | None = None,
        workspace: Workspace | None = None,
    ) -> Explainer:
        """Open the model of a run.

        Raises:
            ModelError: it cannot be opened.
            NotFoundError: model or script are not those of the run any more.
        """
        readings = read_spread(integration)
        example = example_inputs(integration, readings)
        model = open_for(integration, source, example, trust=trust, device=device)
        try:
            recorded = run.details["model"]["content_hash"]
            if model.content_hash != recorded:
                raise NotFoundError(
                    "The model has changed since this run: its weights are others.",
                    fix="Evaluate it again, and explain the new run.",
                )
            outputs = model.forward(example).outputs
            return cls(run, complete(integration, readings, outputs), model, workspace)
        except BaseException:
            model.close()
            raise

    def first_loss(self) -> LossTarget:
        """Return the loss that a run is usually judged by.

        Raises:
            TargetError: there is none.
        """
        if not self.integration.losses:
            raise TargetError("There is no loss to explain.", fix="Explain a class.")
        return LossTarget(self.integration.losses[0].name)

    def close(self) -> None:
        """Give the model back."""
        self.model.close()

    def ask(self, rows: Sequence[int]) -> Asked:
        """Read samples of one subset.

        Raises:
            SampleError: one of them cannot be read.
            TargetError: they are of several subsets.
        """
        samples, batch = self._read(rows)
        return Asked(
            batch.keys,
            batch.inputs,
            batch.ground_truths,
            samples,
            lambda: run_batch(self.integration, self.model, batch, ()),
            batch.masks,
        )

    def forward(self, rows: Sequence[int], capture: Sequence[str]) -> Forward:
        """Run samples of one subset as the evaluation did, pooled over their masks where they have any.

        Raises:
            SampleError, TargetError: as for :meth:`ask`.
        """
        return run_batch(self.integration, self.model, self._read(rows)[1], capture)

    def _read(self, rows: Sequence[int]) -> tuple[Samples, Batch]:
        keys = [self.run.key(row) for row in rows]
        if len({key.subset for key in keys}) != 1:
            raise TargetError("The samples are of several subsets.", fix="Explain each by itself.")
        samples = self._samples[keys[0].subset]
        batch = stack(keys, self.integration.read(samples, [key.id for key in keys]))
        if batch.failures:
            raise batch.failures[0].error
        return samples, batch

    def explain(self, wish: Wish) -> Explanation:
        """Make heat maps.

        Raises:
            NotFoundError: there is no such method, layer or sample.
            TargetError: a target is not there, or cannot be explained.
        """
        return self.explain_asked(self.ask(wish.rows), wish)

    def explain_asked(self, asked: Asked, wish: Wish) -> Explanation:
        """Make heat maps of what was read, which may be no sample of the run.

        Args:
            asked: of one subset.
            wish: its rows are what the maps are told apart by, one for each that was read.

        Raises:
            NotFoundError, TargetError: as for :meth:`explain`.
        """
        method = self._method(wish.method)
        layers = self._chosen_layers(wish.layers) if method.over == "layers" else ()
        signed = wish.signed
        if signed is None:
            signed = any(target.kind in SIGNED for target in wish.targets)
        values = np.empty((len(wish.rows), len(wish.targets)), np.float32)
        maps: list[HeatMap] = []
        channels: list[Channels] = []
        notes = self._notes(method)
        for group in _alike(wish.targets):
            targets = [wish.targets[index] for index in group]
            question = self.question(asked, targets, signed=signed, seed=wish.seed)
            if method.contrasts:
                question = replace(question, rival=self._rival(asked, targets))
            if not method.needs_gradients:  # whole numbers can be left out, not differentiated
                question = replace(question, of_inputs=tuple(question.inputs))
            answer = method.attribute(replace(question, of_layers=layers))
            notes += self.binder.remarks(targets, asked)
            for index, (row, target) in enumerate(
                (row, target) for row in range(len(wish.rows)) for target in group
            ):
                values[row, target] = answer.value[index]
                given = wish.rows[row], target
                own = [HeatMap(*given, n, None, heat[index]) for n, heat in answer.inputs.items()]
                at_layers = {name: heat[index] for name, heat in answer.layers.items()}
                own += over_inputs(given, question, at_layers)
                shown, failures = self.over_visuals(asked, row, question, own)
                maps += [*own, *shown]
                notes += failures
                channels += [
                    Channels(*given, name, importance[index])
                    for name, importance in answer.channels.items()
                ]
        told = tuple(dict.fromkeys(notes))
        return Explanation(method.name, signed, layers, values, tuple(maps), tuple(channels), told)

    def question(
        self, asked: Asked, targets: Sequence[Target], *, signed: bool = False, seed: int = 0
    ) -> Question:
        """Return the question after targets of one kind, for every sample in turn."""
        copies = asked.repeated(len(targets))
        ground = self.ground(copies)
        floating = {spec.name for spec in self.model.inputs if spec.dtype.startswith("float")}
        return Question(
            self._subject(copies, [target for _ in asked.keys for target in targets]),
            ground.inputs,
            of_inputs=tuple(name for name in ground.inputs if name in floating),
            channel_axes=ground.channel_axes,
            signed=signed,
            seed=seed,
        )

    def ground(self, asked: Asked) -> Ground:
        """Return what the model is given of samples, and where its channels are."""
        inputs = self.integration.fed(asked.inputs)
        declared = {encoder.name: encoder.channel_axis for encoder in self.integration.inputs}
        axes = {n: channel_axis_of(a.shape[1:], declared.get(n)) for n, a in inputs.items()}
        return Ground(inputs, {n: None if a is None else a + 1 for n, a in axes.items()})

    def _rival(self, asked: Asked, targets: Sequence[Target]) -> ModelSubject | None:
        """Return the model with the strongest rival of each target; None where one has none."""
        rivals = [
            self.binder.rival(target, asked, row)
            for row in range(len(asked.keys))
            for target in targets
        ]
        known = [rival for rival in rivals if rival is not None]
        if len(known) < len(rivals):
            return None
        return self._subject(asked.repeated(len(targets)), known)

    def _subject(self, asked: Asked, targets: Sequence[Target]) -> ModelSubject:
        def bind(rows: NDArray[np.intp]) -> BoundTarget:
            return self.binder.bind([targets[row] for row in rows], asked.taken(rows))

        return ModelSubject(self.model, len(asked.keys), bind)

    def faithfulness(self, wish: Wish, heat: HeatMap) -> Faithfulness:
        """Test one heat map by deleting and inserting what it marks.

        Raises:
            TargetError: the map does not lie over an input of numbers that can be left out.
        """
        question = self.question(self.ask([heat.row]), [wish.targets[heat.target]], seed=wish.seed)
        if heat.over not in question.inputs:
            raise TargetError(
                f"The map does not lie over an input but over {heat.over!r}.",
                fix=f"Test one over {', '.join(question.inputs)}.",
            )
        fine = enlarge(heat.values[None], positions_of(question, heat.over))
        return faithfulness(question, heat.over, fine)

    def over_visuals(
        self, asked: Asked, row: int, ground: Grounded, maps: Sequence[HeatMap]
    ) -> tuple[list[HeatMap], list[str]]:
        """Lay maps over visuals that bring them over; see :func:`percepta.engine.laying.over_visuals`."""
        bringing = [one for one in self.integration.visualizers if one.heatmap is not None]
        if not bringing or not maps:
            return [], []
        given = asked.keys, asked.inputs, asked.ground_truths, asked.forward.outputs, asked.samples
        return over_visuals(bringing, Arrays(*given), row, ground, maps)

    def _method(self, name: str | None) -> Method:
        reason = self.model.no_gradients
        if name is None:
            if reason is not None:
                return method_named(WITHOUT_GRADIENTS)
            return method_named(DEFAULT_METHOD if self._placed() else WITHOUT_POSITIONS)
        method = method_named(name)
        if method.needs_gradients and reason is not None:
            free = ", ".join(one.name for one in METHODS if not one.needs_gradients)
            raise TargetError(f"{method.title} needs gradients. {reason}", fix=f"Use {free}.")
        return method

    def _notes(self, method: Method) -> list[str]:
        if self.model.no_gradients is None or method.needs_gradients:
            return []
        return [f"{method.title} hides parts of the input: the model has no gradients."]

    def _placed(self) -> list[Layer]:
        """Return the layers whose responses have positions."""
        shapes = {node.name: node.shape for node in self.model.network.nodes}
        return [layer for layer in self.model.layers if positions_at(layer, shapes) > 1]

    def _chosen_layers(self, names: Sequence[str] | None) -> tuple[str, ...]:
        if names is None:
            chosen = spread_layers(self._placed() or self.model.layers)
            return tuple(layer.name for layer in chosen)
        for name in names:
            if name not in self._layers:
                raise NotFoundError(
                    f"The model has no layer {name!r}.", fix="`percepta model show` lists them."
                )
        return tuple(name for name in self._layers if name in names)


def _alike(targets: Sequence[Target]) -> list[list[int]]:
    """Group targets that can be asked about together: classes of one prediction; others alone."""
    groups: dict[Any, list[int]] = {}
    for index, target in enumerate(targets):
        key = target.prediction if isinstance(target, ClassTarget) else index
        groups.setdefault(key, []).append(index)
    return list(groups.values())
