"""A finished plane at half its step: computed where the phase, or what there is, changes; interpolated elsewhere.

The grid itself stays as it is. What is added to it is computed in a file of its own beside the result, so that it can
be stopped and resumed as any sweep, and is copied into the result in one step.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from phasemap.config import LABELS, Refinement, SweepConfig
from phasemap.dataset import Field, Result
from phasemap.dataset.phases import LABEL_QUANTITIES
from phasemap.dataset.records import Fine
from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.storage import resolve_target, write_result
from phasemap.storage.blocks import Blocks
from phasemap.sweeps.files.fine import divided
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.plan import Plan, make_plan
from phasemap.sweeps.refinement.refine import is_filled
from phasemap.sweeps.run import Sweep, open_sweep

AFFORDABLE = 0.5
"""What the points between may cost at most, as a share of the sweep's own cost, unless they are asked for."""

_FEWEST = 5  # values along an axis: fewer are a sketch, of which every cell has a line in it
_ANY = 1e300  # tolerance of a quantity that is not followed: only where it begins and ends counts
_DIGITS, _ERROR_DIGITS = 2.0**24, 2.0**7
_NOTE = "points at half the step, where the phase or what there is changes"


def halved(config: SweepConfig) -> SweepConfig | None:
    """What theory says of the same plane at half the step, refined once; None where there is nothing to refine.

    That is: over other than two axes, on a sketch, where the configuration refines or says no, and where nothing but
    static quantities is asked, which have a finer grid of their own.
    """
    names = _of_theory(config)
    small = len(config.axes) != 2 or min(config.shape) < _FEWEST
    if small or not names or config.refinement is not None or config.halve is False:
        return None
    values = [np.array(axis.values) for axis in config.axes]
    if not all(np.isfinite(along).all() for along in values):
        return None
    axes = tuple(
        replace(axis, values=tuple(map(float, divided(along, 2, axis.scale == "log"))))
        for axis, along in zip(config.axes, values, strict=True)
    )
    refinement = Refinement(LABELS, 1) if _are_labelled(names) else Refinement(names[0], 1, _ANY)
    return replace(config, axes=axes, quantities=names, surfaces=(), checks=(), refinement=refinement)


def plan_of_halves(finer: SweepConfig, result: Result) -> Plan:
    """What is to be computed between the points of a finished plane."""
    return _plan(finer, _begun(finer, result))


def is_affordable(plan: Plan, config: SweepConfig) -> bool:
    """Whether the points between cost little beside the sweep itself, by the estimates."""
    return plan.seconds <= AFFORDABLE * make_plan(config).seconds


def companion(output: Path) -> Path:
    """The file in which the points between are computed."""
    output = resolve_target(output)
    return output.with_name(f"{output.name}.halved")


@contextlib.contextmanager
def open_halves(finer: SweepConfig, result: Result, output: Path) -> Iterator[Sweep]:
    """Open the sweep over what is missing between the points of a finished plane; see `open_sweep`.

    The result is written with these numbers in it, and their file removed, when nothing is left to compute.
    """
    aside = companion(output)
    with open_sweep(finer, aside) as sweep:
        _take(sweep.result, result)
        sweep.result.regions = result.regions
        sweep.plan = _plan(finer, sweep.result)
        yield sweep
        if not is_filled(sweep.result):
            return
        result.refined = Fine(
            sweep.result.axes, {name: _shortened(entry) for name, entry in sweep.result.fields.items()}
        )
        noted = tuple(replace(session, note=_NOTE) for session in sweep.result.metadata.sessions)
        result.metadata.sessions = (*result.metadata.sessions, *noted)
        write_result(output, result)
        discard_halves(output)


def discard_halves(output: Path) -> None:
    """Forget what was computed between the points of a plane and is not in its file yet."""
    aside = companion(output)
    if aside.exists():
        blocks = Blocks(aside, "")
        blocks.discard(blocks.directory.glob("*.npz"))
        aside.unlink()


def _of_theory(config: SweepConfig) -> tuple[str, ...]:
    """The quantities on the grid that are no networks'; none where all have a finer grid anyhow."""
    solvers = [solver for solver in config.solvers("grid") if not solver.simulated]
    if isinstance(config.parameters, Parameters) and {solver.name for solver in solvers} <= {"statics"}:
        return ()
    mine = {name for solver in solvers for name in config.quantities_of(solver)}
    return tuple(name for name in config.quantities if name in mine)


def _are_labelled(names: tuple[str, ...]) -> bool:
    """Whether the quantities say which phase it is."""
    return bool({"static_gain", "lyapunov_max"} & set(names) & set(LABEL_QUANTITIES))


def _begun(finer: SweepConfig, result: Result) -> Result:
    """The finer plane with all that the coarse one knows."""
    empty = empty_result(finer)
    _take(empty, result)
    return empty


def _take(finer: Result, coarse: Result) -> None:
    """Fill the points of the coarse grid into a finer one, in place."""
    places = [np.searchsorted(fine.values, own.values) for fine, own in zip(finer.axes, coarse.axes, strict=True)]
    index = np.ravel_multi_index(np.meshgrid(*places, indexing="ij"), finer.shape).ravel()
    for name, entry in finer.fields.items():
        known, rows = coarse.fields[name], (-1, *entry.own_shape)
        error = None if known.error is None else known.error.reshape(rows)
        entry.fill(index, known.value.reshape(rows), known.status.reshape(rows), error)


def _shortened(entry: Field) -> Field:
    """The same with seven digits of what is filled in and two of its errors, rounded up: files are much smaller."""
    filled = (entry.status == Status.INTERPOLATED) & np.isfinite(entry.value)
    mantissa, exponent = np.frexp(entry.value)
    short = np.ldexp(np.round(mantissa * _DIGITS) / _DIGITS, exponent)
    error = np.zeros(entry.value.shape) if entry.error is None else entry.error
    mantissa, exponent = np.frexp(error + np.abs(short - entry.value))
    wide = np.ldexp(np.ceil(mantissa * _ERROR_DIGITS) / _ERROR_DIGITS, exponent)
    wide = np.where(filled, wide, error)
    return replace(entry, value=np.where(filled, short, entry.value), error=wide if wide.any() else entry.error)


def _plan(finer: SweepConfig, begun: Result) -> Plan:
    return make_plan(finer, begun).without(begun)
