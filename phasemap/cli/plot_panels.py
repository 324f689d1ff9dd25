"""Several results as the panels of one figure, and what a panel shows in facts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say, say_json

if TYPE_CHECKING:
    from phasemap.dataset import Result
    from phasemap.figures.draw import Request


def draw_panels(file: Path, target: Path, caption: bool, as_json: bool) -> None:
    """Several results as the panels of one figure."""
    from phasemap.config import read_toml
    from phasemap.figures.captions.caption import caption_of_panels, caption_parts
    from phasemap.figures.draw import Request, draw
    from phasemap.figures.panels import compose, letter_of, read_sheet
    from phasemap.figures.style.look import merged, wished
    from phasemap.figures.style.page import check_target, save
    from phasemap.storage import read_result

    sheet = read_sheet(read_toml(file)[1], file.parent)
    check_target(target, file, *(panel.file for panel in sheet.panels))
    figures, captions = [], []
    facts: list[dict[str, Any]] = []
    for panel in sheet.panels:
        result = read_result(panel.file)
        if panel.membrane is not None:
            result = in_units(result, panel.membrane)
        request = Request(panel.quantity, panel.branch, panel.at, panel.width, panel.title, panel.along)
        with wished(merged(panel.look)):
            figures.append(draw(result, request))
        if caption:
            captions.append(caption_parts(result, request))
        if as_json:
            facts.append({"letter": letter_of(sheet, len(facts)), **panel_facts(panel.file, result, request)})
    save(compose(figures, sheet), target, sheet.title)
    if as_json:
        say_json({"file": str(target), "panels": facts})
        return
    say(f"Figure written to {target}.")
    if captions:
        say(caption_of_panels(captions, [letter_of(sheet, number) for number in range(len(captions))]))


def panel_facts(file: Path, result: "Result", request: "Request") -> dict[str, Any]:
    """What one panel shows, for a program."""
    from phasemap.figures.captions.caption import caption_of
    from phasemap.figures.draw import drawn_at, drawn_quantity

    return {
        "result": str(file),
        "quantity": drawn_quantity(result, request),
        "branch": request.branch,
        "at": drawn_at(result, request),
        "along": request.along,
        "caption": caption_of(result, request),
    }


def in_units(result: "Result", membrane: str) -> "Result":
    """The result in milliseconds and hertz, with this membrane time constant."""
    from phasemap.figures.scenes.units import in_milliseconds, milliseconds_of

    return in_milliseconds(result, milliseconds_of(membrane))
