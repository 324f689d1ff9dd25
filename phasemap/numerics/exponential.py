"""The exponential nearest to samples of a decay."""

import math

import numpy as np
from numpy.typing import NDArray

# An exponential that is fitted so many of its times away from lag zero is not the tail of anything.
_FAR = 100.0


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

    low, high = math.log(0.05 * length), math.log(20.0 * length)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-4})
    time = math.exp(found.x)
    if time > 0.99 * math.exp(high) or origin > _FAR * time:
        return math.inf, 0.0
    shape = np.exp(-(lags - origin) / time)
    return time, float(shape @ values) / float(shape @ shape) * math.exp(origin / time)
