"""log Z of the units at counted fixed points, its derivatives, and averages over them (docs/theory.md, section 8).

Parameters theta, in this order:

    log q_psi, log q_phi, m_psi, m_phi       and then either      log x, log t, log u        (COUNTED)
                                                        or        l, a, b                    (STABLE)

The weight of a unit is N(h; 0, q_psi) N(r; 0, q_phi) exp(m_psi psi^2 + m_phi phi^2) times

    W^(1/2),  W = (1 + t f^2)(1 + u s^2) + x p^2      COUNTED: all fixed points, by |det| of the Jacobian
    exp(-l (p^2 + a s^2 + b f^2))                     STABLE: those with S = 1

with psi = phi sigma_r, p = phi' sigma_r, f = phi', s = phi sigma_r'.
"""

import math

from numba import njit

from phasemap.kernels.arithmetic.elementary import exp
from phasemap.kernels.compilation import INNER, REDUCTION

COUNTED, STABLE = 0, 1
SIZE = 7
Q_PSI, Q_PHI, M_PSI, M_PHI = 0, 1, 2, 3


@njit(**INNER)
def _assemble(counted, n, first, second, mixed, slope, curvature):
    """Derivatives of log Z from sums of the derivatives of the logarithm of the weight; n = 1 / Z.

    first, second: sums of the first derivatives, and of their products in the order of the upper triangle.
    mixed:         sums of what the second derivatives hold beyond those products.
    """
    for i in range(SIZE):
        slope[i] = first[i] * n
    place = 0
    for i in range(SIZE):
        for j in range(i, SIZE):
            curvature[i, j] = second[place] * n - slope[i] * slope[j]
            place += 1
    # Means of the second derivatives of the logarithm of the weight.
    curvature[0, 0] -= slope[0] + 0.5
    curvature[1, 1] -= slope[1] + 0.5
    if counted:
        h44, h45, h46, h55, h56, h66 = second[22:]
        curvature[4, 4] += slope[4] - 2.0 * h44 * n
        curvature[5, 5] += slope[5] - 2.0 * h55 * n
        curvature[6, 6] += slope[6] - 2.0 * h66 * n
        curvature[4, 5] -= 2.0 * h45 * n
        curvature[4, 6] -= 2.0 * h46 * n
        curvature[5, 6] += (mixed[0] - 2.0 * h56) * n
    else:
        curvature[4, 5] -= mixed[0] * n
        curvature[4, 6] -= mixed[1] * n
    for i in range(SIZE):
        for j in range(i):
            curvature[i, j] = curvature[j, i]


@njit(**REDUCTION)
def log_partition(kind, theta, h_nodes, r_nodes, slope, curvature):
    """log Z; fills `slope` (7,) with d log Z / d theta and `curvature` (7, 7) with the second derivatives.

    h_nodes, r_nodes: from `activation_nodes`, `gate_nodes` at the variances of theta.
    """
    counted = kind == COUNTED
    m_psi, m_phi = theta[2], theta[3]
    if counted:
        c4, c5, c6 = math.exp(theta[4]), math.exp(theta[5]), math.exp(theta[6])
    else:
        c4, c5, c6 = theta[4], theta[5], theta[6]
    z = 0.0
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = 0.0
    h00 = h01 = h02 = h03 = h04 = h05 = h06 = h11 = h12 = h13 = h14 = h15 = h16 = h22 = h23 = h24 = h25 = h26 = 0.0
    h33 = h34 = h35 = h36 = h44 = h45 = h46 = h55 = h56 = h66 = 0.0
    v0 = v1 = 0.0
    for i in range(h_nodes.shape[0]):
        weight_h, y_h, phi2, f2 = h_nodes[i, 0], h_nodes[i, 1], h_nodes[i, 2], h_nodes[i, 3]
        weight_h *= exp(m_phi * phi2)
        a0 = 0.5 * (y_h - 1.0)
        for j in range(r_nodes.shape[0]):
            psi2, p2, s2_ = phi2 * r_nodes[j, 2], f2 * r_nodes[j, 2], phi2 * r_nodes[j, 3]
            a1 = 0.5 * (r_nodes[j, 1] - 1.0)
            if counted:
                one_t, one_u = 1.0 + c5 * f2, 1.0 + c6 * s2_
                big = one_t * one_u + c4 * p2
                inverse = 0.5 / big
                w = weight_h * r_nodes[j, 0] * exp(m_psi * psi2) * math.sqrt(big)
                a4, a5, a6 = c4 * p2 * inverse, c5 * f2 * one_u * inverse, c6 * s2_ * one_t * inverse
                v0 += w * (c5 * f2 * c6 * s2_ * inverse)
            else:
                w = weight_h * r_nodes[j, 0] * exp(m_psi * psi2 - c4 * (p2 + c5 * s2_ + c6 * f2))
                a4, a5, a6 = -(p2 + c5 * s2_ + c6 * f2), -c4 * s2_, -c4 * f2
                v0 += w * s2_
                v1 += w * f2
            z += w
            w0, w1, w2, w3, w4, w5, w6 = w * a0, w * a1, w * psi2, w * phi2, w * a4, w * a5, w * a6
            s0 += w0
            s1 += w1
            s2 += w2
            s3 += w3
            s4 += w4
            s5 += w5
            s6 += w6
            h00 += w0 * a0
            h01 += w0 * a1
            h02 += w0 * psi2
            h03 += w0 * phi2
            h04 += w0 * a4
            h05 += w0 * a5
            h06 += w0 * a6
            h11 += w1 * a1
            h12 += w1 * psi2
            h13 += w1 * phi2
            h14 += w1 * a4
            h15 += w1 * a5
            h16 += w1 * a6
            h22 += w2 * psi2
            h23 += w2 * phi2
            h24 += w2 * a4
            h25 += w2 * a5
            h26 += w2 * a6
            h33 += w3 * phi2
            h34 += w3 * a4
            h35 += w3 * a5
            h36 += w3 * a6
            h44 += w4 * a4
            h45 += w4 * a5
            h46 += w4 * a6
            h55 += w5 * a5
            h56 += w5 * a6
            h66 += w6 * a6
    first = (s0, s1, s2, s3, s4, s5, s6)
    second = (h00, h01, h02, h03, h04, h05, h06, h11, h12, h13, h14, h15, h16, h22, h23, h24, h25, h26, h33, h34, h35,
              h36, h44, h45, h46, h55, h56, h66)  # fmt: skip
    _assemble(counted, 1.0 / z, first, second, (v0, v1), slope, curvature)
    return math.log(z)


@njit(**REDUCTION)
def tilted_weights(theta, h_nodes, r_nodes, out):
    """Probabilities of the nodes under the counted units (theta as above, COUNTED): fills out (n_h, n_r), sum 1."""
    x, t, u = math.exp(theta[4]), math.exp(theta[5]), math.exp(theta[6])
    total = 0.0
    for i in range(h_nodes.shape[0]):
        phi2, f2 = h_nodes[i, 2], h_nodes[i, 3]
        weight_h = h_nodes[i, 0] * exp(theta[3] * phi2)
        for j in range(r_nodes.shape[0]):
            psi2, p2, s2 = phi2 * r_nodes[j, 2], f2 * r_nodes[j, 2], phi2 * r_nodes[j, 3]
            big = (1.0 + t * f2) * (1.0 + u * s2) + x * p2
            out[i, j] = weight_h * r_nodes[j, 0] * exp(theta[2] * psi2) * math.sqrt(big)
            total += out[i, j]
    for i in range(h_nodes.shape[0]):
        for j in range(r_nodes.shape[0]):
            out[i, j] /= total
    return total
