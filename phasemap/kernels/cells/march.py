"""The march of a deviation's second moment over pairs of times, in discrete time, along given paths of units."""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL, REDUCTION


@njit(**REDUCTION)
def _pair(kept_t, kept_s, factors_t, factors_s, weights, before, ahead, beside, H, outer, direct, out):
    """One pair (t + 1, s + 1) for every unit; returns the sums of outer x U_p and of direct."""
    total = straight = 0.0
    for p in range(out.size):
        source = 0.0
        for k in range(weights.size):
            source += weights[k] * factors_t[k, p] * factors_s[k, p]
        value = kept_t[p] * ahead[p] + kept_s[p] * beside[p] - kept_t[p] * kept_s[p] * before[p] + source * H
        out[p] = value
        total += outer[0, p] * outer[1, p] * value
        straight += direct[0, p] * direct[1, p]
    return total, straight


@njit(**KERNEL)
def march(kept, factors, lag_weights, outer, direct, start, growth):
    """Fill growth (T + 1,) with ln H(t, t), H the second moment of the deviations that units send each other.

    kept:        (T, n) fraction of its own deviation that a unit keeps in a step.
    factors:     (K, T, n) responses to K fields of covariance lag_weights[k, t - s] H(t, s).
    lag_weights: (K, T).
    outer, direct: (T, n) H(t+1, s+1) = <outer outer' U_p(t+1, s+1)> + <direct direct'> H(t, s).
    start:       U_p(0, 0).
    """
    horizon, n = growth.size - 1, kept.shape[1]
    row, new = np.zeros((horizon + 2, n)), np.zeros((horizon + 2, n))
    H, new_H = np.zeros(horizon + 2), np.zeros(horizon + 2)
    row[0, :] = start
    H[0] = 1.0
    growth[0] = 0.0
    fields = lag_weights.shape[0]
    weights, pair_outer, pair_direct = np.zeros(fields), np.zeros((2, n)), np.zeros((2, n))
    for t in range(horizon):
        total = 0.0
        for p in range(n):
            new[0, p] = kept[t, p] * row[0, p]
            total += new[0, p]
            pair_outer[0, p], pair_direct[0, p] = outer[t, p], direct[t, p]
        new_H[0] = total / n
        for s in range(t + 1):
            for k in range(fields):
                weights[k] = lag_weights[k, t - s]
            for p in range(n):
                pair_outer[1, p], pair_direct[1, p] = outer[s, p], direct[s, p]
            ahead = row[s + 1] if s < t else new[t]  # U(t, t + 1) = U(t + 1, t)
            total, straight = _pair(
                kept[t], kept[s], factors[:, t], factors[:, s], weights, row[s], ahead, new[s], H[s], pair_outer,
                pair_direct, new[s + 1],
            )  # fmt: skip
            new_H[s + 1] = (total + straight * H[s]) / n
        row, new = new, row
        H, new_H = new_H, H
        growth[t + 1] = math.log(H[t + 1])
