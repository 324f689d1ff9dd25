"""Two-time mean field: relaxation, exponents and kicks at a constant update gate."""

import math
from dataclasses import replace

import numpy as np
import pytest

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.kernels.dynamic.transient.march import Sigmoid, pair_rows
from phasemap.model.options import GradientOptions, ProtocolOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.model.unit.inputs import parse_input
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.protocols.kick import lay_trace, trace_of
from phasemap.simulation.protocols.setup import Setup
from phasemap.theory.gradients.states import gradients_of
from phasemap.theory.transient.drive import Drive, drive_of
from phasemap.theory.transient.memory.distance import distances
from phasemap.theory.transient.memory.driven import driven
from phasemap.theory.transient.nodes import kicked, one_copy
from phasemap.theory.transient.protocols import kick, relax
from phasemap.theory.transient.solve import two_times

ADDITIVE = make_parameters({"g_h": 2.0})
SEED = np.random.SeedSequence(0)


def test_additive_network_against_independent_values() -> None:
    """Computed independently: Var 0.481201, lambda 0.112458, C(t, t - 4) / C(t, t) = 0.65006."""
    found = relax(ADDITIVE, 100.0, np.array([4.0]))
    assert found.variance.value[-1] == pytest.approx(0.481201, abs=1.5e-5)
    assert found.exponent.value[0] == pytest.approx(0.112458, abs=4e-5)
    assert found.correlation.value[0] == pytest.approx(0.65006, abs=2e-4)
    assert abs(found.variance.value[-1] - 0.481201) < 3.0 * found.variance.error[-1] + 1e-5


@pytest.mark.parametrize(("step", "expected"), [(0.2, 0.47998), (0.1, 0.48087)])
def test_every_step_has_the_variance_that_an_independent_march_of_the_same_scheme_found(
    step: float, expected: float
) -> None:
    """Computed independently: what is left to the extrapolation in the square of the step."""
    found = two_times(ADDITIVE, one_copy(100.0, round(100.0 / step)), 1.0)
    assert found.membrane[-1, -1] == pytest.approx(expected, abs=6e-6)


@pytest.mark.slow
def test_output_gate_against_independent_values() -> None:
    """Computed independently: (3, alpha_r 2), Var h 0.107995, lambda 0.13197."""
    found = relax(make_parameters({"g_h": 3.0, "alpha_r": 2.0}), 80.0, np.array([1.0]))
    assert found.variance.value[-1] == pytest.approx(0.107995, abs=1e-5)
    assert found.exponent.value[0] == pytest.approx(0.13197, abs=2e-4)


@pytest.mark.slow
def test_chaos_dies_below_its_fold_and_persists_above() -> None:
    """Computed independently: alpha_r = 20 decays at 1.70; at 1.80 Var h passes 0.0325 at t = 15, on to 0.030761."""
    below, above = (
        relax(make_parameters({"g_h": gain, "alpha_r": 20.0}), 80.0, np.array([1.0]), step=0.4) for gain in (1.70, 1.80)
    )
    assert below.variance.value[-1] < 1e-6
    assert above.variance.value[-1] == pytest.approx(0.030761, abs=1e-4)
    assert np.interp(15.0, above.times, above.variance.value) == pytest.approx(0.0325, abs=2e-4)


def test_the_scheme_is_of_second_order() -> None:
    ends = [two_times(ADDITIVE, one_copy(10.0, n), 1.0).membrane[-1, -1] for n in (50, 100, 200, 400)]
    ratios = [(ends[k] - ends[k + 1]) / (ends[k + 1] - ends[k + 2]) for k in range(2)]
    assert ratios == pytest.approx([4.0, 4.0], rel=0.2)


def test_small_kicks_are_adjoints() -> None:
    """r of an infinitesimal kick of the zero state is A(s, s): docs/theory.md, section 15, and the march."""
    delays = np.array([1.0, 2.0, 4.0, 8.0])
    parameters = make_parameters({"g_h": 0.8})
    found = kick(parameters, 1e-3, delays, relaxation=40.0)
    np.testing.assert_allclose(np.log(found.distance.value), [-1.44040, -2.25129, -3.42568, -5.38348], atol=3e-4)
    zero = gradients_of(parameters, GradientOptions(state="zero"), delays, np.random.SeedSequence(0))
    np.testing.assert_allclose(
        np.log(found.distance.value), zero.numbers["adjoint_variance"].logarithm, atol=3e-4
    )  # fmt: skip
    np.testing.assert_allclose(found.overlap.value, np.exp(-delays))


def test_tangents_are_the_limit_of_kicks() -> None:
    layout = kicked((5.0, 50), (5.0, 50), 1e-8)
    of_copies = two_times(ADDITIVE, layout, 1.0).membrane
    one, other = layout.of_copy(0)[-1], layout.of_copy(1)[-1]
    square = (of_copies[one, one] + of_copies[other, other] - 2.0 * of_copies[one, other]) / 1e-8
    late = two_times(ADDITIVE, one_copy(10.0, 100), 1.0, tangent=True).tangent
    assert late is not None
    # The kick at t = 5 grows over 5 more; the tangent from t = 0 is another perturbation, of the same rate.
    assert square == pytest.approx(math.exp(2.0 * 0.112458 * 5.0) * 0.3, rel=0.5)
    assert 0.0 < math.log(late[-1, -1] / late[-51, -51]) < 2.5


