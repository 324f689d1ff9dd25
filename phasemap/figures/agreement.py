"""Theory against simulation, point by point: differences, pulls and a verdict, from stored numbers alone.

The criterion. A point agrees if

    |simulated - theory| <= bias + errors * sqrt(theory error^2 + simulation error^2),

with `errors` standard errors (3 unless told otherwise; those of a mean over a few networks, whose scatter is known from
these few only, count as many times as Student's distribution is wider than the normal one there) and an allowance for
the finite size of the network: its bias falls as 1/N, so bias = a / N, absolute for growth rates (exponents and edges
of spectra, per membrane time), relative to the theoretical value for everything else, and nothing for a number that is
extrapolated in 1/N. The default a = 25 bounds what networks of 250 to 1000 units show: about -10/N for chaotic
exponents, -20/N close to the transition and for edges, up to +7/N for the exponent of a stable fixed point, and no
bias beyond +-10/N in the variance.

A growth rate of the wrong sign is another phase, which no allowance may hide: where theory and simulation have opposite
signs, and neither is within its own errors of zero, nothing is allowed for the finite size.

Where several attractors coexist, a network may end in either: the one that lies nearest is compared, and named. Of
several fixed points networks are drawn with the one of the largest variance, which is compared.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Field, Result
from phasemap.dataset.attractors import attractors
from phasemap.figures.scenes.fields import flat_grid, place_of_outermost
from phasemap.figures.scenes.stage import EXTRAPOLATED, NETWORK
from phasemap.model.status import Status
from phasemap.numerics.few_cases import expected_square, student_widening

Array = NDArray[np.float64]
GOOD = (Status.CONVERGED, Status.INTERPOLATED)
FINITE_SIZE = 25.0
ERRORS = 3.0
_EXPONENT = "lyapunov_max"
# Dimensions of gradients in theory and in networks.
LAG, NETWORK_LAG = "gradient_lag", "network_gradient_lag"
# Dimensions whose places theory and networks share, and the table of options that names the networks' size.
_SHARED: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {
    ((LAG,), (NETWORK_LAG,)): "network_gradients",
    (("delay",), ("delay",)): "protocol",
    (("pulse_strength",), ("pulse_strength",)): "protocol",
}
# Variance of the rounding of numbers of order one: below it a network that decays is at rest.
_AT_REST = float(np.finfo(float).eps ** 2)
_RATES = (_EXPONENT, "leading_edge")


@dataclass(frozen=True)
class Criterion:
    """`errors` combined standard errors, and `finite_size` / N for the bias of a network of N units."""

    errors: float = ERRORS
    finite_size: float = FINITE_SIZE


@dataclass(frozen=True)
class Comparison:
    """A quantity at the points that have both; arrays over these points.

    places:    parameter -> coordinates.
    error:     combined standard error of the difference.
    bias:      allowance for the finite size; none where the signs of growth rates contradict each other.
    branches:  name of the branch that is compared, at every point.
    size:      units of the network, None if extrapolated or not known.
    skipped:   points where one of the two has no good value.
    networks:  how many the simulated error is the scatter of; None if it is something else, or not known.
    """

    name: str
    symbol: str
    units: str
    places: dict[str, Array]
    theory: Array
    theory_error: Array
    simulated: Array
    simulated_error: Array
    bias: Array
    branches: tuple[str, ...]
    size: int | None
    extrapolated: bool
    skipped: int
    criterion: Criterion
    networks: int | None = None

    @property
    def absolute(self) -> bool:
        """Whether the allowance for the finite size is absolute, and not a share of the theoretical value."""
        return self.name in _RATES

    @property
    def difference(self) -> Array:
        """Simulated minus theoretical value."""
        return self.simulated - self.theory

    @property
    def error(self) -> Array:
        """Combined standard error of the difference."""
        return np.hypot(self.theory_error, self.simulated_error)

    @property
    def pulls(self) -> Array:
        """Difference over its error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.difference == 0.0, 0.0, self.difference / self.error)

    @property
    def mean_square_pull(self) -> float:
        """Over all points; unlike their number, its expectation is the same however much they are alike."""
        return float(np.mean(self.pulls**2))

    @property
    def expected_mean_square_pull(self) -> float:
        """That of networks which the theory describes: of Student's distribution; NaN where their number is unknown."""
        return expected_square(self.networks)

    @property
    def loose(self) -> NDArray[np.bool_]:
        """Points at which more is allowed than either number: they agree with anything of that size."""
        largest = np.maximum(np.abs(self.theory), np.abs(self.simulated))
        return np.asarray((self.bias + self.statistical > largest) & (largest > 0.0))

    @property
    def statistical(self) -> Array:
        """Allowance for the errors of both sides."""
        return self.criterion.errors * np.hypot(self.theory_error, self.widening * self.simulated_error)

    @property
    def widening(self) -> float:
        """How many times an error counts that so few networks tell."""
        return student_widening(self.criterion.errors, self.networks)

    @property
    def opposite(self) -> NDArray[np.bool_]:
        """Whether growth rates contradict each other in sign."""
        return _opposite(self.name, (self.theory, self.theory_error), (self.simulated, self.simulated_error),
                         self.criterion)  # fmt: skip

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Whether and why each point agrees: yes | yes, finite size | NO | NO, sign."""
        by_errors = np.abs(self.difference) <= self.statistical + _AT_REST
        words = np.where(self.agrees, np.where(by_errors, "yes", "yes, finite size"),
                         np.where(self.opposite, "NO, sign", "NO"))  # fmt: skip
        return tuple(words.tolist())

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Whether the difference is within what the errors and the finite size allow."""
        agreed: NDArray[np.bool_] = np.abs(self.difference) <= self.bias + self.statistical + _AT_REST
        return agreed


