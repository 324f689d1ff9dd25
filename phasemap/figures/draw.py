"""From a result and what is asked of it to a figure, or to text: the one entry to this folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.text import Text

from phasemap.dataset import Result
from phasemap.dataset.sections import cut, nearest
from phasemap.errors import PhasemapError
from phasemap.figures.kinds.boxes.surfaces3d import draw_surfaces
from phasemap.figures.kinds.curves.courses import draw_courses
from phasemap.figures.kinds.curves.lines import LineScene, draw_lines_figure, draw_lines_into
from phasemap.figures.kinds.curves.loop import draw_loop, is_loop
from phasemap.figures.kinds.curves.profiles import draw_profiles
from phasemap.figures.kinds.curves.protocol_curves import draw_protocol, is_protocol
from phasemap.figures.kinds.maps.phase_diagram import draw_map_into, draw_phase_diagram
from phasemap.figures.kinds.rasters import draw_raster
from phasemap.figures.kinds.terminal import lines_as_text, map_as_text
from phasemap.figures.scenes.fields import (
    available,
    branching,
    check_quantity,
    default_quantity,
    own_numeric,
    place_along,
)
from phasemap.figures.scenes.scene import equation
from phasemap.figures.scenes.stage import stage, stage_line
from phasemap.figures.scenes.stage_courses import is_course, stage_courses
from phasemap.figures.scenes.stage_families import stage_family
from phasemap.figures.scenes.stage_functions import CHECK, at_checks, stage_profiles, stage_raster
from phasemap.figures.style.mathtext import settable, with_settable_texts
from phasemap.figures.style.page import WIDTHS
from phasemap.model.branches import branch_name
from phasemap.suggest import choices


@dataclass(frozen=True)
class Request:
    """What to draw.

    quantity: a stored quantity or "phase"; None takes lambda_max, else the phase, else what there is.
    branch:   a branch or fixed point by name; None takes the attractor (all of them along a line).
    at:       axis -> value at which to cut, or dimension of the quantity -> label or value.
    along:    axis of a plane over which to draw lines, one for each value of the other; None draws a map.
    width:    "single" or "double" column; None leaves the choice to the kind of figure.
    """

    quantity: str | None = None
    branch: str | None = None
    at: Mapping[str, str] = field(default_factory=dict)
    width: str | None = None
    title: str = ""
    along: str | None = None

    def __post_init__(self) -> None:
        if self.branch is not None:  # older names are drawn under the present ones
            object.__setattr__(self, "branch", branch_name(self.branch))


def draw(result: Result, request: Request) -> Figure:
    """The figure that the quantity and the result's number of axes call for.

    Raises:
        PhasemapError: what is asked for is not in the result, or has too many or too few axes.
    """
    try:
        return _draw(result, request)
    except ValueError as error:
        if isinstance(error, PhasemapError):
            raise
        return _draw(with_settable_texts(result), replace(request, title=settable(request.title)))


def draw_into(axes: Axes, result: Result, request: Request) -> Figure:
    """A map, or lines along one axis, in axes that are there, with matplotlib's settings as they are.

    Raises:
        PhasemapError: what is asked for is not in the result, or needs a figure of its own.
    """
    section, others = section_of(result, request)
    quantity = _quantity(section, request)
    own = own_numeric(section, quantity, others)
    if len(section.axes) == 2 and not own:
        draw_map_into(axes, replace(stage(section, quantity, request.branch, others), title=request.title))
    elif len(section.axes) == 1 and not own and quantity:
        draw_lines_into(axes, replace(stage_line(section, quantity, request.branch, others), title=request.title))
    else:
        raise PhasemapError("Only a map or lines fit into axes that are there: leave ax out for a figure of its own.")
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def _draw(result: Result, request: Request) -> Figure:
    if request.width is not None and request.width not in WIDTHS:
        raise PhasemapError(f"The width {request.width!r} is not known: choose {' or '.join(WIDTHS)}.")
    if request.quantity is not None and is_course(result, request.quantity) and not request.at:
        return draw_courses(
            replace(stage_courses(result, request.quantity), title=request.title), request.width or "double"
        )
    if is_protocol(result) and not request.at:
        return draw_protocol(result, request.width or "double", request.title, request.quantity)
    if request.quantity is None and is_loop(result):
        return draw_loop(result, request.width or "single", request.title)
    section, others = section_of(result, request)
    if _is_of_surfaces(section, request):
        return draw_surfaces(section, request.width, title=_title(result, section, request))
    quantity = _quantity(section, request)
    title = _title(result, section, request)
    own = own_numeric(section, quantity, others)
    if request.along is not None or own:
        return _draw_functions(section, replace(request, title=title), quantity, others)
    if len(section.axes) == 2 and not own:
        scene = stage(section, quantity, request.branch, others)
        wide = "double" if scene.checks is not None else "single"
        return draw_phase_diagram(replace(scene, title=title), request.width or wide)
    if len(section.axes) == 1 and not own and quantity:
        line = stage_line(section, quantity, request.branch, others)
        return draw_lines_figure(replace(line, title=title), request.width or "single")
    raise PhasemapError(_too_many(section, own))


def _draw_functions(section: Result, request: Request, quantity: str, others: dict[str, str]) -> Figure:
    """Curves over a dimension of the quantity's own, or over an axis that is asked for; rows of them as an image."""
    own, width = own_numeric(section, quantity, others), request.width or "single"
    if request.along is not None:
        if own or not quantity:
            raise PhasemapError(f"Lines along {request.along} need a number at every point of a plane.")
        curves = stage_family(section, quantity, request.along, request.branch, others)
        return draw_profiles(replace(curves, title=request.title), width)
    if len(own) == 2 and not section.axes:
        raster = stage_raster(section, quantity, own, request.branch, others)
        return draw_raster(replace(raster, title=request.title), width)
    if len(own) == 1 and len(section.axes) <= 1:
        curves = stage_profiles(section, quantity, own[0], request.branch, others)
        return draw_profiles(replace(curves, title=request.title), width)
    raise PhasemapError(_too_many(section, own))


