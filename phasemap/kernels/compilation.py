"""How the kernels are compiled: one place for Numba's switches.

`error_model="numpy"` removes the zero-division branch that keeps LLVM from vectorising; only the `fastmath` flags
that cannot change the meaning of infinities and NaNs are on.
"""

import functools
import gc
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numba
from numba.core import event, types
from numba.core.caching import IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

_FASTMATH = {"contract", "nsz", "arcp"}

# A kernel called from Python: cached on disk, releases the interpreter lock. Wrappers for C are left out: nobody calls
# them, and to compile them takes as long as a short function.
KERNEL: dict[str, Any] = {
    "cache": True, "nogil": True, "error_model": "numpy", "fastmath": _FASTMATH, "no_cfunc_wrapper": True,
}  # fmt: skip

# Versions of Numba whose compiler `lowering` knows; others compile as Numba would, more slowly.
_KNOWN = ((0, 61), (0, 69))


def _pipeline() -> dict[str, Any]:
    version = tuple(int(part) for part in numba.__version__.split(".")[:2])
    if not _KNOWN[0] <= version < _KNOWN[1]:
        return {}
    from phasemap.kernels.lowering import LinkedCompiler

    return {"pipeline_class": LinkedCompiler}


# A function called from kernels only, whose compiled code holds it: no wrapper for Python, no copy on disk. Numba's own
# inline="always" must stay off: it would compile the body with the caller's flags, and "reassoc" breaks the rounding
# tricks of `elementary`.
INNER: dict[str, Any] = {**KERNEL, "cache": False, "no_cpython_wrapper": True, **_pipeline()}

# The same where sums may be reordered into SIMD lanes (results then depend on the lane width, to rounding).
REDUCTION: dict[str, Any] = {**KERNEL, "fastmath": _FASTMATH | {"reassoc"}}


def forgive_damaged_caches() -> None:
    """Let Numba compile again where a file of its cache is damaged (full disk, killed process); it would give up."""
    load_index, load_data = IndexDataCacheFile._load_index, IndexDataCacheFile._load_data
    if getattr(load_index, "forgives", False):
        return

    @functools.wraps(load_index)
    def forgiving_index(self: Any) -> Any:
        """The index, or an empty one where its file is damaged."""
        try:
            return load_index(self)
        except OSError:
            raise
        except Exception:  # unpickling garbage may raise anything
            return {}

    @functools.wraps(load_data)
    def forgiving_data(self: Any, name: str) -> Any:
        """The code, or an error that Numba takes for a missing file."""
        try:
            return load_data(self, name)
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{name} is damaged") from error  # to Numba: as good as not there

    forgiving_index.forgives = True  # type: ignore[attr-defined]
    setattr(IndexDataCacheFile, "_load_index", forgiving_index)  # noqa: B010
    setattr(IndexDataCacheFile, "_load_data", forgiving_data)  # noqa: B010


# Files that compiled code depends on: all kernels, and what they import besides each other.
_KERNELS = Path(__file__).parent
_FROM_MODEL = (_KERNELS.parent / "model" / "status.py",)


def fingerprint(files: Iterable[Path]) -> int:
    """A number that changes where any of the files does."""
    stamps = sorted((str(path), about.st_mtime_ns, about.st_size) for path in files for about in [path.stat()])
    return zlib.crc32(repr(stamps).encode())


@functools.cache
def _sources() -> int:
    """The fingerprint of all sources, as they were when the first kernel was declared."""
    return fingerprint([*_KERNELS.rglob("*.py"), *_FROM_MODEL])


def renew_caches_with_callees() -> None:
    """Let Numba compile again where any kernel has changed: by itself it looks at the file of the function alone, and
    would go on with old code of the functions that are called from it.
    """
    create = IndexDataCacheFile.__init__
    if getattr(create, "knows_callees", False):
        return

    @functools.wraps(create)
    def knowing_callees(self: Any, cache_path: Any, filename_base: Any, source_stamp: Any) -> None:
        """As Numba's own, with a stamp that knows the sources of all kernels."""
        create(self, cache_path, filename_base, (source_stamp, _sources()))

    knowing_callees.knows_callees = True  # type: ignore[attr-defined]
    setattr(IndexDataCacheFile, "__init__", knowing_callees)  # noqa: B010


def compile_constants_as_numbers() -> None:
    """Let a kernel that is called with a constant be the one for any number: Numba takes each constant for a type of
    its own, and would compile the kernel again for every one of them.
    """
    template = Dispatcher.get_call_template
    if getattr(template, "knows_numbers", False):
        return

    @functools.wraps(template)
    def knowing_numbers(self: Any, args: Any, kws: Any) -> Any:
        """As Numba's own, with the types of the numbers where the function is a kernel of ours."""
        if self.py_func.__module__.startswith(__package__):
            args = tuple(types.unliteral(one) for one in args)
            kws = {name: types.unliteral(one) for name, one in kws.items()}
        return template(self, args, kws)

    knowing_numbers.knows_numbers = True  # type: ignore[attr-defined]
    setattr(Dispatcher, "get_call_template", knowing_numbers)  # noqa: B010


class _CollectLater(event.Listener):
    """No search for garbage while the compiler runs: among its millions of objects it takes a seventh of the time."""

    def __init__(self) -> None:
        self._depth, self._was_on = 0, False

    def on_start(self, _: Any) -> None:
        """Stop the search for garbage with the outermost compilation."""
        if self._depth == 0:
            self._was_on = gc.isenabled()
            gc.disable()
        self._depth += 1

    def on_end(self, _: Any) -> None:
        """Begin it again with the end of the outermost compilation."""
        self._depth = max(0, self._depth - 1)
        if self._depth == 0 and self._was_on:
            gc.enable()


forgive_damaged_caches()
renew_caches_with_callees()
compile_constants_as_numbers()
event.register("numba:compiler_lock", _CollectLater())
