"""A result before anything is computed says what will have been computed, and how."""

from phasemap.config import make_config
from phasemap.quantities import REGISTRY
from phasemap.sweeps.files.skeleton import empty_result


def solvers_of(**parameters):
    data = {
        "quantities": ["lyapunov_max", "static_gain", "network_lyapunov_max"],
        "axes": {"g_h": [1.0, 2.0]},
        "parameters": parameters,
    }
    return empty_result(make_config(data, REGISTRY)).metadata.solvers


def test_solvers_are_told_with_the_options_that_count_along_the_axes():
    constant, moving = solvers_of(), solvers_of(alpha_z=1.0)
    mean_field = REGISTRY.quantities["lyapunov_max"].solver
    network = REGISTRY.quantities["network_lyapunov_max"].solver
    assert {mean_field, network, REGISTRY.quantities["static_gain"].solver} <= set(constant)
    assert constant[mean_field].options == () and "paths" in moving[mean_field].options
    assert constant[network].simulated and not constant[mean_field].simulated
    assert (constant[network].table, "size" in constant[network].options) == ("simulation", True)
