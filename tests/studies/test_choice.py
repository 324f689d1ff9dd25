"""Which solvers run at a point: those that labels need always, others where they take seconds, all where named."""

import pytest

from phasemap.config import make_point
from phasemap.errors import ConfigError
from phasemap.quantities import REGISTRY
from phasemap.studies.point import choose_solvers


def chosen(settings, *quantities, simulate=False):
    solvers, left_out = choose_solvers(make_point({"parameters": settings}, REGISTRY), REGISTRY, quantities, simulate)
    return {solver.name for solver in solvers}, left_out


def test_what_takes_seconds_runs_and_what_takes_longer_is_named_with_its_cost():
    cheap, left_out = chosen({"g_h": 3.0, "alpha_r": 2.0})
    assert {"statics", "mean_field", "complexity", "gradients", "tangent_spectrum"} <= cheap and not left_out
    cheap, left_out = chosen({"g_h": 2.0, "alpha_r": 20.0})
    assert (
        "exponents_above" not in cheap
        and "takes about" in left_out["exponents_above"]
        and "ask with --quantity" in left_out["exponents_above"]
    )
    slow, left_out = chosen({"g_h": 2.2, "alpha_z": 10.0})
    assert {"statics", "mean_field"} <= slow and "gradients" not in slow
    assert "adjoint_variance" in left_out["gradients"] and "takes about" in left_out["gradients"]


def test_networks_run_where_they_are_asked_for():
    assert "network" not in chosen({"g_h": 3.0})[0]
    assert "network" in chosen({"g_h": 3.0}, simulate=True)[0]
    assert chosen({"g_h": 3.0}, "network_variance")[0] == {"network"}


def test_only_what_is_named_runs():
    assert chosen({"g_h": 2.2, "alpha_z": 10.0}, "adjoint_variance", "static_gain")[0] == {"gradients", "statics"}
    with pytest.raises(ConfigError, match="Did you mean 'static_gain'"):
        chosen({"g_h": 2.0}, "static_gian")
