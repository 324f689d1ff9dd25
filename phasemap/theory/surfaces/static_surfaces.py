"""Critical surfaces of the static theory, in any two or three parameters (docs/theory.md (4.1) to (4.4)).

A surface is the set of parameters at which some conditions hold, of the parameters alone (the zero state, tricritical
points) or also of q = <phi^2> at a fixed point (folds, gains, edges). In the space of the parameters and q it is
smooth, also where its shadow in the plane has a cusp or crosses itself. It is found there in three steps:

    1. the conditions on a grid and the zero set of their piecewise linear interpolants, which misses no component
       larger than a cell and knows how everything connects (`phasemap.numerics.meshes`);
    2. Newton projection of every corner, held to the face of the box on which it lies (`continuation.project`);
    3. for curves, refinement by pseudo-arclength steps where they bend or turn (`continuation.smooth_curve`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.kernels.static import conditions
from phasemap.model.parameters import Parameters
from phasemap.model.results import CriticalSurface, FloatArray
from phasemap.model.unit.noise import INSTEAD, without_fixed_points
from phasemap.numerics.continuation import SOLVED, project, smooth_curve, without_doubles
from phasemap.numerics.meshes import ZeroSet, polylines, zero_set
from phasemap.theory.surfaces.critical_systems import (
    CriticalSystem,
    FixedPointSystem,
    ZeroStateSystem,
    gate_opens_at_rest,
    hard_update_gate,
    has_undriven_zero_state,
    has_update_gate,
    has_zero_state,
    seen_of,
    shortest_step,
)
from phasemap.theory.surfaces.parameter_box import ParameterBox

# How many cells of the grid Newton's method may move a corner.
_CELLS = 4.0


@dataclass(frozen=True)
class _Kind:
    """The condition in words, the equations: (box, level) -> system, and whether they have a meaning in a box."""

    condition: str
    system: Callable[[ParameterBox, float], CriticalSystem]
    exists: Callable[[ParameterBox], bool] = lambda box: True


def _fixed_point(kind: int) -> Callable[[ParameterBox, float], CriticalSystem]:
    return lambda box, level: FixedPointSystem(box, kind, level)


def _zero_state(terms: Callable[[FloatArray], FloatArray]) -> Callable[[ParameterBox, float], CriticalSystem]:
    return lambda box, level: ZeroStateSystem(box, terms)


def _fold(box: ParameterBox, level: float) -> CriticalSystem:
    """The fold; under a hard output gate its unstable half has shrunk into the zero state, where it then happens."""
    if gate_opens_at_rest(box):
        return ZeroStateSystem(box, _birth)
    return FixedPointSystem(box, conditions.FOLD)


def _birth(terms: FloatArray) -> FloatArray:
    return _signed(terms[:, 3:], 1.0)


def _signed(x: FloatArray, y: FloatArray | float) -> FloatArray:
    """(x - y) / (|x| + y): bounded, zero at x = y."""
    return np.asarray((x - y) / (np.abs(x) + y))


def _instability(terms: FloatArray) -> FloatArray:
    return _signed(terms[:, :1], 1.0)


def _static_tricritical(terms: FloatArray) -> FloatArray:
    """A(q) / q = g^2 R + q g^2 (R' - 2 R) + ... at g^2 R = 1: the branch turns round where the second term vanishes.

    Without static input to the gate R' / R = alpha_r^2 (1 - s)(2 - 3 s), the special case of the notes.
    """
    return np.stack([_signed(terms[:, 0], 1.0), _signed(terms[:, 1], 2.0)], axis=1)


def _dynamic_tricritical(terms: FloatArray) -> FloatArray:
    """The same for fluctuations, from the expansion of the dynamic mean field in their variance C(0) at g^2 R = 1.

    They are slow there, so that C_r = C_phi whatever tau_r, an update gate only sets the unit of time, and
    C'' = a C - b C^2 (the unit of time absorbed) with a = 1 - g^2 R + g^2 C(0) (2 - (R' - P) / R), b = g^2 P / R. A
    solution that decays has a = 2 b C(0) / 3, which gives 1 - g^2 R = -g^2 C(0) (2 - (R' - P) / R - 2 P / (3 R)).
    """
    return np.stack([_signed(terms[:, 0], 1.0), _signed(terms[:, 1] - terms[:, 2] / 3.0, 2.0)], axis=1)


def _complexity_tricritical(terms: FloatArray) -> FloatArray:
    """The same for the number of fixed points: the expansion of its exponent at g^2 R = 1 is positive while

    R' / R + P / (2 R) < 2, that is alpha_r^2 (1 - s)(5 - 7 s) < 4.
    """
    return np.stack([_signed(terms[:, 0], 1.0), _signed(terms[:, 1] + terms[:, 2] / 2.0, 2.0)], axis=1)


KINDS: dict[str, _Kind] = {
    "zero_instability": _Kind("g_h^2 <sigma_r^2> = 1 at the zero state", _zero_state(_instability), has_zero_state),
    "static_fold": _Kind("A(q) = q and dA/dq = 1", _fold),
    "static_gain_one": _Kind("S = 1 at a non-zero fixed point", _fixed_point(conditions.GAIN)),
    "marginal_boundary": _Kind(
        "f S = 1 for the hard update gate of the same threshold",
        lambda box, level: FixedPointSystem(box, conditions.MARGINAL, level, hard_update_gate),
        has_update_gate,
    ),
    "edge_level": _Kind("lambda_e = level at a non-zero fixed point", _fixed_point(conditions.EDGE)),
    "slow_edge": _Kind("lambda_e = level at a non-zero fixed point", _fixed_point(conditions.EDGE), has_update_gate),
    "pinning_limit": _Kind(
        "pinning ratio = level at a non-zero fixed point", _fixed_point(conditions.PINNING), has_update_gate
    ),
    "static_tricritical": _Kind(
        "g_h^2 R = 1 and dR/dDelta = 2 R, R = <sigma_r^2>", _zero_state(_static_tricritical), has_zero_state
    ),
    "dynamic_tricritical": _Kind(
        "g_h^2 R = 1 and dR/dDelta - <sigma_r'^2> / 3 = 2 R, R = <sigma_r^2>",
        _zero_state(_dynamic_tricritical),
        has_zero_state,
    ),
    "complexity_tricritical": _Kind(
        "g_h^2 R = 1 and dR/dDelta + <sigma_r'^2> / 2 = 2 R, R = <sigma_r^2>",
        _zero_state(_complexity_tricritical),
        has_undriven_zero_state,
    ),
}


def trace(name: str, base: Parameters, box: Mapping[str, tuple[float, float]], level: float = 0.0) -> CriticalSurface:
    """Trace the critical surface `name` (one of KINDS) inside a box of two or three parameters.

    base:  all other parameters.
    box:   parameter -> (lower bound, upper bound).
    level: value of the leading edge on `edge_level`, 1 / membrane time constant.

    Two parameters give polylines (isolated points for tricritical conditions), three give a triangle mesh (polylines
    for tricritical lines), empty where there is no such surface in the box. Every vertex solves its conditions, made
    dimensionless, to 1e-8, and carries its residual. Surfaces of fixed points store <phi^2>, Delta_h and S with it.

    Raises:
        ParameterError: unknown surface, or a box that cannot be used.
        UnsupportedError: noise acts in the box.
    """
    if name not in KINDS:
        raise ParameterError(f"Unknown critical surface {name!r}. There are: {', '.join(KINDS)}.")
    kind = KINDS[name]
    frame = ParameterBox(base, box)
    reason = without_fixed_points(frame.largest)
    if reason:
        raise UnsupportedError(f"{name} is a surface of fixed points, and {reason}: {INSTEAD}")
    if not kind.exists(frame):
        return CriticalSurface(name, kind.condition, frame.names, np.empty((0, frame.dimension)), np.empty(0))
    return traced(name, kind.condition, frame, kind.system(frame, level))


def traced(name: str, condition: str, frame: ParameterBox, system: CriticalSystem) -> CriticalSurface:
    """The surface on which the functions of a system vanish, inside its box."""
    values = system.on_grid()
    skeleton = zero_set(values)
    spacing = 1.0 / (np.array(values.shape[:-1]) - 1.0)
    guess = skeleton.vertices * spacing
    points, worst = project(system.residual, guess, held=skeleton.faces != 0)
    # A corner that ends up far away has been caught by another part of the surface.
    solved = (worst < SOLVED) & (np.abs(points - guess).max(axis=1) < _CELLS * spacing.max())
    assemble = _mesh if skeleton.cells.shape[1] == 3 else _curves
    unit, offsets, triangles = assemble(system, skeleton, points, solved)
    columns = (*frame.names, *system.columns)
    vertices = np.concatenate([frame.values(unit[:, : frame.dimension]), system.extra(unit)], axis=1)
    residual = np.abs(system.residual(unit)).max(axis=1) if len(unit) else np.zeros(0)
    return CriticalSurface(name, condition, columns, vertices, residual, offsets, triangles)


Assembled = tuple[FloatArray, np.ndarray, np.ndarray]


def _curves(system: CriticalSystem, skeleton: ZeroSet, points: FloatArray, solved: np.ndarray) -> Assembled:
    """Polylines from segments (or single points): vertices, offsets, no triangles."""
    chains = list(skeleton.cells) if skeleton.cells.shape[1] == 1 else polylines(skeleton.cells)
    pieces = [points[chain[solved[chain]]] for chain in chains]
    seen = seen_of(system.box.dimension)
    pieces = [smooth_curve(system.residual, piece, shortest_step(), seen) for piece in pieces if len(piece)]
    pieces = without_doubles(pieces)
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    unit = np.concatenate(pieces) if pieces else np.empty((0, points.shape[1]))
    return unit, offsets, np.zeros((0, 3), dtype=np.int64)


def _mesh(system: CriticalSystem, skeleton: ZeroSet, points: FloatArray, solved: np.ndarray) -> Assembled:
    """The triangles all of whose corners were solved: vertices, no offsets, triangles."""
    triangles = skeleton.cells[solved[skeleton.cells].all(axis=1)]
    used, index = np.unique(triangles, return_inverse=True)
    return points[used], np.zeros(1, dtype=np.int64), index.reshape(-1, 3).astype(np.int64)
