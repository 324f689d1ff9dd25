"""`phasemap atlas`: the diagrams that come with phasemap, each with one command."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, RefineOption
from phasemap.cli.plain import say, say_json
from phasemap.cli.records import with_records
from phasemap.errors import ConfigError

if TYPE_CHECKING:
    from phasemap.config import SweepConfig

_DEFAULT_FIGURE = "default"


@dataclass(frozen=True)
class _Computing:
    """How a diagram is computed."""

    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=0, help="Worker processes. Default: all cores.")
    ] = None
    force: ForceOption = False
    refine: RefineOption = None


@with_records
def atlas(
    *,
    name: Annotated[str | None, typer.Argument(help="Diagram to compute and draw; without one, list them.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A coarse version, in under a minute.")] = False,
    folder: Annotated[Path, typer.Option("--folder", "-d", help="Where results and figures go.")] = Path(),
    computing: _Computing,
    formats: Annotated[str, typer.Option("--formats", help="Figure formats, separated by commas.")] = "pdf,png",
    gallery: Annotated[
        bool, typer.Option("--gallery", help="Write README.md with all figures and captions of the folder's results.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the diagrams of the atlas, or compute and draw one.

    A result that is there already is drawn again without computing; an interrupted one goes on.

    Examples:

        phasemap atlas

        phasemap atlas output_gate --quick

        phasemap atlas input_driven_chaos --folder results

        phasemap atlas --gallery --folder results
    """
    from phasemap.config import diagrams

    if gallery:
        _write_gallery(folder, as_json)
    elif name is None:
        _list(as_json)
    elif name in diagrams():
        from phasemap.cli.diagrams import make_diagram

        facts = make_diagram(name, quick, folder, formats.split(","), computing.force, aside=as_json)
        if as_json:
            say_json(facts)
    else:
        settings = _load(name, quick).halving(computing.refine)
        target = folder / f"{name}{'.quick' if quick else ''}.h5"
        raise typer.Exit(_make(settings, target, computing.workers, formats.split(","), computing.force, as_json))


def _load(name: str, quick: bool) -> "SweepConfig":
    from phasemap.config import catalogue, diagrams, load_config
    from phasemap.config.schema import suggestion
    from phasemap.quantities import REGISTRY

    known = catalogue()
    if name not in known:
        raise ConfigError(f"There is no diagram {name!r} in the atlas. {suggestion(name, [*known, *diagrams()])}")
    settings = load_config(known[name], REGISTRY)
    return load_config(known[name], REGISTRY, settings.quick) if quick else settings


def _entries(cores: int) -> list[dict[str, Any]]:
    """Every diagram with what it takes on so many cores, compilation not included."""
    from phasemap.cli.diagrams import entries_of_diagrams
    from phasemap.config import catalogue
    from phasemap.sweeps.plan import make_plan

    entries = []
    for name in catalogue():
        whole, coarse = _load(name, False), _load(name, True)
        seconds, quick = (make_plan(version).seconds_on(cores) for version in (whole, coarse))
        entries.append(
            {"name": name, "title": whole.title, "shape": whole.shape, "seconds": seconds, "quick_seconds": quick}
        )
    return entries + entries_of_diagrams()


def _list(as_json: bool) -> None:
    from phasemap.cli.console import duration, make_console, make_table
    from phasemap.sweeps.environment import available_processors

    cores = available_processors()
    entries = _entries(cores)
    if as_json:
        say_json({"cores": cores, "diagrams": entries})
        return
    rows = []
    for one in entries:
        points = " × ".join(map(str, one["shape"])) if "shape" in one else f"{one['panels']} panels"
        rows.append((one["name"], points, duration(one["seconds"]), duration(one["quick_seconds"]), one["title"]))
    console = make_console()
    table = make_table(("name", "points", f"on {cores} cores", "--quick", "title"), rows)
    table.columns[-1].justify = "left"
    console.print(table)
    console.print("Compute and draw one: phasemap atlas NAME (costs are estimates, compilation not included)")


def _make(
    settings: "SweepConfig", target: Path, workers: int | None, formats: list[str], force: bool, as_json: bool
) -> int:
    from functools import partial

    from phasemap.cli.sweep_run import INTERRUPTED, run_sweep, tell
    from phasemap.sweeps import environment
    from phasemap.sweeps.executors.limits import check_workers
    from phasemap.sweeps.executors.processes import make_executor

    environment.prepare_compilation_cache()
    _check_targets(settings, target, formats)
    count = environment.available_processors() if workers is None else workers
    check_workers(count)
    code = run_sweep(settings, target, partial(make_executor, count, tell), None, force, as_json=as_json)
    figures = [] if code == INTERRUPTED else draw_all(settings, target, formats, as_json)
    if as_json:
        say_json({"file": str(target), "complete": code == 0, "figures": figures})
    return code


def _check_targets(settings: "SweepConfig", target: Path, formats: list[str]) -> None:
    """Whether all files can be written, before anything is computed."""
    from phasemap.figures.style.page import check_target

    for suffix in formats:
        check_target(Path(f"figure.{suffix}"))
        for name in ["", *(f".{name}" for name in settings.figures if name != _DEFAULT_FIGURE)]:
            if target.parent.is_dir():
                check_target(target.with_name(f"{target.stem}{name}.{suffix}"))
    _caption_target(target)


def draw_all(settings: "SweepConfig", target: Path, formats: list[str], aside: bool = False) -> list[dict[str, Any]]:
    """All figures of a result, and their captions as one text file; the files and caption of each."""
    from phasemap.cli.diagrams import write_figures
    from phasemap.figures.draw import Request
    from phasemap.storage import read_result

    result = read_result(target)
    requests = {"": Request()}  # the one that a table [figures.default] may change
    for name, wish in settings.figures.items():
        suffix = "" if name == _DEFAULT_FIGURE else f".{name}"
        requests[suffix] = Request(wish.quantity, wish.branch, wish.at, wish.width, along=wish.along)
    _caption_target(target)
    return write_figures(result, target, requests, formats, aside)


def _caption_target(target: Path) -> Path:
    """The text file beside a result, if it may be written: it starts with the name of the first figure."""
    from phasemap.storage import check_replaceable

    start = f"{target.stem}:".encode()
    return check_replaceable(
        target.with_suffix(".txt"), "a file of captions", lambda content: content.startswith(start)
    )


def _write_gallery(folder: Path, as_json: bool) -> None:
    from phasemap.cli.gallery import gallery_text, is_gallery
    from phasemap.storage import check_replaceable
    from phasemap.storage.durable import write_atomically

    target = check_replaceable(folder / "README.md", "a gallery that phasemap wrote", is_gallery)
    write_atomically(target, gallery_text(folder).encode())
    if as_json:
        say_json({"file": str(folder / "README.md")})
    else:
        say(f"Gallery written to {folder / 'README.md'}.")
