"""What the API says of a run is what was written."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import (
    HOSTILE_FIELD,
    LABELS,
    TRAINING,
    N,
    coordinates,
    loss,
    scores,
    write_run,
)


@pytest.fixture
def base(sample: Sample) -> str:
    return f"/api/runs/{sample.run.id}"


def test_projects_and_runs(client: CheckedClient, sample: Sample) -> None:
    (project,) = client.get("/api/projects").json()
    assert (project["name"], project["runs"], project["samples"]) == ("pets", 1, N)
    (run,) = client.get(f"/api/projects/{project['id']}/runs").json()
    assert (run["id"], run["name"], run["project"]) == (sample.run.id, "first", project["id"])
    assert (run["status"], run["samples"], run["failures"], run["maps"]) == ("complete", N, 1, 1)
    assert run["subsets"] == {"training": TRAINING, "validation": N - TRAINING}
    assert (run["version"]["number"], run["version"]["model_format"]) == (1, "pytorch")
    assert run["version"]["parameters"] == 1234
    known = [loss(row) for row in range(TRAINING) if row != 5]
    assert run["metrics"]["loss"]["training"] == pytest.approx(np.mean(known))


def test_details(client: CheckedClient, base: str) -> None:
    run = client.get(base).json()
    assert run["spaces"] == [{"name": "balanced", "width": 8}]
    kinds = {visualizer["name"]: visualizer["kind"] for visualizer in run["visualizers"]}
    assert kinds == {"photo": "image", "words": "text"}
    assert run["predictions"] == [
        {"name": "animal", "labels": list(LABELS), "activation": None},
        {"name": "outline", "labels": ["out", "in"], "activation": None},
    ]
    fields = {field["name"]: field for field in run["fields"]}
    assert fields["loss"] == {
        "name": "loss",
        "type": "float",
        "group": "loss",
        "direction": "down",
        "description": "Cross-entropy.",
        "expression": None,
    }
    assert fields[HOSTILE_FIELD]["type"] == "integer"
    assert (run["device"], run["throughput"]) == ("cpu", 123.4)
    assert [info["algorithm"] for info in run["maps"]] == ["pca"]


def test_the_network_with_what_is_wired_to_it(client: CheckedClient, base: str) -> None:
    found = client.get(f"{base}/network").json()
    assert [node["name"] for node in found["nodes"]] == ["photo", "body.conv", "animal"]
    assert found["nodes"][1]["settings"] == {"kernel": "3×3"}
    assert found["nodes"][1]["shape"] == [None, 4, 8, 6]
    assert found["edges"] == [["photo", "body.conv"], ["body.conv", "animal"]]
    assert found["functions"][0]["feeds"] == "photo"
    assert found["functions"][2]["arguments"][1] == {
        "argument": "target",
        "source": "ground_truth",
        "name": "animal",
    }
    assert found["spaces"] == [{"name": "balanced", "layers": ["body.conv"]}]
    assert (found["format"], found["parameters"], found["max_batch"]) == ("pytorch", 1234, None)


def test_a_run_from_before_networks_were_kept(client: CheckedClient, sample: Sample) -> None:
    old = write_run(sample.workspace, "old", network=None)
    answer = client.get(f"/api/runs/{old.id}/network")
    assert answer.status_code == 404
    assert answer.json()["error"]["fix"] == "Evaluate the model again."


def test_map(client: CheckedClient, base: str, sample: Sample) -> None:
    info = client.get(f"{base}/maps/{sample.map.id}").json()
    assert (info["n"], info["trustworthiness"], info["seed"]) == (N - 1, 0.97, 3)
    even, odd = info["clusters"]
    assert (even["id"], even["name"], even["size"], even["mean_loss"]) == (
        "c-even",
        "even",
        20,
        1.5,
    )
    assert [trait["value"] for trait in even["traits"]] == ["cat", [0.5, 9.5]]
    assert odd["parent"] is None


def test_coordinates(client: CheckedClient, base: str, sample: Sample) -> None:
    answer = client.get(f"{base}/maps/{sample.map.id}/coordinates")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert len(answer.content) == 8 * N
    x, y = np.frombuffer(answer.content, "<f4").reshape(2, N)
    np.testing.assert_array_equal(np.stack([x, y], axis=1), coordinates())


def test_columns(client: CheckedClient, base: str, sample: Sample) -> None:
    def column(name: str, **query: str) -> list[object]:
        answer = client.get(f"{base}/columns/{name}", params=query)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
        table = pa.ipc.open_stream(answer.content).read_all()
        assert len(table.column_names) == 1
        return list(table.column(0).to_pylist())

    values = column("loss")
    assert np.isnan(values[5])
    assert values[6] == pytest.approx(0.6)
    assert column("predicted") == [LABELS[row % 3] for row in range(N)]
    quoted = HOSTILE_FIELD.replace("/", "%2F").replace(" ", "%20")
    assert column(quoted)[6:9] == [6, None, 8]
    assert column("subset").count("validation") == N - TRAINING
    assert column("cluster", map=sample.map.id)[:3] == ["even", "odd", "even"]
    assert client.get(f"{base}/columns/cluster").status_code == 404
    assert client.get(f"{base}/columns/cluster", params={"map": "none"}).status_code == 404


def test_sample(client: CheckedClient, base: str, sample: Sample) -> None:
    told = client.get(f"{base}/samples/31", params={"map": sample.map.id}).json()
    assert (told["row"], told["subset"], told["sample_id"]) == (31, "validation", "img-1.png")
    values = {field["name"]: field["value"] for field in told["fields"]}
    assert values["loss"] == pytest.approx(3.1)
    assert values["cluster"] == "odd"
    assert values[HOSTILE_FIELD] == 31
    prediction, unread = told["predictions"]
    assert (unread["name"], unread["predicted"], unread["truth"]) == ("outline", None, None)
    assert (prediction["name"], prediction["predicted"], prediction["truth"]) == (
        "animal",
        LABELS[31 % 3],
        LABELS[31 % 2],
    )
    best = prediction["scores"][0]
    assert (best["label"], best["score"]) == (LABELS[1], pytest.approx(max(scores(31))))
    photo, words = told["visuals"]
    assert (photo["name"], photo["kind"], len(photo["images"])) == ("photo", "image", 1)
    assert (words["document"]["tokens"], words["images"]) == (["row", "31"], [])
    picture = client.get("/" + photo["images"][0])
    assert picture.headers["content-type"] == "image/png"
    assert np.asarray(Image.open(io.BytesIO(picture.content)))[0, 0] == 31
    thumbnail = client.get("/" + told["thumbnail"])
    assert Image.open(io.BytesIO(thumbnail.content)).size == (6, 8)


def test_addresses_of_pictures_are_relative(client: CheckedClient, base: str) -> None:
    """So that the page works behind a path prefix."""
    told = client.get(f"{base}/samples/1").json()
    assert not told["thumbnail"].startswith("/")
    assert not told["visuals"][0]["images"][0].startswith("/")


def test_a_sample_with_missing_things(client: CheckedClient, base: str) -> None:
    told = client.get(f"{base}/samples/5").json()
    assert next(field for field in told["fields"] if field["name"] == "loss")["value"] is None
    told = client.get(f"{base}/samples/3").json()
    assert [visual["name"] for visual in told["visuals"]] == ["words"]
    assert client.get(f"{base}/thumbnails/3").status_code == 204
    assert client.get(f"{base}/visuals/3/0/0").status_code == 404


@pytest.mark.parametrize("path", [f"samples/{N}", f"thumbnails/{N}", f"visuals/{N}/0/0"])
def test_rows_end(client: CheckedClient, base: str, path: str) -> None:
    assert client.get(f"{base}/{path}").status_code == 404


def test_locate(client: CheckedClient, base: str) -> None:
    def rows(**query: str) -> list[int]:
        return [found["row"] for found in client.get(f"{base}/locate", params=query).json()]

    assert rows(sample_id="7") == [7]
    assert rows(sample_id="img-1.png") == [31]
    assert rows(sample_id="img-1") == [31, 40]
    assert rows(sample_id="img-1", subset="training") == []
    assert rows(sample_id="nothing") == []
    assert rows(sample_id="training/7") == [7]
    assert rows(sample_id="validation/img-1") == [31, 40]
    assert rows(sample_id="training/img-1") == []
    assert rows(sample_id="training/") == []


def test_failures(client: CheckedClient, base: str) -> None:
    assert client.get(f"{base}/failures").json() == [
        {
            "subset": "validation",
            "id": "img-11.png",
            "stage": "read",
            "message": "No such file.",
            "where": "script.py:9",
            "fix": "Restore it.",
        }
    ]


@pytest.mark.parametrize("kind", ["columns/loss", "thumbnails/4", "visuals/4/0/0", "coordinates"])
def test_what_never_changes_is_kept_by_the_browser(
    client: CheckedClient, base: str, sample: Sample, kind: str
) -> None:
    path = f"{base}/{kind}" if "/" in kind else f"{base}/maps/{sample.map.id}/{kind}"
    first = client.get(path)
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    etag = first.headers["etag"]
    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(path, headers={"if-none-match": header})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    other = client.get(path, headers={"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_run_in_the_making(client: CheckedClient, sample: Sample) -> None:
    catalogue = sample.workspace.catalogue
    owner = catalogue.project_named("in the making")
    version = catalogue.version_of(owner.id, "m", "c", {})
    record = catalogue.create_run(owner.id, version.id)
    job = catalogue.create_job("evaluate", {"script": "/a/b/train.py"}, run=record.id)
    (run,) = client.get(f"/api/projects/{owner.id}/runs").json()
    assert (run["status"], run["maps"], run["job_id"]) == ("running", 0, job.id)
    answer = client.get(f"/api/runs/{record.id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    told = client.get(f"/api/jobs/{job.id}").json()
    assert told["title"] == "Evaluate train.py"
    assert "/a/b" not in str(told)
    catalogue.request_cancel(job.id)


def test_training_curves(client: CheckedClient, sample: Sample) -> None:
    told = client.get(f"/api/runs/{sample.run.id}/training").json()
    assert told["series"] == [
        {
            "metric": "loss",
            "subset": "validation",
            "by": "epoch",
            "at": [1.0, 2.0],
            "values": [0.5, None],
        }
    ]
