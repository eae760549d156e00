"""Explain: heat maps that say what a number of the model's rests on, for samples of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import METHODS, Method, Question, method_named
from percepta.analysis.attribution.faithfulness import Faithfulness, faithfulness
from percepta.analysis.attribution.fusing import enlarge, fuse
from percepta.core.errors import NotFoundError, TargetError
from percepta.core.targets import ClassTarget, Target
from percepta.engine.batches import Batch, stack
from percepta.engine.binding import Asked, Binder
from percepta.engine.explained import BoundTarget
from percepta.engine.opening import open_for
from percepta.engine.preparing import example_inputs
from percepta.engine.recording import run_batch
from percepta.engine.similar import Population
from percepta.engine.subject import ModelSubject
from percepta.integration import Integration, complete, read_spread
from percepta.integration.pictures import channel_axis_of
from percepta.models import Layer, Model
from percepta.storage import Run

FloatArray = NDArray[np.float32]

DEPTHS = 3
"""Layers explained unless they are named: early, middle, last."""
DEFAULT_METHOD = METHODS[0].name
WITHOUT_GRADIENTS = "rise"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an explanation.

    Attributes:
        rows: samples of the run, of one subset.
        targets: what is explained, for every sample; those of one kind at once.
        method: name of an attribution method; None: Layer-CAM, or RISE where there are no gradients.
        layers: names of layers; None: one of each depth.
        signed: whether what speaks against the target is wanted too; None: for a loss and a direction.
        seed: of what is random.
    """

    rows: tuple[int, ...]
    targets: tuple[Target, ...]
    method: str | None = None
    layers: tuple[str, ...] | None = None
    signed: bool | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """One heat map.

    Attributes:
        row: the sample.
        target: which of the targets, by position.
        over: name of the input that it lies over.
        layer: the layer it was made at; None: at the input itself; ``fused``: several layers together.
        values: ``[…positions]`` float32, as fine as the layer sees; it covers the whole input.
    """

    row: int
    target: int
    over: str
    layer: str | None
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """How much each channel of a layer counts for a target.

    Attributes:
        row: the sample.
        target: which of the targets, by position.
        layer: the layer.
        importance: ``[C]`` float32, signed.
    """

    row: int
    target: int
    layer: str
    importance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Heat maps with all that must be said beside them.

    Attributes:
        method: name of the method that made them.
        signed: whether negative values speak against the target.
        layers: the layers, in execution order.
        values: ``[rows, targets]``, each target's number for each sample.
        maps: the heat maps.
        channels: the channels' importance; empty for methods over inputs.
        notes: what a person should know, one sentence each.
    """

    method: str
    signed: bool
    layers: tuple[str, ...]
    values: FloatArray
    maps: tuple[HeatMap, ...]
    channels: tuple[Channels, ...]
    notes: tuple[str, ...] = ()


FUSED = "fused"


@dataclass
class Explainer:
    """Explains samples of one run with its model, which stays open between questions.

    Attributes:
        run: the run.
        integration: complete, as the run was measured by.
        model: opened for it.
    """

    run: Run
    integration: Integration
    model: Model
    binder: Binder = field(init=False)
    population: Population = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what every question needs."""
        self.population = Population(self.run)
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
            return cls(run, complete(integration, readings, outputs), model)
        except BaseException:
            model.close()
            raise

    def close(self) -> None:
        """Give the model back."""
        self.model.close()

    def ask(self, rows: Sequence[int]) -> Asked:
        """Read samples of one subset.

        Raises:
            SampleError: one of them cannot be read.
            TargetError: they are of several subsets.
        """
        keys = [self.run.key(row) for row in rows]
        if len({key.subset for key in keys}) != 1:
            raise TargetError("The samples are of several subsets.", fix="Explain each by itself.")
        samples = self._samples[keys[0].subset]
        batch: Batch = stack(keys, self.integration.read(samples, [key.id for key in keys]))
        if batch.failures:
            raise batch.failures[0].error
        return Asked(
            batch.keys,
            batch.inputs,
            batch.ground_truths,
            samples,
            lambda: run_batch(self.integration, self.model, batch, ()),
        )

    def explain(self, wish: Wish) -> Explanation:
        """Make heat maps.

        Raises:
            NotFoundError: there is no such method, layer or sample.
            TargetError: a target is not there, or cannot be explained.
        """
        method = self._method(wish.method)
        layers = self._chosen_layers(wish.layers) if method.over == "layers" else ()
        signed = wish.signed
        if signed is None:
            signed = any(target.kind in ("loss", "direction") for target in wish.targets)
        asked = self.ask(wish.rows)
        values = np.empty((len(wish.rows), len(wish.targets)), np.float32)
        maps: list[HeatMap] = []
        channels: list[Channels] = []
        for group in _alike(wish.targets):
            targets = [wish.targets[index] for index in group]
            question = self.question(asked, targets, signed=signed, seed=wish.seed)
            if method.contrasts:
                question = replace(question, rival=self._rival(asked, targets))
            answer = method.attribute(replace(question, of_layers=layers))
            for index, (row, target) in enumerate(
                (row, target) for row in range(len(wish.rows)) for target in group
            ):
                values[row, target] = answer.value[index]
                given = wish.rows[row], target
                for name, heat in answer.inputs.items():
                    maps.append(HeatMap(*given, name, None, heat[index]))
                at_layers = {name: heat[index] for name, heat in answer.layers.items()}
                maps += self._over_inputs(given, question, at_layers)
                channels += [
                    Channels(*given, name, importance[index])
                    for name, importance in answer.channels.items()
                ]
        return Explanation(
            method.name, signed, layers, values, tuple(maps), tuple(channels), self._notes(method)
        )

    def question(
        self, asked: Asked, targets: Sequence[Target], *, signed: bool = False, seed: int = 0
    ) -> Question:
        """Return the question after targets of one kind, for every sample in turn."""
        copies = asked.repeated(len(targets))
        inputs = self.integration.fed(copies.inputs)
        floating = {spec.name for spec in self.model.inputs if spec.dtype.startswith("float")}
        declared = {encoder.name: encoder.channel_axis for encoder in self.integration.inputs}
        axes = {n: channel_axis_of(a.shape[1:], declared.get(n)) for n, a in inputs.items()}
        return Question(
            self._subject(copies, [target for _ in asked.keys for target in targets]),
            inputs,
            of_inputs=tuple(name for name in inputs if name in floating),
            channel_axes={n: None if axis is None else axis + 1 for n, axis in axes.items()},
            signed=signed,
            seed=seed,
        )

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
        array = question.inputs[heat.over]
        axis = question.channel_axes[heat.over]
        positions = tuple(n for i, n in enumerate(array.shape) if i not in (0, axis))
        fine = enlarge(heat.values[None], positions)
        return faithfulness(question, heat.over, fine)

    def _method(self, name: str | None) -> Method:
        reason = self.model.no_gradients
        if name is None:
            return method_named(DEFAULT_METHOD if reason is None else WITHOUT_GRADIENTS)
        method = method_named(name)
        if method.needs_gradients and reason is not None:
            free = ", ".join(one.name for one in METHODS if not one.needs_gradients)
            raise TargetError(f"{method.title} needs gradients. {reason}", fix=f"Use {free}.")
        return method

    def _notes(self, method: Method) -> tuple[str, ...]:
        reason = self.model.no_gradients
        if reason is None or method.needs_gradients:
            return ()
        return (
            f"{method.title} hides parts of the input and looks, since the model has no gradients.",
        )

    def _chosen_layers(self, names: Sequence[str] | None) -> tuple[str, ...]:
        if names is None:
            shapes = {node.name: node.shape for node in self.model.network.nodes}
            placed = [layer for layer in self.model.layers if _positions(layer, shapes) > 1]
            return tuple(layer.name for layer in spread_layers(placed or self.model.layers))
        for name in names:
            if name not in self._layers:
                raise NotFoundError(
                    f"The model has no layer {name!r}.", fix="`percepta model show` lists them."
                )
        return tuple(name for name in self._layers if name in names)

    def _over_inputs(
        self, given: tuple[int, int], question: Question, at_layers: Mapping[str, FloatArray]
    ) -> list[HeatMap]:
        """Lay the maps of layers over the inputs whose positions they can be of, each and fused."""
        maps = []
        for name, array in question.inputs.items():
            axis = question.channel_axes[name]
            positions = tuple(n for i, n in enumerate(array.shape) if i not in (0, axis))
            fitting = {
                layer: grid
                for layer, heat in at_layers.items()
                if (grid := as_grid(heat, len(positions))) is not None
            }
            maps += [HeatMap(*given, name, layer, grid) for layer, grid in fitting.items()]
            if len(fitting) > 1:
                finest = max((grid.shape for grid in fitting.values()), key=np.prod)
                together = fuse([grid[None] for grid in fitting.values()], finest)[0]
                maps.append(HeatMap(*given, name, FUSED, together))
        return maps


