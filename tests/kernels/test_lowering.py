"""Functions that only kernels call are linked into them, and nothing else is made of them."""

import gc

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.lowering import LinkedCompiler


def _square(x):
    return x * x


_linked = njit(**INNER)(_square)
_plain = njit(**{key: value for key, value in INNER.items() if key != "pipeline_class"})(_square)


@njit(**{**KERNEL, "cache": False})
def _with_linked(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += _linked(x[i]) / (1.0 + x[i])
    return total


@njit(**{**KERNEL, "cache": False})
def _with_plain(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += _plain(x[i]) / (1.0 + x[i])
    return total


def test_a_linked_function_gives_the_same_bits():
    x = np.random.default_rng(1).random(1000)
    assert _with_linked(x) == _with_plain(x)
    assert INNER["pipeline_class"] is LinkedCompiler


def test_no_machine_code_is_made_of_it():
    _with_linked(np.ones(3))
    _with_plain(np.ones(3))
    places = []
    for function in (_linked, _plain):
        (found,) = function.overloads.values()
        places.append(found.library.codegen._engine.is_symbol_defined(found.fndesc.mangled_name))
    assert places == [False, True]


def test_garbage_is_collected_again_after_compiling():
    seen = []

    @njit
    def compiled(x):
        return x + 1.0

    assert gc.isenabled()
    compiled(1.0)
    seen.append(gc.isenabled())
    gc.disable()
    try:
        compiled(1)
        seen.append(gc.isenabled())
    finally:
        gc.enable()
    assert seen == [True, False]


def test_a_constant_is_no_signature_of_its_own():
    def scaled(x, factor):
        return factor * x

    scaled.__module__ = INNER["pipeline_class"].__module__  # one of ours
    ours = njit(**INNER)(scaled)

    @njit
    def sums(x):
        return ours(x, 0) + ours(x, 1) + ours(x, 2)

    assert sums(2.0) == 6.0
    assert len(ours.signatures) == 1
