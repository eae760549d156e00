"""A run written through the writer is read back as it was."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pictures

from percepta.core.confusion import Decision
from percepta.core.errors import ConflictError, NotFoundError, StorageError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.rendering import EncodedVisual
from percepta.core.subsets import SampleKey, Subset
from percepta.core.training import TrainingCurves, TrainingSeries
from percepta.storage import RunPlan, RunStatus, SampleFailure, ShardData, Workspace
from tests.storage.builders import (
    FAILED,
    FIELDS,
    KEYS,
    NETWORK,
    content,
    new_run,
    small_plan,
    small_shard,
    write_columns,
    write_small_run,
)


def decode(image: tuple[bytes, str]) -> np.ndarray:
    return np.asarray(Pictures.open(io.BytesIO(image[0])))


def test_rows_follow_the_plan_and_failed_samples_take_none(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    assert run.n == 25
    assert run.subsets == {
        Subset.TRAINING: range(0, 19),
        Subset.VALIDATION: range(19, 22),
        Subset.UNLABELED: range(22, 25),
    }
    assert run.key(4) == SampleKey(Subset.TRAINING, 105)
    assert run.key(20) == SampleKey(Subset.VALIDATION, "v-c")
    assert run.key(24) == SampleKey(Subset.UNLABELED, 2)
    assert run.column("count").to_pylist()[3:6] == [3, 5, 6]
    failures = run.failures()
    assert [(f.subset, f.id) for f in failures] == [
        (Subset.TRAINING, 104),
        (Subset.VALIDATION, "v-b"),
    ]
    assert failures[0].where == "script.py:3"


def test_samples_are_found_by_their_id(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    for row in range(run.n):
        key = run.key(row)
        assert run.locate(key.subset, key.id) == row
    assert run.locate(Subset.TRAINING, 104) is None  # it failed
    assert run.locate(Subset.TEST, 1) is None
    assert run.locate(Subset.VALIDATION, "\ud800") is None
    assert [row for row, _ in run.search("v-")] == [19, 20]
    assert [row for row, _ in run.search("2")] == [24]  # exact before prefix
    assert [row for row, _ in run.search("11", Subset.TRAINING)] == list(range(9, 19))
    assert run.search("ω")[0][1] == SampleKey(Subset.VALIDATION, "ω")
    assert run.search("nothing") == []


def test_values_come_back(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    plan = small_plan()
    loss = np.concatenate([small_shard(plan, i).columns["loss"] for i in range(plan.shards)])
    latent = np.concatenate([small_shard(plan, i).latents["balanced"] for i in range(plan.shards)])
    assert np.array_equal(run.values("loss"), loss)
    assert run.values("loss").dtype == np.float32
    assert np.array_equal(run.latent("balanced"), latent)
    assert isinstance(run.latent("balanced"), np.memmap)
    assert run.scores("digit").shape == (25, 3)
    assert [f.type for f in run.fields] == [
        FieldType.FLOAT,
        FieldType.BOOLEAN,
        FieldType.STRING,
        FieldType.INTEGER,
    ]
    assert run.fields[3].group is FieldGroup.METADATA  # not declared: metadata
    assert run.state("calibration") == b"calibrated"
    assert run.state("other") is None
    assert run.details == {"device": "cpu"}
    with pytest.raises(NotFoundError, match="no field 'nope'"):
        run.column("nope")
    with pytest.raises(NotFoundError):
        run.latent("nope")
    with pytest.raises(NotFoundError):
        run.thumbnail(25)


def test_the_catalogue_learns_of_the_run(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    record = workspace.catalogue.run(run.id)
    assert record.status is RunStatus.COMPLETE
    assert (record.samples, record.failures) == (25, 2)
    assert record.subsets == {"training": 19, "validation": 3, "unlabeled": 3}
    loss, right = run.values("loss"), run.values("right")
    assert record.metrics["loss"]["training"] == pytest.approx(loss[:19].mean(), rel=1e-6)
    assert record.metrics["right"]["validation"] == pytest.approx(right[19:22].mean())
    assert workspace.catalogue.projects()[0].samples == 25
    assert workspace.run(run.id) is workspace.run(run.id)


def test_pictures_come_back(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    shard = small_shard(small_plan(), 0)
    thumbnail = run.thumbnail(2)
    assert thumbnail is not None
    assert thumbnail[1] == "image/png"
    assert np.array_equal(decode(thumbnail), shard.thumbnails[2])
    picture, bars = run.visuals(2)
    assert (picture.name, picture.kind, picture.planes) == ("picture", "image", 1)
    assert (bars.name, bars.kind, bars.planes) == ("bars", "horizontal_bar", 0)
    assert bars.document["labels"] == ["a", "b", "c"]
    data, media = run.visual_image(2, "picture", 0)
    assert media == "image/jpeg"
    assert decode((data, media)).shape == (80, 90, 3)
    for visualizer, plane in (("picture", 1), ("picture", -1), ("bars", 0), ("nope", 0)):
        with pytest.raises(NotFoundError):
            run.visual_image(2, visualizer, plane)


def test_planes_of_class_ids_are_kept_without_loss(workspace: Workspace) -> None:
    mask = np.random.default_rng(0).integers(0, 20, (200, 300, 1)).astype(np.uint8)
    smooth = np.broadcast_to(np.arange(300, dtype=np.uint8)[None, :, None], (200, 300, 3)).copy()
    document = {"planes": ["picture", "mask"], "width": 300, "height": 200}
    visual = EncodedVisual("image_mask", document, (smooth, mask))
    plan = RunPlan({Subset.TRAINING: range(2)}, 2)
    with workspace.new_run(new_run(workspace), plan) as writer:
        writer.write_shard(0, ShardData(thumbnails=[mask, None], visuals={"mask": [visual, None]}))
        run = writer.commit((), {})
    assert run.visuals(1) == []
    assert run.thumbnail(1) is None
    thumbnail = run.thumbnail(0)
    assert thumbnail is not None
    assert thumbnail[1] == "image/jpeg"
    data, media = run.visual_image(0, "mask", 1)
    assert media == "image/png"
    assert np.array_equal(decode((data, media)), mask[:, :, 0])
    assert run.visual_image(0, "mask", 0)[1] == "image/jpeg"
    assert np.abs(decode(run.visual_image(0, "mask", 0)).astype(int) - smooth).mean() < 4


def test_thumbnails_as_one_array_equal_thumbnails_as_a_list(workspace: Workspace) -> None:
    batch = np.random.default_rng(1).integers(0, 256, (5, 8, 9, 1)).astype(np.uint8)
    runs = []
    for given in (batch, list(batch), [image[:, :, 0] for image in batch]):
        with workspace.new_run(new_run(workspace), RunPlan({Subset.TEST: range(5)}, 5)) as writer:
            writer.write_shard(0, ShardData(thumbnails=given))
            runs.append(writer.commit((), {}))
    assert len({run.manifest["files"]["thumbnails.pack"]["sha256"] for run in runs}) == 1
    assert len({run.manifest["files"]["thumbnails.npy"]["sha256"] for run in runs}) == 1
    last = runs[0].thumbnail(4)
    assert last is not None
    assert np.array_equal(decode(last), batch[4, :, :, 0])


@pytest.mark.parametrize("shard_size", [1, 7, 1000])
def test_shards_of_any_size_give_the_same_run(workspace: Workspace, shard_size: int) -> None:
    assert content(write_small_run(workspace)) == content(write_small_run(workspace, shard_size))


def test_a_run_without_samples(workspace: Workspace) -> None:
    with workspace.new_run(new_run(workspace), RunPlan({Subset.TRAINING: []}, 8, ("s",))) as writer:
        assert writer.plan.shards == 0
        run = writer.commit(FIELDS, {})
    assert run.n == 0
    assert run.column("loss").to_pylist() == []
    assert run.latent("s").shape == (0, 0)
    assert run.metrics == {"loss": {}, "right": {}}
    run.verify()


def test_a_run_of_which_every_sample_failed(workspace: Workspace) -> None:
    plan = RunPlan({Subset.TRAINING: range(3)}, 2, ("s",))
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(2):
            failures = [SampleFailure(k.subset, k.id, "read", "no") for k in plan.shard_keys(index)]
            writer.write_shard(index, ShardData(failures=failures))
        run = writer.commit(FIELDS, {})
    assert (run.n, len(run.failures())) == (0, 3)
    run.verify()


def test_a_shard_that_does_not_fit_the_plan_is_refused(workspace: Workspace) -> None:
    plan = small_plan()
    with workspace.new_run(new_run(workspace), plan) as writer:
        good = small_shard(plan, 1)
        wrong = [
            (replace(good, columns={"loss": [1.0]}), "'loss' has 1 values for 3 samples"),
            (replace(good, columns={"subset": [1, 2, 3]}), "percepta makes itself"),
            (replace(good, columns={"": [1, 2, 3]}), "1 to 200 characters"),
            (replace(good, columns={"x": [1, [2], 3]}), "'x' holds values that are not scalars"),
            (replace(good, columns={"x": np.zeros((3, 2))}), "shape \\(3, 2\\)"),
            (
                replace(good, latents={"balanced": np.zeros((4, 4), "f4")}),
                "expected \\[3, width\\]",
            ),
            (replace(good, thumbnails=good.thumbnails[:2]), "2 thumbnails for 3 samples"),
            (replace(good, thumbnails=[np.zeros((3, 3))] * 3), "A picture must be uint8"),
            (replace(good, visuals={"bars": []}), "0 visuals 'bars' for 3 samples"),
            (
                replace(good, failures=[SampleFailure(Subset.TEST, 9, "", "")]),
                "does not hold test/9",
            ),
        ]
        for shard, message in wrong:
            with pytest.raises(StorageError, match=message):
                writer.write_shard(1, shard)
        with pytest.raises(StorageError, match="there is no shard 7"):
            writer.write_shard(7, replace(good, failures=good.failures))
        assert writer.done_shards == frozenset()
        with pytest.raises(StorageError, match="7 of 7 shards are missing"):
            writer.commit(FIELDS, {})


def test_widths_that_differ_between_shards_are_refused(workspace: Workspace) -> None:
    plan = RunPlan({Subset.TRAINING: range(2)}, 1, ("s",))
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(2):
            writer.write_shard(index, ShardData(latents={"s": np.zeros((1, index + 2), "f4")}))
        with pytest.raises(StorageError, match="'s' differ in width"):
            writer.commit((), {})


@pytest.mark.parametrize("ids", [[1, "a"], [1.5], ["x" * 257], [2**63], [True]])
def test_ids_that_cannot_be_kept(workspace: Workspace, ids: list[object]) -> None:
    plan = RunPlan({Subset.TRAINING: ids}, 4)  # type: ignore[dict-item]
    with pytest.raises(StorageError, match="subset training"):
        workspace.new_run(new_run(workspace), plan)


def test_a_committed_run_never_changes(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    with pytest.raises(ConflictError, match="complete"):
        workspace.new_run(run.id, small_plan())
    with pytest.raises(ConflictError, match="complete"):
        workspace.resume_run(run.id)
    assert workspace.catalogue.end_run(run.id, RunStatus.FAILED).status is RunStatus.COMPLETE


def test_odd_names_of_everything(workspace: Workspace) -> None:
    odd = "../../etc/pass'wd\"; DROP TABLE run;--\x00 猫"
    plan = RunPlan({Subset.TRAINING: [odd[:200], "b"]}, 2, (odd,))
    visual = EncodedVisual("text", {"tokens": [odd]}, ())
    with workspace.new_run(new_run(workspace, odd[:50]), plan) as writer:
        writer.write_shard(
            0,
            ShardData(
                columns={odd: ["a", odd]},
                latents={odd: np.ones((2, 2), np.float32)},
                scores={odd: np.ones((2, 2), np.float32)},
                visuals={odd: [visual, visual]},
            ),
        )
        run = writer.commit((Field(odd, FieldType.STRING, FieldGroup.METADATA),), {odd: odd})
    assert run.column(odd).to_pylist() == ["a", odd]
    assert run.key(0).id == odd[:200]
    assert run.visuals(0)[0].document == {"tokens": [odd]}
    assert run.latent(odd).shape == (2, 2)
    inside = {path.resolve() for path in workspace.root.parent.rglob("*")}
    assert all(path.is_relative_to(workspace.root.resolve()) for path in inside)


def test_texts_with_very_many_values_are_kept_plain(workspace: Workspace) -> None:
    names = [f"file-{i}" for i in range(70_000)]
    run = write_columns(workspace, {"file": names, "few": ["a", "b"] * 35_000}, shard_size=30_000)
    assert str(run.column("file").type) == "string"
    assert str(run.column("few").type).startswith("dictionary")
    assert run.column("file").to_pylist() == names
    assert run.locate(Subset.TRAINING, 69_999) == 69_999


def test_decisions_are_a_table_of_their_own_over_the_rows_of_the_run(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    table = run.decisions("boxes")
    counts = [run.column("count").to_pylist()[row] % 3 for row in range(run.n)]
    assert table.column("row").to_pylist() == np.repeat(np.arange(run.n), counts).tolist()
    assert table.column("label").to_pylist()[:3] == ["class 0", "class 0", "class 1"]
    assert table.column("probability").to_pylist()[:3] == [0, 0, 0.25]
    assert table.column("expected").to_pylist()[:3] == [True, True, False]
    assert table.column("id").to_pylist()[:3] == ["1-0", "2-0", "2-1"]
    assert "boxes" not in {field.name for field in run.fields}
    with pytest.raises(NotFoundError, match="no decisions of a metric 'loss'"):
        run.decisions("loss")


def test_decisions_that_do_not_fit_the_rows_are_refused(workspace: Workspace) -> None:
    plan = small_plan()
    shard = small_shard(plan, 0)
    wrong = replace(shard, decisions={"boxes": [[Decision("car", True, 0.5)]]})
    with (
        workspace.new_run(new_run(workspace), plan) as writer,
        pytest.raises(StorageError, match="Decisions of 'boxes' for 1 of 4 samples"),
    ):
        writer.write_shard(0, wrong)


def test_the_network_comes_back_as_it_was(workspace: Workspace) -> None:
    assert write_small_run(workspace).network == NETWORK
    assert write_columns(workspace, {"x": [1.0]}).network is None


def test_the_samples_of_a_channel_are_the_best_of_all_shards(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    planned = [(s, key) for s, ids in KEYS.items() for key in ids]
    kept = [position for position, key in enumerate(planned) if key not in FAILED]
    rows = sorted(range(run.n), key=lambda row: (-(kept[row] % 10), row))[:9]
    second = run.channel_samples("second")
    assert second.of(0) == [(row, float(kept[row] % 10)) for row in rows]
    assert second.of(1) == [(row, 0.0) for row in range(9)]
    assert run.channel_samples("first").of(0) == []
    assert run.channel_samples("third") is None


def test_a_run_whose_shards_do_not_know_of_channels_has_none(workspace: Workspace) -> None:
    plan = small_plan()
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(plan.shards):
            shard = small_shard(plan, index)
            writer.write_shard(index, shard if index else replace(shard, channels=None))
        run = writer.commit(FIELDS, {})
    assert run.channel_samples("second") is None
    run.verify()


def test_a_run_keeps_how_the_training_went(workspace: Workspace) -> None:
    curves = TrainingCurves(
        (
            TrainingSeries.of("loss", "training", "step", [(2, 1.5), (1, math.inf)]),
            TrainingSeries.of("loss", "validation", "epoch", [(1, 0.1)]),
        )
    )
    plan = small_plan()
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(plan.shards):
            writer.write_shard(index, small_shard(plan, index))
        run = writer.commit(FIELDS, {}, training=curves)
    assert run.training == curves
    assert run.training.series[0].values == (None, 1.5)
    run.verify()
    assert not write_small_run(workspace).training, "none was given"
