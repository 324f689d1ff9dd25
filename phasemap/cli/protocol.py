"""`phasemap protocol`: what a network does with what it is given: kicks, resets, staircases of pulses, drives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import ForceOption, OutputOption, SetOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.options import ProtocolOptions
    from phasemap.model.parameters import Parameters
    from phasemap.model.unit.inputs import InputCourse
    from phasemap.studies.protocols.protocol import Report

app = typer.Typer(no_args_is_help=True, help="Kick, reset, drive: what a network does with what it is given.")

_State = Annotated[
    str | None, typer.Option("--state", help="attractor (of the phase diagram) or static (the fixed point).")
]
_Amplitude = Annotated[
    float | None, typer.Option("--amplitude", min=0.0, help="Standard deviation of the kick. Default: infinitesimal.")
]
_AmplitudeStd = Annotated[
    float | None, typer.Option("--amplitude-std", min=0.0, help="The same, in standard deviations of h.")
]
_Relax = Annotated[
    float | None, typer.Option("--relax", min=0.0, help="Time that networks relax from h, z, r ~ N(0, 1) (30).")
]
_Networks = Annotated[int, typer.Option("--networks", min=0, help="Networks to run beside the theory; 0: none.")]
_Size = Annotated[
    str | None,
    typer.Option("--size", help="Units of the networks (1000); several, as 1000,4000, are extrapolated in 1/N."),
]
_Lazy = Annotated[
    bool | None, typer.Option("--lazy/--dense", help="Networks without or with matrices. Default: the cheaper.")
]
_Input = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="FIELD:KIND:NAME=VALUE,...",
                 help="An input in time, for example h:pulse:at=0,duration=1,strength=0.5. Repeatable."),
]  # fmt: skip
_Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
_Figure = Annotated[bool, typer.Option("--figure", help="Draw the curves, beside FILE as a PNG.")]
_Config = Annotated[
    Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
]


class _Call:
    """One call of a command: what is common to all of them, checked before anything runs."""

    def __init__(self, name: str, config: Path | None, overrides: list[str] | None, words: list[str] | None) -> None:
        from phasemap.sweeps import environment

        environment.prepare_compilation_cache()
        import numpy as np

        from phasemap.config import make_point, read_toml
        from phasemap.quantities import REGISTRY
        from phasemap.studies.protocols.inputs import read_inputs

        self.name = name
        data = read_toml(config)[1] if config is not None else {}
        self.courses: tuple[InputCourse, ...] = read_inputs(data.pop("input", {}), words or [])
        point = make_point(data, REGISTRY, overrides or [], str(config or ""))
        self.parameters: Parameters = point.parameters
        self.usual: ProtocolOptions = point.options["protocol"]
        self.seed: np.random.SeedSequence = np.random.SeedSequence(point.seed)
        self.seed_number = point.seed

    def options(self, **given: Any) -> "ProtocolOptions":
        """The options of the configuration with what the command line gives."""
        from dataclasses import replace

        from phasemap.errors import ConfigError

        for name, allowed in (("state", ("attractor", "static")), ("gate", ("z", "r", "both"))):
            if (given.get(name) or allowed[0]) not in allowed:
                raise ConfigError(f"--{name} {given[name]!r} is not known: choose {', '.join(allowed)}.")
        return replace(self.usual, **{name: value for name, value in given.items() if value is not None})


def _numbers(option: str, text: str | None, *, positive: bool = True) -> tuple[float, ...] | None:
    """Numbers separated by commas, ascending where they are times."""
    import math

    from phasemap.errors import ConfigError

    if text is None:
        return None
    try:
        values = tuple(float(word) for word in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(math.isfinite(v) and (v >= 0.0 or not positive) for v in values):
        kind = "numbers that are not negative" if positive else "numbers"
        raise ConfigError(f"{option} {text!r} is not understood: write {kind}, separated by commas.")
    return tuple(sorted(set(values))) if positive else values


def _of_networks(networks: int, size: str | None, lazy: bool | None) -> dict[str, Any]:
    from phasemap.errors import ConfigError

    way = None if lazy is None else ("lazy" if lazy else "dense")
    if size is None:
        return {"networks": max(networks, 1), "couplings": way}
    sizes = _numbers("--size", size) or ()
    if any(n != int(n) or n < 2 for n in sizes):
        raise ConfigError(f"--size {size!r}: every size must be a whole number of at least 2.")
    many = tuple(int(n) for n in sizes) if len(sizes) > 1 else ()
    return {"networks": max(networks, 1), "size": int(sizes[-1]), "sizes": many, "couplings": way}


def _kick_size(amplitude: float | None, amplitude_std: float | None) -> dict[str, Any]:
    from phasemap.errors import ConfigError

    if amplitude is not None and amplitude_std is not None:
        raise ConfigError("--amplitude and --amplitude-std are two ways to say the same: give one of them.")
    if amplitude_std is not None:
        return {"amplitude": amplitude_std, "in_deviations": True}
    return {"amplitude": amplitude}


def _finish(call: _Call, report: "Report", as_json: bool, output: Path | None, figure: bool, force: bool) -> None:
    from phasemap import strict_json
    from phasemap.cli.protocol_output import print_report, store
    from phasemap.studies.protocols.files import facts

    if as_json:
        say(strict_json.text(facts(report)))
    else:
        print_report(report)
    if output is not None or figure:
        store(report, output or Path(f"{call.name}.h5"), call.seed_number, figure, force, silent=as_json)


def _check_target(name: str, output: Path | None, figure: bool, force: bool) -> None:
    from phasemap.figures.style.page import check_target
    from phasemap.storage import result_target

    if output is not None or figure:
        target = result_target(output or Path(f"{name}.h5"), force)
        if figure:
            check_target(target.with_suffix(".png"))


@app.command("kick")
def kick(
    config: _Config = None,
    overrides: SetOption = None,
    state: _State = None,
    amplitude: _Amplitude = None,
    amplitude_std: _AmplitudeStd = None,
    relax: _Relax = None,
    delays: Annotated[
        str | None, typer.Option("--delays", help="Times after the kick, separated by commas (10,1000).")
    ] = None,
    networks: _Networks = 0,
    size: _Size = None,
    lazy: _Lazy = None,
    inputs: _Input = None,
    as_json: _Json = False,
    output: OutputOption = None,
    figure: _Figure = False,
    force: ForceOption = False,
) -> None:
    """Kick h in a random direction: how much of the kick is left after a while.

    m = dh(t).dh(0) / |dh(0)|^2, r = |dh(t)|^2 / |dh(0)|^2 and the memory lifetime, the time at which m is half of what
    it was at time 10. Without an amplitude the kick is infinitesimal.

    Examples:

        phasemap protocol kick --set g_h=2 --set alpha_z=30 --state static --delays 1,10,100,1000

        phasemap protocol kick --set g_h=2 --set alpha_z=inf --amplitude 0.5 --delays 10,1000 --networks 4
    """
    _check_target("kick", output, figure, force)
    call = _Call("kick", config, overrides, inputs)
    from phasemap.studies.protocols import protocol as studies

    options = call.options(
        state=state, relax=relax, delays=_numbers("--delays", delays), **_kick_size(amplitude, amplitude_std),
        **_of_networks(networks, size, lazy),
    )  # fmt: skip
    _finish(call, studies.kick(call.parameters, options, call.seed, networks > 0, call.courses), as_json, output,
            figure, force)  # fmt: skip


@app.command("reset")
def reset(
    config: _Config = None,
    overrides: SetOption = None,
    gate: Annotated[
        str | None, typer.Option("--gate", help="What the pulse does: z (opens it), r (closes it) or both.")
    ] = None,
    at: Annotated[float | None, typer.Option("--at", min=0.0, help="Time from the kick to the pulse (20).")] = None,
    duration: Annotated[float | None, typer.Option("--duration", min=1e-6, help="Length of the pulse (2).")] = None,
    strength: Annotated[
        str | None, typer.Option("--strength", help="Strengths of the pulse, separated by commas (0.5,2).")
    ] = None,
    read: Annotated[
        float | None, typer.Option("--read", min=0.0, help="Time from the pulse's end to the reading (30).")
    ] = None,
    state: _State = None,
    amplitude: _Amplitude = None,
    amplitude_std: _AmplitudeStd = None,
    relax: _Relax = None,
    networks: _Networks = 0,
    size: _Size = None,
    lazy: _Lazy = None,
    inputs: _Input = None,
    as_json: _Json = False,
    output: OutputOption = None,
    figure: _Figure = False,
    force: ForceOption = False,
) -> None:
    """Lay a trace, then send a pulse to the gates: what is left of the trace at the reading.

    Examples:

        phasemap protocol reset --set g_h=2 --set alpha_z=inf --gate z --at 20 --duration 2 --strength 0.5,2 --read 30

        phasemap protocol reset --set g_h=2 --set alpha_z=30 --set alpha_r=10 --gate both --duration 10 --networks 4
    """
    _check_target("reset", output, figure, force)
    call = _Call("reset", config, overrides, inputs)
    from phasemap.studies.protocols import protocol as studies

    options = call.options(
        gate=gate, at=at, duration=duration, strengths=_numbers("--strength", strength, positive=False), read=read,
        state=state or "static", relax=relax, **_kick_size(amplitude, amplitude_std),
        **_of_networks(networks, size, lazy),
    )  # fmt: skip
    _finish(call, studies.reset(call.parameters, options, call.seed, networks > 0, call.courses), as_json, output,
            figure, force)  # fmt: skip


@app.command("integrator")
def integrator(
    config: _Config = None,
    overrides: SetOption = None,
    pulses: Annotated[int, typer.Option("--pulses", min=1, help="Number of pulses.")] = 10,
    spacing: Annotated[float, typer.Option("--spacing", min=1e-3, help="Time from one to the next.")] = 20.0,
    strength: Annotated[float, typer.Option("--strength", help="Integral of one pulse.")] = 0.2,
    duration: Annotated[float, typer.Option("--duration", min=1e-6, help="Length of one pulse.")] = 1.0,
    hold: Annotated[float, typer.Option("--hold", min=0.0, help="Time to follow the trace after the last.")] = 0.0,
    state: _State = None,
    relax: _Relax = None,
    networks: _Networks = 0,
    size: _Size = None,
    lazy: _Lazy = None,
    as_json: _Json = False,
    output: OutputOption = None,
    figure: _Figure = False,
    force: ForceOption = False,
) -> None:
    """Send a staircase of equal pulses to h: the trace against the sum of what came in, its slope and saturation.

    Examples:

        phasemap protocol integrator --set g_h=2 --set alpha_z=30 --pulses 10 --spacing 20 --strength 0.2 --networks 4
    """
    from phasemap.errors import ConfigError

    if duration > spacing:
        raise ConfigError(f"--duration {duration:g} is longer than --spacing {spacing:g}: the pulses would overlap.")
    _check_target("integrator", output, figure, force)
    call = _Call("integrator", config, overrides, None)
    from phasemap.simulation.protocols.integrator import Staircase
    from phasemap.studies.protocols import protocol as studies

    options = call.options(state=state or "static", relax=relax, **_of_networks(networks, size, lazy))
    stairs = Staircase(pulses, spacing, strength, duration, hold)
    _finish(call, studies.integrator(call.parameters, options, stairs, call.seed, networks > 0), as_json, output,
            figure, force)  # fmt: skip


@app.command("drive")
def drive(
    config: _Config = None,
    overrides: SetOption = None,
    inputs: _Input = None,
    until: Annotated[float, typer.Option("--until", min=1e-3, help="Time at which the run ends.")] = 200.0,
    relax: Annotated[float, typer.Option("--relax", min=0.0, help="Time before the clock of the inputs starts.")] = 0.0,
    initial: Annotated[
        float, typer.Option("--initial", min=0.0, help="Standard deviation of the initial state.")
    ] = 1e-3,
    networks: Annotated[int, typer.Option("--networks", min=1, help="Networks to run.")] = 4,
    size: _Size = None,
    lazy: _Lazy = None,
    as_json: _Json = False,
    output: OutputOption = None,
    figure: _Figure = False,
    force: ForceOption = False,
) -> None:
    """Drive networks with inputs in time, from near the silent state: their activity, and whether it stays.

    Examples:

        phasemap protocol drive --set g_h=1.78 --set alpha_r=20 \\
            --input h:pulse:at=10,duration=2,strength=0.4,units=each --until 200
    """
    _check_target("drive", output, figure, force)
    call = _Call("drive", config, overrides, inputs)
    from phasemap.studies.protocols import protocol as studies

    options = call.options(relax=relax, **_of_networks(networks, size, lazy))
    report = studies.drive(call.parameters, options, call.seed, call.courses, until, initial)
    _finish(call, report, as_json, output, figure, force)
