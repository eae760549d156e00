"""Promise T18: a secret reaches the script, and nothing that percepta writes or prints."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from percepta.core.errors import PerceptaError
from percepta.core.secrets import forget, hide, masked
from percepta.jobs.secrets import SecretError, read_secret

KEY = "9f-planted+secret/7Q=="
SECRET = json.dumps({"user": "reader-of-images", "key": KEY}, indent=2)
USES = """
import json, os
GIVEN = json.loads(os.environ["AUTH_SECRET"])
print("signed in as", GIVEN["user"], "with", GIVEN["key"])
"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.json"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def using(script: Any) -> Any:
    """Write the iris script, using the secret, with more pieces replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        path: Path = script(("IRIS = load_iris()", USES + "IRIS = load_iris()"), *changes)
        return path

    return write


def assert_nowhere(*texts: str, workspace: Path) -> None:
    """Search what was printed and every byte of the workspace, for the secret and each part of it."""
    files = [path for path in workspace.rglob("*") if path.is_file()]
    assert files, "nothing was written: the search would prove nothing"
    for part in (KEY, json.dumps(KEY)[1:-1], "reader-of-images"):
        assert not [text for text in texts if part in text]
        found = [path for path in files if part.encode() in path.read_bytes()]
        assert found == []


def test_an_evaluation_has_the_secret_and_keeps_it_nowhere(
    percepta: Any, using: Any, secret: Path, workspace_path: Path
) -> None:
    done = percepta("evaluate", using(), "--secret", f"AUTH_SECRET={secret}", "--json")
    assert done.code == 0
    assert "signed in as [secret AUTH_SECRET] with [secret AUTH_SECRET]" in done.out
    assert_nowhere(done.out, done.err, workspace=workspace_path)
    assert "AUTH_SECRET" not in os.environ
    (job,) = percepta("jobs", "--json").json
    assert job["params"]["secrets"] == ["AUTH_SECRET"]


BREAKS = {
    "a sample": ("return IRIS.data[sample_id]", "raise ValueError(f'refused {GIVEN}')"),
    "some samples": (
        "return IRIS.data[sample_id]",
        "if sample_id % 9 == 0: raise ValueError('refused ' + GIVEN['key'])\n"
        "    return IRIS.data[sample_id]",
    ),
    "the subsets": ("return [pc.Samples", "raise RuntimeError(GIVEN)\n    return [pc.Samples"),
    "a long message": (
        "return IRIS.data[sample_id]",
        "raise ValueError('x' * 470 + GIVEN['key'])",
    ),
    "the model": ("import torch", "raise OSError(401, 'refused', GIVEN['key'])\n    import torch"),
}


@pytest.mark.parametrize("place", BREAKS)
def test_an_error_that_holds_the_secret_is_told_without_it(
    percepta: Any, using: Any, secret: Path, workspace_path: Path, place: str
) -> None:
    path = using(BREAKS[place])
    given = ("--secret", f"AUTH_SECRET={secret}")
    percepta("runs")  # makes the workspace: some errors come before it would be
    done = percepta("evaluate", path, *given, "--no-explore", "--json")
    assert done.code == (0 if place == "some samples" else 1)
    checked = percepta("check", path, *given, "--json")
    assert checked.code == 1
    assert not checked.json["passed"]
    assert "[secret AUTH_SECRET]" in checked.out
    assert_nowhere(done.out, done.err, checked.out, checked.err, workspace=workspace_path)


def test_a_job_that_is_resumed_without_its_secret_says_which_and_how(
    percepta: Any, using: Any, secret: Path, workspace_path: Path
) -> None:
    from percepta.jobs.runner import JobRunner
    from percepta.jobs.submission import submit
    from percepta.storage import JobStatus, Workspace

    workspace = Workspace.open(workspace_path)
    path = using()
    params = {
        "script": str(path),
        "model": None,
        "project": "iris",
        "options": {},
        "algorithm": None,
        "secrets": ["AUTH_SECRET"],
    }
    job = submit(workspace, "evaluate", params)
    runner = JobRunner(workspace)
    while not workspace.catalogue.job(job.id).status.finished:
        runner.look()
    runner.stop()
    ended = workspace.catalogue.job(job.id)
    assert ended.status is JobStatus.INTERRUPTED  # it can be resumed again
    assert ended.error is not None
    assert ended.error["code"] == "secret_needed"
    assert "AUTH_SECRET" in ended.error["message"]
    assert f"percepta evaluate {path} --secret AUTH_SECRET=FILE --resume" in ended.error["fix"]


# ---- the option and the file -------------------------------------------------------------------


def test_one_line_break_at_the_end_is_dropped_and_only_one(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"abcd efgh\n\n")
    assert read_secret(f"TOKEN={path}").value == "abcd efgh\n"
    path.write_bytes(b"abcd\r\n")
    assert read_secret(f"TOKEN={path}").value == "abcd"
    assert "abcd" not in repr(read_secret(f"TOKEN={path}"))


def test_a_file_that_everyone_can_read_is_warned_of(
    percepta: Any, using: Any, secret: Path
) -> None:
    secret.chmod(0o644)
    assert "chmod 600" in percepta("check", using(), "--secret", f"AUTH_SECRET={secret}").err
    secret.chmod(0o600)
    assert "chmod" not in percepta("check", using(), "--secret", f"AUTH_SECRET={secret}").err


WRONG = {
    "no file": ("TOKEN", "takes NAME=FILE"),
    "the secret itself": (KEY, "takes NAME=FILE|cannot be named"),
    "a name with a dash": ("MY-TOKEN=file", "cannot be named 'MY-TOKEN'"),
    "a name that begins with a digit": ("1TOKEN=file", "cannot be named"),
    "a name the system reads": ("LD_PRELOAD=file", "the system itself"),
    "a name of percepta's": ("PERCEPTA_WORKSPACE=file", "the system itself"),
    "a missing file": ("TOKEN=nowhere", "is not there"),
    "a folder": ("TOKEN=folder", "names a folder"),
    "an empty file": ("TOKEN=empty", "fewer than 4 characters"),
    "a binary file": ("TOKEN=binary", "is not text"),
    "a NUL character": ("TOKEN=nul", "NUL character"),
    "a large file": ("TOKEN=large", "larger than 64 KiB"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_option_or_file_is_told(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("empty").write_text("\n")
    Path("binary").write_bytes(b"\xff\xfe\xfa\xfb secret")
    Path("nul").write_bytes(b"sec\0ret")
    Path("large").write_text("x" * 100_000)
    option, expected = WRONG[case]
    with pytest.raises(SecretError, match=expected) as caught:
        read_secret(option)
    assert caught.value.fix
    assert KEY not in str(caught.value) or case != "the secret itself"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    path.write_text("secret")
    path.chmod(0)
    with pytest.raises(SecretError, match="cannot be read"):
        read_secret(f"TOKEN={path}")


def test_every_form_of_a_secret_is_masked_and_forgotten_after() -> None:
    from base64 import b64encode
    from urllib.parse import quote

    value = 'pass "word"\nof two/lines'
    forms = [value, repr(value), json.dumps(value), quote(value, safe=""), " ".join(value.split())]
    forms += [b64encode(value.encode()).decode(), value.splitlines()[0]]
    hide("X", value)
    try:
        for form in forms:
            assert "word" not in masked(f"before {form} after"), form
        assert str(PerceptaError(f"no {value}", fix=f"not {value}")).count("[secret X]") == 2
        assert masked("an ordinary sentence") == "an ordinary sentence"
    finally:
        forget("X")
    assert masked(value) == value