def compare(result: Result, criterion: Criterion | None = None) -> list[Comparison]:
    """One comparison for every quantity that is stored both as theory and as simulation.

    The check points are compared, and the grid where networks were simulated on it.
    """
    criterion = criterion or Criterion()
    found = []
    parts: list[tuple[dict[str, Field], dict[str, Array]]] = []
    if result.checks is not None:
        parts.append((result.checks.fields, result.checks.parameters))
    grid = flat_grid([axis.values for axis in result.axes])
    parts.append((result.fields, dict(zip(result.axis_names, grid, strict=True))))
    for fields, places in parts:
        for name in fields:
            twin = _twin(fields, name)
            # Functions are stored at the lags of each solver, which differ: their values at lag 0 are compared.
            if twin is not None and not twin.own_dims:
                found.append(_compare(result, fields, name, twin, places, criterion))
            elif twin is not None and (fields[name].own_dims, twin.own_dims) in _SHARED:
                found += _compare_at_places(result, fields[name], twin, places, criterion)
    return found


def _twin(fields: dict[str, Field], name: str) -> Field | None:
    """The simulated counterpart: the extrapolated one where it has any good value."""
    best = fields.get(f"{NETWORK}{name}{EXTRAPOLATED}")
    if best is not None and np.isin(best.status, GOOD).any():
        return best
    return fields.get(f"{NETWORK}{name}")


def _compare(
    result: Result, fields: dict[str, Field], name: str, twin: Field, places: dict[str, Array], criterion: Criterion
) -> Comparison:
    theory, branch_names = _theory(result, fields, fields[name])
    simulated, error = numbers_of(twin)
    simulated, error = simulated.reshape(-1), error.reshape(-1)
    with np.errstate(invalid="ignore"):
        distance = np.abs(theory[0] - simulated[:, None])
    nearest = np.argmin(np.where(np.isfinite(distance), distance, np.inf), axis=1)
    rows = np.arange(len(nearest))
    value, uncertainty = (part[rows, nearest] for part in theory)
    both = np.isfinite(value) & np.isfinite(simulated)
    extrapolated = twin.name.endswith(EXTRAPOLATED)
    size = None if extrapolated else network_size(result)
    share = 0.0 if extrapolated or not size else criterion.finite_size / size
    scale = np.ones_like(value) if name in _RATES else np.abs(value)
    opposite = _opposite(name, (value, uncertainty), (simulated, error), criterion)
    return Comparison(
        name=name,
        symbol=fields[name].symbol,
        units=fields[name].units,
        places={key: column[both] for key, column in places.items()},
        theory=value[both],
        theory_error=uncertainty[both],
        simulated=simulated[both],
        simulated_error=error[both],
        bias=np.where(opposite, 0.0, share * scale)[both],
        branches=tuple(branch_names[k] for k in nearest[both]),
        size=size,
        extrapolated=extrapolated,
        skipped=int((~both).sum()),
        criterion=criterion,
    )


