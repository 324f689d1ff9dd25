"""Dynamic mean field with a fluctuating update gate: ensembles of paths driven by their own correlations.

h is not Gaussian here (it is, given the path of z), so that the correlation functions are averages over sampled paths.
The map from correlations to correlations stands in `sampling`, its fixed point comes from `numerics.anderson`;
`sharpness` says how well that is defined, `tangent` has the Lyapunov exponent, `tail` the decay, `numbers` what is read
off, `window` and `timestep` what a point needs, `errors` the errors, `point` and `solver` all together.

Source: PRX 12, 011011, section III; docs/theory.md (5.1), (6.1).
"""

from phasemap.theory.ensemble.point import PointSolution, solve
from phasemap.theory.ensemble.resolution.surroundings import surroundings
from phasemap.theory.ensemble.solver import solve_branches, solve_points

__all__ = ["PointSolution", "solve", "solve_branches", "solve_points", "surroundings"]
