"""What an installation holds: the atlas is data of the package, the version stands in one place."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import phasemap
from phasemap.config import catalogue, find_config

ROOT = Path(__file__).parents[1]


def test_the_atlas_is_data_of_the_package() -> None:
    assert set(catalogue()) == {path.stem for path in (ROOT / "configs").glob("*.toml")}


def test_a_name_of_the_atlas_stands_for_its_file_unless_a_file_has_that_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(Path("quickstart")).samefile(ROOT / "configs" / "quickstart.toml")
    assert find_config(Path("quickstart.toml")) == Path("quickstart.toml")
    Path("quickstart").write_text("mine")
    assert find_config(Path("quickstart")) == Path("quickstart")


def test_the_version_stands_in_one_place() -> None:
    assert "version =" not in (ROOT / "pyproject.toml").read_text().split("[project.urls]")[0]
    assert f"version: {phasemap.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {phasemap.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.slow
def test_a_wheel_and_an_archive_of_sources_are_complete(tmp_path) -> None:
    pytest.importorskip("setuptools", minversion="77")
    sources = tmp_path / "sources"
    left_out = shutil.ignore_patterns(".*", "results", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, sources, symlinks=True, ignore=left_out)
    for hook in ("build_wheel", "build_sdist"):
        script = f"import sys; from setuptools import build_meta; build_meta.{hook}(sys.argv[1])"
        subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=sources, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"phasemap/configs/{name}.toml" for name in catalogue()} | {"phasemap/py.typed"} <= names
    assert {f"phasemap/{p.relative_to(ROOT / 'phasemap')}" for p in (ROOT / "phasemap").rglob("*.py")} <= names
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        inside = {name.split("/", 1)[1] for name in packed.getnames() if "/" in name}
    expected = {"CHANGELOG.md", "CONTRIBUTING.md", "docs/theory.md", "configs/quickstart.toml", "tests/conftest.py"}
    assert expected <= inside


def test_the_installed_version_is_this_one() -> None:
    assert metadata.version("phasemap") == phasemap.__version__