def test_copies_without_a_kick_stay_together() -> None:
    layout = kicked((4.0, 40), (4.0, 40), 0.0)
    membrane = two_times(make_parameters({"g_h": 2.5, "alpha_r": 2.0}), layout, 1.0).membrane
    one, other = layout.of_copy(0), layout.of_copy(1)
    np.testing.assert_allclose(membrane[one, one], membrane[other, other], rtol=1e-12)
    np.testing.assert_allclose(membrane[one, other], membrane[one, one], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("parameters", [{"g_h": 2.0}, {"g_h": 2.5, "alpha_r": 2.0}, {"g_h": 0.9, "s_h": 0.4}])
def test_finite_kicks_against_dense_networks(parameters: dict[str, float]) -> None:
    """A = 0.5 after 10 membrane times; five networks of 400 units."""
    p, delays, size = make_parameters(parameters), np.array([1.0, 3.0]), 400
    theory = kick(p, 0.5, delays, relaxation=10.0)
    measured = []
    for k in range(5):
        seed = np.random.SeedSequence([7, k])
        network = draw_network(p, size, seed)
        one = start(network, 0.05, 1.0, seed)
        one.x[1:, 0] = 0.0  # r(0) = 0, as in the theory
        one.advance(200)
        other = one.twin(0.05)
        direction = np.random.default_rng(k).standard_normal(size)
        other.x[0, 0] += 0.5 * direction
        rows = []
        for steps in (20, 40):
            one.advance(steps)
            other.advance(steps)
            rows.append(((other.h - one.h) ** 2).sum() / (0.25 * direction @ direction))
        measured.append(rows)
    mean, error = np.mean(measured, axis=0), np.std(measured, axis=0, ddof=1) / math.sqrt(len(measured))
    assert np.abs((mean - theory.distance.value) / np.hypot(error, 0.03 * theory.distance.value)).max() < 3.5


def test_inputs_of_units_without_gain_are_filtered_and_no_more() -> None:
    """h is the filtered input: one of each unit's own has variance s^2 (1 - e^-t)^2, a common one mean 1 - e^-t."""
    linear, layout = make_parameters(g_h=1e-6), one_copy(3.0, 60)
    drive = Drive(common_h=(np.ones_like,), per_unit_h=(lambda time: np.full(len(time), 0.3),))
    found = two_times(linear, layout, 0.0, drive=drive)
    assert found.membrane[-1, -1] == pytest.approx((0.3 * (1.0 - math.exp(-3.0))) ** 2, rel=1e-9)
    assert found.mean[-1] == pytest.approx(1.0 - math.exp(-3.0), rel=1e-9)


def test_noise_of_units_without_gain_is_filtered_twice() -> None:
    """Variance of x' = -x + Ornstein-Uhlenbeck noise (tau, s) when stationary: s^2 tau / (1 + tau)."""
    for tau, accuracy in ((2.0, 2e-3), (0.02, 0.05)):  # slower and faster than the steps
        drive = drive_of(ADDITIVE, [parse_input(f"h:ou:strength=0.5,tau={tau},units=each")])
        found = two_times(make_parameters(g_h=1e-6), one_copy(12.0, 120), 0.0, drive=drive)
        assert found.membrane[-1, -1] == pytest.approx(0.25 * tau / (1.0 + tau), rel=accuracy)


def test_noise_that_all_units_share_moves_the_mean_as_it_moves_networks() -> None:
    """The course that the seed draws, in theory and in a network of units without gain alike."""
    course = parse_input("h:ou:strength=0.5,tau=1,seed=4")
    p, delays = make_parameters(g_h=1e-6), [1.0, 3.0, 6.0]
    theory = driven(p, (course,), np.array(delays), 1.0, 10.0)
    assert not isinstance(theory, str)
    stepper = Setup(p, 50, SEED, courses=(course,)).relaxed()
    measured = [(stepper.network.h[0] ** 2).mean() for _ in stepper.visit(delays)]
    assert theory.square.value == pytest.approx(measured, rel=0.02)
    assert min(measured) > 1e-3


def test_a_constant_common_input_is_a_bias_of_the_activation() -> None:
    """h = h' + c turns tanh(g h) into tanh(g h' + g c), on the diagonal and off it, once the mean has settled."""
    layout, gain, late = one_copy(80.0, 400), {"g_h": 3.0}, slice(350, None)
    pushed = two_times(make_parameters(gain), layout, 0.5, tangent=True, drive=Drive((lambda t: np.full_like(t, 0.1),)))
    biased = two_times(make_parameters(gain, beta_h=0.3), layout, 0.5, tangent=True)
    static = two_times(make_parameters(gain, m_h=0.1), layout, 0.5, tangent=True)
    np.testing.assert_allclose(pushed.membrane[-1, late], biased.membrane[-1, late], rtol=2e-4)
    grown = [np.diff(np.log(np.diagonal(one.tangent)[late])) for one in (pushed, biased) if one.tangent is not None]
    np.testing.assert_allclose(*grown, rtol=1e-4)
    np.testing.assert_array_equal(static.membrane, pushed.membrane)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"g_h": 2.0}, ["h:sinusoid:strength=0.6,period=8", "z:step:strength=1"]),
        ({"g_h": 3.0, "alpha_r": 2.0}, ["h:pulse:at=2,duration=3,strength=0.5", "r:ramp:duration=4,strength=-1"]),
        ({"g_h": 1.5, "beta_z": 0.5, "input_inside": 0.0}, ["h:sinusoid:strength=0.2,period=6,units=each,seed=3",
                                                            "h:ou:strength=0.3,tau=1,units=each"]),
    ],
)  # fmt: skip
def test_copies_under_inputs_in_time_against_dense_networks(parameters: dict[str, float], words: list[str]) -> None:
    """<h^2>, <phi^2> and the distance after a kick of 0.5, while common and other inputs move means and covariances."""
    p, courses = make_parameters(parameters), [parse_input(word) for word in words]
    delays, size, count = (1.0, 4.0, 6.0), 400, 8
    distance = np.array(distances(p, ProtocolOptions(delays=delays, amplitude=0.5), SEED, courses).known)
    squares = driven(p, courses, np.array(delays), 1.0, 30.0)
    assert (distance[:, 2] == Status.CONVERGED).all() and not isinstance(squares, str)
    r, h, phi = np.empty((3, count, len(delays)))
    for k in range(count):
        own = tuple(replace(one, seed=17 * k + j) for j, one in enumerate(courses))
        stepper = Setup(p, size, np.random.SeedSequence(k), courses=own).relaxed()
        shift = 0.5 * np.random.default_rng(k).standard_normal(size)
        lay_trace(stepper, shift)
        for j, _ in enumerate(stepper.visit(list(delays))):
            r[k, j] = trace_of(stepper.network, shift)[1]
            h[k, j] = (stepper.network.h[0] ** 2).mean()
            phi[k, j] = (np.tanh(p.g_h * stepper.network.h[0]) ** 2).mean()
    for measured, theory in ((r, distance[:, 0]), (h, squares.square.value), (phi, squares.activity.value)):
        error = measured.std(axis=0, ddof=1) / math.sqrt(count)
        assert (np.abs(measured.mean(axis=0) - theory) < 3.5 * np.hypot(error, 0.02 * theory)).all()


