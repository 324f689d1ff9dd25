"""Protocols at one point: a kick, a reset, a staircase of pulses, a drive; in theory, and in networks where asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.estimators.outcomes import Outcome, nothing, outcome
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.choice import expected_steps
from phasemap.simulation.protocols.drive import drive_times, run_drive
from phasemap.simulation.protocols.integrator import Staircase, StaircaseRun, hold_times, run_integrator
from phasemap.simulation.protocols.networks import Networks, run_networks
from phasemap.simulation.protocols.reset import ResetRun
from phasemap.simulation.protocols.solver import USUAL_AMPLITUDE, cleared, kicked
from phasemap.theory.transient.memory import solver
from phasemap.theory.transient.memory.attractor import Kind, find_attractor, static_state, static_units
from phasemap.theory.transient.memory.distance import distances
from phasemap.theory.transient.memory.driven import driven_variance
from phasemap.theory.transient.memory.known import Known
from phasemap.theory.transient.memory.staircase import moving_trace, staircase_trace

Facts = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What a protocol gave.

    settings: how it was run, by the names of the options. coordinates: what lists run over. theory, networks: quantity
    -> Outcome; networks is None where none were asked for. remarks: why something is missing, and what to mind.
    """

    protocol: str
    parameters: Parameters
    settings: Facts
    coordinates: Mapping[str, FloatArray]
    theory: Mapping[str, Outcome]
    networks: Mapping[str, Outcome] | None = None
    about_networks: Facts = field(default_factory=dict)
    remarks: Sequence[str] = ()


def _theory(found: Mapping[str, Estimate], names: Mapping[str, str]) -> dict[str, Outcome]:
    return {
        ours: Outcome(np.asarray(found[name].value, dtype=float)[0], _errors(found[name])[0], found[name].status[0])
        for name, ours in names.items()
    }


def _errors(estimate: Estimate) -> FloatArray:
    return np.full(estimate.status.shape, np.nan) if estimate.error is None else estimate.error


def _about(networks: Networks[Any], options: ProtocolOptions) -> Facts:
    return {"sizes": list(networks.runs), "count": options.networks,
            "couplings": {str(size): way for size, way in networks.ways.items()}}  # fmt: skip


def kick(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    with_networks: bool,
    courses: tuple[InputCourse, ...] = (),
) -> Report:
    """A kick to h in a random direction, read at the delays."""
    names = {"kick_overlap": "retained_overlap", "memory_lifetime": "memory_lifetime"}
    theory = _theory(solver.solve_kicks([p], options, [seed]), names)
    distance = distances(p, options, seed)
    theory["retained_distance"] = _outcome(distance.known)
    theory["cosine"] = _cosine(theory["retained_overlap"], theory["retained_distance"])
    settings = {"state": options.state, "amplitude": options.amplitude, "relax": options.relax,
                "amplitude_in_deviations": options.in_deviations}  # fmt: skip
    delays = np.array(options.delays)
    remarks = [one for one in (*_reasons(p, options, theory), distance.reason) if one]
    networks, about = _kicked(p, options, seed, courses, remarks) if with_networks else (None, {})
    return Report("kick", p, settings, {"delays": delays}, theory, networks, about, remarks)


def _cosine(m: Outcome, r: Outcome) -> Outcome:
    known = (m.status != Status.NOT_SOUGHT) & (r.status != Status.NOT_SOUGHT) & (r.value > 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, m.value / np.sqrt(r.value), np.nan)
        error = np.where(known, m.error / np.sqrt(r.value) + 0.5 * np.abs(value) * r.error / r.value, np.nan)
    return Outcome(value, error, np.where(known, np.maximum(m.status, r.status), Status.NOT_SOUGHT).astype(np.uint8))


def _outcome(known: Sequence[Known]) -> Outcome:
    table = np.array(known, dtype=float)
    return Outcome(table[:, 0], table[:, 1], table[:, 2].astype(np.uint8))


def _single(known: Known) -> Outcome:
    return Outcome(np.array(known[0]), np.array(known[1]), np.array(known[2], dtype=np.uint8))


