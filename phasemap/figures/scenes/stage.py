"""From a stored result to a scene: choosing, orienting and naming, nothing more."""

import tomllib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis as StoredAxis
from phasemap.dataset import Field, Result
from phasemap.dataset.marginal_region import MARGINALLY_STABLE, is_behind_hard_gate
from phasemap.dataset.phases import Phase
from phasemap.figures.kinds.curves.lines import LineScene
from phasemap.figures.scenes.fields import (
    PHASE,
    branching,
    can_label,
    flat_grid,
    kind_of,
    phase_names,
    resolve,
)
from phasemap.figures.scenes.finest import finer_of, phases_on
from phasemap.figures.scenes.scene import Axis, Checks, Fates, Kind, Layer, Line, Markers, Scene
from phasemap.figures.scenes.states import states_of
from phasemap.model.results import CriticalSurface, Region
from phasemap.model.status import Status

# The line that a region ends at, and would draw and name a second time.
_BORDERS = {MARGINALLY_STABLE: "pinning_limit"}
NETWORK = "network_"
EXTRAPOLATED = "_extrapolated"
Numbers = NDArray[np.float64]
# Networks at more points than this would cover the map that they stand on.
_MOST_ON_GRID = 100
FATES = _SURVIVING, _SETTLED = "network_surviving_fraction", "network_settled_fraction"
"""Shares of the networks that still move, and that came to rest."""

_CHECKED_FIRST = ("lyapunov_max", "leading_edge")


def stage(result: Result, quantity: str, branch: str | None = None, at: Mapping[str, str] | None = None) -> Scene:
    """The scene of a result over two axes, the first along x, the second along y; lines alone without a quantity."""
    finer = finer_of(result, quantity)
    finest = result if finer is None else result.over(finer)
    layer = layer_of(resolve(finest, quantity, branch, at), finest) if quantity else blank(result)
    lines, markers = surfaces_of(result)
    phases = None
    if can_label(result) and quantity != PHASE:
        phases = phases_on(result, finest).astype(np.uint8).T
    names = {code: words for code, words in phase_names(result).items() if code != Phase.UNDETERMINED}
    return Scene(
        x=axis_of(finest.axes[0]),
        y=axis_of(finest.axes[1]),
        layer=layer,
        phases=phases,
        phase_names=names,
        lines=lines,
        markers=markers,
        marks=marks_of(result),
        checks=checks_of(result, quantity, branch),
        fingerprint=result.metadata.config_hash,
        fates=fates_of(result),
        areas=areas_of(result),
        states=states_of(finest, quantity, branch, phases),
        halved=finer is not None and finer is result.refined,
    )


def stage_line(
    result: Result, quantity: str, branch: str | None = None, at: Mapping[str, str] | None = None
) -> LineScene:
    """The scene of a result over one axis: every branch of the quantity, or the one that is chosen."""
    dim = branching(result, quantity)
    layers, names = [], []
    for label in [branch] if branch is not None or dim is None else [str(v) for v in result.labels[dim]]:
        layer = layer_of(resolve(result, quantity, label, at), result)
        # A branch that is absent everywhere is not worth an entry in the legend.
        if label is None or label == branch or (layer.status != Status.ABSENT).any():
            layers.append(layer)
            names.append("" if label is None else label.replace("_", " "))
    name = result.axis_names[0]
    uprights = tuple(
        (key, _words(surface), np.unique(surface.vertices[:, surface.columns.index(name)]))
        for key, surface in result.surfaces.items()
        if name in surface.columns and not len(surface.triangles)
    )
    return LineScene(
        x=axis_of(result.axes[0]),
        layers=tuple(layers) or (layer_of(resolve(result, quantity, branch, at), result),),
        names=tuple(names) or ("",),
        uprights=uprights,
        checks=checks_of(result, quantity, branch),
        fingerprint=result.metadata.config_hash,
    )


def blank(result: Result) -> Layer:
    """The layer of a result that holds critical lines only."""
    shape = result.shape[::-1]
    status = np.full(shape, Status.ABSENT, dtype=np.uint8)
    return Layer("critical lines", "", "", np.full(shape, np.nan), status, Kind.BLANK)


