"""Options that are taken whole at every n-th point only."""

import numpy as np
import pytest

from phasemap.config import make_config
from phasemap.quantities import REGISTRY
from phasemap.sweeps.plan import make_plan, point_costs, takes_lean
from phasemap.sweeps.work import make_tasks


@pytest.fixture
def config():
    return make_config(
        {
            "axes": {"g_h": [1.2, 1.4, 1.6, 1.8, 2.0], "alpha_z": [8.0, 9.0, 10.0]},
            "quantities": ["variance", "network_variance"],
            "ensemble": {"lazy_runs": 2, "lazy_every": 2},
            "simulation": {"points": [[1.4, 9.0]]},
        },
        REGISTRY,
    )


def test_every_second_point_along_each_axis_takes_whole_options_and_check_points_do(config):
    whole = {(part, int(i)) for task in make_tasks(make_plan(config)) for part, i in
             ((task.block.part, i) for i in task.block.indices) if getattr(task.options, "lazy_runs", 0)}  # fmt: skip
    expected = {("grid", int(np.ravel_multi_index((i, j), (5, 3)))) for i in (0, 2, 4) for j in (0, 2)}
    assert whole == expected | {("checks", 0)}


def test_every_point_is_planned_once(config):
    planned = np.sort(np.concatenate([b.indices for b in make_plan(config).blocks if b.part == "grid"]))
    np.testing.assert_array_equal(planned, np.arange(15))


def test_points_with_networks_cost_more_in_the_plan(config):
    solver = config.registry.solver_of("variance")
    costs, lean = point_costs(config, "grid", solver), takes_lean(config, "grid", solver, np.arange(15))
    assert costs[~lean].min() > 2.0 * costs[lean].max()
