"""The quenched disorder of one network: couplings, static inputs and initial state, drawn from a seed.

Every part has its own child of the realisation's seed, so that a coupling matrix is the same whichever gates,
inputs and lengths of run go with it, and whoever draws it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.network.steps import CONSTANT, INSTANT, LIVE
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.gates import Gate

Coupling = NDArray[np.float32]


class Stream(IntEnum):
    """Child seeds of a realisation."""

    J_H = 0
    J_Z = 1
    J_R = 2
    STATIC_INPUT = 3
    INITIAL_STATE = 4
    NOISE = 5
    TANGENT = 6
    EQUILIBRIUM = 7
    ADJOINT = 8
    COMPANIONS = 9


def realisation_seed(seed: np.random.SeedSequence, size: int, realisation: int) -> np.random.SeedSequence:
    """Seed of one network: a pure function of its arguments, unlike `SeedSequence.spawn`, which counts its calls."""
    return child(child(seed, size), realisation)


def child(seed: np.random.SeedSequence, key: int) -> np.random.SeedSequence:
    """The child of `seed` with this key."""
    return np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, int(key)), pool_size=seed.pool_size)


def generator(seed: np.random.SeedSequence, stream: Stream) -> np.random.Generator:
    """Random generator of one stream of a realisation."""
    return np.random.Generator(np.random.PCG64(child(seed, stream)))


def gate_mode(gate: Gate) -> int:
    """Whether a gate is constant, integrated (live) or instantaneous."""
    if gate.is_constant:
        return CONSTANT
    return LIVE if gate.is_live else INSTANT


@dataclass(frozen=True)
class Network:
    """One network: everything that fixes its flow, without its state.

    J_h, J_z, J_r: (N, N) couplings, standard deviation 1 / sqrt(N), in single precision; a matrix that no gate
        reads is empty.
    drive: (3, N) inputs I^h, I^z, I^r that are constant in time.
    modes: what the gates z and r do (constant, live or instantaneous).
    """

    parameters: Parameters
    J_h: Coupling
    J_z: Coupling
    J_r: Coupling
    drive: FloatArray
    modes: tuple[int, int]

    @property
    def size(self) -> int:
        """Number of units N."""
        return int(self.J_h.shape[0])

    @property
    def carried(self) -> tuple[bool, bool, bool]:
        """Which of the fields h, z, r are dimensions of the reduced flow."""
        return True, self.modes[0] == LIVE, self.modes[1] == LIVE

    @property
    def dimension(self) -> int:
        """Dimension of the reduced flow: constant and instantaneous gates are no degrees of freedom."""
        return self.size * sum(self.carried)

    @property
    def hard_gates(self) -> tuple[bool, bool]:
        """Which of the gates z, r depend on the state by a step function, which has no slope."""
        update, output = self.parameters.gates
        return update.is_hard, output.is_hard

    @property
    def has_hard_gate(self) -> bool:
        """Whether any gate is a step function, whose slope is nowhere or infinite."""
        return any(self.hard_gates)

    @property
    def has_tangent(self) -> bool:
        """Whether a tangent vector can be followed: no hard gate that follows h at once.

        Such a gate can hold its unit at the threshold (switched on where it moves down, off where it moves up), where
        it has no derivative.
        """
        return not any(hard and mode == INSTANT for hard, mode in zip(self.hard_gates, self.modes, strict=True))

    @property
    def is_autonomous(self) -> bool:
        """Whether nothing drives the network that changes in time."""
        p = self.parameters
        return p.noise_h == p.noise_z == p.noise_r == 0.0

    def arguments(self) -> tuple[Any, ...]:
        """Leading arguments of the kernels."""
        return self.parameters, self.modes, self.J_h, self.J_z, self.J_r


def draw_network(parameters: Parameters, size: int, seed: np.random.SeedSequence) -> Network:
    """Draw the couplings and static inputs of a network of `size` units."""
    modes = (gate_mode(parameters.update_gate), gate_mode(parameters.output_gate))
    rng = generator(seed, Stream.STATIC_INPUT)
    spread = np.array([parameters.s_h, parameters.s_z, parameters.s_r])
    mean = np.array([parameters.m_h, parameters.m_z, parameters.m_r])
    return Network(
        parameters=parameters,
        J_h=draw_coupling(size, generator(seed, Stream.J_H)),
        J_z=draw_coupling(size if modes[0] != CONSTANT else 0, generator(seed, Stream.J_Z)),
        J_r=draw_coupling(size if modes[1] != CONSTANT else 0, generator(seed, Stream.J_R)),
        drive=mean[:, None] + spread[:, None] * rng.standard_normal((3, size)),
        modes=modes,
    )


def draw_coupling(size: int, rng: np.random.Generator) -> Coupling:
    """Independent Gaussian entries of variance 1 / size, (size, size), rounded to single precision."""
    coupling = rng.standard_normal((size, size), dtype=np.float32)
    coupling *= np.float32(1.0 / np.sqrt(max(size, 1)))
    return coupling


def draw_state(size: int, amplitude: float, seed: np.random.SeedSequence) -> FloatArray:
    """Initial h, z, r (3, size): independent Gaussians of standard deviation `amplitude`."""
    return amplitude * generator(seed, Stream.INITIAL_STATE).standard_normal((3, size))


def draw_direction(size: int, seed: np.random.SeedSequence) -> FloatArray:
    """A random direction of tangent space (3, size), not normalised."""
    return generator(seed, Stream.TANGENT).standard_normal((3, size))
