"""What lies in the wheel and in the source archive."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from tools import web_assets

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_holds_all_that_runs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        page = archive.read("percepta/_web/index.html").decode()
    assert {"percepta/py.typed", f"percepta/_web/{web_assets.LICENCES}"} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert any(name.startswith("percepta/storage/migrations/versions/") for name in names)
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "percepta").rglob("*.py")
    }
    assert sources <= names
    for asset in (name for name in names if name.endswith((".js", ".css"))):
        assert asset.startswith("percepta/_web/")
    assert 'src="/' not in page and 'href="/' not in page, "the page works behind a path prefix"
    top = {name.split("/")[0] for name in names}
    assert top == {"percepta", f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}


def test_every_script_and_style_of_the_page_is_in_the_wheel(wheel: Path) -> None:
    built = web_assets.assets_folder(ROOT)
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("percepta/_web/")}
    files = (path for path in built.rglob("*") if path.is_file())
    assert packed == {f"percepta/_web/{path.relative_to(built).as_posix()}" for path in files}


def test_the_licences_name_every_package_the_page_depends_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"percepta/_web/{web_assets.LICENCES}").decode()
    for package in ("react", "react-dom", "@mantine/core", "@uwdata/flechette", "zustand"):
        assert f"\n{package} " in text
    assert "\nvite " not in text, "tools of the build are not shipped"


def test_the_source_archive_builds_a_wheel_without_node(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "LICENSE",
        "README.md",
        "constraints.txt",
        "hatch_build.py",
        "pyproject.toml",
        "src/percepta/_web/index.html",
        f"src/percepta/_web/{web_assets.LICENCES}",
        "tools/web_assets.py",
        "web/package-lock.json",
        "web/src/main.tsx",
    }
    assert wanted <= names
    assert not any("node_modules" in name or name.startswith((".git/", ".venv")) for name in names)
