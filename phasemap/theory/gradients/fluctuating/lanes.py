"""Sampled paths of a fluctuating state, laid along the axis of lags for the march of their adjoints."""

from dataclasses import dataclass

import numpy as np

from phasemap.kernels.gradients.path_march import Lanes, Shared
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling.paths import Ensemble, Paths


@dataclass(frozen=True)
class Sample:
    """Paths against lag in steps of the ensemble's ring, and what all of them share."""

    lanes: Lanes
    shared: Shared
    activity: FloatArray
    step: float

    def thinned(self) -> "Sample":
        """Every other lag of the same paths."""
        decay = self.lanes.decay
        rest = (np.ascontiguousarray(one[::2]) for one in self.lanes[1:])
        whole = np.ascontiguousarray(decay[:-1:2] * decay[1::2])
        last = decay[-1:] ** 2  # beyond the last lag: never read
        lanes = Lanes(np.concatenate([whole, last]), *rest)
        shared = self.shared._replace(
            output=np.ascontiguousarray(self.shared.output[::2]), cross=np.ascontiguousarray(self.shared.cross[::2]),
            control_slope=np.ascontiguousarray(self.shared.control_slope[::2]),
        )  # fmt: skip
        return Sample(lanes, shared, self.activity[::2], 2.0 * self.step)


def sample(ensemble: Ensemble, activity: FloatArray, members: tuple[int, ...], count: int, segments: int) -> Sample:
    """Lanes of `count` steps from the paths of some groups driven by C_phi (half,), several from every path."""
    ring, p = ensemble.ring, ensemble.process.parameters
    ends = [count + 2 + k * (ring.steps // segments) for k in range(segments)]
    parts = [
        _segment(p.alpha_z, p.g_h, ring.step, paths, end, count)
        for paths in ensemble.paths(activity, members)
        for end in ends
    ]
    lanes = Lanes(*(np.concatenate([one[k] for one in parts], axis=1) for k in range(5)))
    sigma, slope = ensemble.process.output_gate(activity, ring)
    control = ensemble.control_averages(activity, slopes=True)[0]
    shared = Shared(
        sigma[: count + 1].copy(), (activity * slope)[: count + 1], control[: count + 1].copy(), ensemble.control_rate,
        p.tau_z, p.tau_r, ensemble.process.has_output_gate,
    )  # fmt: skip
    return Sample(lanes, shared, activity[: count + 1].copy(), ring.step)


def _segment(alpha: float, g: float, step: float, paths: Paths, end: int, count: int) -> Lanes:
    """One segment of a batch: lag 0 is the time index `end`, time runs backwards."""
    steps = paths.gate.shape[0]
    times = (end - np.arange(-1, count + 3)) % steps
    gate = paths.gate[times]
    # int sigma over the step from lag i to i + 1, from the four values around it.
    area = step / 24.0 * (13.0 * (gate[1:-2] + gate[2:-1]) - gate[:-3] - gate[3:])
    inner = times[1:-2]
    gate, phi = gate[1:-2], paths.phi[inner]
    bracket = paths.eta[inner] - paths.h[inner]
    arrays = (
        np.exp(-np.maximum(area, 0.0)), gate, alpha * gate * (1.0 - gate) * bracket,
        g * (1.0 - phi**2), g * (1.0 - paths.control_phi[inner] ** 2),
    )  # fmt: skip
    return Lanes(*(one.astype(np.float32) for one in arrays))