def shows_surfaces(result: Result, request: Request) -> bool:
    """Whether the figure is one of surfaces over three axes, without a quantity of its own."""
    return _is_of_surfaces(section_of(result, request)[0], request)


def _is_of_surfaces(section: Result, request: Request) -> bool:
    return request.quantity is None and len(section.axes) == 3


def write(result: Result, request: Request, columns: int, rows: int, colour: bool) -> Text:
    """The same as text, for a terminal of that size (colour) or a file (plain characters); raises like `draw`."""
    section, others = section_of(result, request)
    quantity = _quantity(section, request)
    own = own_numeric(section, quantity, others)
    if len(section.axes) == 2 and not own:
        return map_as_text(stage(section, quantity, request.branch, others), columns, rows, colour)
    if len(section.axes) == 1 and not own and quantity:
        return lines_as_text(stage_line(section, quantity, request.branch, others), columns, rows)
    if len(section.axes) <= 1 and len(own) == 1:
        profiles = stage_profiles(section, quantity, own[0], request.branch, others)
        return lines_as_text(LineScene(profiles.x, profiles.layers, profiles.names), columns, rows)
    raise PhasemapError(_too_many(section, own))


def _title(result: Result, section: Result, request: Request) -> str:
    """What a caption cannot replace: where the section is and which branch a map shows."""
    if CHECK in request.at and section.checks is not None:
        number = int(section.metadata.parameters[CHECK])
        places = {name: float(values[number]) for name, values in section.checks.parameters.items()}
    else:
        places = {name: v for name, v in section.metadata.parameters.items() if name in result.axis_names}
    words = [equation(axis.symbol or axis.name, places[axis.name]) for axis in result.axes if axis.name in places]
    at = drawn_at(result, request)
    others = [f"{name} {value}" for name, value in at.items() if name not in (*result.axis_names, CHECK)]
    dim = branching(section, _quantity(section, request))
    branch = [f"{request.branch} {dim}".replace("_", " ")] if request.branch and dim else []
    return request.title or ", ".join([*words, *others, *branch])


def drawn_at(result: Result, request: Request) -> dict[str, str]:
    """The places that are drawn for those asked for: values are not interpolated, the nearest stored one is taken."""
    places = {}
    for name, value in request.at.items():
        places[name] = value
        if name in result.axis_names:
            axis = result.axes[result.axis_names.index(name)]
            places[name] = f"{axis.values[nearest(axis, _number(name, value))]:.6g}"
        elif name in result.labels:
            label = place_along(result, name, value)
            try:
                places[name] = f"{float(label):.6g}"
            except ValueError:
                places[name] = label
    return places


def drawn_quantity(result: Result, request: Request) -> str | None:
    """The quantity that a figure shows; None where it shows a whole result: a loop, a protocol, surfaces in a box."""
    if request.quantity is None and (is_protocol(result) or is_loop(result) or shows_surfaces(result, request)):
        return None
    return _quantity(section_of(result, request)[0], request) or None


def _quantity(result: Result, request: Request) -> str:
    return default_quantity(result) if request.quantity is None else check_quantity(result, request.quantity)


def section_of(result: Result, request: Request) -> tuple[Result, dict[str, str]]:
    """The result cut along its axes, and what remains of `at`: places along the quantity's own dimensions.

    Axes of one value are held there, unless nothing but a number would be left. A quantity that is stored at the check
    points only is taken from these.
    """
    checked = {} if result.checks is None else result.checks.fields
    if request.quantity in checked and request.quantity not in available(result):
        result = at_checks(result, request.quantity)
    held = {axis.name: float(axis.values[0]) for axis in result.axes if len(axis) == 1}
    if len(held) == len(result.axes) and not own_numeric(result, _quantity(result, request), {}):
        held.popitem()  # a single number is a line of one point
    axes = {name: value for name, value in request.at.items() if name in result.axis_names}
    others = {name: value for name, value in request.at.items() if name not in axes}
    dims = {dim for stored in result.fields.values() for dim in stored.own_dims}
    for name in others:
        if name not in dims:
            places = [*result.axis_names, *sorted(dims)]
            raise PhasemapError(f"There is no axis {name!r} to cut.{choices(name, places, 'There are')}")
    held |= {name: _number(name, value) for name, value in axes.items()}
    return cut(result, held) if held else result, others


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise PhasemapError(f"The section {name}={value} needs a number.") from None


def _too_many(result: Result, own: tuple[str, ...]) -> str:
    if own:
        dim, places = own[0], result.labels[own[0]]
        axes = "".join(f" --slice {axis.name}={axis.values[len(axis) // 2]:g}" for axis in result.axes[: len(own)])
        return (
            f"The quantity is a function of {' and '.join(own)} at every point: choose a point{' with' if axes else ''}"
            f"{axes}, or a place along it with --slice {dim}={places[0]} (it runs to {places[-1]})."
        )
    if not result.fields:
        return "The result holds no quantity to draw along one axis, only critical lines."
    if not result.axes:
        return "Nothing is left to draw: leave one or two axes without --slice."
    third = result.axes[-1]
    return (
        f"The result has {len(result.axes)} axes ({', '.join(result.axis_names)}) and a map has two: "
        f"hold the others with --slice, for example --slice {third.name}={third.values[len(third) // 2]:g}."
    )
