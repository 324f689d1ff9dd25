"""Arithmetic in names: what it computes, and that nothing else is ever run."""

import math

import numpy as np
import pytest

from phasemap.errors import ConfigError
from phasemap.model.text.expressions import parse_expression

KNOWN = ("gain", "beta_r", "g_h")


def test_arithmetic_is_what_python_computes():
    for text in ("gain * (1 + exp(beta_r))", "-gain**2 / 3 + 0.5", "sqrt(abs(beta_r)) - log(gain)", "2", "+tanh(g_h)"):
        names = {"gain": 2.5, "beta_r": -0.7, "g_h": 3.0}
        functions = {"exp": math.exp, "sqrt": math.sqrt, "log": math.log, "abs": abs, "tanh": math.tanh}
        assert float(parse_expression(text, KNOWN, "x")(names)) == pytest.approx(eval(text, functions, names))


def test_arrays_broadcast():
    found = parse_expression("gain + beta_r", KNOWN, "x")({"gain": np.ones((3, 1)), "beta_r": np.zeros(2)})
    assert found.shape == (3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "gain.__class__",
        "(lambda: 1)()",
        "[1, 2]",
        "gain if 1 else 2",
        "exp(gain, 2)",
        "open('x')",
        "'a' * 3",
        "True",
        "gain < 2",
        "f'{gain}'",
        "gain :=3",
        "1e999",
        "",
        "(" * 90,
        "gain//2",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(ConfigError, match=r"not understood|uses"):
        parse_expression(text, KNOWN, "derived.g_h")


def test_unknown_names_and_lengths_are_named():
    with pytest.raises(ConfigError, match="Did you mean 'gain'"):
        parse_expression("gian * 2", KNOWN, "derived.g_h")
    with pytest.raises(ConfigError, match="at most"):
        parse_expression("1+" * 200 + "1", KNOWN, "derived.g_h")
