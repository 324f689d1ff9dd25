"""How far a result and its shards are: finished, running, failed and missing blocks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from phasemap.config import SweepConfig, make_config, parse_toml
from phasemap.errors import ResultFileError
from phasemap.model.registry import Registry
from phasemap.storage import Result, blocks_directory, read_result
from phasemap.sweep.lock import Holder, current_holder
from phasemap.sweep.plan import Plan, make_plan

_SHARD = re.compile(r"\.shard-(\d+)-of-(\d+)$")


@dataclass(frozen=True)
class PartStatus:
    """One file: the whole result (shard None) or a shard (number, of). Counts are blocks of its plan.

    holder: the process that writes it now, if one does. problem: why the file cannot be read, or "".
    """

    path: Path
    shard: tuple[int, int] | None
    finished: int = 0
    failed: int = 0
    missing: int = 0
    holder: Holder | None = None
    problem: str = ""

    @property
    def total(self) -> int:
        """Blocks of the plan."""
        return self.finished + self.failed + self.missing

    @property
    def state(self) -> str:
        """One word: finished, running, failed, stopped (work left, nobody at it) or unreadable."""
        if self.problem:
            return "unreadable"
        if self.holder is not None:
            return "running"
        if self.missing:
            return "stopped"
        return "failed" if self.failed else "finished"


def status_of(output: Path, registry: Registry) -> list[PartStatus]:
    """The state of `output` and of all shard files beside it.

    Raises:
        ResultFileError: neither the result nor a shard of it exists.
    """
    parts = [_part(path, registry) for path in _files(output)]
    if not parts:
        raise ResultFileError(f"There is no result {output}, and no shard of it beside it.")
    return parts


def _files(output: Path) -> Iterable[Path]:
    if output.exists() or blocks_directory(output).is_dir():
        yield output
    shards = output.parent.glob(f"{output.stem}.shard-*-of-*{output.suffix}")
    yield from sorted((path for path in shards if _shard(path)), key=lambda path: _shard(path) or (0, 0))


def _shard(path: Path) -> tuple[int, int] | None:
    found = _SHARD.search(path.stem)
    return (int(found[1]), int(found[2])) if found else None


def _part(path: Path, registry: Registry) -> PartStatus:
    shard, holder = _shard(path), current_holder(path)
    try:
        result = read_result(path)
        plan = make_plan(_config(result, path, registry), result)
    except ResultFileError as error:
        return PartStatus(path, shard, holder=holder, problem=str(error))
    if shard is not None:
        plan = plan.shard(*shard)
    finished, failed, missing = _count(plan, result)
    return PartStatus(path, shard, finished, failed, missing, holder)


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
