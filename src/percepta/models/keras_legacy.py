"""Configurations of Keras 2 (tf.keras, tf_keras) rewritten as Keras 3 writes them."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Any

from percepta.core.errors import ModelError, Where

_NETWORKS = {"Functional": "functional", "Model": "functional", "Sequential": "sequential"}
_WITHOUT_EFFECT = {
    "implementation",
    "input_length",
    "key_shape",
    "query_shape",
    "ragged",
    "sparse",
    "value_shape",
}
_OF_TENSORFLOW = {
    "ClassMethod",
    "InstanceMethod",
    "InstanceProperty",
    "SlicingOpLambda",
    "TFOpLambda",
    "TensorFlowOpLayer",
}
_RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}
_FOR_TRAINING = ("_constraint", "_initializer", "_regularizer")
_CONVERT = "Convert the file with tf2onnx where it was made, and give the .onnx file."


def modernise(config: Any, version: str, known: Collection[str], where: Where) -> Any:
    """Return a model's configuration in the form of Keras 3, with nothing to compile.

    Layers get their module, one-element axis lists their number, input shapes and calls their new
    form; settings that Keras 3 dropped go where they have no effect.

    Args:
        config: parsed JSON.
        version: of the Keras that wrote it; of 3 and later, only the HDF5 form is brought up to date.
        known: names of the classes that the user registered or gave.
        where: the file, for messages.

    Raises:
        ModelError: a layer uses what Keras 3 does not have.
    """
    return _Rewriter(int(version.split(".")[0]) < 3, known, where).model(config)


class _Rewriter:
    """Rewrites one file's configuration."""

    def __init__(self, old: bool, known: Collection[str], where: Where) -> None:
        self._old = old
        self._known = known
        self._where = where

    def model(self, entry: Any) -> Any:
        """Rewrite a layer or network, or whatever holds one."""
        if isinstance(entry, list):
            return [self.model(each) for each in entry]
        if not isinstance(entry, Mapping):
            return entry
        plain = {key: value for key, value in entry.items() if key != "compile_config"}
        name, config = plain.get("class_name"), plain.get("config")
        if not isinstance(name, str) or not isinstance(config, Mapping):
            return {key: self.model(value) for key, value in plain.items()}
        if name in _OF_TENSORFLOW:
            function = config.get("function", config.get("name"))
            raise ModelError(
                f"The network calls TensorFlow's {function} between its layers, which needs TensorFlow.",
                where=self._where,
                fix=_CONVERT,
            )
        if self._old:
            plain.pop("shared_object_id", None)
        if name == "Policy":  # of mixed precision
            return config.get("name")
        if name in _NETWORKS and isinstance(config.get("layers"), list):
            return self._network(plain)
        if self._is_layer(plain):
            return self._layer(plain)
        return plain | {"config": {key: self.model(value) for key, value in config.items()}}

    def _is_layer(self, entry: Mapping[str, Any]) -> bool:
        import keras

        kind = getattr(keras.layers, entry["class_name"], None)
        custom = self._is_custom(entry)
        return custom or (isinstance(kind, type) and issubclass(kind, keras.layers.Layer))

    def _is_custom(self, entry: Mapping[str, Any]) -> bool:
        name = entry["class_name"]
        return "module" not in entry and (
            name in self._known or name.rpartition(">")[2] in self._known
        )

    def _network(self, entry: dict[str, Any]) -> dict[str, Any]:
        kind = entry["class_name"]
        config = dict(entry["config"])
        layers = [self.model(layer) for layer in config["layers"]]
        config["layers"] = layers
        if kind == "Sequential":
            if self._old:
                config["layers"] = _with_input(config["layers"], entry["config"]["layers"])
            kind_now = kind
        else:
            kind_now = "Functional"
            nested = {
                layer["config"]["name"]: layer["class_name"]
                for layer in layers
                if layer["class_name"] in _NETWORKS
            }
            names = {layer["name"] for layer in layers}
            if self._old:
                for layer in layers:
                    nodes = layer["inbound_nodes"]
                    layer["inbound_nodes"] = [_modern_call(n, names, set(nested)) for n in nodes]
                config["output_layers"] = _modern_outputs(config["output_layers"], nested)
                config = _without_slashes(config, names)
        module = entry.get("module")
        if module is None or self._old:
            module = f"keras.src.models.{_NETWORKS[kind]}"
        return (
            {"registered_name": kind_now}
            | entry
            | {
                "module": module,
                "class_name": kind_now,
                "config": config,
            }
        )

    def _layer(self, entry: dict[str, Any]) -> dict[str, Any]:
        name = entry["class_name"]
        config = {key: self.model(value) for key, value in entry["config"].items()}
        if self._is_custom(entry):
            return entry | {
                "module": None,
                "class_name": name.rpartition(">")[2],
                "registered_name": name,
                "config": config,
            }
        if self._old:
            config = self._settings(name, config)
            entry.pop("build_config", None)  # calls build it
        elif isinstance(config.get("axis"), list) and len(config["axis"]) == 1:
            config["axis"] = config["axis"][0]
        return {"module": "keras.layers", "registered_name": None} | entry | {"config": config}

    def _settings(self, kind: str, config: dict[str, Any]) -> dict[str, Any]:
        """Return what Keras 3 takes of the settings of one of its own layers."""
        batch_shape = config.pop("batch_input_shape", None)
        if kind == "InputLayer" and batch_shape is not None:
            config["batch_shape"] = batch_shape
        axis = config.get("axis")
        if isinstance(axis, list) and len(axis) == 1:
            config["axis"] = axis[0]
        if kind == "Lambda":
            return _modern_lambda(config)
        for old, new in _RENAMED.get(kind, {}).items():
            if old in config:
                config[new] = config.pop(old)
        taken = _settings_taken(kind)
        kept = {}
        for key, value in config.items():
            if key in taken:
                kept[key] = value
            elif key.endswith(_FOR_TRAINING) or key in _WITHOUT_EFFECT or _is_neutral(value):
                continue
            else:
                raise ModelError(
                    f"The layer {config.get('name', kind)} is made with {key}={value!r}, which Keras 3 "
                    "does not have.",
                    where=self._where,
                    fix=_CONVERT,
                )
        return kept


