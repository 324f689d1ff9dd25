"""`phasemap gradients`: how large gradients are after a lag, in the mean field and in networks."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, OutputOption, SetOption
from phasemap.cli.plain import say
from phasemap.cli.records import with_records

if TYPE_CHECKING:
    from phasemap.studies.gradients import Report


@dataclass(frozen=True)
class _Networks:
    """Networks beside the theory."""

    networks: Annotated[int, typer.Option("--networks", min=0, help="Networks beside the theory; 0: none.")] = 0
    size: Annotated[int, typer.Option("--size", min=2, help="Units of every network.")] = 1000
    error: Annotated[
        float,
        typer.Option("--error", min=0.0, help="Standard error of ln A that networks reach; 0: as many as given."),
    ] = 0.0


@dataclass(frozen=True)
class _Target:
    """Where the numbers go."""

    output: OutputOption = None
    figure: Annotated[
        bool, typer.Option("--figure", help="Draw sizes against lag, beside FILE as a PNG (gradients.png without -o).")
    ] = False
    as_json: JsonOption = False
    force: ForceOption = False


@with_records
def gradients(
    beside: _Networks,
    target: _Target,
    overrides: SetOption = None,
    lags: Annotated[
        str, typer.Option("--lags", help="Lags between the loss and the gradient, in membrane times.")
    ] = "1,2,4,8",
    state: Annotated[str, typer.Option("--state", help="attractor, static or zero.")] = "attractor",
) -> None:
    """Size of gradients against lag: which weights carry them, where they vanish, persist or explode.

    For a loss whose gradient with respect to h at its time is random and independent of the path: a random linear
    readout. Not for a loss like |h - y|^2 / 2, whose gradient h - y is a function of the path.

    Examples:

        phasemap gradients --set g_h=3 --set alpha_r=2

        phasemap gradients --set g_h=2 --set alpha_z=inf --lags 1,10,100 --json

        phasemap gradients --set g_h=2.5 --lags 1,4 --networks 2 --size 300 -o g.h5 --figure
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point
    from phasemap.quantities import REGISTRY
    from phasemap.studies.gradients import as_result, parse_lags
    from phasemap.studies.gradients import gradients as compute
    from phasemap.sweeps.files.sessions import begin_session

    output, picture = _checked(target)
    settings = make_point({}, REGISTRY, overrides or [], "")
    session, began = begin_session(), time.monotonic()
    report = compute(settings, parse_lags(lags), state, beside.networks, beside.size, beside.error)
    if target.as_json:
        from phasemap.strict_json import text

        say(text(facts(report)))
    else:
        _print(report)
    if output is not None:
        from phasemap.storage import write_result

        write_result(output, as_result(settings, report, session, began))
    if picture is not None:
        from phasemap.figures.kinds.curves.gradients import draw_gradients
        from phasemap.figures.style.page import save

        save(draw_gradients([scene_of(report)]), picture)


def _checked(target: _Target) -> tuple[Path | None, Path | None]:
    """The result file and the picture to write, either or none; neither may be there already."""
    from phasemap.errors import PhasemapError

    output = target.output
    if output is not None:
        from phasemap.storage import result_target

        output = result_target(output, target.force)
    if not target.figure:
        return output, None
    from phasemap.figures.style.page import check_target

    picture = Path("gradients.png") if target.output is None else target.output.with_suffix(".png")
    check_target(picture, *([output] if output is not None else []))
    if picture == output or (picture.exists() and not target.force):
        raise PhasemapError(f"{picture} exists: choose another file with -o, or give --force to overwrite it.")
    return output, picture


def facts(report: "Report") -> dict[str, Any]:
    """What `--json` prints: lists over `lags`, every entry with value, error and status."""
    from phasemap.model.quantities.gradients import NAMES
    from phasemap.strict_json import entry
    from phasemap.theory.gradients.solver import SCALARS, as_estimates

    count = len(report.lags)
    estimates = as_estimates([report.theory], 1, count)

    found: dict[str, Any] = {
        "parameters": report.parameters._asdict(),
        "state": report.theory.state,
        "method": report.theory.kind,
        "reason": report.theory.reason or report.theory.law.reason,
        "lags": report.lags,
    }
    for name in NAMES:
        numbers, one = report.theory.numbers[name], estimates[name]
        assert one.error is not None
        found[name] = [
            entry(one.value[0, k], one.error[0, k], one.status[0, k])
            | {"log": numbers.logarithm[k], "log_error": numbers.error[k]}
            for k in range(count)
        ]
    for name in SCALARS:
        one = estimates[name]
        assert one.error is not None
        found[name] = entry(one.value[0], one.error[0], one.status[0])
    found["networks"] = _network_facts(report) if report.networks is not None else report.refused or None
    return found


