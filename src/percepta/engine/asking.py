"""What people write, as what is asked: samples by ``validation/17``, classes by name or number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from percepta.core.errors import NotFoundError, TargetError
from percepta.core.subsets import Subset
from percepta.core.targets import ClassTarget, DirectionTarget, LossTarget, OutputTarget, Target
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


def class_target(
    explainer: Explainer, wanted: int | str, prediction: str | None = None
) -> ClassTarget:
    """Return a class by its name or number.

    Args:
        explainer: of the run.
        wanted: the name of a class, or its number (also as text).
        prediction: whose class; None: of the first that has one of that name, else of the first.

    Raises:
        TargetError: there is no such prediction or class.
    """
    predictions = predictions_of(explainer, prediction)
    for one in predictions:
        if str(wanted) in (one.labels or ()):
            return ClassTarget(one.name, (one.labels or ()).index(str(wanted)))
    if isinstance(wanted, int) or wanted.isdecimal():
        return ClassTarget(predictions[0].name, int(wanted))
    labels = ", ".join((predictions[0].labels or ())[:12]) or "numbers from 0"
    raise TargetError(f"There is no class {wanted!r}.", fix=f"Classes: {labels}.")


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
            return f"class {labels[target.index] if labels and inside else target.index}"
        case LossTarget():
            return f"loss {target.name}"
        case OutputTarget():
            return f"{target.prediction}{list(target.at)}"
        case DirectionTarget():
            return f"similarity to {len(target.rows)} in {target.space}"
