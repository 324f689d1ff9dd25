"""All fixed points of the static mean field: bracketed, counted, polished.

Searched is f = (A - q) / (A + q), bounded and free of scale, over the coordinate y in [0, 1],

    q = q_0 (e^(L y) - 1),   L = log(1 + 1 / q_0),

which is linear below the smallest scale q_0 on which anything bends, and logarithmic above. Starting from a uniform
partition, an interval is halved until one of these holds for the cubic through the values and slopes at its ends,
with a margin for the cubic's error (measured at the middle of the parent interval):

    it stays away from zero:  no root;
    it is monotone:           one root if the signs at the ends differ, else none;
    it is convex or concave:  f has one extremum, which is solved for; its sign says whether there are two roots.

So a tangential pair near a fold is told from a near miss by the sign of f at its true extremum.
"""

import math
from typing import NamedTuple

from numba import njit

from phasemap.kernels.compilation import INNER
from phasemap.kernels.static.problem import fixed_point_map, has_zero_state

MOST_ROOTS = 8
STACK = 64


class Node(NamedTuple):
    """Where f is known: its coordinate y, its value and its slope df/dy there."""

    y: float
    f: float
    slope: float


class _Tolerances(NamedTuple):
    """Where the search for roots stops: rounding would be taken for roots beyond."""

    noise: float = 4e-15  # rounding noise of f
    nothing: float = 2.3e-16  # what is as good as zero: beyond that, Newton's method would chase rounding errors
    linear: float = 1e-5  # fraction of q_0 below which everything is linear in q, and slopes are lost in rounding noise
    smallest: float = 1e-200  # q at which the map of a network without a zero state is asked for its value at none
    narrowest: float = 1e-9  # interval of y that is halved no further
    flat: float = 3e-5  # interval of y over which nothing but rounding is met only where a root is of a high order
    scale_share: float = 0.1  # of the smallest scale on which anything bends: the margin
    offset_share: float = 0.03  # of the square of a hard gate's offset: no average bends below
    rounding: float = 2e-16  # relative size of a step, or of a bracket, that is none
    extremum: float = 1e-8  # relative width of the bracket of an extremum: f is known to its square
    below_one: float = 1e-17  # by which A(1) is below 1 at least, also where rounding says A = 1


_TOLERANCES = _Tolerances()
NOISE = _TOLERANCES.noise
_UNDECIDED, _DECIDED, _DOUBTFUL = 0, 1, 2


@njit(**INNER)
def smallest_scale(p):
    """Smallest q at which the fixed-point map can bend, with a margin."""
    scale = min(1.0, 1.0 / max(p.g * p.g, 1e-30), _scale_of_gate(p.alpha_r, p.offset_r, p.v_r))
    if not has_zero_state(p):
        scale = min(scale, fixed_point_map(p, _TOLERANCES.smallest)[0])
    if p.outside > 0.0:
        scale = min(scale, _scale_of_gate(p.alpha_z, p.offset_z, p.v_z))
    return max(_TOLERANCES.scale_share * scale, 1e-30)


@njit(**INNER)
def _scale_of_gate(alpha, offset, variance):
    """Smallest q at which the averages of a gate bend, over an argument of variance q + `variance`."""
    if math.isinf(alpha):
        return max(variance, _TOLERANCES.offset_share * offset * offset) if offset != 0.0 else 1.0
    return max(1.0 / (alpha * alpha), variance) if alpha > 0.0 else 1.0


@njit(**INNER)
def mismatch(p, scale, y):
    """f = (A - q) / (A + q) and df/dy at the coordinate y."""
    length = math.log1p(1.0 / scale)
    q = max(scale * math.expm1(length * y), _TOLERANCES.smallest)
    a, slope = fixed_point_map(p, q)
    total = a + q
    return (a - q) / total, 2.0 * ((q * slope - a) / total) * (length * (q + scale) / total)


@njit(**INNER)
def _node(p, scale, y):
    f, slope = mismatch(p, scale, y)
    return Node(y, f, slope)


@njit(**INNER)
def polish(p, scale, low, f_low, high):
    """The root of f in [low, high], by Newton's method kept inside a shrinking bracket; f(low) f(high) < 0."""
    y = 0.5 * (low + high)
    step = high - low
    for _ in range(200):
        f, slope = mismatch(p, scale, y)
        if abs(f) <= _TOLERANCES.nothing:
            return y
        if (f > 0.0) == (f_low > 0.0):
            low = y
        else:
            high = y
        newton = y - f / slope if slope != 0.0 else low - 1.0
        # Bisect where Newton leaves the bracket or gains less than a factor of two.
        if not low < newton < high or abs(newton - y) > 0.5 * step:
            newton = 0.5 * (low + high)
        step = abs(newton - y)
        y = newton
        if step <= _TOLERANCES.rounding * y or high - low <= _TOLERANCES.rounding * high:
            break
    return y


