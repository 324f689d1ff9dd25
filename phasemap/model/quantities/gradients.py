"""The numbers that describe gradients against lag, in the mean field and in networks alike: names and meanings."""

from typing import NamedTuple

from phasemap.model.branches import STATIC, ZERO

ATTRACTOR = "attractor"
# States whose gradients can be asked for.
STATES: tuple[str, ...] = (ATTRACTOR, STATIC, ZERO)


class Row(NamedTuple):
    """A number against lag."""

    name: str
    symbol: str
    description: str
    units: str


_RATE = "1 / membrane time constant"

ROWS: tuple[Row, ...] = (
    Row("adjoint_variance", "A(s, s)", "mean square of the loss's gradient with respect to h at a lag", "1"),
    Row("adjoint_variance_z", "Z(s, s)", "mean square of the loss's gradient with respect to z at a lag", "1"),
    Row("adjoint_variance_r", "R(s, s)", "mean square of the loss's gradient with respect to r at a lag", "1"),
    Row("retained_overlap", "A(s, 0)",
        "overlap of the loss's gradients with respect to h at a lag and at its time; that of a kick, too", "1"),
    Row("gradient_variance_h", "V_h", "variance of the gradients of J^h if paths are cut at a lag", "1"),
    Row("gradient_variance_z", "V_z", "variance of the gradients of J^z if paths are cut at a lag", "1"),
    Row("gradient_variance_r", "V_r", "variance of the gradients of J^r if paths are cut at a lag", "1"),
    Row("gradient_variance_input", "V_I",
        "variance of the gradients of a static input to h if paths are cut at a lag", "1"),
    Row("gradient_profile_h", "dV_h/ds", "what a lag adds to the variance of the gradients of J^h", _RATE),
    Row("gradient_profile_z", "dV_z/ds", "what a lag adds to the variance of the gradients of J^z", _RATE),
    Row("gradient_profile_r", "dV_r/ds", "what a lag adds to the variance of the gradients of J^r", _RATE),
    Row("gradient_profile_input", "dV_I/ds",
        "what a lag adds to the variance of the gradients of a static input to h", _RATE),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(row.name for row in ROWS)
