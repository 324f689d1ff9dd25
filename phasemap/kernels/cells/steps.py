"""One step of a gated layer, elementwise: the state in column 0, tangent vectors in the others.

Products with the recurrent matrices are done outside (BLAS); here are what gates do to them. (docs/cells.md (1.1))
"""

import math

from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL


@njit(**INNER)
def _logistic(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = math.exp(-abs(x))
    return 1.0 / (1.0 + e) if x >= 0.0 else e / (1.0 + e)


@njit(**KERNEL)
def gate_times(field, bias, y, out):
    """out = sigma(field + bias) * y, all (N, 1 + K); bias (N,)."""
    n, columns = y.shape
    for i in range(n):
        gate = _logistic(field[i, 0] + bias[i])
        slope = gate * (1.0 - gate) * y[i, 0]
        out[i, 0] = gate * y[i, 0]
        for k in range(1, columns):
            out[i, k] = gate * y[i, k] + slope * field[i, k]


@njit(**KERNEL)
def gru_move(update, update_bias, field, field_bias, h, out):
    """h+ = z h + (1 - z) tanh(field): all (N, 1 + K), biases (N,)."""
    n, columns = h.shape
    for i in range(n):
        z = _logistic(update[i, 0] + update_bias[i])
        candidate = math.tanh(field[i, 0] + field_bias[i])
        by_gate = z * (1.0 - z) * (h[i, 0] - candidate)
        by_field = (1.0 - z) * (1.0 - candidate * candidate)
        out[i, 0] = z * h[i, 0] + (1.0 - z) * candidate
        for k in range(1, columns):
            out[i, k] = z * h[i, k] + by_gate * update[i, k] + by_field * field[i, k]


@njit(**KERNEL)
def lstm_move(fields, biases, c, h_out, c_out):
    """c+ = f c + i g, h+ = o tanh(c+): fields (4, N, 1 + K), biases (4, N) of i, f, g, o; the others (N, 1 + K)."""
    n, columns = c.shape
    for u in range(n):
        i = _logistic(fields[0, u, 0] + biases[0, u])
        f = _logistic(fields[1, u, 0] + biases[1, u])
        g = math.tanh(fields[2, u, 0] + biases[2, u])
        o = _logistic(fields[3, u, 0] + biases[3, u])
        cell = f * c[u, 0] + i * g
        t = math.tanh(cell)
        by_input, by_forget = i * (1.0 - i) * g, f * (1.0 - f) * c[u, 0]
        by_candidate, by_output, by_cell = i * (1.0 - g * g), o * (1.0 - o) * t, o * (1.0 - t * t)
        c_out[u, 0] = cell
        h_out[u, 0] = o * t
        for k in range(1, columns):
            moved = by_input * fields[0, u, k] + by_forget * fields[1, u, k] + by_candidate * fields[2, u, k]
            moved += f * c[u, k]
            c_out[u, k] = moved
            h_out[u, k] = by_output * fields[3, u, k] + by_cell * moved
