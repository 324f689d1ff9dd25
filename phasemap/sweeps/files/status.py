"""How far a result and its shards are: finished, running, failed and missing blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from phasemap.config import SweepConfig, make_config, parse_toml
from phasemap.dataset import Result
from phasemap.errors import PhasemapError, ResultFileError
from phasemap.model.registry import Registry
from phasemap.storage import blocks_directory, read_result
from phasemap.sweeps.files.shards import shard_of, shard_path, shards_beside
from phasemap.sweeps.locking.lock import current_holder
from phasemap.sweeps.locking.lock_holder import Holder
from phasemap.sweeps.plan import Plan, make_plan

Shard = tuple[int, int]


@dataclass(frozen=True)
class PartStatus:
    """One file: the whole result (shard None) or a shard (number, of). Counts are blocks of its plan.

    holder: the process that writes it now, if one does. problem: why the file cannot be read, or "".
    begun:  whether there is a file at all.
    """

    path: Path
    shard: Shard | None
    finished: int = 0
    failed: int = 0
    missing: int = 0
    holder: Holder | None = None
    problem: str = ""
    begun: bool = True

    @property
    def total(self) -> int:
        """Blocks of the plan."""
        return self.finished + self.failed + self.missing

    @property
    def state(self) -> str:
        """In words: finished, running, failed, stopped (work left, nobody at it), not begun or unreadable."""
        if self.problem:
            return "unreadable"
        if self.holder is not None:
            return "running"
        if not self.begun:
            return "not begun"
        if self.missing:
            return "stopped"
        return "failed" if self.failed else "finished"


def status_of(output: Path, registry: Registry, jobs: int = 0) -> list[PartStatus]:
    """The state of `output` and of all its shards, those among them that have no file yet.

    Args:
        output: the result file.
        registry: what its configuration refers to.
        jobs: into how many shards the sweep was cut, if that is known; else the names of the shards tell.

    Raises:
        ResultFileError: neither the result nor a shard of it exists, and none is awaited.
    """
    reader = _Reader(registry)
    parts = []
    if output.exists() or blocks_directory(output).is_dir():
        parts.append(reader.part(output, shard_of(output)))
    whole = bool(parts) and parts[0].state == "finished"
    found = {place: reader.part(path, place) for place, path in shards_beside(output).items()}
    if not whole:  # else nobody waits for a shard that was joined and removed
        for place in _expected(found, jobs):
            found.setdefault(place, PartStatus(shard_path(output, *place), place, begun=False))
    parts += [found[place] for place in sorted(found, key=lambda place: (place[1], place[0]))]
    if not parts:
        raise ResultFileError(f"There is no result {output}, and no shard of it beside it.")
    return parts


def shards_left(config: SweepConfig, output: Path, jobs: int) -> tuple[int, ...]:
    """The numbers of the shards of `config`, cut into `jobs`, that are not finished.

    Raises:
        ResultFileError: a shard of that name belongs to another configuration.
    """
    reader = _Reader(config.registry)
    left = []
    for number in range(1, jobs + 1):
        path = shard_path(output, number, jobs)
        if path.exists() and read_result(path).metadata.config_hash != config.hash:
            raise ResultFileError(
                f"{path} belongs to another configuration: choose another output with -o, or move its shards away."
            )
        if not path.exists() or reader.part(path, (number, jobs)).state != "finished":
            left.append(number)
    return tuple(left)


def _expected(found: dict[Shard, PartStatus], jobs: int) -> Iterator[Shard]:
    for of in {jobs} if jobs else {of for _, of in found}:
        yield from ((number, of) for number in range(1, of + 1))


@dataclass
class _Reader:
    """Reads files of the same configuration, whose plans are made once."""

    registry: Registry
    configs: dict[str, SweepConfig] = field(default_factory=dict)
    plans: dict[tuple[str, int], list[Plan]] = field(default_factory=dict)

    def part(self, path: Path, shard: Shard | None) -> PartStatus:
        """The state of one file."""
        holder = current_holder(path)
        try:
            result = read_result(path)
            plan = self._plan(result, path, shard)
        except PhasemapError as error:
            return PartStatus(path, shard, holder=holder, problem=str(error))
        finished, failed, missing = _count(plan, result)
        return PartStatus(path, shard, finished, failed, missing, holder)

    def _plan(self, result: Result, path: Path, shard: Shard | None) -> Plan:
        key = result.metadata.config_hash
        if key not in self.configs:
            self.configs[key] = _config(result, path, self.registry)
        config = self.configs[key]
        if shard is None:
            return make_plan(config, result)
        if (key, shard[1]) not in self.plans:
            self.plans[key, shard[1]] = make_plan(config).shards(shard[1])
        return self.plans[key, shard[1]][shard[0] - 1]


def _config(result: Result, path: Path, registry: Registry) -> SweepConfig:
    text = result.metadata.config
    return make_config(parse_toml(text, str(path)), registry, text=text, source=path)


def _count(plan: Plan, result: Result) -> tuple[int, int, int]:
    """Finished, failed and missing blocks; a failed block has points that raised an error, and all were tried."""
    left = {(block.part, block.name, int(block.indices[0])): block for block in plan.without(result).blocks}
    failures = {(failure.part, failure.name, failure.index) for failure in result.failures}
    failed = sum(
        all((block.part, block.name, int(index)) in failures for index in block.indices) for block in left.values()
    )
    return len(plan.blocks) - len(left), failed, len(left) - failed
