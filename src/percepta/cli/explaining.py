"""Explaining samples and finding similar ones from the command line, in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from percepta.core.errors import NotFoundError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from percepta.core.filters import Filter
    from percepta.core.targets import Target
    from percepta.engine.explain import Explainer
    from percepta.engine.explanation import HeatMap
    from percepta.engine.portraits import Gallery, Portrait, Seen
    from percepta.jobs.secrets import Secret
    from percepta.storage import Run, Workspace

CHANNELS_SHOWN = 5
MOST_BARS = 64
FAINT = 0.08
"""Share of the hottest token's heat below which a token is not coloured."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the command line asks of an explanation; see ``percepta explain --help``."""

    sample: str | None
    row: int | None
    classes: tuple[str, ...]
    at: str | None
    loss: bool
    named: tuple[str, ...]
    values: tuple[str, ...]
    prediction: str | None
    method: str | None
    layers: tuple[str, ...] | None
    signed: bool | None
    seed: int


def explain_sample(
    workspace: Workspace,
    run_id: str,
    asking: Asking,
    to: Path | None,
    *,
    secrets: Sequence[Secret],
    as_json: bool,
) -> None:
    """Explain one sample; write the picture, print the numbers."""
    from percepta.cli.evaluation import find_run
    from percepta.engine.explanation import Wish
    from percepta.engine.portraits import portrait
    from percepta.jobs.answering.opening import open_explainer
    from percepta.jobs.secrets import given_here

    record = find_run(workspace, run_id)
    run = workspace.run(record.id)
    [row] = _rows(run, [asking.sample] if asking.sample else [], _listed(asking.row))
    with given_here(secrets):
        explainer = open_explainer(workspace, run)
        try:
            wish = Wish(
                (row,),
                _targets(explainer, row, asking),
                asking.method,
                asking.layers,
                asking.signed,
                asking.seed,
            )
            made = portrait(explainer, wish, workspace.catalogue.version(record.version).name)
        finally:
            explainer.close()
        written = None
        if to is not None or any(_needs_a_picture(seen) for seen in made.seen.values()):
            written = made.save(to or _file_name(run, made))
        if as_json:
            typer.echo(json.dumps(_to_json(made, written)))
        else:
            _print(made, written)


def find_similars(
    workspace: Workspace,
    run_id: str,
    samples: Sequence[str],
    rows: Sequence[int],
    *,
    space: str | None,
    limit: int,
    where: Filter | None,
    to: Path | None,
    as_json: bool,
) -> None:
    """Find similar samples; print who they are and what they share."""
    from percepta.cli.evaluation import find_run
    from percepta.engine.answers import found_to_json
    from percepta.engine.portraits import gallery
    from percepta.engine.similar import Population, find_similar

    run = workspace.run(find_run(workspace, run_id).id)
    queries = _rows(run, samples, rows)
    found = find_similar(Population(run), queries, space=space, limit=limit, filter=where)
    made = gallery(run, found)
    written = made.save(to) if to is not None else None
    if as_json:
        told = found_to_json(found) | {"samples": [str(key) for key in made.keys]}
        typer.echo(json.dumps(told | {"picture": None if written is None else str(written)}))
        return
    _print_similars(made, written)


def _needs_a_picture(seen: Seen) -> bool:
    """Whether the terminal cannot show it: tokens and a few values it can."""
    if seen.picture is not None:
        return True
    return seen.values is not None and not seen.tokens and len(seen.values) > MOST_BARS


def _listed(row: int | None) -> list[int]:
    return [] if row is None else [row]


def _rows(run: Run, samples: Sequence[str], rows: Sequence[int]) -> list[int]:
    from percepta.engine.asking import row_of

    for row in rows:
        run.key(row)  # raises where there is none
    found = [row_of(run, sample) for sample in samples] + list(rows)
    if not found:
        raise NotFoundError("No sample is named.", fix="Write e.g. validation/17, or --row 17.")
    return found


def _targets(explainer: Explainer, row: int, asking: Asking) -> tuple[Target, ...]:
    from percepta.engine.asking import (
        class_target,
        named_target,
        place_of,
        usual_targets,
        value_target,
    )

    at = None if asking.at is None else place_of(asking.at)
    targets: list[Target] = [
        class_target(explainer, wanted, asking.prediction, at) for wanted in asking.classes
    ]
    if asking.loss:
        targets.append(explainer.first_loss())
    targets += [named_target(explainer, name) for name in asking.named]
    targets += [
        value_target(explainer, place_of(place), asking.prediction) for place in asking.values
    ]
    return tuple(targets) or usual_targets(explainer, row, asking.prediction)


