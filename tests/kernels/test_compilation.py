"""A damaged file in the compiler's cache costs a compilation, not the command."""

import os
import subprocess
import sys
from pathlib import Path

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


def test_truncated_caches_are_compiled_again(tmp_path: Path) -> None:
    assert run(tmp_path) == "42.0 0"
    assert run(tmp_path) == "42.0 1"
    for kind in ("nbi", "nbc"):
        (cached,) = (tmp_path / "cache").rglob(f"*.{kind}")
        for share in (0.0, 0.5, 0.95):
            whole = cached.read_bytes()
            cached.write_bytes(whole[: int(share * len(whole))])
            assert run(tmp_path) == "42.0 0"
            assert run(tmp_path) == "42.0 1"


def test_other_versions_of_the_compiler_are_left_to_themselves(monkeypatch):
    from phasemap.kernels import compilation

    assert "pipeline_class" in compilation._pipeline()
    for version in ("0.60.0", "0.69.1", "1.0.0rc1"):
        monkeypatch.setattr(compilation.numba, "__version__", version)
        assert compilation._pipeline() == {}
