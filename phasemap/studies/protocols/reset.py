"""A trace at one point and pulses that are meant to clear it, in theory, and in networks where asked."""

from collections.abc import Sequence

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.estimators.outcomes import nothing
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.networks import Conditions
from phasemap.simulation.protocols.reset import ResetRun
from phasemap.simulation.protocols.solver import USUAL_AMPLITUDE, cleared
from phasemap.studies.protocols.report import Report, about, amplitudes, theory_of, what_is_kept
from phasemap.theory.transient.memory import solver
from phasemap.theory.transient.memory.attractor import static_units
from phasemap.theory.transient.memory.distance import without_theory


def reset(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    networks: Conditions | None = None,
    courses: Sequence[InputCourse] = (),
) -> Report:
    """A trace, and pulses of several strengths that are meant to clear it; courses: inputs to theory beside them."""
    missing = without_theory(p, options, courses)
    theory = {"retained_fraction": nothing((len(options.strengths),), Status.NOT_SOUGHT)} if missing else theory_of(
        solver.solve_resets([p], options, [seed]), {"retained_fraction": "retained_fraction"})  # fmt: skip
    settings = {"state": options.state, "gate": options.gate, "at": options.at, "duration": options.duration,
                "read": options.read, "relax": options.relax}  # fmt: skip
    remarks = ["A pulse of strength B adds B to the input of the update gate (it opens), -B to the output gate's "
               "(it closes); m / m_0 says what is left of the trace, r whether the copies came together."]  # fmt: skip
    if missing:
        remarks.append(missing)
    elif (theory["retained_fraction"].status == Status.NOT_SOUGHT).any():
        remarks.append("There is a theory of resets where units stand still, at a stable fixed point or with --state "
                       "static, for pulses to the update gate: opened gates change what a moving network does, and a "
                       "pulse to the output gate moves one that stood still. See the networks.")  # fmt: skip
    units = static_units(p)
    if units is not None and units.delta_z > 0.0:
        settings["natural_unit_of_strength"] = float(np.sqrt(units.delta_z))
    found, facts, stopped = None, {}, ""
    if networks is not None:
        runs = cleared(p, options, seed, networks)
        stopped = what_is_kept(runs)
    if networks is not None and runs.runs:
        found = {"retained_fraction": readings.retained(runs),
                 "retained_distance": runs.combined(readings.distances_after),
                 "overlap_before": runs.combined(_overlap_before)}  # fmt: skip
        facts = about(runs, options) | amplitudes(runs)
        if options.amplitude == 0.0:
            remarks.append(f"No amplitude was given: networks have a trace of amplitude {USUAL_AMPLITUDE:g}.")
    # Units of hard gates are frozen where their gates closed, and not at the static solution.
    elsewhere = options.state == "static" or np.isinf(p.alpha_z)
    return Report("reset", p, settings, {"strengths": np.array(options.strengths)}, theory, found, facts, remarks,
                  stopped=stopped, beside=tuple(theory) if p.update_gate.moves and elsewhere else ())  # fmt: skip


def _overlap_before(run: ResetRun) -> tuple[FloatArray, FloatArray]:
    return np.array(run.before[0]), np.array(np.sqrt(run.before[1] / run.size))