def _opposite(
    name: str, theory: tuple[Array, Array], simulated: tuple[Array, Array], criterion: Criterion
) -> NDArray[np.bool_]:
    """Whether (value, error) of a growth rate have opposite signs, each beyond its own errors."""
    if name not in _RATES:
        return np.zeros(theory[0].shape, dtype=bool)
    known = [np.abs(value) > criterion.errors * error for value, error in (theory, simulated)]
    return np.asarray(known[0] & known[1] & (np.sign(theory[0]) * np.sign(simulated[0]) < 0.0))


def network_size(result: Result, table: str = "simulation") -> int | None:
    """Units of the largest network that the stored options in a table name."""
    options = result.metadata.settings.get("options", {}).get(table, {})
    size = max(options.get("sizes") or [options.get("size", 0)])
    return int(size) or None


def _compare_at_places(
    result: Result, theory: Field, twin: Field, places: dict[str, Array], criterion: Criterion
) -> list[Comparison]:
    """Functions, place by place where both have the place; what vanishes exactly in both is nothing to compare."""
    own, others = (np.asarray(result.labels[field.own_dims[0]], dtype=float) for field in (theory, twin))
    table = _SHARED[(theory.own_dims, twin.own_dims)]
    label = "lag" if theory.own_dims == (LAG,) else theory.own_dims[0]
    lags, first, second = np.intersect1d(own, others, return_indices=True)
    values, errors = (
        (a[..., first].reshape(-1), b[..., second].reshape(-1))
        for a, b in zip(numbers_of(theory), numbers_of(twin), strict=True)
    )
    both = np.isfinite(values[0]) & np.isfinite(values[1]) & ((values[0] != 0.0) | (values[1] != 0.0))
    if not both.any():
        return []
    count, size = len(lags), network_size(result, table)
    columns = {name: np.repeat(column, count)[both] for name, column in places.items()}
    points = len(next(iter(places.values())))
    return [
        Comparison(
            theory.name, theory.symbol, theory.units, {**columns, label: np.tile(lags, points)[both]},
            values[0][both], errors[0][both], values[1][both], errors[1][both],
            (criterion.finite_size / size if size else 0.0) * np.abs(values[0][both]), ("",) * int(both.sum()), size,
            False, int((~both).sum()), criterion,
        )
    ]  # fmt: skip


def _theory(result: Result, fields: dict[str, Field], field: Field) -> tuple[tuple[Array, Array], list[str]]:
    """Values and errors (n_points, n_branches) on the attractors, NaN elsewhere, and the branches' names."""
    if field.own_dims == ("fixed_point",):
        field = field.pick("fixed_point", place_of_outermost(field, "fixed_point"))
    value, error = numbers_of(field)
    if field.own_dims != ("branch",):
        n = math.prod(field.own_shape)
        return (value.reshape(-1, n), error.reshape(-1, n)), [""] * n
    names = [str(label) for label in result.labels["branch"]]
    judge = fields.get(_EXPONENT, replace(field, value=np.full_like(field.value, np.nan)))
    stable = attractors(judge, names).reshape(-1, len(names))
    value, error = value.reshape(-1, len(names)), error.reshape(-1, len(names))
    return (np.where(stable, value, np.nan), np.where(stable, error, np.nan)), names


def numbers_of(field: Field) -> tuple[Array, Array]:
    """Good values and their errors (zero where none is stored), NaN elsewhere."""
    good = np.isin(field.status, GOOD) & np.isfinite(field.value)
    error = np.zeros_like(field.value) if field.error is None else np.nan_to_num(field.error)
    return np.where(good, field.value, np.nan), np.where(good, error, np.nan)
