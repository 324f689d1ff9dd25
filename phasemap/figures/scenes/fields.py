"""Which stored number stands for a quantity at every point: a branch, a fixed point, or a label made from them."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Checks, Field, Result
from phasemap.dataset.attractors import dominant_branch
from phasemap.dataset.phases import LABEL_QUANTITIES, PHASE_NAMES, Phase, phase_evidence, phase_labels
from phasemap.errors import PhasemapError
from phasemap.figures.scenes.scene import Kind
from phasemap.model.branches import branch_name
from phasemap.model.facts import Fact
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.model.text.expressions import parse_expression
from phasemap.suggest import choices

PHASE = "phase"
NO_STABLE_STATE = "no stable state"
"""What a static map says where a map with dynamics says chaotic."""

BRANCHING = ("branch", "fixed_point", "way")
_MAIN, _STATIC = "lyapunov_max", "static_gain"
# One of these is needed for a label, over these dimensions: the panels of a protocol have dimensions of their own.
_DECISIVE = {"static_gain": ("fixed_point",), _MAIN: ("branch",)}
_EXPONENTS = ("lyapunov", "leading_edge", "exponent", "growth_rate")
# Counts of exponents are none.
_SHARES = ("fraction", "exponents_above")
_MOST_COUNTS = 12
# Share of the largest value that a negative one must exceed to be more than rounding of what is never negative.
_ROUNDING = 1e-5


def available(result: Result) -> list[str]:
    """Names that can be drawn: the stored quantities, and the phase label where they allow it."""
    return list(dict.fromkeys([*sorted(result.fields), *([PHASE] if can_label(result) else [])]))


def can_label(result: Result) -> bool:
    """Whether the stored quantities say anything about the phase."""
    return any(name in result.fields and result.fields[name].own_dims == own for name, own in _DECISIVE.items())


def default_quantity(result: Result) -> str:
    """The maximum exponent where it is stored, else a loop's variance, the phase label, the first quantity, or ""."""
    for name in (_MAIN, "loop_variance"):
        if name in result.fields:
            return name
    if can_label(result):
        return PHASE
    return next(iter(result.fields), "")


def check_quantity(result: Result, name: str) -> str:
    """`name`, if it can be drawn.

    Raises:
        PhasemapError: naming the near one, and all that there are.
    """
    names = available(result)
    if name in names:
        return name
    raise PhasemapError(f"The result holds no quantity {name!r}.{choices(name, names, 'It holds')}")


def phase_field(result: Result, fields: Mapping[str, Field] | None = None, checks: Checks | None = None) -> Field:
    """Phase labels over the axes, made afresh from the stored numbers (or over the check points, if given).

    A result in other units carries its labels with it: thresholds are in units of the membrane time constant.
    """
    if checks is None and fields is None and PHASE in result.fields:
        return result.fields[PHASE]
    fields = (result.fields if checks is None else checks.fields) if fields is None else fields
    used = {name: fields[name] for name in LABEL_QUANTITIES if name in fields}
    some = next(iter(used.values()))
    lead = some.dims[: len(some.dims) - len(some.own_dims)]
    codes = phase_labels(*_grounds(result, used, checks))
    waiting = np.all([_all_pending(field) for field in used.values()], axis=0)
    filled = np.any([_any_filled(field) for field in used.values()], axis=0)
    known = np.where(filled, Status.INTERPOLATED, Status.CONVERGED)
    return Field(
        name=PHASE,
        dims=lead,
        value=codes.astype(float),
        status=np.where(waiting, Status.PENDING, known).astype(np.uint8),
        symbol="",
        description="phase",
    )


def evidence(result: Result, checks: Checks | None = None) -> dict[str, Fact]:
    """The facts behind the labels, in words, over the axes (or over the check points): yes, no or unknown."""
    fields = result.fields if checks is None else checks.fields
    used = {name: fields[name] for name in LABEL_QUANTITIES if name in fields}
    return phase_evidence(*_grounds(result, used, checks))


def _grounds(
    result: Result, used: Mapping[str, Field], checks: Checks | None
) -> tuple[dict[str, Estimate], list[str], list[str], dict[str, np.ndarray]]:
    """What labels are made from: numbers, names of fixed points and of branches, parameters."""
    return (
        {name: _surely(field) for name, field in used.items()},
        _labels(result, "fixed_point"),
        _labels(result, "branch"),
        {name: parameter_over(result, name, checks) for name in parameter_names(result)},
    )


