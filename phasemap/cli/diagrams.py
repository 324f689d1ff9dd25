"""Diagrams of the atlas that are no sweeps: protocols, panel by panel."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.dataset import Result
    from phasemap.figures.draw import Request

# Measured with the files as they are, on one core.
_SECONDS = "seconds"


def make_diagram(
    name: str, quick: bool, folder: Path, formats: list[str], force: bool, aside: bool = False
) -> dict[str, Any]:
    """Compute a diagram and draw it; one that is there already is drawn again without computing.

    aside: say what happens on standard error. The files that were made, and the caption.
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import diagrams
    from phasemap.figures.style.page import check_target
    from phasemap.storage import read_result, result_target
    from phasemap.studies.protocols.atlas import load

    data = load(diagrams()[name], quick=quick)
    target = folder / f"{name}{'.quick' if quick else ''}.h5"
    for suffix in formats:
        check_target(target.with_name(f"{target.stem}.{suffix}") if target.parent.is_dir() else Path(f"x.{suffix}"))
    if target.exists() and not force:
        result = read_result(target)
        say(f"{target} is there already: it is drawn again. --force computes it again.", aside)
    else:
        # Before anything is computed.
        target = result_target(target, force)
        target.parent.mkdir(parents=True, exist_ok=True)
        result = _make(data, f"phasemap atlas {name}{' --quick' if quick else ''}", target)
        say(f"Stored in {target}.", aside)
    from phasemap.figures.draw import Request

    figures = write_figures(result, target, {"": Request()}, formats, aside)
    return {"file": str(target), "complete": True, "figures": figures}


def _make(data: dict[str, Any], command: str, target: Path) -> "Result":
    """Compute a diagram and store it; curves that are finished are beside its file until it is whole."""
    from phasemap.cli.console import make_console
    from phasemap.cli.protocols.counting import showing_done
    from phasemap.storage import write_result
    from phasemap.studies.protocols.atlas import parts_of, run
    from phasemap.studies.protocols.kept_curves import KeptCurves, kept_beside, key_of
    from phasemap.sweeps.files.sessions import begin_session, end_session

    kept, total = KeptCurves(kept_beside(target), key_of(data)), parts_of(data)
    if kept.done:
        make_console(stderr=True).print(
            f"Going on: {kept.done} of {total} curves, or places of curves, are finished in {kept.path}; they are not "
            "computed again.", soft_wrap=True, markup=False, highlight=False,
        )  # fmt: skip
    session, began = begin_session(), time.monotonic()
    data = {**data, "description": f"{data['description']} Made by: {command}"}
    try:
        with showing_done("Curves, or their places:") as told:
            result = run(data, kept.telling(told, total))
    except KeyboardInterrupt:
        if kept.done:
            make_console(stderr=True).print(
                f"Stopped: {kept.done} of {total} curves, or places of curves, are kept in {kept.path}; the same "
                "command goes on from there.", soft_wrap=True, markup=False, highlight=False,
            )  # fmt: skip
        raise
    end_session(result, session, began)
    write_result(target, result)
    kept.remove()
    return result


def write_figures(
    result: "Result", target: Path, requests: Mapping[str, "Request"], formats: list[str], aside: bool
) -> list[dict[str, Any]]:
    """Figures of a result by what stands behind its name, and their captions as one text file; files and captions."""
    from phasemap.figures.captions.caption import caption_of
    from phasemap.figures.draw import draw
    from phasemap.figures.style.page import save
    from phasemap.storage.durable import write_atomically

    captions, drawn = [], []
    for name, request in requests.items():
        figure, caption = draw(result, request), caption_of(result, request)
        paths = [target.with_name(f"{target.stem}{name}.{suffix}") for suffix in formats]
        for path in paths:
            save(figure, path, result.metadata.title, result.metadata.config_hash, compact=True)
        drawn.append({"files": [*map(str, paths)], "caption": caption})
        captions.append(f"{paths[0].stem}: {caption}")
        say(f"Figure written to {' and '.join(map(str, paths))}.", aside)
    write_atomically(target.with_suffix(".txt"), ("\n\n".join(captions) + "\n").encode())
    return drawn


def entries_of_diagrams() -> list[dict[str, Any]]:
    """What the atlas lists of them: name, title, number of panels, costs."""
    from phasemap.config import diagrams
    from phasemap.studies.protocols.atlas import load

    entries = []
    for name, path in diagrams().items():
        data = load(path)
        seconds, quick = (float(data.get(_SECONDS, {}).get(key, 0.0)) for key in ("whole", "quick"))
        entries.append(
            {
                "name": name, "title": str(data["title"]), "panels": len(data["panels"]),
                "seconds": seconds, "quick_seconds": quick,
            }
        )  # fmt: skip
    return entries
