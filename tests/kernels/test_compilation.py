"""The compiler's cache: a damaged file costs a compilation, not the command, and old code is never run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import IndexDataCacheFile

from phasemap.kernels import compilation

SCRIPT = """
import numba
from phasemap.kernels.compilation import KERNEL

@numba.njit(**KERNEL)
def double(x):
    return 2.0 * x

print(double(21.0), sum(double.stats.cache_hits.values()))
"""


def run(folder: Path) -> str:
    (folder / "kernel.py").write_text(SCRIPT)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache")}
    ran = subprocess.run(
        [sys.executable, folder / "kernel.py"], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def cut(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])


@pytest.mark.slow
def test_truncated_caches_are_compiled_again(tmp_path: Path) -> None:
    assert run(tmp_path) == "42.0 0"
    assert run(tmp_path) == "42.0 1"
    for kind in ("nbi", "nbc"):
        (cached,) = (tmp_path / "cache").rglob(f"*.{kind}")
        cut(cached, 0.5)
        assert run(tmp_path) == "42.0 0"
    assert run(tmp_path) == "42.0 1"


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_damaged_file_is_as_good_as_not_there(tmp_path: Path, kind: str, share: float) -> None:
    cache = kept(tmp_path)
    assert cache.load("signature") == "code" * 100
    (path,) = tmp_path.glob(f"*.{kind}")
    cut(path, share)
    assert cache.load("signature") is None
    cache.save("signature", "new code")
    assert cache.load("signature") == "new code"


def kept(folder: Path, stamp: str = "of its file") -> IndexDataCacheFile:
    """A file of Numba's cache with something in it, as our kernels make theirs."""
    cache = IndexDataCacheFile(str(folder), "kernel", stamp)
    if cache.load("signature") is None:
        cache.save("signature", "code" * 100)
    return cache


def test_code_is_made_again_where_a_callee_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path)
    same = IndexDataCacheFile(str(tmp_path), "kernel", "of its file")
    assert same.load("signature") == "code" * 100
    monkeypatch.setattr(compilation, "_sources", lambda: 1)
    assert IndexDataCacheFile(str(tmp_path), "kernel", "of its file").load("signature") is None


def test_the_fingerprint_follows_every_source(tmp_path: Path) -> None:
    files = [tmp_path / "a.py", tmp_path / "deep" / "b.py"]
    files[1].parent.mkdir()
    for file in files:
        file.write_text("x = 1")
    seen = {compilation.fingerprint(files)}
    assert compilation.fingerprint(files[::-1]) in seen
    for file in files:
        file.write_text("x = 12")
        seen.add(compilation.fingerprint(files))
    assert len(seen) == 3
    imported = [line for path in compilation._KERNELS.rglob("*.py") for line in path.read_text().splitlines()]
    others = {line.split()[1] for line in imported if line.startswith("from phasemap.")}
    outside = {name for name in others if not name.startswith("phasemap.kernels")}
    assert outside == {"phasemap.model.status"} and compilation._FROM_MODEL[0].name == "status.py"


def test_other_versions_of_the_compiler_are_left_to_themselves(monkeypatch):
    assert "pipeline_class" in compilation._pipeline()
    for version in ("0.60.0", "0.69.1", "1.0.0rc1"):
        monkeypatch.setattr(compilation.numba, "__version__", version)
        assert compilation._pipeline() == {}
