"""Array jobs for Slurm: the scripts, as text that a person can read, change and submit by hand.

One array task computes one shard; a dependent job merges the shards. A task that the queue warns (time limit) stops
at the end of a block, puts itself back into the queue and resumes from its finished blocks.

Whatever the user named (files, options) is quoted for the shell or for sbatch; only the lines of `setup` are meant to
be shell.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from phasemap.errors import ConfigError
from phasemap.storage.durable import explaining_write_errors, write_atomically
from phasemap.sweeps.files.shards import name_parts

_KILLED_BY_SIGNAL = 128
"""A sweep that a signal stopped, its finished blocks kept, exits with more than this."""

_SPECIAL = re.compile(r"[^\w@%+=:,./-]")  # what sbatch might read otherwise than it is written

_LITERAL_PATH = "\\"


@dataclass(frozen=True)
class ArrayJob:
    """What to submit.

    config:  the whole configuration, as TOML.
    output:  the result file, an absolute path; each task writes a shard beside it.
    jobs:    number of shards.
    python:  the interpreter that runs phasemap on the nodes.
    time, memory, partition: in Slurm's own words; None for its defaults.
    extra:   further options of sbatch, in its own words.
    setup:   lines of shell that run before phasemap does: modules, environments.
    warning_seconds: how long before the time limit a task is warned.
    requeues: how often a task may go back into the queue.
    wanted:  the shards that are to be computed, one array task each; empty: all of them.

    Raises:
        ConfigError: something in it cannot stand in a script.
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
    setup: tuple[str, ...] = ()
    warning_seconds: int = 120
    requeues: int = 100
    wanted: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        named = {"--output": str(self.output), "the interpreter": self.python}
        named |= {"--time": self.time or "", "--mem": self.memory or "", "--partition": self.partition or ""}
        for name, text in named.items():
            _check_text(name, text)
        for name, texts in {"--extra": self.extra, "--setup": self.setup}.items():
            for text in texts:
                _check_text(name, text)
        _extra_words(self.extra)

    @property
    def folder(self) -> Path:
        """Folder of the scripts and logs, beside the output."""
        return slurm_folder(self.output)

    @property
    def name(self) -> str:
        """Name of the job in the queue."""
        return f"phasemap-{self.output.stem}"


def _check_text(name: str, text: str) -> None:
    """Refuse what would end a line of a script, or cannot be written into one."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f"{name} {text!r} is not valid UTF-8: a script cannot name it. Choose another.") from error
    if any(ord(letter) < 32 or ord(letter) == 127 or letter in "\x85\u2028\u2029" for letter in text):
        raise ConfigError(f"{name} {text!r} contains a control character (a line break, say): leave it out.")


def _extra_words(extra: Iterable[str]) -> list[str]:
    """The words of further options of sbatch; a shell's quotes group them."""
    words: list[str] = []
    for text in extra:
        try:
            found = shlex.split(text)
        except ValueError as error:
            raise ConfigError(f"--extra {text!r} is not understood ({error}): close the quote.") from error
        if not found or not found[0].startswith("-"):
            raise ConfigError(f"--extra {text!r} is no option of sbatch: write --extra=--account=physics, for example.")
        words += found
    return words


def slurm_folder(output: Path) -> Path:
    """Folder of the scripts and logs of a result file."""
    return output.with_name(f"{output.name}.slurm")


def array_script(job: ArrayJob) -> str:
    """The batch script of the array."""
    directives = [
        _directive("--job-name", job.name),
        f"--array={index_ranges(job.wanted) if job.wanted else f'1-{job.jobs}'}",
        f"--cpus-per-task={job.cpus}",
        *_common_directives(job),
        _directive("--output", _log_pattern(job, "task-%a.log")),
        "--open-mode=append",
        "--requeue",
        f"--signal=B:USR1@{job.warning_seconds}",
    ]
    config = shlex.quote(str(job.folder / "config.toml"))
    prefix, suffix = _shard_words(job)
    return f"""#!/bin/bash
# phasemap: task I of {job.jobs} computes shard I/{job.jobs} of {job.output.name}.
# Submit this file again after any failure: finished blocks are kept and only missing ones are computed.
{_lines(directives)}

{_setup(job, "task-$SLURM_ARRAY_TASK_ID.log")}

task="$SLURM_ARRAY_TASK_ID"

# The queue's warning comes to this shell; passed on, it makes the sweep stop when its running blocks are finished.
trap 'requeue=yes; kill -USR1 "$sweep"' USR1
trap 'kill -TERM "$sweep"' TERM INT

phasemap sweep {config} \\
    --shard "$task/{job.jobs}" --output {prefix}"$task"-of-{job.jobs}{suffix} \\
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
        _directive("--job-name", f"{job.name}-merge"),
        *_common_directives(job),
        _directive("--output", _log_pattern(job, "merge.log")),
        "--open-mode=append",
    ]
    return f"""#!/bin/bash
# phasemap: joins the shards of {job.output.name}; says which points are missing or failed.
{_lines(directives)}

{_setup(job, "merge.log")}

phasemap merge {shard_pattern(job)} --output {shlex.quote(str(job.output))}
"""


def _setup(job: ArrayJob, log: str) -> str:
    """How a script starts the program; the user's lines may define that anew, for a container say."""
    lines = (f'phasemap() {{ exec {shlex.quote(job.python)} -m phasemap "$@"; }}', *job.setup)
    if _LITERAL_PATH in str(job.folder):
        lines = (f'exec >>{shlex.quote(str(job.folder / "logs"))}/"{log}" 2>&1', *lines)
    return "\n".join(lines)


def _log_pattern(job: ArrayJob, log: str) -> str:
    """Where Slurm writes a log, in its own words: % begins a mark, and a backslash would undo all marks."""
    if _LITERAL_PATH in str(job.folder):
        return "/dev/null"  # the script itself sees to it
    return f"{str(job.folder / 'logs').replace('%', '%%')}/{log}"


def shard_pattern(job: ArrayJob) -> str:
    """Shell pattern of the shard files, quoted but for the wildcard."""
    prefix, suffix = _shard_words(job)
    return f"{prefix}*-of-{job.jobs}{suffix}"


def _shard_words(job: ArrayJob) -> tuple[str, str]:
    """What stands before and after a shard's number, for the shell."""
    stem, suffix = name_parts(job.output)
    return shlex.quote(str(job.output.with_name(f"{stem}.shard-"))), shlex.quote(suffix) if suffix else ""


def _common_directives(job: ArrayJob) -> list[str]:
    chosen = {"--time": job.time, "--mem": job.memory, "--partition": job.partition}
    named = [_directive(option, value) for option, value in chosen.items() if value is not None]
    return [*named, " ".join(map(_escape, words))] if (words := _extra_words(job.extra)) else named


def _directive(option: str, value: str) -> str:
    return f"{option}={_escape(value)}"


def _escape(word: str) -> str:
    """A word as sbatch reads it from a script: quotes keep blanks and #, a backslash keeps quotes."""
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"' if _SPECIAL.search(word) else word


def _lines(directives: list[str]) -> str:
    return "\n".join(f"#SBATCH {directive}" for directive in directives)


def index_ranges(numbers: Iterable[int]) -> str:
    """Numbers as Slurm writes them: 1-3,7."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


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
