"""`phasemap protocol`: what a network does with what it is given: kicks, resets, staircases of pulses, drives."""

from typing import Annotated

import typer

from phasemap.cli.protocols.call import Call, numbers
from phasemap.cli.protocols.records import Beside, BesideAlways, Inputs, Place, Pulses, Push, ResetPulse, Start, Written
from phasemap.cli.records import with_records

app = typer.Typer(no_args_is_help=True, help="Kick, reset, drive: what a network does with what it is given.")


@app.command("kick")
@with_records
def kick(
    place: Place, start: Start, push: Push, beside: Beside, given: Inputs, written: Written,
    delays: Annotated[
        str | None, typer.Option("--delays", help="Times after the kick, separated by commas (10,1000).")
    ] = None,
) -> None:  # fmt: skip
    """Kick h in a random direction: how much of the kick is left after a while.

    m = dh(t).dh(0) / |dh(0)|^2, r = |dh(t)|^2 / |dh(0)|^2 and the memory lifetime, the time at which m is half of what
    it was at time 10. Without an amplitude the kick is infinitesimal.

    Examples:

        phasemap protocol kick --set g_h=2 --set alpha_z=30 --state static --delays 1,10,100,1000

        phasemap protocol kick --set g_h=2 --set alpha_z=inf --amplitude 0.5 --delays 10,1000 --networks 4
    """
    call = Call("kick", place, written, given.inputs)
    from phasemap.studies.protocols.kick import kick as study

    options = call.options(
        state=start.state, relax=start.relax, delays=numbers("--delays", delays), **push.options(), **beside.options()
    )
    networks = beside.networks
    call.run(
        lambda under: study(call.parameters, options, call.seed, under if networks else None, call.courses), options
    )


@app.command("reset")
@with_records
def reset(
    place: Place, pulse: ResetPulse, start: Start, push: Push, beside: Beside, given: Inputs, written: Written
) -> None:
    """Lay a trace, then send a pulse to the gates: what is left of the trace at the reading.

    Examples:

        phasemap protocol reset --set g_h=2 --set alpha_z=inf --gate z --at 20 --duration 2 --strength 0.5,2 --read 30

        phasemap protocol reset --set g_h=2 --set alpha_z=30 --set alpha_r=10 --gate both --duration 10 --networks 4
    """
    call = Call("reset", place, written, given.inputs)
    from phasemap.studies.protocols.reset import reset as study

    options = call.options(
        state=start.state or "static", relax=start.relax, **pulse.options(), **push.options(), **beside.options()
    )
    networks = beside.networks
    call.run(
        lambda under: study(call.parameters, options, call.seed, under if networks else None, call.courses), options
    )


@app.command("integrator")
@with_records
def integrator(place: Place, pulses: Pulses, start: Start, beside: Beside, written: Written) -> None:
    """Send a staircase of equal pulses to h: the trace against the sum of what came in, its slope and saturation.

    Examples:

        phasemap protocol integrator --set g_h=2 --set alpha_z=30 --pulses 10 --spacing 20 --strength 0.2 --networks 4
    """
    pulses.check()
    call = Call("integrator", place, written)
    from phasemap.simulation.protocols.integrator import Staircase
    from phasemap.studies.protocols.integrator import integrator as study

    options = call.options(state=start.state or "static", relax=start.relax, **beside.options())
    stairs = Staircase(pulses.pulses, pulses.spacing, pulses.strength, pulses.duration, pulses.hold)
    networks = beside.networks
    call.run(lambda under: study(call.parameters, options, stairs, call.seed, under if networks else None), options,
             more=stairs)  # fmt: skip


@app.command("drive")
@with_records
def drive(
    place: Place, given: Inputs, beside: BesideAlways, written: Written,
    until: Annotated[float, typer.Option("--until", min=1e-3, help="Time at which the run ends.")] = 200.0,
    durations: Annotated[
        str | None,
        typer.Option("--durations", help="Instead of the activity: the weakest pulse of each of these durations after "
                     "which networks are active at the end."),
    ] = None,
    relax: Annotated[float, typer.Option("--relax", min=0.0, help="Time before the clock of the inputs starts.")] = 0.0,
    initial: Annotated[
        float, typer.Option("--initial", min=0.0, help="Standard deviation of the initial state.")
    ] = 1e-3,
) -> None:  # fmt: skip
    """Drive networks with inputs in time, from near the silent state: their activity, and whether it stays.

    Examples:

        phasemap protocol drive --set g_h=1.78 --set alpha_r=20 \\
            --input h:pulse:at=10,duration=2,strength=0.4,units=each --until 200

        phasemap protocol drive --set g_h=1.78 --set alpha_r=20 \\
            --input h:pulse:at=10,duration=2,strength=1,units=each --durations 0.5,1,2,4,8 --until 100
    """
    call = Call("drive", place, written, given.inputs)
    from phasemap.errors import ConfigError
    from phasemap.studies.protocols import drive as studies

    options = call.options(relax=relax, **beside.options())
    lengths = numbers("--durations", durations)
    if lengths is not None and min(lengths) <= 0.0:
        raise ConfigError(f"--durations {durations!r}: every duration must be above 0.")
    call.run(
        lambda under: studies.switch(call.parameters, options, call.seed, under, lengths, until) if lengths
        else studies.drive(call.parameters, options, call.seed, under, until),
        options,
        initial,
        (until, lengths),
    )  # fmt: skip
