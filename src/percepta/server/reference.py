"""``python -m percepta.server.reference > docs/reference/http-api.md``: the API for people to read."""

from __future__ import annotations

import json
import sys
from typing import Any

from percepta.server.openapi import document

INTRODUCTION = """\
# HTTP API

What the page uses, and programs may. This page is made from the application; a test holds it true.

`percepta serve` prints an address with a token. Programs send it with every request:

    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8585/api/projects

Bodies and answers are JSON unless a type is given. Every failure has the shape
`{"error": {"code", "message", "where", "fix"}}`. A request body may have at most 2 MiB. Answers that
never change carry an `ETag` and may be kept for good. Coordinates, masks and columns are binary so
that a page can draw a million samples: see each of them below.

A filter is a list of clauses that must all match:

    [{"kind": "compare", "field": "loss", "op": "gt", "value": 2},
     {"kind": "compare", "field": "label", "op": "in", "value": ["4", "9"], "negate": true}]

Operators: `between` (a pair, both inclusive), `gt`, `ge`, `lt`, `le`, `in` (a list), `contains` (a
text, ignoring case), `missing`. `{"kind": "lasso", "map", "polygon"}` matches dots inside a polygon,
`{"kind": "rows", "rows"}` given rows. A clause with `"enabled": false` is ignored.
"""


def reference() -> str:
    """Return the page as Markdown."""
    openapi = json.loads(document())
    parts = [INTRODUCTION]
    group = None
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            if operation["tags"][0] != group:
                group = operation["tags"][0]
                parts.append(f"## {group.capitalize()}\n")
            parts.append(_operation(path, method, operation))
    parts.append("## Messages\n")
    parts += [
        _message(name, schema)
        for name, schema in sorted(openapi["components"]["schemas"].items())
        if "properties" in schema or "enum" in schema
    ]
    return "\n".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    lines = [f"### {method.upper()} {path}\n", operation["description"], ""]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            need = "required" if parameter["required"] else "optional"
            told = f": {parameter['description']}" if "description" in parameter else ""
            kind = _type(parameter["schema"])
            lines.append(f"- query `{parameter['name']}` ({kind}, {need}){told}")
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        lines.append(f"- body: {_type(schema)}")
    for code, answer in operation["responses"].items():
        if code == "default":
            continue
        kinds = [
            _type(content["schema"]) if kind == "application/json" else f"`{kind}`"
            for kind, content in answer.get("content", {}).items()
        ]
        lines.append(f"- answer {code}: {' or '.join(kinds) or answer['description']}")
    return "\n".join(lines) + "\n"


def _message(name: str, schema: dict[str, Any]) -> str:
    first = schema.get("description", "").split("\n\n")[0].replace("\n", " ")
    if "enum" in schema:
        return f"### {name}\n\n{first} One of {_type(schema)}.\n"
    lines = [f"### {name}\n", first, "", "| field | type |", "|---|---|"]
    lines += [f"| {field} | {_type(of)} |" for field, of in schema["properties"].items()]
    return "\n".join(lines) + "\n"


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            kinds = dict.fromkeys(_type(option) for option in schema[union])
            return " or ".join(kinds)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    match schema.get("type"):
        case "array" if "items" in schema:
            return f"list of {_type(schema['items'])}"
        case "array":
            return "pair"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"map of {_type(schema['additionalProperties'])}"
        case "string" if "format" in schema:
            return str(schema["format"])
        case str() as kind:
            return kind
        case _:
            return "anything"


if __name__ == "__main__":
    sys.stdout.write(reference())