def _reasons(p: Parameters, options: ProtocolOptions, theory: Mapping[str, Outcome]) -> list[str]:
    status = theory["retained_overlap"].status
    remarks = []
    if options.state == "static" and options.amplitude > 0.0:
        remarks.append("At the static solution theory is of infinitesimal kicks, whatever the amplitude.")
    elif options.amplitude > 0.0 and p.update_gate.moves:
        remarks.append("Finite kicks have no theory where the update gate moves: see the networks (--networks).")
    elif (status == Status.NOT_SOUGHT).any():
        remarks.append("Some delays are longer than half the window of time in which the mean field was solved.")
    if (status == Status.ABSENT).all():
        where = "static solution" if options.state == "static" else "stationary state"
        remarks.append(f"There is no {where} here.")
    if (status == Status.FAILED).all():
        remarks.append("The mean field found no stationary state here: see --state static, and the networks.")
    return remarks


def _kicked(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    courses: tuple[InputCourse, ...],
    remarks: list[str],
) -> tuple[dict[str, Outcome], Facts]:
    delays = tuple(options.delays)
    try:
        networks = kicked(p, options, seed, courses)
    except UnsupportedError as error:
        remarks.append(str(error))
        names = ("retained_overlap", "retained_distance", "cosine", "noise_floor")
        failed = nothing((len(delays),), Status.FAILED)
        return dict.fromkeys(names, failed) | {"memory_lifetime": nothing((), Status.FAILED)}, {}
    times = networks.runs[networks.largest][0].times
    reads = {"retained_overlap": readings.overlaps, "retained_distance": readings.distances,
             "cosine": readings.cosines, "noise_floor": readings.floors}  # fmt: skip
    found = {name: readings.at_delays(networks.combined(read), times, delays) for name, read in reads.items()}
    found["memory_lifetime"] = readings.lifetime(networks)
    if len(networks.runs) > 1:
        limit = networks.extrapolated(readings.overlaps)
        found["retained_overlap_extrapolated"] = readings.at_delays(limit, times, delays)
    return found, _about(networks, options) | _amplitudes(networks)


def _amplitudes(networks: Networks[Any]) -> Facts:
    runs = networks.runs[networks.largest]
    amplitude, deviation = (float(np.mean([getattr(run, name) for run in runs])) for name in ("amplitude", "deviation"))
    in_deviations = amplitude / deviation if deviation > 0.0 else None
    return {"amplitude": amplitude, "amplitude_in_deviations": in_deviations, "deviation_of_h": deviation}


def reset(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    with_networks: bool,
    courses: tuple[InputCourse, ...] = (),
) -> Report:
    """A trace, and pulses of several strengths that are meant to clear it."""
    theory = _theory(solver.solve_resets([p], options, [seed]), {"retained_fraction": "retained_fraction"})
    settings = {"state": options.state, "gate": options.gate, "at": options.at, "duration": options.duration,
                "read": options.read, "relax": options.relax}  # fmt: skip
    remarks = ["A pulse of strength B adds B to the input of the update gate (it opens), -B to the output gate's "
               "(it closes); m / m_0 says what is left of the trace, r whether the copies came together."]  # fmt: skip
    if (theory["retained_fraction"].status == Status.NOT_SOUGHT).any():
        remarks.append("Opened gates change what a moving network does: there is a theory of resets where units stand "
                       "still, at a stable fixed point or with --state static; see the networks.")  # fmt: skip
    units = static_units(p)
    if units is not None and units.delta_z > 0.0:
        settings["natural_unit_of_strength"] = float(np.sqrt(units.delta_z))
    found, about = None, {}
    if with_networks:
        networks = cleared(p, options, seed, courses)
        found = {"retained_fraction": readings.retained(networks),
                 "retained_distance": networks.combined(readings.distances_after),
                 "overlap_before": networks.combined(_overlap_before)}  # fmt: skip
        about = _about(networks, options) | _amplitudes(networks)
        if options.amplitude == 0.0:
            remarks.append(f"No amplitude was given: networks have a trace of amplitude {USUAL_AMPLITUDE:g}.")
    return Report(
        "reset", p, settings, {"strengths": np.array(options.strengths)}, theory, found, about, remarks
    )  # fmt: skip


