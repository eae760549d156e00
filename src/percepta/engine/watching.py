"""What goes wrong in an evaluation: counted shard by shard, so that a resume knows of it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from percepta.core.errors import IntegrationError
from percepta.engine.shard import Shard

ENOUGH_TO_JUDGE = 50


@dataclass(frozen=True)
class Tally:
    """What is counted of one shard.

    Attributes:
        seen: samples that were tried.
        failed: samples that take no row.
        broken: visualizer → how many pictures it could not draw, and the first reason.
    """

    seen: int
    failed: int
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing went wrong."""
        return not self.failed and not self.broken

    @classmethod
    def of(cls, shard: Shard) -> Tally:
        """Count a finished shard."""
        failed = len(shard.failures)
        return cls(shard.rows + failed, failed, dict(shard.broken))


class Watch:
    """Counts failures and what is worth a note; stops a run in which too much fails.

    Args:
        share: share of failed samples above which the run stops, 0..1.
        state: what :meth:`to_bytes` gave to the evaluation that is resumed, if one is.
        done: shards that are finished → their planned samples; what the state says of others is
            forgotten, and of which it says nothing, nothing went wrong.
    """

    def __init__(
        self, share: float, state: bytes | None = None, done: Mapping[int, int] | None = None
    ) -> None:
        self.share = share
        kept = json.loads(state) if state else {}
        self._tallies = {
            index: Tally(**kept[str(index)]) if str(index) in kept else Tally(planned, 0)
            for index, planned in (done or {}).items()
        }

    @property
    def failed(self) -> int:
        """Samples of finished shards that take no row."""
        return sum(tally.failed for tally in self._tallies.values())

    @property
    def seen(self) -> int:
        """Samples of finished shards."""
        return sum(tally.seen for tally in self._tallies.values())

    def look(self, shard: Shard) -> None:
        """Raise if too many samples have failed so far."""
        if not shard.failures:
            return
        now = Tally.of(shard)
        failed, seen = self.failed + now.failed, self.seen + now.seen
        if failed > self.share * seen and seen >= ENOUGH_TO_JUDGE:
            last = shard.failures[-1]
            raise IntegrationError(
                f"{failed} of the first {seen} samples failed, more than {self.share:.0%}; "
                f"the last one in {last.stage}: {last.message} ({last.where})",
                fix=last.fix or "Run `percepta check` on the script, or raise --failure-share.",
            )

    def shard_done(self, index: int, shard: Shard) -> bool:
        """Take over the counts of a finished shard; True if something went wrong in it."""
        self._tallies[index] = Tally.of(shard)
        return not self._tallies[index].clean

    def to_bytes(self) -> bytes:
        """Return the counts of the shards in which something went wrong, for a resume."""
        told = {i: asdict(tally) for i, tally in self._tallies.items() if not tally.clean}
        return json.dumps(told).encode()

    @property
    def notes(self) -> list[str]:
        """What a person should know of the run."""
        broken: dict[str, tuple[int, str]] = {}
        for _, tally in sorted(self._tallies.items()):
            for name, (count, reason) in tally.broken.items():
                before, first = broken.get(name, (0, reason))
                broken[name] = (before + count, first)
        notes = [
            f"visualizer {name!r} could not draw {count} pictures; the first: {reason}"
            for name, (count, reason) in broken.items()
        ]
        if self.failed:
            notes.insert(0, _failed(self.failed))
        return notes


def _failed(count: int) -> str:
    if count == 1:
        return "1 sample failed and has no row; the run's page says which and why."
    return f"{count:,} samples failed and have no row; the run's page says which and why."