def as_grid(heat: FloatArray, axes: int) -> FloatArray | None:
    """Return a layer's map as one over an input of so many axes of positions; None: it cannot be.

    The tokens of a vision transformer, a square number with or without one more in front, are a square.
    """
    if heat.ndim == axes and heat.size > 1:
        return heat
    if axes == 2 and heat.ndim == 1:
        for extra in (0, 1):
            side = int(np.sqrt(len(heat) - extra))
            if side > 1 and side * side == len(heat) - extra:
                return heat[extra:].reshape(side, side)
    return None


def spread_layers(layers: Sequence[Layer], count: int = DEPTHS) -> list[Layer]:
    """Return a few layers, evenly spread from the first to the last; norms are passed over."""
    chosen = [layer for layer in layers if layer.kind != "norm"] or list(layers)
    wanted = min(count, len(chosen))
    if wanted == 1:
        return [chosen[-1]]
    return [chosen[round(i * (len(chosen) - 1) / (wanted - 1))] for i in range(wanted)]


def _positions(layer: Layer, shapes: Mapping[str, Sequence[int | None] | None]) -> int:
    """Return how many positions a layer's response has; one where that is not known."""
    shape = list(shapes.get(layer.name) or ())
    axes = (
        {axis % len(shape) for axis in (layer.batch_axis, layer.channel_axis)} if shape else set()
    )
    return math.prod(size or 2 for axis, size in enumerate(shape) if axis not in axes)


def _alike(targets: Sequence[Target]) -> list[list[int]]:
    """Group targets that can be asked about together: classes of one prediction; others alone."""
    groups: dict[Any, list[int]] = {}
    for index, target in enumerate(targets):
        key = target.prediction if isinstance(target, ClassTarget) else index
        groups.setdefault(key, []).append(index)
    return list(groups.values())