def axis_of(axis: StoredAxis) -> Axis:
    """An axis as it is drawn; an infinite last value gets a place of its own beyond the finite ones."""
    values, ticks = axis.values.astype(float), {}
    if not np.isfinite(values).all():
        finite = values[np.isfinite(values)]
        step = finite[-1] - finite[-2] if len(finite) > 1 else 1.0
        ticks = {float(v): f"{v:g}" for v in finite}
        places = finite.tolist()
        if values[-1] == np.inf:
            places.append(float(finite[-1] + step))
            ticks[places[-1]] = r"$\infty$"
        if values[0] == -np.inf:
            places.insert(0, float(finite[0] - step))
            ticks[places[0]] = r"$-\infty$"
        values = np.array(places)
    return Axis(axis.name, values, axis.symbol or axis.name, axis.description, axis.units, axis.scale == "log", ticks)


def layer_of(field: Field, result: Result) -> Layer:
    """A field over one or two axes as it is drawn: rows along y. All of the quantity's branches are of one kind."""
    whole = result.fields.get(field.name, field)
    kind = kind_of(field.name, whole.value[np.isin(whole.status, (Status.CONVERGED, Status.INTERPOLATED))])
    return Layer(
        name=field.name,
        symbol=field.symbol or ("" if field.description else field.name),
        description=field.description,
        value=field.value.T,
        status=field.status.T,
        kind=kind,
        error=None if field.error is None else field.error.T,
        units=field.units,
        names=phase_names(result) if kind is Kind.LABELS else {},
    )


def surfaces_of(result: Result) -> tuple[tuple[Line, ...], tuple[Markers, ...]]:
    """Critical lines and special points in the plane of the two axes, but a line that is the border of a region."""
    lines, markers = [], []
    borders = {_BORDERS.get(name) for name in result.regions}
    for surface in result.surfaces.values():
        if len(surface.triangles) or surface.name in borders or not set(result.axis_names) <= set(surface.columns):
            continue
        pieces = [piece[:, _columns(surface, result)] for piece in surface.pieces if len(piece)]
        if pieces and all(len(piece) == 1 for piece in pieces):
            markers.append(Markers(surface.name, _words(surface), np.concatenate(pieces)))
        elif pieces:
            lines.append(Line(surface.name, _words(surface), tuple(pieces)))
    return tuple(lines), tuple(markers)


def areas_of(result: Result) -> tuple[Line, ...]:
    """The outlined regions of the plane of the two axes."""
    return tuple(
        Line(
            name,
            f"{_words(region)}, {_pinned(region, result)}",
            tuple(piece[:, _columns(region, result)] for piece in region.pieces),
        )
        for name, region in result.regions.items()
        if set(result.axis_names) <= set(region.columns)
    )


def _pinned(region: Region, result: Result) -> str:
    """The condition of the region as a formula: of a hard update gate, or of one of finite steepness."""
    hard = is_behind_hard_gate(result.metadata.parameters)
    return "$f S < 1 < S$" if hard else rf"$p \leq {region.level:g}$"


def marks_of(result: Result) -> tuple[Markers, ...]:
    """Named places that the configuration marks, in the order of its axes, as far as they lie within them."""
    try:
        wanted = tomllib.loads(result.metadata.config).get("marks", {})
    except tomllib.TOMLDecodeError:
        return ()
    ends = [(axis.values[0], axis.values[-1]) for axis in result.axes]
    return tuple(
        Markers(words, words, np.array([place], dtype=np.float64))
        for words, place in wanted.items()
        if len(place) == len(ends) and all(low <= x <= high for x, (low, high) in zip(place, ends, strict=True))
    )


