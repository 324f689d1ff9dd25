"""The field theory of gradients: adjoint covariances of the mean-field process, and the gradients they carry.

One idea a file: `coupling` (what the march needs of a state), `march` (deterministic covariances, refined), `series`
(long lags from eigenfunctions), `asymptotics` (rate and amplitude of the last law), `static` (fixed points), `paths`
(a fluctuating update gate), `records` (numbers at lags), `states` (which state), `solver` (points of a sweep).

Source: PRX 12, 011011, appendix on the adjoint; docs/theory.md, section 9.
"""