def _is_neutral(value: Any) -> bool:
    """Whether a setting says what goes without saying: nothing, no, or one group."""
    return not value or (value == 1 and value is not True)


def _modern_lambda(config: dict[str, Any]) -> dict[str, Any]:
    """Return a Lambda layer's settings, its bytecode in the form of Keras 3; nothing is unpacked."""
    function = config.get("function")
    if isinstance(function, list) and len(function) == 3:
        stored = dict(zip(("code", "defaults", "closure"), function, strict=True))
        function = {"class_name": "__lambda__", "config": stored}
    kept = {key: config[key] for key in ("name", "output_shape", "arguments") if key in config}
    return kept | {"function": function}


def _settings_taken(kind: str) -> set[str]:
    """Return the names of the settings that a layer of Keras 3 takes, those of its bases included."""
    import keras

    taken: set[str] = set()
    for cls in getattr(keras.layers, kind).__mro__:
        if "__init__" not in vars(cls):
            continue
        parameters = inspect.signature(cls.__init__).parameters.values()
        taken |= {p.name for p in parameters}
        if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters):
            break
    return (taken | {"name", "trainable", "dtype"}) - {"self", "kwargs", "args"}


def _with_input(layers: list[Any], old: list[Any]) -> list[Any]:
    """Return the layers of a sequential network that begins with an input."""
    first = old[0] if old else {}
    shape = first.get("config", {}).get("batch_input_shape")
    if first.get("class_name") == "InputLayer" or shape is None:
        return layers
    settings = {
        "batch_shape": shape,
        "dtype": first["config"].get("dtype", "float32"),
        "name": "input",
    }
    return [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": settings,
            "registered_name": None,
        },
        *layers,
    ]


def _modern_call(node: Any, names: Collection[str], nested: Collection[str]) -> Any:
    """Return one call of a layer as ``{"args", "kwargs"}``; old files list the tensors it takes.

    A network inside counts its own inputs as its first call in old files, not in new ones.
    """
    if not isinstance(node, list) or not node or not all(isinstance(each, list) for each in node):
        return node

    def tensor(reference: Any) -> Any:
        if isinstance(reference, list):
            if (
                len(reference) in (3, 4)
                and isinstance(reference[0], str)
                and reference[0] in names
                and isinstance(reference[1], int)
            ):
                name, call, index = reference[:3]
                history = [name, max(call - (name in nested), 0), index]
                placeholder = {"shape": [None], "dtype": "float32", "keras_history": history}
                return {"class_name": "__keras_tensor__", "config": placeholder}
            return [tensor(each) for each in reference]
        return reference

    tensors = [tensor(reference) for reference in node]
    kwargs: Mapping[str, Any] = next(
        (reference[3] for reference in node if len(reference) == 4), {}
    )
    return {
        "args": [tensors[0] if len(tensors) == 1 else tensors],
        "kwargs": {key: tensor(value) for key, value in kwargs.items()},
    }


def _modern_outputs(outputs: Any, nested: Mapping[str, str]) -> Any:
    """Count the calls of sequential networks from their first, as Keras 3 does for outputs."""
    if isinstance(outputs, Mapping):
        return {key: _modern_outputs(value, nested) for key, value in outputs.items()}
    if isinstance(outputs, list) and len(outputs) == 3 and isinstance(outputs[0], str):
        name, call, index = outputs
        return [name, max(call - (nested.get(name) == "Sequential"), 0), index]
    return (
        [_modern_outputs(each, nested) for each in outputs]
        if isinstance(outputs, list)
        else outputs
    )


def _without_slashes(config: Any, names: Collection[str]) -> Any:
    """Rename layers whose names hold a slash, which Keras 3 does not allow, wherever they are named."""
    renamed = {name: slashless(name) for name in names if "/" in name}
    if not renamed:
        return config

    def rename(value: Any) -> Any:
        if isinstance(value, str):
            return renamed.get(value, value)
        if isinstance(value, Mapping):
            return {key: rename(each) for key, each in value.items()}
        return [rename(each) for each in value] if isinstance(value, list) else value

    return rename(config)


def slashless(name: str) -> str:
    """Return a layer's name as Keras 3 takes it."""
    return name.replace("/", "_")
