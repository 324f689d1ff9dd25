"""The tangent flow of one network: many tangent vectors carried along its trajectory.

The state takes fine Runge-Kutta steps, whose cost is two products of a matrix with a vector; the tangent vectors take
Runge-Kutta steps twice as long, whose middle points the state's steps provide. That halves the number of matrix
products (two GEMMs per time step and coupling matrix instead of four) at order 4, and an integrating factor for the
decay of every component wins back the accuracy. With noise, where the linearisation is not smooth in time, they take
the same steps as the state with the linearisation at the state's own stages, without an integrating factor, which is
the exact derivative of the discrete map.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import DTypeLike, NDArray

from phasemap.kernels.network import tangent as kernels
from phasemap.kernels.network.steps import INSTANT, LIVE
from phasemap.model.results import FloatArray
from phasemap.simulation.lyapunov.orthonormalise import Lengths, Orthonormaliser
from phasemap.simulation.network.disorder import Network, Stream, generator
from phasemap.simulation.network.integrators import Integrator

# Rows of a panel: few enough for its scratch arrays to stay in cache, many enough for a GEMM at full speed.
PANEL_ROWS = 256
# A panel below this many rows is not worth a thread.
_SMALLEST_SPLIT = 128
# Time patterns: indices of the linearisation used by the four stages of step 0, and their stride from step to step.
_AT_STEP_ENDS = np.array([0, 1, 1, 2, 2])
_AT_STAGES = np.array([0, 1, 2, 3, 4])


class TangentFlow:
    """K tangent vectors of one network, moved along the trajectory of an integrator and orthonormalised.

    blocks: the h, z and r parts of the vectors that are carried, each (K, N), in the precision `dtype`.
    The vectors start orthonormal, in a random frame drawn from `seed`.
    """

    def __init__(
        self,
        integrator: Integrator,
        count: int,
        seed: np.random.SeedSequence,
        dtype: DTypeLike = np.float64,
    ) -> None:
        network = integrator.network
        self.integrator = integrator
        self.count = count
        self.dtype = np.dtype(dtype)
        self._carried = np.flatnonzero(network.carried)
        self._at_stages = integrator.noise_is_on
        self._transposed = [
            np.ascontiguousarray(J.T.astype(self.dtype)) for J in (network.J_h, network.J_z, network.J_r)
        ]
        p = network.parameters
        rates = [
            1.0 / tau if mode == LIVE else 0.0 for mode, tau in zip(network.modes, (p.tau_z, p.tau_r), strict=True)
        ]
        self._gate_rates = np.array(rates)
        self._orthonormalise = Orthonormaliser(count, self.dtype)
        self._vectors = [np.zeros((count if on else 0, network.size), dtype=self.dtype) for on in network.carried]
        self._panels = split_rows(count)
        self._scratch: SimpleQueue[NDArray[np.floating]] = SimpleQueue()
        self._trace = _Trace(network)
        self._draw_frame(seed)

    @property
    def blocks(self) -> list[NDArray[np.floating]]:
        """The carried parts of the vectors, each (K, N); views."""
        return [self._vectors[field] for field in self._carried]

    @property
    def step(self) -> float:
        """Time step of the tangent vectors."""
        return self.integrator.step * (1 if self._at_stages else 2)

    def flops(self, n_steps: int) -> float:
        """Floating-point operations of the GEMMs in `n_steps` tangent steps: 2 N^2 K per product, four a step."""
        matrices = sum(J.size > 0 for J in self._transposed)
        return 8.0 * matrices * self.integrator.network.size**2 * self.count * n_steps

    def advance(self, n_steps: int, executor: Executor | None = None) -> tuple[Lengths, float]:
        """Move state and vectors by n_steps tangent steps, then orthonormalise.

        executor: runs panels in parallel; the numbers do not depend on it.
        Returns the growth of the vectors, and the mean trace of the Jacobian over the interval.
        """
        coefficients, weights = self._linearise(n_steps)
        trace = self._trace.mean(coefficients, weights)
        propagate = self._propagator(coefficients)
        deque((map if executor is None else executor.map)(propagate, self._panels), maxlen=0)
        return self._orthonormalise(self.blocks), trace

    def copy_from(self, other: "TangentFlow") -> None:
        """Take over the state and the vectors of another flow of the same network."""
        self.integrator.x[:] = other.integrator.x
        for mine, theirs in zip(self.blocks, other.blocks, strict=True):
            mine[:] = theirs

    def _linearise(self, n_steps: int) -> tuple[FloatArray, FloatArray]:
        """Advance the state; returns the linearisation (n_times, 5, N) and the weights of a mean over its times."""
        size = self.integrator.network.size
        if self._at_stages:
            coefficients = np.empty((4 * n_steps, kernels.COEFFICIENTS, size))
            self.integrator.advance_linearised(n_steps, coefficients, at_stages=True)
            return coefficients, np.tile([1.0, 2.0, 2.0, 1.0], n_steps) / (6.0 * n_steps)
        coefficients = np.empty((2 * n_steps + 1, kernels.COEFFICIENTS, size))
        self.integrator.advance_linearised(2 * n_steps, coefficients, at_stages=False)
        simpson = np.tile([2.0, 4.0], n_steps + 1)[: 2 * n_steps + 1]
        simpson[[0, -1]] = 1.0
        return coefficients, simpson / (6.0 * n_steps)

    def _propagator(self, coefficients: FloatArray) -> Callable[[slice], None]:
        """A function that moves one panel of vectors along the linearisation."""
        network = self.integrator.network
        pattern = _AT_STAGES if self._at_stages else _AT_STEP_ENDS
        n_steps = (len(coefficients) - 1) // 2
        if self._at_stages:
            n_steps = len(coefficients) // 4
            factors, gate_factors = np.ones((n_steps, 3, network.size)), np.ones((2, 3, network.size))
        else:
            factors = decay_factors(coefficients[:, kernels.SIGMA_Z], self.step)
            decays = np.exp(-np.outer(self._gate_rates, [0.5, 0.5, 1.0]) * self.step)
            gate_factors = np.repeat(decays[:, :, None], network.size, axis=2)
        floats = (
            factors, gate_factors, np.array([1.0 if self._at_stages else 0.0]),
            np.array([1 / 6, 1 / 3, 1 / 3, 1 / 6]) * self.step, np.array([0.5, 0.5, 1.0, 0.0]) * self.step,
        )  # fmt: skip
        shared = (
            network.modes, self._gate_rates.astype(self.dtype), *self._transposed,
            coefficients.astype(self.dtype, copy=False), pattern, *(x.astype(self.dtype, copy=False) for x in floats),
        )  # fmt: skip

        def propagate(panel: slice) -> None:
            """Move one panel, with scratch memory that is borrowed."""
            scratch = self._borrow_scratch()
            kernels.propagate(*shared, *(part[panel] for part in self._vectors), scratch)
            self._scratch.put(scratch)

        return propagate

    def _borrow_scratch(self) -> NDArray[np.floating]:
        """Scratch of a panel; there come to be as many as panels were ever in work at once."""
        try:
            return self._scratch.get_nowait()
        except Empty:
            rows = max(panel.stop - panel.start for panel in self._panels)
            return np.zeros((kernels.SCRATCH, rows, self.integrator.network.size), dtype=self.dtype)

    def _draw_frame(self, seed: np.random.SeedSequence) -> None:
        rng = generator(seed, Stream.TANGENT)
        rng.standard_normal((3, self.integrator.network.size))  # the direction of the maximum exponent comes first
        for block in self.blocks:
            block[:] = rng.standard_normal(block.shape)
        for _ in range(2):
            self._orthonormalise(self.blocks)


def split_rows(count: int) -> Sequence[slice]:
    """Cut K vectors into panels of at most 256 rows, an even number of them where two threads could share the work."""
    pieces = math.ceil(count / PANEL_ROWS)
    if pieces % 2 and count >= 2 * _SMALLEST_SPLIT:
        pieces += 1
    ends = [count * k // pieces for k in range(pieces + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def decay_factors(sigma_z: FloatArray, step: float) -> FloatArray:
    """exp of minus the integral of sigma_z over the first half of each step, the second half, and all of it.

    sigma_z (2 n_steps + 1, N) at ends and middles of the steps, taken to be quadratic in each; returns (n_steps, 3, N).
    """
    start, middle, end = sigma_z[0:-1:2], sigma_z[1::2], sigma_z[2::2]
    integrals = [
        5.0 * start + 8.0 * middle - end,
        -start + 8.0 * middle + 5.0 * end,
        4.0 * (start + 4.0 * middle + end),
    ]
    return np.asarray(np.exp(-step / 24.0 * np.stack(integrals, axis=1)))


class _Trace:
    """Trace of the Jacobian of the reduced flow from its coefficients."""

    def __init__(self, network: Network) -> None:
        p = network.parameters
        self._diagonal_h = np.diagonal(network.J_h).astype(float)
        self._constant = -sum(
            network.size / tau for mode, tau in zip(network.modes, (p.tau_z, p.tau_r), strict=True) if mode == LIVE
        )
        self._diagonal_z = np.diagonal(network.J_z).astype(float) if network.modes[0] == INSTANT else None
        self._loops_r = network.J_h.astype(float) * network.J_r.T if network.modes[1] == INSTANT else None

    def mean(self, coefficients: FloatArray, weights: FloatArray) -> float:
        """Mean of the trace over samples with weights."""
        a_h, a_r, phi_slope, sigma_z, q = coefficients.transpose(1, 0, 2)
        per_unit = sigma_z * (self._diagonal_h * a_h - 1.0)
        if self._diagonal_z is not None:
            per_unit = per_unit + q * self._diagonal_z * phi_slope
        if self._loops_r is not None:
            per_unit = per_unit + sigma_z * (a_r @ self._loops_r.T) * phi_slope
        return float(weights @ per_unit.sum(axis=1)) + self._constant
