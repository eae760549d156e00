"""Opening the model of an integration, and planning the latent spaces of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from percepta.analysis.latent import SpaceRecipe, plan_spaces
from percepta.integration import Integration, LatentSpace
from percepta.integration.latents import check_spaces
from percepta.models import Model, open_model


def open_for(
    integration: Integration,
    source: object,
    example: Mapping[str, Any],
    *,
    trust: bool = False,
    device: str | None = None,
) -> Model:
    """Open a model under the names of an integration.

    Args:
        integration: names its outputs, and knows the classes that its file may refer to.
        source: a live model or the path of a file.
        example: a small batch of the inputs it takes, by name ``[B, …]``.
        trust: whether a file may run code when it is opened.
        device: where it runs; None for the best there is.

    Raises:
        ModelError: as :func:`percepta.models.open_model` says.
    """
    return open_model(
        source,
        example=example,
        outputs=[prediction.name for prediction in integration.predictions] or None,
        trust=trust,
        device=device,
        custom_objects=integration.custom_objects,
    )


def remarks(integration: Integration, model: Model) -> list[str]:
    """Return what is worth a note before a sample is run, one sentence each."""
    notes = list(integration.notes)
    if model.max_batch == 1:
        notes.append(
            "The model file takes one sample at a time, which is slower; export it with a batch axis of "
            "any size to run many at once."
        )
    elif model.max_batch is not None:
        notes.append(
            f"The model file takes exactly {model.max_batch} samples at a time; batches are cut and filled "
            "to that."
        )
    return notes


@dataclass(frozen=True)
class Spaces:
    """The latent spaces of a run.

    Attributes:
        recipes: those that are built from the responses of layers.
        own: those of the user's own.
    """

    recipes: Mapping[str, SpaceRecipe]
    own: tuple[LatentSpace, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names; the first is what maps are made of unless another is asked for."""
        preferred = [space.name for space in self.own if space.preferred]
        return tuple(dict.fromkeys([*preferred, *self.recipes, *(s.name for s in self.own)]))

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers whose responses are needed."""
        return tuple(
            dict.fromkeys(name for recipe in self.recipes.values() for name in recipe.layers)
        )


def plan(integration: Integration, model: Model) -> Spaces:
    """Plan the latent spaces of a run.

    Raises:
        IntegrationError: one of the user's own has the name of another, or cannot be.
    """
    inputs = [spec.name for spec in model.inputs]
    outputs = [spec.name for spec in model.outputs]
    recipes = plan_spaces(model.layers, inputs, outputs)
    check_spaces(integration.latent_spaces, recipes)
    return Spaces(recipes, integration.latent_spaces)
