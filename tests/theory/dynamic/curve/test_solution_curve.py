import math

import numpy as np
import pytest

from phasemap.kernels.dynamic.correlations import Constraint
from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic.autocovariance import additive
from phasemap.theory.dynamic.autocovariance.correlations import reduce, solve
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.dynamic.curve.tracing import trace_grid
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.static import fixed_points
from phasemap.theory.surfaces.dynamic_fold import MAXIMUM, MINIMUM, folds


def problem_of(**values):
    return reduce(make_parameters(values))[0]


def test_five_solutions_coexist():
    """At (g_h, alpha_r, tau_r) = (1.8, 20, 1): zero, two static, two fluctuating (prototypes, 4 digits)."""
    point = make_parameters(g_h=1.8, alpha_r=20.0, tau_r=1.0)
    static = fixed_points.solve_points([point])
    assert static["fixed_point_count"].value[0] == 3
    assert np.sort(static["delta_h"].value[0])[1:3] == pytest.approx([0.00129726, 0.08317608], rel=1e-5)
    problem, gain, _ = reduce(point)
    unstable, stable = solutions(problem, gain)
    assert not unstable.stable and stable.stable
    assert unstable.values["variance"] == pytest.approx(0.003147, abs=5e-7)
    assert unstable.values["lyapunov_max"] == pytest.approx(0.110, abs=5e-4)
    assert stable.values["variance"] == pytest.approx(0.030761, abs=1e-6)
    assert stable.values["lyapunov_max"] == pytest.approx(0.2097, abs=1e-4)


def test_solutions_appear_in_pairs_at_the_fold():
    problem = problem_of(g_h=1.8, alpha_r=20.0, tau_r=1.0)
    (fold,) = folds(problem)
    gain = math.exp(0.5 * fold.ln_gamma)
    assert solutions(problem, gain * (1.0 - 1e-8)) == []
    for distance in (1e-9, 1e-7, 1e-5):
        lower, upper = solutions(problem, gain * (1.0 + distance))
        assert upper.converged and lower.converged and upper.stable and not lower.stable
        # A square root opens at the fold.
        split = upper.values["variance"] - lower.values["variance"]
        assert split / math.sqrt(distance) == pytest.approx(2.0 * 0.07986, rel=0.01)
        assert lower.values["variance"] < fold.variance < upper.values["variance"]


def test_noise_leaves_a_quiet_response_beside_chaos_and_both_folds():
    problem = problem_of(g_h=1.8, alpha_r=20.0, tau_r=1.0, noise_h=0.02)
    kinds = [fold.kind for fold in folds(problem)]
    assert kinds == [MINIMUM, MAXIMUM]
    quiet, middle, chaotic = solutions(problem, 1.78)
    assert (quiet.stable, middle.stable, chaotic.stable) == (True, False, True)
    assert quiet.values["lyapunov_max"] < 0.0 < chaotic.values["lyapunov_max"]
    assert len(solutions(problem, 1.7)) == len(solutions(problem, 1.9)) == 1


def test_weak_noise_changes_the_chaotic_state_weakly_and_the_quiet_one_in_proportion():
    quiet = []
    for noise in (1e-9, 1e-6, 1e-4):
        problem = problem_of(g_h=1.8, alpha_r=20.0, noise_h=noise, tau_noise=1.0)
        first, _, last = solutions(problem, 1.8)
        quiet.append(first.values["variance"] / noise**2)
        assert last.values["variance"] == pytest.approx(0.03076144, abs=1e-7)
    assert quiet == pytest.approx([quiet[0]] * 3, rel=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        {"alpha_r": 20.0},
        {"alpha_r": 2.0, "beta_r": 1.0},
        {"beta_h": 0.4, "alpha_r": 5.0},
        {"s_h": 0.3},
        {"noise_h": 0.2},
    ],
    ids=str,
)
def test_samples_solve_the_equations_and_tangents_point_along_the_curve(values):
    problem = problem_of(**values)
    nodes = trace_grid(problem)
    for sample in solution_curve.whole_curve(problem).pieces[0][::5]:
        profile = sample.profile
        if profile.x[0] < 1e-4 or sample.fluctuating_part < 1e-2:
            continue
        at = Constraint(0.0, 1.0, 0.0, profile.ln_gamma)
        again = solve(problem, nodes, profile.window, profile.x, profile.ln_gamma, at, 1e-11)
        assert again is not None and np.abs(again.x - profile.x).max() < 1e-7 * profile.x[0]
        moved = []
        for step in (-1e-4, 1e-4):
            ln_x, ln_gamma = profile.ln_x + step * sample.d_ln_x, profile.ln_gamma + step * sample.d_ln_gamma
            along = Constraint(sample.d_ln_x, sample.d_ln_gamma, ln_x, ln_gamma)
            moved.append(solve(problem, nodes, profile.window, profile.x + step * sample.dx, ln_gamma, along, 1e-12).x)
        assert (moved[1] - moved[0]) / 2e-4 == pytest.approx(sample.dx, abs=1e-4 * profile.x[0])


