"""Next to an onset the errors of time scales know how these scatter from noise to noise."""

from types import SimpleNamespace

import numpy as np
import pytest

from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory import mean_field
from phasemap.theory.ensemble import solver
from phasemap.theory.ensemble.errors import other_noise
from phasemap.theory.ensemble.errors.budget import SOURCES, ErrorBudget
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.sampling.process import Process


@pytest.mark.slow
def test_next_to_an_onset_times_agree_with_the_exact_ones_of_a_gate_that_hardly_moves():
    """At alpha_z = 0.05 the times are those of a constant gate to parts in a thousand."""
    seeds = [np.random.SeedSequence(7, spawn_key=(k,)) for k in range(2)]
    point = make_parameters(g_h=1.025, alpha_z=0.05)
    found = solver.solve_points([point] * len(seeds), EnsembleOptions(relative_error=0.02), seeds)
    exact = mean_field.solve_points([make_parameters(g_h=1.025, alpha_z=0.0, beta_z=0.0)], None, seeds[:1])
    for name in ("correlation_time", "relaxation_time"):
        true = float(exact[name].value[0, BRANCHES.index("fluctuating")])
        one = found[name]
        for value, error, status in zip(one.value, one.error, one.status, strict=True):
            if status == Status.LOWER_BOUND:
                assert value < true
            else:
                assert status == Status.CONVERGED
                assert abs(value - true) < 4.0 * error


def test_far_from_an_onset_nothing_is_added_and_nothing_is_sought():
    process = Process(make_parameters(g_h=2.0, alpha_z=3.0))
    errors = ErrorBudget(np.ones((len(NAMES), len(SOURCES))))
    pilot = SimpleNamespace(stiffener=object())
    assert other_noise.widened(errors, process, EnsembleOptions(), np.random.SeedSequence(0), pilot, 1024) is errors


def test_where_other_noise_finds_slower_states_only_nothing_is_known_of_the_times(monkeypatch):
    """The exponent keeps the error that it has."""
    monkeypatch.setattr(other_noise, "seek", lambda *_: None)
    monkeypatch.setattr(other_noise, "_row", lambda *_: np.ones(len(NAMES)))
    process = Process(make_parameters(g_h=1.05, alpha_z=3.0))
    pilot = SimpleNamespace(stiffener=object(), noise=SimpleNamespace(paths=1024))
    errors = ErrorBudget(np.ones((len(NAMES), len(SOURCES))))
    total = other_noise.widened(errors, process, EnsembleOptions(), np.random.SeedSequence(0), pilot, 1024).total
    exponent = NAMES.index("lyapunov_max")
    assert total[exponent] == errors.total[exponent] and np.isinf(np.delete(total, exponent)).all()
