"""What the commands of protocols have in common: where a point comes from, networks beside theory, what is written."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, OutputOption, SetOption

# Sizes of kicks and pulses: squares of them, beside h, are still numbers in double precision.
SMALLEST = 1e-6


@dataclass(frozen=True)
class Place:
    """The point, and inputs in time."""

    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
    ] = None
    overrides: SetOption = None


@dataclass(frozen=True)
class Inputs:
    """Inputs in time."""

    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="FIELD:KIND:NAME=VALUE,...",
                     help="An input in time, for example h:pulse:at=0,duration=1,strength=0.5. Repeatable."),
    ] = None  # fmt: skip


@dataclass(frozen=True)
class Start:
    """The state that something happens to."""

    state: Annotated[
        str | None, typer.Option("--state", help="attractor (of the phase diagram) or static (the fixed point).")
    ] = None
    relax: Annotated[
        float | None,
        typer.Option("--relax", min=0.0, help="Time that networks relax from h, z, r ~ N(0, 1) (30)."),
    ] = None


@dataclass(frozen=True)
class Push:
    """How large a kick is."""

    amplitude: Annotated[
        float | None,
        typer.Option("--amplitude", min=0.0, help="Standard deviation of the kick. Default: infinitesimal."),
    ] = None
    amplitude_std: Annotated[
        float | None, typer.Option("--amplitude-std", min=0.0, help="The same, in standard deviations of h.")
    ] = None

    def options(self) -> dict[str, Any]:
        """By the names of `ProtocolOptions`."""
        from phasemap.errors import ConfigError

        if self.amplitude is not None and self.amplitude_std is not None:
            raise ConfigError("--amplitude and --amplitude-std are two ways to say the same: give one of them.")
        if self.amplitude_std is not None:
            return {"amplitude": self.amplitude_std, "in_deviations": True}
        # A size on the command line is absolute, whatever the configuration says.
        return {} if self.amplitude is None else {"amplitude": self.amplitude, "in_deviations": False}


_NetworksOption = Annotated[int, typer.Option("--networks", min=0, help="Networks to run beside the theory; 0: none.")]


@dataclass(frozen=True)
class Beside:
    """Networks beside the theory."""

    networks: _NetworksOption = 0
    size: Annotated[
        str | None,
        typer.Option("--size", help="Units of the networks (1000); several, as 1000,4000, are extrapolated in 1/N."),
    ] = None
    lazy: Annotated[
        bool | None, typer.Option("--lazy/--dense", help="Networks without or with matrices. Default: the cheaper.")
    ] = None

    def options(self) -> dict[str, Any]:
        """By the names of `ProtocolOptions`."""
        from phasemap.cli.protocols.call import numbers
        from phasemap.errors import ConfigError

        way = None if self.lazy is None else ("lazy" if self.lazy else "dense")
        common = {"networks": max(self.networks, 1), "couplings": way}
        if self.size is None:
            return common
        sizes = numbers("--size", self.size) or ()
        if any(n != int(n) or n < 2 for n in sizes):
            raise ConfigError(f"--size {self.size!r}: every size must be a whole number of at least 2.")
        many = tuple(int(n) for n in sizes) if len(sizes) > 1 else ()
        return {**common, "size": int(sizes[-1]), "sizes": many}


@dataclass(frozen=True)
class BesideAlways(Beside):
    """Networks that are run in any case."""

    networks: Annotated[int, typer.Option("--networks", min=1, help="Networks to run.")] = 4


@dataclass(frozen=True)
class Written:
    """Where results go."""

    as_json: JsonOption = False
    output: OutputOption = None
    figure: Annotated[bool, typer.Option("--figure", help="Draw the curves, beside FILE as a PNG.")] = False
    force: ForceOption = False


@dataclass(frozen=True)
class ResetPulse:
    """A pulse to the gates."""

    gate: Annotated[
        str | None, typer.Option("--gate", help="What the pulse does: z (opens it), r (closes it) or both.")
    ] = None
    at: Annotated[float | None, typer.Option("--at", min=0.0, help="Time from the kick to the pulse (20).")] = None
    duration: Annotated[float | None, typer.Option("--duration", min=1e-6, help="Length of the pulse (2).")] = None
    strength: Annotated[
        str | None, typer.Option("--strength", help="Strengths of the pulse, separated by commas (0.5,2).")
    ] = None
    read: Annotated[
        float | None, typer.Option("--read", min=0.0, help="Time from the pulse's end to the reading (30).")
    ] = None

    def options(self) -> dict[str, Any]:
        """By the names of `ProtocolOptions`."""
        from phasemap.cli.protocols.call import numbers

        strengths = numbers("--strength", self.strength, positive=False)
        return {"gate": self.gate, "at": self.at, "duration": self.duration, "strengths": strengths, "read": self.read}


@dataclass(frozen=True)
class Pulses:
    """A staircase."""

    pulses: Annotated[int, typer.Option("--pulses", min=1, max=10_000, help="Number of pulses.")] = 10
    spacing: Annotated[float, typer.Option("--spacing", min=1e-3, help="Time from one to the next.")] = 20.0
    strength: Annotated[float, typer.Option("--strength", help="Integral of one pulse.")] = 0.2
    duration: Annotated[float, typer.Option("--duration", min=1e-6, help="Length of one pulse.")] = 1.0
    hold: Annotated[float, typer.Option("--hold", min=0.0, help="Time to follow the trace after the last.")] = 0.0

    def check(self) -> None:
        """Refuse pulses that overlap, or that are none."""
        from phasemap.errors import ConfigError

        if not SMALLEST <= abs(self.strength) <= 1.0 / SMALLEST:
            raise ConfigError(f"--strength {self.strength:g} of a pulse must be between {SMALLEST:g} and "
                              f"{1.0 / SMALLEST:g} (either sign).")  # fmt: skip
        for name, time in (("spacing", self.spacing), ("hold", self.hold)):
            if not math.isfinite(time * self.pulses):
                raise ConfigError(f"--{name} {time:g}: the staircase must end within a finite time.")
        if self.duration > self.spacing:
            raise ConfigError(
                f"--duration {self.duration:g} is longer than --spacing {self.spacing:g}: the pulses would overlap."
            )
