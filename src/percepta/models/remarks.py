"""What a person should know of a network before they look through it: short remarks, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from percepta.core.network import Network, NetworkNode
from percepta.models.model import Model, TensorSpec

MOST_NAMED = 4
HUGE_SHARE = 0.5
HUGE_COUNT = 1_000_000
_ENDS = {"softmax": "softmax", "logsoftmax": "logarithm of a softmax", "sigmoid": "sigmoid"}
_PASSED = ("identity", "cast", "reshape", "squeeze", "flatten", "transpose", "output")


def remarks(model: Model, declared: Sequence[TensorSpec] = ()) -> list[str]:
    """Return remarks on an open model.

    Args:
        model: the model.
        declared: what its file says it takes, where it is known.
    """
    return [
        *_on_inputs(model, declared),
        *_on_gradients(model),
        *_on_layers(model.network),
        *_on_outputs(model.network),
    ]


def _on_inputs(model: Model, declared: Sequence[TensorSpec]) -> Iterator[str]:
    if model.max_batch is not None:
        one = "one by one" if model.max_batch == 1 else f"{model.max_batch} at a time"
        yield f"The file fixes the batch at {model.max_batch}: samples are run {one}, which is slower."
    for spec in declared:
        varying = [str(axis) for axis, size in enumerate(spec.shape) if size is None and axis > 0]
        if varying:
            yield (
                f"Axis {' and '.join(varying)} of input {spec.name} may vary: give every sample of "
                "an evaluation the same size."
            )
    for spec in model.inputs:
        if not spec.dtype.startswith(("float", "bfloat")):
            yield f"Input {spec.name} takes {spec.dtype}: no gradient reaches it, only its layers."


def _on_gradients(model: Model) -> Iterator[str]:
    if model.no_gradients is not None:
        yield f"No heat maps by gradients: {model.no_gradients}"


def _on_layers(network: Network) -> Iterator[str]:
    learned = [node for node in network.nodes if node.kind == "layer" and node.parameters]
    norms = {node for node in learned if "norm" in node.operator.lower()}  # they say it again
    missed = [node for node in learned if not node.captured and node not in norms]
    if missed:
        names = ", ".join(short(node.name) for node in missed[:MOST_NAMED])
        more = f" and {len(missed) - MOST_NAMED} more" if len(missed) > MOST_NAMED else ""
        yield f"Not captured, of {len(learned)} layers with learned values: {names}{more}."
    total = sum(node.parameters for node in learned)
    for node in learned:
        share = node.parameters / total
        if node.parameters >= HUGE_COUNT and share > HUGE_SHARE and len(learned) > 1:
            yield f"Layer {short(node.name)} holds {share:.0%} of the {total:,} learned values."


def _on_outputs(network: Network) -> Iterator[str]:
    by_name = {node.name: node for node in network.nodes}
    before: dict[str, list[str]] = {}
    for start, end in network.edges:
        before.setdefault(end, []).append(start)
    for node in network.nodes:
        last = _end_of(node, by_name, before) if node.kind == "output" else None
        if last in ("softmax", "sigmoid"):
            yield (
                f"Output {node.name} ends in a {last}: it gives probabilities, so the prediction's "
                "activation is 'none'."
            )
        elif last is not None:
            yield f"Output {node.name} ends in a {last}: exp() of it gives probabilities."


def _end_of(
    node: NetworkNode, by_name: Mapping[str, NetworkNode], before: Mapping[str, Sequence[str]]
) -> str | None:
    """Return the activation that an output ends in; steps that only rearrange are passed over."""
    for _ in range(len(by_name)):
        settings = dict(node.settings)
        operator = node.operator.lower().rpartition(".")[2].replace("_", "")
        for name in (operator, settings.get("activation", "")):
            if name in _ENDS:
                return _ENDS[name]
        starts = before.get(node.name, ())
        if len(starts) != 1 or (node.kind != "output" and not operator.startswith(_PASSED)):
            return None
        node = by_name[starts[0]]
    return None


def short(name: str, most: int = 48) -> str:
    """Return a name as it fits on a line: exporters join all names that a fused layer had."""
    last = name.rpartition(";")[2] or name
    return last if len(last) <= most else "…" + last[-most + 1 :]
