"""Forward passes of an ONNX graph that also give responses: pooled in the graph, or whole and masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from percepta.models.batches import Masks
from percepta.models.layout import ResponseLayout, merge_groups, samples_first
from percepta.models.masking import can_be_masked, mask_weights, pool_within
from percepta.models.model import Array, Forward
from percepta.models.onnx_graph import PooledNames, Tap, with_pooled_outputs, with_responses
from percepta.models.onnx_sessions import Runtime, single

_SESSIONS_KEPT = 2  # each holds the weights


@dataclass(frozen=True, slots=True)
class _Session:
    run: onnxruntime.InferenceSession
    pooled: Mapping[str, PooledNames]
    whole: Mapping[str, str]  # by layer, the tensor of its response


class Capture:
    """Runs batches and captures layers.

    Each set of captured layers gets its own session, whose graph also gives their responses; it is
    built at the first batch that asks for it.

    Args:
        model: the graph.
        runtime: runs it.
        outputs: the graph's name of each output, by name.
        taps: by layer.
        layouts: of each layer's response.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        runtime: Runtime,
        outputs: Mapping[str, str],
        taps: Mapping[str, Tap],
        layouts: Mapping[str, ResponseLayout],
    ) -> None:
        self._model, self._runtime, self._outputs = model, runtime, outputs
        self._taps, self._layouts = taps, layouts
        self._sessions: dict[tuple[frozenset[str], frozenset[str]], _Session] = {}

    def forward(self, batch: Mapping[str, Array], capture: Sequence[str], masks: Masks) -> Forward:
        """Run a batch of a size the file takes; see :meth:`percepta.models.Model.forward`."""
        masked = [n for n in capture if masks is not None and can_be_masked(self._layouts[n])]
        session = self._session([n for n in capture if n not in masked], masked)
        fetch = [*self._outputs.values(), *session.whole.values()]
        for names in session.pooled.values():
            fetch += [names.mean, names.max]
        wanted = list(dict.fromkeys(fetch))
        got = dict(zip(wanted, self._runtime.run(session.run, batch, wanted), strict=True))
        outputs = {name: single(got[tensor]) for name, tensor in self._outputs.items()}
        mean = {n: self._pooled(n, got[p.mean], False) for n, p in session.pooled.items()}
        maximum = {n: self._pooled(n, got[p.max], True) for n, p in session.pooled.items()}
        if masks is not None:
            for name, tensor in session.whole.items():
                planes = np.moveaxis(got[tensor], self._layouts[name].channel_axis, 1)
                weights = mask_weights(masks, planes.shape[2:])
                mean[name], maximum[name] = pool_within(planes, weights)
        return Forward(outputs, {n: mean[n] for n in capture}, {n: maximum[n] for n in capture})

    def activations(
        self, batch: Mapping[str, Array], layer: str, channels: Sequence[int]
    ) -> NDArray[np.float32]:
        """Return whole responses; see :meth:`percepta.models.Model.activations`."""
        session = self._session((), (layer,))
        got = self._runtime.run(session.run, batch, [session.whole[layer]])[0]
        layout = self._layouts[layer]
        return samples_first(np.take(got, list(channels), axis=layout.channel_axis), layout)

    def close(self) -> None:
        """Drop the sessions; the next batch builds what it needs again."""
        self._sessions.clear()

    def _pooled(self, name: str, value: Array, by_max: bool) -> NDArray[np.float32]:
        layout = self._layouts[name]
        if value.ndim == 2 and layout.batch_axis > layout.channel_axis:
            value = value.T
        flat = value.reshape(-1, layout.width).astype(np.float32, copy=False)
        return merge_groups(flat, layout.groups, by_max)

    def _session(self, pooled: Sequence[str], whole: Sequence[str]) -> _Session:
        """Return what gives the pooled responses of some layers and the whole ones of others."""
        key = frozenset(pooled), frozenset(whole)
        if key not in self._sessions:
            taps = [tap for name, tap in self._taps.items() if name in pooled]
            model, names = with_pooled_outputs(self._model, taps, self._layouts)
            tensors = {name: self._taps[name].tensor for name in whole}
            model = with_responses(model, tensors.values()) if tensors else model
            while len(self._sessions) >= _SESSIONS_KEPT:
                del self._sessions[next(iter(self._sessions))]
            run = self._runtime.start(model, optimise=True)
            self._sessions[key] = _Session(run, names, tensors)
        return self._sessions[key]
