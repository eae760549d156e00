"""A model file in the terminal: what it takes and gives, its layers, and how data flows through it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from percepta.core.network import Network, NetworkNode
    from percepta.models import Model

WIDEST_FLOW = 100


def describe(file: Path, model: Model, remarks: Sequence[str]) -> dict[str, Any]:
    """Return what is told of a model file, JSON-able."""
    nodes = {node.name: node for node in model.network.nodes}
    described = model.describe()
    layers = [
        layer
        | {
            "shape": list(nodes[layer["name"]].shape or ()) if layer["name"] in nodes else None,
            "parameters": nodes[layer["name"]].parameters if layer["name"] in nodes else None,
        }
        for layer in described["layers"]
    ]
    return {
        "file": str(file),
        **described,
        "layers": layers,
        "remarks": list(remarks),
        "network": model.network.to_json(),
    }


def print_model(told: Mapping[str, Any], *, as_json: bool) -> None:
    """Print it, for people or (``as_json``) as one JSON object."""
    if as_json:
        typer.echo(json.dumps(told))
        return
    from rich.console import Console
    from rich.markup import escape

    from percepta.core.network import Network

    out = Console(highlight=False)
    out.print(f"[bold]{escape(told['file'])}[/bold]   {_kind(told)}", soft_wrap=True)
    out.print(f"{told['parameters']:,} learned values, {len(told['layers'])} layers captured")
    for title in ("inputs", "outputs"):
        for spec in told[title]:
            shape = _shape(spec["shape"])
            out.print(f"{title[:-1]:7}{escape(spec['name'])}   {shape}   {spec['dtype']}")
    _print_layers(out, told["layers"])
    out.print("\n[bold]flow[/bold]")
    for line in flow(Network.from_json(told["network"])):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    for remark in told["remarks"]:
        out.print(f"[yellow]![/yellow] {escape(remark)}", soft_wrap=True)


def flow(network: Network) -> Iterator[str]:
    """Give the network as lines: what follows one another stands on one line, joined by arrows.

    A line whose beginning does not follow the line before says what it comes from.
    """
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for start, end in network.edges:
        before.setdefault(end, []).append(start)
        after.setdefault(start, []).append(end)
    line: list[NetworkNode] = []
    last: str | None = None
    for node in network.nodes:
        starts = before.get(node.name, [])
        follows = bool(line) and starts == [line[-1].name] and len(after[line[-1].name]) == 1
        if line and not (follows and len(_told(line)) < WIDEST_FLOW):
            yield _line(line, before, last)
            last = line[-1].name
            line = []
        line.append(node)
    if line:
        yield _line(line, before, last)


def _line(line: Sequence[NetworkNode], before: Mapping[str, list[str]], last: str | None) -> str:
    from percepta.models.remarks import short

    starts = before.get(line[0].name, [])
    origin = "" if starts in ([], [last]) else f"{' + '.join(map(short, starts))} → "
    shape = f"   {_shape(line[-1].shape)}" if line[-1].shape else ""
    return f"{origin}{_told(line)}{shape}"


def _told(line: Sequence[NetworkNode]) -> str:
    from percepta.models.remarks import short

    return " → ".join(
        f"{short(node.name)} ({node.operator})" if node.kind == "layer" else short(node.name)
        for node in line
    )


def _print_layers(out: Console, layers: Sequence[Mapping[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from percepta.models.remarks import short

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("layer", "kind", "gives", "parameters", "feeds"):
        table.add_column(title, justify="right" if title == "parameters" else "left")
    for layer in layers:
        parameters = layer["parameters"]
        table.add_row(
            escape(short(layer["name"])),
            layer["kind"],
            _shape(layer["shape"]) if layer["shape"] else f"{layer['width']} channels",
            "" if parameters is None else f"{parameters:,}",
            escape(", ".join(map(short, layer["feeds"]))),
        )
    out.print()
    out.print(table)


def _kind(told: Mapping[str, Any]) -> str:
    opsets = ", ".join(
        f"opset {version}" if domain == "ai.onnx" else f"{domain} {version}"
        for domain, version in told.get("opsets", {}).items()
    )
    producer = (told.get("producer") or "").removesuffix(" None")  # as tf2onnx writes it
    words = (told["format"], opsets, f"by {producer}" if producer else "")
    return ", ".join(word for word in words if word)


def _shape(shape: Sequence[int | None] | None) -> str:
    return " × ".join("?" if size is None else str(size) for size in shape or ()) or "scalar"
