"""What a script asks for and percepta does not do, one sentence each."""

from __future__ import annotations

from percepta.integration.blame import name_of
from percepta.integration.code_loader.module.contract.enums import CustomLatentSpaceComputedAt
from percepta.integration.code_loader.module.contract.mapping import NodeMappingType
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder


def unsupported(binder: LeapBinder) -> list[str]:
    """Return what is left out of a script."""
    setup = binder.setup_container
    notes = [
        f"The simulation {simulation.name!r} is not run: percepta does not make samples yet."
        for simulation in setup.simulations
    ]
    if setup.autoregressive_step is not None:
        name = name_of(setup.autoregressive_step.function)
        notes.append(
            f"The autoregressive step {name}() is not run: percepta runs the model once per sample."
        )
    chains = (
        *(h.metric_handler_data.name for h in setup.autoregressive_metrics),
        *(h.custom_loss_handler_data.name for h in setup.autoregressive_losses),
        *(h.visualizer_handler_data.name for h in setup.autoregressive_visualizers),
    )
    if chains:
        names = ", ".join(map(repr, chains))
        notes.append(f"{names}: not computed, for they need the autoregressive step.")
    if setup.false_positive_instances is not None:
        name = setup.false_positive_instances.name
        notes.append(
            f"The detections without ground truth of {name!r} do not become rows of their own yet."
        )
    called = {
        c.node.name
        for c in binder.mapping_connections
        if c.node.type is NodeMappingType.CustomLatentSpace
    }
    for space in setup.custom_latent_spaces.values():
        if space.instance_aware:
            notes.append(f"The latent space {space.name!r} of objects alone is not built yet.")
        elif space.computed_at is CustomLatentSpaceComputedAt.MODEL and space.name not in called:
            notes.append(
                f"The latent space {space.name!r} is not built: the integration test does not call it."
            )
    return notes
