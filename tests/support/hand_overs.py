"""Counting how often a number is handed from function to function on its way to an end."""

import dataclasses
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import phasemap

PACKAGE = str(Path(phasemap.__file__).parent)
HandOver = tuple[str, str, str]


def holds(thing: Any, numbers: Collection[float], depth: int = 0) -> bool:
    """Whether it is one of the numbers, or an array, a collection or a record that holds one."""
    if depth > 7 or isinstance(thing, str | bytes | bool | int):
        return False
    if isinstance(thing, float):
        return float(thing) in numbers
    if isinstance(thing, np.ndarray):
        return thing.dtype.kind == "f" and bool(np.isin(np.ma.getdata(thing), list(numbers)).any())
    if isinstance(thing, dict | list | tuple):
        parts = list(thing.values()) if isinstance(thing, dict) else list(thing)
        return any(holds(part, numbers, depth + 1) for part in parts[:80])
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return any(holds(getattr(thing, one.name, None), numbers, depth + 1) for one in dataclasses.fields(thing))
    return False


def hand_overs(go: Callable[[], Any], numbers: Collection[float], end: str) -> list[HandOver]:
    """("call" or "return", from, to) of every function of the package that hands a number on, as far as it gets there.

    end: name of the function outside of the package in which a number has arrived.
    """
    events: list[tuple[str, FrameType, FrameType]] = []

    def note(frame: FrameType, event: str, value: Any) -> None:
        """Keep a call with one of the numbers, or a return of it; comprehensions belong to their function."""
        if event not in ("call", "return") or not (_is_of_package(frame) or frame.f_code.co_name == end):
            return
        sys.setprofile(None)
        giver = _of_package(frame.f_back)
        handed = _arguments(frame) if event == "call" else value
        if giver is not None and holds(handed, numbers):
            events.append(("call", giver, frame) if event == "call" else ("return", frame, giver))
        sys.setprofile(note)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        go()
    finally:
        sys.setprofile(before)
    return _that_arrive(events)


def _that_arrive(events: list[tuple[str, FrameType, FrameType]]) -> list[HandOver]:
    """Those from whose takers a number goes on to its first end."""
    end = next(k for k, (_, _, taker) in enumerate(events) if not _is_of_package(taker))
    takers = {id(events[end][1])}
    found: list[HandOver] = []
    for kind, giver, taker in reversed(events[:end]):
        if id(taker) in takers:
            takers.add(id(giver))
            found.append((kind, _name(giver), _name(taker)))
    return found[::-1]


def _arguments(frame: FrameType) -> tuple[Any, ...]:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & 4) + bool(code.co_flags & 8)  # *args and **kwargs
    return tuple(frame.f_locals.get(name) for name in code.co_varnames[:count])


def _is_of_package(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PACKAGE) and not frame.f_code.co_name.startswith("<")


def _of_package(frame: FrameType | None) -> FrameType | None:
    while frame is not None and not _is_of_package(frame):
        frame = frame.f_back
    return frame


def _name(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename[len(PACKAGE) + 1 :]}:{frame.f_code.co_name}"
