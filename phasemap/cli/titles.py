"""Titles of figures that show one point of parameter space."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phasemap.model.parameters import Parameters

_WORDS_PER_LINE = 6


def title_of(parameters: "Parameters", *first: str) -> str:
    """`first`, then the gain and every parameter that is not at its default, six to a line."""
    from phasemap.figures.scenes.scene import equation
    from phasemap.model.parameters import PARAMETERS, different

    words = [*first, *(equation(PARAMETERS[name].symbol, value) for name, value in different(parameters).items())]
    return "\n".join(", ".join(words[k : k + _WORDS_PER_LINE]) for k in range(0, len(words), _WORDS_PER_LINE))
