"""Networks under inputs in time: their activity, whether it stays, and the weakest pulse after which it does."""

from collections.abc import Sequence

import numpy as np

from phasemap.errors import ConfigError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.numerics.few_cases import deviation_of_share
from phasemap.simulation.estimators.outcomes import Outcome, nothing, outcome
from phasemap.simulation.estimators.silence import silent_from, silent_together
from phasemap.simulation.protocols.choice import check_length
from phasemap.simulation.protocols.drive import DriveRun, drive_times, run_drive
from phasemap.simulation.protocols.networks import Conditions, Networks, run_networks
from phasemap.simulation.protocols.switch import Scan, run_switch, switching
from phasemap.studies.protocols.report import Report, about, outcome_of, what_is_kept
from phasemap.theory.transient.memory.driven import Driven, driven
from phasemap.theory.transient.memory.known import Known
from phasemap.theory.transient.memory.switching import ACTIVE, smallest_strength, strengths_to_try

# Expected step of a driven network.
_STEP = 0.2
# Networks are tried within this factor of the smallest strength of the theory.
_AROUND = (0.125, 0.5, 2.0, 8.0)


def drive(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    networks: Conditions,
    end: float,
    *,
    with_theory: bool = True,
) -> Report:
    """Networks under inputs, from a state of the conditions' amplitude: activity over time, and where it ends."""
    check_length(options.relax + end)
    times = drive_times(end)
    settings = {"end": end, "relax": options.relax, "initial_amplitude": networks.amplitude}
    shapes = {"variance": times.shape, "activity_variance": times.shape, "active_fraction": (), "silent_from": ()}
    theory = {name: nothing(shape, Status.NOT_SOUGHT) for name, shape in shapes.items()}
    known: Driven | str = ""
    if with_theory:
        known = driven(p, networks.courses, times, networks.amplitude, options.relax)
    if not isinstance(known, str):
        theory["variance"] = outcome(known.square.value, known.square.error)
        theory["activity_variance"] = outcome(known.activity.value, known.activity.error)
        theory["active_fraction"] = outcome(float(known.square.value[-1] > ACTIVE), 0.0)
        theory["silent_from"] = silent_from(times, known.square.value, ACTIVE, known.square.error)
    remarks = [f"Active: mean square of h above {ACTIVE:g}; silent_from is when it fell below for good. Chaos beside a "
               "stable silent state is metastable in networks of finite size."]  # fmt: skip
    if isinstance(known, str) and known:
        remarks.append(known)
    runs = run_networks(lambda setup: run_drive(setup, end), p, options, seed, end / _STEP, networks)
    found = _activity(runs) if runs.runs else None
    # A share of finite networks has no limit in 1/N: they leave chaos at random, rarely where they are large.
    return Report("drive", p, settings, {"times": times}, theory, found, about(runs, options), remarks,
                  stopped=what_is_kept(runs), beside=("active_fraction",))  # fmt: skip


def _activity(runs: Networks[DriveRun]) -> dict[str, Outcome]:
    """Mean squares over time, the share of networks that are active at the end, and when they fell silent."""
    return {
        "variance": runs.combined(lambda run: (run.variance, np.zeros_like(run.variance))),
        "activity_variance": runs.combined(lambda run: (run.activity_variance, np.zeros_like(run.variance))),
        "active_fraction": _active(np.array([run.variance[-1] for run in runs.runs[runs.largest]])),
        "silent_from": silent_together(
            [silent_from(run.times, run.variance, ACTIVE) for run in runs.runs[runs.largest]]
        ),
    }


def _active(final: FloatArray) -> Outcome:
    """Share of networks that are active at the end, with the deviation of its posterior from a uniform prior."""
    n, active = len(final), int((final > ACTIVE).sum())
    return outcome(active / n, deviation_of_share(active, n))


def switch(
    p: Parameters,
    options: ProtocolOptions,
    seed: np.random.SeedSequence,
    networks: Conditions,
    durations: Sequence[float],
    end: float,
) -> Report:
    """The weakest pulse of each duration after which networks are active at the end, and its strength times duration.

    Raises:
        ConfigError: there is more than one input, or it is no pulse.
        UnsupportedError: the end is later than networks are followed for.
    """
    check_length(options.relax + end)
    pulse = _only_pulse(networks.courses)
    in_theory = [_in_theory(p, options, pulse.lasting(one), end, networks.amplitude) for one in durations]
    reasons = [one for one in in_theory if isinstance(one, str)]
    strengths = nothing((len(durations),), Status.NOT_SOUGHT) if reasons else outcome_of(
        [one for one in in_theory if not isinstance(one, str)])  # fmt: skip
    tried = tuple(_tried(*one) for one in zip(durations, strengths.value.tolist(), strict=True))
    scan = Scan(pulse, tuple(durations), tried, end)
    runs = run_networks(lambda setup: run_switch(setup, scan), p, options, seed, end / _STEP, networks)
    lengths = np.array(durations)
    theory = _with_impulses(lengths, strengths)
    found = _with_impulses(lengths, switching(runs)) if runs.runs else None
    settings = {"end": end, "relax": options.relax, "initial_amplitude": networks.amplitude}
    remarks = [f"The smallest strength of a pulse after which the mean square of h is above {ACTIVE:g} at the end, and "
               "strength times duration; absent where no pulse does it. Networks are sought near the theory.",
               *reasons[:1]]  # fmt: skip
    return Report("drive", p, settings, {"durations": lengths}, theory, found, about(runs, options), remarks,
                  stopped=what_is_kept(runs))  # fmt: skip


def _with_impulses(lengths: FloatArray, strengths: Outcome) -> dict[str, Outcome]:
    """Strengths of pulses, and strength times duration."""
    impulses = Outcome(lengths * strengths.value, lengths * strengths.error, strengths.status)
    return {"smallest_strength": strengths, "smallest_impulse": impulses}


def _only_pulse(courses: Sequence[InputCourse]) -> InputCourse:
    if len(courses) != 1 or courses[0].kind != "pulse":
        raise ConfigError("--durations asks for the weakest pulse of each duration: give exactly one --input, a pulse, "
                          "for example h:pulse:at=10,duration=2,strength=1,units=each.")  # fmt: skip
    return courses[0]


def _in_theory(
    p: Parameters, options: ProtocolOptions, pulse: InputCourse, end: float, amplitude: float
) -> Known | str:
    if options.relax > 0.0:
        return "There is a theory of the weakest pulse where the clock starts at once (--relax 0)."
    return smallest_strength(p, pulse, end, amplitude)


def _tried(duration: float, strength: float) -> tuple[float, ...]:
    return tuple(strength * factor for factor in _AROUND) if np.isfinite(strength) else strengths_to_try(duration)
