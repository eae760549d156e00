"""Loading scripts: the good one in full, and every way a script fails, with its sentence."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.core.subsets import Subset
from percepta.integration import (
    Connection,
    Prediction,
    Reading,
    Samples,
    load_script,
    use_loss,
)
from tests.integration.scripts import GOOD, changed, line_of, write


def test_a_script_becomes_an_integration(tmp_path: Path) -> None:
    path = write(tmp_path)
    integration = load_script(path)
    assert integration.name == "script"
    assert integration.path == str(path)
    assert [encoder.name for encoder in integration.inputs] == ["image"]
    assert integration.inputs[0].channel_axis == 0
    assert integration.predictions == (Prediction("scores", ["a", "b", "c"]),)
    assert integration.losses[0].connections == (
        Connection("digit", "ground_truth", "digit"),
        Connection("scores", "prediction", "scores"),
    )
    assert [c.source for c in integration.metrics[0].connections] == ["prediction", "ground_truth"]
    assert integration.metrics[0].direction is Direction.UP
    assert integration.make_model() == "model.onnx"

    training, validation = integration.load_subsets()
    assert (training.subset, len(training)) == (Subset.TRAINING, 30)
    assert (validation.subset, len(validation)) == (Subset.VALIDATION, 10)
    [reading] = integration.read(validation, [31])
    assert isinstance(reading, Reading)
    assert np.array_equal(reading.inputs["image"], validation.data[31])
    assert reading.ground_truths["digit"] == 31 % 3
    assert reading.metadata == {
        "style_mean": pytest.approx(float(validation.data[31].mean())),
        "style_even": False,
    }


def test_the_subsets_function_runs_once(tmp_path: Path) -> None:
    counting = GOOD.replace("def subsets():", "calls = []\ndef subsets():\n    calls.append(1)")
    counting = counting.replace("@pc.subsets\ncalls = []", "calls = []\n@pc.subsets")
    integration = load_script(write(tmp_path, counting))
    threads = [threading.Thread(target=integration.load_subsets) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(integration.subsets.__globals__["calls"]) == 1  # type: ignore[attr-defined]


def test_scripts_do_not_leak_into_each_other(tmp_path: Path) -> None:
    first = load_script(write(tmp_path, GOOD, "first.py"))
    second = load_script(
        write(
            tmp_path,
            changed('"image", channel_axis=0', '"photo"')
            .replace("def picture(image)", "def picture(photo)")
            .replace("image[0]", "photo[0]"),
            "second.py",
        )
    )
    assert [e.name for e in first.inputs] == ["image"]
    assert [e.name for e in second.inputs] == ["photo"]
    assert first.code_hash != second.code_hash


def test_modules_beside_the_script_are_found_hashed_and_never_mixed_up(tmp_path: Path) -> None:
    hashes = []
    for value in (1, 2):
        folder = tmp_path / f"project{value}"
        folder.mkdir()
        (folder / "shared_code.py").write_text(f"VALUE = {value}\n")
        (folder / "later.py").write_text(f"VALUE = {value * 10}\n")
        text = changed(
            "    return sample_id % 3",
            "    import later\n    return shared_code.VALUE + later.VALUE",
        ).replace("import percepta as pc", "import percepta as pc\nimport shared_code")
        integration = load_script(write(folder, text))
        [reading] = integration.read(integration.load_subsets()[0], [0])
        assert isinstance(reading, Reading)
        assert reading.ground_truths["digit"] == 11 * value
        hashes.append(integration.code_hash)
    assert hashes[0] != hashes[1]


def test_an_edited_module_beside_the_script_is_read_again(tmp_path: Path) -> None:
    text = GOOD.replace("import numpy as np", "import numpy as np\nimport beside")
    (tmp_path / "beside.py").write_text("VALUE = 'old'\n")
    first = load_script(write(tmp_path, text))
    (tmp_path / "beside.py").write_text("VALUE = 'newer'\n")
    second = load_script(write(tmp_path, text))
    assert second.subsets.__globals__["beside"].VALUE == "newer"  # type: ignore[attr-defined]
    assert first.code_hash != second.code_hash


def test_the_folder_leaves_the_path_with_the_integration(tmp_path: Path) -> None:
    integration = load_script(write(tmp_path))
    assert str(tmp_path) in sys.path
    del integration
    assert str(tmp_path) not in sys.path
    with pytest.raises(IntegrationError):
        load_script(write(tmp_path, "1 / 0"))
    assert str(tmp_path) not in sys.path


def test_decorators_outside_of_a_load_change_nothing(tmp_path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "by_hand"}
    exec(compile(GOOD, "by_hand.py", "exec"), namespace)  # noqa: S102
    use_loss("cross_entropy")
    assert namespace["digit"](7, None) == 1  # type: ignore[operator]


def test_a_range_of_many_ids_costs_nothing() -> None:
    samples = Samples("test", range(10**12))
    assert samples.position(10**11) == 10**11


@pytest.mark.parametrize(
    ("text", "said", "fix"),
    [
        ("1 / 0  # HERE", "The script raised ZeroDivisionError: division by zero", "Correct that"),
        ("def f():\n    raise KeyError('x')  # HERE\nf()", "raised KeyError", "Correct that line"),
        ("x = (1,  # HERE", "not valid Python: '(' was never closed", "Correct that line"),
        ("import no_such_module_x  # HERE", "No module named 'no_such_module_x'", "Install"),
        ("raise SystemExit(3)  # HERE", "ended itself with exit code 3", "__main__"),
        ("", "says nothing about its samples", "@percepta.subsets"),
        (
            "import percepta as pc\n@pc.subsets\ndef s(): return []",
            "no input for the model",
            "@percepta.input",
        ),
        (
            changed('@pc.input("image", channel_axis=0)', "@pc.input  # HERE"),
            "@percepta.input needs a name",
            "Write @percepta.input('image')",
        ),
        (
            changed("@pc.subsets\ndef subsets():", "@pc.subsets # HERE\ndef subsets(x):"),
            "subsets(x) must take no arguments",
            "Write def subsets()",
        ),
        (
            changed("def image(sample_id, samples)", "def image(sample_id)").replace(
                '@pc.input("image", channel_axis=0)', '@pc.input("image")  # HERE'
            ),
            "image(sample_id) must take (sample_id, samples)",
            "Write def image(sample_id, samples)",
        ),
        (
            GOOD + '\n@pc.ground_truth("digit")  # HERE\ndef again(sample_id, samples): return 1',
            "two ground truths named 'digit'",
            "Rename",
        ),
        (
            GOOD + '\n@pc.metric("cost")  # HERE\ndef again(scores): return scores',
            "'cost' has the name of a field of a loss",
            "Rename",
        ),
        (
            changed('@pc.metadata("style")', '@pc.metadata("subset")  # HERE'),
            "'subset' has the name of a field of the run itself",
            "Rename",
        ),
        (
            changed('direction="up")', 'direction="higher")  # HERE'),
            "the direction 'higher'",
            "Use 'up'",
        ),
        (
            changed('@pc.loss("cost")', '@pc.loss("cost")  # HERE').replace(
                "def cost(digit, scores)", "def cost(digit, scorez)"
            ),
            "The argument 'scorez' of cost() matches nothing",
            "Did you mean 'scores'? There is: input.image, ground_truth.digit, prediction.scores",
        ),
        (
            changed(
                '@pc.loss("cost")', '@pc.loss("cost", connect={"scores": "prediction.x"}) # HERE'
            ),
            "There is no prediction 'x'",
            "prediction.scores",
        ),
        (
            changed('@pc.loss("cost")', '@pc.loss("cost", connect={"logits": "scores"})  # HERE'),
            "the argument 'logits', which cost() does not have",
            "Its arguments are: digit, scores",
        ),
        (
            changed(
                'pc.Prediction("scores", labels=["a", "b", "c"])', 'pc.Prediction("image")'
            ).replace('@pc.loss("cost")', '@pc.loss("cost", connect={"scores": "image"})  # HERE'),
            "could be 'input.image' or 'prediction.image'",
            "connect={'scores': 'prediction.image'}",
        ),
        (
            GOOD + '\n@pc.input("second")\ndef second(sample_id, samples): return 1\n'
            '@pc.metric("size")  # HERE\ndef size(input): return input',
            "'input' means the only input, but there are 2 of them",
            "input.image, input.second",
        ),
        (
            GOOD + "\npc.use_loss('cross_entrpy')  # HERE",
            "no built-in loss 'cross_entrpy'",
            "Use one of cross_entropy",
        ),
        (GOOD + "\npc.use_metric('top_0')  # HERE", "no built-in metric 'top_0'", "accuracy"),
        (
            GOOD + "\npc.use_loss('mse', ground_truth='letter')  # HERE",
            "no ground truth 'letter'",
            "ground_truth.digit",
        ),
        (
            changed('["a", "b", "c"])])', '["a", "b", "a"])])  # HERE'),
            "The label 'a' of prediction 'scores' appears more than once",
            "its own label",
        ),
        (
            changed("@pc.model(predictions=[", "@pc.model(predictions=[7, "),
            "A int is not a prediction",
            "percepta.Prediction",
        ),
    ],
)
def test_a_wrong_script_is_told_in_one_sentence(
    tmp_path: Path, text: str, said: str, fix: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(IntegrationError) as caught:
        load_script(path)
    assert said in caught.value.message
    assert fix in (caught.value.fix or "")
    assert "\n" not in str(caught.value)
    assert caught.value.where.file == str(path)
    if "# HERE" in text:
        assert caught.value.where.line == line_of(text)


def test_files_that_are_no_script(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x08")
    for path, said in [
        (tmp_path / "none.py", "no such script"),
        (tmp_path, "is a folder"),
        (tmp_path / "model.onnx", r"ends in \.py, not \.onnx"),
    ]:
        with pytest.raises(IntegrationError, match=said) as caught:
            load_script(path)
        assert caught.value.where.file == str(path)


def test_an_error_in_a_module_beside_the_script_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "beside_broken.py").write_text("def f():\n    return undefined_name\n")
    with pytest.raises(IntegrationError, match="NameError") as caught:
        load_script(write(tmp_path, "import beside_broken\nbeside_broken.f()"))
    assert str(caught.value.where).endswith("beside_broken.py:2, in f()")


def test_paths_are_shown_as_one_would_write_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "def f():\n    1 / 0\nf()")
    with pytest.raises(IntegrationError) as caught:
        load_script("script.py")
    assert str(caught.value.where) == "script.py:2, in f()"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("    raise OSError('no weights')", "model() raised OSError: no weights"),
        ("    return None", "model() returned None"),
    ],
)
def test_a_model_function_that_fails(tmp_path: Path, model: str, said: str) -> None:
    integration = load_script(write(tmp_path, changed('    return "model.onnx"', model)))
    with pytest.raises(IntegrationError) as caught:
        integration.make_model()
    assert said in caught.value.message
    assert caught.value.where.function == "model"
    assert "--model" in (caught.value.fix or "") or "Return the model" in (caught.value.fix or "")


@pytest.mark.parametrize(
    ("returned", "said", "fix"),
    [
        ("[]", "returned no samples", "at least one"),
        ("None", "returned None", "list of percepta.Samples"),
        ("[range(3)]", "a list with a range in it", "percepta.Samples"),
        (
            "[pc.Samples('test', 3), pc.Samples('test', 4)]",
            "the subset 'test' twice",
            "into one percepta.Samples",
        ),
        ("[pc.Samples('train', 3)]", "no subset 'train'", "training, validation, test"),
        ("[pc.Samples('test', [])]", "There are no samples", "at least one id"),
        ("[pc.Samples('test', 0)]", "There are no samples", "at least one id"),
        ("[pc.Samples('test', [1, 2, 1])]", "The id 1 appears more than once", "its own id"),
        ("[pc.Samples('test', ['a', 'b', 'a'])]", "The id 'a' appears more than once", "own id"),
        ("[pc.Samples('test', [1, 'a'])]", "of type int, str", "all ids int, or all ids str"),
        ("[pc.Samples('test', [1.5])]", "of type float", "all ids int, or all ids str"),
        ("[pc.Samples('test', [True])]", "of type bool", "all ids int, or all ids str"),
        ("[pc.Samples('test', ['x' * 257])]", "has 257 characters", "1 to 256 characters"),
        ("[pc.Samples('test', ['a', ''])]", "has 0 characters", "1 to 256 characters"),
        ("[pc.Samples('test', [2**63])]", "is too large", "str ids"),
        ("[pc.Samples('test', ['\\ud800'])]", "not valid text", "number the samples"),
        ("[pc.Samples('test', 'abc')]", "are 'abc', not a list", "a list of int or str"),
        ("[pc.Samples('test', None)]", "are None, not a list", "a list of int or str"),
        ("open('/no/such/file')", "raised FileNotFoundError", "it runs once"),
    ],
)
def test_wrong_samples_are_told_in_one_sentence(
    tmp_path: Path, returned: str, said: str, fix: str
) -> None:
    start, end = GOOD.index("    data ="), GOOD.index("@pc.input")
    path = write(tmp_path, f"{GOOD[:start]}    return {returned}\n{GOOD[end:]}")
    integration = load_script(path)
    with pytest.raises(IntegrationError) as caught:
        integration.load_subsets()
    assert said in caught.value.message
    assert fix in (caught.value.fix or "")
    assert caught.value.where.file == str(path)
    assert caught.value.where.function == "subsets"
    assert "\n" not in str(caught.value)


def test_a_script_that_uses_keras_gets_the_backend_its_models_are_opened_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    script = tmp_path / "script.py"
    script.write_text(
        "import os, percepta\n"
        "BACKEND = os.environ['KERAS_BACKEND']\n"
        "@percepta.subsets\ndef subsets(): return percepta.Samples('training', ids=1)\n"
        "@percepta.input('x')\ndef x(sample_id, samples): return [1.0]\n"
        "@percepta.metadata('backend')\ndef backend(sample_id, samples): return BACKEND\n"
    )
    integration = load_script(script)
    reading = integration.read(integration.load_subsets()[0], [0])[0]
    assert reading.metadata == {"backend": "torch"}  # type: ignore[union-attr]
