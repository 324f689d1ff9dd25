"""Lyapunov spectra: speed against this machine's matrix product, and against the schemes of public codes.

    python tests/benchmarks/bench_lyapunov_spectrum.py [--size 500] [--peer-size 200] [--repeats 3]

Useful operations are those of the matrix products of the tangent flow alone, 2 N^2 K for each N x N matrix times K
vectors: elementwise work, orthonormalisation and the state's own steps count as time, not as work. They are compared
with the speed of the matrix product at this size, and with that of large matrices. Seconds are CPU seconds of one
thread (minimum over repeats), so that other load on the machine disturbs little; where threads are compared, wall
seconds.

The peers' schemes are written plainly for the additive network: NumPy, Euler steps with QR every step and every 10
(Engelken, RNN-LyapunovSpectra); NumPy, RK4 with QR every step (lyapynov, davidclark1/rnn-lyapunov); Numba, RK4 with QR
every step (pynamicalsys); NumPy, RK4 with QR once per unit of time, the best of the plain ones, at several steps. All
run over the same time from the same matrix, state and vectors. The error of a scheme is the largest difference of its
exponents from those of a fine step; it is compared with the fastest of ours that is at least as accurate.
"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from threadpoolctl import threadpool_info, threadpool_limits

from phasemap.model.parameters import make_parameters
from phasemap.simulation.lyapunov.spectrum import CONDITION_LIMIT, SpectrumSampler
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.threads import available_cores

GAIN, STEP, DURATION = 3.0, 0.1, 10.0
SEED = np.random.SeedSequence(1)
LARGE = 2000


def shortest(run: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time) -> float:
    seconds = []
    for _ in range(repeats):
        began = clock()
        run()
        seconds.append(clock() - began)
    return min(seconds)


def gemm_peak(size: int, dtype: type, repeats: int) -> float:
    """Operations per second of one product of square matrices, one thread."""
    a = np.random.default_rng(0).standard_normal((size, size)).astype(dtype)
    out = np.empty_like(a)
    count = max(1, int(4e9 / (2.0 * size**3)))
    np.dot(a, a, out=out)
    return 2.0 * size**3 * count / shortest(lambda: [np.dot(a, a, out=out) for _ in range(count)], 3 * repeats)


def sampler_of(size: int, step: float, dtype: type = np.float64, **gates: float) -> SpectrumSampler:
    integrator = start(draw_network(make_parameters(g_h=GAIN, **gates), size, SEED), step, 1.0, SEED)
    integrator.advance(round(50.0 / step))
    return SpectrumSampler(integrator, integrator.network.dimension, SEED, dtype)


# --- the peers' schemes -----------------------------------------------------------------------------------------------


def euler(J: np.ndarray, h: np.ndarray, Q: np.ndarray, dt: float, every: int) -> np.ndarray:
    total = np.zeros(len(h))
    for step in range(1, round(DURATION / dt) + 1):
        phi = np.tanh(GAIN * h)
        Q = Q + dt * (-Q + (J * (GAIN * (1.0 - phi**2))) @ Q)
        h = h + dt * (-h + J @ phi)
        if step % every == 0:
            Q, R = np.linalg.qr(Q)
            total += np.log(np.abs(np.diag(R)))
    return total / DURATION


def field(J, h, Q):
    phi = np.tanh(GAIN * h)
    return -h + J @ phi, -Q + J @ ((GAIN * (1.0 - phi**2))[:, None] * Q)


def runge_kutta(J: np.ndarray, h: np.ndarray, Q: np.ndarray, dt: float, every: int) -> np.ndarray:
    total = np.zeros(len(h))
    for step in range(1, round(DURATION / dt) + 1):
        a, b = field(J, h, Q)
        c, d = field(J, h + 0.5 * dt * a, Q + 0.5 * dt * b)
        e, f = field(J, h + 0.5 * dt * c, Q + 0.5 * dt * d)
        g, i = field(J, h + dt * e, Q + dt * f)
        h, Q = h + dt / 6 * (a + 2 * c + 2 * e + g), Q + dt / 6 * (b + 2 * d + 2 * f + i)
        if step % every == 0:
            Q, R = np.linalg.qr(Q)
            total += np.log(np.abs(np.diag(R)))
    return total / DURATION


compiled_field = njit(field)


@njit
def runge_kutta_compiled(J, h, Q, step, n_steps):
    total = np.zeros(len(h))
    for _ in range(n_steps):
        a, b = compiled_field(J, h, Q)
        c, d = compiled_field(J, h + 0.5 * step * a, Q + 0.5 * step * b)
        e, f = compiled_field(J, h + 0.5 * step * c, Q + 0.5 * step * d)
        g, i = compiled_field(J, h + step * e, Q + step * f)
        h = h + step / 6 * (a + 2 * c + 2 * e + g)
        Q, R = np.linalg.qr(Q + step / 6 * (b + 2 * d + 2 * f + i))
        total += np.log(np.abs(np.diag(R)))
    return total / (step * n_steps)


# --- the two tables ---------------------------------------------------------------------------------------------------


def against_peak(size: int, repeats: int) -> None:
    print(f"\nN = {size}, all exponents, one thread (percent of the matrix product's speed at this size)")
    print(f"{'':30}{'GEMM':>8}{f'N={LARGE}':>8}{'tangent step':>20}{'all of it':>20}{'interval':>10}{'condition':>11}")
    cases = [("additive network", np.float64, {}), ("additive, single precision", np.float32, {})]
    cases += [("both gates (3N exponents)", np.float64, {"alpha_z": 3.0, "alpha_r": 2.0})] if size <= 500 else []
    for name, dtype, gates in cases:
        peak, large = gemm_peak(size, dtype, repeats), gemm_peak(LARGE, dtype, repeats)
        sampler = sampler_of(size, STEP, dtype, **gates)
        sampler.align(12.0)
        flow, steps = sampler.flow, sampler.interval
        propagate = flow._propagator(flow._linearise(steps)[0])
        vectors = [part.copy() for part in flow._vectors]

        def tangent_steps(flow=flow, propagate=propagate, vectors=vectors) -> None:
            for part, kept in zip(flow._vectors, vectors, strict=True):
                part[:] = kept
            for panel in flow._panels:
                propagate(panel)

        tangent = flow.flops(steps) / shortest(tangent_steps, 2 * repeats)
        tangent_steps()
        flow._orthonormalise(flow.blocks)
        count = max(1, round(4.0 / sampler.interval_time))
        whole = flow.flops(steps * count) / shortest(lambda s=sampler, c=count: s.measure(c), repeats)
        print(
            f"{name:30}{peak / 1e9:8.1f}{large / 1e9:8.1f}{tangent / 1e9:12.1f} ({tangent / peak:4.0%})"
            f"{whole / 1e9:12.1f} ({whole / peak:4.0%}){sampler.interval_time:10.1f}{sampler.worst_condition:11.1e}"
        )
        print(f"{'':46}{f'({tangent / large:4.0%} of N={LARGE})':>20}{f'({whole / large:4.0%} of N={LARGE})':>20}")


def ours(sampler: SpectrumSampler, h: np.ndarray, Q: np.ndarray, executor: ThreadPoolExecutor | None = None):
    """Exponents over the duration from the state h and the vectors in the columns of Q."""
    sampler.flow.integrator.x[0, 0] = h
    sampler.flow.blocks[0][:] = Q.T
    sampler._rates.clear()
    sampler.measure(round(DURATION / sampler.interval_time), executor)
    assert sampler.worst_condition < CONDITION_LIMIT[sampler.flow.dtype.char]
    return sampler.rates.mean(axis=0)


def sampler_at(size: int, tangent_step: float, dtype: type = np.float64) -> SpectrumSampler:
    """A sampler with an interval that the conditioning of these networks allows, and that divides the duration."""
    sampler = sampler_of(size, tangent_step / 2.0, dtype)
    sampler.interval = round((2.0 if dtype is np.float64 else 1.0) / tangent_step)
    return sampler


def peers(J: np.ndarray, h: np.ndarray, Q: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    single = [x.astype(np.float32) for x in (J, h, Q)]
    found: dict[str, Callable[[], np.ndarray]] = {
        "NumPy, Euler 0.1, QR every step": lambda: euler(J, h, Q, 0.1, 1),
        "NumPy, Euler 0.1, QR every 10": lambda: euler(J, h, Q, 0.1, 10),
        "NumPy, RK4 0.1, QR every step": lambda: runge_kutta(J, h, Q, 0.1, 1),
        "Numba, RK4 0.1, QR every step": lambda: runge_kutta_compiled(J, h, Q, 0.1, round(DURATION / 0.1)),
    }
    for step in (0.1, 0.2, 0.5):
        every = round(1.0 / step)
        found[f"NumPy, RK4 {step}, QR every {every}"] = lambda d=step, n=every: runge_kutta(J, h, Q, d, n)
        found[f"NumPy, RK4 {step}, QR every {every}, float32"] = lambda d=step, n=every: runge_kutta(*single, d, n)
    return found


def against_peers(size: int, repeats: int) -> bool:
    """Print the table; returns whether every peer is slower than the fastest of ours that is as accurate."""
    samplers = {
        (step, dtype): sampler_at(size, step, dtype)
        for step in (0.1, 0.2, 0.25, 0.5, 1.0)
        for dtype in (np.float64, np.float32)
    }  # fmt: skip
    flow = samplers[0.2, np.float64].flow
    h, Q = flow.integrator.h.copy(), np.ascontiguousarray(flow.blocks[0].T)
    theirs = peers(flow.integrator.network.J_h.astype(float), h, Q)
    own: dict[str, Callable[[], np.ndarray]] = {
        f"phasemap {step}{', single precision' if dtype is np.float32 else ''}": lambda s=sampler: ours(s, h, Q)
        for (step, dtype), sampler in samplers.items()
    }
    schemes = {**theirs, **own}
    exact = np.sort(ours(sampler_at(size, 0.0125), h, Q))
    errors = {name: float(np.abs(np.sort(run()) - exact).max()) for name, run in schemes.items()}
    seconds = dict.fromkeys(schemes, np.inf)
    for _ in range(repeats):  # in turn, so that other load meets all alike
        seconds = {name: min(seconds[name], shortest(run, 1)) for name, run in schemes.items()}

    print(f"\nadditive network, g = {GAIN:g}, N = {size}, {DURATION:g} time units, one thread")
    print(f"{'scheme':38}{'seconds':>9}{'error':>10}   fastest of ours that is as accurate")
    ratios = {}
    for name in schemes:
        line = f"{name:38}{seconds[name]:9.3f}{errors[name]:10.1e}"
        if name in theirs:
            fit = [one for one in own if errors[one] <= errors[name]]
            best = min(fit, key=seconds.__getitem__, default=None)
            ratios[name] = seconds[name] / seconds[best] if best else 0.0
            line += f"   {best or 'none'}: {ratios[name]:.2f} times faster"
        print(line)
    hardest = min(ratios, key=ratios.__getitem__)
    faster = ratios[hardest] > 1.0
    print(
        f"N = {size}: phasemap is {'' if faster else 'NOT '}faster than every peer at the same accuracy or better; "
        f"least against '{hardest}', {ratios[hardest]:.2f} times"
    )
    with ThreadPoolExecutor(available_cores()) as executor:
        sampler = samplers[0.2, np.float64]
        wall, work = (
            [shortest(lambda e=e: ours(sampler, h, Q, e), repeats, clock) for e in (None, executor)]
            for clock in (time.perf_counter, time.process_time)
        )
    print(
        f"{available_cores()} threads on panels: {wall[0] / wall[1]:.2f} times faster than one (wall), "
        f"{work[1] / work[0]:.2f} times its CPU time; load disturbs the first"
    )
    return faster


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--peer-size", type=int, nargs="+", default=[200, 500])
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    for library in threadpool_info():
        if library["user_api"] == "blas":
            print(f"BLAS: {library['internal_api']} {library['version']}, kernels for {library.get('architecture')}")
    with threadpool_limits(1, user_api="blas"):
        against_peak(arguments.size, arguments.repeats)
        for size in arguments.peer_size:
            against_peers(size, arguments.repeats)


if __name__ == "__main__":
    main()
