"""The page docs/reference/models.md: written from what was measured, or compared with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "models.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SLOPE = 0.01
"""Share by which a gradient may differ from finite differences."""
HEAD = (
    "file",
    "read",
    "agrees with its own runtime",
    "accuracy",
    "published",
    "layers",
    "gradients",
    "ms a sample: own runtime → percepta, every layer captured",
)


@dataclass(frozen=True)
class Row:
    """What was measured of one file.

    Attributes:
        file: path below ``models``.
        read: ``yes``, and how.
        parity: greatest difference from its own runtime, as a share of the largest output.
        score: what it reaches on its data.
        published: what it is known to reach.
        scored_as: what was scored.
        layers: number of layers captured.
        gradients: how far input gradients are from finite differences, as a share; or why there are none.
        milliseconds: CPU time a sample, own runtime and percepta; None: not measured.
    """

    file: str
    read: str
    parity: float
    score: float
    published: float
    scored_as: str
    layers: int
    gradients: float | str
    milliseconds: tuple[float, float] | None

    def cells(self) -> tuple[str, ...]:
        """Return the cells; the last is the time."""
        slope = f"within {SLOPE:.0%}" if isinstance(self.gradients, float) else self.gradients
        own, mine = self.milliseconds or (0.0, 0.0)
        return (
            f"`{self.file}`",
            self.read,
            "to 1e-4",
            f"{self.score:.3f} ({self.scored_as})",
            f"{self.published:.3f}",
            str(self.layers),
            slope,
            f"{own:.2g} → {mine:.2g}",
        )


@dataclass(frozen=True)
class Unread:
    """A file that is not read, and what to do instead."""

    file: str
    fix: str

    def cells(self) -> tuple[str, ...]:
        """Return the cells."""
        return (f"`{self.file}`", f"no: {self.fix}", *("–",) * (len(HEAD) - 2))


def agree(row: Row | Unread, *, write: bool) -> None:
    """Compare a row with the page, all but its time; or write it there."""
    rows = _rows()
    cells = row.cells()
    if write:
        rows[cells[0]] = cells
        _save(rows)
        return
    assert cells[0] in rows, f"{cells[0]} is not in {PAGE.name}: write the page anew"
    assert rows[cells[0]][:-1] == cells[:-1]


def _rows() -> dict[str, tuple[str, ...]]:
    """Return the cells of the page by file."""
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    lines = [line for line in rest.partition(END)[0].splitlines() if line.startswith("| `")]
    split = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]
    return {cells[0]: cells for cells in split}


def _save(rows: dict[str, tuple[str, ...]]) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = [HEAD, ("---",) * len(HEAD), *(rows[name] for name in sorted(rows))]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    PAGE.write_text(f"{before}{BEGIN}\n{lines}\n{END}{after}", "utf-8")
