"""From the parameters of the model to the numbers that the static mean field depends on.

Common inputs shift biases; a constant update gate divides the input that stands outside it; an absent gate is a
constant one.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.static import rows
from phasemap.kernels.static.problem import NUMBERS
from phasemap.model.parameters import Parameters, table_of
from phasemap.model.results import FloatArray
from phasemap.model.unit.gates import centred_columns

# Columns of a table of static problems.
FIELDS: tuple[str, ...] = NUMBERS


def parameter_table(points: Sequence[Parameters]) -> FloatArray:
    """Parameters as rows, shape (n, len(Parameters._fields))."""
    return table_of(points).reshape(len(points), len(Parameters._fields))


def static_table(parameters: FloatArray) -> FloatArray:
    """Rows of `StaticProblem` for rows of `Parameters`: (n, n_parameters) -> (n, n_fields)."""
    at = dict(zip(Parameters._fields, parameters.T, strict=True))
    table = np.empty((len(parameters), len(FIELDS)))
    column = dict(zip(FIELDS, table.T, strict=True))
    for name in ("z", "r"):
        centred = centred_columns(at[f"alpha_{name}"], at[f"beta_{name}"], at[f"m_{name}"])
        column[f"alpha_{name}"][:], column[f"offset_{name}"][:], column[f"rest_{name}"][:] = centred
        column[f"v_{name}"][:] = at[f"s_{name}"] ** 2
        column[f"tau_{name}"][:] = at[f"tau_{name}"]
    driven = (at["s_h"] > 0) | (at["m_h"] != 0)
    outside = driven & (at["input_inside"] == 0) & (column["alpha_z"] > 0)
    # I^h outside a constant update gate acts as I^h / sigma_z inside it.
    divided = driven & (at["input_inside"] == 0) & (column["alpha_z"] == 0)
    with np.errstate(divide="ignore"):
        amplification = np.where(divided, 1.0 / column["rest_z"], 1.0)
    with np.errstate(invalid="ignore"):
        mean = np.where(at["m_h"] == 0, 0.0, at["m_h"] * amplification)
        deviation = np.where(at["s_h"] == 0, 0.0, at["s_h"] * amplification)
        column["b"][:] = at["beta_h"] + np.where(outside, 0.0, at["g_h"] * mean)
    column["g"][:] = at["g_h"]
    column["v_h"][:] = deviation**2
    column["m_h"][:] = np.where(outside, mean, 0.0)
    column["outside"][:] = outside
    return table


def by_kernel(table: FloatArray) -> list[tuple[ModuleType, NDArray[np.intp]]]:
    """Rows of a static table by the kernels that take them: (module, row numbers), none empty."""
    outside = table[:, FIELDS.index("outside")] > 0
    parts: list[tuple[ModuleType, NDArray[np.intp]]] = []
    if not outside.all():
        parts.append((rows, np.flatnonzero(~outside)))
    if outside.any():
        # Imported, and compiled, where it is needed: inputs outside a fluctuating gate are the rare case.
        from phasemap.kernels.static import outside_rows

        parts.append((outside_rows, np.flatnonzero(outside)))
    return parts
