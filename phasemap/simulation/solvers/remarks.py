"""What the numbers of one network alone do not say, in sentences."""

import math

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.simulation.lyapunov.exponents import Trajectory
from phasemap.simulation.lyapunov.kaplan_yorke_and_entropy import kaplan_yorke_dimension
from phasemap.simulation.lyapunov.spectra import Spectrum
from phasemap.simulation.network.integrators import Integrator

# Of exponents from one to the next, least: flatter, no line says where the sum is zero.
_LEAST_FALL = 1e-6


def remarks_on(
    integrator: Integrator, trajectory: Trajectory, spectrum: Spectrum | None, options: SimulationOptions
) -> tuple[str, ...]:
    """Sentences about one network; none where all is well."""
    remarks = [trajectory.step.reason]
    if trajectory.lost:
        return tuple(remark for remark in remarks if remark)
    if spectrum is None:
        remarks.append(_without_spectrum(integrator))
    else:
        remarks += [
            _where_it_started(spectrum),
            _too_many(spectrum, options),
            _too_few(spectrum),
            _passed_over(spectrum),
        ]
    return tuple(remark for remark in remarks if remark)


def _without_spectrum(integrator: Integrator) -> str:
    if not integrator.network.has_tangent:
        return "A hard gate that follows h at once (tau = 0) leaves no tangent flow: no exponents were sought."
    return (
        "A gate is hard, or so steep that it opens within one time step: the largest exponent counts what every "
        "crossing of its threshold adds; the other exponents, the dimension and the entropy rate were not sought."
    )


def _where_it_started(spectrum: Spectrum) -> str:
    if not spectrum.unstable:
        return ""
    return (
        "The network stands at an unstable fixed point, where it started: it is on no attractor, and the exponents are "
        "those of the fixed point, which has no entropy. Give simulation.initial_amplitude above 0."
    )


def _too_many(spectrum: Spectrum, options: SimulationOptions) -> str:
    there = len(spectrum.exponents)
    if options.exponents <= there:
        return ""
    return f"The network has {there:,} exponents, fewer than the {options.exponents:,} of simulation.exponents."


def _too_few(spectrum: Spectrum) -> str:
    """Advice where the exponents at hand fix neither the dimension nor, perhaps, the entropy rate."""
    if spectrum.complete or spectrum.unstable or not math.isnan(spectrum.dimension.value):
        return ""
    missing = "the dimension and the entropy rate" if math.isnan(spectrum.entropy.value) else "the dimension"
    return (
        f"The {len(spectrum.exponents):,} largest exponents, whose sum is still positive, are too few for {missing}: "
        f"give simulation.exponents = {_enough(spectrum)} or more (0: all of them)."
    )


def _passed_over(spectrum: Spectrum) -> str:
    """Where the sum of the Kaplan-Yorke dimension comes to the directions in which gates only follow."""
    if not spectrum.left_out or spectrum.unstable:
        return ""
    whole = kaplan_yorke_dimension(spectrum.exponents, complete=spectrum.complete).value
    rates = ", ".join(f"{gate.rate:.3g}" for gate in spectrum.slaved)
    return (
        f"The Kaplan-Yorke dimension is that of the coupled directions: the {spectrum.left_out:,} exponents next to "
        f"the gates' own rates ({rates}), which its sum comes to, are passed over; with them it would be {whole:.4g}."
    )


def _enough(spectrum: Spectrum) -> int:
    """Exponents that suffice if they go on falling in a straight line, and a third more; at least twice as many."""
    exponents = spectrum.exponents
    count, total = len(exponents), float(exponents.sum())
    fall = max(float(exponents[0] - exponents[-1]) / max(count - 1, 1), _LEAST_FALL)
    last = float(exponents[-1])
    # total + last n - fall n^2 / 2 = 0
    more = (last + math.sqrt(last**2 + 2.0 * fall * max(total, 0.0))) / fall
    return int(np.ceil(max(2 * count, 4.0 / 3.0 * (count + more))))
