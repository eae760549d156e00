"""Finding similar samples from the command line, in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from percepta.core.errors import TargetError

if TYPE_CHECKING:
    from percepta.core.filters import Filter
    from percepta.engine.galleries import Gallery
    from percepta.engine.shared_channels import GroupChannels
    from percepta.engine.similar_file import SimilarToFile
    from percepta.jobs.secrets import Secret
    from percepta.storage import Run, Workspace


def find_similars(
    workspace: Workspace,
    run_id: str,
    samples: Sequence[str],
    rows: Sequence[int],
    file: Path | None,
    *,
    space: str | None,
    limit: int,
    where: Filter | None,
    to: Path | None,
    channels: bool,
    secrets: Sequence[Secret],
    as_json: bool,
) -> None:
    """Find similar samples; print who they are and what they share."""
    from percepta.cli.channels import print_shared
    from percepta.cli.evaluation import find_run
    from percepta.cli.explaining import rows_of
    from percepta.engine.answers import found_to_json
    from percepta.engine.channel_answers import shared_to_json
    from percepta.engine.galleries import gallery
    from percepta.engine.similar import Population, find_similar

    run = workspace.run(find_run(workspace, run_id).id)
    if file is not None:
        if samples or rows:
            raise TargetError("Samples and a file are asked for.", fix="Name one or the other.")
        told_of = _of_file(workspace, run, file, space, limit, where, secrets)
        made = gallery(run, told_of.found, file=told_of)
    else:
        queries = rows_of(run, samples, rows)
        population = Population(run, workspace)
        made = gallery(
            run, find_similar(population, queries, space=space, limit=limit, filter=where)
        )
    found = made.found
    members = [*found.queries, *found.rows.tolist()]
    shared = _shared(workspace, run, members, found.space, secrets) if channels else None
    written = made.save(to) if to is not None else None
    if as_json:
        told = found_to_json(found) | {"samples": [str(key) for key in made.keys]}
        if file is not None:
            told["notes"] = list(made.notes)
        if shared is not None:
            told["channels"] = shared_to_json(run, shared)
        typer.echo(json.dumps(told | {"picture": None if written is None else str(written)}))
        return
    _print_similars(made, written)
    if shared is not None:
        print_shared(shared)


def _of_file(
    workspace: Workspace,
    run: Run,
    file: Path,
    space: str | None,
    limit: int,
    where: Filter | None,
    secrets: Sequence[Secret],
) -> SimilarToFile:
    """Open the model of a run and look what is like a file."""
    from percepta.engine.similar_file import find_similar_to_file, open_file
    from percepta.jobs.answering.opening import open_explainer
    from percepta.jobs.secrets import given_here

    given = open_file(file)
    with given_here(secrets), closing(open_explainer(workspace, run)) as explainer:
        return find_similar_to_file(explainer, given, space=space, limit=limit, filter=where)


def _shared(
    workspace: Workspace, run: Run, rows: Sequence[int], space: str, secrets: Sequence[Secret]
) -> GroupChannels:
    """Open the model of a run and look which channels a group shares."""
    from percepta.engine.shared_channels import group_channels
    from percepta.jobs.answering.opening import open_explainer
    from percepta.jobs.secrets import given_here

    with given_here(secrets), closing(open_explainer(workspace, run)) as explainer:
        return group_channels(explainer, rows, space)


def _print_similars(made: Gallery, written: Path | None) -> None:
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    out = console()
    run, found = made.run, made.found
    known = {field.name for field in run.fields}
    columns = {name: run.values(name) for name in ("label", "predicted", "loss") if name in known}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("similarity", "sample", *columns):
        table.add_column(title, justify="right" if title in ("similarity", "loss") else "left")
    scores = zip(made.rows.tolist(), made.scores.tolist(), made.keys, strict=True)
    for row, score, key in scores:
        values = [_told(values[row]) for values in columns.values()]
        table.add_row(f"{score:.3f}", *(escape(text) for text in (str(key), *values)))
    out.print(table)
    out.print(
        f"of {found.candidates:,} samples, in {escape(found.space)}", style="dim", markup=True
    )
    for note in made.notes:
        out.print(f"[yellow]note:[/yellow] {escape(note)}", soft_wrap=True)
    reading = found.reading
    for name, shares in reading.shares.items():
        told = ", ".join(
            f"{_told(share.value)} {share.inside:.0%} (of all {share.population:.0%})"
            for share in shares[:3]
        )
        out.print(f"{name}: {told}", markup=False, soft_wrap=True)
    if reading.odd:
        odd = ", ".join(str(run.key(row)) for row in reading.odd[:10])
        out.print(f"labelled otherwise than most: {odd}", markup=False, soft_wrap=True)
    if written is not None:
        out.print(f"[bold]look at them:[/bold] {escape(str(written))}", soft_wrap=True)


def _told(value: object) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
