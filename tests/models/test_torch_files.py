"""What PyTorch files hold is told without running it (promise T5)."""

from __future__ import annotations

import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import ModelError, UntrustedModelError
from percepta.models import open_model
from percepta.models.torch_pickles import imports_of
from tests.models.interface_cases import batch, export_program, quiet, traced_script
from tests.models.nets import Toy

IMAGE = {"image": np.ones((2, 1, 2, 2), np.float32)}
SUFFIXES = [".pt", ".pth", ".pkl", ".bin", ".ckpt", ".PT"]


class Canary(nn.Module):
    """A module whose pickle touches a marker when it is opened."""

    def __init__(self, marker: Path) -> None:
        super().__init__()
        self.marker = str(marker)

    def __reduce__(self):
        return (Path.touch, (Path(self.marker),))


@pytest.fixture
def marker(tmp_path):
    """Return a path that no file may have created by the end of the test."""
    path = tmp_path / "marker"
    yield path
    assert not path.exists()


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_runs_code_is_refused_with_what_it_would_call(tmp_path, marker, suffix, old):
    path = tmp_path / f"model{suffix}"
    torch.save(Canary(marker), path, _use_new_zipfile_serialization=not old)
    with pytest.raises(UntrustedModelError, match="would run code") as caught:
        open_model(path, example=IMAGE)
    assert "pathlib" in caught.value.message
    assert "--trust" in caught.value.fix
    assert caught.value.where.file == str(path)


def test_a_plain_pickle_is_refused_too(tmp_path, marker):
    for protocol in range(5):
        path = tmp_path / f"{protocol}.pkl"
        path.write_bytes(pickle.dumps({"net": Canary(marker)}, protocol=protocol))
        with pytest.raises(UntrustedModelError, match="would run code") as caught:
            open_model(path, example=IMAGE)
        assert "Path" in caught.value.message


def test_imports_are_read_in_every_protocol_and_from_damaged_pickles():
    for protocol in range(5):
        whole = pickle.dumps([Path, np.ndarray, Path], protocol=protocol)
        names = imports_of(whole)
        assert len(names) == 2
        assert names[0].startswith("pathlib") and names[1].endswith("ndarray")
        assert imports_of(whole + whole) == names
        assert set(imports_of(whole[:-6])) <= set(names)
    assert imports_of(b"not a pickle") == []


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
def test_a_whole_module_opens_with_trust(tmp_path, old):
    path = tmp_path / "model.pth"
    torch.save(Toy(), path, _use_new_zipfile_serialization=not old)
    with pytest.raises(UntrustedModelError, match=r"tests\.models\.nets\.Toy"):
        open_model(path, example=IMAGE)
    model = open_model(path, example=IMAGE, trust=True, device="cpu")
    assert model.forward(IMAGE).outputs["output"].tolist() == [[4.5], [4.5]]


@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_weights_alone_say_what_is_missing(tmp_path, suffix, old, trust):
    path = tmp_path / f"weights{suffix}"
    torch.save(Toy().state_dict(), path, _use_new_zipfile_serialization=not old)
    with pytest.raises(ModelError, match=r"4 tensors \(0\.weight, 0\.bias") as caught:
        open_model(path, example=IMAGE, trust=trust)
    assert not isinstance(caught.value, UntrustedModelError)
    assert "model function" in caught.value.fix


def test_other_things_that_torch_saves_say_what_they_are(tmp_path):
    for value, match in (
        (
            {"state_dict": Toy().state_dict(), "epoch": 3},
            r"checkpoint without a network \(state_dict",
        ),
        (torch.ones(3), "a Tensor, not a module"),
        ([1, 2], "a list, not a module"),
    ):
        torch.save(value, tmp_path / "some.pt")
        with pytest.raises(ModelError, match=match):
            open_model(tmp_path / "some.pt", example=IMAGE)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Not found</html>", "a web page"),
        (b"\n <html lang='en'>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS pointer"),
        (b"\x89HDF\r\n\x1a\n", "is HDF5"),
        ((16).to_bytes(8, "little") + b'{"w":{}}        ', "safetensors"),
        (b"noise and more noise", "not a PyTorch file"),
        (b"PK\x03\x04" + b"\0" * 60, "is cut off"),
        (b"\x80\x02", "damaged or no PyTorch file"),
    ],
)
def test_files_that_are_no_model_are_named(tmp_path, content, match):
    for trust in (False, True):
        path = tmp_path / "model.pt"
        path.write_bytes(content)
        if trust and content == b"\x80\x02":
            match = "could not be opened"
        with pytest.raises(ModelError, match=match) as caught:
            open_model(path, example=IMAGE, trust=trust)
        assert caught.value.fix


def test_archives_that_are_no_model_are_named(tmp_path, marker):
    with zipfile.ZipFile(tmp_path / "photos.pt", "w") as archive:
        archive.writestr("photo.jpg", b"...")
    with pytest.raises(ModelError, match="none that PyTorch wrote"):
        open_model(tmp_path / "photos.pt", example=IMAGE)
    (tmp_path / "pickle").write_bytes(pickle.dumps(Canary(marker)))
    with tarfile.open(tmp_path / "old.pt", "w") as archive:
        archive.add(tmp_path / "pickle", "pickle")
    with pytest.raises(ModelError):
        open_model(tmp_path / "old.pt", example=IMAGE)


def test_a_file_cut_short_anywhere_is_an_error_not_a_crash(tmp_path):
    torch.save(Toy().state_dict(), tmp_path / "whole.pth")
    torch.export.save(export_program(dynamic=True), tmp_path / "whole.pt2")
    for whole in (tmp_path / "whole.pth", tmp_path / "whole.pt2"):
        content, path = whole.read_bytes(), tmp_path / f"cut{whole.suffix}"
        for cut in range(0, len(content), len(content) // 40):
            path.write_bytes(content[:cut])
            with pytest.raises(ModelError):
                open_model(path, example=batch(2))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin"])
def test_torchscript_is_a_program_and_needs_trust(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    with quiet():
        traced_script().save(str(path))
    with pytest.raises(UntrustedModelError, match=r"TorchScript file \(.*Network") as caught:
        open_model(path, example=batch(2))
    assert "--trust" in caught.value.fix and ".pt2" in caught.value.fix
    model = open_model(path, example=batch(2), trust=True, device="cpu")
    assert model.format == "torchscript"
    assert model.no_gradients is None


def test_an_exported_program_under_the_name_pt_opens(tmp_path):
    torch.export.save(export_program(dynamic=True), tmp_path / "model.pt2")
    renamed = (tmp_path / "model.pt2").rename(tmp_path / "model.pt")
    assert open_model(renamed, example=batch(2), device="cpu").format == "torch.export"
