"""Formulas in a browser: readable, and nothing but small letters comes out of them."""

import re

import pytest

from phasemap.explore.symbols import as_html, as_words
from phasemap.model.parameters import PARAMETERS
from phasemap.quantities import REGISTRY


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"$\lambda_{\max}$", "λ<sub>max</sub>"),
        (r"$g_h$", "g<sub>h</sub>"),
        (r"$C_h^{(N)}(0)$", "C<sub>h</sub><sup>(N)</sup>(0)"),
        (r"$N \to \infty$ here", "N →∞ here"),
        ("costs $5", "costs $5"),
        (r"$\sigma_{\xi,h}$", "σ<sub>ξ,h</sub>"),
        (r"$x_{a", "$x_{a"),
        (r"$x_{a$", "x<sub>a</sub>"),
        (r"$f }$", "f "),
    ],
)
def test_formulas_as_a_browser_shows_them(source, shown):
    assert as_html(source) == shown


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "$<img src=x onerror=y>_{<b>}$", '"&<sub onclick=x>'])
def test_nothing_else_of_a_hostile_symbol_is_mark_up(hostile):
    assert not re.search(r"<(?!/?(?:sub|sup)>)", as_html(hostile))
    assert "onerror" not in as_html(hostile) or "<img" not in as_html(hostile)


def test_every_symbol_of_the_registry_is_read():
    for symbol in [row.symbol for row in REGISTRY.quantities.values()] + [one.symbol for one in PARAMETERS.values()]:
        assert not re.search(r"[\\{}$]", as_words(symbol)), symbol
