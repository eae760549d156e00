"""Channels of layers: the samples that excite them most, where they fire, which of them a group shares."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from percepta.core.errors import NotFoundError
from percepta.server.routes.parameters import Id
from percepta.server.schema.channels import (
    Activations,
    ActivationsRequest,
    ChannelSamples,
    ExcitingSample,
    SharedChannels,
    SharedChannelsRequest,
)
from percepta.server.services import Serving

router = APIRouter(prefix="/runs/{run}", tags=["samples"])

Channel = Annotated[int, Path(ge=0, lt=2**31, description="Number of the channel in its layer.")]


@router.get("/layers/{layer:path}/channels/{channel}", operation_id="get_channel_samples")
def get_channel_samples(run: Id, layer: str, channel: Channel, services: Serving) -> ChannelSamples:
    """Return the samples of the run that excite a channel most; nothing is computed."""
    opened = services.run(run)
    layers = {entry["name"]: entry for entry in opened.details.get("model", {}).get("layers", [])}
    kept = opened.channel_samples(layer)
    if kept is None and layer not in layers:
        raise NotFoundError("The run's model has no such layer.", fix="Its network lists them.")
    width = len(kept.rows) if kept is not None else layers[layer].get("width")
    if width is not None and channel >= width:
        raise NotFoundError(f"The layer has {width} channels; there is no channel {channel}.")
    found = [] if kept is None else kept.of(channel)
    return ChannelSamples(
        layer=layer,
        channel=channel,
        width=width,
        samples=[ExcitingSample(row=row, response=response) for row, response in found],
        why_not=None if kept is not None else _why_not(opened.channel_layers),
    )


@router.post("/activations", operation_id="get_activations")
def get_activations(run: Id, body: ActivationsRequest, services: Serving) -> Activations:
    """Show where channels of a layer fire for some samples; waits for it."""
    params = body.model_dump(mode="json", exclude={"slot"})
    return Activations.model_validate(services.answers.ask(run, "activations", params, body.slot))


@router.post("/shared-channels", operation_id="get_shared_channels")
def get_shared_channels(run: Id, body: SharedChannelsRequest, services: Serving) -> SharedChannels:
    """Find the channels whose response over a group is highest and steadiest; waits for it."""
    params = body.model_dump(mode="json", exclude={"slot"})
    found = services.answers.ask(run, "shared-channels", params, body.slot)
    return SharedChannels.model_validate(found)


def _why_not(layers: tuple[str, ...]) -> str:
    if layers:
        return "No latent space is built of this layer, so its responses were not looked at."
    return (
        "The run was made before percepta kept the samples that excite channels most. Evaluate again to "
        "see them."
    )
