"""Finding and running a `code_loader` script: what is visible when, and every way it fails."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

from percepta.core.errors import IntegrationError
from percepta.integration import Reading, load_script
from percepta.integration.code_loader.finder import NAME, visibility
from tests.integration.scripts import line_of

SMALL = """
import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType
from code_loader.inner_leap_binder.leapbinder_decorators import *

@tensorleap_preprocess()
def preprocess():
    states = [DataStateType.training, DataStateType.validation]
    return [PreprocessResponse(sample_ids=["a", "b"], state=state) for state in states]

@tensorleap_input_encoder("x", channel_dim=-1)
def x(sample_id, preprocess):
    return np.float32([1, 2])

@tensorleap_gt_encoder("y")
def y(sample_id, preprocess):
    return np.float32([3])

@tensorleap_custom_loss("gap")
def gap(truth, guess):
    return np.abs(truth - guess)[:, 0]

@tensorleap_load_model([PredictionTypeHandler("y", ["n"])])
def load_model():
    return "model.onnx"

@tensorleap_integration_test()
def integration_test(sample_id, preprocess):
    gap(y(sample_id, preprocess), load_model()(x(sample_id, preprocess)))  # HERE

if __name__ == "__main__":
    raise AssertionError("only runs by hand")
"""


def write(folder: Path, text: str = SMALL, name: str = "leap_integration.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return path


def importable() -> bool:
    """Whether `code_loader` is ours at this moment."""
    return visibility._finder in sys.meta_path


def test_the_package_is_visible_to_the_script_alone(tmp_path: Path) -> None:
    gc.collect()
    before = {name for name in sys.modules if name.split(".")[0] == NAME}
    integration = load_script(write(tmp_path))
    assert importable()
    assert sys.modules[NAME] is importlib.import_module("percepta.integration.code_loader.module")
    assert integration.make_model() == "model.onnx"
    del integration
    gc.collect()
    assert not importable()
    assert {name for name in sys.modules if name.split(".")[0] == NAME} == before


def test_one_module_under_both_names(tmp_path: Path) -> None:
    integration = load_script(write(tmp_path))
    from percepta.integration.code_loader.module.contract import datasetclasses

    seen = importlib.import_module("code_loader.contract.datasetclasses")
    assert seen is datasetclasses
    assert seen.__spec__.name == datasetclasses.__name__
    assert isinstance(integration.load_subsets()[0].data, datasetclasses.PreprocessResponse)


def test_a_package_imported_before_is_set_aside_and_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gc.collect()
    theirs, part = ModuleType(NAME), ModuleType(f"{NAME}.contract")
    monkeypatch.setitem(sys.modules, NAME, theirs)
    monkeypatch.setitem(sys.modules, f"{NAME}.contract", part)
    integration = load_script(write(tmp_path))
    assert sys.modules[NAME] is not theirs
    del integration
    gc.collect()
    assert sys.modules[NAME] is theirs
    assert sys.modules[f"{NAME}.contract"] is part
    assert f"{NAME}.contract.datasetclasses" not in sys.modules


def test_a_failing_script_leaves_nothing_behind(tmp_path: Path) -> None:
    gc.collect()
    with pytest.raises(IntegrationError):
        load_script(write(tmp_path, SMALL + "\n1 / 0"))
    assert not importable()
    assert str(tmp_path) not in sys.path
    assert "__MAPPING_RUNTIME_MODE__" not in os.environ


def test_helpers_imported_when_called_find_the_package(tmp_path: Path) -> None:
    write(tmp_path, "from code_loader import leap_binder\nVALUE = leap_binder.offset", "later.py")
    text = SMALL.replace(
        "    return np.float32([1, 2])", "    import later\n    return np.float32([later.VALUE])"
    )
    integration = load_script(write(tmp_path, text + "\nleap_binder.offset = 7"))
    [reading] = integration.read(integration.load_subsets()[0], ["a"])
    assert isinstance(reading, Reading)
    assert reading.inputs["x"].tolist() == [7]


def test_two_scripts_in_one_process_do_not_mix(tmp_path: Path) -> None:
    first = load_script(write(tmp_path / "one"))
    second = load_script(write(tmp_path / "two", SMALL.replace('"x"', '"z"')))
    again = load_script(write(tmp_path / "one"))
    assert [e.name for e in first.inputs] == [e.name for e in again.inputs] == ["x"]
    assert [e.name for e in second.inputs] == ["z"]
    assert len(again.losses) == len(second.losses) == 1
    assert first.code_hash == again.code_hash != second.code_hash


def test_decorators_in_a_module_beside_the_script_count(tmp_path: Path) -> None:
    head, tail = SMALL.split("@tensorleap_load_model")
    write(tmp_path, head, "encoders.py")
    text = "from encoders import *\n@tensorleap_load_model" + tail
    integration = load_script(write(tmp_path, text))
    assert [e.name for e in integration.inputs] == ["x"]
    assert integration.inputs[0].where.file is not None
    assert integration.inputs[0].where.file.endswith("encoders.py")


def test_importing_it_by_hand_elsewhere_never_gives_ours(tmp_path: Path) -> None:
    source = "import percepta.integration\ntry:\n    import code_loader\nexcept ImportError:\n    "
    source += "print('none')\nelse:\n    print(code_loader.__name__, code_loader.__file__)"
    environment = {**os.environ, "TL_DISABLE_ANALYTICS": "1", "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, env=environment
    )
    assert "percepta" not in ran.stdout
    assert ran.stdout.strip()


def test_a_project_by_its_folder_or_its_leap_yaml(tmp_path: Path) -> None:
    write(tmp_path, SMALL + "\nimport shared_part", "code/entry.py")
    write(tmp_path, "VALUE = 1", "shared_part.py")
    write(tmp_path, "entryFile: code/entry.py\nprojectId: abc\nunknown: [1]", "leap.yaml")
    for given in (tmp_path, tmp_path / "leap.yaml", tmp_path / "code" / "entry.py"):
        integration = load_script(given)
        assert integration.name == "entry"
        assert integration.path == str(tmp_path / "code" / "entry.py")
        assert integration.notes == ()


@pytest.mark.parametrize("name", ["leap_integration.py", "leap_binder.py"])
def test_the_usual_entry_scripts_need_no_naming(tmp_path: Path, name: str) -> None:
    write(tmp_path, SMALL, name)
    assert load_script(tmp_path).name == name.removesuffix(".py")
    write(tmp_path, "exclude: []", "leap.yaml")
    assert load_script(tmp_path).name == name.removesuffix(".py")


def test_files_left_out_by_leap_yaml_are_told(tmp_path: Path) -> None:
    write(tmp_path, SMALL + "\nimport part.inner, part.other")
    write(tmp_path, "", "part/__init__.py")
    write(tmp_path, "VALUE = 1", "part/inner.py")
    write(tmp_path, "VALUE = 1", "part/other.py")
    config = "include: ['*.py', 'part/**']\nexclude: [part/in*.py]\npythonVersion: py27"
    write(tmp_path, config, "leap.yaml")
    left_out, python = load_script(tmp_path).notes
    assert left_out.startswith("part/inner.py is left out")
    assert "py27" in python


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("entryFile: [", "leap.yaml is not valid YAML"),
        ("- a list", "leap.yaml holds a list, not settings"),
        ("entryFile: none.py", "The entryFile 'none.py' is not there"),
        ("branch: main", "There is no entryFile in leap.yaml"),
    ],
)
def test_a_wrong_leap_yaml_is_told(tmp_path: Path, config: str, said: str) -> None:
    write(tmp_path, config, "leap.yaml")
    with pytest.raises(IntegrationError, match=said) as caught:
        load_script(tmp_path)
    assert caught.value.where.file == str(tmp_path / "leap.yaml")
    assert caught.value.fix


CALL = "gap(y(sample_id, preprocess), load_model()(x(sample_id, preprocess)))  # HERE"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (CALL, "gap(y(sample_id, preprocess) * 2, None)  # HERE", "computes with an array (mul)"),
        (CALL, "x(sample_id, preprocess).mean()  # HERE", "uses .mean of an array"),
        (CALL, "np.argmax(x(sample_id, preprocess))  # HERE", "argmax"),
        (CALL, "gap(x(sample_id, preprocess))  # HERE", "calls gap() without 'guess'"),
        (CALL, "gap(truth=1, guess=2)  # HERE", "gives gap() a int as 'truth'"),
        (CALL, "gap(1, 2, 3)  # HERE", "calls gap() with 3 arrays"),
        (CALL, "load_model()(x(sample_id, preprocess))['z']  # HERE", "the prediction 'z'"),
        (CALL, "load_model()(x(sample_id, preprocess))[11]  # HERE", "prediction 11"),
        (CALL, "a = x(sample_id, preprocess); load_model()([a, a])  # HERE", "to two inputs"),
        (CALL, "load_model().run(['y'], {})  # HERE", "selects outputs of the model by name"),
        (
            CALL,
            "for one in x(sample_id, preprocess): pass  # HERE",
            "computes with an array (iter)",
        ),
        (CALL, "preprocess.data[0]  # HERE", "raised TypeError"),
        (
            '@tensorleap_gt_encoder("y")\ndef y(sample_id, preprocess)',
            '@tensorleap_gt_encoder("y")  # HERE\ndef y(sample_id)',
            "y(sample_id) must take (sample_id, preprocess)",
        ),
        (
            '"x", channel_dim=-1)',
            '"x", channel_dim=0)  # HERE',
            "The channel_dim of input 'x' is 0",
        ),
        (
            '@tensorleap_gt_encoder("y")',
            '@tensorleap_metadata("m")\ndef m(a, b): pass\n'
            '@tensorleap_metadata("m")  # HERE\ndef m2(a, b): pass\n@tensorleap_gt_encoder("y")',
            "The metadata function 'm' is declared twice",
        ),
        (
            "@tensorleap_preprocess()\ndef preprocess():",
            "def preprocess():",
            "says nothing about its samples",
        ),
        (CALL, "load_model()(y(sample_id, preprocess))  # HERE", "the GroundTruth 'y'"),
        (
            '@tensorleap_input_encoder("x", channel_dim=-1)\ndef x',
            "def x",
            "feeds the model a",
        ),
        ("import numpy as np", "import no_such_module_y", "No module named 'no_such_module_y'"),
        ("import numpy as np", "import numpy as np\nimport code_loader.none", "code_loader.none"),
        (
            "import numpy as np",
            "import numpy as np\nfrom code_loader.helpers.detection.utils import xyxy",
            "Install 'code-loader-helpers'",
        ),
    ],
)
def test_a_wrong_script_is_told_in_one_sentence(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert SMALL.count(old) == 1
    text = SMALL.replace(old, new)
    path = write(tmp_path, text)
    with pytest.raises(IntegrationError) as caught:
        load_script(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.fix
    assert caught.value.where.file == str(path)
    if "# HERE" in new:
        assert caught.value.where.line == line_of(text)


def test_preprocess_that_returns_something_else_is_told(tmp_path: Path) -> None:
    for returned, said in [
        ("None", r"preprocess\(\) returned None"),
        ("[1]", "a list with a int in it"),
        ("[PreprocessResponse(length=1, state=DataStateType.test)] * 2", "'test' twice"),
    ]:
        text = SMALL.replace(
            '[PreprocessResponse(sample_ids=["a", "b"], state=state) for state in states]', returned
        )
        integration = load_script(write(tmp_path, text))
        with pytest.raises(IntegrationError, match=said) as caught:
            integration.load_subsets()
        assert caught.value.where.function == "preprocess"


def test_the_models_inputs_may_be_numbered_by_their_decorators(tmp_path: Path) -> None:
    head = SMALL.split("@tensorleap_gt_encoder")[0].replace(
        '"x", channel_dim=-1', '"x", model_input_index=1'
    )
    more = '@tensorleap_input_encoder("first", model_input_index=0)\ndef first(a, b): pass\n'
    unfed = '@tensorleap_input_encoder("unfed")\ndef unfed(a, b): pass\n'
    integration = load_script(write(tmp_path, head + more + unfed))
    found = [(encoder.name, encoder.fed) for encoder in integration.inputs]
    assert found == [("first", True), ("x", True), ("unfed", False)]
