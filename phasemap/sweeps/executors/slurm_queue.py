"""Handing array jobs to Slurm, and asking it how they are."""

import contextlib
import json
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from phasemap.errors import PhasemapError
from phasemap.storage.durable import write_atomically
from phasemap.sweeps.executors.slurm import ArrayJob, slurm_folder, write_scripts
from phasemap.sweeps.files.shards import MOST_SHARDS

_IDS = "jobs.json"
_ANSWER_SECONDS = 60
_ID = re.compile(r"\d{1,20}(_\d{1,10})?")


@dataclass(frozen=True)
class Submitted:
    """Job ids in the queue. jobs: into how many shards the sweep is cut; 0 where it is not known."""

    array: str
    merge: str
    jobs: int = 0


def submit(job: ArrayJob) -> Submitted:
    """Write the scripts and hand them to the queue; remember the ids beside the scripts.

    Raises:
        PhasemapError: there is no Slurm here, it refuses the job (with its own words), or it has this job already.
    """
    if shutil.which("sbatch") is None:
        raise PhasemapError(
            "sbatch is not on the PATH: this machine has no Slurm, or its module is not loaded. "
            "Use --dry-run to see the scripts, or `phasemap sweep` to compute here."
        )
    earlier = read_submitted(job.output)
    if earlier is not None and queue_lines(earlier):
        raise PhasemapError(
            f"{job.output.name} is in the queue already, as jobs {earlier.array} and {earlier.merge}: wait for them, "
            f"or cancel them with: scancel {earlier.array} {earlier.merge}"
        )
    _check_size(job)
    array, merge = write_scripts(job)
    array_id = _sbatch(array)
    try:
        # afterany: also when a task failed, so that what is finished is joined and what is missing is named.
        merge_id = _sbatch(merge, f"--dependency=afterany:{array_id}")
    except PhasemapError:
        _call("scancel", array_id)  # half a submission is none
        raise
    submitted = Submitted(array_id, merge_id, job.jobs)
    write_atomically(job.folder / _IDS, json.dumps(asdict(submitted)).encode())
    return submitted


def read_submitted(output: Path) -> Submitted | None:
    """The jobs that were submitted for a result file; None if there were none."""
    try:
        found = Submitted(**json.loads((slurm_folder(output) / _IDS).read_bytes()))
        known = _ID.fullmatch(found.array) and _ID.fullmatch(found.merge)
        return found if known and isinstance(found.jobs, int) and 0 <= found.jobs <= MOST_SHARDS else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def queue_lines(submitted: Submitted) -> list[str]:
    """What the queue says of these jobs, one line a task: id, state and reason; empty when they have left it."""
    if shutil.which("squeue") is None:
        return []
    jobs = f"--jobs={submitted.array},{submitted.merge}"
    return _call("squeue", "--noheader", "--format=%i %T %R", jobs).stdout.splitlines()


def _check_size(job: ArrayJob) -> None:
    """Refuse more tasks than this Slurm takes in one array, in our words and before anything is written."""
    most = _largest_array()
    if most is not None and max(job.wanted, default=job.jobs) > most:
        raise PhasemapError(
            f"--jobs {job.jobs} is more than this cluster takes in one array (its MaxArraySize allows {most:,} tasks): "
            f"give --jobs {most} or fewer. A task computes as many blocks as fall to it."
        )


def _largest_array() -> int | None:
    """Highest number of a task that this Slurm allows; None if it does not say."""
    if shutil.which("scontrol") is None:
        return None
    with contextlib.suppress(PhasemapError):
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", _call("scontrol", "show", "config").stdout, re.MULTILINE)
        if found and int(found[1]) > 1:
            return int(found[1]) - 1
    return None


def _sbatch(script: Path, *options: str) -> str:
    done = _call("sbatch", "--parsable", *options, str(script))
    if done.returncode != 0:
        raise PhasemapError(f"Slurm refused {script.name}: {done.stderr.strip() or 'no reason given'}")
    return done.stdout.strip().split(";")[0]


def _call(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PhasemapError(f"{command[0]} does not answer: is the cluster's controller up?") from error