def test_hermite_series_of_pairs_against_direct_quadrature() -> None:
    """<f f> and <f' f'> of tanh at correlation 0.7 and unequal variances."""
    from phasemap.theory.transient.solve import _quadrature

    weights, x = _quadrature(60)
    variances = np.array([0.5, 1.5])
    coefficients = np.stack([weights @ np.tanh(math.sqrt(v) * x) for v in variances], axis=1)
    rho = 0.7
    predicted = np.array([[0.5, 0.0], [rho * math.sqrt(0.75), 1.5]])
    product, slope = np.zeros(2), np.zeros(2)
    pair_rows(Sigmoid(0.0, 1.0, 1.0, 0.0, coefficients, np.zeros(2), True), predicted, variances, 1, product, slope)
    a, b = np.meshgrid(x, x, indexing="ij")
    density = np.outer(weights[0], weights[0])
    first, second = math.sqrt(0.5) * a, math.sqrt(1.5) * (rho * a + math.sqrt(1.0 - rho**2) * b)
    assert product[0] == pytest.approx((density * np.tanh(first) * np.tanh(second)).sum(), abs=1e-9)
    assert slope[0] == pytest.approx((density / np.cosh(first) ** 2 / np.cosh(second) ** 2).sum(), abs=1e-7)


@pytest.mark.parametrize(
    "parameters", [{"alpha_z": 3.0}, {"beta_z": math.inf}, {"alpha_r": math.inf}, {"noise_h": 0.1}]
)
def test_what_does_not_close_is_refused(parameters: dict[str, float]) -> None:
    with pytest.raises(UnsupportedError):
        relax(make_parameters({"g_h": 2.0, **parameters}), 10.0, np.array([1.0]))


def test_runs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ParameterError, match="too many"):
        relax(ADDITIVE, 1e4, np.array([1.0]))
    with pytest.raises(ParameterError, match="amplitude"):
        kick(ADDITIVE, 0.0, np.array([1.0]))


def test_the_error_of_an_exponent_holds_where_the_series_is_cut_off():
    """At a large gain the slopes need more terms than the series has: the exponent is low, and its error says so."""
    found = relax(make_parameters(g_h=5.0), 30.0, np.zeros(1), step=0.4)
    assert abs(found.exponent.value[0] - 0.433697588918) < found.exponent.error[0]
    near = relax(make_parameters(g_h=2.0), 60.0, np.zeros(1), step=0.4)
    assert near.exponent.error[0] < 0.01
