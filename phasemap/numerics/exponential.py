"""The exponential nearest to samples of a decay."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class _Tolerances(NamedTuple):
    """Decay times that are tried, in lengths of the fit."""

    shortest: float = 0.05  # nothing is left of a faster one after the first few lags
    longest: float = 20.0  # a slower one is a straight line
    at_end: float = 0.99  # of the longest, from which on there is no decay
    fit: float = 1e-4  # of the logarithm of the time
    far: float = 100.0  # in times from lag zero: what is fitted further away is not the tail of anything


_TOLERANCES = _Tolerances()


def nearest_exponential(lags: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float]:
    """(time, amplitude) of the best amplitude * exp(-t / time) in least squares; inf where it does not decay.

    The same where it decays much faster than the lags at which it is looked for. lags, values: (n,), ascending.

    Fitted to the values themselves, which may be noisy and even negative, not to their logarithms.
    """
    from scipy.optimize import minimize_scalar  # slow to load, and most points need no ensemble

    origin, length = float(lags[0]), float(lags[-1] - lags[0])

    def loss(log_time: float) -> float:
        """Squared distance from the best exponential of a decay time."""
        shape = np.exp(-(lags - origin) * math.exp(-log_time))
        amplitude = float(shape @ values) / float(shape @ shape)
        return float(((values - amplitude * shape) ** 2).sum())

    low, high = math.log(_TOLERANCES.shortest * length), math.log(_TOLERANCES.longest * length)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": _TOLERANCES.fit})
    time = math.exp(found.x)
    if time > _TOLERANCES.at_end * math.exp(high) or origin > _TOLERANCES.far * time:
        return math.inf, 0.0
    shape = np.exp(-(lags - origin) / time)
    return time, float(shape @ values) / float(shape @ shape) * math.exp(origin / time)
