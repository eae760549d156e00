"""Evaluation end to end: every column against the same numbers computed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset, TensorDataset

from percepta.core.errors import ConflictError, IntegrationError, JobCancelledError, ModelError
from percepta.core.progress import Silent
from percepta.core.subsets import Subset
from percepta.core.visuals import HorizontalBar, Image
from percepta.integration import (
    Connection,
    GroundTruthEncoder,
    InputEncoder,
    Integration,
    MetadataFunction,
    Prediction,
    Samples,
    Visualizer,
    from_datasets,
)
from percepta.storage import Workspace

LABELS = [f"digit {i}" for i in range(10)]


def datasets(digits: Any, training: int = 150, validation: int = 50) -> dict[str, Any]:
    images, labels = (torch.from_numpy(part) for part in digits)
    stop = training + validation
    return {
        "training": TensorDataset(images[:training], labels[:training]),
        "validation": TensorDataset(images[training:stop], labels[training:stop]),
    }


def values(run: Any, name: str) -> Any:
    return np.asarray(run.values(name))


def test_every_column_equals_what_torch_gives(run: Any, net: Any, digits: Any) -> None:
    done = run(from_datasets(datasets(digits), labels=LABELS), net)
    images, labels = torch.from_numpy(digits[0][:200]), torch.from_numpy(digits[1][:200])
    with torch.inference_mode():
        logits = net(images)
    probabilities = logits.softmax(1)
    loss = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    assert done.n == 200
    assert values(done, "loss") == pytest.approx(loss.numpy(), abs=1e-5)
    assert values(done, "predicted").tolist() == [LABELS[i] for i in logits.argmax(1)]
    assert values(done, "label").tolist() == [LABELS[i] for i in labels]
    assert values(done, "correct").tolist() == (logits.argmax(1) == labels).tolist()
    assert values(done, "confidence") == pytest.approx(probabilities.amax(1).numpy(), abs=1e-5)
    assert done.scores("prediction") == pytest.approx(probabilities.numpy(), abs=1e-5)
    assert done.subsets[Subset.VALIDATION] == range(150, 200)
    assert done.locate(Subset.VALIDATION, 7) == 157
    names = [field.name for field in done.fields]
    assert names.index("loss") == 0
    assert done.metrics["loss"]["validation"] == pytest.approx(float(loss[150:].mean()), abs=1e-5)


def test_latent_spaces_hold_one_vector_a_sample(run: Any, net: Any, digits: Any) -> None:
    done = run(from_datasets(datasets(digits)), net)
    assert {"balanced", "foreground", "input-non-semantic", "prediction-semantic"} <= set(
        done.spaces
    )
    for space, width in done.spaces.items():
        vectors = done.latent(space)
        assert vectors.shape == (200, width)
        assert np.isfinite(vectors).all()
        assert vectors.std(axis=0).max() > 0


def test_pictures_are_kept_and_come_back(run: Any, net: Any, digits: Any) -> None:
    done = run(from_datasets(datasets(digits)), net)
    picture = done.thumbnail(3)
    assert picture is not None
    assert picture[1] == "image/png"
    (visual,) = done.visuals(3)
    assert visual.kind == "image"
    bare = run(from_datasets(datasets(digits)), net, visuals=False)
    assert bare.thumbnail(3) is None


class Broken(Dataset[Any]):
    """Digits of which some cannot be read, have another shape, or a truth that gives no loss."""

    def __init__(self, digits: Any, bad: dict[int, str]) -> None:
        self.images, self.labels = digits
        self.bad = bad

    def __len__(self) -> int:
        return 100

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        match self.bad.get(index):
            case "raises":
                raise OSError("file is truncated")
            case "shape":
                return self.images[index][:, :7], self.labels[index]
            case "nan":
                return np.full_like(self.images[index], np.nan), self.labels[index]
            case _:
                return self.images[index], self.labels[index]


def test_a_bad_sample_costs_that_sample(run: Any, net: Any, digits: Any) -> None:
    bad = {4: "raises", 40: "shape", 77: "nan"}
    done = run(from_datasets({"training": Broken(digits, bad)}), net)
    assert done.n == 97
    failures = {failure.id: failure for failure in done.failures()}
    assert set(failures) == set(bad)
    assert "truncated" in failures[4].message
    assert failures[4].stage == "read"
    good = [i for i in range(100) if i not in bad]
    with torch.inference_mode():
        expected = net(torch.from_numpy(digits[0][good])).softmax(1).amax(1)
    assert values(done, "confidence") == pytest.approx(expected.numpy(), abs=1e-5)
    assert done.locate(Subset.TRAINING, 4) is None
    assert done.locate(Subset.TRAINING, 5) == 4
    assert any("3 samples failed" in note for note in done.details["notes"])


def test_a_run_in_which_too_much_fails_stops_and_says_so(run: Any, net: Any, digits: Any) -> None:
    bad = dict.fromkeys(range(10, 80), "raises")
    with pytest.raises(IntegrationError, match=r"of the first \d+ samples failed, more than 20%"):
        run(from_datasets({"training": Broken(digits, bad)}), net)


def test_unlabeled_samples_have_no_truth_and_no_loss(run: Any, net: Any, digits: Any) -> None:
    images = torch.from_numpy(digits[0])
    parts = datasets(digits) | {"unlabeled": TensorDataset(images[300:340])}
    done = run(from_datasets(parts), net)
    assert done.n == 240
    assert np.isnan(values(done, "loss")[200:].astype(float)).all()
    assert np.isfinite(values(done, "loss")[:200]).all()
    assert set(values(done, "label")[200:]) == {None}
    assert None not in set(values(done, "predicted"))


def script_like(digits: Any, metadata: Any, **changes: Any) -> Integration:
    images, labels = digits

    def read(sample_id: int, samples: Samples) -> Any:
        return images[sample_id]

    def truth(sample_id: int, samples: Samples) -> Any:
        return labels[sample_id]

    return Integration(
        "script",
        lambda: [Samples("training", range(100)), Samples("validation", range(100, 130))],
        (InputEncoder("image", read),),
        (GroundTruthEncoder("digit", truth),),
        (MetadataFunction(None, metadata),),
        (Prediction("digit", LABELS),),
        **changes,
    )


def test_metadata_of_every_type_and_names_that_are_taken(run: Any, net: Any, digits: Any) -> None:
    def metadata(sample_id: int, samples: Samples) -> dict[str, Any]:
        told: dict[str, Any] = {
            "index": sample_id,
            "share": sample_id / 7,
            "even": sample_id % 2 == 0,
        }
        told |= {"word": f"w{sample_id % 3}", "label": "mine"}
        if sample_id < 90:
            told["late"] = sample_id
        return told

    done = run(script_like(digits, metadata), net)
    types = {field.name: field.type.value for field in done.fields}
    assert types["index"] == "integer"
    assert types["share"] == "float"
    assert types["even"] == "boolean"
    assert types["word"] == "string"
    assert values(done, "metadata_label").tolist() == ["mine"] * 130
    assert values(done, "label")[0] == LABELS[digits[1][0]]
    late = values(done, "late").astype(float)
    assert late[:90].tolist() == list(range(90))
    assert np.isnan(late[90:]).all()


class StopAt(Silent):
    """Asks to stop before the batch of that number of the pass."""

    def __init__(self, batch: int) -> None:
        self.left = batch
        self.passing = False

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        self.passing = name == "evaluating"

    def check_cancelled(self) -> None:
        self.left -= self.passing
        if self.left < 0:
            raise JobCancelledError("Stopped.")


def test_what_was_stopped_goes_on_and_equals_an_uninterrupted_run(
    run: Any, net: Any, digits: Any, workspace_path: Any
) -> None:
    whole = run(from_datasets(datasets(digits)), net)
    with pytest.raises(JobCancelledError):
        run(from_datasets(datasets(digits)), net, StopAt(4))
    catalogue = Workspace.open(workspace_path).catalogue
    assert sorted(record.status for record in catalogue.runs()) == ["complete", "interrupted"]
    resumed = run(from_datasets(datasets(digits)), net, resume=True)
    assert resumed.id != whole.id
    assert [field.name for field in resumed.fields] == [field.name for field in whole.fields]
    for field in whole.fields:
        assert values(resumed, field.name).tolist() == values(whole, field.name).tolist()
    for space in whole.spaces:
        assert whole.latent(space).tobytes() == resumed.latent(space).tobytes()


def test_a_resume_knows_what_failed_before_it(run: Any, net: Any, digits: Any) -> None:
    def read(sample_id: int, samples: Samples) -> np.ndarray:
        if sample_id in (3, 70, 120):
            raise OSError("gone")
        image: np.ndarray = digits[0][sample_id]
        return image

    broken = replace(
        script_like(digits, lambda i, _: {"i": i}), inputs=(InputEncoder("image", read),)
    )
    whole = run(broken, net)
    with pytest.raises(JobCancelledError):
        run(broken, net, StopAt(4))
    resumed = run(broken, net, resume=True)
    assert resumed.id != whole.id
    assert resumed.details["notes"] == whole.details["notes"]
    assert whole.details["notes"][0].startswith("3 samples failed")


def test_thumbnails_show_the_sample_sooner_than_bars_of_it(run: Any, net: Any, digits: Any) -> None:
    def bars(image: np.ndarray) -> HorizontalBar:
        return HorizontalBar(image[0, 0], labels=[str(place) for place in range(8)])

    def picture(image: np.ndarray) -> Image:
        return Image(image[0] * 255)

    shown = [
        Visualizer(f.__name__, f, (Connection("image", "input", "image"),)) for f in (bars, picture)
    ]
    both = run(script_like(digits, lambda i, _: {"i": i}, visualizers=tuple(shown)), net)
    alone = run(script_like(digits, lambda i, _: {"i": i}, visualizers=(shown[1],)), net)
    assert both.thumbnail(5) == alone.thumbnail(5)


def test_a_resume_with_other_options_or_nothing_to_resume_is_refused(
    run: Any, net: Any, digits: Any
) -> None:
    with pytest.raises(ConflictError, match="no interrupted evaluation"):
        run(from_datasets(datasets(digits)), net, resume=True)
    with pytest.raises(JobCancelledError):
        run(from_datasets(datasets(digits)), net, StopAt(4))
    with pytest.raises(ConflictError, match=r"begun with other options\."):
        run(from_datasets(datasets(digits)), net, resume=True, batch_size=16)


def test_a_resume_with_other_weights_says_so(
    run: Any, net: Any, digits: Any, workspace_path: Any
) -> None:
    with pytest.raises(JobCancelledError):
        run(from_datasets(datasets(digits)), net, StopAt(4))
    (begun,) = Workspace.open(workspace_path).catalogue.runs()
    net.head.bias.data += 1
    with pytest.raises(ConflictError, match=r"begun with other weights\.") as refused:
        run(from_datasets(datasets(digits)), net, resume=begun.id)
    assert "seed" in str(refused.value.fix)


def test_equal_inputs_give_equal_runs(run: Any, net: Any, digits: Any) -> None:
    first, second = (run(from_datasets(datasets(digits)), net) for _ in range(2))
    assert first.latent("balanced").tobytes() == second.latent("balanced").tobytes()
    assert values(first, "loss").tobytes() == values(second, "loss").tobytes()


def test_subsets_and_limit(run: Any, net: Any, digits: Any) -> None:
    done = run(from_datasets(datasets(digits)), net, subsets=("validation",), limit=10)
    assert done.n == 10
    assert list(done.subsets) == [Subset.VALIDATION]
    with pytest.raises(IntegrationError, match="has no subset test"):
        run(from_datasets(datasets(digits)), net, subsets=("test",))


def test_a_model_that_takes_other_shapes_is_named(run: Any, digits: Any) -> None:
    with pytest.raises(ModelError):
        run(from_datasets(datasets(digits)), torch.nn.Linear(3, 10))


def test_labels_that_do_not_match_the_output_are_named(run: Any, net: Any, digits: Any) -> None:
    with pytest.raises(IntegrationError, match="labels"):
        run(from_datasets(datasets(digits), labels=["a", "b"]), net)


def test_a_yes_no_model_with_two_labels(run: Any, digits: Any) -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 8), torch.nn.Linear(8, 1))
    images, labels = digits[0][:60], (digits[1][:60] % 2).astype(np.float32)[:, None]
    parts = {"training": TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))}
    done = run(from_datasets(parts, labels=["even", "odd"]), model)
    assert set(values(done, "predicted")) <= {"even", "odd"}
    assert values(done, "label").tolist() == [["even", "odd"][int(v)] for v in labels[:, 0]]
    assert done.scores("prediction").shape == (60, 2)


def test_a_model_that_predicts_a_number(run: Any, digits: Any) -> None:
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 4), torch.nn.Linear(4, 1))
    images, targets = digits[0][:60], digits[0][:60].mean(axis=(1, 2, 3), keepdims=True)[:, :, 0, 0]
    parts = {"training": TensorDataset(torch.from_numpy(images), torch.from_numpy(targets))}
    done = run(from_datasets(parts), model)
    error = values(done, "predicted") - values(done, "label")
    assert values(done, "error") == pytest.approx(error, abs=1e-6)
    assert values(done, "loss") == pytest.approx(error**2, abs=1e-5)


def test_a_metric_with_the_name_of_an_own_field_is_renamed(run: Any, net: Any, digits: Any) -> None:
    def margin(prediction: Any, target: Any) -> Any:
        return np.arange(len(target), dtype=np.float32)

    def notes(sample_id: int, samples: Samples) -> dict[str, Any]:
        return {"accuracy": "mine", "accuracy_note": "seen"}

    integration = from_datasets(
        datasets(digits), metrics={"margin": margin, "accuracy": "accuracy"}, metadata=notes
    )
    done = run(integration, net)
    groups = {field.name: field.group.value for field in done.fields}
    assert groups["margin"] == "prediction"
    assert groups["metric_margin"] == "metric"
    assert groups["metadata_accuracy"] == groups["accuracy_note"] == "metadata"
    assert values(done, "metric_margin")[:4].tolist() == [0, 1, 2, 3]
    assert values(done, "accuracy_note")[5] == "seen"
