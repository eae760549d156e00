from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from percepta.integration.files import GivenFile, read_file
from tests.examples.conftest import Examples, mean


def test_the_published_accuracy_is_reached(examples: Examples) -> None:
    examples.needs("imdb", "models/text")
    run = examples.evaluate("imdb", visuals=False)
    assert mean(run, "accuracy", "training") == pytest.approx(0.9275, abs=1e-6)
    assert mean(run, "accuracy", "test") == pytest.approx(0.909, abs=1e-6)
    rating = run.values("rating")
    sure = {stars: mean(run, "confidence", where=rating == stars) for stars in (1, 4, 7, 10)}
    assert max(sure[4], sure[7]) < min(sure[1], sure[10])
    cut = np.asarray(run.values("cut"), bool)
    assert mean(run, "accuracy", where=~cut) - mean(run, "accuracy", where=cut) > 0.04


def test_a_text_file_is_read_as_a_review_is(examples: Examples, tmp_path: Path) -> None:
    examples.needs("imdb", "models/text")
    integration = examples.script("imdb")
    samples = next(part for part in integration.load_subsets() if part.subset == "test")
    path = tmp_path / "review.txt"
    path.write_text(samples.data[0]["text"], "utf-8")
    [reading] = examples.read(integration, "test", 0)
    made = read_file(integration, GivenFile(path.read_bytes(), ".txt"))
    assert np.array_equal(made.inputs["tokens"], reading.inputs["tokens"])


def test_a_review_is_read_as_the_model_learnt_to(examples: Examples) -> None:
    example = examples.module("imdb")
    text = "A gripping,<br />GRIPPING film! Zzyzx?"
    assert example.words_of({"text": text}) == ["a", "gripping", "gripping", "film", "zzyzx"]
    examples.needs("imdb", "models/text")
    integration = examples.script("imdb")
    [reading] = examples.read(integration, "test", 0)
    tokens = reading.inputs["tokens"]
    assert tokens.shape == (256,)
    assert tokens.dtype == np.float32
    assert tokens[0] == 1
    assert reading.metadata["rating"] == 1
    unknown = int((tokens == 2).sum())
    assert unknown <= reading.metadata["out_of_vocabulary"]  # type: ignore[operator]
    [shown] = integration.visualizers
    drawn = shown.function(tokens)
    assert len(drawn.tokens) == len(tokens)  # a token a position, so that heat maps fit
    assert sum(token != "" for token in drawn.tokens) == int((tokens != 0).sum())
    assert drawn.tokens[:4] == ("<START>", "first", "of", "all")
