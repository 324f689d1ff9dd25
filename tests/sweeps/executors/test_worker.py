"""A worker's own life: it ends with its parent, and says why it cannot start."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.sweeping import run
from support.toy_registry import MakeConfig

from phasemap.errors import PhasemapError
from phasemap.sweeps.executors.processes import Processes


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from support.toy_registry import CONFIG, TOYS\n"
        "from pathlib import Path\n"
        "from phasemap.config import make_config\n"
        "from phasemap.sweeps.executors.worker import Worker\n"
        "if __name__ == '__main__':\n"
        "    worker = Worker(); worker.connection.recv(); print(worker.process.pid, flush=True)\n"
        "    import time; time.sleep(60)\n"
    )
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, str(tmp_path / "script.py"), str(Path(__file__).parents[2])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break  # nobody has collected it yet
        time.sleep(0.05)
    assert time.monotonic() < deadline


def test_a_worker_that_cannot_start_is_an_error(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phasemap.sweeps.executors.worker.serve", _refuse)
    with pytest.raises(PhasemapError, match="cannot start"):
        run(toy(), tmp_path / "x.h5", Processes(1))


def _refuse(connection: Any) -> None:
    os._exit(3)


def test_a_worker_that_dies_at_its_start_says_so_in_one_line(
    toy: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its traceback is not for the terminal; the last line of it is in the error."""
    monkeypatch.setattr("phasemap.sweeps.executors.worker.serve", _break)
    with pytest.raises(PhasemapError, match=r"cannot start \(exit code 1: OSError: no library\)"):
        run(toy(), tmp_path / "x.h5", Processes(2))
    assert capfd.readouterr().err == ""


def _break(connection: Any) -> None:
    raise OSError("no library")
