import numpy as np
import pytest

from phasemap.theory.ensemble.errors.jackknife import pseudo_values

RNG = np.random.default_rng(5)


def test_pseudo_values_of_a_linear_function_are_its_values():
    samples = RNG.normal(size=(16, 3))
    assert pseudo_values(lambda x: float(x @ [1.0, -2.0, 0.5]), samples) == pytest.approx(samples @ [1.0, -2.0, 0.5])


def test_their_standard_error_is_the_scatter_of_a_nonlinear_function_of_means():
    """1 / mean: samples alone may come close to zero, means do not."""
    repeated = RNG.normal(1.0, 0.4, size=(400, 16, 1))
    values = np.array([pseudo_values(lambda x: 1.0 / float(x[0]), one) for one in repeated])
    scatter = np.std([1.0 / one.mean() for one in repeated], ddof=1)
    stated = values.std(axis=1, ddof=1) / 4.0
    assert np.sqrt(np.mean(stated**2)) == pytest.approx(scatter, rel=0.15)


def test_what_all_together_do_not_know_is_not_known():
    assert np.all(np.isinf(pseudo_values(lambda x: float("inf"), RNG.normal(size=(16, 3)))))
