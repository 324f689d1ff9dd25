"""Diagrams of the atlas that are no sweeps: protocols, panel by panel."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.dataset import Result

# Measured with the files as they are, on one core.
_SECONDS = "seconds"


def make_diagram(name: str, quick: bool, folder: Path, formats: list[str], force: bool) -> None:
    """Compute a diagram and draw it; one that is there already is drawn again without computing."""
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import diagrams
    from phasemap.figures.style.page import check_target
    from phasemap.storage import read_result, result_target, write_result
    from phasemap.studies.protocols.atlas import load

    data = load(diagrams()[name], quick=quick)
    target = folder / f"{name}{'.quick' if quick else ''}.h5"
    for suffix in formats:
        check_target(target.with_name(f"{target.stem}.{suffix}") if target.parent.is_dir() else Path(f"x.{suffix}"))
    if target.exists() and not force:
        result = read_result(target)
        say(f"{target} is there already: it is drawn again. --force computes it again.")
    else:
        # Before anything is computed.
        target = result_target(target, force)
        target.parent.mkdir(parents=True, exist_ok=True)
        result = _compute(data, name, quick)
        write_result(target, result)
        say(f"Stored in {target}.")
    _draw(result, target, formats)


def _compute(data: dict[str, Any], name: str, quick: bool) -> "Result":
    from phasemap.studies.protocols.atlas import run
    from phasemap.sweeps.files.sessions import begin_session, end_session

    session, began = begin_session(), time.monotonic()
    result = run({**data, "description": f"{data['description']} Made by: phasemap atlas {name}"
                  f"{' --quick' if quick else ''}"})  # fmt: skip
    end_session(result, session, began)
    return result


def _draw(result: "Result", target: Path, formats: list[str]) -> None:
    from phasemap.figures.captions.caption import caption_of
    from phasemap.figures.draw import Request, draw
    from phasemap.figures.style.page import save
    from phasemap.storage.durable import write_atomically

    request = Request()
    figure = draw(result, request)
    paths = [target.with_name(f"{target.stem}.{suffix}") for suffix in formats]
    for path in paths:
        save(figure, path, result.metadata.title, result.metadata.config_hash, compact=True)
    write_atomically(target.with_suffix(".txt"), f"{target.stem}: {caption_of(result, request)}\n".encode())
    say(f"Figure written to {' and '.join(map(str, paths))}.")


def rows_of_diagrams() -> list[tuple[str, ...]]:
    """Rows of the list of the atlas: name, panels, costs, title."""
    from phasemap.cli.console import duration
    from phasemap.config import diagrams
    from phasemap.studies.protocols.atlas import load

    rows = []
    for name, path in diagrams().items():
        data = load(path)
        costs = [duration(float(data.get(_SECONDS, {}).get(key, 0.0))) for key in ("whole", "quick")]
        rows.append((name, f"{len(data['panels'])} panels", *costs, str(data["title"])))
    return rows
