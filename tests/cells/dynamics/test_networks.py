"""Networks of finite size agree with the dynamic mean field: three points a convention, and both LSTMs' coexistence."""

import numpy as np
import pytest

from phasemap.cells.parameters import AFTER, BEFORE, GruPoint, LstmPoint
from phasemap.cells.running.draw import draw_network, draw_state
from phasemap.cells.running.exponents import follow
from phasemap.cells.solvers import dynamics, networks
from phasemap.cells.solvers.options import CellEnsembleOptions, CellNetworkOptions
from phasemap.model.branches import BRANCHES, FLUCTUATING

GRUS = [GruPoint(4, 2, 2), GruPoint(5), GruPoint(6, 1, 1, b_z=1)]
POINTS = [point._replace(reset=reset) for point in GRUS for reset in (BEFORE, AFTER)]
POINTS += [LstmPoint(5), LstmPoint(6, 2, 2, 2), LstmPoint(3, 2, 2, 2, b_f=1)]
SIZE = 200


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_networks_agree_but_for_a_deficit_that_falls_with_their_size(point) -> None:
    """The exponent of a network of N units lies up to 12 / N below that of the theory, C(0) within 7 / N of it."""
    options = CellNetworkOptions(size=SIZE, realisations=3, duration=400, transient=200)
    found = networks.solve_points([point], options, [np.random.SeedSequence(1)])
    theory = dynamics.solve_points([point], CellEnsembleOptions(paths=400, ensembles=3))
    branch = BRANCHES.index(FLUCTUATING)
    C, error = (float(np.asarray(part)[0, branch]) for part in _parts(theory["activity_variance"]))
    measured, scatter = (float(part[0]) for part in _parts(found["network_activity_variance"]))
    assert abs(measured - C) < 7.0 / SIZE * C + 3.0 * np.hypot(error, scatter)
    rate, error = (float(np.asarray(part)[0, branch]) for part in _parts(theory["lyapunov_max"]))
    measured, scatter = (float(part[0]) for part in _parts(found["network_lyapunov_max"]))
    margin = 3.0 * float(np.hypot(error, scatter))
    assert rate > 0.05 and measured > 0.02
    assert -12.0 / SIZE - margin < measured - rate < margin


def _parts(estimate):
    return np.asarray(estimate.value), np.asarray(estimate.error)


def test_exponents_of_a_network_come_in_order_and_sum_to_the_growth_of_volumes() -> None:
    """Of tanh networks of four units all exponents are known to add up to the mean of ln |det J|."""
    layer = draw_network(GruPoint(1.3, b_z=-40.0, b_r=40.0), 4, np.random.SeedSequence(3))
    state = draw_state(4, 1.0, np.random.SeedSequence(3))
    run = follow(layer, state, 0, 200, 4, np.random.default_rng(0))
    U, h, total = layer.recurrent["n"].astype(float), state.h.astype(float), 0.0
    for _ in range(200):
        h = np.tanh(U @ h)
        total += np.log(np.abs(1.0 - h * h)).sum() + np.linalg.slogdet(U)[1]
    assert run.rates.mean(axis=0).sum() == pytest.approx(total / 200, abs=0.02 * abs(total / 200))
    assert (np.diff(run.rates.mean(axis=0)) < 0.1).all()


@pytest.mark.parametrize(("amplitude", "moves"), [(1e-3, False), (1.0, True)])
def test_an_lstm_beyond_its_tricritical_point_rests_or_moves_by_where_it_began(amplitude, moves) -> None:
    """(1.9, 0, 8, 0): between the dynamic fold (1.602) and the line of the zero state (2)."""
    options = CellNetworkOptions(size=400, realisations=2, duration=100, transient=300, initial_amplitude=amplitude)
    found = networks.solve_points([LstmPoint(1.9, 0.0, 8.0)], options, [np.random.SeedSequence(5)])
    assert (float(found["network_activity_variance"].value[0]) > 1e-2) == moves
    assert (float(found["network_lyapunov_max"].value[0]) > 0.0) == moves
