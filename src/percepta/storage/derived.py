"""Derived fields over a run: which of a project's it has, and their values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from percepta.core.errors import ConflictError, ExpressionError, PerceptaError
from percepta.core.expressions import Node, parse, type_of
from percepta.core.fields import MAX_NAME_LENGTH, RESERVED_NAMES, Field, FieldGroup, FieldType
from percepta.core.filters import Scalar
from percepta.storage.evaluation import evaluate
from percepta.storage.records import DerivedField, RunStatus
from percepta.storage.run import SUBSET_FIELD, Run
from percepta.storage.sized_cache import SizedCache

if TYPE_CHECKING:
    from percepta.storage.workspace import Workspace

_CACHE_BYTES = 1 << 26
_EXAMPLES = 5


class DerivedColumns:
    """The derived fields that a run has: those whose fields it has, in the order they were made in.

    A field of the run's own hides a derived one of the same name. Safe for threads.

    Args:
        run: the run.
        definitions: the derived fields of its project, oldest first.

    Attributes:
        definitions: what it was made from.
        fields: by name.
        key: names their expressions: equal keys, equal values.
    """

    def __init__(self, run: Run, definitions: Sequence[DerivedField] = ()) -> None:
        self._run = run
        self.definitions = tuple(definitions)
        self._trees: dict[str, Node] = {}
        self._values = SizedCache(_CACHE_BYTES)
        self.fields: dict[str, Field] = {}
        types = _own_types(run)
        for made in definitions:
            if made.name in types:
                continue
            try:
                tree = parse(made.expression)
                types[made.name] = type_of(tree, types)
            except ExpressionError:
                continue  # made for runs that have other fields
            self._trees[made.name] = tree
            self.fields[made.name] = Field(
                made.name,
                types[made.name],
                FieldGroup.DERIVED,
                description=made.description,
                expression=made.expression,
            )
        said = repr([(field.name, field.expression) for field in self.fields.values()])
        self.key = hashlib.blake2b(said.encode(), digest_size=12).hexdigest() if self.fields else ""

    def column(self, name: str) -> pa.ChunkedArray:
        """Return the values of a derived field.

        Raises:
            ExpressionError: it would make too much text.
        """
        values: pa.ChunkedArray | None = self._values.get(name)
        if values is None:
            values = evaluate(self._trees[name], self.fields[name].type, self._any, self._run.n)
            self._values.put(name, values, values.nbytes)
        return values

    def examples(self, expression: str) -> tuple[FieldType, list[Scalar | None]]:
        """Return the type that an expression gives over the run, and its first values.

        Raises:
            ExpressionError: what is wrong with it, and where.
        """
        tree = parse(expression)
        own = {name: field.type for name, field in self.fields.items()}
        type_ = type_of(tree, _own_types(self._run) | own)
        rows = min(self._run.n, _EXAMPLES)
        values = evaluate(tree, type_, lambda name: self._any(name).slice(0, rows), rows)
        return type_, [None if value != value else value for value in values.to_pylist()]

    def _any(self, name: str) -> pa.ChunkedArray:
        return self.column(name) if name in self._trees else self._run.column(name)


def create_derived_field(
    workspace: Workspace, project_id: str, name: str, expression: str, description: str = ""
) -> DerivedField:
    """Keep a derived field that at least one run of the project can have.

    Raises:
        NotFoundError: no such project.
        ConflictError: a name that is taken, or that a field cannot bear.
        ExpressionError: what is wrong with the expression: of its syntax, or over the newest run.
    """
    definitions = workspace.catalogue.derived_fields.of_project(project_id)
    runs = _open_runs(workspace, project_id)
    demand_free_name(name, runs)
    parse(expression)
    problem: ExpressionError | None = None
    for run in runs:
        try:
            DerivedColumns(run, definitions).examples(expression)
            break
        except ExpressionError as error:
            problem = problem or error
    else:
        if problem is not None:
            raise problem
    return workspace.catalogue.derived_fields.create(project_id, name, expression, description)


def demand_free_name(name: str, runs: Sequence[Run]) -> None:
    """Refuse a name that a derived field cannot bear.

    Raises:
        ConflictError: why not.
    """
    if name in RESERVED_NAMES:
        raise ConflictError(
            f"{name!r} is a field that percepta makes itself.", fix="Choose another name."
        )
    if not 0 < len(name) <= MAX_NAME_LENGTH or name != name.strip():
        raise ConflictError(
            f"The name of a field has 1 to {MAX_NAME_LENGTH} characters and no space around them."
        )
    if any(name in _own_types(run) for run in runs):
        raise ConflictError(
            f"The runs have a field {name!r} of their own.", fix="Choose another name."
        )


def _open_runs(workspace: Workspace, project_id: str) -> list[Run]:
    """Return the complete runs of a project, newest first, but for those that are damaged."""
    runs = []
    for record in workspace.catalogue.runs(project_id, RunStatus.COMPLETE):
        try:
            runs.append(workspace.run(record.id))
        except PerceptaError:
            continue
    return runs


def _own_types(run: Run) -> dict[str, FieldType]:
    own = (SUBSET_FIELD, run.sample_id_field, *run.fields)
    return {field.name: field.type for field in own}
