"""The one loop that drives every sweep: blocks come in, land on disk, and are handed on."""

import contextlib
import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from phasemap.config import SweepConfig, differences
from phasemap.dataset import Result
from phasemap.dataset.records import FORMAT_VERSION
from phasemap.errors import ResultFileError
from phasemap.storage import BlockData, Blocks, read_result, resolve_target, write_result
from phasemap.storage.durable import explaining_write_errors, remove_temporaries
from phasemap.sweeps.executors.processes import Executor
from phasemap.sweeps.files.fine import add_fine
from phasemap.sweeps.files.regions import add_regions
from phasemap.sweeps.files.sessions import begin_session
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.locking.lock import Lock
from phasemap.sweeps.plan import Block, Plan, make_plan
from phasemap.sweeps.refinement.refine import fill, is_filled
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import make_tasks

_LOGGER = logging.getLogger(__name__)
_ASSEMBLY_SHARE = 0.02  # of the time, at most


@dataclass
class Sweep:
    """A sweep whose output is locked: what there is, and what is left to compute.

    result:  the numbers so far; `run` fills it.
    plan:    the blocks that are left; those of the present round, where a map is refined adaptively.
    resumed: whether some of it was there at the start.
    assemble_every: seconds after which loose blocks are put into the result file while the sweep runs.
    redone:  where chosen points are computed again: (part, name, index) of those that are; else None.
    note:    what the file's history says of this run.
    """

    config: SweepConfig
    output: Path
    result: Result
    plan: Plan
    resumed: bool
    assemble_every: float = 60.0
    redone: set[tuple[str, str, int]] | None = None
    note: str = ""

    def run(self, executor: Executor, stop: Stop | None = None) -> Generator[BlockData]:
        """Compute what is left, and yield every block after it is safe on disk.

        However the loop ends (done, stopped, an error, the generator closed), the result file is brought up to date.

        Raises:
            ResultFileError: a block or the result cannot be written.
        """
        keeper, stop = _Keeper(self, executor.workers), stop or Stop()
        try:
            computed = bool(self.plan.blocks)
            while self.plan.blocks:
                for block in executor.run(make_tasks(self.plan), stop):
                    keeper.keep(block)
                    _LOGGER.info("%s, %s: %d in %.1f s", block.part, block.name, len(block.indices), block.seconds)
                    if self.redone is not None:
                        self.redone |= {(block.part, block.name, int(index)) for index in block.indices}
                    yield block
                if not self._next_round(stop):
                    break
            unfilled = self.config.refinement is not None and (computed or not is_filled(self.result))
            if unfilled and fill(self.config, self.result):
                keeper.assemble()
        except ResultFileError:
            keeper.give_up()
            raise
        finally:
            executor.close()
            keeper.assemble_if_needed()

    @property
    def left(self) -> Plan:
        """What is left to compute, as far as that is known."""
        if self.redone is not None:
            blocks = [_without(block, self.redone) for block in self.plan.blocks]
            return replace(self.plan, blocks=tuple(block for block in blocks if len(block.indices)))
        if self.config.refinement is None:
            return self.plan.without(self.result)
        return make_plan(self.config, self.result).without(self.result)

    def _next_round(self, stop: Stop) -> bool:
        """Plan what the numbers of an adaptively refined map ask for now; whether there is another round."""
        if self.config.refinement is None or stop.soon:
            return False
        self.redone = None  # their new numbers may ask for more points
        failed = {(f.part, f.name, f.index) for f in self.result.failures}
        blocks = [_without(block, failed) for block in self.left.blocks]
        self.plan = replace(self.plan, blocks=tuple(block for block in blocks if len(block.indices)))
        return bool(self.plan.blocks)


def _without(block: Block, places: set[tuple[str, str, int]]) -> Block:
    """A block less some points: those that raised an error, say, which are tried again in another session only."""
    keep = np.array([(block.part, block.name, int(index)) not in places for index in block.indices])
    return replace(block, indices=block.indices[keep], seconds=block.seconds * float(keep.mean()))


