"""Everything that the page says in words: statuses, phases, branches, citations, colours."""

from typing import Any

from phasemap.dataset.phases import PHASE_MEANINGS, Phase
from phasemap.explore.symbols import as_html
from phasemap.figures.scenes.fields import NO_STABLE_STATE, phase_names
from phasemap.figures.style import colours
from phasemap.model.branches import BRANCH_MEANINGS, BRANCHES
from phasemap.model.parameters import PARAMETERS
from phasemap.model.solvers.bibliography import BIBLIOGRAPHY
from phasemap.model.status import BOUNDS, STATUS_MEANINGS, STATUS_WORDS, Status

_STOPS = 33
_UNSTABLE = "no fixed point is stable; what moves, the static theory does not say"
_MAPS = {"diverging": colours.diverging, "sequential": colours.sequential}


def status_words() -> dict[str, dict[str, Any]]:
    """Status code -> name, a word or two, the meaning, and whether it is a number or a bound."""
    return {
        str(int(status)): {
            "name": status.name.lower(),
            "word": STATUS_WORDS[status],
            "meaning": STATUS_MEANINGS[status],
            "bound": {Status.LOWER_BOUND: "≥", Status.UPPER_BOUND: "≤"}.get(status, "") if status in BOUNDS else "",
        }
        for status in Status
    }


def phase_words(result: Any) -> dict[str, dict[str, str]]:
    """Phase code -> name, meaning, colour."""
    names = phase_names(result)
    return {
        str(int(phase)): {
            "name": names.get(int(phase), str(phase)),
            "meaning": _UNSTABLE if names.get(int(phase)) == NO_STABLE_STATE else PHASE_MEANINGS[phase],
            "colour": colours.PHASE_COLOURS[phase],
        }
        for phase in Phase
    }


def branch_words() -> dict[str, dict[str, str]]:
    """Branch -> its meaning and its colour."""
    return {name: {"meaning": BRANCH_MEANINGS[name], "colour": colours.BRANCH_COLOURS[name]} for name in BRANCHES}


def parameter_words() -> dict[str, dict[str, str]]:
    """Parameter -> symbol and description."""
    return {name: {"symbol": as_html(one.symbol), "description": one.description} for name, one in PARAMETERS.items()}


def citations(keys: set[str]) -> dict[str, str]:
    """BibTeX of the papers with these keys."""
    return {key: text for key, text in BIBLIOGRAPHY.items() if key in keys}


def colour_scales() -> dict[str, list[tuple[float, str]]]:
    """The colour maps of the figures, as stops from 0 to 1."""
    return {name: colours.stops(cmap(), _STOPS) for name, cmap in _MAPS.items()}
