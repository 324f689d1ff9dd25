import pytest

from phasemap.figures.layout.ticks import in_lines, plain_number, plain_numbers
from phasemap.figures.scenes.scene import equation, join_label


@pytest.mark.parametrize(
    ("value", "words"), [(0.02, "0.02"), (5.0, "5"), (1000.0, "1000"), (1e5, "$10^{5}$"), (2e-5, r"$2 \times 10^{-5}$")]
)
def test_ticks_are_plain_where_that_is_short(value, words):
    assert plain_number(value) == words


def test_labels_have_words_symbol_and_units():
    assert join_label("rate of phi (inf: none)", "$r$", "1 / membrane time constant") == (
        r"rate of $\phi$, $r$ (1/membrane time)"
    )
    assert join_label("decay of C_h of $J^h$", "", "1") == "decay of $C_h$ of $J^h$"
    assert join_label("", "$r$", "1") == "$r$" and join_label("phase", "", "1") == "phase"


def test_equations_are_one_formula():
    assert equation("$g_h$", 2.0) == "$g_h = 2$" and equation("check", 1.5) == "check = 1.5"


def test_long_labels_break_outside_their_formulas():
    words = r"standard deviation across units of the static input to h, $s_h \geq 0$"
    first, second = in_lines(words, 2).split("\n")
    assert f"{first} {second}" == words and first.count("$") % 2 == 0
    assert 0.6 < len(first) / len(second) < 1.6
    assert in_lines("$a b$", 2) == "$a b$"


def test_ticks_of_one_scale_have_one_notation():
    assert plain_numbers([1e-4, 1e-3, 0.1, 1.0]) == ["$10^{-4}$", "$10^{-3}$", "$10^{-1}$", "$10^{0}$"]
    assert plain_numbers([1e-3, 0.02, 10.0]) == ["0.001", "0.02", "10"]
    assert plain_numbers([]) == []
