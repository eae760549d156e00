"""Data classes, enums, mapping, simulation parameters and helpers, one call a case."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np

MODULES = [
    "contract.enums",
    "contract.datasetclasses",
    "contract.visualizer_classes",
    "contract.responsedataclasses",
    "contract.mapping",
    "contract.sim_config",
]
BOUNDS = {"min": 0, "max": 5}

IDS: dict[str, Any] = {
    "strings": ["a", "b"],
    "none": [],
    "ints": [1, 2],
    "mixed": ["a", 1],
    "array": np.array(["a", "b"]),
    "array of ints": np.arange(3),
    "tuple": ("a", "b"),
    "range": range(3),
    "numpy strings": [np.str_("a")],
    "numpy ints": [np.int64(1)],
    "bools": [True, False],
    "floats": [1.0],
    "Nones": [None],
    "twice": ["a", "a"],
    "long": ["a" * 300],
    "set": {"a"},
    "dict": {"a": 1},
    "text": "ab",
    "groups": [["a", "b"], ["c"]],
    "groups of ints": [[1, 2], [3]],
    "groups of bools": [[True]],
    "groups of floats": [[1.0]],
    "groups of numpy ints": [[np.int64(1)]],
    "groups of numpy strings": [[np.str_("a")]],
    "empty group": [["a"], []],
    "empty first group": [[], ["a"]],
    "groups of two types": [["a"], [1]],
    "a group of two types": [["a", 1]],
    "a group, then an id": [["a"], "b"],
    "an id, then a group": ["b", ["a"]],
    "groups that are tuples": [("a", "b")],
    "a tuple of groups": (["a"], ["b"]),
    "groups in an array": np.array([["a", "b"]]),
    "groups of arrays": [np.array(["a"])],
    "groups with one id twice": [["a"], ["a"]],
}

SIMULATIONS: dict[str, Any] = {
    "nothing": {},
    "None": None,
    "a list": [],
    "a number": {"a": 1},
    "an empty one": {"a": {}},
    "no bounds": {"a": {"type": float}},
    "no type": {"a": {"bounds": BOUNDS}},
    "float": {"a": {"type": float, "bounds": BOUNDS}},
    "int": {"a": {"type": int, "bounds": BOUNDS}},
    "float by name": {"a": {"type": "float", "bounds": BOUNDS}},
    "int by name": {"a": {"type": "int", "bounds": BOUNDS}},
    "str": {"a": {"type": str, "bounds": {"values": ["x", "y"]}}},
    "str by name": {"a": {"type": "str", "bounds": {"values": ["x", "y"]}}},
    "string by name": {"a": {"type": "string", "bounds": {"values": ("x", "y")}}},
    "no values": {"a": {"type": str, "bounds": {"values": []}}},
    "None for values": {"a": {"type": str, "bounds": {"values": None}}},
    "numbers as values": {"a": {"type": str, "bounds": {"values": [1, 2]}}},
    "a text as values": {"a": {"type": str, "bounds": {"values": "xy"}}},
    "str with min": {"a": {"type": str, "bounds": BOUNDS}},
    "float with values": {"a": {"type": float, "bounds": {"values": [1]}}},
    "equal ends": {"a": {"type": float, "bounds": {"min": 1, "max": 1}}},
    "ends reversed": {"a": {"type": int, "bounds": {"min": 2, "max": 1}}},
    "one end": {"a": {"type": int, "bounds": {"min": 2}}},
    "None for an end": {"a": {"type": int, "bounds": {"min": None, "max": 3}}},
    "bool": {"a": {"type": bool, "bounds": BOUNDS}},
    "boolean": {"a": {"type": "boolean", "bounds": BOUNDS}},
    "fractions for an int": {"a": {"type": int, "bounds": {"min": 0.5, "max": 3.9}}},
    "texts for a float": {"a": {"type": float, "bounds": {"min": "0", "max": "1"}}},
    "negative ints": {"a": {"type": int, "bounds": {"min": -3, "max": 0}}},
    "a list of bounds": {"a": {"type": int, "bounds": [0, 1]}},
    "more than is known": {"a": {"type": int, "bounds": BOUNDS, "default": 1}},
    "three": {
        "a": {"type": int, "bounds": BOUNDS},
        "b": {"type": float, "bounds": BOUNDS},
        "c": {"type": str, "bounds": {"values": ["z"]}},
    },
}


def cases(package: str) -> dict[str, Callable[[], object]]:
    """Return every call by its name."""
    found: dict[str, Callable[[], object]] = {}

    def case(name: str, call: Callable[..., object], *args: object, **named: object) -> None:
        assert name not in found, name
        found[name] = lambda: call(*args, **named)

    for name in MODULES:
        module = import_module(f"{package}.{name}")
        for label, value in vars(module).items():
            ours = inspect.isclass(value) and value.__module__.startswith(package)
            if ours and not label.startswith("_"):
                _shape(f"{name}.{label}", value, case)
    _preprocess(package, case)
    _mapping(package, case)
    _values(package, case)
    return found


def _shape(name: str, value: type, case: Callable[..., None]) -> None:
    if issubclass(value, Enum):
        case(name, lambda: [(member, member.value) for member in value])
    elif dataclasses.is_dataclass(value):
        case(f"{name} fields", _fields, value)
        case(f"{name} hashable", lambda: value.__hash__ is not None)


def _fields(value: type) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for field in dataclasses.fields(value):
        if field.init:
            default = "none" if field.default is dataclasses.MISSING else field.default
            made = field.default_factory is not dataclasses.MISSING and field.default_factory()
            rows.append((field.name, default, made))
    return rows


def _preprocess(package: str, case: Callable[..., None]) -> None:
    classes = import_module(f"{package}.contract.datasetclasses")
    enums = import_module(f"{package}.contract.enums")
    response = classes.PreprocessResponse

    def described(**named: Any) -> tuple[Any, ...]:
        made = response(**named)
        return (
            made,
            len(made),
            made.is_grouped,
            made.num_groups,
            made.groups,
            made.flat_sample_ids,
            hash(made) == id(made),
            bool(made),
        )

    for name, ids in IDS.items():
        for kind in (None, str, int):
            case(f"ids {name} {kind}", described, sample_ids=ids, sample_id_type=kind)
        for length in (0, 1, 2, 3):
            case(f"ids {name} length {length}", described, sample_ids=ids, length=length)
    for length in (0, 1, 3, -1, True, 2.0, "3", np.int64(3)):
        case(f"length {length!r}", described, length=length)
        case(f"length {length!r} of str", described, length=length, sample_id_type=str)
    case("nothing", described)
    case("only data", described, data={"a": 1})
    case("by position", response, 2, {"a": 1}, None, enums.DataStateType.test)
    for state in (*enums.DataStateType, *enums.DataStateEnum, "training", 0):
        case(f"state {state!r}", described, length=1, state=state)
    for name in ("sample_ids_to_instance_mappings", "instance_to_sample_ids_mappings"):
        case(f"{name} given", described, length=1, **{name: {}})
    case("tl_generated", described, length=1, tl_generated=True)
    case("equal", lambda: response(length=2) == response(length=2))
    case("unequal", lambda: response(length=2) == response(length=3))
    case("unlike its data", lambda: response(length=2, data=1) == response(length=2, data=2))


def _mapping(package: str, case: Callable[..., None]) -> None:
    mapping = import_module(f"{package}.contract.mapping")
    sims = import_module(f"{package}.contract.sim_config")
    for index in (*range(11), -1, None, "a", True, 1.5):
        case(f"leap_output {index!r}", lambda i=index: mapping.leap_output(i).node_mapping)
    node = mapping.NodeMapping("a", mapping.NodeMappingType.Input)
    case("a node", lambda: node)
    case("equal nodes", lambda: node == mapping.NodeMapping("a", mapping.NodeMappingType.Input))
    case("a connection", mapping.NodeConnection, node, {"x": node})
    case("a connection without inputs", mapping.NodeConnection, node)
    for name, raw in SIMULATIONS.items():
        case(f"simulation of {name}", sims.parse_sim_config, raw)
        case(
            f"sample of {name}", lambda raw=raw: sims.sample_sim_params(sims.parse_sim_config(raw))
        )


def _values(package: str, case: Callable[..., None]) -> None:
    utils = import_module(f"{package}.utils")
    classes = import_module(f"{package}.contract.datasetclasses")
    nan, inf = float("nan"), float("inf")
    values = {
        repr(value): value
        for value in (None, nan, inf, -inf, 0, 1, -1.0, "", "None", "nan", True, False, {}, [1])
    }
    for kind in (np.float16, np.float32, np.float64, np.int8, np.int64, np.bool_, np.str_):
        values[kind.__name__] = kind(1)
    values |= {
        "numpy nan": np.float32("nan"),
        "an array": np.zeros((2, 3)),
        "an array of nan": np.array(np.nan),
        "a number's array": np.zeros(()),
        "a nested list": [[1], [2]],
    }
    for name, value in values.items():
        case(f"absent {name}", utils.is_absent_metadata_value, value)
        case(f"type of {name}", utils.get_metadata_type_from_variable, value)
        case(f"types of {name}", utils.map_dict_to_metadata_types, {"a": value})
        case(f"shape of {name}", utils.get_shape, value)
        case(
            f"{name} as array",
            lambda v=value: utils.to_numpy_return_wrapper(lambda i, p: v)(0, None),
        )
        element = classes.ElementInstance("a", value)
        case(
            f"{name} as mask",
            lambda e=element: utils.to_numpy_return_masks_wrapper(lambda *_: e)(0, None, 0),
        )
    case("no types", utils.map_dict_to_metadata_types, None)
    case("no mask", lambda: utils.to_numpy_return_masks_wrapper(lambda *_: None)(0, None, 0))
    random = np.random.default_rng(3)
    for name, image in {
        "unit": random.random((4, 4, 3)).astype("float32"),
        "double": random.random((4, 4)) * 1000 - 500,
        "tiny": random.random((4, 4)).astype("float32") * 1e-6,
        "huge": random.random((4, 4)).astype("float32") * 1e9,
        "bytes": (random.random((4, 4)) * 255).astype("uint8"),
        "ints": np.arange(12).reshape(3, 4),
        "equal": np.full((2, 2), 3, "float32"),
        "nan": np.array([np.nan, 1], "float32"),
        "inf": np.array([np.inf, 1, 2], "float32"),
        "bool": np.array([True, False]),
        "empty": np.zeros((0, 3), "float32"),
        "list": [1, 2],
    }.items():
        case(f"rescaled {name}", _quietly(utils.rescale_min_max), image)
    spr = classes.SamplePreprocessResponse

    def first(x: spr, y: int) -> None: ...
    def second(y: int, where: spr) -> None: ...
    def none(x, y): ...

    for function, annotated in ((first, "x"), (second, "where"), (none, None)):
        function.__annotations__ = {annotated: spr} if annotated else {}
        name = f"argument of {function.__name__}"
        case(name, utils.sample_preprocess_response_arg_name, function)


def _quietly(call: Callable[..., object]) -> Callable[..., object]:
    """Numpy's warnings are of no interest here."""

    def called(*args: Any) -> object:
        with np.errstate(all="ignore"):
            return call(*args)

    return called