def resolve(
    result: Result,
    name: str,
    branch: str | None = None,
    at: Mapping[str, str] | None = None,
    checks: Checks | None = None,
    keep: Collection[str] = (),
) -> Field:
    """The quantity over the axes alone (or over the check points): one number at every point.

    branch: a label of its dimension `branch` or `fixed_point`; None takes the attractor, or the outermost fixed point.
    at:     dimension -> label or number, for every other dimension of its own.
    keep:   dimensions of its own that stay, last.

    Raises:
        PhasemapError: a label or dimension that does not exist, or one that has to be chosen and is not.
    """
    if name == PHASE:
        return phase_field(result, checks=checks)
    fields = result.fields if checks is None else checks.fields
    field, left = fields[name], dict(at or {})
    if branch is not None and not set(BRANCHING) & set(field.own_dims):
        raise PhasemapError(f"The quantity {name} has no branches: leave --branch out.")
    for dim in field.own_dims:
        if dim in BRANCHING and dim not in left:
            place = _place(result, fields, name, dim, branch)
            field = field.isel(**{dim: place}) if isinstance(place, int) else field.pick(dim, place)
        elif dim in keep and dim not in left:
            continue
        elif dim in left:
            field = field.isel(**{dim: _labels(result, dim).index(place_along(result, dim, left.pop(dim)))})
        else:
            labels = _labels(result, dim)
            raise PhasemapError(
                f"The quantity {name} has a dimension {dim!r}: choose a place along it, for example "
                f"--slice {dim}={labels[0]} (it runs to {labels[-1]})."
            )
    if left:
        raise PhasemapError(f"The quantity {name} has no dimension {next(iter(left))!r}.")
    return field


def place_along(result: Result, dim: str, wanted: str) -> str:
    """The label along a dimension that is taken for a wanted one: of numbers the nearest.

    Raises:
        PhasemapError: there is no such label.
    """
    labels = _labels(result, dim)
    return labels[_index(labels, dim, branch_name(wanted) if dim == "branch" else wanted)]


