"""Numerical options of the solvers, one frozen record each; they carry no physics.

They are plain data without compiled code behind them, so that a configuration can be read at once. A field is either
`name: type = default` or `name: type = option(default, description, bounds)`; configurations are checked against the
types and bounds, and tuples are lists there.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal


def option(
    default: Any,
    description: str,
    *,
    minimum: float | None = None,
    above: float | None = None,
    units: str = "",
    later: bool = False,
) -> Any:
    """A field of an options record that knows what it means and what is allowed (value >= minimum, value > above).

    An option that came `later` than the first results is no setting of a sweep while it has its default: results from
    before it are those of the same configuration.
    """
    known = {"description": description, "ge": minimum, "gt": above, "units": units, "later": later}
    return field(default=default, metadata=known)


def settings_of(record: Any) -> dict[str, Any]:
    """The options of a record by which results are known: all but those that came later and have their defaults."""
    kept = (f for f in fields(record) if not (f.metadata.get("later") and getattr(record, f.name) == f.default))
    return {f.name: getattr(record, f.name) for f in kept}


@dataclass(frozen=True)
class SimulationOptions:
    """Finite networks (docs/theory.md, section 7). Times in units of the membrane constant."""

    size: int = option(500, "number of units N", minimum=1)
    realisations: int = option(4, "independent networks per point", minimum=1)
    time_step: float = option(0.1, "step of the integrator; smaller where a gate is faster", above=0.0)
    duration: float = option(300.0, "time over which exponents and averages are taken", above=0.0)
    transient: float = option(100.0, "time dropped before", minimum=0.0)
    sizes: tuple[int, ...] = option(
        (), "several sizes, instead of `size`: quantities are those of the largest, exponents are extrapolated in 1/N"
    )
    initial_amplitude: float = option(1.0, "standard deviation of the initial state", minimum=0.0)
    traces: int = option(50, "units whose activity over time is kept where it is asked for", minimum=1)
    trajectories: int = option(
        4, "trajectories of the same couplings, for participation ratios; 1: segments of one", minimum=1, later=True
    )
    exponents: int = option(0, "Lyapunov exponents of a spectrum, largest first; 0: all of them", minimum=0)
    single_precision: bool = option(False, "tangent vectors of spectra in single precision; the error is measured")
    lyapunov_error: float = option(
        0.0, "standard error of lambda_max at which a spectrum may stop; 0: any", minimum=0.0
    )
    dimension_error: float = option(0.0, "the same for the Kaplan-Yorke dimension per unit; 0: any", minimum=0.0)
    entropy_error: float = option(0.0, "the same for the entropy rate per unit; 0: any", minimum=0.0)
    max_duration: float = option(
        3000.0,
        "time at which a spectrum stops, its errors small enough or not; it lasts at least `duration`",
        above=0.0,
    )
    max_seconds: float = option(
        0.0, "wall time of one spectrum, the same way (results then depend on the machine); 0: no limit", minimum=0.0
    )


@dataclass(frozen=True)
class EnsembleOptions:
    """Dynamic mean field with a fluctuating update gate (docs/theory.md (5.1)). Times in membrane constants."""

    relative_error: float = option(0.005, "statistical error asked of the variance, relative to it", above=0.0)
    paths: int = option(1024, "paths in the smallest ensemble; rounded up to whole batches", minimum=1)
    time_step: float = option(0.8, "first time step; adapted to the accuracy asked for", above=0.0)
    longest_window: float = option(32768.0, "longest window of time that is tried", above=0.0)
    path_steps: float = option(2.0**25, "budget: most paths times time steps in an ensemble", above=0.0)
    exponents: bool = option(True, "whether maximum Lyapunov exponents are computed")
    lazy_runs: int = option(
        0, "networks without matrices, of every size, where no window holds the state; 0: none", minimum=0, later=True
    )
    lazy_sizes: tuple[int, ...] = option((1000, 4000, 16000), "their sizes, extrapolated in 1/M", minimum=2, later=True)
    lazy_age: float = option(
        30000.0, "age to which they run; later than four relaxation times", minimum=1.0, later=True
    )
    lazy_every: int = option(1, "in planes: at every n-th point along each axis", minimum=1, later=True)

    @property
    def lazy_ages(self) -> tuple[float, ...]:
        """Ages at which these networks are looked at."""
        return (0.01 * self.lazy_age, 0.1 * self.lazy_age, self.lazy_age)

    @property
    def lean(self) -> "EnsembleOptions":
        """The same without networks."""
        return replace(self, lazy_runs=0)


@dataclass(frozen=True)
class SpectrumOptions:
    """Spectrum of the Jacobian (docs/theory.md (3.5))."""

    slow_rate: float = option(
        0.05, "eigenvalues below this modulus are slow modes", above=0.0, units="1 / membrane time constant"
    )
    samples: int = option(20000, "samples of the dynamics where the update gate varies", minimum=100)
    ensemble_error: float = option(0.01, "relative error of the variance in the ensemble they come from", above=0.0)


@dataclass(frozen=True)
class TangentSpectrumOptions:
    """The Lyapunov spectrum in the mean field (docs/theory.md, section 16)."""

    rates: tuple[float, ...] = option(
        (-0.4, -0.2, -0.1, 0.0, 0.1),
        "rates above which exponents are counted",
        units="1 / membrane time constant",
    )


@dataclass(frozen=True)
class GradientOptions:
    """Gradients in the mean field (docs/theory.md, section 9). Lags in membrane time constants."""

    lags: tuple[float, ...] = option((1.0, 2.0, 4.0, 8.0), "lags between the loss and the gradient, all above 0")
    state: str = option("attractor", "state whose gradients are meant: attractor, static or zero")
    ensemble_error: float = option(
        0.005, "relative error of the variance in the ensemble, where the update gate varies", above=0.0
    )
    paths: int = option(65536, "stretches of paths at short lags, where the update gate varies", minimum=512)


@dataclass(frozen=True)
class NetworkGradientOptions:
    """Gradients of finite networks by exact adjoints (docs/theory.md, section 9). Times in membrane constants."""

    lags: tuple[float, ...] = option((1.0, 2.0, 4.0, 8.0), "lags between the loss and the gradient, all above 0")
    state: str = option("attractor", "state whose gradients are meant: attractor, static or zero")
    size: int = option(1000, "number of units N", minimum=2)
    networks: int = option(4, "independent networks per point", minimum=1)
    adjoints: int = option(16, "random adjoint vectors per network and window", minimum=2)
    time_step: float = option(0.1, "step of the integrator; adjoints take steps as long", above=0.0)
    transient: float = option(100.0, "time dropped before the attractor is taken to be reached", minimum=0.0)
    initial_amplitude: float = option(1.0, "standard deviation of the initial state", minimum=0.0)
    error: float = option(
        0.0, "standard error of ln A that size, networks and vectors are chosen for; 0: as given", minimum=0.0
    )
    most_networks: int = option(32, "networks at which the search for that error ends", minimum=1)

    @property
    def simulation(self) -> SimulationOptions:
        """The same for the integrator."""
        return SimulationOptions(
            size=self.size, time_step=self.time_step, transient=self.transient, initial_amplitude=self.initial_amplitude
        )


@dataclass(frozen=True)
class ProtocolOptions:
    """Kicks, and pulses that clear their trace (docs/theory.md, sections 10 and 15). Times in membrane constants."""

    state: Literal["attractor", "static"] = option(
        "attractor", "what is kicked in theory: the stationary state of the phase diagram, or the static solution"
    )
    delays: tuple[float, ...] = option((10.0, 1000.0), "times after the kick at which its trace is read")
    amplitude: float = option(0.0, "standard deviation of the kick to h; 0: infinitesimal", minimum=0.0)
    in_deviations: bool = option(False, "whether the amplitude is in units of the standard deviation of h")
    relax: float = option(30.0, "time that networks relax from h, z, r ~ N(0, 1) before the kick", minimum=0.0)
    gate: Literal["z", "r", "both"] = option("z", "gate that a reset pulse goes to")
    at: float = option(20.0, "time from the kick to the reset pulse", minimum=0.0)
    duration: float = option(2.0, "length of the reset pulse", above=0.0)
    strengths: tuple[float, ...] = option((0.5, 2.0), "inputs to the update gate during the reset pulse")
    read: float = option(30.0, "time from the end of the reset pulse to the reading", minimum=0.0)
    networks: int = option(4, "independent networks", minimum=1)
    size: int = option(1000, "number of units N", minimum=2)
    sizes: tuple[int, ...] = option(
        (), "several sizes, instead of `size`: results are those of the largest, and are extrapolated in 1/N"
    )
    couplings: Literal["cheaper", "dense", "lazy"] = option(
        "cheaper", "networks with their matrices, or without them (the same in law)"
    )


@dataclass(frozen=True)
class CountOptions:
    """Fixed points of finite networks, counted (docs/theory.md, section 8)."""

    size: int = option(10, "number of units N", minimum=2)
    networks: int = option(200, "networks in which all fixed points are searched for", minimum=2)
    starts: int = option(4000, "most starts of Newton's method per network", minimum=16)
    samples: int = option(100_000, "samples of the Kac-Rice integral", minimum=100)
