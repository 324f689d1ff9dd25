"""The order in which the diagrams of the atlas are told: the source's story, chapter by chapter."""

from collections.abc import Iterable

STORY: dict[str, tuple[str, ...]] = {
    "First steps": ("quickstart", "two_knobs"),
    "Timescales": (
        "update_gate", "ensemble_against_networks", "ensemble_against_networks_two_gates",
        "ensemble_against_slow_networks", "autocorrelations", "spectrum_update_gate",
        "lyapunov_spectrum", "jacobian_spectra",
    ),
    "The marginal state": (
        "jacobian_update_gate", "static_update_gate", "marginal_section", "marginal_surface",
        "memory_band", "exponent_against_relaxation",
    ),
    "Dimension": ("dimension", "dimension_along_output_gate", "dimension_output_gate", "three_gates"),
    "The discontinuous transition": (
        "output_gate", "refined_output_gate", "output_gate_bias", "discontinuous_transition",
        "dynamic_fold_in_networks", "hysteresis_output_gate", "static_output_gate",
        "static_output_gate_bias", "static_activation_bias",
        "static_surfaces_3d",
    ),
    "Complexity": ("complexity", "complexity_counts", "decoupling"),
    "Gradients": ("gradients", "gradients_update_gate", "gradients_hard_gate", "gradients_phases"),
    "Memory and reset": ("integrator", "no_fine_tuning", "reset", "input_switch"),
    "Inputs and noise": (
        "input_driven_chaos", "input_at_flat_gate", "input_at_steep_gate", "noise_driven_chaos", "noise_at_flat_gate",
        "noise_at_steep_gate",
    ),
    "Initialisation of GRU and LSTM": ("gru", "gru_bias", "lstm", "lstm_bias", "first_gradients"),
}  # fmt: skip
"""Chapter -> names of its diagrams; what is in none comes last, by name."""

OTHERS = "Others"


def in_order(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """(chapter, names) of those given; a quick version stands where the whole one would."""
    left = sorted(names)
    chapters = []
    for chapter, told in STORY.items():
        here = [name for one in told for name in left if name.removesuffix(".quick") == one]
        left = [name for name in left if name not in here]
        chapters.append((chapter, here))
    return [(chapter, here) for chapter, here in [*chapters, (OTHERS, left)] if here]
