"""Confusion and curves by threshold, held to scikit-learn's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from percepta.core.charts import DecisionsQuestion
from percepta.core.confusion import Decision
from percepta.core.errors import NotFoundError
from percepta.core.subsets import Subset
from percepta.storage import RunPlan, RunQuery, ShardData, Workspace, decision_curves
from percepta.storage.decision_curves import answer
from percepta.storage.threshold_counts import MAX_POINTS, ThresholdCounts, average_precision
from tests.storage.builders import new_run

LABELS = ("cat", "dog", "cow")


def open_run(
    folder: Path,
    scores: np.ndarray,
    truth: list[str | None],
    labels: tuple[str, ...] = LABELS,
    predictions: list[dict[str, Any]] | None = None,
    decisions: list[list[Decision]] | None = None,
) -> RunQuery:
    """Commit a run of one prediction as the engine writes it."""
    workspace = Workspace.open(folder / "workspace")
    n = len(truth)
    predicted = [labels[at] for at in np.asarray(scores).reshape(n, -1).argmax(axis=1)]
    data = ShardData(
        columns={"label": truth, "predicted": predicted},
        scores={"animal": np.asarray(scores, np.float32)},
        decisions={} if decisions is None else {"boxes": decisions},
    )
    told = {"name": "animal", "labels": list(labels), "activation": "none", "prefix": ""}
    with workspace.new_run(
        new_run(workspace), RunPlan({Subset.TEST: range(n)}, shard_size=n)
    ) as writer:
        writer.write_shard(0, data)
        run = writer.commit([], {"predictions": [told] if predictions is None else predictions})
    workspace.close()
    return RunQuery(run)


def ask(query: RunQuery, matching: np.ndarray | None = None, **question: Any) -> dict[str, Any]:
    """Answer a question over all samples."""
    whole = np.ones(query.run.n, bool)
    return answer(
        query, DecisionsQuestion(**question), whole if matching is None else matching, whole
    )


@pytest.fixture
def tied() -> tuple[np.ndarray, list[str | None]]:
    """Scores of 400 samples with many ties, a class too few, and unlabeled samples."""
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 400)
    logits = rng.integers(0, 4, (400, 3)) + 2 * np.eye(3)[truth]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return scores.astype(np.float32), [
        None if i % 10 == 0 else LABELS[t] for i, t in enumerate(truth)
    ]


def test_curves_are_those_of_scikit_learn(
    tmp_path: Path, tied: tuple[np.ndarray, list[str | None]]
) -> None:
    scores, truth = tied
    told = ask(open_run(tmp_path, scores, truth))
    known = np.array([t is not None for t in truth])
    classes = np.array([LABELS.index(t or "cat") for t in truth])[known]
    onehot = np.eye(3, dtype=int)[classes]
    by_label = {curve["label"]: curve for curve in told["curves"]}
    assert list(by_label) == [None, *LABELS]
    pooled = [(None, onehot.ravel(), scores[known].ravel())]
    for label, expected, given_scores in pooled + [
        (name, onehot[:, at], scores[known][:, at]) for at, name in enumerate(LABELS)
    ]:
        curve = by_label[label]
        false_rate, true_rate, thresholds = metrics.roc_curve(
            expected, given_scores, drop_intermediate=False
        )
        assert curve["area"] == pytest.approx(metrics.roc_auc_score(expected, given_scores))
        average = metrics.average_precision_score(expected, given_scores)
        assert curve["average_precision"] == pytest.approx(average)
        assert len(thresholds) <= MAX_POINTS, "few ties: all points can be compared"
        np.testing.assert_allclose(curve["true_positive_rate"], true_rate)
        np.testing.assert_allclose(curve["false_positive_rate"], false_rate)
        np.testing.assert_array_equal(curve["thresholds"][1:], thresholds[1:])
        precision, recall, _ = metrics.precision_recall_curve(expected, given_scores)
        np.testing.assert_allclose(curve["precision"], precision[::-1])
        np.testing.assert_allclose(curve["recall"], recall[::-1])
        for at in (1, len(thresholds) // 2, len(thresholds) - 1):
            said = given_scores >= thresholds[at]
            assert curve["f1"][at] == pytest.approx(metrics.f1_score(expected, said))
            balanced = metrics.balanced_accuracy_score(expected, said)
            assert curve["balanced_accuracy"][at] == pytest.approx(balanced)
    mean = np.mean([by_label[label]["average_precision"] for label in LABELS])
    assert told["mean_average_precision"] == pytest.approx(mean)
    assert (told["matching"], told["labeled"], told["counted"]) == (400, 360, 360)


def test_confusion_counts_what_the_fields_say(
    tmp_path: Path, tied: tuple[np.ndarray, list[str | None]]
) -> None:
    scores, truth = tied
    matching = np.arange(400) % 3 == 0
    told = ask(open_run(tmp_path, scores, truth), matching)
    predicted = [LABELS[at] for at in scores.argmax(axis=1)]

    def oracle(rows: np.ndarray) -> list[list[int]]:
        known = [at for at in rows if truth[at] is not None]
        pairs = [truth[at] for at in known], [predicted[at] for at in known]
        return metrics.confusion_matrix(*pairs, labels=LABELS).tolist()

    assert told["confusion"] == oracle(np.flatnonzero(matching))
    assert told["confusion_all"] == oracle(np.arange(400))
    assert (told["truth_field"], told["predicted_field"]) == ("label", "predicted")
    right, wrong, _, missed = told["curves"][0]["counts"]
    assert right == np.trace(told["confusion"])
    assert wrong == missed == np.sum(told["confusion"]) - right


def test_a_threshold_decides_between_two_classes(tmp_path: Path) -> None:
    yes = np.array([0.1, 0.3, 0.3, 0.6, 0.9], np.float32)
    scores = np.stack([1 - yes, yes], axis=1)
    query = open_run(tmp_path, scores, ["no", "no", "yes", "yes", "yes"], ("no", "yes"))
    assert ask(query)["confusion"] == [[2, 0], [1, 2]]
    told = ask(query, threshold=0.3)  # a score of exactly the threshold is a yes
    assert told["confusion"] == [[1, 1], [0, 3]]
    assert told["predicted_field"] is None, "the column says something else"
    assert told["curves"][2]["counts"] == [3, 1, 1, 0]
    assert [curve["label"] for curve in ask(query, labels=("yes",))["curves"]] == [None, "yes"]


def test_one_side_alone_has_no_area(tmp_path: Path) -> None:
    scores = np.eye(3, dtype=np.float32)[[0, 0, 1, 1]]
    told = ask(open_run(tmp_path, scores, ["cat", "cat", "cat", "cat"]))
    everything, cat, dog, cow = told["curves"]
    assert everything["positives"] == 4
    assert cat["area"] is None
    assert cat["average_precision"] == 1.0
    assert set(cat["false_positive_rate"]) == {None}
    for curve in (dog, cow):
        assert curve["area"] is None
        assert curve["average_precision"] is None
        assert set(curve["recall"]) == set(curve["f1"]) == {None}
    assert told["mean_average_precision"] == 1.0


def test_nothing_matches(tmp_path: Path) -> None:
    query = open_run(tmp_path, np.eye(3), ["cat", None, "cow"])
    told = ask(query, np.zeros(3, bool))
    assert told["confusion"] == [[0] * 3] * 3
    assert told["confusion_all"] == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert told["curves"][0]["thresholds"] == []
    assert told["curves"][0]["counts"] == [0, 0, 0, 0]
    assert told["mean_average_precision"] is None
    assert told["matching"] == told["labeled"] == 0


def test_scores_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    scores = np.array([[0.8, 0.1, 0.1], [np.nan, 0.2, 0.8], [0.1, 0.2, np.inf]], np.float32)
    told = ask(open_run(tmp_path, scores, ["cat", "dog", "cow"]))
    assert (told["labeled"], told["counted"]) == (3, 1)


def test_decisions_of_a_metric(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    decided = [
        [
            Decision(
                ["car", "person"][int(rng.random() < 0.3)],
                bool(rng.random() < 0.5),
                round(rng.random(), 1),
            )
            for _ in range(rng.integers(0, 5))
        ]
        for _ in range(60)
    ]
    query = open_run(tmp_path, np.zeros((60, 3)), ["cat"] * 60, decisions=decided)
    matching = np.arange(60) % 2 == 0
    told = ask(query, matching, source="boxes")
    assert told["sources"] == ["animal", "boxes"]
    assert told["labels"] == ["car", "person"], "the commonest first"
    assert told["confusion"] is told["truth_field"] is None
    flat = [decision for row in decided[::2] for decision in row]
    for curve in told["curves"]:
        own = [d for d in flat if curve["label"] in (None, d.label)]
        expected, scores = [d.expected for d in own], [d.probability for d in own]
        assert curve["area"] == pytest.approx(metrics.roc_auc_score(expected, scores))
        said = np.array(scores, np.float32) >= np.float32(0.5)
        (a, b), (c, d) = metrics.confusion_matrix(expected, said)
        assert curve["counts"] == [d, b, a, c]
    assert told["labeled"] == told["counted"] == len(flat)
    shifted = ask(query, source="boxes", threshold=0.9, labels=("person",))
    assert [curve["label"] for curve in shifted["curves"]] == [None, "person"]
    assert sum(shifted["curves"][1]["counts"]) == shifted["counted"]


def test_few_points_tell_the_whole_curve() -> None:
    rng = np.random.default_rng(1)
    expected = rng.random(50_000) < 0.02
    scores = (rng.normal(size=50_000) + 2 * expected).astype(np.float32)
    counts = ThresholdCounts.of(scores, expected)
    curve = counts.drawn(threshold=1.25)
    assert 150 < len(curve.thresholds) <= MAX_POINTS
    false_rate, true_rate, _ = metrics.roc_curve(expected, scores)
    drawn = np.interp(false_rate, curve.false_positive_rate, curve.recall)
    assert np.abs(drawn - true_rate).max() < 0.02
    precision, recall, _ = metrics.precision_recall_curve(expected, scores)
    late = recall > 0.02
    assert (
        np.abs(np.interp(recall[late], curve.recall, curve.precision) - precision[late]).max()
        < 0.05
    )
    best = max(
        metrics.f1_score(expected, scores >= at)
        for at in np.quantile(scores, np.linspace(0.9, 1, 300))
    )
    assert curve.f1.max() >= best - 0.005
    assert curve.thresholds[curve.thresholds >= 1.25].min() == scores[scores >= 1.25].min()


@given(
    st.lists(
        st.tuples(st.sampled_from([-2.5, -0.0, 0.0, 1e-30, 0.5, 1.0, 3.0]), st.booleans()),
        min_size=1,
    )
)
def test_any_scores_are_counted_rightly(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs], np.float32)
    expected = np.array([truth for _, truth in pairs])
    counts = ThresholdCounts.of(scores, expected)
    assert counts.thresholds[1:].tolist() == sorted(set(scores.tolist()), reverse=True)
    for threshold, right, wrong in zip(
        counts.thresholds, counts.true_positives, counts.false_positives, strict=True
    ):
        said = scores >= threshold
        assert (right, wrong) == ((said & expected).sum(), (said & ~expected).sum())
    assert average_precision(scores, expected) == pytest.approx(counts.average_precision)


def test_very_many_decisions_are_counted_from_an_even_choice(
    tmp_path: Path,
    tied: tuple[np.ndarray, list[str | None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query = open_run(tmp_path, *tied)
    monkeypatch.setattr(decision_curves, "MAX_DECISIONS", 300)
    told = ask(query)
    assert told["labeled"] == 360
    assert told["counted"] == 90
    assert np.sum(told["confusion"]) == 360, "confusion counts all"


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([], "nothing that decisions can be counted from"),
        ([{"name": "mask", "labels": ["a", "b"], "prefix": None}], "one a pixel"),
        ([{"name": "price", "labels": None, "prefix": ""}], "is a number"),
        ([{"name": "other", "labels": ["a", "b"], "prefix": "other_"}], "no ground truth"),
        ([{"name": "animal", "labels": ["a", "b"], "prefix": ""}], "scores are not kept"),
    ],
)
def test_a_run_without_decisions_says_why(
    tmp_path: Path, predictions: list[dict[str, Any]], message: str
) -> None:
    query = open_run(tmp_path, np.eye(3), ["cat"] * 3, predictions=predictions)
    with pytest.raises(NotFoundError, match=message):
        ask(query)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    query = open_run(tmp_path, np.eye(3), ["cat"] * 3)
    with pytest.raises(NotFoundError, match=r"'boxes'.*There are decisions of: animal"):
        ask(query, source="boxes")
    with pytest.raises(NotFoundError, match=r"no label 'horse'.*cat, dog, cow"):
        ask(query, labels=("cat", "horse"))
