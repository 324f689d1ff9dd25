"""The machine that a sweep runs on: processors, threads, the compiler's cache, and a record of all that."""

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

import phasemap

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_PACKAGES = ("numpy", "scipy", "numba", "h5py")


def available_processors() -> int:
    """Processors that this process may use: what a batch system allotted, the affinity, the control group's quota."""
    there = os.cpu_count() or 1
    allotted = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if allotted.isascii() and allotted.isdecimal() and int(allotted[:10]) > 0:
        return min(int(allotted[:10]), there)  # no more than there are, whatever it says
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else there
    return max(1, min(count, _quota() or count))


def _quota() -> int | None:
    """Processors that this process's control group and those above it grant, rounded up."""
    limits = []
    for group in control_groups("cpu"):
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
            quota, period = (group / "cpu.max").read_text().split()
            if quota != "max":
                limits.append(-(-int(quota) // int(period)))
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):  # of the first version; -1: no limit
            quota, period = ((group / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
            limits.append(-(-int(quota) // int(period)))
    return min((limit for limit in limits if limit > 0), default=None)


def control_groups(controller: str) -> list[Path]:
    """Folders of the control group of this process and of all those above it, of both versions."""
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            number, _, rest = line.partition(":")
            controllers, _, group = rest.partition(":")
            if number != "0" and controller not in controllers.split(","):
                continue
            below = PurePosixPath(group.lstrip("/"))
            for root in _roots(controllers):
                found += [root / level for level in (below, *below.parents)]
    return list(dict.fromkeys((*found, _CONTROL_GROUPS, _CONTROL_GROUPS / controller)))


def _roots(controllers: str) -> list[Path]:
    """Where the tree of some controllers begins; those of the first version have one each, or one for several."""
    if not controllers:
        return [_CONTROL_GROUPS, _CONTROL_GROUPS / "unified"]
    return [_CONTROL_GROUPS / name for name in dict.fromkeys((controllers, *controllers.split(",")))]


@contextlib.contextmanager
def one_thread_environment() -> Iterator[None]:
    """Processes that start in here use one thread in BLAS and Numba each."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """BLAS in this process uses one thread in here, so that sums are taken in the same order everywhere."""
    from threadpoolctl import threadpool_limits

    with one_thread_environment(), threadpool_limits(limits=1):  # libraries yet to be loaded, and loaded ones
        yield


def prepare_compilation_cache() -> None:
    """See to it that compiled code is kept somewhere writable; call it before numba is imported.

    Numba keeps it beside the sources. Where that is not possible, a folder of the user's takes its place, one per
    kind of processor, because home folders are shared between the machines of a cluster.
    """
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(Path(phasemap.__file__).parent, os.W_OK):
        return
    from platformdirs import user_cache_path

    processor = hashlib.sha256(_processor().encode()).hexdigest()[:8]
    for folder in (user_cache_path("phasemap") / processor, Path(tempfile.gettempdir()) / f"phasemap-{processor}"):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                os.environ["NUMBA_CACHE_DIR"] = str(folder)
                return


def versions() -> dict[str, str]:
    """Versions of everything that the numbers depend on."""
    found = {"phasemap": phasemap.__version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _PACKAGES}


def git_revision() -> str:
    """Revision of the sources, with "-dirty" if they were changed since; empty outside a checkout."""
    root = Path(phasemap.__file__).parent.parent
    if not (root / ".git").exists():
        return ""
    revision = _git(root, "rev-parse", "--short=12", "HEAD")
    # Results, configurations and notes that lie beside the sources change no number.
    changed = _git(root, "status", "--porcelain", "--", str(Path(phasemap.__file__).parent))
    return f"{revision}-dirty" if revision and changed else revision


def _git(root: Path, *words: str) -> str:
    """What a git command prints; empty if it cannot be run."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def machine() -> str:
    """Name, system and processor of this machine."""
    return f"{platform.node()}, {platform.system()} {platform.machine()}, {_processor()}"


def _processor() -> str:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
