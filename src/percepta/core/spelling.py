"""What somebody perhaps meant who wrote a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return a question that names the known name most like one; ``otherwise`` where none is like it.

    Case does not count.
    """
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, 1)
    return f"Did you mean {folded[close[0]]!r}?" if close else otherwise
