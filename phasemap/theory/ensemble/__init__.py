"""Dynamic mean field with a fluctuating update gate: ensembles of paths driven by their own correlations.

h is not Gaussian here (it is, given the path of z), so that the correlation functions are averages over sampled paths.
One idea a file: `ring` (windows of time), `process` and `gaussian` (covariances of what is Gaussian), `noise` (random
numbers), `paths` (the map from correlations to correlations), `anderson` (its fixed point), `sharpness` (how well
that is defined), `tangent` (the Lyapunov exponent), `tail` (decay), `gates` (distribution of the update gate),
`numbers` (what is read off), `window` and `timestep` (what a point needs), `jackknife` and `budget` (errors), `point`
and `solver` (all together).

Source: PRX 12, 011011, section III; theory notes, sections 5(b) and 6.
"""

from phasemap.theory.ensemble.point import PointSolution, solve
from phasemap.theory.ensemble.solver import solve_points, surroundings

__all__ = ["PointSolution", "solve", "solve_points", "surroundings"]
