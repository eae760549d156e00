"""Every route of the API with parameters that fit the sample run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

from percepta.core.filters import Filter
from percepta.storage.collections import keep_collection
from tests.server.conftest import Sample
from tests.server.sample_run import HOSTILE_FIELD, LAYER

DOCUMENT: dict[str, Any] = {
    "name": "Overview",
    "dashlets": [{"id": "a", "kind": "text", "place": {"x": 0, "y": 0, "w": 24, "h": 4}}],
}


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        template: path as the router has it.
        values: what its parameters are for the sample run.
    """

    method: str
    template: str
    values: dict[str, str]
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)

    def path(self, **changed: str) -> str:
        """Return the path; ``changed`` values are put in as they are."""
        path = self.template
        for name, value in self.values.items():
            path = path.replace("{" + name + "}", changed.get(name, quote(value, safe="")))
        return path


def calls(app: FastAPI, sample: Sample) -> list[Call]:
    """Return one call for each route of the router; fails on a route that it does not know."""
    catalogue = sample.workspace.catalogue
    job = catalogue.jobs() or [catalogue.create_job("explore", {}, resumable=True)]
    project = catalogue.run(sample.run.id).project  # other tests make other projects
    dashboards = catalogue.dashboards.of_project(project) or [
        catalogue.dashboards.create(project, DOCUMENT)
    ]
    collections = {made.name: made.id for made in catalogue.collections.of_project(project)}
    for name in {"to apply", "to delete"} - collections.keys():
        query = sample.workspace.query(sample.run.id)
        collections[name] = keep_collection(catalogue, query, name, Filter()).id
    derived = catalogue.derived_fields.of_project(project) or [
        catalogue.derived_fields.create(project, "to delete", "loss + 1")
    ]
    others = {
        "delete_collection": {"collection": collections["to delete"]},
        "delete_derived_field": {"field": derived[-1].id},
    }
    values = {
        "project": project,
        "run": sample.run.id,
        "map": sample.map.id,
        "field": HOSTILE_FIELD,
        "row": "4",
        "layer": LAYER,
        "channel": "1",
        "visualizer": "0",
        "plane": "0",
        "job": job[0].id,
        "dashboard": dashboards[0].id,
        "collection": collections["to apply"],
    }
    bodies = {
        "create_map": {"space": "balanced", "algorithm": "pca"},
        "summarise_field": {"field": "loss"},
        "get_mask": {},
        "get_rows": {},
        "explain_samples": {"rows": [0], "targets": [{"kind": "loss", "name": "loss"}]},
        "test_faithfulness": {
            "rows": [0],
            "targets": [{"kind": "loss", "name": "loss"}],
            "over": "photo",
        },
        "fetch_similars": {"rows": [0]},
        "fetch_similars_of_file": {"file": "aGVsbG8=", "name": "../hello.txt"},
        "get_activations": {"rows": [0], "layer": LAYER, "channels": [0]},
        "get_shared_channels": {"rows": [0]},
        "create_dashboard": DOCUMENT,
        "change_dashboard": {"document": DOCUMENT, "revision": dashboards[0].revision},
        "explain_field": {"metric": "loss"},
        "answer_charts": {
            "questions": [{"kind": "groups", "key": "all", "measures": [{"aggregate": "count"}]}]
        },
        "export_samples": {},
        "create_derived_field": {"name": "double", "expression": "loss * 2"},
        "check_derived_field": {"name": "double", "expression": "loss * 2"},
        "create_collection": {"name": "some", "filter": []},
    }
    queries = {"locate_sample": {"sample_id": "4"}}
    found = []
    for template, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            name = operation["operationId"]
            found.append(
                Call(
                    method.upper(),
                    template,
                    {each: (values | others.get(name, {}))[each] for each in names},
                    bodies.get(name),
                    queries.get(name, {}),
                )
            )
            assert ("requestBody" in operation) == (name in bodies), name
    return found
