"""Curves in a plane from their crossings with lines of one coordinate (sections of the unit square).

What is known about a curve is a function that finds all its crossings with the line slow = constant. Sections are
halved where crossings are bent, appear or end, until the curve is resolved; links between neighbouring sections make
polylines. Where two crossings meet and vanish, their polylines are joined.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class _Tolerances(NamedTuple):
    """How closely polylines follow a curve from section to section; lengths are those of the unit square."""

    sag: float = 2e-4  # largest distance of a curve from its polyline: unseen in print
    finest: float = 1e-6  # width of sections at which appearing and ending crossings are left
    widest_tip: float = 0.2  # distance of two crossings that may still meet in a tip


_TOLERANCES = _Tolerances()
_MOST_SECTIONS = 600


@dataclass(eq=False)
class Crossing:
    """A crossing with one section: the other coordinate, numbers to keep with it, and its neighbours on the curve.

    kind: crossings of different kinds belong to different branches, which may meet in a cusp.
    """

    fast: float
    kind: int
    extra: tuple[float, ...]
    slow: float = 0.0
    links: list["Crossing"] = field(default_factory=list)


# (slow, expected values of fast from neighbouring sections; empty: unknown) -> all crossings.
Find = Callable[[float, Sequence[float]], Sequence[Crossing]]


def curves(find: Find, first: int = 33) -> list[list[Crossing]]:
    """All polylines of a curve, each a list of crossings from one end to the other (closed: the first again).

    first: number of sections to begin with; pieces that are narrower than their distance may be missed.
    """
    sections = {slow: _section(find, slow, ()) for slow in (k / (first - 1) for k in range(first))}
    for a, b in itertools.pairwise(sorted(sections)):
        _resolve(find, sections, a, b)
    return _chains([crossing for slow in sorted(sections) for crossing in sections[slow]])


def _section(find: Find, slow: float, expected: Sequence[float]) -> list[Crossing]:
    found = sorted(find(slow, expected), key=lambda crossing: crossing.fast)
    for crossing in found:
        crossing.slow = slow
    return found


def _resolve(find: Find, sections: dict[float, list[Crossing]], a: float, b: float) -> None:
    """Link the crossings of two sections, after as many sections between them as that takes."""
    left, right = sections[a], sections[b]
    if not left and not right:
        return
    if b - a < _TOLERANCES.finest or len(sections) >= _MOST_SECTIONS:
        pairs, _ = _match(left, right)
        _link(pairs)
        _close_tips(left, pairs, 0)
        _close_tips(right, pairs, 1)
        return
    middle = 0.5 * (a + b)
    pairs, complete = _match(left, right)
    expected = [0.5 * (one.fast + two.fast) for one, two in pairs] if complete else []
    sections[middle] = _section(find, middle, expected)
    first, first_complete = _match(left, sections[middle])
    second, second_complete = _match(sections[middle], right)
    if first_complete and second_complete and _is_straight(first, second):
        _link(first)
        _link(second)
        return
    _resolve(find, sections, a, middle)
    _resolve(find, sections, middle, b)


Pairs = list[tuple[Crossing, Crossing]]


def _match(left: Sequence[Crossing], right: Sequence[Crossing]) -> tuple[Pairs, bool]:
    """Pairs of crossings that continue each other, and whether every crossing has its partner."""
    kinds = {crossing.kind for crossing in (*left, *right)}
    pairs: Pairs = []
    complete = True
    for kind in kinds:
        one = [c for c in left if c.kind == kind]
        two = [c for c in right if c.kind == kind]
        if len(one) == len(two):
            pairs += zip(one, two, strict=True)
            continue
        complete = False
        candidates = sorted(((abs(a.fast - b.fast), i, j) for i, a in enumerate(one) for j, b in enumerate(two)))
        used_one: set[int] = set()
        used_two: set[int] = set()
        for _, i, j in candidates:
            if i not in used_one and j not in used_two:
                used_one.add(i)
                used_two.add(j)
                pairs.append((one[i], two[j]))
    return pairs, complete


def _is_straight(first: Pairs, second: Pairs) -> bool:
    after = {id(a): b for a, b in second}
    return all(abs(middle.fast - 0.5 * (a.fast + after[id(middle)].fast)) < _TOLERANCES.sag for a, middle in first)


def _link(pairs: Pairs) -> None:
    for a, b in pairs:
        a.links.append(b)
        b.links.append(a)


def _close_tips(section: Sequence[Crossing], pairs: Pairs, side: int) -> None:
    """Join neighbours that end together: the tip of the curve lies between the sections."""
    linked = {id(pair[side]) for pair in pairs}
    lonely = [crossing for crossing in section if id(crossing) not in linked]
    for a, b in zip(lonely[::2], lonely[1::2], strict=False):
        if abs(a.fast - b.fast) < _TOLERANCES.widest_tip:
            _link([(a, b)])


def _chains(crossings: list[Crossing]) -> list[list[Crossing]]:
    """Polylines from links: open ones from their ends, then closed ones."""
    chains, seen = [], set()
    for start in sorted(crossings, key=lambda crossing: len(crossing.links)):
        if id(start) in seen or not crossings:
            continue
        chain, here = [start], start
        seen.add(id(start))
        while True:
            onward = [c for c in here.links if id(c) not in seen]
            if not onward:
                break
            here = onward[0]
            seen.add(id(here))
            chain.append(here)
        if len(chain) > 2 and start in here.links and len(start.links) == 2:
            chain.append(start)
        chains.append(chain)
    return [chain for chain in chains if len(chain) > 1]
