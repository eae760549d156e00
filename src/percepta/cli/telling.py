"""What explains a metric, in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from percepta.core.filters import Filter
    from percepta.storage import Workspace

SURE = 0.05
_BARS = "▁▂▃▄▅▆▇█"


def print_tells(
    workspace: Workspace,
    run_id: str,
    metric: str | None,
    *,
    where: Filter | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Rank fields by how much they tell about a metric, and print those that chance does not explain."""
    from percepta.cli.evaluation import find_run
    from percepta.engine.similar import Population
    from percepta.engine.telling import explain_field, explained_to_json, usual_metric

    run = workspace.run(find_run(workspace, run_id).id)
    maps = run.maps()
    explained = explain_field(
        Population(run, workspace),
        workspace.query(run.id, maps[-1].id if maps else None),
        metric or usual_metric(run),
        filter=where,
        everything=everything,
    )
    told = explained_to_json(explained)
    if as_json:
        typer.echo(json.dumps(told))
        return
    _print(told)


def _print(told: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    out = console()
    sure = [one for one in told["fields"] if one["p_value"] < SURE]
    if sure:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("field")
        table.add_column("tells", justify="right")
        table.add_column("p", justify="right")
        table.add_column(f"average {escape(told['metric'])}")
        table.add_column("over its parts", no_wrap=True)
        for one in sure:
            p_value = f"{one['p_value']:.3f}"
            tells, way = f"{one['information']:.1%}", escape(_way(one))
            table.add_row(escape(one["field"]), tells, p_value, way, _bars(one["average"]))
        out.print(table)
    others = [one["field"] for one in told["fields"] if one["p_value"] >= SURE]
    if others:
        out.print(f"no more than chance: {', '.join(others)}", style="dim", markup=False)
    for field, reason in told["skipped"].items():
        out.print(f"left out: {field}: {reason}", style="dim", markup=False)
    out.print(
        f"of {told['samples']:,} samples; p is corrected for {len(told['fields'])} fields by "
        f"{told['permutations']} shuffles of {told['shuffled']:,} samples",
        style="dim",
        markup=False,
    )


def _way(one: dict[str, Any]) -> str:
    """Say which way the metric's average goes: ``rises by 0.57 σ``."""
    size = f"{abs(one['effect']):.2f} σ"
    match one["shape"]:
        case "rising":
            return f"rises by {size}"
        case "falling":
            return f"falls by {size}"
        case "curved":
            return f"bends by {size}"
        case "unclear":
            return "not clearly different"
    side = "above" if one["effect"] > 0 else "below"
    value = "its part" if one["value"] is None else str(one["value"])
    return f"{value}: {size} {side} the rest"


def _bars(averages: list[float]) -> str:
    low, high = min(averages), max(averages)
    if high <= low:
        return ""
    return "".join(_BARS[round((value - low) / (high - low) * 7)] for value in averages)
