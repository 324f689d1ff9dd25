from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.orthogonality import orthogonality_defect

from phasemap.model.parameters import make_parameters
from phasemap.simulation.lyapunov.tangent import TangentFlow, split_rows
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start

SEED = np.random.SeedSequence(21)


def flow_of(parameters, size=23, count=None, step=0.05, dtype=np.float64):
    integrator = start(draw_network(parameters, size, SEED), step, 0.7, SEED)
    return TangentFlow(integrator, count or integrator.network.dimension, SEED, dtype)


def propagated(flow, n_steps):
    """Vectors (K, D) after n_steps, not orthonormalised."""
    flow._orthonormalise = lambda blocks: None
    flow.advance(n_steps)
    return np.concatenate(flow.blocks, axis=1)


def test_a_random_frame_is_orthonormal(kind):
    assert orthogonality_defect(flow_of(kind).blocks) < 1e-13


def test_vectors_follow_the_derivative_of_the_flow(kind):
    flow = flow_of(kind, step=0.0125)
    carried = flow.integrator.network.carried
    initial, state = np.concatenate(flow.blocks, axis=1), flow.integrator.state.copy()
    found = propagated(flow, 20)
    for vector, image in zip(initial[::7], found[::7], strict=True):
        ends = []
        for sign in (1.0, -1.0):
            other = start(flow.integrator.network, 0.0125, 0.7, SEED)
            other.x[:, 0] = state
            other.x[np.array(carried), 0] += sign * 1e-5 * vector.reshape(sum(carried), -1)
            other.advance(40)
            ends.append(other.state[np.array(carried)].ravel())
        np.testing.assert_allclose(image, (ends[0] - ends[1]) / 2e-5, atol=2e-7)


def test_with_noise_vectors_follow_the_derivative_of_the_discrete_map():
    parameters = make_parameters(g_h=2.0, alpha_z=2.0, alpha_r=2.0, noise_h=0.5, noise_z=0.3, input_inside=1.0)
    flow = flow_of(parameters, count=5)
    twin = start(flow.integrator.network, 0.05, 0.7, SEED)
    twin.x[:, 1] = np.concatenate(flow.blocks, axis=1)[3].reshape(3, -1)
    twin.advance(12, tangent=True)
    np.testing.assert_allclose(propagated(flow, 12)[3], twin.x[:, 1].ravel(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("gates", [{}, {"alpha_z": 2.0, "alpha_r": 2.0, "tau_r": 0.0}])
def test_tangent_vectors_converge_with_order_four(gates):
    ends = {
        steps: propagated(flow_of(make_parameters(g_h=2.5, **gates), step=0.5 / steps), steps)
        for steps in (5, 10, 20, 80)
    }
    errors = [np.abs(ends[steps] - ends[80]).max() for steps in (5, 10, 20)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 4.0) < 0.5), orders


def test_growth_of_volume_is_the_trace_of_the_jacobian(kind):
    flow = flow_of(kind, step=0.02)
    lengths, trace = flow.advance(20)
    total = lengths.log_lengths.sum() / (20 * flow.step)
    assert total == pytest.approx(trace, rel=1e-6)


def test_threads_do_not_change_a_bit():
    parameters = make_parameters(g_h=3.0, alpha_r=2.0)
    alone, shared = flow_of(parameters, 150), flow_of(parameters, 150)
    with ThreadPoolExecutor(2) as executor:
        for _ in range(3):
            a, b = alone.advance(3), shared.advance(3, executor)
            np.testing.assert_array_equal(a[0].log_lengths, b[0].log_lengths)
    for ours, theirs in zip(alone.blocks, shared.blocks, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_fewer_vectors_are_the_first_of_more():
    few, many = flow_of(make_parameters(g_h=3.0), 40, count=6), flow_of(make_parameters(g_h=3.0), 40, count=40)
    many.blocks[0][:6] = few.blocks[0]
    many._orthonormalise(many.blocks)
    for _ in range(4):
        a, b = few.advance(4)[0], many.advance(4)[0]
        np.testing.assert_allclose(a.log_lengths, b.log_lengths[:6], rtol=1e-9, atol=1e-10)


def test_single_precision_is_single_precision():
    double, single = flow_of(make_parameters(g_h=3.0), 40), flow_of(make_parameters(g_h=3.0), 40, dtype=np.float32)
    assert all(block.dtype == np.float32 for block in single.blocks)
    for mine, theirs in zip(double.blocks, single.blocks, strict=True):
        mine[:] = theirs
    difference = np.abs(double.advance(3)[0].log_lengths - single.advance(3)[0].log_lengths).max()
    assert 1e-9 < difference < 1e-4


@pytest.mark.parametrize("count", [1, 100, 255, 256, 257, 500, 1500])
def test_panels_cover_every_vector_once(count):
    panels = split_rows(count)
    assert [k for panel in panels for k in range(panel.start, panel.stop)] == list(range(count))
    assert max(panel.stop - panel.start for panel in panels) <= 256
    assert len(panels) % 2 == 0 or count < 256


def test_a_panel_is_independent_of_its_neighbours():
    parameters = make_parameters(g_h=2.0, alpha_z=1.0)
    whole, part = flow_of(parameters, 30), flow_of(parameters, 30, count=4)
    for mine, theirs in zip(part.blocks, whole.blocks, strict=True):
        mine[:] = theirs[:4]
    np.testing.assert_allclose(propagated(part, 5), propagated(whole, 5)[:4], rtol=1e-12, atol=1e-13)
