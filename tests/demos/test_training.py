"""The demo's training tells how it went."""

from __future__ import annotations

from pathlib import Path

import pytest

from percepta.core.progress import Silent
from percepta.demos import Demo, training_log
from percepta.demos import train_demo as train
from percepta.integration import load_script

EPOCHS = 2


@pytest.fixture
def demo(workspace_path: Path) -> Demo:
    """The digits, trained for a moment in a workspace of the test's own."""
    return Demo("digits", "Digits demo", epochs=EPOCHS)


def test_loss_and_accuracy_are_recorded_by_batch_and_epoch(demo: Demo) -> None:
    before = load_script(demo.script).load_training()
    assert not before, "nothing is trained yet"
    trained = train(demo, Silent())
    curves = load_script(demo.script).load_training()
    batches = -(-trained.training_samples // 64)
    assert {(one.metric, one.subset, one.by): len(one.at) for one in curves.series} == {
        ("loss", "training", "step"): EPOCHS * batches,
        ("accuracy", "training", "step"): EPOCHS * batches,
        ("loss", "training", "epoch"): EPOCHS,
        ("accuracy", "training", "epoch"): EPOCHS,
        ("loss", "validation", "epoch"): EPOCHS,
        ("accuracy", "validation", "epoch"): EPOCHS,
    }
    found = {(one.metric, one.subset, one.by): one.values for one in curves.series}
    losses = found["loss", "training", "epoch"]
    assert losses[1] is not None and losses[0] is not None and losses[1] < losses[0]
    assert found["accuracy", "validation", "epoch"][-1] == pytest.approx(
        trained.validation_accuracy
    )


def test_a_training_that_stops_leaves_the_log_of_the_one_before(demo: Demo) -> None:
    train(demo, Silent())
    earlier = training_log("digits").read_text()

    class Impatient(Silent):
        """Cancels at once."""

        def check_cancelled(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(demo, Impatient())
    assert training_log("digits").read_text() == earlier
    assert [path.suffix for path in training_log("digits").parent.iterdir()].count(".tmp") == 0
