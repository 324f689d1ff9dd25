"""What the spectrum of the Jacobian gives: rows of the registry."""

from phasemap.model.options import SpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Quantity, Solver
from phasemap.model.solvers.deferred import Deferred

_HERE = "phasemap.theory.jacobian.spectral_points"


def _spectrum_seconds(point: Parameters, options: SpectrumOptions) -> float:
    # A moving output gate couples a second variable to h, for every fixed point there is.
    return 0.01 if point.output_gate.is_constant else 0.1


def _dynamic_seconds(point: Parameters, options: SpectrumOptions) -> float:
    if point.update_gate.is_constant:
        return 0.05
    return 2.0 * (0.01 / options.ensemble_error) ** 2 + 1e-4 * options.samples


_PAPERS = ("krishnamurthy2022", "can2020", "ahmadian2015")

SOLVERS = (
    Solver("spectrum", "spectrum of the Jacobian at fixed points", Deferred(_HERE, "solve_points"), _spectrum_seconds,
           SpectrumOptions, table="spectrum", reads=lambda _: ("slow_rate",), cites=_PAPERS),
    Solver("dynamic_spectrum", "spectrum of the Jacobian along the fluctuating attractor",
           Deferred(_HERE, "solve_dynamics"), _dynamic_seconds, SpectrumOptions, table="spectrum",
           cites=_PAPERS),
)  # fmt: skip

QUANTITIES = (
    Quantity("slow_mode_fraction", r"$n(|\lambda| < \epsilon)$",
             "fraction of slow modes (eigenvalues of the Jacobian below `spectrum.slow_rate`) at a fixed point",
             "spectrum", dims=("fixed_point",)),
    Quantity("unstable_fraction", r"$n(\mathrm{Re}\,\lambda > 0)$",
             "fraction of unstable modes (eigenvalues of the Jacobian with a positive real part) at a fixed point",
             "spectrum", dims=("fixed_point",)),
    Quantity("support_components", "$k$", "connected pieces of the support of the Jacobian's spectrum", "spectrum",
             dims=("fixed_point",)),
    Quantity("dynamic_slow_mode_fraction", r"$n_t(|\lambda| < \epsilon)$",
             "fraction of slow modes (eigenvalues of the Jacobian below `spectrum.slow_rate`) "
             "along the fluctuating attractor",
             "dynamic_spectrum"),
    Quantity("dynamic_unstable_fraction", r"$n_t(\mathrm{Re}\,\lambda > 0)$",
             "fraction of unstable modes (eigenvalues of the Jacobian with a positive real part) "
             "along the fluctuating attractor",
             "dynamic_spectrum"),
    Quantity("dynamic_leading_edge", r"$\lambda_{e,t}$",
             "largest real part of the Jacobian's spectrum along the fluctuating attractor", "dynamic_spectrum",
             "1 / membrane time constant"),
)  # fmt: skip
