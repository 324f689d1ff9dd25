"""Plans: complete, deterministic, balanced."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sweeping import assert_same_numbers, run
from support.toy_registry import TOYS, MakeConfig

from phasemap.config import SweepConfig
from phasemap.storage import BlockData, read_result
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.plan import BLOCK_SECONDS, Block, Plan, make_plan, parameters_at, point_costs


def places(plan: Plan) -> list[tuple[str, str, int]]:
    return sorted((b.part, b.name, int(i)) for b in plan.blocks for i in b.indices)


def test_every_evaluation_is_planned_once(toy: MakeConfig) -> None:
    config = toy("noise_h=0.3", "toys.points=[[1, 1], [2, 2]]")
    plan = make_plan(config)
    expected = [("grid", "quick", i) for i in range(30)] + [("surface", "circle", 0)]
    expected += [("checks", name, i) for name in ("quick", "random") for i in range(2)]
    assert places(plan) == sorted(expected)


def test_plans_are_deterministic(toy: MakeConfig) -> None:
    one, two = make_plan(toy("noise_h=0.3")), make_plan(toy("noise_h=0.3"))
    assert [b.order for b in one.blocks] == [b.order for b in two.blocks]


def test_blocks_have_the_agreed_length(toy: MakeConfig) -> None:
    plan = make_plan(toy("noise_h=0.4", "axes.g_h.points=40"))
    blocks = [b for b in plan.blocks if b.name == "random"]
    assert len(blocks) > 16
    assert all(0.5 * BLOCK_SECONDS < b.seconds < 1.5 * BLOCK_SECONDS for b in blocks[:-1])  # the last one is a rest
    assert [b.seconds for b in plan.blocks] == sorted((b.seconds for b in plan.blocks), reverse=True)


def test_long_points_are_blocks_of_their_own(toy: MakeConfig) -> None:
    plan = make_plan(toy("noise_h=20"))
    assert all(len(b.indices) == 1 for b in plan.blocks if b.name == "random")


def test_unequal_costs_are_cut_evenly(toy: MakeConfig) -> None:
    """Points cost between nothing and 0.4 s along an axis."""
    config = toy(axes={"g_h": {"from": 1, "to": 2, "points": 10}, "noise_h": {"from": 0, "to": 0.4, "points": 20}})
    costs = point_costs(config, "grid", config.registry.solvers["random"])
    assert costs[:20] == pytest.approx(np.linspace(0, 0.4, 20), abs=1e-4)
    blocks = [b for b in make_plan(config).blocks if b.name == "random"]
    assert max(b.seconds for b in blocks) < 2 * BLOCK_SECONDS
    assert sum(b.seconds for b in blocks) == pytest.approx(costs.sum())


def test_costs_of_huge_grids_are_sampled(toy: MakeConfig) -> None:
    config = toy("axes.g_h.points=200", "axes.alpha_r.points=100", "noise_h=0.25")
    costs = point_costs(config, "grid", config.registry.solvers["random"])
    assert costs.shape == (20_000,)
    assert (costs == 0.25).all()


def test_points_have_their_coordinates(toy: MakeConfig) -> None:
    config = toy("beta_h=0.5")
    points = parameters_at(config.parameters, config.axis_names, config.points("grid"))
    assert len(points) == 30
    assert (points[7].g_h, points[7].alpha_r) == (config.axes[0].values[1], config.axes[1].values[2])
    assert all(point.beta_h == 0.5 and point.beta_r == 0.0 for point in points)


@given(count=st.integers(1, 40))
def test_shards_are_disjoint_complete_and_balanced(count: int) -> None:
    costs = np.random.default_rng(count).uniform(0.1, 1.5, 200)
    blocks = tuple(Block("grid", "s", np.array([k]), float(c)) for k, c in enumerate(costs))
    plan = Plan(config=None, blocks=blocks)  # type: ignore[arg-type]
    shards = [plan.shard(number, count) for number in range(1, count + 1)]
    assert sorted(place for shard in shards for place in places(shard)) == places(plan)
    work = [shard.seconds for shard in shards]
    assert max(work) - min(work) <= 1.5
    assert plan.seconds_on(count) == max(work)


def test_what_is_there_is_not_planned(toy: MakeConfig) -> None:
    config = toy("noise_h=0.3")
    plan, result = make_plan(config), empty_result(config)
    assert places(plan.without(result)) == places(plan)
    half = plan.blocks[0]
    result.fields["draw"].fill(half.indices[:2], 1.0, 1)
    left = plan.without(result)
    assert set(places(plan)) - set(places(left)) == {("grid", "random", int(i)) for i in half.indices[:2]}
    assert left.seconds == pytest.approx(plan.seconds - 0.6)


def test_what_another_solver_once_computed_is_there(toy: MakeConfig) -> None:
    """A quantity may move to another solver: older files name the one of their time."""
    config = toy()
    plan, result = make_plan(config), empty_result(config)
    for name in ("product", "pair"):
        result.fields[name].fill(np.arange(1, 30), 1.0, 1)
        result.fields[name] = replace(result.fields[name], solver="of_yore")
    assert [place for place in places(plan.without(result)) if place[1] == "quick"] == [("grid", "quick", 0)]


def test_a_point_is_done_when_all_its_quantities_are(toy: MakeConfig) -> None:
    config = toy()
    plan, result = make_plan(config), empty_result(config)
    result.fields["product"].fill([3], 1.0, 1)
    assert ("grid", "quick", 3) in places(plan.without(result))
    result.fields["pair"].fill([3], 1.0, 1)
    assert ("grid", "quick", 3) not in places(plan.without(result))


def test_a_quantity_that_was_another_solvers_is_computed_where_it_is_open(toy: MakeConfig) -> None:
    config = toy()
    plan, result = make_plan(config), empty_result(config)
    former = result.fields["draw"] = replace(result.fields["draw"], solver="former")
    assert places(plan.without(result)) == places(plan)
    for entry in result.fields.values():
        entry.status[entry.status == 0] = 1
    former.status.flat[5] = 0
    assert [place for place in places(plan.without(result)) if place[1] == "random"] == [("grid", "random", 5)]


def test_failures_are_planned_again(toy: MakeConfig) -> None:
    config = toy()
    plan, result = make_plan(config), empty_result(config)
    BlockData("grid", "random", np.arange(30), failures=((4, "bad"),)).add_to(result)
    BlockData("surface", "circle", np.zeros(1, dtype=np.int64), failures=((0, "bad"),)).add_to(result)
    result.fields["draw"].status[result.fields["draw"].status == 0] = 1
    left = [place for place in places(plan.without(result)) if place[1] != "quick"]
    assert left == [("grid", "random", 4), ("surface", "circle", 0)]


def test_blocks_do_not_depend_on_the_progress(toy: MakeConfig) -> None:
    """A block that is resumed half-way keeps its place among the shards."""
    config = toy("noise_h=0.3")
    plan, result = make_plan(config), empty_result(config)
    result.fields["draw"].fill(np.arange(7), 1.0, 1)
    for number in (1, 2):
        left, before = plan.shard(number, 2).without(result), plan.shard(number, 2)
        assert set(places(left)) <= set(places(before))
        assert all(a[2] <= b[2] for a, b in pairwise([p for p in places(left) if p[1] == "random"]))


def with_lines(config: SweepConfig) -> SweepConfig:
    """The same sweep where points along g_h, the first axis, share the work of the random numbers."""
    solvers = {**TOYS.solvers, "random": replace(TOYS.solvers["random"], line="g_h")}
    return replace(config, registry=replace(TOYS, solvers=solvers))


def test_points_that_share_work_share_a_block(toy: MakeConfig) -> None:
    plan = make_plan(with_lines(toy("noise_h=0.1", "axes.alpha_r.points=50")))
    blocks = [b for b in plan.blocks if b.name == "random"]
    assert len(blocks) > 16
    lines = [np.unique(b.indices % 50) for b in blocks]
    assert sum(map(len, lines)) == 50  # none is in two blocks
    assert all(len(b.indices) == 6 * len(line) for b, line in zip(blocks, lines, strict=True))
    assert max(b.seconds for b in blocks) < 1.5 * BLOCK_SECONDS


def test_long_lines_are_cut(toy: MakeConfig) -> None:
    plan = make_plan(with_lines(toy("noise_h=1", "axes.g_h.points=20", "axes.alpha_r.points=3")))
    blocks = [b for b in plan.blocks if b.name == "random"]
    assert max(b.seconds for b in blocks) < 1.5 * BLOCK_SECONDS
    assert all(len(np.unique(b.indices % 3)) <= 2 for b in blocks)
    assert sorted(i for b in blocks for i in b.indices) == list(range(60))


def test_lines_change_no_number(toy: MakeConfig, tmp_path: Path) -> None:
    config = toy("noise_h=0.1")
    run(config, tmp_path / "points.h5")
    run(with_lines(config), tmp_path / "lines.h5")
    assert_same_numbers(read_result(tmp_path / "points.h5"), read_result(tmp_path / "lines.h5"))
