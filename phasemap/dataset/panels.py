"""Panels of a study in a result: a quantity over its curves and places, whose curves say by their names what they are.

NAME alone is theory, "NAME | networks" are networks, with errors, "NAME | reference" is theory of something else than
these networks (units that are frozen, kicks that are infinitesimal), "NAME | level" is a level to compare with,
"NAME | mark" a place on the axis, its first value.
"""

from phasemap.dataset.field import Field

CURVE, PLACE = "curve", "place"
THEORY, NETWORKS, REFERENCE, LEVEL, MARK = "", "networks", "reference", "level", "mark"
_BETWEEN = " | "


def panel_dims(name: str) -> tuple[str, str]:
    """The dimensions of a panel."""
    return f"{name}_{CURVE}", f"{name}_{PLACE}"


def is_panel(field: Field) -> bool:
    """Whether a field is a panel."""
    return field.own_dims == panel_dims(field.name)


def curve_name(name: str, kind: str) -> str:
    """The name of a curve of a kind as it is stored."""
    return f"{name}{_BETWEEN}{kind}" if kind else name


def name_and_kind(stored: str) -> tuple[str, str]:
    """Name and kind of a stored curve."""
    name, _, kind = stored.partition(_BETWEEN)
    return name, kind
