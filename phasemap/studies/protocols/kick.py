"""A kick at one point, in theory, and in networks where asked."""

from collections.abc import Mapping, Sequence

import numpy as np

from phasemap.errors import StopRequested, UnsupportedError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.estimators.outcomes import Outcome, nothing
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.networks import Conditions
from phasemap.simulation.protocols.solver import kicked
from phasemap.studies.protocols.report import (
    STOPPED,
    Facts,
    Report,
    about,
    amplitudes,
    outcome_of,
    single,
    what_is_kept,
)
from phasemap.studies.protocols.sizes import kick_size
from phasemap.theory.transient.memory import solver
from phasemap.theory.transient.memory.distance import Distances, distances, without_theory
from phasemap.theory.transient.memory.known import NOT_SOUGHT

# Kicks up to here flip no gate of a network of thousands of units: z of one lies as near to its threshold once in 1e4.
_INFINITESIMAL = 1e-5


def kick(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    networks: Conditions | None = None,
    courses: Sequence[InputCourse] = (),
    in_theory: ProtocolOptions | None = None,
    *,
    with_distance: bool = True,
) -> Report:
    """A kick to h in a random direction, read at the delays.

    networks:  None for none.
    courses:   inputs, also to theory.
    in_theory: options of theory where they are others, as for infinitesimal kicks beside networks with finite ones.
    with_distance: also the theory of the distance of the copies, which may take much longer than that of the overlap.
    """
    own = options if in_theory is None else in_theory
    missing = without_theory(p, own, courses)
    state = None if missing else solver.kicked_state(p, own, seed)
    kept = solver.overlap_of(state, own)
    theory = {"retained_overlap": outcome_of(kept.overlap), "memory_lifetime": single(kept.lifetime)}
    slow = state is not None and state.moving is not None and state.moving.slow
    distance, stopped = Distances([NOT_SOUGHT] * len(own.delays)), ""
    if with_distance:
        distance, stopped = _distances(p, own, seed, courses, slow)
    if stopped:
        networks = None
    theory["retained_distance"] = outcome_of(distance.known)
    theory["cosine"] = _cosine(theory["retained_overlap"], theory["retained_distance"])
    size = kick_size(p, options, distance.deviation)
    settings = {"state": options.state, "relax": options.relax, **size.facts}
    delays = np.array(options.delays)
    reasons = [missing] if missing else [*_reasons(p, own, theory), distance.reason]
    remarks = [one for one in (*reasons, size.remark) if one]
    found: dict[str, Outcome] | None = None
    facts: Facts = {}
    if networks is not None:
        found, facts, stopped = _kicked(p, options, seed, networks, remarks)
    return Report("kick", p, settings, {"delays": delays}, theory, found, facts, remarks, stopped=stopped,
                  beside=_beside(p, options, own, theory))  # fmt: skip


def _beside(
    p: Parameters, options: ProtocolOptions, own: ProtocolOptions, theory: Mapping[str, Outcome]
) -> tuple[str, ...]:
    """Theory of another state than that of networks, or of smaller kicks; at a constant gate m is the same in all."""
    if p.update_gate.moves:
        finite = own.amplitude < options.amplitude and options.amplitude > _INFINITESIMAL
        return tuple(theory) if options.state == "static" or finite else ()
    return ("retained_distance", "cosine") if options.state == "static" else ()


def _distances(
    p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence, courses: Sequence[InputCourse], slow: bool
) -> tuple[Distances, str]:
    """r at the delays; what is there already is kept where a signal stops it, which is said."""
    try:
        return distances(p, options, seed, courses, slow=slow), ""
    except StopRequested:
        return Distances([NOT_SOUGHT] * len(options.delays)), f"{STOPPED}: the theory of the overlap alone."


def _cosine(m: Outcome, r: Outcome) -> Outcome:
    known = (m.status != Status.NOT_SOUGHT) & (r.status != Status.NOT_SOUGHT) & (r.value > 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(known, m.value / np.sqrt(r.value), np.nan)
        error = np.where(known, m.error / np.sqrt(r.value) + 0.5 * np.abs(value) * r.error / r.value, np.nan)
    status = np.where(known, np.maximum(m.status, r.status), Status.NOT_SOUGHT)
    # Of a distance that is larger than any float.
    status = np.where(known & (r.status == Status.LOWER_BOUND), Status.UPPER_BOUND, status)
    return Outcome(value, error, status.astype(np.uint8))


def _reasons(p: Parameters, options: ProtocolOptions, theory: Mapping[str, Outcome]) -> list[str]:
    status = theory["retained_overlap"].status
    remarks = []
    if options.state == "static" and options.amplitude > 0.0:
        remarks.append("At the static solution theory is of infinitesimal kicks, whatever the amplitude.")
    elif options.amplitude > 0.0 and p.update_gate.moves:
        remarks.append("Finite kicks have no theory where the update gate moves: ask networks (--networks 4), or for "
                       "the theory of infinitesimal kicks, without an amplitude.")  # fmt: skip
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
    conditions: Conditions,
    remarks: list[str],
) -> tuple[dict[str, Outcome] | None, Facts, str]:
    """Numbers of networks, which they are, and what there is of them where a signal stopped them."""
    delays = tuple(options.delays)
    try:
        networks = kicked(p, options, seed, conditions)
    except UnsupportedError as error:
        remarks.append(str(error))
        names = ("retained_overlap", "retained_distance", "cosine", "noise_floor")
        failed = nothing((len(delays),), Status.FAILED)
        return dict.fromkeys(names, failed) | {"memory_lifetime": nothing((), Status.FAILED)}, {}, ""
    if not networks.runs:
        return None, {}, what_is_kept(networks)
    times = networks.runs[networks.largest][0].times
    reads = {"retained_overlap": readings.overlaps, "retained_distance": readings.distances,
             "cosine": readings.cosines, "noise_floor": readings.floors}  # fmt: skip
    found = {name: readings.at_delays(networks.combined(read), times, delays) for name, read in reads.items()}
    found["memory_lifetime"] = readings.lifetime(networks)
    if len(networks.runs) > 1:
        limit = networks.extrapolated(readings.overlaps)
        found["retained_overlap_extrapolated"] = readings.at_delays(limit, times, delays)
    return found, about(networks, options) | amplitudes(networks), what_is_kept(networks)
