"""The process that answers questions about one run.

It is ``python -m percepta.jobs.answering.worker WORKSPACE RUN``. One JSON object a line comes in,
``{"kind": …, "params": …}``; one goes out for each, ``{"answer": …}`` or ``{"error": …}``. What user code
prints goes to standard error. The model is opened by the first question that needs it, and stays open.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percepta.core.errors import NotFoundError, PerceptaError
from percepta.jobs.ending import describe

if TYPE_CHECKING:
    from percepta.engine.explain import Explainer
    from percepta.engine.similar import Population
    from percepta.storage import Workspace


class Answers:
    """What is known of one run, opened as questions need it."""

    def __init__(self, workspace: Workspace, run_id: str) -> None:
        self._workspace = workspace
        self._run = workspace.run(run_id)
        self._kinds: dict[str, Callable[[dict[str, Any]], Any]] = {
            "explain": self._explain,
            "faithfulness": self._faithfulness,
            "methods": self._methods,
            "similar": self._similar,
            "similar-file": self._similar_file,
            "tells": self._tells,
            "default_dashboard": self._default_dashboard,
            "activations": self._activations,
            "shared-channels": self._shared_channels,
        }

    def answer(self, kind: str, params: dict[str, Any]) -> Any:
        """Answer one question.

        Raises:
            NotFoundError: there is no such kind of question.
        """
        if kind not in self._kinds:
            raise NotFoundError(f"There is no kind of question named {kind!r}.")
        return self._kinds[kind](params)

    @cached_property
    def _population(self) -> Population:
        from percepta.engine.similar import Population

        return Population(self._run, self._workspace)

    @cached_property
    def _explainer(self) -> Explainer:
        from percepta.jobs.answering.opening import open_explainer

        return open_explainer(self._workspace, self._run)

    def _explain(self, params: dict[str, Any]) -> Any:
        from percepta.engine import answers

        return answers.explain(self._explainer, params)

    def _faithfulness(self, params: dict[str, Any]) -> Any:
        from percepta.engine import answers

        return answers.tried(self._explainer, params)

    def _methods(self, params: dict[str, Any]) -> Any:
        from percepta.engine import answers

        return answers.methods(self._explainer)

    def _similar(self, params: dict[str, Any]) -> Any:
        from percepta.engine import answers

        return answers.similar(self._population, params)

    def _similar_file(self, params: dict[str, Any]) -> Any:
        from percepta.engine import file_answers

        return file_answers.similar_to_file(self._explainer, params)

    def _activations(self, params: dict[str, Any]) -> Any:
        from percepta.engine import channel_answers

        return channel_answers.activations_of(self._explainer, params)

    def _shared_channels(self, params: dict[str, Any]) -> Any:
        from percepta.engine import channel_answers

        return channel_answers.shared(self._explainer, params)

    def _tells(self, params: dict[str, Any]) -> Any:
        from percepta.engine import answers

        query = self._workspace.query(self._run.id, params.get("map"))
        return answers.tells(self._population, query, params)

    def _default_dashboard(self, params: dict[str, Any]) -> Any:
        from percepta.engine.overview import default_dashboard

        return default_dashboard(self._workspace.query(self._run.id)).to_json()


def _status(error: Exception) -> int:
    """Return the HTTP status of an error; what nobody expected is a failure of ours."""
    return error.http_status if isinstance(error, PerceptaError) else 500


def main(arguments: list[str]) -> int:
    """Answer until there are no more questions."""
    from percepta.storage import Workspace

    root, run_id = arguments
    questions = sys.stdin
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1, encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what user code prints is no answer
    known: Answers | None = None
    for line in questions:
        try:
            question = json.loads(line)
            if known is None:
                known = Answers(Workspace.open(Path(root)), run_id)
            answer = known.answer(question["kind"], question["params"])
            reply = json.dumps({"answer": answer}, allow_nan=False)
        except Exception as error:
            traceback.print_exc()
            reply = json.dumps({"error": describe(error) | {"status": _status(error)}})
        replies.write(reply + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