def _file_name(run: Run, made: Portrait) -> Path:
    sample = "-".join("".join(c if c.isalnum() else "-" for c in str(key)) for key in made.keys)
    return Path(f"{run.id[:8]}-{sample[:80]}-{made.method}.png")


def _to_json(made: Portrait, written: Path | None) -> dict[str, Any]:
    from percepta.core.targets import target_to_json
    from percepta.engine.answers import channels_to_json, map_to_json

    return {
        "samples": [str(key) for key in made.keys],
        "rows": list(made.rows),
        "version": made.version,
        "method": made.method,
        "signed": made.signed,
        "layers": list(made.layers),
        "targets": [target_to_json(target) for target in made.targets],
        "titles": list(made.titles),
        "values": made.values.tolist(),
        "maps": [map_to_json(heat) for heat in made.maps],
        "channels": [channels_to_json(one) for one in made.channels],
        "notes": list(made.notes),
        "picture": None if written is None else str(written),
    }


def _print(made: Portrait, written: Path | None) -> None:
    import numpy as np
    from rich.markup import escape

    from percepta.analysis.attribution import method_named
    from percepta.terminal import console

    out = console()
    sample = escape(str(made.keys[0]))
    out.print(
        f"[bold]{sample}[/bold] by {method_named(made.method).title}, version {escape(made.version)}"
    )
    for target, title in enumerate(made.titles):
        out.print(f"[bold]{escape(title)}[/bold] = {made.values[0, target]:.4g}", soft_wrap=True)
        for heat in made.maps:
            if heat.target == target:
                _print_heat(made, heat)
        for one in made.channels:
            if one.target != target:
                continue
            order = np.argsort(-np.abs(one.importance), kind="stable")[:CHANNELS_SHOWN]
            told = ", ".join(f"{index} ({one.importance[index]:+.2g})" for index in order.tolist())
            out.print(f"  channels of {escape(one.layer)}: {told}", style="dim", soft_wrap=True)
    for note in made.notes:
        out.print(f"[yellow]note:[/yellow] {escape(note)}", soft_wrap=True)
    if written is not None:
        out.print(f"[bold]look at it:[/bold] {escape(str(written))}", soft_wrap=True)


def _print_heat(made: Portrait, heat: HeatMap) -> None:
    """Print a map over a text as coloured tokens, one over a few values as bars."""
    from rich.markup import escape
    from rich.text import Text

    from percepta.engine.explanation import FUSED
    from percepta.terminal import console

    seen = made.seen[heat.row, heat.over]
    several = any(h.layer == FUSED and h.over == heat.over for h in made.maps)
    if seen.values is None or (several and heat.layer != FUSED):
        return
    out = console()
    shares = _shares(heat.values, len(seen.values))
    if seen.tokens:
        line = Text("  ")
        for token, share in zip(seen.tokens, shares, strict=False):
            line.append(token, style=_style(share))
            line.append(" ")
        out.print(line)
    elif len(shares) <= MOST_BARS:
        names = seen.names or tuple(str(index) for index in range(len(shares)))
        wide = min(24, max(len(name) for name in names))
        for name, value, share in zip(names, seen.values.tolist(), shares, strict=True):
            label = escape(name[:wide].ljust(wide))
            bar = "█" * round(20 * abs(share))
            colour = "dark_orange" if share > 0 else "dodger_blue2"
            out.print(f"  {label} {value:>9.3g} [{colour}]{bar}[/{colour}]")


def _shares(heat: NDArray[np.float32], count: int) -> list[float]:
    """Return a map along one axis as ``count`` shares of its greatest value, -1..1."""
    import numpy as np

    from percepta.analysis.attribution.fusing import enlarge

    fine = enlarge(heat.reshape(1, -1), (count,))[0]
    shares: list[float] = (fine / max(float(np.abs(fine).max()), 1e-12)).tolist()
    return shares


def _style(share: float) -> str:
    """Return the colour behind a token: orange speaks for the target, blue against it."""
    if abs(share) < FAINT:
        return ""
    full = (213, 94, 0) if share > 0 else (0, 114, 178)
    mixed = (round(255 - (255 - part) * abs(share)) for part in full)
    return f"black on rgb({','.join(str(part) for part in mixed)})"


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