@njit(**INNER)
def _extremum(p, scale, low, slope_low, high, sign):
    """(y, f) at the zero of df/dy in [low, high], or at the first point met where f has lost its `sign`."""
    y, f = low, sign
    for _ in range(60):
        y = 0.5 * (low + high)
        f, slope = mismatch(p, scale, y)
        if f * sign < 0.0 or high - low < _TOLERANCES.extremum * high:
            break
        if (slope > 0.0) == (slope_low > 0.0):
            low = y
        else:
            high = y
    return y, f


@njit(**INNER)
def _shape(f0, d0, f1, d1, error):
    """0: no root, 1: monotone, 2: one-signed curvature, 3: undecided; d0, d1: slopes times the width."""
    b1, b2 = f0 + d0 / 3.0, f1 - d1 / 3.0
    margin = error + NOISE
    if min(min(f0, b1), min(b2, f1)) > margin or max(max(f0, b1), max(b2, f1)) < -margin:
        return 0
    s0, s1, s2 = b1 - f0, b2 - b1, f1 - b2
    if min(s0, min(s1, s2)) > margin or max(s0, max(s1, s2)) < -margin:
        return 1
    c0, c1 = s1 - s0, s2 - s1
    if min(c0, c1) > margin or max(c0, c1) < -margin:
        return 2
    return 3


@njit(**INNER)
def _examine(p, scale, left, right, error, brackets, count):
    """Add the brackets found between two neighbouring nodes; returns (number of brackets, verdict)."""
    width = right.y - left.y
    f0, d0, f1, d1 = left.f, left.slope, right.f, right.slope
    shape = _shape(f0, d0 * width, f1, d1 * width, error)
    if shape == 0:
        return count, _DECIDED
    hopeless = width < _TOLERANCES.narrowest or _is_noise(f0, d0 * width, f1, d1 * width, width, error)
    if shape == 3 and not hopeless:
        return count, _UNDECIDED
    verdict = _DOUBTFUL if shape == 3 else _DECIDED
    if (f0 > 0.0) != (f1 > 0.0):
        if shape == 3 and count > 0 and _is_same(p, scale, brackets[min(count, MOST_ROOTS) - 1, 1], left.y):
            return count - 1, verdict
        return _add_bracket(brackets, count, left.y, right.y, f0), verdict
    if shape == 1 or (d0 > 0.0) == (d1 > 0.0) or (d0 > 0.0) == (f0 > 0.0):
        return count, verdict
    y, f = _extremum(p, scale, left.y, d0, right.y, 1.0 if f0 > 0.0 else -1.0)
    if (f > 0.0) != (f0 > 0.0):
        count = _add_bracket(brackets, count, left.y, y, f0)
        count = _add_bracket(brackets, count, y, right.y, f)
    return count, _DOUBTFUL if abs(f) < NOISE else verdict


@njit(**INNER)
def _is_noise(f0, d0, f1, d1, width, error):
    """Whether f is rounding alone over an interval too wide for that, so that halving it would never end."""
    largest = max(max(abs(f0), abs(f1)), max(abs(f0 + d0 / 3.0), abs(f1 - d1 / 3.0)))
    return width >= _TOLERANCES.flat and max(largest, error) <= NOISE


@njit(**INNER)
def _is_same(p, scale, end, start):
    """Whether f changes sign twice by rounding: it is noise from the `end` of a bracket to the `start` of the next.

    Two such changes are none: a third stands for the root.
    """
    largest = 0.0
    for k in range(5):
        largest = max(largest, abs(mismatch(p, scale, end + 0.25 * k * (start - end))[0]))
    return largest <= 2.0 * NOISE


@njit(**INNER)
def _add_bracket(brackets, count, low, high, f_low):
    if count < MOST_ROOTS:
        brackets[count, 0], brackets[count, 1], brackets[count, 2] = low, high, f_low
    return count + 1


@njit(**INNER)
def _push(stack, depth, left, right):
    stack[depth, 0], stack[depth, 1], stack[depth, 2] = left.y, left.f, left.slope
    stack[depth, 3], stack[depth, 4], stack[depth, 5] = right.y, right.f, right.slope
    return depth + 1


