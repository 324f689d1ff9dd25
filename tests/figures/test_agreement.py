"""Theory against simulation: who is compared with whom, and when that is called agreement."""

from dataclasses import replace

import numpy as np
import pytest
from support import toy_results

from phasemap.dataset import Field
from phasemap.figures.agreement import Criterion, compare
from phasemap.figures.comparison import draw_comparison
from phasemap.model.status import Status
from phasemap.numerics.few_cases import expected_square, student_widening
from phasemap.quantities import QUANTITIES

STRICT = Criterion(errors=3.0, finite_size=0.0)


def only(result, criterion=None):
    (one,) = compare(result, criterion)
    return one


def test_pulls_are_differences_over_combined_errors(plane):
    field = plane.checks.fields["lyapunov_max"]
    field.error[...] = 0.008
    one = only(plane, STRICT)
    assert one.pulls == pytest.approx(np.array([0.002, -0.004, -0.006, 0.001, -0.01]) / np.hypot(0.006, 0.008))


def test_three_errors_are_allowed_and_no_more(plane):
    twin = plane.checks.fields["network_lyapunov_max"]
    exact = twin.value - np.array([0.002, -0.004, -0.006, 0.001, -0.01])
    twin.value[:] = exact + 0.006 * np.array([0.0, 2.99, -2.99, 3.01, -3.01])
    assert only(plane, STRICT).agrees.tolist() == [True, True, True, False, False]
    assert only(plane, replace(STRICT, errors=3.1)).agrees.all()


def test_the_allowance_for_the_finite_size_falls_as_one_over_n(plane):
    assert only(plane).bias == pytest.approx(25.0 / 500)
    plane.metadata.settings["options"]["simulation"]["sizes"] = [250, 1000]
    assert only(plane).bias == pytest.approx(25.0 / 1000)


def test_nothing_is_allowed_for_extrapolated_numbers(plane):
    twin = plane.checks.fields["network_lyapunov_max"]
    plane.checks.fields["network_lyapunov_max_extrapolated"] = replace(twin, name="network_lyapunov_max_extrapolated")
    one = only(plane)
    assert one.extrapolated and not one.bias.any() and one.size is None


def test_other_quantities_are_allowed_a_share_of_their_value(plane):
    checks = plane.checks.fields
    for name, factor in (("variance", 1.0), ("network_variance", 1.03)):
        value = np.full((5, 4), np.nan) if factor == 1.0 else np.full(5, 0.2 * factor)
        if factor == 1.0:
            value[:, 2] = np.where(checks["lyapunov_max"].status[:, 2] == Status.CONVERGED, 0.2, np.nan)
        status = np.where(np.isfinite(value), Status.CONVERGED, Status.ABSENT).astype(np.uint8)
        own = ("branch",) if factor == 1.0 else ()
        checks[name] = Field(
            name=name, dims=("check", *own), value=value, status=status, error=np.full_like(value, 1e-9), own_dims=own
        )
    one = next(c for c in compare(plane) if c.name == "variance")
    assert one.bias == pytest.approx(0.2 * 25 / 500)
    assert len(one.theory) == 3 and one.skipped == 2 and one.agrees.all()


def test_unstable_branches_are_never_what_a_network_shows(plane):
    """The network sits exactly on the exponent of an unstable fixed point: that is no agreement."""
    checks = plane.checks.fields
    k = 3
    checks["network_lyapunov_max"].value[k] = checks["lyapunov_max"].value[k, 1]
    one = only(plane, STRICT)
    assert one.branches[k] == "fluctuating" and not one.agrees[k]


def test_of_coexisting_attractors_the_nearest_is_compared(plane):
    checks = plane.checks.fields
    checks["lyapunov_max"].value[3] = [-0.1, np.nan, 0.2, 0.15]
    for rate, branch in ((-0.09, "zero"), (0.19, "fluctuating")):
        checks["network_lyapunov_max"].value[3] = rate
        assert only(plane).branches[3] == branch


