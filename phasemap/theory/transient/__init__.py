"""The mean field of transients: two times, copies of one network, kicks, tangents, time courses of inputs.

At a constant update gate the two-time equations close deterministically (docs/theory.md, section 15: `nodes` lays out
copies and times, `solve` marches, `protocols` reads numbers off,
extrapolated over three steps.
"""