def _network_facts(report: "Report") -> dict[str, Any]:
    from phasemap.model.quantities.gradients import NAMES
    from phasemap.model.status import name_of

    networks = report.networks
    assert networks is not None
    found: dict[str, Any] = {"size": networks.size, "networks": networks.networks, "adjoints": networks.adjoints}
    columns = (
        "value", "error", "mean_log", "mean_log_error", "log_mean", "log_mean_error",
    )  # fmt: skip
    for row, name in enumerate(NAMES):
        pulls = report.pulls(name)
        found[name] = [
            {column: getattr(networks, column)[row, k] for column in columns}
            | {"status": name_of(networks.status[row, k]), "pull": pulls[k]}
            for k in range(len(report.lags))
        ]
    return found


_SHOWN = (
    ("adjoint_variance", "A(s, s)"), ("adjoint_variance_z", "Z(s, s)"), ("adjoint_variance_r", "R(s, s)"),
    ("retained_overlap", "A(s, 0)"), ("gradient_variance_h", "V_h"), ("gradient_variance_z", "V_z"),
    ("gradient_variance_r", "V_r"), ("gradient_variance_input", "V_input"),
)  # fmt: skip


def _print(report: "Report") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.quantities.gradients import NAMES
    from phasemap.model.status import Status, name_of
    from phasemap.model.text.stated import number

    console, theory, count = make_console(), report.theory, len(report.lags)
    console.print(f"state: {theory.state} ({theory.kind})")
    columns = ["lag", *(f"{lag:g}" for lag in report.lags)]
    rows = []
    for name, words in _SHOWN:
        numbers = theory.numbers[name]
        if (numbers.value[:count] == 0.0).all():
            continue
        cells = []
        for k in range(count):
            status = Status(int(numbers.value_status[k]))
            good = status in (Status.CONVERGED, Status.NOT_CONVERGED, Status.LOWER_BOUND)
            text = number(float(numbers.value[k]), float(numbers.value_error[k])) if good else name_of(status)
            cells.append(text + (" (not converged)" if status == Status.NOT_CONVERGED else ""))
        rows.append((words, *cells))
        if report.networks is not None:
            row = NAMES.index(name)
            pairs = zip(report.networks.value[row], report.networks.error[row], strict=True)
            rows.append(("  networks", *(number(float(value), float(spread)) for value, spread in pairs)))
    console.print(make_table(columns, rows))
    law = theory.law
    for words, value, spread, status in (
        ("growth rate of A, half of d ln A / ds", law.rate, law.rate_error, law.rate_status),
        ("limit of A", law.limit, 0.0, law.limit_status),
    ):
        console.print(f"{words}: {number(value, spread) if value == value else name_of(status)}")
    for remark in dict.fromkeys((theory.reason, law.reason, report.refused)):
        if remark:
            console.print(remark, markup=False, soft_wrap=True)


def scene_of(report: "Report") -> Any:
    """Sizes of gradients against lag, to draw."""
    import numpy as np

    from phasemap.cli.titles import title_of
    from phasemap.figures.kinds.curves.gradients import Curve, GradientScene, Marks
    from phasemap.model.quantities.gradients import NAMES

    count, order = len(report.lags), np.argsort(report.theory.lags)
    curves, marks = [], []
    for look, (name, words) in enumerate((
        ("adjoint_variance", "with respect to h, $A(s, s)$"), ("gradient_variance_h", "to $J^h$, $V_h$"),
        ("gradient_variance_z", "to $J^z$, $V_z$"), ("gradient_variance_r", "to $J^r$, $V_r$"),
    )):  # fmt: skip
        numbers = report.theory.numbers[name]
        logarithm = numbers.logarithm[order]
        if not np.isfinite(logarithm).any():
            continue
        curves.append(Curve(words, report.theory.lags[order], logarithm, numbers.error[order], look))
        if report.networks is not None:
            row = NAMES.index(name)
            marks.append(
                Marks(len(curves) - 1, report.lags, report.networks.mean_log[row], report.networks.mean_log_error[row])
            )
    longest = float(max(report.lags)) * 1.05
    size = "" if report.networks is None else f", networks of {report.networks.size} units"
    title = title_of(report.parameters, f"{report.theory.state}{size}")
    return GradientScene(tuple(curves), tuple(marks), longest, title) if count else None
