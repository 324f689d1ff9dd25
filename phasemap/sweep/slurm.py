"""Array jobs for Slurm: the scripts, as text that a person can read, change and submit by hand, and their submission.

One array task computes one shard; a dependent job merges the shards. A task that the queue warns (time limit) stops
at the end of a block, puts itself back into the queue and resumes from its finished blocks.
"""

import json
import shlex
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from phasemap.errors import PhasemapError
from phasemap.storage.durable import explaining_write_errors, write_atomically

_KILLED_BY_SIGNAL = 128
"""A sweep that a signal stopped, its finished blocks kept, exits with more than this."""


_IDS = "jobs.json"


@dataclass(frozen=True)
class ArrayJob:
    """What to submit.

    config:  the whole configuration, as TOML.
    output:  the result file, an absolute path; each task writes a shard beside it.
    jobs:    number of array tasks, one shard each.
    python:  the interpreter that runs phasemap on the nodes.
    time, memory, partition: in Slurm's own words; None for its defaults.
    extra:   further options of sbatch, as they are.
    warning_seconds: how long before the time limit a task is warned.
    requeues: how often a task may go back into the queue.
    """

    config: str
    output: Path
    jobs: int
    python: str
    cpus: int = 1
    time: str | None = None
    memory: str | None = None
    partition: str | None = None
    extra: tuple[str, ...] = ()
    warning_seconds: int = 120
    requeues: int = 100

    @property
    def folder(self) -> Path:
        """Folder of the scripts and logs, beside the output."""
        return slurm_folder(self.output)

    @property
    def name(self) -> str:
        """Name of the job in the queue."""
        return f"phasemap-{self.output.stem}"


@dataclass(frozen=True)
class Submitted:
    """Job ids in the queue."""

    array: str
    merge: str


def slurm_folder(output: Path) -> Path:
    """Folder of the scripts and logs of a result file."""
    return output.with_name(f"{output.name}.slurm")


def array_script(job: ArrayJob) -> str:
    """The batch script of the array."""
    directives = [
        f"--job-name={job.name}",
        f"--array=1-{job.jobs}",
        f"--cpus-per-task={job.cpus}",
        *_common_directives(job),
        f"--output={job.folder / 'logs' / 'task-%a.log'}",
        "--open-mode=append",
        "--requeue",
        f"--signal=B:USR1@{job.warning_seconds}",
    ]
    sweep = shlex.join([job.python, "-m", "phasemap", "sweep", str(job.folder / "config.toml")])
    stem = shlex.quote(str(job.output.with_suffix("")))
    return f"""#!/bin/bash
# phasemap: task I of {job.jobs} computes shard I/{job.jobs} of {job.output.name}.
# Submit this file again after any failure: finished blocks are kept and only missing ones are computed.
{_lines(directives)}

task="$SLURM_ARRAY_TASK_ID"

# The queue's warning comes to this shell; passed on, it makes the sweep stop when its running blocks are finished.
trap 'requeue=yes; kill -USR1 "$sweep"' USR1
trap 'kill -TERM "$sweep"' TERM INT

{sweep} \\
    --shard "$task/{job.jobs}" --output {stem}.shard-"$task"-of-{job.jobs}{job.output.suffix} \\
    --workers "${{SLURM_CPUS_PER_TASK:-1}}" &
sweep=$!

# A signal interrupts `wait`; wait again until the sweep itself has ended.
wait "$sweep"; code=$?
while kill -0 "$sweep" 2>/dev/null; do wait "$sweep"; code=$?; done

# Time is up with work left: back into the queue, to resume from the finished blocks.
restarts="${{SLURM_RESTART_COUNT:-0}}"
if [ "${{requeue:-no}}" = yes ] && [ "$code" -gt {_KILLED_BY_SIGNAL} ] && [ "$restarts" -lt {job.requeues} ]; then
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$task" && sleep 60  # which ends this script
fi
exit "$code"
"""


def merge_script(job: ArrayJob) -> str:
    """The batch script of the job that joins the shards."""
    directives = [
        f"--job-name={job.name}-merge",
        *_common_directives(job),
        f"--output={job.folder / 'logs' / 'merge.log'}",
        "--open-mode=append",
    ]
    python = shlex.quote(job.python)
    output = shlex.quote(str(job.output))
    return f"""#!/bin/bash
# phasemap: joins the shards of {job.output.name}; says which points are missing or failed.
{_lines(directives)}

exec {python} -m phasemap merge {shard_pattern(job)} --output {output}
"""


def shard_pattern(job: ArrayJob) -> str:
    """Shell pattern of the shard files, quoted but for the wildcard."""
    return f"{shlex.quote(str(job.output.with_suffix('')))}.shard-*-of-{job.jobs}{job.output.suffix}"


def _common_directives(job: ArrayJob) -> list[str]:
    chosen = {"--time": job.time, "--mem": job.memory, "--partition": job.partition}
    return [f"{option}={value}" for option, value in chosen.items() if value is not None] + list(job.extra)


def _lines(directives: list[str]) -> str:
    return "\n".join(f"#SBATCH {directive}" for directive in directives)


def write_scripts(job: ArrayJob) -> tuple[Path, Path]:
    """Write both scripts and a copy of the configuration beside the output; return the scripts' paths.

    The jobs read the copy, so that a configuration edited while they wait in the queue cannot mix two sweeps.
    """
    with explaining_write_errors(job.folder):
        (job.folder / "logs").mkdir(parents=True, exist_ok=True)
    write_atomically(job.folder / "config.toml", job.config.encode())
    scripts = {"array.sh": array_script(job), "merge.sh": merge_script(job)}
    for name, text in scripts.items():
        write_atomically(job.folder / name, text.encode())
    return job.folder / "array.sh", job.folder / "merge.sh"


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
    array, merge = write_scripts(job)
    array_id = _sbatch(array)
    # afterany: also when a task failed, so that what is finished is joined and what is missing is named.
    submitted = Submitted(array_id, _sbatch(merge, f"--dependency=afterany:{array_id}"))
    write_atomically(job.folder / _IDS, json.dumps(asdict(submitted)).encode())
    return submitted


def read_submitted(output: Path) -> Submitted | None:
    """The jobs that were submitted for a result file; None if there were none."""
    try:
        return Submitted(**json.loads((slurm_folder(output) / _IDS).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def queue_lines(submitted: Submitted) -> list[str]:
    """What the queue says of these jobs, one line a task: id, state and reason; empty when they have left it."""
    if shutil.which("squeue") is None:
        return []
    command = ["squeue", "--noheader", "--format=%i %T %R", f"--jobs={submitted.array},{submitted.merge}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def _sbatch(script: Path, *options: str) -> str:
    command = ["sbatch", "--parsable", *options, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PhasemapError(f"Slurm refused {script.name}: {done.stderr.strip() or 'no reason given'}")
    return done.stdout.strip().split(";")[0]
