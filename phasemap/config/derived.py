"""Parameters that follow from axes which are no parameters themselves: a fixed product, a diagonal."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.config.records import AxisValues
from phasemap.errors import ConfigError, ParameterError
from phasemap.model.family import RATE, Family
from phasemap.model.parameters import Parameters
from phasemap.model.text.expressions import Expression, parse_expression


def derived_parameters(
    raw: Mapping[str, str],
    axes: Sequence[AxisValues],
    fixed: Mapping[str, float],
    problems: list[str],
    family: Family = RATE,
) -> dict[str, Expression]:
    """Parameter -> expression in the axes and the fixed parameters; problems are collected."""
    names = tuple(axis.name for axis in axes)
    known = tuple(dict.fromkeys((*names, *(name for name in family.infos if name not in raw))))
    found: dict[str, Expression] = {}
    for name, text in raw.items():
        try:
            family.check_name(name)
            found[name] = parse_expression(text, known, f"derived.{name}")
        except (ConfigError, ParameterError) as error:
            problems.append(str(error))
    problems += [
        f"{name} is given twice, under [derived] and elsewhere: remove one." for name in raw if name in {*names, *fixed}
    ]
    used = {name for expression in found.values() for name in expression.names}
    for name in names:
        if name not in family.infos and name not in used and len(found) == len(raw):
            try:
                family.check_name(name)
            except ParameterError as error:
                problems.append(f"{error} Or let an expression under [derived] use this axis.")
    return found


def check_derived(
    derived: Mapping[str, Expression],
    axes: Sequence[AxisValues],
    base: Parameters,
    problems: list[str],
    family: Family = RATE,
) -> None:
    """Every value on the grid lies in its parameter's domain."""
    grids = np.meshgrid(*(axis.values for axis in axes), indexing="ij")
    values: dict[str, Any] = {**base._asdict(), **dict(zip((axis.name for axis in axes), grids, strict=True))}
    for name, expression in derived.items():
        found = np.broadcast_to(np.asarray(expression(values), dtype=float), grids[0].shape)
        try:
            for value in (found.min(), found.max()):
                family.check_value(name, float(value))
        except ParameterError as error:
            problems.append(f"derived.{name} = {expression.text!r}: {error}")
