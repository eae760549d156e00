"""How an evaluation is run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from percepta.core.errors import IntegrationError

SMALL_SAMPLE = 64 * 1024
"""Bytes of a sample's inputs up to which more of them are run at once."""
MOST_OUTPUT = 64 * 2**20
"""Bytes of outputs that a batch may have: several batches wait to be recorded behind the model."""


@dataclass(frozen=True)
class EvaluateOptions:
    """How an evaluation is run.

    Attributes:
        subsets: names of the subsets to evaluate; None for all.
        limit: at most so many samples of each subset, spread evenly; None for all.
        batch_size: samples per forward pass; None for 128 small ones (to 64 KiB each), 64 others, and
            fewer where the model gives more than 64 MiB for them.
        shard_size: samples per shard; a kill loses at most one shard.
        workers: processes that read samples; 0 for a thread that reads ahead.
        visuals: whether pictures are drawn and kept.
        device: where the model runs, e.g. ``cpu``, ``cuda``; None for the best there is.
        trust: whether a model file may run code when it is opened.
        seed: seed of the latent spaces' random projection.
        failure_share: share of failed samples above which the run stops, 0..1.
    """

    subsets: tuple[str, ...] | None = None
    limit: int | None = None
    batch_size: int | None = None
    shard_size: int = 1024
    workers: int = 0
    visuals: bool = True
    device: str | None = None
    trust: bool = False
    seed: int = 0
    failure_share: float = 0.2

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("batch_size", "shard_size", "limit"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise IntegrationError(f"The {name.replace('_', ' ')} must be at least 1.")
        if self.workers < 0:
            raise IntegrationError("The number of workers must be 0 or more.")

    def batch(self, sample_bytes: int, output_bytes: int = 0) -> int:
        """Return how many samples are run at once.

        Args:
            sample_bytes: of one sample, all inputs together.
            output_bytes: of what the model gives for one sample, as far as it is known.
        """
        if self.batch_size is not None:
            return self.batch_size
        most = MOST_OUTPUT // max(1, output_bytes)
        return max(1, min(most, 128 if sample_bytes <= SMALL_SAMPLE else 64))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"subsets": list(self.subsets) if self.subsets else None}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> EvaluateOptions:
        """Read what :meth:`to_json` wrote."""
        subsets = value.get("subsets")
        return cls(**{**value, "subsets": tuple(subsets) if subsets else None})

    def fixed(self) -> dict[str, Any]:
        """Return the options that shape the results, which a resume must share."""
        passing = {"workers", "failure_share", "trust"}
        return {name: value for name, value in self.to_json().items() if name not in passing}
