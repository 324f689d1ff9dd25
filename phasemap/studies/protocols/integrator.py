"""A staircase of pulses at one point, in theory, and in networks where asked."""

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, nothing, outcome
from phasemap.simulation.protocols.choice import expected_steps
from phasemap.simulation.protocols.integrator import Staircase, StaircaseRun, hold_times, run_integrator
from phasemap.simulation.protocols.networks import Conditions, run_networks
from phasemap.studies.protocols.report import Report, about, single, what_is_kept
from phasemap.theory.transient.memory import solver
from phasemap.theory.transient.memory.attractor import Attractor, Kind, find_attractor, static_state
from phasemap.theory.transient.memory.staircase import moving_trace, staircase_trace


def integrator(
    p: Parameters,
    options: ProtocolOptions,
    stairs: Staircase,
    seed: np.random.SeedSequence,
    networks: Conditions | None = None,
) -> Report:
    """A staircase of pulses to h: the trace against the sum of what came in, its slope and its saturation."""
    sums = stairs.strength * np.arange(1.0, stairs.pulses + 1.0)
    state = static_state(p) if options.state == "static" else find_attractor(p, seed)
    theory, remarks = _staircase_in_theory(p, options, stairs, state)
    theory |= _line(sums, theory["trace"])
    settings = {"state": options.state, "pulses": stairs.pulses, "spacing": stairs.spacing,
                "strength": stairs.strength, "duration": stairs.duration, "relax": options.relax}  # fmt: skip
    found, facts, stopped = None, {}, ""
    if networks is not None:
        steps = expected_steps([options.relax, *[stairs.duration, stairs.spacing] * stairs.pulses, max(stairs.hold, 1)])
        runs = run_networks(lambda setup: run_integrator(setup, stairs), p, options, seed, steps, networks)
        stopped = what_is_kept(runs)
    if networks is not None and runs.runs:
        read = runs.combined(_trace)
        found, facts = {"trace": read, **_line(sums, read)}, about(runs, options)
        if stairs.hold > 0.0:
            found["held"] = runs.combined(_held)
    coordinates = {"sums": sums, "hold_times": hold_times(stairs)}
    beside = tuple(theory) if p.update_gate.moves and state.units is not None else ()
    return Report("integrator", p, settings, coordinates, theory, found, facts, remarks, {"held": "hold_times"},
                  stopped, beside)  # fmt: skip


def _staircase_in_theory(
    p: Parameters, options: ProtocolOptions, stairs: Staircase, state: Attractor
) -> tuple[dict[str, Outcome], list[str]]:
    """Trace before each next pulse and the lifetime of what is kept, and remarks."""
    found = {"memory_lifetime": single(solver.overlap_of(state, options).lifetime)}
    if state.units is not None:
        return {"trace": outcome(*staircase_trace(state.units, stairs)), **found}, []
    if state.moving is None:
        missing = nothing((stairs.pulses,), Status.ABSENT if state.kind is Kind.NOWHERE else Status.FAILED)
        return {"trace": missing, **found}, [state.reason]
    value, error = moving_trace(state.moving, p.input_inside == 1.0, stairs)
    good = Status.CONVERGED if state.moving.settled else Status.NOT_CONVERGED
    status = np.where(np.isnan(value), Status.NOT_SOUGHT, good).astype(np.uint8)
    remarks = ["Where units move theory takes pulses that are too small to matter to them; finite ones let gates flip."]
    if np.isnan(value).any():
        remarks.append("The later readings are beyond half the window of time in which the mean field was solved.")
    return {"trace": Outcome(value, error, status), **found}, remarks


def _trace(run: StaircaseRun) -> tuple[FloatArray, FloatArray]:
    return run.trace, np.sqrt(run.distance / run.size)


def _held(run: StaircaseRun) -> tuple[FloatArray, FloatArray]:
    return run.held, np.full_like(run.held, np.sqrt(run.distance[-1] / run.size))


def _line(sums: FloatArray, trace: Outcome) -> dict[str, Outcome]:
    """Slope of the first half of the staircase through 0, and the last step's height over the first's.

    A perfect integrator has slope 1 and ratio 1; a ratio of 0 is saturation.
    """
    known = np.isfinite(trace.value).all()
    if not known:
        missing = nothing((), Status(int(trace.status.flat[0])))
        return {"slope": missing, "saturation": missing}
    half = max(1, len(sums) // 2)
    x, y, e = sums[:half], trace.value[:half], trace.error[:half]
    slope = float(x @ y / (x @ x))
    error = float(np.sqrt((x**2) @ (e**2)) / (x @ x))
    if len(sums) < 2:
        return {"slope": outcome(slope, error), "saturation": nothing()}
    # Steps from the middle to the end, against those from the start to the middle.
    mid = len(sums) // 2
    late = (trace.value[-1] - trace.value[mid - 1]) / (sums[-1] - sums[mid - 1])
    early = trace.value[mid - 1] / sums[mid - 1]
    spread = np.hypot(trace.error[-1], trace.error[mid - 1]) / (sums[-1] - sums[mid - 1]) / abs(early)
    return {"slope": outcome(slope, error), "saturation": outcome(late / early, spread)}
