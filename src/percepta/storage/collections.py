"""Collections: samples chosen by a filter in one run, kept, and found again in any run of the project."""

from __future__ import annotations

from percepta.core.errors import CollectionError
from percepta.core.filters import Compare, Filter, InCollection, Lasso, Rows
from percepta.storage.catalogue import Catalogue
from percepta.storage.members import MAX_MEMBERS, Members
from percepta.storage.queries import RunQuery
from percepta.storage.records import Collection
from percepta.storage.run import Run
from percepta.storage.workspace import Workspace


def keep_collection(
    catalogue: Catalogue, query: RunQuery, name: str, filter: Filter, description: str = ""
) -> Collection:
    """Keep the samples that match a filter.

    Raises:
        FilterError: the filter does not fit the run.
        CollectionError: it matches no sample, or too many; or the name is empty or too long.
        ConflictError: another collection of the project has the name.
    """
    mask = query.matches(filter)
    samples = int(mask.sum())
    if samples == 0:
        raise CollectionError("No sample matches the filter: there is nothing to keep.")
    if samples > MAX_MEMBERS:
        raise CollectionError(
            f"{samples:,} samples match the filter; a collection holds at most {MAX_MEMBERS:,}.",
            fix="Narrow the filter.",
        )
    enabled = Filter(tuple(clause for clause in filter.clauses if clause.enabled))
    members = Members.of(query.run, mask).to_bytes()
    return catalogue.collections.create(
        query.run.id, name, description, enabled.to_json(), samples, members
    )


def filter_for(workspace: Workspace, collection: Collection, run: Run) -> Filter:
    """Return the filter that chooses a collection's samples in a run.

    In the run it was made in, that is the filter that made it, if it says the same there for ever; elsewhere
    it names the collection.

    Raises:
        NotFoundError: the collection is not of the run's project.
        CollectionError: the run has none of its samples.
    """
    made_by = Filter.from_json(collection.filter)
    if run.id == collection.run and _lasts(made_by, run):
        return made_by
    if not workspace.members(run.id, collection.id).mask(run).any():
        raise CollectionError(
            f"The run has none of the {collection.samples:,} samples of {collection.name!r}."
        )
    return Filter((InCollection(collection.id, collection.name),))


def _lasts(filter: Filter, run: Run) -> bool:
    """Whether a filter rests on what never changes: the run's own fields, its maps and its rows."""
    own = {"subset", "sample_id", *(field.name for field in run.fields)}
    maps = {info.id for info in run.maps()}
    return all(
        (isinstance(clause, Compare) and clause.field in own)
        or (isinstance(clause, Lasso) and clause.map in maps)
        or isinstance(clause, Rows)
        for clause in filter.clauses
    )
