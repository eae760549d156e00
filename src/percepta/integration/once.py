"""Functions of the user's that run once: those that give the subsets, the model and the training curves."""

from __future__ import annotations

from collections import Counter
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.core.subsets import Subset
from percepta.core.training import TrainingCurves
from percepta.integration.blame import blamed, defined_at, name_of
from percepta.integration.integration import Integration
from percepta.integration.samples import Samples
from percepta.integration.training_files import read_training_curves


def load_subsets(integration: Integration) -> list[Samples]:
    """Run the user's subsets function and check what it returns.

    Raises:
        IntegrationError: as :meth:`Integration.load_subsets` says.
    """
    function = integration.subsets
    name, where = name_of(function), defined_at(function)
    try:
        found = function()
    except Exception as error:
        fix = f"Fix {name}(); it runs once, before anything else."
        raise blamed(error, IntegrationError, name, where, fix) from error
    if isinstance(found, Samples):
        found = [found]
    if not isinstance(found, list | tuple) or not all(isinstance(s, Samples) for s in found):
        what = "None" if found is None else f"a {type(found).__name__}"
        if isinstance(found, list | tuple):
            odd = next(item for item in found if not isinstance(item, Samples))
            what = f"a list with a {type(odd).__name__} in it"
        raise IntegrationError(
            f"{name}() returned {what}.", where=where, fix="Return a list of percepta.Samples."
        )
    if not found:
        raise IntegrationError(
            f"{name}() returned no samples.",
            where=where,
            fix="Return at least one percepta.Samples, e.g. Samples('validation', ids=range(100)).",
        )
    counts = Counter(samples.subset for samples in found)
    twice = [subset.value for subset, count in counts.items() if count > 1]
    if twice:
        raise IntegrationError(
            f"{name}() returned the subset {twice[0]!r} twice.",
            where=where,
            fix="Put all samples of a subset into one percepta.Samples, or name the other "
            "subset 'additional'.",
        )
    order = list(Subset)
    return sorted(found, key=lambda samples: order.index(samples.subset))


def make_model(integration: Integration) -> Any:
    """Call the user's model function; see :meth:`Integration.make_model`."""
    function = integration.model
    if function is None:
        raise IntegrationError(
            "The script has no model.",
            where=Where(file=integration.path),
            fix="Write a function under @percepta.model that returns it, or give a file: "
            "--model model.onnx.",
        )
    name, where = name_of(function), defined_at(function)
    try:
        model = function()
    except Exception as error:
        fix = f"Fix {name}(), or give a model file: --model model.onnx."
        raise blamed(error, IntegrationError, name, where, fix) from error
    if model is None:
        raise IntegrationError(
            f"{name}() returned None.",
            where=where,
            fix="Return the model: a torch.nn.Module or a path of an .onnx file.",
        )
    return model


def load_training(integration: Integration) -> TrainingCurves:
    """Call the user's function; see :meth:`Integration.load_training`."""
    function = integration.training
    if function is None:
        return TrainingCurves()
    name, where = name_of(function), defined_at(function)
    try:
        given = function()
    except Exception as error:
        fix = f"Fix {name}(), or let it return None where there are no curves."
        raise blamed(error, IntegrationError, name, where, fix) from error
    return read_training_curves(given, where)
