"""Channels in a terminal: the samples that excite them most, and those that a group shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from percepta.engine.shared_channels import GroupChannels
    from percepta.storage import Run

SAMPLES_SHOWN = 5
CHANNELS_SHOWN = 5


def exciting(run: Run, layer: str, channel: int) -> list[dict[str, Any]] | None:
    """Return the samples that excite a channel most, as JSON; None where the run does not know them."""
    kept = run.channel_samples(layer)
    if kept is None:
        return None
    return [
        {"sample": str(run.key(row)), "row": row, "response": response}
        for row, response in kept.of(channel)
    ]


def channel_samples(run: Run, told: Mapping[str, Any]) -> list[list[dict[str, Any]] | None]:
    """Return the samples that excite each channel of a layer, as an explanation tells of it, most."""
    return [exciting(run, told["layer"], channel) for channel in told["channels"]]


def print_exciting(run: Run, layer: str, channels: Sequence[int]) -> None:
    """Print a line for each channel: the samples that excite it most, each with its response."""
    from percepta.terminal import console

    out = console()
    for channel in channels:
        found = exciting(run, layer, channel)
        if found is None:
            out.print(f"    {_why_not(run)}", style="dim", markup=False, soft_wrap=True)
            return
        told = ", ".join(
            f"{one['sample']} ({one['response']:.3g})" for one in found[:SAMPLES_SHOWN]
        )
        out.print(f"    #{channel} is excited most by {told}", markup=False, soft_wrap=True)


def print_shared(found: GroupChannels) -> None:
    """Print a line for each layer: the channels that a group shares most."""
    from percepta.terminal import console

    out = console()
    out.print(
        f"channels they share, over {len(found.rows)} of them, in deviations of the population (σ):",
        soft_wrap=True,
    )
    for layer, shared in found.layers.items():
        values = zip(shared.channels, shared.heights, shared.spreads, strict=True)
        told = [f"#{c} (+{height:.2g} ± {spread:.2g} σ)" for c, height, spread in values]
        line = ", ".join(told[:CHANNELS_SHOWN]) or "none"
        out.print(f"  {layer}: {line}", markup=False, soft_wrap=True)


def _why_not(run: Run) -> str:
    if run.channel_layers:
        return "no latent space is built of this layer, so nothing is known of its channels"
    return "the run was made before percepta kept the samples that excite channels most"
