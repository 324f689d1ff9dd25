"""How far the quenched exponent lies below the annealed one: two points of one network (docs/theory.md, section 8).

Two counted fixed points share the couplings, so that the fields of a unit have the covariances rho_psi = <psi_1 psi_2>
(of h) and rho_phi = <phi_1 phi_2> (of r). The exponent of pairs is twice that of one, plus

    Delta = stat over (rho_phi, m_1, rho_psi, m_2) of
            log <N_2(h; rho_psi) N_2(r; rho_phi) exp(m_1 phi_1 phi_2 + m_2 psi_1 psi_2)> - m_1 rho_phi - m_2 rho_psi

with the average over two independent counted units and N_2 the ratio of correlated to independent Gaussians. A gate
makes <r> > 0, so that rho_phi = 0 is not stationary; to second order Delta = -c^2 (H^-1)_11 / 2, c = <r>^2 / q_phi^2.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.dense import solve_linear
from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.complexity.moments import Q_PHI, Q_PSI, tilted_weights
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes


@njit(**KERNEL)
def overlaps(g, alpha, beta, theta, resolution):
    """Averages over the counted units: (<r>, <r^2>, <h^2>, <|h| |phi|>, <|h| |psi|>, <phi psi>, <phi^2>)."""
    q_psi, q_phi = math.exp(theta[Q_PSI]), math.exp(theta[Q_PHI])
    h_nodes = activation_nodes(g, q_psi, 0.25 * alpha * math.exp(0.5 * theta[6]), resolution)
    r_nodes = gate_nodes(alpha, beta, q_phi, resolution)
    weights = np.empty((h_nodes.shape[0], r_nodes.shape[0]))
    tilted_weights(theta, h_nodes, r_nodes, weights)
    r = r2 = h2 = h_phi = h_psi = phi_psi = phi2 = 0.0
    for i in range(h_nodes.shape[0]):
        h, phi = math.sqrt(h_nodes[i, 1] * q_psi), math.sqrt(h_nodes[i, 2])
        for j in range(r_nodes.shape[0]):
            w, sigma = weights[i, j], math.sqrt(r_nodes[j, 2])
            r += w * r_nodes[j, 4]
            r2 += w * r_nodes[j, 1]
            h2 += w * h * h
            h_phi += w * h * phi
            h_psi += w * h * phi * sigma
            phi_psi += w * phi * phi * sigma
            phi2 += w * phi * phi
    return r * math.sqrt(q_phi), r2 * q_phi, h2, h_phi, h_psi, phi_psi, phi2


@njit(**KERNEL)
def pair_excess(g, alpha, beta, theta):
    """Delta at the saddle theta (7,), to second order; inf where that order has no maximum."""
    if alpha == 0.0:
        return 0.0
    q, p = math.exp(theta[Q_PHI]), math.exp(theta[Q_PSI])
    r, r2, h2, h_phi, h_psi, phi_psi, _ = overlaps(g, alpha, beta, theta, 1.0)
    c = r * r / (q * q)
    hessian = np.zeros((4, 4))
    hessian[0, 0] = (r2 / (q * q) - 1.0 / q) ** 2 - c * c
    hessian[0, 1] = hessian[1, 0] = -1.0
    hessian[1, 1] = q * q
    hessian[1, 2] = hessian[2, 1] = (h_phi / p) ** 2
    hessian[1, 3] = hessian[3, 1] = phi_psi**2
    hessian[2, 2] = (h2 / (p * p) - 1.0 / p) ** 2
    hessian[2, 3] = hessian[3, 2] = (h_psi / p) ** 2 - 1.0
    hessian[3, 3] = p * p
    rights = np.zeros((1, 4))
    rights[0, 0] = c
    if solve_linear(hessian, rights) == 0.0:
        return math.inf
    excess = -0.5 * c * rights[0, 0]
    return excess if excess >= 0.0 else math.inf
