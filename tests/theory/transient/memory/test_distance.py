"""The distance of two copies in theory against networks: finite kicks at a constant update gate, at three points."""

import math

import numpy as np
import pytest

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import parse_input
from phasemap.simulation.protocols.kick import Kick, run_kick
from phasemap.simulation.protocols.setup import Setup
from phasemap.theory.transient.memory.distance import distances
from phasemap.theory.transient.memory.driven import driven_variance
from phasemap.theory.transient.memory.solver import solve_kicks

DELAYS = (1.0, 4.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "amplitude"),
    [({"g_h": 2.0}, 0.5), ({"g_h": 3.0, "alpha_r": 2.0}, 0.3), ({"g_h": 2.5, "alpha_z": 0.0, "beta_z": -1.0}, 1.0)],
)
def test_copies_of_networks_part_as_the_two_time_mean_field_says(values: dict[str, float], amplitude: float) -> None:
    p = make_parameters(values)
    theory = np.array(distances(p, ProtocolOptions(delays=DELAYS, amplitude=amplitude)))
    assert (theory[:, 2] == Status.CONVERGED).all()
    runs = [run_kick(Setup(p, 400, np.random.SeedSequence(k)), Kick(amplitude), DELAYS).at(DELAYS) for k in range(8)]
    m, r = (np.array([run[k] for run in runs]) for k in range(2))
    error = r.std(axis=0, ddof=1) / math.sqrt(len(runs))
    assert (np.abs(r.mean(axis=0) - theory[:, 0]) < 4.0 * error + 0.02 * theory[:, 0]).all()
    exact = solve_kicks([p], ProtocolOptions(delays=DELAYS, amplitude=amplitude), [np.random.SeedSequence(0)])
    floor = np.sqrt(r.mean(axis=0) / 400 / len(runs))
    assert (np.abs(m.mean(axis=0) - exact["kick_overlap"].value[0]) < 4.0 * floor).all()


def test_infinitesimal_kicks_are_the_limit_and_grow_with_the_exponent() -> None:
    p = make_parameters(g_h=2.0)
    delays = (10.0, 40.0)
    found = np.array(distances(p, ProtocolOptions(delays=delays)))
    # lambda_max = 0.11246
    assert np.diff(np.log(found[:, 0])) / 60.0 == pytest.approx(0.11246, rel=0.03)


def test_amplitudes_in_deviations_of_h_are_those_of_the_relaxed_network() -> None:
    p = make_parameters(g_h=2.0)
    in_deviations = distances(p, ProtocolOptions(delays=(3.0,), amplitude=1.0, in_deviations=True, relax=40.0))
    absolute = distances(p, ProtocolOptions(delays=(3.0,), amplitude=math.sqrt(0.4812), relax=40.0))
    assert in_deviations[0][0] == pytest.approx(absolute[0][0], rel=2e-3)


def test_delays_beyond_the_march_and_moving_gates_have_no_theory_of_the_distance() -> None:
    options = ProtocolOptions(delays=(0.0, 2.0, 1000.0))
    assert [one[2] for one in distances(make_parameters(g_h=2.0), options)] == [1, 1, Status.NOT_SOUGHT]
    moving = distances(make_parameters(g_h=2.0, alpha_z=1.0), options)
    assert {one[2] for one in moving} == {Status.NOT_SOUGHT}


def test_a_strong_pulse_switches_chaos_on_above_the_dynamic_fold_and_not_below_it() -> None:
    times = np.array([0.0, 12.0, 80.0])

    def final(g_h: float, strength: float) -> float:
        pulse = parse_input(f"h:pulse:at=10,duration=2,strength={strength},units=each")
        found = driven_variance(make_parameters(g_h=g_h, alpha_r=20.0), [pulse], times, 1e-3)
        assert not isinstance(found, str)
        return float(found[0][-1])

    assert final(1.78, 0.4) > 0.02
    assert final(1.78, 0.03) < 1e-6
    assert final(1.70, 0.4) < 1e-5


def test_a_drive_of_a_leaky_unit_is_integrated_through_its_jumps() -> None:
    p, times = make_parameters(g_h=0.0), np.array([0.0, 2.4, 6.0])
    found = driven_variance(p, [parse_input("h:pulse:at=1,duration=2,strength=0.5,units=each")], times, 0.0)
    assert not isinstance(found, str)
    assert found[0][1] == pytest.approx((0.5 * -math.expm1(-1.4)) ** 2, rel=0.01)
    assert found[0][2] == pytest.approx((0.5 * -math.expm1(-2.0) * math.exp(-3.0)) ** 2, rel=0.02)
    assert "units=each" in str(driven_variance(p, [parse_input("h:step:strength=1")], times, 0.0))
