"""Processors, threads, caches and the record of the machine."""

import os
import subprocess
from pathlib import Path

import pytest

from phasemap.sweeps import environment


def test_a_batch_system_says_how_many_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    for said, expected in {"3": 3, "100000000": 8, "9" * 5000: 8}.items():
        monkeypatch.setenv("SLURM_CPUS_PER_TASK", said)
        assert environment.available_processors() == expected
    for nonsense in ("0", "\u00b2", "-3", "many"):
        monkeypatch.setenv("SLURM_CPUS_PER_TASK", nonsense)
        assert 1 <= environment.available_processors() <= len(os.sched_getaffinity(0))
    monkeypatch.delenv("SLURM_CPUS_PER_TASK")
    assert 1 <= environment.available_processors() <= len(os.sched_getaffinity(0))


def test_a_quota_limits_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    for content, expected in {"250000 100000\n": 3, "max 100000\n": 64, "50000 100000\n": 1}.items():
        monkeypatch.setattr(Path, "read_text", lambda *_, content=content, **__: content)
        assert environment.available_processors() == expected


def test_a_quota_of_any_group_above_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    files = {
        "/proc/self/cgroup": "0::/system.slice/job_7/step_0\n",
        "/sys/fs/cgroup/system.slice/job_7/step_0/cpu.max": "max 100000\n",
        "/sys/fs/cgroup/system.slice/job_7/cpu.max": "500000 100000\n",
        "/sys/fs/cgroup/system.slice/cpu.max": "900000 100000\n",
    }

    pretend(files, monkeypatch)
    assert environment.available_processors() == 5


def test_control_groups_of_the_first_version_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container its own group is mounted at the root, whatever its name outside is."""
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    files = {"/proc/self/cgroup": "11:memory:/job\n4:cpu,cpuacct:/job/step\n1:name=systemd:/x\n"}
    for folder in ("cpu,cpuacct/job", "cpu/job/step", "cpu"):
        quota = {
            f"/sys/fs/cgroup/{folder}/cpu.cfs_quota_us": "350000\n",
            f"/sys/fs/cgroup/{folder}/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
        }
        pretend(files | quota, monkeypatch)
        assert environment.available_processors() == 4
    from phasemap.sweeps.memory import memory_of_machine

    meminfo = {"/proc/meminfo": "MemTotal:   32000000 kB\n"}
    pretend(files | meminfo, monkeypatch)
    assert memory_of_machine() == 32000000 * 1024
    pretend(files | meminfo | {"/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "5000000\n"}, monkeypatch)
    assert memory_of_machine() == 5e6
    pretend(meminfo | {"/sys/fs/cgroup/memory.max": "max\n"}, monkeypatch)
    assert memory_of_machine() == 32000000 * 1024


def pretend(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have these files and no others."""

    def read_text(path: Path) -> str:
        if str(path) not in files:
            raise FileNotFoundError(path)
        return files[str(path)]

    monkeypatch.setattr(Path, "read_text", read_text)


def test_the_thread_variables_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with environment.one_thread_environment():
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "5"
    assert "MKL_NUM_THREADS" not in os.environ


def test_blas_uses_one_thread() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(2), environment.one_thread():
        assert all(library["num_threads"] == 1 for library in threadpool_info())


def test_compiled_code_finds_a_writable_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    environment.prepare_compilation_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ  # the package's own folder will do
    package = Path(environment.phasemap.__file__).parent
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != package and access(path, mode))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/chosen/by/the/user")
    environment.prepare_compilation_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "/chosen/by/the/user"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    environment.prepare_compilation_cache()
    place = Path(os.environ["NUMBA_CACHE_DIR"])
    assert place.is_relative_to(tmp_path)
    assert place.is_dir()


def test_the_machine_is_described() -> None:
    assert len(environment.machine().split(", ")) >= 3
    assert environment.versions()["numpy"][0].isdigit()


def test_a_checkout_knows_its_revision() -> None:
    root = Path(environment.phasemap.__file__).parents[1]
    assert bool(environment.git_revision()) == (root / ".git").exists()


def test_only_changed_sources_make_a_revision_dirty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "phasemap"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (tmp_path / "figure.txt").write_text("old")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    monkeypatch.setattr(environment.phasemap, "__file__", str(package / "__init__.py"))
    clean = environment.git_revision()
    assert len(clean) == 12
    (tmp_path / "figure.txt").write_text("new")
    assert environment.git_revision() == clean
    (package / "new.py").write_text("")
    assert environment.git_revision() == f"{clean}-dirty"