@pytest.mark.parametrize("side", ["lyapunov_max", "network_lyapunov_max"])
def test_what_did_not_converge_is_not_compared(plane, side):
    plane.checks.fields[side].status[4] = Status.NOT_CONVERGED
    one = only(plane)
    assert len(one.theory) == 4 and one.skipped == 1
    assert one.places["g_h"].tolist() == [1.2, 1.45, 3.0, 3.5]


def test_networks_on_the_grid_are_compared_there(plane):
    shape = plane.shape
    plane.fields["network_lyapunov_max"] = Field(
        name="network_lyapunov_max",
        dims=plane.axis_names,
        value=np.full(shape, 0.1),
        status=np.full(shape, Status.CONVERGED, dtype=np.uint8),
        error=np.full(shape, 0.5),
    )
    grid = compare(plane)[1]
    assert len(grid.theory) == shape[0] * shape[1]
    assert set(grid.places) == {"g_h", "alpha_r"}


def test_the_figure_shows_every_point_and_what_is_allowed(plane, page, find):
    plane.checks.fields["network_lyapunov_max"].value[2] += 1.0
    figure = draw_comparison(compare(plane))
    look = page(figure)
    assert look.overlapping() == [] and look.cut_off() == []
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"agrees", "disagrees", "allowed for finite size"} <= set(words)
    assert find(figure, "allowance")
    assert sum(patch.get_height() for patch in find(figure, "pulls")) == 5


def test_functions_are_left_out(plane):
    """Theory and networks store them at lags of their own, which have no common points to compare."""
    before = [one.name for one in compare(plane)]
    theory, simulated = np.ones((5, 4, 7)), np.ones((5, 11))
    plane.labels |= {"lag": np.arange(7.0), "network_lag": np.arange(11.0)}
    plane.checks.fields["autocorrelation"] = toy_results.field("autocorrelation", ("check",), theory, ("branch", "lag"))
    plane.checks.fields["network_autocorrelation"] = toy_results.field(
        "network_autocorrelation", ("check",), simulated, ("network_lag",)
    )
    assert [one.name for one in compare(plane)] == before


def test_of_several_fixed_points_the_outermost_is_compared(checked_box):
    one = only(checked_box)
    assert one.theory.tolist() == pytest.approx([1.0 / (1 + np.exp(0.5)) - 1, 0.6, -0.25])
    # Not the nearest: at the second place the zero state would be.
    checked_box.checks.fields["network_leading_edge"].value[1] = 3.5 / (1 + np.exp(0.5)) - 1
    assert only(checked_box).agrees.tolist() == [True, False, True]


def test_the_edge_of_a_spectrum_is_allowed_an_absolute_bias(checked_box):
    assert only(checked_box).bias == pytest.approx(25.0 / 500)


@pytest.mark.parametrize("name", ["lyapunov_max", "leading_edge"])
def test_the_finite_size_does_not_hide_a_wrong_sign(plane, name):
    """At N = 60 the allowance is 0.42: chaos instead of a stable point was called agreement."""
    checks = plane.checks.fields
    plane.metadata.settings["options"]["simulation"]["size"] = 60
    if name == "leading_edge":
        for prefix in ("", "network_"):
            checks[prefix + name] = replace(checks[f"{prefix}lyapunov_max"], name=prefix + name)
        checks = plane.checks.fields
    twin = checks[f"network_{name}"]
    twin.value[2], twin.error[2] = -0.05, 0.004  # theory: above 0
    one = next(c for c in compare(plane) if c.name == name)
    assert one.theory[2] > 0.1 and not one.agrees[2] and one.opposite[2]
    assert one.verdicts[2] == "NO, sign" and one.bias[2] == 0.0
    twin.error[2] = 0.03  # its sign is not known
    one = next(c for c in compare(plane) if c.name == name)
    assert one.agrees[2] and not one.opposite[2]


def test_agreement_by_the_finite_size_alone_is_said_to_be(plane):
    twin = plane.checks.fields["network_lyapunov_max"]
    exact = twin.value - np.array([0.002, -0.004, -0.006, 0.001, -0.01])
    twin.value[:] = exact + np.array([0.0, 0.03, -0.03, 0.2, 0.01])
    assert only(plane).verdicts == ("yes", "yes, finite size", "yes, finite size", "NO", "yes")


