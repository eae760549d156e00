"""A ``.pt2`` file of a stranger runs nothing (promise T5); each canary would touch a marker."""

from __future__ import annotations

import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import ModelError, UntrustedModelError
from percepta.models import open_model
from tests.models.interface_cases import batch, export_program, quiet
from tests.models.test_torch_files import Canary

GRAPH = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"
CONSTANTS = "data/constants/model_constants_config.json"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the members of an honest file."""
    path = tmp_path_factory.mktemp("honest") / "model.pt2"
    torch.export.save(export_program(dynamic=True), path)
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def file(tmp_path, saved):
    """Return a file whose members a test may change."""
    return Pt2(tmp_path / "model.pt2", dict(saved))


class Pt2:
    """The members of a file, and the file itself once it is written."""

    def __init__(self, path: Path, members: dict[str, bytes]) -> None:
        self.path, self.members = path, members

    def change(self, name: str, change) -> None:
        """Change a JSON member in place."""
        value = json.loads(self.members[name])
        change(value)
        self.members[name] = json.dumps(value).encode()

    def write(self) -> Path:
        with zipfile.ZipFile(self.path, "w") as archive:
            for name, content in self.members.items():
                archive.writestr(f"model/{name}", content)
        return self.path


def saved_canary(marker: Path) -> bytes:
    file = io.BytesIO()
    torch.save(Canary(marker), file)
    return file.getvalue()


def in_weights(file, marker):
    def change(config):
        next(iter(config["config"].values())).update(use_pickle=True, path_name="weight_0")

    file.change(WEIGHTS, change)
    file.members["data/weights/weight_0"] = saved_canary(marker)


def in_weights_of_an_older_kind(file, marker):
    del file.members[WEIGHTS]
    file.members["data/weights/model.pt"] = saved_canary(marker)


def in_constants(file, marker):
    tensor_meta = next(iter(json.loads(file.members[WEIGHTS])["config"].values()))["tensor_meta"]

    def change(config):
        config["config"]["c"] = {
            "path_name": "opaque_obj_0",
            "is_param": False,
            "use_pickle": True,
            "tensor_meta": tensor_meta,
        }

    file.change(CONSTANTS, change)
    file.members["data/constants/opaque_obj_0"] = pickle.dumps(Canary(marker))


def in_sample_inputs(file, marker):
    file.members["data/sample_inputs/model.pt"] = saved_canary(marker)


def in_the_size_of_a_tensor(file, marker):
    code = f"__import__('pathlib').Path({str(marker)!r}).touch()"

    def change(program):
        sizes = program["graph_module"]["graph"]["tensor_values"]["image"]["sizes"]
        sizes[0] = {"as_expr": {"expr_str": code, "hint": {"as_int": 2}}}

    file.change(GRAPH, change)


def in_the_size_of_a_tensor_behind_a_name(file, marker):
    code = f"Symbol(str(__import__('pathlib').Path({str(marker)!r}).touch()))"

    def change(program):
        sizes = program["graph_module"]["graph"]["tensor_values"]["image"]["sizes"]
        sizes[0] = {"as_expr": {"expr_str": code, "hint": {"as_int": 2}}}

    file.change(GRAPH, change)


def in_a_structure_that_imports(file, marker):
    folder = file.path.parent
    (folder / "percepta_canary.py").write_text(
        f"import pathlib\npathlib.Path({str(marker)!r}).touch()\nkind = int\n"
    )
    context = {
        "default_factory_module": "percepta_canary",
        "default_factory_name": "kind",
        "dict_context": ["class", "size"],
    }

    def change(program):
        signature = program["graph_module"]["module_call_graph"][0]["signature"]
        version, spec = json.loads(signature["out_spec"])
        spec.update(type="collections.defaultdict", context=context)
        signature["out_spec"] = json.dumps([version, spec])

    file.change(GRAPH, change)


def first_node(program, target, inputs):
    node = program["graph_module"]["graph"]["nodes"][0]
    node["target"] = target
    node["inputs"] = inputs


def in_an_operator_that_is_none(file, marker):
    argument = {"name": "", "arg": {"as_string": f"touch {marker}"}, "kind": 1}
    file.change(GRAPH, lambda p: first_node(p, "torch.serialization.os.system", [argument]))


def in_the_inside_of_a_library(file, marker):
    file.change(GRAPH, lambda p: first_node(p, "torch.ops.aten.__init__.__globals__", []))


def in_an_operator_that_writes_files(file, marker):
    arguments = [
        {"name": "filename", "arg": {"as_string": str(marker)}, "kind": 1},
        {"name": "shared", "arg": {"as_bool": True}, "kind": 1},
        {"name": "size", "arg": {"as_int": 4}, "kind": 1},
    ]
    file.change(GRAPH, lambda p: first_node(p, "torch.ops.aten.from_file.default", arguments))


def in_the_name_of_a_node(file, marker):
    code = f"x\nimport pathlib; pathlib.Path({str(marker)!r}).touch()\n#"
    old = json.loads(file.members[GRAPH])["graph_module"]["graph"]["nodes"][0]["name"]
    text = file.members[GRAPH].decode()
    file.members[GRAPH] = text.replace(f'"{old}"', json.dumps(code)).encode()


def in_guards(file, marker):
    code = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    file.change(GRAPH, lambda program: program.update(guards_code=[code]))


def in_a_library(file, marker):
    file.members["data/aotinductor/model/canary.so"] = b"\x7fELF"


def in_the_shadow_of_an_older_format(file, marker):
    file.members |= {
        "version": b"8.8",
        "serialized_exported_program.json": file.members[GRAPH],
        "serialized_state_dict.pt": saved_canary(marker),
        "serialized_constants.pt": b"",
        "serialized_example_inputs.pt": b"",
    }


REFUSED = {
    in_weights: "kept as a pickle",
    in_weights_of_an_older_kind: r"pickle that calls .*pathlib",
    in_constants: r"opaque_obj_0",
    in_the_size_of_a_tensor: r"evaluates .__import__",
    in_the_size_of_a_tensor_behind_a_name: r"evaluates .Symbol\(str",
    in_an_operator_that_is_none: r"calls 'torch\.serialization\.os\.system'",
    in_the_inside_of_a_library: r"calls 'torch\.ops\.aten\.__init__",
    in_an_operator_that_writes_files: r"calls 'torch\.ops\.aten\.from_file",
    in_the_name_of_a_node: r"a name is .x\\nimport",
    in_the_shadow_of_an_older_format: "pickle that calls",
}
LEFT_OUT = [in_sample_inputs, in_a_structure_that_imports, in_guards, in_a_library]
SING_WHEN_LOADED = [
    in_weights,
    in_weights_of_an_older_kind,
    in_constants,
    in_sample_inputs,
    in_the_size_of_a_tensor,
    in_the_size_of_a_tensor_behind_a_name,
    in_a_structure_that_imports,
]


@pytest.mark.parametrize("hide", REFUSED, ids=lambda hide: hide.__name__)
def test_what_would_run_is_refused_and_named(file, tmp_path, hide):
    marker = tmp_path / "marker"
    hide(file, marker)
    with pytest.raises(UntrustedModelError, match=REFUSED[hide]) as caught:
        open_model(file.write(), example=batch(2))
    assert "--trust" in caught.value.fix
    assert not marker.exists()


@pytest.mark.parametrize("hide", LEFT_OUT, ids=lambda hide: hide.__name__)
def test_what_is_not_needed_is_left_out(file, tmp_path, hide, monkeypatch):
    marker = tmp_path / "marker"
    monkeypatch.syspath_prepend(tmp_path)
    hide(file, marker)
    model = open_model(file.write(), example=batch(3), device="cpu")
    assert set(model.forward(batch()).outputs) == {"class", "size"}
    assert not marker.exists()
    assert "percepta_canary" not in sys.modules


@pytest.mark.parametrize("hide", SING_WHEN_LOADED, ids=lambda hide: hide.__name__)
def test_the_canaries_sing_where_torch_alone_loads_the_file(file, tmp_path, hide, monkeypatch):
    """So that the tests above cannot pass by a dead canary."""
    marker = tmp_path / "marker"
    monkeypatch.syspath_prepend(tmp_path)
    hide(file, marker)
    with quiet():
        try:
            torch.export.load(file.write())
        except Exception as error:
            assert marker.exists(), error
    sys.modules.pop("percepta_canary", None)
    assert marker.exists()


def test_a_trusted_file_of_more_than_tensors_opens(tmp_path):
    """Sparse or otherwise special weights are kept as pickles by torch itself."""
    path = tmp_path / "model.pt2"
    torch.export.save(export_program(dynamic=True), path)
    with zipfile.ZipFile(path) as archive:
        members = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    file = Pt2(path, members)
    weights = io.BytesIO()
    torch.save(nn.Parameter(torch.zeros(6, 3, 3, 3)), weights)
    file.members["data/weights/weight_0"] = weights.getvalue()
    file.change(
        WEIGHTS,
        lambda config: next(
            each for each in config["config"].values() if each["path_name"] == "weight_0"
        ).update(use_pickle=True),
    )
    with pytest.raises(UntrustedModelError, match="kept as a pickle"):
        open_model(file.write(), example=batch(2))
    assert (
        open_model(file.path, example=batch(2), trust=True, device="cpu").format == "torch.export"
    )


def test_what_is_no_program_is_named(file):
    graph = file.members.pop(GRAPH)
    with pytest.raises(ModelError, match="holds no exported program"):
        open_model(file.write(), example=batch(2))
    file.members["data/aotinductor/model/canary.so"] = b"\x7fELF"
    with pytest.raises(ModelError, match="compiled to native code"):
        open_model(file.write(), example=batch(2))
    for broken in (b"{", b"[]", b"[" * 100_000, graph[:-9]):
        file.members[GRAPH] = broken
        with pytest.raises(ModelError, match="damaged"):
            open_model(file.write(), example=batch(2))


def test_any_change_of_the_description_is_an_error_or_harmless(file):
    random = np.random.default_rng(0)
    honest = file.members[GRAPH]
    for _ in range(40):
        program = json.loads(honest)
        spot, parent, key = program, None, None
        while isinstance(spot, dict | list) and spot and (parent is None or random.random() < 0.9):
            keys = list(spot) if isinstance(spot, dict) else range(len(spot))
            parent, key = spot, keys[random.integers(len(keys))]
            spot = parent[key]
        parent[key] = [None, "x y", -1, [], {}, {"a": [1]}, 10**30][random.integers(7)]
        file.members[GRAPH] = json.dumps(program).encode()
        try:
            open_model(file.write(), example=batch(2), device="cpu").close()
        except ModelError as error:
            assert error.message


def test_a_part_that_unpacks_to_very_much_is_refused(file):
    with zipfile.ZipFile(file.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in file.members.items():
            archive.writestr(f"model/{name}", content if name != GRAPH else b" " * 2**25)
    with pytest.raises(ModelError, match="unpacks to far more"):
        open_model(file.path, example=batch(2))


def test_a_file_of_torch_2_7_opens(tmp_path):
    from torch._export.serde.serialize import serialize

    with quiet():
        artifact = serialize(export_program(dynamic=True))
    path = tmp_path / "old.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("version", "8.8")
        archive.writestr("serialized_exported_program.json", artifact.exported_program)
        archive.writestr("serialized_state_dict.pt", artifact.state_dict)
        archive.writestr("serialized_constants.pt", artifact.constants)
        archive.writestr("serialized_example_inputs.pt", artifact.example_inputs)
    model = open_model(path, example=batch(2), device="cpu")
    assert [layer.name for layer in model.layers] == [
        "first",
        "second",
        "table",
        "scores",
        "amount",
    ]
