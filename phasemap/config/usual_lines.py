"""The critical lines that a plane is cut along where none are named: those that are found within seconds."""

from phasemap.config.records import SweepConfig
from phasemap.model.family import RATE
from phasemap.model.unit.noise import without_fixed_points
from phasemap.model.unit.nonlinearities import gate_moves

_FIXED_POINTS = ("static_fold", "static_tricritical")
_OF_ZERO, _OF_OTHERS = "zero_instability", "static_gain_one"
_CHAOS = ("dynamic_fold", "dynamic_tricritical")
_PINNING = ("marginal_boundary", "pinning_limit")
_NOISE = ("dynamic_fold", "lyapunov_zero")
_CELLS = ("zero_instability",)


def usual_lines(settings: SweepConfig) -> tuple[str, ...]:
    """Names of surfaces to trace in a plane of two parameters; none over other axes.

    Under noise no fixed points are left. With a bias or an input of h zero is none, and chaos begins where another one
    loses stability. Where the update gate moves, chaos has no fold that theory could follow, but fixed points are
    pinned.
    """
    family = settings.registry.family
    if len(settings.axes) != 2 or any(axis.name not in family.infos for axis in settings.axes):
        return ()
    if family is not RATE:
        return _CELLS
    point = settings.parameters._replace(**{axis.name: axis.values[-1] for axis in settings.axes})
    if without_fixed_points(point._asdict()):
        return _NOISE
    moves = bool(gate_moves(point.alpha_z, point.beta_z))
    shifted = point.beta_h != 0.0 or point.s_h > 0.0 or point.m_h != 0.0
    return (_OF_OTHERS if shifted else _OF_ZERO, *_FIXED_POINTS, *(_PINNING if moves else _CHAOS))
