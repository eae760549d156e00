"""Warm workers, one a run: questions queue in order, answers are kept, what nobody waits for is dropped."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from percepta.core.errors import ConflictError, NotFoundError, PerceptaError
from percepta.jobs.answering.origin import origin_of
from percepta.jobs.ending import KilledJobError

if TYPE_CHECKING:
    from percepta.storage import Workspace

logger = logging.getLogger("percepta.answering")

MOST_WORKERS = 2
IDLE_SECONDS = 600.0
MOST_KEPT = 64 * 2**20
"""Bytes of answers kept for when they are asked for again."""
OF_THE_RUN = frozenset({"similar", "tells", "default_dashboard"})
"""Kinds of questions that what the run keeps answers, without its script and model."""
WORKER_MODULE = "percepta.jobs.answering.worker"


class AnsweredError(PerceptaError):
    """A question could not be answered: the worker's own error, at this end."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(str(told["message"]), fix=told.get("fix"))
        self._told = told

    @property
    def http_status(self) -> int:  # type: ignore[override]
        """As the worker's error has it."""
        return int(self._told["status"])

    def to_json(self) -> dict[str, str | None]:
        """Return the worker's own words."""
        return {name: self._told.get(name) for name in ("code", "message", "where", "fix")}


class _EndedError(Exception):
    """The worker has just ended; another takes the question."""


@dataclass(eq=False)
class _Question:
    line: str
    slot: str | None
    reply: Future[str] = field(default_factory=Future)


class AnswerPool:
    """Asks warm workers.

    A question may name a slot, such as one panel of a page: a newer question of the same slot takes the
    place of an older one that still waits.

    Args:
        workspace: where the runs are.
        idle: seconds after which a worker that is asked nothing ends.
    """

    def __init__(self, workspace: Workspace, idle: float = IDLE_SECONDS) -> None:
        self._workspace = workspace
        self._idle = idle
        self._workers: OrderedDict[str, _Worker] = OrderedDict()
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def ask(self, run_id: str, kind: str, params: dict[str, Any], slot: str | None = None) -> Any:
        """Ask a question and wait for the answer.

        Args:
            run_id: the run it is about.
            kind: one that :mod:`percepta.jobs.answering.worker` knows.
            params: its arguments, JSON.
            slot: who asks; None: nobody's question takes its place.

        Raises:
            AnsweredError: the worker says why there is no answer.
            ConflictError: a newer question took its place.
            KilledJobError: the worker died over it.
        """
        line = json.dumps({"kind": kind, "params": params}, sort_keys=True)
        key = self._key(run_id, kind, line)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        while kept is None:
            with contextlib.suppress(_EndedError):
                kept = self._worker(run_id).ask(_Question(line, slot))
        reply: dict[str, Any] = json.loads(kept)
        if "error" in reply:
            raise AnsweredError(reply["error"])
        self._keep(key, kept)
        return reply["answer"]

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            workers = list(self._workers.values())
            self._workers.clear()
        for worker in workers:
            worker.close()

    def _key(self, run_id: str, kind: str, line: str) -> str:
        """Name a question; one that runs the script changes its name with the script's and model's files."""
        stamp: tuple[float, ...] = ()
        if kind not in OF_THE_RUN:
            stamp = origin_of(self._workspace, run_id).stamp
            with self._lock:
                worker = self._workers.get(run_id)
            if worker is not None and worker.stamp != stamp:
                self._drop(run_id)
        return hashlib.sha256(f"{run_id} {stamp} {line}".encode()).hexdigest()

    def _keep(self, key: str, reply: str) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = reply
                self._kept_bytes += len(reply)
            while self._kept_bytes > MOST_KEPT:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])

    def _worker(self, run_id: str) -> _Worker:
        """Return the run's worker; the one longest not asked makes room for a new one."""
        with self._lock:
            worker = self._workers.get(run_id)
            if worker is None or worker.ended:
                self._workspace.run(run_id)  # an error here is the user's, not a worker's
                worker = self._workers[run_id] = _Worker(self._workspace, run_id, self._idle)
            self._workers.move_to_end(run_id)
            spare = [self._workers.pop(k) for k in list(self._workers)[:-MOST_WORKERS]]
        for old in spare:
            old.close()
        return worker

    def _drop(self, run_id: str) -> None:
        with self._lock:
            worker = self._workers.pop(run_id, None)
        if worker is not None:
            worker.close()


class _Worker:
    """One process, and the questions that wait for it."""

    def __init__(self, workspace: Workspace, run_id: str, idle: float) -> None:
        self._idle = idle
        self._arguments = [sys.executable, "-m", WORKER_MODULE, str(workspace.root), run_id]
        self._waiting: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._slots: dict[str, _Question] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None
        self.ended = False
        self.stamp: tuple[float, ...] = ()
        with contextlib.suppress(NotFoundError):
            self.stamp = origin_of(workspace, run_id).stamp
        self._thread = threading.Thread(target=self._serve, name="percepta-answers", daemon=True)
        self._thread.start()

    def ask(self, question: _Question) -> str:
        """Queue a question and wait for the reply."""
        with self._lock:
            if self.ended:
                raise _EndedError
            if question.slot is not None:
                older = self._slots.get(question.slot)
                if older is not None:
                    older.reply.cancel()
                self._slots[question.slot] = question
            self._waiting.put(question)
        try:
            return question.reply.result()
        except CancelledError:
            raise ConflictError("A newer question took the place of this one.") from None

    def close(self) -> None:
        """End the process now; questions that wait go to another worker, the one at work is lost."""
        self._waiting.put(None)
        process = self._process
        if process is not None:
            process.kill()

    def _serve(self) -> None:
        while (question := self._next()) is not None:
            if not question.reply.set_running_or_notify_cancel():
                continue
            try:
                question.reply.set_result(self._ask(question.line))
            except Exception as error:
                question.reply.set_exception(error)
        with self._lock:
            self.ended = True
        while not self._waiting.empty():
            left = self._waiting.get()
            if left is not None and left.reply.set_running_or_notify_cancel():
                left.reply.set_exception(_EndedError())
        self._end()

    def _next(self) -> _Question | None:
        try:
            return self._waiting.get(timeout=self._idle)
        except queue.Empty:
            return None

    def _ask(self, line: str) -> str:
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("The worker has no pipes.")
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except (BrokenPipeError, ValueError):
            reply = ""
        if not reply:
            raise self._died()
        return reply

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                encoding="utf-8",
                env=environment,
            )
        return self._process

    def _died(self) -> PerceptaError:
        code = self._process.wait() if self._process is not None else 0
        last = ""
        if self._log is not None:
            self._log.seek(0)
            last = " ".join(self._log.read()[-400:].split())
        logger.warning("A worker that answers questions died (%s): %s", code, last)
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return KilledJobError(
            f"The process that answers died ({how}).",
            fix="Ask again; if it dies again, the model or the script ends its process.",
        )

    def _end(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
