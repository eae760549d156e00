"""The oracle answers, without analytics, and `differences` sees what differs."""

from __future__ import annotations

from tests.integration.code_loader.oracle import ask, differences, needs_oracle, plain


@needs_oracle
def test_the_oracle_is_the_version_of_the_contract() -> None:
    source = (
        "import code_loader, os\n"
        "from importlib.metadata import version\n"
        "answer = [version('code-loader'), code_loader.__file__.endswith(tail),"
        " os.listdir(os.environ['HOME'])]"
    )
    found = ask(source, tail="code_loader/__init__.py")

    assert found == ["1.0.214", True, []]


def test_differences_are_named_by_their_place() -> None:
    real = plain({"a": [1, 2.0, (True, None)], "b": "x"})

    assert differences(real, plain({"a": [1, 2.0 + 1e-9, (True, None)], "b": "x"})) == []
    assert differences(real, plain({"a": [1, 2.5, [True, None]], "b": "x"})) == [
        "/items/0/1/1: the oracle has 2.0, ours 2.5",
        "/items/0/1/2: the oracle has {'tuple': [True, None]}, ours [True, None]",
    ]
    assert differences(plain(True), plain(1)) == [": the oracle has True, ours 1"]
