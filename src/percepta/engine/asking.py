"""What people write, as what is asked: samples by ``validation/17``, classes by name or number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from percepta.core.errors import NotFoundError, TargetError
from percepta.core.subsets import Subset
from percepta.core.targets import (
    ClassTarget,
    DirectionTarget,
    LossTarget,
    OutputTarget,
    ScalarTarget,
    Target,
)
from percepta.engine.explain import Explainer
from percepta.integration import Prediction
from percepta.storage import Run


def row_of(run: Run, sample: str) -> int:
    """Return the row of a sample written as ``validation/17``.

    Raises:
        NotFoundError: the run has no such sample, or no such subset.
    """
    name, slash, text = sample.partition("/")
    known = ", ".join(subset.value for subset in run.subsets)
    if not slash or name not in {subset.value for subset in run.subsets}:
        raise NotFoundError(
            f"{sample!r} names no sample of the run.",
            fix=f"Write SUBSET/ID, such as validation/17; the run's subsets: {known}.",
        )
    subset = Subset(name)
    tried: list[int | str] = [text]
    if text.lstrip("-").isdecimal():
        tried.insert(0, int(text))
    for sample_id in tried:
        row = run.locate(subset, sample_id)
        if row is not None:
            return row
    raise NotFoundError(
        f"The run has no sample {sample}.", fix="It may have failed, or was not evaluated."
    )


def target_of(explainer: Explainer, wanted: int | str, prediction: str | None = None) -> Target:
    """Return what one word means: ``"loss"``, a target that the integration names, or a class.

    Raises:
        TargetError: there is none of that name.
    """
    if wanted == "loss":
        return explainer.first_loss()
    if wanted in {target.name for target in explainer.integration.targets}:
        return ScalarTarget(str(wanted))
    return class_target(explainer, wanted, prediction)


def class_target(
    explainer: Explainer,
    wanted: int | str,
    prediction: str | None = None,
    at: tuple[int, ...] | None = None,
) -> ClassTarget:
    """Return a class by its name or number.

    Args:
        explainer: of the run.
        wanted: the name of a class, or its number (also as text).
        prediction: whose class; None: of the first that has one of that name, else of the first.
        at: the position whose score is meant, such as that of a token; None: where the class is predicted.

    Raises:
        TargetError: there is no such prediction or class.
    """
    predictions = predictions_of(explainer, prediction)
    for one in predictions:
        if str(wanted) in (one.labels or ()):
            return ClassTarget(one.name, (one.labels or ()).index(str(wanted)), at=at)
    if isinstance(wanted, int) or wanted.isdecimal():
        return ClassTarget(predictions[0].name, int(wanted), at=at)
    labels = ", ".join((predictions[0].labels or ())[:12]) or "numbers from 0"
    raise TargetError(f"There is no class {wanted!r}.", fix=f"Classes: {labels}.")


def named_target(explainer: Explainer, name: str) -> ScalarTarget | LossTarget:
    """Return the target that the integration names so, or the loss of that name.

    Raises:
        TargetError: there is neither.
    """
    integration = explainer.integration
    if name in {target.name for target in integration.targets}:
        return ScalarTarget(name)
    if name in {loss.name for loss in integration.losses}:
        return LossTarget(name)
    names = [one.name for one in integration.targets] + [one.name for one in integration.losses]
    known = ", ".join(names) or "none"
    raise TargetError(
        f"The integration names no target {name!r}.",
        fix=f"Targets and losses: {known}. A new one goes under @percepta.target('{name}').",
    )


def predictions_of(explainer: Explainer, name: str | None = None) -> list[Prediction]:
    """Return the model's predictions, or the one of that name.

    Raises:
        TargetError: there is none.
    """
    declared = {prediction.name: prediction for prediction in explainer.integration.predictions}
    every = [declared.get(o.name, Prediction(o.name)) for o in explainer.model.outputs]
    found = [prediction for prediction in every if name in (None, prediction.name)]
    if not found:
        names = ", ".join(prediction.name for prediction in every)
        raise TargetError(f"The model has no prediction {name!r}.", fix=f"It has: {names}.")
    return found


def value_target(
    explainer: Explainer, place: tuple[int, ...], prediction: str | None = None
) -> OutputTarget:
    """Return one value of an output, by its place in one sample's output.

    Raises:
        TargetError: there is no such prediction.
    """
    return OutputTarget(predictions_of(explainer, prediction)[0].name, place)


def place_of(text: str) -> tuple[int, ...]:
    """Read a place, written as ``0,4``.

    Raises:
        TargetError: it is none.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise TargetError(
            f"{text!r} is no place.", fix="Write whole numbers with commas between, such as 0,4."
        ) from None


def usual_targets(
    explainer: Explainer, row: int, prediction: str | None = None
) -> tuple[Target, ...]:
    """Return the class that the model predicts for a sample, and the true one where it is another."""
    chosen = predictions_of(explainer, prediction)[0]
    scores = explainer.binder.scores(chosen.name, explainer.ask([row]))[0]
    predicted = ClassTarget(chosen.name, int(np.argmax(scores)))
    fields = {field.name for field in explainer.run.fields}
    named = [name for name in (f"{chosen.name}_label", "label") if name in fields]
    if not named or not chosen.labels:
        return (predicted,)
    true = explainer.run.values(named[0])[row]
    if true not in chosen.labels or chosen.labels.index(true) == predicted.index:
        return (predicted,)
    return predicted, ClassTarget(chosen.name, chosen.labels.index(true))


def title_of(target: Target, predictions: Sequence[Prediction]) -> str:
    """Return a target for people: ``class dog``, ``loss cross_entropy``."""
    match target:
        case ClassTarget():
            labels = next((p.labels for p in predictions if p.name == target.prediction), None)
            inside = labels is not None and target.index < len(labels)
            place = "" if target.at is None else f" at {', '.join(map(str, target.at))}"
            return f"class {labels[target.index] if labels and inside else target.index}{place}"
        case LossTarget():
            return f"loss {target.name}"
        case ScalarTarget():
            return target.name
        case OutputTarget():
            return f"{target.prediction}{list(target.at)}"
        case DirectionTarget():
            return f"similarity to {len(target.rows)} in {target.space}"