def checks_of(result: Result, quantity: str, branch: str | None = None) -> Checks | None:
    """Theory and simulation where the network's twin of the quantity is stored: at the check points, else on the grid.

    A fine grid of networks is a map of its own and not drawn over the theory's.
    """
    checks, names = result.checks, result.axis_names
    if checks is not None and set(names) <= set(checks.parameters):
        twin = twin_of(checks.fields, quantity)
        if twin is not None and not checks.fields[twin].own_dims:  # functions are compared lag by lag elsewhere
            at = resolve(result, quantity, branch, checks=checks) if quantity in checks.fields else None
            return _checks(result, [checks.parameters[name] for name in names], at, twin, checks.fields)
    twin = twin_of(result.fields, quantity)
    if twin is None or quantity not in result.fields or not 0 < _count(result.fields[twin]) <= _MOST_ON_GRID:
        return None
    places = flat_grid([axis_of(axis).values for axis in result.axes])
    return _checks(result, places, resolve(result, quantity, branch), twin, result.fields)


def fates_of(result: Result) -> Fates | None:
    """Which networks at the check points of a plane came to rest; None where that is not stored."""
    if result.checks is None or not set(result.axis_names) <= set(result.checks.parameters):
        return None
    fields, places = result.checks.fields, [result.checks.parameters[name] for name in result.axis_names]
    moving, settled = fields.get(_SURVIVING), fields.get(_SETTLED)
    field = moving if moving is not None else settled
    if field is None or field.own_dims:
        return None
    share, _ = _good(field)
    words = words_of_simulation(result, _SURVIVING).replace("simulation", "networks")
    return Fates(places[0], places[1], share if field is moving else 1.0 - share, words)


def _count(field: Field) -> int:
    """How many points a plain number is stored at; 0 for a function."""
    return 0 if field.own_dims else field.value.size


def _checks(
    result: Result, places: Sequence[Numbers], theory: Field | None, twin: str, fields: Mapping[str, Field]
) -> Checks:
    """One record of all points; NaN where there is no theory."""
    simulated = fields[twin]
    value, error = _good(simulated)
    missing = np.full_like(value, np.nan)
    expected, expected_error = (missing, missing) if theory is None else _good(theory)
    x, y, z = [*places, missing, missing][:3]
    return Checks(
        x=x,
        y=y,
        z=z,
        theory=expected,
        theory_error=expected_error,
        simulated=value,
        simulated_error=error,
        symbol=simulated.symbol if theory is None else theory.symbol,
        units=simulated.units,
        simulation=words_of_simulation(result, twin),
    )


def checked_quantity(result: Result) -> str | None:
    """The first quantity that has both theory and simulation at the check points: an exponent or an edge, if any."""
    fields = {} if result.checks is None else result.checks.fields
    names = [name for name in fields if name in result.fields and twin_of(fields, name) is not None]
    return min(names, key=lambda name: (name not in _CHECKED_FIRST, name), default=None)


def twin_of(fields: Mapping[str, Field], quantity: str) -> str | None:
    """The simulated counterpart among `fields`: extrapolated in 1/N where that is good anywhere, else at one size."""
    for name in (f"{NETWORK}{quantity}{EXTRAPOLATED}", f"{NETWORK}{quantity}"):
        if name in fields and np.isin(fields[name].status, (Status.CONVERGED, Status.INTERPOLATED)).any():
            return name
    return f"{NETWORK}{quantity}" if f"{NETWORK}{quantity}" in fields else None


def words_of_simulation(result: Result, twin: str) -> str:
    """'simulation, N = 500', as the stored options say."""
    if twin.endswith(EXTRAPOLATED):
        return r"simulation, $N \to \infty$"
    options = result.metadata.settings.get("options", {}).get("simulation", {})
    size = max(options.get("sizes") or [options.get("size", 0)])
    return f"simulation, $N = {size}$" if size else "simulation"


def _good(field: Field) -> tuple[Numbers, Numbers]:
    """Values and errors of all points, NaN where the number is not a good one."""
    good = np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))
    error = np.full_like(field.value, np.nan) if field.error is None else field.error
    return np.where(good, field.value, np.nan).ravel(), np.where(good, error, np.nan).ravel()


def _columns(surface: CriticalSurface, result: Result) -> list[int]:
    return [surface.columns.index(name) for name in result.axis_names]


def _words(surface: CriticalSurface) -> str:
    return surface.name.replace("_", " ")