@pytest.mark.parametrize("name", ["kaplan_yorke_per_unit", "entropy_rate_per_unit"])
def test_dimension_and_entropy_of_networks_meet_those_of_the_mean_field(plane, name):
    """Names of the registry that belong together; what is extrapolated in 1/N comes first."""
    checks = plane.checks.fields
    twin = f"network_{name}_extrapolated"
    assert {name, twin, f"network_{name}"} <= set(QUANTITIES)
    assert QUANTITIES[name].units == QUANTITIES[twin].units
    known = checks["lyapunov_max"].status[:, 2] == Status.CONVERGED
    value = np.full((5, 4), np.nan)
    value[:, 2] = np.where(known, 0.1, np.nan)
    for label, own, values in ((name, ("branch",), value), (twin, (), np.full(5, 0.104))):
        status = np.where(np.isfinite(values), Status.CONVERGED, Status.ABSENT).astype(np.uint8)
        checks[label] = Field(
            name=label,
            dims=("check", *own),
            value=values,
            status=status,
            error=np.full_like(values, 1e-3),
            own_dims=own,
        )
    (one,) = [pair for pair in compare(plane) if pair.name == name]
    assert one.extrapolated and not one.bias.any()
    np.testing.assert_allclose(one.difference, 0.004)
    assert len(one.difference) == known.sum()


def test_a_network_that_decays_for_ever_is_at_rest(plane):
    one = only(plane)
    at_rest = replace(
        one, theory=np.zeros(2), simulated=np.array([2.8e-188, 1e-30]), theory_error=np.zeros(2),
        simulated_error=np.zeros(2), bias=np.zeros(2), branches=("zero", "zero"),
    )  # fmt: skip
    assert at_rest.agrees.tolist() == [True, False]


@pytest.mark.parametrize(("networks", "times"), [(4, 9.219 / 3), (2, 235.8 / 3), (1000, 1.003), (None, 1.0)])
def test_the_scatter_of_few_networks_is_known_as_roughly_as_students_distribution_says(networks, times):
    """Quantiles of tables: 9.219 at 3 degrees of freedom, 235.8 at 1, for what a normal deviate of 3 leaves out."""
    assert student_widening(3.0, networks) == pytest.approx(times, rel=1e-3)
    assert student_widening(0.0, networks) == 1.0


def test_means_of_few_networks_stray_by_no_more_than_is_allowed():
    """Of 40,000 means of four normal numbers 0.27 % are farther off than allowed, 5.8 % farther than three errors."""
    drawn = np.random.default_rng(3).standard_normal((40_000, 4))
    pulls = np.abs(drawn.mean(axis=1)) / (drawn.std(axis=1, ddof=1) / 2.0)
    assert (pulls > 3.0 * student_widening(3.0, 4)).mean() == pytest.approx(0.0027, abs=0.0008)
    assert (pulls > 3.0).mean() == pytest.approx(0.0577, abs=0.004)


def test_the_mean_square_pull_of_few_networks_is_that_of_students_distribution_however_alike_the_points_are():
    """40,000 means of eight numbers, at places that are all the same and at others: 7/5, and none of three networks."""
    drawn = np.random.default_rng(4).standard_normal((40_000, 8, 3))
    drawn[..., 2] = drawn[..., 1]
    squares = (drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(8.0))) ** 2
    assert squares.mean() == pytest.approx(expected_square(8), rel=0.03) == pytest.approx(1.4, rel=0.03)
    assert expected_square(3) == np.inf and np.isnan(expected_square(None))


def test_points_at_which_more_is_allowed_than_the_number_itself_are_counted(plane):
    one = replace(
        only(plane), theory=np.array([1.0, 1.0, 0.0]), simulated=np.array([1.1, 3.0, 0.0]), networks=8,
        theory_error=np.zeros(3), simulated_error=np.array([0.1, 1.0, 0.0]), bias=np.zeros(3), branches=("",) * 3,
    )  # fmt: skip
    assert one.agrees.all() and one.loose.tolist() == [False, True, False]
    assert one.mean_square_pull == pytest.approx((1.0 + 4.0 + 0.0) / 3.0)
