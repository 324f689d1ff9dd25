r"""Symbols as plain text: `$\lambda_{\max}$` as λ_max; what a terminal, a caption and a browser share."""

import re

NAMES = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "Sigma": "Σ", "tau": "τ", "phi": "φ", "Phi": "Φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Omega": "Ω", "infty": "∞",
    "to": "→", "times": "×", "cdot": "·", "pm": "±", "geq": "≥", "leq": "≤", "ge": "≥", "le": "≤", "sim": "~",
    "langle": "⟨", "rangle": "⟩", "partial": "∂", "approx": "≈", "in": "∈", "mid": "|", "ell": "ℓ", "prime": "′",
    "max": "max", "min": "min", "log": "log", "ln": "ln", "exp": "exp", "rm": "", "mathrm": "", "text": "",
    "mathbf": "", "left": "", "right": "", "hat": "", "bar": "", "tilde": "", "dot": "", "sqrt": "√", "quad": " ",
}  # fmt: skip
"""Command of a formula -> the letter that it stands for."""

_COMMAND = re.compile(r"\\([A-Za-z]+) ?")


def as_plain(text: str) -> str:
    """Text with formulas between dollar signs in letters: indices after an underscore, without braces."""
    parts = re.split(r"(?<!\\)\$", text)
    if len(parts) % 2 == 0:  # a lone dollar sign is no formula
        return text
    return "".join(_formula(part) if k % 2 else part.replace("\\$", "$") for k, part in enumerate(parts))


def _formula(source: str) -> str:
    """One formula."""
    letters = _COMMAND.sub(lambda found: NAMES.get(found[1], found[1]), source)
    return re.sub(r"\\([,;: !])", " ", letters).replace("\\", "").replace("{", "").replace("}", "").strip()
