"""Which noise inputs reach a network: those of constant gates do not."""

from collections.abc import Mapping
from typing import Any

from phasemap.model.parameters import Parameters
from phasemap.model.unit.nonlinearities import gate_moves

INSTEAD = "lyapunov_zero and dynamic_fold are those of the network under noise; set the noise to 0 for the others."
"""What to ask for where surfaces of fixed points do not exist."""


def acting_noise(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Noise parameter -> whether it acts, for parameters by name: numbers, or arrays of one shape."""
    p = parameters
    found = {"noise_h": p["noise_h"] > 0.0}
    for k in ("z", "r"):
        found[f"noise_{k}"] = (p[f"noise_{k}"] > 0.0) & gate_moves(p[f"alpha_{k}"], p[f"beta_{k}"])
    return found


def undefined_noise(p: Parameters) -> str:
    """Why the noise inputs have no meaning, in words: white noise on a gate without inertia, which has no variance."""
    amplitudes = {"z": p.noise_z, "r": p.noise_r}
    for (name, amplitude), gate in zip(amplitudes.items(), p.gates, strict=True):
        if gate.moves and not gate.is_live and amplitude > 0.0 and p.tau_noise == 0.0:
            return (
                f"White noise on an instantaneous gate is not defined: noise_{name} = {amplitude:g} with "
                f"tau_{name} = 0. Give tau_{name} > 0, or tau_noise > 0."
            )
    return ""


def without_fixed_points(parameters: Mapping[str, float]) -> str:
    """Why a network has no fixed points, in words; "" where no noise acts on it."""
    acting = [name for name, acts in acting_noise(parameters).items() if acts]
    if not acting:
        return ""
    given = ", ".join(f"{name} = {parameters[name]:g}" for name in acting)
    return f"under noise ({given}) the network has no fixed point"
