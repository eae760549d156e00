"""What a Keras file would run or import if it were opened: found by reading its configuration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from percepta.core.errors import ModelError, UntrustedModelError, Where

_CODE_CLASSES = {
    "__lambda__": "would run Python bytecode stored in the file",
    "TorchModuleWrapper": "would unpickle a PyTorch module stored in the file",
    "JaxLayer": "would run a function stored in the file",
    "FlaxLayer": "would run a function stored in the file",
    "TFSMLayer": "would load a SavedModel from a path that the file names",
    "__typespec__": "would build a TensorFlow type that the file names",
}
_BYTECODE = _CODE_CLASSES["__lambda__"]
_LOOKUPS = {"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "Hashing"}
_VALUES = {"__tensor__", "__keras_tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"}
_CLASS_PACKAGES = {
    "layers",
    "models",
    "constraints",
    "dtype_policies",
    "initializers",
    "losses",
    "metrics",
    "ops",
    "quantizers",
    "random",
    "regularizers",
}
_FUNCTION_PACKAGES = {"activations", "initializers", "losses", "metrics", "ops", "regularizers"}
_REGISTRIES = {"deserialize", "get", "serialize"}
_KERAS_ITSELF = {
    "DTypePolicy",
    "FloatDTypePolicy",
    "Function",
    "Functional",
    "Model",
    "SeedGenerator",
    "Sequential",
    "Variable",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a configuration that is not plainly a part of Keras.

    Attributes:
        what: for people, e.g. ``the Lambda layer 'scale' would run Python bytecode stored in the file``.
        runs_code: whether it is code or a file access that trust would allow; else a class that
            this process does not know.
    """

    what: str
    runs_code: bool


def check_config(config: Any, known: Collection[str], trust: bool, where: Where) -> None:
    """Refuse a configuration that would run code, or that names what is neither Keras nor known.

    Args:
        config: parsed JSON of a model, of Keras 2 or 3.
        known: names of the classes and functions that the user registered or gave.
        trust: whether code inside the file may run.
        where: the file, for the message.

    Raises:
        UntrustedModelError: it would run code and ``trust`` is False.
        ModelError: it names a class that is not known, so that it cannot be built.
    """
    findings = list(find_untrusted(config, known))
    code = [finding.what for finding in findings if finding.runs_code]
    if code and not trust:
        raise UntrustedModelError(
            f"Opening this Keras file could run code of its author: {_some(code)}.",
            where=where,
            fix="If you trust it, say --trust; else ask for a file without such parts.",
        )
    unknown = [finding.what for finding in findings if not finding.runs_code]
    if unknown:
        raise (ModelError if trust else UntrustedModelError)(
            f"The file {_some(unknown)}, neither a part of Keras nor known to the script.",
            where=where,
            fix="If it is your own, register it in the script with "
            "keras.saving.register_keras_serializable, or give it as a custom layer; if not, save the "
            "model again as .keras where it was made.",
        )


def find_untrusted(config: Any, known: Collection[str]) -> Iterator[Finding]:
    """Yield what a configuration would run, read or import beyond Keras' own building blocks."""
    stack = [config]
    while stack:  # no recursion: the nesting is the file's
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, Mapping):
            stack.extend(reversed(list(value.values())))
            if "class_name" in value or "registered_name" in value or "module" in value:
                yield from _judge(value, known)


def _judge(entry: Mapping[str, Any], known: Collection[str]) -> Iterator[Finding]:
    name, module = entry.get("class_name"), entry.get("module")
    config = entry.get("config")
    settings = config if isinstance(config, Mapping) else {}
    if not isinstance(name, str) or not isinstance(module, str | None):
        yield Finding(f"has a class name {str(name)[:80]!r} of module {str(module)[:80]!r}", False)
        return
    called = f"the {name} layer '{settings['name']}'" if "name" in settings else f"a {name}"
    if name == "Lambda":
        yield from _judge_lambda(called, settings)
        return
    if name in _CODE_CLASSES:
        yield Finding(f"{called} {_CODE_CLASSES[name]}", True)
        return
    if name in _LOOKUPS:
        for key in ("vocabulary", "idf_weights"):
            if isinstance(settings.get(key), str):
                yield Finding(f"{called} would read the file '{settings[key][:200]}'", True)
    names = {name, name.rpartition(">")[2], entry.get("registered_name")}
    if name == "function":
        names = {config, entry.get("registered_name")}
        name = str(config)
    if name in _VALUES or any(isinstance(n, str) and n in known for n in names):
        return
    function = entry.get("class_name") == "function"
    dotted = f"{module}.{name}" if module else name
    if _is_building_block(module, name, function):
        return
    if function:
        yield Finding(f"it would call {dotted[:200]}", True)
    elif module is not None and module.split(".")[0] in {"builtins", "keras"}:
        yield Finding(f"it would import {dotted[:200]}", True)
    else:
        yield Finding(f"asks for the class {dotted[:200]}", False)


def _judge_lambda(called: str, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """A Lambda layer is code unless it only names functions, which are judged by themselves."""
    function = settings.get("function")
    by_name = isinstance(function, Mapping) and function.get("class_name") == "function"
    if not by_name or settings.get("output_shape_type") == "lambda":
        yield Finding(f"{called} {_BYTECODE}", True)


def _is_building_block(module: str | None, name: str, function: bool) -> bool:
    """Whether a name is a part of networks: it lies in a module of Keras that holds nothing else."""
    packages = _FUNCTION_PACKAGES if function else _CLASS_PACKAGES
    if not name.isidentifier() or name[0].isupper() is function or name in _REGISTRIES:
        return False
    if name in _KERAS_ITSELF and module in (None, "keras", "keras.src"):
        return True
    if module is None or (function and module == "builtins"):  # Keras looks the name up in itself
        import keras

        return any(hasattr(getattr(keras, package), name) for package in packages)
    package = module.removeprefix("keras.").removeprefix("src.").partition(".")[0]
    return module.startswith("keras.") and package in packages


def _some(findings: list[str]) -> str:
    shown = list(dict.fromkeys(findings))
    more = f", and {len(shown) - 3} more" if len(shown) > 3 else ""
    return "; ".join(shown[:3]) + more
