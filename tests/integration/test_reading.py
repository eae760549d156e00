"""Reading samples: what is accepted, and every mistake kept to its sample."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from percepta.core.errors import IntegrationError, SampleError, VisualError
from percepta.core.subsets import SampleKey, Subset
from percepta.core.visuals import Image
from percepta.integration import Batch, Reading, Samples, load_script, read_spread, show
from percepta.integration.reading import spread
from tests.integration.scripts import changed, line_of, write

IMAGE = "    return samples.data[sample_id]\n\n@pc.ground_truth"
DIGIT = "    return sample_id % 3"
STYLE = '    return {"mean": float(samples.data[sample_id].mean()), "even": sample_id % 2 == 0}'

ONE = Samples("test", ["x"])


def image_returns(value: str) -> str:
    """The good script, in which sample 7 has another image."""
    return changed(IMAGE, f"    if sample_id == 7:\n        {value}\n{IMAGE}")


@pytest.mark.parametrize(
    ("text", "said", "fix"),
    [
        (
            image_returns("raise OSError('truncated file')  # HERE"),
            "image() raised OSError: truncated",
            "leave",
        ),
        (image_returns("return None"), "image() returned None", "every branch"),
        (
            image_returns("return 'cat.png'"),
            "image() returned the text 'cat.png'",
            "Return numbers",
        ),
        (
            image_returns("return [[1, 2], [3]]"),
            "image() returned a list that is no array",
            "numpy",
        ),
        (image_returns("return np.array(['a'])"), "an array of type <U1", "numbers"),
        (image_returns("return np.ones(2, complex)"), "complex numbers", "two channels"),
        (image_returns("return {'x': 1}"), "image() returned a dict", "one array"),
        (image_returns("return np.zeros((1, 0, 3))"), "an empty array of shape (1, 0, 3)", "data"),
        (
            image_returns("return np.full((1, 2, 3), np.nan)"),
            "values that are not finite",
            "Replace",
        ),
        (
            image_returns("return np.full((1, 2, 3), -np.inf)"),
            "values that are not finite",
            "Replace",
        ),
        (
            image_returns("return np.zeros((1, 3, 3))"),
            "has shape (1, 3, 3), but other samples have (1, 2, 3)",
            "pad",
        ),
        (
            changed(DIGIT, f"    if sample_id == 7:\n        return None\n{DIGIT}"),
            "digit() returned None",
            "branch",
        ),
        (
            changed(DIGIT, f"    if sample_id == 7:\n        return 'seven'\n{DIGIT}"),
            "the text 'seven'",
            "class number",
        ),
        (
            changed(DIGIT, f"    if sample_id == 7:\n        return [1, 2]\n{DIGIT}"),
            "ground truth 'digit' has shape (2,)",
            "pad",
        ),
        (
            changed(STYLE, f"    if sample_id == 7:\n        return [1]\n{STYLE}"),
            "style() returned a list",
            "one number",
        ),
        (
            changed(STYLE, f"    if sample_id == 7:\n        return {{'a': {{'b': 1}}}}\n{STYLE}"),
            "a dict for the key 'a'",
            "flat dict",
        ),
        (
            changed(STYLE, f"    if sample_id == 7:\n        return {{1: 2}}\n{STYLE}"),
            "a dict with the key 1",
            "texts",
        ),
        (
            changed(STYLE, f"    if sample_id == 7:\n        return np.zeros(3)\n{STYLE}"),
            "a ndarray of shape (3,)",
            "one number",
        ),
        (
            changed(
                STYLE,
                f"    if sample_id == 7:\n        return {{str(i): i for i in range(801)}}\n{STYLE}",
            ),
            "more than 800",
            "Keep",
        ),
        (
            changed(STYLE, f"    if sample_id == 7:\n        return 1 / 0  # HERE\n{STYLE}"),
            "style() raised ZeroDivisionError",
            "Fix style()",
        ),
    ],
)
def test_a_bad_sample_costs_that_sample(tmp_path: Path, text: str, said: str, fix: str) -> None:
    path = write(tmp_path, text)
    integration = load_script(path)
    training = integration.load_subsets()[0]
    readings = integration.read(training, range(5, 10))
    assert [isinstance(reading, Reading) for reading in readings] == [True, True, False, True, True]
    problem = readings[2]
    assert isinstance(problem, SampleError)
    assert said in problem.message
    assert fix in (problem.fix or "")
    assert "\n" not in str(problem)
    assert (problem.where.subset, problem.where.sample_id) == ("training", "7")
    assert problem.where.file == str(path)
    assert problem.where.function in ("image", "digit", "style")
    if "# HERE" in text:
        assert problem.where.line == line_of(text)


def test_the_first_sample_does_not_decide_the_shape(tmp_path: Path) -> None:
    odd_one = changed(IMAGE, f"    if sample_id == 0:\n        return np.zeros((1, 9, 9))\n{IMAGE}")
    integration = load_script(write(tmp_path, odd_one))
    readings = integration.read(integration.load_subsets()[0], [0, 1])
    assert [isinstance(reading, Reading) for reading in readings] == [False, True]


def test_two_metadata_functions_cannot_give_one_field(tmp_path: Path) -> None:
    text = changed('@pc.metadata("style")', "@pc.metadata") + (
        "\n@pc.metadata\ndef more(sample_id, samples): return {'mean': 0}\n"
    )
    integration = load_script(write(tmp_path, text))
    [problem] = integration.read(integration.load_subsets()[0], [1])
    assert isinstance(problem, SampleError)
    assert "the field 'mean', which another metadata function gives too" in problem.message


@pytest.mark.parametrize(
    ("returned", "metadata"),
    [
        ("3", {"style": 3}),
        ("None", {"style": None}),
        ("float('nan')", {"style": None}),
        ("-np.inf", {"style": None}),
        ("np.float32(0.5)", {"style": 0.5}),
        ("np.array(2)", {"style": 2}),
        ("np.bool_(True)", {"style": True}),
        ("np.str_('x')", {"style": "x"}),
        ("'caf\\u00e9 \\ud800'", {"style": "café ?"}),
        ("{}", {}),
        (
            "{'a': np.int64(1), 'b': 'x', 'c': None}",
            {"style_a": 1, "style_b": "x", "style_c": None},
        ),
    ],
)
def test_metadata_becomes_plain_scalars(
    tmp_path: Path, returned: str, metadata: dict[str, object]
) -> None:
    integration = load_script(write(tmp_path, changed(STYLE, f"    return {returned}")))
    [reading] = integration.read(integration.load_subsets()[0], [1])
    assert isinstance(reading, Reading)
    assert reading.metadata == metadata
    assert [type(v) for v in reading.metadata.values()] == [type(v) for v in metadata.values()]


def test_metadata_without_a_name(tmp_path: Path) -> None:
    text = changed('@pc.metadata("style")', "@pc.metadata()")
    text += "\n@pc.metadata\ndef bright(sample_id, samples): return True\n"
    integration = load_script(write(tmp_path, text))
    [reading] = integration.read(integration.load_subsets()[0], [1])
    assert isinstance(reading, Reading)
    assert list(reading.metadata) == ["mean", "even", "bright"]


def test_unlabeled_samples_have_no_ground_truth(tmp_path: Path) -> None:
    text = (
        changed('"validation", ids=range(30, 40)', '"unlabeled", ids=["a", "b"]')
        .replace(
            IMAGE, f"    if isinstance(sample_id, str):\n        return samples.data[0]\n{IMAGE}"
        )
        .replace(STYLE, "    return str(sample_id)")
    )
    integration = load_script(write(tmp_path, text))
    unlabeled = integration.load_subsets()[1]
    assert unlabeled.subset is Subset.UNLABELED
    [reading] = integration.read(unlabeled, ["b"])
    assert isinstance(reading, Reading)
    assert reading.ground_truths == {}
    assert reading.metadata == {"style": "b"}


def test_double_precision_is_halved_and_numbers_are_arrays(tmp_path: Path) -> None:
    integration = load_script(
        write(tmp_path, changed(IMAGE, f"    return np.ones((1, 2, 3)) * 2\n{IMAGE}"))
    )
    [reading] = integration.read(integration.load_subsets()[0], [1])
    assert isinstance(reading, Reading)
    assert reading.inputs["image"].dtype == np.float32
    assert reading.ground_truths["digit"].shape == ()


def test_nothing_readable_is_told_with_the_first_reason(tmp_path: Path) -> None:
    integration = load_script(
        write(tmp_path, changed(IMAGE, f"    raise OSError('no disk')\n{IMAGE}"))
    )
    with pytest.raises(IntegrationError, match="None of the samples tried could be read") as caught:
        read_spread(integration)
    assert "no disk" in caught.value.message
    assert caught.value.where.sample_id == "0"


def test_a_spread_goes_from_first_to_last(tmp_path: Path) -> None:
    samples = load_script(write(tmp_path)).load_subsets()[0]
    assert spread(samples, 4) == [0, 9, 19, 29]
    assert spread(samples, 1) == [0]
    assert spread(samples, 100) == list(range(30))


def test_threads_read_the_same(tmp_path: Path) -> None:
    integration = load_script(write(tmp_path))
    training = integration.load_subsets()[0]
    with ThreadPoolExecutor(8) as pool:
        chunks = list(pool.map(lambda _: integration.read(training, range(30)), range(16)))
    for chunk in chunks:
        for sample_id, reading in enumerate(chunk):
            assert isinstance(reading, Reading)
            assert np.array_equal(reading.inputs["image"], training.data[sample_id])


def test_reading_costs_little(tmp_path: Path) -> None:
    """The floor is 25 µs of CPU a sample on a quiet machine; a busy one gets four times that."""
    integration = load_script(write(tmp_path))
    training = integration.load_subsets()[0]
    ids = list(range(30)) * 20
    integration.read(training, ids)
    best = min(_cpu_seconds(lambda: integration.read(training, ids)) for _ in range(5))
    assert best / len(ids) < 100e-6


def _cpu_seconds(work: object) -> float:
    start = time.thread_time()
    work()  # type: ignore[operator]
    return time.thread_time() - start


def test_visualizers_are_called_for_one_sample(tmp_path: Path) -> None:
    [visualizer] = load_script(write(tmp_path)).visualizers
    batch = Batch([SampleKey(Subset.TEST, "x")], {"image": np.full((1, 1, 2, 3), 0.5)}, {}, {}, ONE)
    visual = show(visualizer, batch, 0)
    assert isinstance(visual, Image)
    assert visual.data.shape == (2, 3, 1)


@pytest.mark.parametrize(
    ("returned", "said", "fix"),
    [
        ("pc.Image(np.zeros((3, 8, 8)))", "Image has a picture of shape (3, 8, 8)", "np.transpose"),
        ("image", "picture() returned a ndarray", "Return one of: Image,"),
        ("1 / 0", "picture() raised ZeroDivisionError", "Fix picture()"),
    ],
)
def test_a_wrong_visual_costs_that_sample(
    tmp_path: Path, returned: str, said: str, fix: str
) -> None:
    text = changed("    return pc.Image(image[0] * 255)", f"    return {returned}  # HERE")
    [visualizer] = load_script(write(tmp_path, text)).visualizers
    batch = Batch([SampleKey(Subset.TEST, "x")], {"image": np.zeros((1, 1, 2, 3))}, {}, {}, ONE)
    problem = show(visualizer, batch, 0)
    assert isinstance(problem, SampleError)
    assert said in problem.message
    assert fix in (problem.fix or "")
    assert (problem.where.subset, problem.where.sample_id) == ("test", "x")
    assert not isinstance(problem, VisualError)


def test_a_visualizer_may_have_nothing_to_show(tmp_path: Path) -> None:
    text = changed("    return pc.Image(image[0] * 255)", "    return None")
    text += "\n@pc.visualizer('truth')\ndef truth(digit): return pc.Text([str(digit)])\n"
    none, truth = load_script(write(tmp_path, text)).visualizers
    batch = Batch([SampleKey(Subset.UNLABELED, 1)], {"image": np.zeros((1, 1, 2, 3))}, {}, {}, ONE)
    assert show(none, batch, 0) is None
    assert show(truth, batch, 0) is None
