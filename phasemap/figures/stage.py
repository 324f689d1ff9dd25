"""From a stored result to a scene: choosing, orienting and naming, nothing more."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from phasemap.figures.fields import PHASE, branching, can_label, kind_of, phase_field, phase_names, resolve
from phasemap.figures.lines import LineScene
from phasemap.figures.scene import Axis, Checks, Kind, Layer, Line, Markers, Scene
from phasemap.model.results import CriticalSurface
from phasemap.model.status import Status
from phasemap.phases import Phase
from phasemap.storage import Axis as StoredAxis
from phasemap.storage import Field, Result

NETWORK = "network_"
EXTRAPOLATED = "_extrapolated"
_CHECKED_FIRST = ("lyapunov_max", "leading_edge")


def stage(result: Result, quantity: str, branch: str | None = None, at: Mapping[str, str] | None = None) -> Scene:
    """The scene of a result over two axes, the first along x, the second along y; lines alone without a quantity."""
    layer = layer_of(resolve(result, quantity, branch, at), result) if quantity else blank(result)
    lines, markers = surfaces_of(result)
    phases = None
    if can_label(result) and quantity != PHASE:
        phases = phase_field(result).values.astype(np.uint8).T
    names = {code: words for code, words in phase_names().items() if code != Phase.UNDETERMINED}
    return Scene(
        x=axis_of(result.axes[0]),
        y=axis_of(result.axes[1]),
        layer=layer,
        phases=phases,
        phase_names=names,
        lines=lines,
        markers=markers,
        checks=checks_of(result, quantity, branch),
        fingerprint=result.metadata.config_hash,
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
            names.append("" if label is None else f"{label.replace('_', ' ')}")
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
    kind = kind_of(field.name, whole.values[np.isin(whole.status, (Status.CONVERGED, Status.INTERPOLATED))])
    return Layer(
        name=field.name,
        symbol=field.symbol or ("" if field.description else field.name),
        description=field.description,
        value=field.values.T,
        status=field.status.T,
        kind=kind,
        error=None if field.error is None else field.error.T,
        units=field.units,
        names=phase_names() if kind is Kind.LABELS else {},
    )


def surfaces_of(result: Result) -> tuple[tuple[Line, ...], tuple[Markers, ...]]:
    """Critical lines and special points in the plane of the two axes."""
    lines, markers = [], []
    for surface in result.surfaces.values():
        if len(surface.triangles) or not set(result.axis_names) <= set(surface.columns):
            continue
        pieces = [piece[:, _columns(surface, result)] for piece in surface.pieces if len(piece)]
        if pieces and all(len(piece) == 1 for piece in pieces):
            markers.append(Markers(surface.name, _words(surface), np.concatenate(pieces)))
        elif pieces:
            lines.append(Line(surface.name, _words(surface), tuple(pieces)))
    return tuple(lines), tuple(markers)


def checks_of(result: Result, quantity: str, branch: str | None = None) -> Checks | None:
    """Theory and simulation at the check points, where the network's twin of the quantity is stored there."""
    checks = result.checks
    twin = twin_of(result, quantity)
    if checks is None or twin is None or not set(result.axis_names) <= set(checks.parameters):
        return None
    simulated = checks.fields[twin]
    missing = np.full(len(checks), np.nan)
    theory, theory_error = missing, missing
    if quantity in checks.fields:
        theory, theory_error = _good(resolve(result, quantity, branch, checks=checks))
    value, error = _good(simulated)
    places = [checks.parameters[name] for name in result.axis_names]
    return Checks(
        x=places[0],
        y=places[1] if len(places) > 1 else missing,
        theory=theory,
        theory_error=theory_error,
        simulated=value,
        simulated_error=error,
        symbol=checks.fields[quantity].symbol if quantity in checks.fields else simulated.symbol,
        units=simulated.units,
        simulation=words_of_simulation(result, twin),
    )


def checked_quantity(result: Result) -> str | None:
    """The first quantity that has both theory and simulation at the check points: an exponent or an edge, if any."""
    fields = {} if result.checks is None else result.checks.fields
    names = [name for name in fields if name in result.fields and twin_of(result, name) is not None]
    return min(names, key=lambda name: (name not in _CHECKED_FIRST, name), default=None)


def twin_of(result: Result, quantity: str) -> str | None:
    """The simulated counterpart at the check points: extrapolated in 1/N where that is stored, else at one size."""
    fields = {} if result.checks is None else result.checks.fields
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


def _good(field: Field) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values and errors, NaN where the number is not a good one."""
    good = np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))
    error = np.full_like(field.values, np.nan) if field.error is None else field.error
    return np.where(good, field.values, np.nan), np.where(good, error, np.nan)


def _columns(surface: CriticalSurface, result: Result) -> list[int]:
    return [surface.columns.index(name) for name in result.axis_names]


def _words(surface: CriticalSurface) -> str:
    return surface.name.replace("_", " ")