@contextlib.contextmanager
def open_sweep(
    config: SweepConfig, output: Path, *, shard: tuple[int, int] | None = None, force: bool = False
) -> Iterator[Sweep]:
    """Lock the output, find out what is there already, and plan the rest.

    Args:
        config: what to compute.
        output: the result file; it is created, with every value pending, if it is not there.
        shard: (number, of): only this part of the plan.
        force: forget what is there and begin anew.

    Raises:
        LockedError: another process writes this output.
        ResultFileError: the output cannot be written, or holds something else.
    """
    output = resolve_target(output)  # so that all names of one file take one lock
    with explaining_write_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
    with Lock(output):
        remove_temporaries(output.parent, output.name)
        result = _begin(config, output, force)
        plan = make_plan(config, result)
        if shard is not None:
            plan = plan.shard(*shard)
        yield Sweep(config, output, result, plan.without(result), result.progress[0] > 0)


def _begin(config: SweepConfig, output: Path, force: bool) -> Result:
    fresh = empty_result(config)
    blocks = Blocks(output, config.hash)
    if not output.exists():
        for block in blocks.load().values():  # the file may be lost, the blocks are not
            if block.fits(fresh):
                block.add_to(fresh)
        write_result(output, fresh)
        return fresh
    if force:
        existing_result(output)
        write_result(output, fresh)
        blocks.discard(blocks.directory.glob("*.npz"))
        return fresh
    found = check_same(config, output)
    found.metadata.title, found.metadata.description = config.title, config.description
    found.metadata.config = config.text
    return found


def check_same(config: SweepConfig, output: Path) -> Result:
    """The result in `output`; raises `ResultFileError` if it is none, or that of another configuration or version."""
    found = existing_result(output)
    same = found.metadata.config_hash == config.hash
    if found.metadata.format_version < FORMAT_VERSION and not (same and found.complete):
        raise ResultFileError(
            f"{output} was made by an older version of phasemap (format {found.metadata.format_version}): old and new "
            "numbers are not mixed in one file. Choose another output with -o, or give --force to compute all of it "
            "again."
        )
    if not same:
        reasons = "; ".join(differences(config.settings, found.metadata.settings)) or "the code reads it differently"
        raise ResultFileError(
            f"{output} holds the result of another configuration: {reasons}. Choose another output with -o, or "
            "give --force to overwrite it."
        )
    return found


def existing_result(output: Path) -> Result:
    """The result in a file that is there; what is not a result is never overwritten, not even by force."""
    try:
        return read_result(output)
    except ResultFileError as error:
        raise ResultFileError(f"{error} Nothing was written: choose another output with -o.") from error


class _Keeper:
    """Puts finished blocks on disk and into the result, and from time to time the result itself."""

    def __init__(self, sweep: Sweep, workers: int) -> None:
        self._output = sweep.output
        self._result = sweep.result
        self._config = sweep.config
        self._every = sweep.assemble_every
        self._blocks = Blocks(sweep.output, sweep.result.metadata.config_hash)
        self._saved = list(self._blocks.load())
        self._earlier = sweep.result.metadata.sessions
        self._started = self._assembled = time.monotonic()
        self._assembly_seconds = 0.0
        self._session = replace(begin_session(workers), note=sweep.note)

    def keep(self, block: BlockData) -> None:
        """Make a block durable; assemble if that was long ago."""
        self._saved.append(self._blocks.save(block))
        block.add_to(self._result)
        pause = max(self._every, self._assembly_seconds / _ASSEMBLY_SHARE)
        if time.monotonic() - self._assembled > pause:
            self.assemble()

    def assemble(self) -> None:
        """Write the result with all blocks in it; only then remove them."""
        begun = time.monotonic()
        session = replace(self._session, wall_seconds=round(begun - self._started, 3))
        self._result.metadata.sessions = (*self._earlier, session)
        self._result.metadata.modified = datetime.now(UTC).isoformat(timespec="seconds")
        add_regions(self._config, self._result)
        add_fine(self._config, self._result)
        write_result(self._output, self._result)
        self._blocks.discard(self._saved)
        if self._result.complete:
            self._blocks.discard(self._blocks.damaged())
        self._saved = []
        self._assembled = time.monotonic()
        self._assembly_seconds = self._assembled - begun

    def give_up(self) -> None:
        """Writing failed: try once more to assemble, in case that a smaller file still fits."""
        with contextlib.suppress(ResultFileError):
            self.assemble_if_needed()
        self._saved = []

    def assemble_if_needed(self) -> None:
        """`assemble` if blocks came in since."""
        if self._saved:
            self.assemble()