def _overlap_before(run: ResetRun) -> tuple[FloatArray, FloatArray]:
    return np.array(run.before[0]), np.array(np.sqrt(run.before[1] / run.size))


def integrator(
    p: Parameters,
    options: ProtocolOptions,
    stairs: Staircase,
    seed: np.random.SeedSequence,
    with_networks: bool,
) -> Report:
    """A staircase of pulses to h: the trace against the sum of what came in, its slope and its saturation."""
    sums = stairs.strength * np.arange(1.0, stairs.pulses + 1.0)
    theory, remarks = _staircase_in_theory(p, options, stairs, seed)
    theory |= _line(sums, theory["trace"])
    settings = {"state": options.state, "pulses": stairs.pulses, "spacing": stairs.spacing,
                "strength": stairs.strength, "duration": stairs.duration, "relax": options.relax}  # fmt: skip
    found, about = None, {}
    if with_networks:
        steps = expected_steps([options.relax, *[stairs.duration, stairs.spacing] * stairs.pulses, max(stairs.hold, 1)])
        networks = run_networks(lambda setup: run_integrator(setup, stairs), p, options, seed, steps)
        read = networks.combined(_trace)
        found, about = {"trace": read, **_line(sums, read)}, _about(networks, options)
        if stairs.hold > 0.0:
            found["held"] = networks.combined(_held)
    coordinates = {"sums": sums, "hold_times": hold_times(stairs)}
    return Report("integrator", p, settings, coordinates, theory, found, about, remarks)


def _staircase_in_theory(
    p: Parameters, options: ProtocolOptions, stairs: Staircase, seed: np.random.SeedSequence
) -> tuple[dict[str, Outcome], list[str]]:
    """Trace before each next pulse and the lifetime of what is kept, and remarks."""
    state = static_state(p) if options.state == "static" else find_attractor(p, seed)
    found = {"memory_lifetime": _single(solver.overlap_of(state, options).lifetime)}
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


def drive(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    courses: tuple[InputCourse, ...],
    end: float,
    amplitude: float,
    *,
    with_theory: bool = True,
) -> Report:
    """Networks under inputs, from a state of the given amplitude: activity over time, and where it ends."""
    steps = end / 0.2
    networks = run_networks(lambda setup: run_drive(setup, end), p, options, seed, steps, courses, amplitude)
    times = drive_times(end)
    found = {
        "variance": networks.combined(lambda run: (run.variance, np.zeros_like(run.variance))),
        "activity_variance": networks.combined(lambda run: (run.activity_variance, np.zeros_like(run.variance))),
        "active_fraction": _active(np.array([run.variance[-1] for run in networks.runs[networks.largest]])),
    }
    settings = {"end": end, "relax": options.relax, "initial_amplitude": amplitude}
    theory = {name: nothing(one.value.shape, Status.NOT_SOUGHT) for name, one in found.items()}
    solved = "" if options.relax > 0.0 or not with_theory else driven_variance(p, courses, times, amplitude)
    if not isinstance(solved, str):
        theory["variance"] = outcome(*solved)
        theory["active_fraction"] = outcome(float(solved[0][-1] > _ACTIVE), 0.0)
    remarks = ["Active at the end: mean square of h above 1e-6. Chaos beside a stable silent state is metastable in "
               "networks of finite size."]  # fmt: skip
    if isinstance(solved, str):
        remarks.append(solved or "There is a theory of drives where the clock starts at once (--relax 0).")
    return Report("drive", p, settings, {"times": times}, theory, found, _about(networks, options), remarks)


_ACTIVE = 1e-6


def _active(final: FloatArray) -> Outcome:
    """Share of networks that are active at the end, with the deviation of its posterior from a uniform prior."""
    n, active = len(final), int((final > _ACTIVE).sum())
    return outcome(active / n, np.sqrt((active + 1) * (n - active + 1) / ((n + 2) ** 2 * (n + 3))))