@njit(**INNER)
def _error_of_cubic(left, middle, right):
    """How far the cubic through the ends of an interval is from f, by value and slope in its middle."""
    width, slope_sum = right.y - left.y, left.slope + right.slope
    value = abs(middle.f - 0.5 * (left.f + right.f) - 0.125 * width * (left.slope - right.slope))
    slope = 0.125 * abs(width * (middle.slope + 0.25 * slope_sum) - 1.5 * (right.f - left.f))
    return max(value, slope)


@njit(**INNER)
def _bracket_piece(p, scale, stack, brackets, count):
    """Bracket the roots in the interval at stack[0]; returns (number of brackets so far, no doubt?)."""
    certain = True
    depth = 1
    while depth > 0:
        depth -= 1
        left = Node(stack[depth, 0], stack[depth, 1], stack[depth, 2])
        right = Node(stack[depth, 3], stack[depth, 4], stack[depth, 5])
        middle = _node(p, scale, 0.5 * (left.y + right.y))
        error = _error_of_cubic(left, middle, right)
        count, first = _examine(p, scale, left, middle, error, brackets, count)
        if first == _UNDECIDED:
            # The right half waits below the left one, so that roots come out in order.
            depth = _push(stack, depth, middle, right)
            depth = _push(stack, depth, left, middle)
            continue
        count, second = _examine(p, scale, middle, right, error, brackets, count)
        if second == _UNDECIDED:
            depth = _push(stack, depth, middle, right)
        certain = certain and first != _DOUBTFUL and second != _DOUBTFUL
    return count, certain


@njit(**INNER)
def bracket_roots(p, scale, stack, brackets):
    """Fill `brackets` (MOST_ROOTS, 3) with (low, high, f(low)), from small to large q.

    stack: (STACK, 6) scratch. Returns (number of brackets, no doubt left?).
    """
    length = math.log1p(1.0 / scale)
    pieces = 4 + int(length / 1.5)
    start = math.log1p(_TOLERANCES.linear) / length
    count, certain = 0, True
    left = _node(p, scale, start)
    if has_zero_state(p):
        f_zero = mismatch(p, scale, 0.0)[0]
        if abs(f_zero) > NOISE and (f_zero > 0.0) != (left.f > 0.0):
            count = _add_bracket(brackets, count, 0.0, start, f_zero)
    for k in range(pieces):
        right = _node(p, scale, start + (1.0 - start) * (k + 1) / pieces)
        if k == pieces - 1:
            right = Node(right.y, min(right.f, -_TOLERANCES.below_one), right.slope)
        _push(stack, 0, left, right)
        count, sure = _bracket_piece(p, scale, stack, brackets, count)
        certain = certain and sure
        left = right
    return min(count, MOST_ROOTS), certain and count <= MOST_ROOTS


@njit(**INNER)
def _reach_of_noise(p, scale, y):
    """How far from a root f is rounding alone, to a factor of two; 0: no further than at any double root."""
    reach = _TOLERANCES.flat
    while reach < 1.0 and (
        abs(mismatch(p, scale, min(y + reach, 1.0))[0]) <= NOISE
        or abs(mismatch(p, scale, max(y - reach, 0.0))[0]) <= NOISE
    ):
        reach *= 2.0
    return reach if reach > _TOLERANCES.flat else 0.0


@njit(**INNER)
def find_roots(p, stack, brackets, roots):
    """All q > 0 with A(q) = q, in `roots` (MOST_ROOTS, 2) as (q, error), from small to large.

    Returns (number of roots, every interval decided?).
    """
    if p.g == 0.0 and p.b == 0.0:
        return 0, True
    scale = smallest_scale(p)
    length = math.log1p(1.0 / scale)
    count, certain = bracket_roots(p, scale, stack, brackets)
    for k in range(count):
        y = polish(p, scale, brackets[k, 0], brackets[k, 2], brackets[k, 1])
        q = scale * math.expm1(length * y)
        f, slope = mismatch(p, scale, y)
        doubt = abs(f) + NOISE
        # Where the slope vanishes (a fold) the error is that of a double root.
        shift = min(doubt / max(abs(slope), 1e-300), math.sqrt(doubt))
        if abs(slope) * _TOLERANCES.flat < NOISE:
            shift = max(shift, _reach_of_noise(p, scale, y))
        roots[k, 0], roots[k, 1] = q, length * (q + scale) * shift
    return count, certain
