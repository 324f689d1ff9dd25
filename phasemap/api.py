"""The library's face: what the command line does, as functions; the same answers, bit for bit.

import phasemap as pm

report = pm.solve(pm.parameters(g_h=3, alpha_r=2))
report.phase, report["lyapunov_max"].sel(branch="fluctuating")
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phasemap.config import SweepConfig, make_config, make_point
from phasemap.config import load_config as _load_config
from phasemap.dataset import Field
from phasemap.dataset import Result as _Stored
from phasemap.dataset.phases import Phase
from phasemap.errors import ConfigError
from phasemap.model.estimate import Estimate
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.opened import Result
from phasemap.quantities import REGISTRY

if TYPE_CHECKING:
    from phasemap.figures.agreement import Comparison
    from phasemap.storage import BlockData
    from phasemap.studies.networks.network import SimulationRecord
    from phasemap.studies.point import PointReport
    from phasemap.studies.spectrum import SpectralReport

__all__ = [
    "Estimate",
    "Field",
    "Phase",
    "Result",
    "compare",
    "fixed_points",
    "hysteresis",
    "iter_sweep",
    "jacobian_spectrum",
    "load_config",
    "open",
    "parameters",
    "simulate",
    "solve",
    "sweep",
]

ParameterGrid = Mapping[str, Any]


def parameters(**values: Any) -> Parameters | ParameterGrid:
    """A point of parameter space, validated; with arrays among the values, a grid of points.

    A gate whose steepness is named is centred (beta = 0) unless its bias is named, too.

        pm.parameters(g_h=3, alpha_r=2)
        pm.parameters(g_h=[2.0, 2.5, 3.0], alpha_r=2)

    Raises:
        ParameterError: unknown name, not a number, or outside its domain.
    """
    along = {name: np.asarray(value, dtype=float).ravel() for name, value in values.items() if np.ndim(value)}
    fixed = {name: value for name, value in values.items() if name not in along}
    if not along:
        return make_parameters(fixed)
    make_parameters(fixed | {name: float(places[0]) for name, places in along.items()})
    return {**fixed, **along}


def solve(
    point: Parameters | ParameterGrid, quantities: Sequence[str] = (), *, seed: int = 0, **options: Mapping[str, Any]
) -> "PointReport | Result":
    """Everything that is known at a point, or over a grid of them.

    quantities: only these (and what their solvers give besides, at a point); all that takes seconds if none is named.
    options:    tables of the solvers' options, e.g. ensemble={"relative_error": 0.01}.

        report = pm.solve(pm.parameters(g_h=3, alpha_r=2))
        report["lyapunov_max"].sel(branch="fluctuating").value
        pm.solve(pm.parameters(g_h=[2.0, 3.0], alpha_r=2), ["lyapunov_max"])["lyapunov_max"]

    Returns:
        A report with `phase`, `critical_gains` and fields by name; for a grid, a result in memory.

    Raises:
        PhasemapError: unknown quantity or option, or a parameter outside its domain.
    """
    if not isinstance(point, Parameters):
        return _solve_grid(point, quantities, seed, options)
    from phasemap.studies.point import choose_solvers, solve_point

    settings = make_point({"parameters": _plain(point._asdict()), "seed": seed, **options}, REGISTRY)
    solvers, left_out = choose_solvers(settings, REGISTRY, quantities)
    report = solve_point(settings, REGISTRY, solvers)
    report.left_out.update(left_out)
    return report


def fixed_points(point: Parameters) -> "PointReport":
    """All fixed points of the static mean field and their stability, over the dimension `fixed_point`.

    Example:
        pm.fixed_points(pm.parameters(g_h=3, alpha_r=2))["delta_h"].sel(fixed_point="upper")
    """
    from phasemap.studies.point import solve_point

    settings = make_point({"parameters": _plain(point._asdict())}, REGISTRY)
    return solve_point(settings, REGISTRY, [REGISTRY.solvers["statics"]])


def jacobian_spectrum(point: Parameters, state: str | None = None, **request: Any) -> "SpectralReport":
    """The spectrum of the Jacobian: support, density, edge and slow modes, and eigenvalues of networks beside it.

    state:   a fixed point by name, `dynamics`, or None for the largest fixed point.
    request: see `phasemap.studies.spectrum.Request`.

        pm.jacobian_spectrum(pm.parameters(g_h=3, alpha_z=3), sample="none")
    """
    from phasemap.studies.spectrum import Request, spectral_report

    return spectral_report(point, Request(state=state, **request))


def hysteresis(point: Parameters, along: str) -> Result:
    """The attractors up from rest and down from the fluctuating state along a parameter, NAME=FROM:TO:POINTS.

    Example:
        pm.hysteresis(pm.parameters(alpha_r=20), "g_h=1.6:2.1:6").plot()
    """
    from phasemap.studies.hysteresis import follow_loop, parse_along

    settings = make_point({"parameters": _plain(point._asdict())}, REGISTRY)
    return Result(follow_loop(settings, parse_along(along)))


def simulate(point: Parameters, *, seed: int = 0, threads: int | None = None, **options: Any) -> "SimulationRecord":
    """One network of finite size: Lyapunov spectrum, activity statistics, autocorrelation, with errors.

    options: those of the table [simulation], e.g. size=200, duration=100.

        pm.simulate(pm.parameters(g_h=3, alpha_r=2), size=100, duration=50.0, transient=20.0)
    """
    from phasemap.studies.networks.network import simulate as run

    settings = make_point({"parameters": _plain(point._asdict()), "seed": seed, "simulation": options}, REGISTRY)
    return run(settings.parameters, settings.options["simulation"], np.random.SeedSequence(seed), threads)


def load_config(config: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> SweepConfig:
    """A configuration from a file, a name of the atlas, or the content of one as a dictionary.

    Example:
        pm.load_config("quickstart", ["axes.g_h.points=9", "axes.alpha_r.points=5"])
    """
    if isinstance(config, Mapping):
        return make_config(config, REGISTRY, overrides)
    return _load_config(Path(config), REGISTRY, overrides)


def sweep(
    config: "SweepConfig | str | Path | Mapping[str, Any]",
    output: str | Path,
    *,
    workers: int | None = None,
    overrides: Sequence[str] = (),
    progress: bool = True,
) -> Result:
    """Compute a phase diagram into a result file, and open it; what is there already is kept and completed.

    workers: processes; 0 computes in this one; None takes all cores.

        config = {"axes": {"g_h": [1.5, 3.0], "alpha_r": [0.0, 2.0]}, "quantities": ["static_gain"]}
        pm.sweep(config, "out.h5", overrides=["parameters.tau_r=3"]).plot("static_gain")
    """
    from phasemap.cli.progress import show_progress
    from phasemap.sweeps.executors.processes import make_executor
    from phasemap.sweeps.run import open_sweep

    settings = config if isinstance(config, SweepConfig) else load_config(config, overrides)
    executor = make_executor(_count(workers))
    with open_sweep(settings, Path(output)) as job:
        blocks: Iterable[BlockData] = job.run(executor)
        if progress and job.plan.blocks:
            show_progress(job, executor.workers, blocks)
        else:
            for _ in blocks:
                pass
    return open(output)


def iter_sweep(
    config: "SweepConfig | str | Path | Mapping[str, Any]", output: str | Path, *, workers: int | None = None
) -> Generator["BlockData"]:
    """The blocks of a sweep as they are finished, each safe on disk before it is handed out; closing it stops.

    Example:
        for block in pm.iter_sweep({"axes": {"g_h": [1.5, 3.0]}, "quantities": ["static_gain"]}, "line.h5"):
            print(block.name, len(block.indices))
    """
    from phasemap.sweeps.executors.processes import make_executor
    from phasemap.sweeps.run import open_sweep

    settings = config if isinstance(config, SweepConfig) else load_config(config)
    with open_sweep(settings, Path(output)) as job:
        yield from job.run(make_executor(_count(workers)))


def open(file: str | Path) -> Result:  # noqa: A001  (as in xarray)
    """A result file, finished or not.

        pm.open("out.h5")["static_gain"].sel(fixed_point="upper", g_h=3.0)

    Raises:
        ResultFileError: missing, damaged, or no result of phasemap.
    """
    from phasemap.storage import read_result

    return Result(read_result(Path(file)), Path(file))


def compare(result: "Result | _Stored") -> "list[Comparison]":
    """Theory against simulation, quantity by quantity, wherever a result holds both.

    Example:
        all(comparison.agrees.all() for comparison in pm.compare(pm.open("out.h5")))
    """
    from phasemap.figures.agreement import compare as run

    return run(result.data if isinstance(result, Result) else result)


def _solve_grid(point: ParameterGrid, quantities: Sequence[str], seed: int, options: Mapping[str, Any]) -> Result:
    from phasemap.studies.grid import solve_grid

    along = {name: places.tolist() for name, places in point.items() if np.ndim(places)}
    fixed = {name: value for name, value in point.items() if name not in along}
    wanted = list(quantities) or ["static_gain", "variance", "lyapunov_max"]
    content = {"parameters": _plain(fixed), "axes": along, "quantities": wanted, "surfaces": [], "seed": seed}
    return Result(solve_grid(make_config({**content, **options}, REGISTRY)))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    from phasemap import strict_json

    return {name: strict_json.plain(value) for name, value in values.items()}


def _count(workers: int | None) -> int:
    from phasemap.sweeps import environment

    if workers is not None and workers < 0:
        raise ConfigError(f"workers = {workers} must not be negative.")
    return environment.available_processors() if workers is None else workers