def flat_grid(axes: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Coordinates of all points of a grid along each of its axes, flattened as stored fields are."""
    return [grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")]


def place_of_outermost(field: Field, dim: str) -> NDArray[np.int8]:
    """Index along a dimension, at every point, of the last that is not absent; -1 where all are."""
    possible = np.moveaxis(field.status, field.dims.index(dim), -1) != Status.ABSENT
    possible = possible.any(axis=tuple(range(len(field.dims) - len(field.own_dims), possible.ndim - 1)))
    last = possible.shape[-1] - 1 - np.argmax(possible[..., ::-1], axis=-1)
    return np.where(possible.any(axis=-1), last, -1).astype(np.int8)


def shown_along(result: Result, fields: Mapping[str, Field], name: str) -> NDArray[np.int8] | None:
    """Index of the branch (or fixed point) that a map shows at every point if none is asked for; None: no branches."""
    field = fields[name]
    dim = next((dim for dim in field.own_dims if dim in BRANCHING), None)
    if dim is None:
        return None
    judge = fields.get(_MAIN, field)
    if dim == "branch" and judge.own_dims == ("branch",):
        return dominant_branch(judge, _labels(result, dim))
    return place_of_outermost(field, dim)


def branching(result: Result, name: str) -> str | None:
    """The dimension of a quantity along which its branches lie, if it has any."""
    own = result.fields[name].own_dims if name in result.fields else ()
    return next((dim for dim in own if dim in BRANCHING), None)


def own_numeric(result: Result, name: str, at: Collection[str]) -> tuple[str, ...]:
    """The dimensions of a quantity along which it is a function (lag, index, time), less those held by `at`."""
    own = result.fields[name].own_dims if name in result.fields else ()
    return tuple(dim for dim in own if dim not in BRANCHING and dim not in at)


def kind_of(name: str, values: np.ndarray) -> Kind:
    """How to colour a quantity: exponents around zero, small integers as steps, everything else as it comes."""
    if name == PHASE:
        return Kind.LABELS
    finite = values[np.isfinite(values)]
    if any(word in name for word in _EXPONENTS) and not any(word in name for word in _SHARES):
        return Kind.DIVERGING
    if finite.size and np.array_equal(finite, np.round(finite)) and np.ptp(finite) < _MOST_COUNTS:
        return Kind.COUNTS
    crosses = finite.size > 0 and finite.min() < -_ROUNDING * finite.max() < 0
    return Kind.DIVERGING if crosses else Kind.SEQUENTIAL


def phase_names(result: Result) -> dict[int, str]:
    """Code -> words; where no number of fixed points is stored, the static fold decides where they proliferate."""
    names = {int(phase): PHASE_NAMES[phase] for phase in Phase}
    if _MAIN not in result.fields and _STATIC in result.fields:  # nothing is known of what moves
        names[int(Phase.CHAOTIC)] = NO_STABLE_STATE
    if "complexity" not in result.fields:
        names[int(Phase.STATIC_COMPLEX)] += " (static fold)"
    return names


def _surely(numbers: Estimate) -> Estimate:
    """The same numbers, those that adaptive refinement has filled in without error.

    The refinement has seen to it that they lead to the label of the computed points around them; their errors are
    those of the interpolation.
    """
    if numbers.error is None:
        return numbers
    return Estimate(
        value=numbers.value,
        status=numbers.status,
        error=np.where(numbers.status == Status.INTERPOLATED, 0.0, numbers.error),
    )


def _place(
    result: Result, fields: Mapping[str, Field], name: str, dim: str, branch: str | None
) -> int | NDArray[np.int8]:
    """Index of the branch that is asked for; else, at every point, of the attractor or the outermost fixed point."""
    labels = _labels(result, dim)
    if branch is not None:
        return _index(labels, dim, branch_name(branch))
    if dim != "branch":
        return place_of_outermost(fields[name], dim)
    judge = fields.get(_MAIN, fields[name])
    if judge.own_dims != ("branch",):
        raise PhasemapError(f"Which branch of {name}? Choose one of {', '.join(labels)} with --branch.")
    return dominant_branch(judge, labels)


def _index(labels: list[str], dim: str, wanted: str) -> int:
    if wanted in labels:
        return labels.index(wanted)
    try:
        distance = np.abs(np.array(labels, dtype=float) - float(wanted))
    except ValueError:
        raise PhasemapError(f"There is no {dim} {wanted!r}.{choices(wanted, labels, 'There are')}") from None
    return int(np.argmin(distance))


def _labels(result: Result, dim: str) -> list[str]:
    return [str(label) for label in result.labels.get(dim, ())]


def _all_pending(field: Field) -> np.ndarray:
    own = tuple(range(field.value.ndim - len(field.own_dims), field.value.ndim))
    pending: np.ndarray = (field.status == Status.PENDING).all(axis=own)
    return pending


def _any_filled(field: Field) -> np.ndarray:
    own = tuple(range(field.value.ndim - len(field.own_dims), field.value.ndim))
    filled: np.ndarray = (field.status == Status.INTERPOLATED).any(axis=own)
    return filled


def parameter_names(result: Result) -> tuple[str, ...]:
    """The parameters of the network that a result is about; older files may not hold all of a rate network's."""
    own = () if "cell" in result.metadata.settings else Parameters._fields
    derived = result.metadata.settings.get("derived", {})
    return tuple(dict.fromkeys((*own, *result.metadata.parameters, *result.axis_names, *derived)))


def parameter_over(result: Result, name: str, checks: Checks | None) -> np.ndarray:
    """A parameter at every point, in a shape that broadcasts against the points."""
    text = result.metadata.settings.get("derived", {}).get(name)
    if text is not None:
        known = parameter_names(result)
        expression = parse_expression(text, known, f"derived.{name}")
        return np.asarray(expression({other: parameter_over(result, other, checks) for other in expression.names}))
    if checks is not None and name in checks.parameters:
        return checks.parameters[name]
    if checks is None and name in result.axis_names:
        place = result.axis_names.index(name)
        return result.axes[place].values.reshape([-1 if k == place else 1 for k in range(len(result.axes))])
    return np.array(result.metadata.parameters.get(name, getattr(Parameters(), name, np.nan)))
