"""How the kernels are compiled: one place for Numba's switches.

`error_model="numpy"` removes the zero-division branch that keeps LLVM from vectorising; only the `fastmath` flags
that cannot change the meaning of infinities and NaNs are on.
"""

from typing import Any

_FASTMATH = {"contract", "nsz", "arcp"}

# A kernel called from Python: cached on disk, releases the interpreter lock. Wrappers for C are left out: nobody calls
# them, and to compile them takes as long as a short function.
KERNEL: dict[str, Any] = {
    "cache": True, "nogil": True, "error_model": "numpy", "fastmath": _FASTMATH, "no_cfunc_wrapper": True,
}  # fmt: skip

# A function called from kernels only, whose compiled code holds it: no wrapper for Python, no copy on disk. Numba's own
# inline="always" must stay off: it would compile the body with the caller's flags, and "reassoc" breaks the rounding
# tricks of `elementary`.
INNER: dict[str, Any] = {**KERNEL, "cache": False, "no_cpython_wrapper": True}

# The same where sums may be reordered into SIMD lanes (results then depend on the lane width, to rounding).
REDUCTION: dict[str, Any] = {**KERNEL, "fastmath": _FASTMATH | {"reassoc"}}
