"""The result of a sweep before anything is computed: everything in place, everything pending."""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from phasemap.config import SweepConfig
from phasemap.dataset import Axis, Checks, Dimension, Field, Metadata, Result
from phasemap.dataset.records import CHECK, SolverRecord
from phasemap.model.registry import Solver
from phasemap.model.status import Status
from phasemap.sweeps.plan import parameters_at


def empty_result(config: SweepConfig) -> Result:
    """A result of the right shape in which every value is pending."""
    axes = tuple(_axis(config, position) for position in range(len(config.axes)))
    checks = None
    if config.checks:
        coordinates = config.points("checks")
        checks = Checks({axis.name: coordinates[:, k].copy() for k, axis in enumerate(axes)})
        checks.fields = _fields(config, "checks", (CHECK,), (len(checks),))
    return Result(
        axes=axes,
        fields=_fields(config, "grid", config.axis_names, config.shape),
        labels=_labels(config),
        dimensions=_dimensions(config),
        wanted_surfaces=config.surfaces,
        checks=checks,
        metadata=Metadata(
            title=config.title,
            description=config.description,
            config=config.text,
            config_hash=config.hash,
            settings=config.settings,
            parameters=config.fixed,
            seed=config.seed,
            solvers=_solvers(config),
        ),
    )


def _solvers(config: SweepConfig) -> dict[str, SolverRecord]:
    """The solvers of the quantities, with the options that count at the beginnings and at the ends of all axes."""
    ends = np.array([[axis.values[end] for axis in config.axes] for end in (0, -1)])
    points = parameters_at(config.parameters, config.axis_names, ends, config.derived)
    found = {}
    for solver in dict.fromkeys(config.registry.solver_of(name) for name in config.quantities):
        every = [] if solver.options is None else [field.name for field in fields(solver.options)]
        read = every if solver.reads is None else {name for point in points for name in solver.reads(point)}
        options = tuple(name for name in every if name in read)
        found[solver.name] = SolverRecord(solver.description, solver.simulated, solver.table, options)
    return found


def _axis(config: SweepConfig, position: int) -> Axis:
    axis = config.axes[position]
    info = config.registry.family.infos.get(axis.name)
    if info is None:
        gives = ", ".join(f"{name} = {expression.text}" for name, expression in config.derived.items())
        words = axis.name.replace("_", r"\ ")
        return Axis(axis.name, np.array(axis.values), rf"$\mathrm{{{words}}}$", f"gives {gives}", "1", axis.scale)
    return Axis(axis.name, np.array(axis.values), info.symbol, info.description, info.units, axis.scale)


def _fields(config: SweepConfig, part: str, dims: tuple[str, ...], shape: tuple[int, ...]) -> dict[str, Field]:
    return {
        name: _field(config, solver, name, dims, shape)
        for solver in config.solvers(part)
        for name in config.quantities_of(solver)
    }


def _field(config: SweepConfig, solver: Solver, name: str, dims: tuple[str, ...], shape: tuple[int, ...]) -> Field:
    quantity = config.registry.quantities[name]
    options = config.options_of(solver)
    own = tuple(len(config.registry.dimensions[dim].coordinates(options)) for dim in quantity.dims)
    return Field(
        name=name,
        dims=(*dims, *quantity.dims),
        value=np.full((*shape, *own), np.nan),
        status=np.full((*shape, *own), Status.PENDING, dtype=np.uint8),
        symbol=quantity.symbol,
        description=quantity.description,
        units=quantity.units,
        solver=solver.name,
        own_dims=quantity.dims,
        cites=solver.cites,
    )


def _labels(config: SweepConfig) -> dict[str, NDArray[np.generic]]:
    labels = {}
    for name in config.quantities:
        solver = config.registry.solver_of(name)
        for dim in config.registry.quantities[name].dims:
            labels[dim] = config.registry.dimensions[dim].coordinates(config.options_of(solver))
    return labels


def _dimensions(config: SweepConfig) -> dict[str, Dimension]:
    registry = config.registry
    used = {dim for name in config.quantities for dim in registry.quantities[name].dims}
    return {
        name: Dimension(about.description, about.units, about.symbol)
        for name, about in registry.dimensions.items()
        if name in used
    }
