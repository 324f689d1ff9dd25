"""How functions that only kernels call are lowered: to LLVM's code, which the kernels hold, and no further.

Numba would make machine code of every function by itself, and again of all that it calls, before it becomes a part of
the kernel that calls it: code that never runs, a quarter of all the time of compilation. The optimised code is the
same, and so are the numbers.
"""

from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _LinkedLibrary(JITCodeLibrary):
    """Code to be linked into others, unknown to the engine that runs code."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LinkedLowering(NativeLowering):
    """Numba's own lowering, but for the machine code."""

    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function as Numba does, without machine code."""
        state.library = _LinkedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        try:
            super().run_pass(state)
        finally:
            state.flags.no_compile = False
        state.library.finalize()
        fndesc, helper, _, env = state["cr"]
        # Numba finds the function by an object that could be called from Python, were there an address in it.
        handle = _dynfunc.make_function(fndesc.lookup_module(), fndesc.qualname, "", 0, env, (state.library,))
        state.targetctx.insert_user_function(handle, fndesc, [state.library])
        state["cr"] = _LowerResult(fndesc, helper, cfunc=handle, env=env)
        return True


class LinkedCompiler(CompilerBase):
    """The pipeline of Numba with `_LinkedLowering`."""

    def define_pipelines(self) -> list[Any]:
        """See `numba.core.compiler.CompilerBase`."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes._finalized = False
        passes.passes = [(_LinkedLowering, told) if p is NativeLowering else (p, told) for p, told in passes.passes]
        passes.finalize()
        return [passes]