def test_the_curve_is_followed_as_far_as_a_gain_needs():
    problem = problem_of(alpha_r=3.0)
    for gain in (2.1, 30.0, 900.0):
        (found,) = solutions(problem, gain)
        assert found.converged
    assert solutions(problem, 1.9) == []


def test_a_shut_gate_lets_nothing_fluctuate():
    for values in ({"beta_r": math.inf}, {"alpha_r": 3.0, "beta_r": math.inf}):
        assert solutions(problem_of(g_h=3.0, **values), 3.0) == []
    (found,) = solutions(problem_of(g_h=3.0, beta_r=math.inf, noise_h=0.4), 3.0)
    assert found.values["variance"] == pytest.approx(0.08, rel=1e-9)


def test_nothing_is_called_converged_where_rounding_rules():
    for excess in (1e-7, 1e-9):
        (found,) = solutions(problem_of(), 1.0 + excess)
        assert not found.converged
        assert abs(found.values["variance"] - excess) <= found.errors["variance"]
    assert solutions(problem_of(), 1.0) == []
    # With an output gate the approach is as good as the gain's own digits.
    (found,) = solutions(problem_of(alpha_r=2.0), 2.0 + 1e-7)
    assert found.values["variance"] == pytest.approx(1.875e-8, rel=1e-5)


def test_slow_gates_do_not_hide_the_chaotic_state():
    """The curve is met with a fast gate and continued; C_h(0) from the slow oracle (spacing 0.2, half period 1500)."""
    values = {"alpha_r": 16.255560429374327, "beta_r": 5.068893076784505, "tau_r": 38.779325057938294}
    problem, gain, _ = reduce(
        make_parameters(g_h=4.275415823263173, m_h=-0.8703903164739037, m_r=0.5098757535518946, **values)
    )
    (found,) = [s for s in solutions(problem, gain) if s.stable]
    assert found.values["variance"] == pytest.approx(0.4885211096, abs=3e-6)
    assert found.converged and found.values["lyapunov_max"] > 0.0


def test_weak_noise_on_strong_static_input_fluctuates_in_proportion():
    quiet = []
    for noise in (1e-3, 1e-2):
        problem = problem_of(alpha_r=0.1, s_h=3.0, beta_h=1.8, noise_h=noise)
        (found,) = solutions(problem, 2.0)
        profile = found.profile
        quiet.append((profile.x[0] - profile.x_limit) / noise**2)
    assert quiet[0] == pytest.approx(quiet[1], rel=1e-3)


def test_the_first_guess_of_the_additive_network_is_good_to_three_digits():
    for gain in (1.001, 1.3, 3.0, 50.0):
        guess = additive.orbit_near(2.0 * math.log(gain))
        (found,) = solutions(problem_of(), gain)
        assert guess.x / gain**2 == pytest.approx(found.values["variance"], rel=1e-3)
        assert 1.0 / guess.rate == pytest.approx(found.values["relaxation_time"], rel=1e-2)
    assert additive.orbit_near(0.0) is None


def test_conservation_of_energy_gives_the_variance_without_solving_anything():
    """The additive network's C_h(0) is the root of the energy integral."""
    for gain in (1.2, 2.0, 6.0):
        (found,) = solutions(problem_of(), gain)
        orbit = additive.orbit_at(found.profile.ln_x)
        assert orbit.ln_gamma == pytest.approx(2.0 * math.log(gain), abs=1e-12)
        assert orbit.rate == pytest.approx(1.0 / found.values["relaxation_time"], rel=1e-9)
