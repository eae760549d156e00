"""Explanations in a terminal: numbers, tokens coloured by their heat, bars; and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from percepta.engine.comparing import Comparison
    from percepta.engine.explanation import HeatMap
    from percepta.engine.portraits import Portrait, Seen
    from percepta.storage import Run

CHANNELS_SHOWN = 5
MOST_BARS = 64
MOST_WORDS = 6
FAINT = 0.08
"""Share of the hottest token's heat below which a token is not coloured."""


def needs_a_picture(made: Portrait) -> bool:
    """Whether the terminal cannot show all of it: tokens and a few values it can."""
    return any(_is_drawn(seen) for seen in made.seen.values())


def _is_drawn(seen: Seen) -> bool:
    if seen.picture is not None:
        return True
    return seen.values is not None and not seen.tokens and len(seen.values) > MOST_BARS


def portrait_to_json(
    made: Portrait, written: Path | None, run: Run | None = None
) -> dict[str, Any]:
    """Return an explanation as JSON, its maps packed; with its run, channels bring what excites them."""
    from percepta.cli.channels import channel_samples
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
        "channels": [
            told if run is None else told | {"samples": channel_samples(run, told)}
            for told in map(channels_to_json, made.channels)
        ],
        "notes": list(made.notes),
        "picture": None if written is None else str(written),
    }


def comparison_to_json(made: Comparison, written: Path | None) -> dict[str, Any]:
    """Return portraits side by side as JSON."""
    return {
        "names": list(made.names),
        "titles": list(made.titles),
        "values": made.values.tolist(),
        "differences": made.differences.tolist(),
        "portraits": [portrait_to_json(portrait, None) for portrait in made.portraits],
        "picture": None if written is None else str(written),
    }


def print_portrait(made: Portrait, written: Path | None, run: Run | None = None) -> None:
    """Print the targets' numbers, the maps that a terminal can show, and the channels that count most.

    With its run, channels are told with the samples that excite them most.
    """
    import numpy as np
    from rich.markup import escape

    from percepta.analysis.attribution import method_named
    from percepta.cli.channels import print_exciting
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
            if run is not None:
                print_exciting(run, one.layer, order.tolist())
    for note in made.notes:
        out.print(f"[yellow]note:[/yellow] {escape(note)}", soft_wrap=True)
    _print_written(written)


def print_comparison(made: Comparison, written: Path | None) -> None:
    """Print the targets' numbers beside those of the first, and the maps that a terminal can show."""
    from rich.markup import escape
    from rich.table import Table

    from percepta.analysis.attribution import method_named
    from percepta.terminal import console

    out = console()
    methods = dict.fromkeys(method_named(portrait.method).title for portrait in made.portraits)
    out.print(f"[bold]{escape(' beside '.join(made.names))}[/bold] by {', '.join(methods)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", *made.names):
        table.add_column(escape(title), justify="right" if title else "left")
    for target, title in enumerate(made.titles):
        first, *others = made.values[:, target].tolist()
        told = [f"{value:.4g} ({value - first:+.3g})" for value in others]
        table.add_row(escape(title), f"{first:.4g}", *told)
    out.print(table)
    for target, title in enumerate(made.titles):
        for name, portrait in zip(made.names, made.portraits, strict=True):
            if not needs_a_picture(portrait):
                out.print(f"[bold]{escape(name)}[/bold]: {escape(title)}", soft_wrap=True)
            for heat in portrait.maps:
                if heat.target == target:
                    _print_heat(portrait, heat)
    for name, portrait in zip(made.names, made.portraits, strict=True):
        for note in portrait.notes:
            out.print(f"[yellow]note:[/yellow] {escape(name)}: {escape(note)}", soft_wrap=True)
    _print_written(written)


def _print_written(written: Path | None) -> None:
    from rich.markup import escape

    from percepta.terminal import console

    if written is not None:
        console().print(f"[bold]look at it:[/bold] {escape(str(written))}", soft_wrap=True)


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
        for side, words in _hottest(seen.tokens, shares).items():
            out.print(f"  {side}: {escape(', '.join(words))}", soft_wrap=True)
    elif len(shares) <= MOST_BARS:
        names = seen.names or tuple(str(index) for index in range(len(shares)))
        wide = min(24, max(len(name) for name in names))
        for name, value, share in zip(names, seen.values.tolist(), shares, strict=True):
            label = escape(name[:wide].ljust(wide))
            bar = ("−" if share < 0 else "") + "█" * round(20 * abs(share))
            colour = "dark_orange" if share > 0 else "dodger_blue2"
            out.print(f"  {label} {value:>9.3g} [{colour}]{bar}[/{colour}]")


def _shares(heat: NDArray[np.float32], count: int) -> list[float]:
    """Return a map along one axis as ``count`` shares of its greatest value, -1..1."""
    import numpy as np

    from percepta.analysis.attribution.fusing import enlarge

    fine = enlarge(heat.reshape(1, -1), (count,))[0]
    shares: list[float] = (fine / max(float(np.abs(fine).max()), 1e-12)).tolist()
    return shares


def _hottest(tokens: Sequence[str], shares: Sequence[float]) -> dict[str, list[str]]:
    """Return the strongest tokens for and against the target, for terminals and files without colours."""
    strongest = sorted(zip(shares, tokens, strict=False), key=lambda one: -abs(one[0]))
    sides = {"for": 1, "against": -1}
    told = {
        side: list(dict.fromkeys(token for share, token in strongest if share * sign >= FAINT))
        for side, sign in sides.items()
    }
    return {side: words[:MOST_WORDS] for side, words in told.items() if words}


def _style(share: float) -> str:
    """Return the colour behind a token: orange speaks for the target, blue against it."""
    if abs(share) < FAINT:
        return ""
    full = (213, 94, 0) if share > 0 else (0, 114, 178)
    mixed = (round(255 - (255 - part) * abs(share)) for part in full)
    return f"black on rgb({','.join(str(part) for part in mixed)})"
