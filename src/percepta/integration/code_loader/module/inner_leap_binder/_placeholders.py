"""Placeholders: what decorated functions return while the wiring is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from percepta.core.errors import IntegrationError
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.mapping import NodeMapping, NodeMappingType

MAX_SLOTS = 10
"""Most inputs and most predictions of a model that the mapping has names for."""

_OPERATIONS = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul "
    "and rand or ror xor rxor neg pos abs invert lt le gt ge float int index bool len iter array "
    "contains"
)


class Placeholder:
    """Stands for an array whose values are not known while the wiring is recorded.

    Attributes:
        node_mapping: what it stands for; a model that is given it turns an ``Input`` into ``Input<k>``.
    """

    def __init__(
        self, node_mapping: NodeMapping, grouped: Callable[[], bool] = lambda: False
    ) -> None:
        self.node_mapping = node_mapping
        self._grouped = grouped

    def __getitem__(self, key: object) -> Placeholder:
        """Return itself: one sample of a group comes from the same source as the group."""
        if self._grouped():
            return self
        raise not_allowed("takes an item of an array that is not the model's result")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise not_allowed(f"uses .{name} of an array")


def _refused(operation: str) -> Callable[..., NoReturn]:
    def refuse(self: Placeholder, *arguments: object, **keywords: object) -> NoReturn:
        raise not_allowed(f"computes with an array ({operation})")

    return refuse


for _name in _OPERATIONS.split():
    setattr(Placeholder, f"__{_name}__", _refused(_name))


class PlaceholderResult(Placeholder):
    """Stands for the model's result: its only prediction, or one index away from each of several."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(NodeMapping("", NodeMappingType.Prediction0))
        self._names = list(names)

    def __getitem__(self, key: object) -> Placeholder:
        """Return the prediction of a position or a name."""
        if isinstance(key, str):
            if key not in self._names:
                raise IntegrationError(
                    f"The integration test asks for the prediction {key!r}, which is not declared.",
                    where=caller(),
                    fix=f"Declared are: {', '.join(self._names) or 'none'}.",
                )
            key = self._names.index(key)
        if not isinstance(key, int) or isinstance(key, bool):
            raise not_allowed(f"takes {key!r} of the model's result instead of a number or a name")
        return Placeholder(NodeMapping("", slot("Prediction", key)))


class PlaceholderModel:
    """Stands for the model: records which encoder feeds which of its inputs."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __call__(self, inputs: Any) -> PlaceholderResult:
        """Record a call of a Keras model: one array, a list, or a dict."""
        if isinstance(inputs, Mapping):
            return self.run(None, inputs)
        several = inputs if isinstance(inputs, list | tuple) else [inputs]
        self._feed((slot("Input", index), source) for index, source in enumerate(several))
        return PlaceholderResult(self._names)

    def run(self, output_names: object, inputs: Mapping[Any, Any]) -> PlaceholderResult:
        """Record a call of an ONNX session."""
        if output_names is not None:
            raise IntegrationError(
                "The integration test selects outputs of the model by name.",
                where=caller(),
                fix="Write model.run(None, inputs) and take predictions by index.",
            )
        if not isinstance(inputs, Mapping):
            raise not_allowed("gives model.run() something else than a dict of its inputs")
        self._feed(
            (key if isinstance(key, NodeMappingType) else slot("Input", index), source)
            for index, (key, source) in enumerate(inputs.items())
        )
        return PlaceholderResult(self._names)

    def get_inputs(self) -> _PlaceholderInputs:
        """Return what ``get_inputs()[k].name`` is taken of."""
        return _PlaceholderInputs()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise not_allowed(f"uses .{name} of the model")

    @staticmethod
    def _feed(slots: Iterable[tuple[NodeMappingType, Any]]) -> None:
        seen: list[NodeMapping] = []
        for place, source in slots:
            if isinstance(source, Unwired):
                continue
            node = getattr(source, "node_mapping", None)
            if not isinstance(source, Placeholder) or node is None:
                raise not_allowed(f"feeds the model a {type(source).__name__}")
            if not node.type.value.startswith("Input"):
                raise not_allowed(f"feeds the model the {node.type.value} {node.name!r}")
            if any(node is other for other in seen):
                raise IntegrationError(
                    f"The integration test feeds {node.name!r} to two inputs of the model.",
                    where=caller(),
                    fix="Write an input encoder of its own for each input of the model.",
                )
            seen.append(node)
            node.type = place


class Unwired:
    """Stands for what a chain of steps gives while the wiring is recorded: it leads nowhere."""

    def __getitem__(self, key: object) -> Unwired:
        """Return another of its kind."""
        if isinstance(key, int) and key >= MAX_SLOTS:
            raise IndexError(key)
        return Unwired()

    def __call__(self, *arguments: Any, **keywords: Any) -> Unwired:
        """Return another of its kind."""
        return Unwired()

    def __getattr__(self, name: str) -> Unwired:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unwired()


class _PlaceholderInputs:
    def __getitem__(self, index: object) -> _PlaceholderInput:
        if not isinstance(index, int):
            raise not_allowed(f"takes {index!r} of the model's inputs instead of a number")
        return _PlaceholderInput(slot("Input", index))


class _PlaceholderInput:
    """One input of the model: its ``name`` is the slot it stands for."""

    def __init__(self, name: NodeMappingType) -> None:
        self.name = name


def slot(kind: str, index: int) -> NodeMappingType:
    """Return the node type of a position, e.g. ``Input2``.

    Raises:
        IntegrationError: there is no such position.
    """
    if not 0 <= index < MAX_SLOTS:
        raise IntegrationError(
            f"The integration test uses {kind.lower()} {index} of the model.",
            where=caller(),
            fix=f"A code_loader script has {kind.lower()}s 0 to {MAX_SLOTS - 1}.",
        )
    return NodeMappingType(f"{kind}{index}")


def not_allowed(what: str) -> IntegrationError:
    """Return the error for anything in an integration test but calls of decorated functions."""
    return IntegrationError(
        f"The integration test {what}.",
        where=caller(),
        fix="It may only call decorated functions, the model once, and index the model's result; move "
        "everything else into the decorated functions.",
    )
