"""Reading samples ahead of the model: workers read, the model never waits longer than it must.

By default one thread reads the next batches while the model runs the present one (forward passes and
picture decoders release the GIL). ``workers`` > 0 reads in that many processes instead, for encoders that
compute in Python.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleKey, Subset
from percepta.integration import Integration, Reading, Samples
from percepta.integration.masks import stacked

Array = NDArray[Any]
Read = list[Reading | SampleError]


@dataclass(frozen=True)
class Failed:
    """A sample that takes no row: its key, what failed (``read``, ``model``, ``measure``), and why."""

    key: SampleKey
    stage: str
    error: SampleError


@dataclass(frozen=True)
class Batch:
    """Samples of one subset, stacked.

    Attributes:
        keys: the B samples that could be read.
        inputs: by input name, ``[B, ...]``.
        ground_truths: by name, ``[B, ...]``; empty for unlabeled samples.
        metadata: one mapping a sample.
        failures: samples that could not be read, with why.
        latents: of the user's own spaces that are read per sample, by name, float32 ``[B, ...]``.
        masks: bool ``[B, H, W]``, where each object lies in its picture, empty for samples that are a
            whole; None: all are.
    """

    keys: tuple[SampleKey, ...]
    inputs: dict[str, Array]
    ground_truths: dict[str, Array]
    metadata: tuple[Mapping[str, Any], ...]
    failures: tuple[Failed, ...] = ()
    latents: dict[str, Array] = field(default_factory=dict)
    masks: Array | None = None

    @property
    def size(self) -> int:
        """Number of samples, those that failed included."""
        return len(self.keys) + len(self.failures)

    @property
    def wheres(self) -> list[Where]:
        """Subset and id of each sample, for errors."""
        return [Where(subset=key.subset.value, sample_id=str(key.id)) for key in self.keys]

    def part(self, index: int) -> Batch:
        """The batch of one of its samples."""
        return self._taken([index], ())

    def without(self, failed: Mapping[int, SampleError], stage: str) -> Batch:
        """The batch without the samples at the given positions, which become failures."""
        if not failed:
            return self
        kept = [index for index in range(len(self.keys)) if index not in failed]
        lost = tuple(Failed(self.keys[i], stage, error) for i, error in sorted(failed.items()))
        return self._taken(kept, self.failures + lost)

    def _taken(self, rows: list[int], failures: tuple[Failed, ...]) -> Batch:
        return Batch(
            tuple(self.keys[row] for row in rows),
            {name: array[rows] for name, array in self.inputs.items()},
            {name: array[rows] for name, array in self.ground_truths.items()},
            tuple(self.metadata[row] for row in rows),
            failures,
            {name: array[rows] for name, array in self.latents.items()},
            None if self.masks is None else self.masks[rows],
        )


def stack(keys: Sequence[SampleKey], readings: Read) -> Batch:
    """Stack readings, whose shapes the integration has compared; those that failed are told apart."""
    good = [(k, r) for k, r in zip(keys, readings, strict=True) if isinstance(r, Reading)]
    failures = [
        Failed(k, "read", r)
        for k, r in zip(keys, readings, strict=True)
        if not isinstance(r, Reading)
    ]
    kept = [reading for _, reading in good]
    return Batch(
        keys=tuple(key for key, _ in good),
        inputs=_stacked([reading.inputs for reading in kept]),
        ground_truths=_stacked([reading.ground_truths for reading in kept]),
        metadata=tuple(reading.metadata for reading in kept),
        failures=tuple(failures),
        latents=_stacked([reading.latents for reading in kept]),
        masks=stacked([reading.mask for reading in kept]),
    )


def _stacked(samples: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    names = samples[0] if samples else ()
    return {name: np.stack([sample[name] for sample in samples]) for name in names}


@dataclass(frozen=True)
class Reader:
    """Reads batches ahead; made by :func:`reader`."""

    executor: Executor
    read: Callable[[Sequence[SampleKey]], Batch]
    batch_size: int
    ahead: int

    def batches(self, keys: Sequence[SampleKey]) -> Iterator[Batch]:
        """Yield the keys' batches in order; a batch never mixes subsets."""
        chunks = deque(_chunks(keys, self.batch_size))
        waiting: deque[Future[Batch]] = deque()
        try:
            while chunks or waiting:
                while chunks and len(waiting) < self.ahead:
                    waiting.append(self.executor.submit(self.read, chunks.popleft()))
                yield _result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def reader(
    integration: Integration, subsets: Sequence[Samples], workers: int, batch_size: int
) -> Iterator[Reader]:
    """Open a :class:`Reader`.

    Args:
        integration: reads the samples.
        subsets: what may be read.
        workers: processes that read; 0 for one thread of this process.
        batch_size: samples a batch, at most.

    Raises:
        IntegrationError: processes were asked for where they cannot be forked.
    """
    samples = {part.subset: part for part in subsets}

    if workers == 0:
        threads = ThreadPoolExecutor(1, thread_name_prefix="percepta-reader")
        with threads:
            yield Reader(threads, partial(_read, integration, samples), batch_size, ahead=3)
        return
    if "fork" not in multiprocessing.get_all_start_methods():
        raise IntegrationError(
            "Reading in several processes needs an operating system that can fork.",
            fix="Leave --workers at 0: one thread reads ahead of the model.",
        )
    processes = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_begin_worker,
        initargs=(integration, samples),
    )
    with processes:
        yield Reader(processes, _read_in_worker, batch_size, ahead=2 * workers + 1)


def _read(
    integration: Integration, samples: Mapping[Subset, Samples], keys: Sequence[SampleKey]
) -> Batch:
    return stack(keys, integration.read(samples[keys[0].subset], [key.id for key in keys]))


_worker: tuple[Integration, Mapping[Subset, Samples]] | None = None


def _begin_worker(integration: Integration, samples: Mapping[Subset, Samples]) -> None:
    global _worker
    _worker = (integration, samples)
    torch = sys.modules.get("torch")
    if torch is not None:  # a parallel region after a fork would wait for threads that are gone
        torch.set_num_threads(1)


def _read_in_worker(keys: Sequence[SampleKey]) -> Batch:
    if _worker is None:
        raise RuntimeError("The reading worker was not initialised.")
    return _read(*_worker, keys)


def _result(future: Future[Batch]) -> Batch:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool as error:
        raise IntegrationError(
            "A process that reads samples died (often: out of memory).",
            fix="Lower --workers or the batch size.",
        ) from error


def _chunks(keys: Sequence[SampleKey], size: int) -> Iterator[Sequence[SampleKey]]:
    start = 0
    while start < len(keys):
        stop = min(start + size, len(keys))
        while keys[stop - 1].subset is not keys[start].subset:
            stop -= 1
        yield keys[start:stop]
        start = stop
