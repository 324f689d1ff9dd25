"""A private Slurm of one node on the loopback, for tests: its own ports, key, spool folder and configuration.

Needs Debian's slurm-wlm and munge and root; `available()` says what is missing.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")

CONFIGURATION = """
ClusterName=phasemap
SlurmctldHost=localhost
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ReturnToService=2
KillWait=5
MinJobAge=300
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName=localhost CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """What keeps a private Slurm from starting here, or an empty string."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None and not _sbin(program).exists()]
    if absent:
        return f"programs not installed: {', '.join(absent)} (packages slurm-wlm and munge)"
    return "" if os.geteuid() == 0 else "it runs as root only"


def _sbin(program: str) -> Path:
    return Path("/usr/sbin") / program


def _path(program: str) -> str:
    return shutil.which(program) or str(_sbin(program))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_slurm(folder: Path) -> Iterator[dict[str, str]]:
    """Start Slurm below `folder`; yield the environment in which its commands and jobs run; stop it afterwards."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    configuration = folder / "slurm.conf"
    ports = {"controller_port": _free_port(), "node_port": _free_port()}
    configuration.write_text(CONFIGURATION.format(folder=folder, **ports))
    environment = {**os.environ, "SLURM_CONF": str(configuration)}
    with ExitStack() as daemons:
        _start_munge(folder, daemons)
        for command in (["slurmctld", "-D", "-i"], ["slurmd", "-D", "-N", "localhost"]):
            _start([_path(command[0]), *command[1:], "-f", str(configuration)], environment, folder, daemons)
        _wait_until_idle(environment, folder)
        yield environment


def _start_munge(folder: Path, daemons: ExitStack) -> None:
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    paths = [f"--{kind}={folder}/munge.{ending}" for kind, ending in (
        ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))]  # fmt: skip
    command = [_path("munged"), "--foreground", "--force", f"--key-file={key}", *paths]
    _start(command, dict(os.environ), folder, daemons)


def _start(command: list[str], environment: dict[str, str], folder: Path, daemons: ExitStack) -> None:
    log = daemons.enter_context((folder / f"{Path(command[0]).name}.out").open("wb"))
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    daemons.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_idle(environment: dict[str, str], folder: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = run(environment, "sinfo", "--noheader", "--format=%T")
        if answer.strip() == "idle":
            return
        time.sleep(0.3)
    logs = "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in folder.glob("*.log"))
    raise RuntimeError(f"the private Slurm did not become idle within {seconds:g} s\n{logs}")


def run(environment: dict[str, str], *command: str) -> str:
    """Run one Slurm command; return what it prints (empty when it fails, as it does while the daemons start)."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout
