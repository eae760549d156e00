"""Which parts of a serialised program are plain: names, numbers, known operators, sums of sizes."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

_NAME = re.compile(r"[A-Za-z_]\w*")
_QUALIFIED = re.compile(r"[\w.+\-]*")
_MODULES = re.compile(r"[\w.,;@\[\]()<>*\- ]*")
_SYMBOL = re.compile(r"(s|u|zf|zuf)\d+")
_PAYLOAD = re.compile(r"(weight|tensor)_\d+")

_LIBRARIES = re.compile(
    r"torch\.ops\.(aten|prims|torchvision|quantized_decomposed)"
    r"\.((?!__)\w+|__(and|or|xor|lshift|rshift)__)(\.(?!__)\w+)?"
)
_FILE_OPERATORS = {"from_file", "save", "load"}
"""Operators of aten that read or write files."""
_CONTROL = "cond while_loop map_impl scan wrap_with_set_grad_enabled wrap_with_autocast"
_ARITHMETIC = (
    "add sub mul floordiv truediv mod pow neg pos abs and_ or_ xor eq ne lt le gt ge getitem not_"
)
_SIZES = "sym_int sym_float sym_max sym_min sym_not sym_ite sym_sum _sym_sqrt"
_MATHS = "trunc ceil floor sqrt"
_KNOWN = {
    *(f"torch.ops.higher_order.{name}" for name in _CONTROL.split()),
    *(f"_operator.{name}" for name in _ARITHMETIC.split()),
    *(f"torch.{name}" for name in _SIZES.split()),
    *(f"math.{name}" for name in _MATHS.split()),
}

_FUNCTIONS = {
    "Integer", "Float", "Rational", "Add", "Mul", "FloorDiv", "ModularIndexing", "Where", "PythonMod",
    "Mod", "CleanDiv", "CeilToInt", "FloorToInt", "CeilDiv", "LShift", "RShift", "PowByNatural",
    "FloatPow", "FloatTrueDiv", "IntTrueDiv", "IsNonOverlappingAndDenseIndicator", "TruncToFloat",
    "TruncToInt", "RoundToInt", "RoundDecimal", "ToFloat", "Identity", "Max", "Min", "Abs", "Eq", "Ne",
    "Lt", "Le", "Gt", "Ge", "Equality", "Unequality", "StrictLessThan", "LessThan", "StrictGreaterThan",
    "GreaterThan", "And", "Or", "Not", "Piecewise", "ExprCondPair", "ceiling", "floor",
}  # fmt: skip
_CONSTANTS = {"int_oo", "oo", "true", "false"}
_ARITHMETIC_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd, ast.Invert, ast.Not, ast.BitAnd, ast.BitOr,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.Tuple,
)  # fmt: skip
_LONGEST = 2000


class Vetting:
    """One pass over a file's description of a program.

    Attributes:
        found: what must not be loaded from a stranger, in words.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def note(self, finding: str) -> None:
        """Keep a finding, once."""
        if finding not in self.found:
            self.found.append(finding)

    def program(self, program: dict[str, Any]) -> dict[str, Any]:
        """Return a serialised program without what is not needed to run its graph."""
        module = dict(program.get("graph_module") or {})
        fields = module.pop("treespec_namedtuple_fields", None) or {}
        calls = module.pop("module_call_graph", None) or []
        module.pop("metadata", None)
        clean = {
            name: self._checked(value, name)
            for name, value in program.items()
            if name not in {"graph_module", "guards_code"}
        }
        clean["graph_module"] = self._checked(module, "graph_module") | {
            "module_call_graph": [self._call(call, fields) for call in calls[:1]],
            "metadata": {},
            "treespec_namedtuple_fields": {},
        }
        clean["guards_code"] = []
        for name in clean.get("range_constraints") or {}:
            self._match(_SYMBOL, name, "a size")
        return clean

    def payloads(self, config: dict[str, Any], folder: str) -> dict[str, Any]:
        """Return where the values of tensors lie; a value that is a pickle is a finding."""
        clean = {}
        for name, payload in (config.get("config") or {}).items():
            self._match(_QUALIFIED, name, "a tensor")
            path = str(payload.get("path_name"))
            if payload.get("use_pickle") or not _PAYLOAD.fullmatch(path):
                self.note(f"{name} is kept as a pickle or an object ({folder}/{path})")
                continue
            clean[name] = self._checked(payload, name)
        return {"config": clean}

    def _checked(self, value: Any, key: str) -> Any:
        """Return a part of the description with every text in it checked by the key it stands under."""
        if isinstance(value, list):
            return [self._checked(each, key) for each in value]
        if isinstance(value, str):
            return self._text(value, key)
        if not isinstance(value, dict):
            return value
        if key == "metadata":
            return self._metadata(value)
        if key == "device":
            return {"type": "cpu", "index": None}  # it is brought to a device when it is opened
        if value.get("custom_obj_values") or "as_custom_obj" in value or "custom_obj" in value:
            self.note("it holds objects of custom classes")
        for name in value:
            self._match(_QUALIFIED, name, "a key")
        return {name: self._checked(each, name) for name, each in value.items()}

    def _text(self, text: str, key: str) -> str:
        if key in {"target", "as_operator"}:
            self._operator(text)
        elif key == "expr_str":
            return self._expression(text)
        elif key in {"name", "as_name"}:
            self._match(_NAME, text, "a name") if text else None
        elif not key.startswith("as_str"):  # a text given to an operator is a value
            self._match(_QUALIFIED, text, key)
        return text

    def _metadata(self, metadata: dict[str, Any]) -> dict[str, str]:
        modules = metadata.get("nn_module_stack")
        plain = isinstance(modules, str) and _MODULES.fullmatch(modules)
        return {"nn_module_stack": str(modules)} if plain else {}

    def _operator(self, target: str) -> None:
        known = target in _KNOWN or _LIBRARIES.fullmatch(target)
        if not known or set(target.split(".")) & _FILE_OPERATORS:
            self.note(f"it calls {target[:80]!r}")

    def _expression(self, text: str) -> str:
        """Return a size's expression as it was read: names of sizes, numbers, arithmetic."""
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            tree = ast.parse(text.strip(), mode="eval")
            if not _is_arithmetic(tree):
                raise ValueError("no arithmetic")
            return ast.unparse(tree)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            self.note(f"it evaluates {text[:80]!r}")
            return "1"

    def _match(self, pattern: re.Pattern[str], text: str, what: str) -> None:
        if not pattern.fullmatch(text):
            self.note(f"{what} is {text[:80]!r}")

    def _call(self, call: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """Return how the program is called, its structures in plain containers."""
        signature = call.get("signature")
        if signature is None:
            return {"fqn": "", "signature": None}
        clean = {
            name: self._checked(value, name)
            for name, value in signature.items()
            if name not in {"in_spec", "out_spec"}
        }
        for name in ("in_spec", "out_spec"):
            clean[name] = self._structure(signature[name], fields)
        return {"fqn": "", "signature": clean}

    def _structure(self, text: str, fields: dict[str, Any]) -> str:
        try:
            version, spec = json.loads(text)
            return json.dumps([int(version), self._spec(spec, fields)])
        except (ValueError, TypeError, KeyError, RecursionError):
            self.note(f"a structure is {text[:80]!r}")
            return text

    def _spec(self, spec: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """Return a structure in which classes of other libraries are dicts of the same names."""
        children = [self._spec(child, fields) for child in spec["children_spec"]]
        kind, context = spec["type"], spec["context"]
        if kind is None:
            return {"type": None, "context": None, "children_spec": []}
        names = _member_names(kind, context, fields)
        if names is not None and len(names) == len(children):
            kind, context = "builtins.dict", json.dumps(names)
        elif kind == "builtins.list":
            context = "null"
        else:
            kind, context = "builtins.tuple", "null"
        return {"type": kind, "context": context, "children_spec": children}


def _member_names(kind: str, context: Any, fields: dict[str, Any]) -> list[str] | None:
    """Return the names of a structure's members, where they have names."""
    if kind in {"builtins.tuple", "builtins.list"}:
        return None
    read = json.loads(context) if isinstance(context, str) else context
    if isinstance(read, dict):  # a dict with a default
        read = read.get("dict_context")
    if isinstance(read, str) and read in fields:  # a named tuple
        read = fields[read]["field_names"]
    if isinstance(read, list) and read and isinstance(read[0], list):  # a dataclass
        read = read[0]
    if isinstance(read, list) and all(isinstance(name, str) for name in read):
        return read
    return None


def _is_arithmetic(node: ast.AST) -> bool:
    """Whether an expression, written plainly or as sympy's ``srepr`` does, only computes with sizes."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    if isinstance(node, ast.Name):
        return bool(_SYMBOL.fullmatch(node.id)) or node.id in _CONSTANTS
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and _is_arithmetic_call(node.func.id, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _is_arithmetic(node.left) and _is_small(node.right)
    return isinstance(node, _ARITHMETIC_NODES) and all(
        _is_arithmetic(child) for child in ast.iter_child_nodes(node)
    )


def _is_arithmetic_call(function: str, call: ast.Call) -> bool:
    if function == "Symbol":  # Symbol('s0', positive=True, integer=True)
        name = call.args[0] if len(call.args) == 1 else None
        plain = isinstance(name, ast.Constant) and isinstance(name.value, str)
        flags = all(isinstance(k.value, ast.Constant) and k.arg for k in call.keywords)
        return plain and flags and bool(_SYMBOL.fullmatch(name.value))  # type: ignore[union-attr]
    if call.keywords:
        return False
    if function == "Pow":
        return len(call.args) == 2 and _is_arithmetic(call.args[0]) and _is_small(call.args[1])
    return function in _FUNCTIONS and all(_is_arithmetic(argument) for argument in call.args)


def _is_small(node: ast.AST) -> bool:
    """Whether an exponent is a whole number that cannot make towers."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Integer":
        node = node.args[0] if len(node.args) == 1 else node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and node.value in range(9)
