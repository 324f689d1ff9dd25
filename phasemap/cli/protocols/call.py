"""One call of a protocol: checked before anything runs, networks shown while they run, then printed and stored."""

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say
from phasemap.cli.protocols.counting import showing_done
from phasemap.cli.protocols.records import SMALLEST, Place, Written

if TYPE_CHECKING:
    from phasemap.model.options import ProtocolOptions
    from phasemap.simulation.protocols.networks import Conditions
    from phasemap.studies.protocols.kept import KeptNetworks
    from phasemap.studies.protocols.report import Report

# Solvers whose theory a protocol asks for, and the cost from which it is said before it begins.
_THEORY = {"kick": ("memory", "memory_distance"), "reset": ("reset",), "integrator": ("memory",)}
_SECONDS_SAID = 5.0


class Call:
    """What is common to all commands.

    Raises:
        ConfigError: the target is there already, or something that was given is wrong; nothing has run then.
    """

    def __init__(self, name: str, place: Place, written: Written, inputs: list[str] | None = None) -> None:
        from phasemap.sweeps import environment

        environment.prepare_compilation_cache()
        import numpy as np

        from phasemap.config import make_point, read_toml
        from phasemap.quantities import REGISTRY
        from phasemap.studies.protocols.inputs import read_inputs

        self.name, self.written, self.goes_on = name, written, False
        self._check_target()
        data = read_toml(place.config)[1] if place.config is not None else {}
        self.courses = read_inputs(data.pop("input", {}), inputs or [])
        point = make_point(data, REGISTRY, place.overrides or [], str(place.config or ""))
        self.parameters = point.parameters
        self.usual: ProtocolOptions = point.options["protocol"]
        self.seed = np.random.SeedSequence(point.seed)
        self.seed_number = point.seed

    @property
    def target(self) -> Path | None:
        """The file that is written, if one is."""
        if self.written.output is None and not self.written.figure:
            return None
        return self.written.output or Path(f"{self.name}.h5")

    def _check_target(self) -> None:
        from phasemap.cli.protocols.output import said_if_stopped
        from phasemap.errors import ConfigError, ResultFileError
        from phasemap.figures.style.page import check_target
        from phasemap.storage import result_target

        if self.target is not None:
            self.goes_on = not self.written.force and self._can_go_on(self.target)
            try:
                target = result_target(self.target, self.written.force or self.goes_on)
            except ResultFileError as error:
                raise ResultFileError(f"{error}{said_if_stopped(self.target)}") from None
            if not target.parent.is_dir():
                raise ConfigError(f"Cannot write {self.target}: the folder does not exist.")
            if self.written.figure:
                check_target(target.with_suffix(".png"))

    @staticmethod
    def _can_go_on(target: Path) -> bool:
        """Whether a file is partial, and networks that were finished are beside it."""
        from phasemap.cli.protocols.output import what_is_stopped
        from phasemap.studies.protocols.kept import kept_beside

        return kept_beside(target).exists() and bool(what_is_stopped(target))

    def _kept(self, options: "ProtocolOptions", amplitude: float, more: Any) -> "KeptNetworks | None":
        """Finished networks beside the file that is written, if one is; said where there are some.

        Raises:
            ResultFileError: the file is partial, and the networks beside it are of another configuration.
        """
        from phasemap.cli.console import make_console
        from phasemap.cli.protocols.output import said_if_stopped
        from phasemap.errors import ResultFileError
        from phasemap.studies.protocols.kept import KeptNetworks, kept_beside, key_of

        if self.target is None:
            return None
        key = key_of(self.name, self.parameters, options, self.seed_number, self.courses, (amplitude, more))
        kept = KeptNetworks(kept_beside(self.target), key)
        if self.written.force:
            kept.runs = {}
        if self.goes_on and not kept.runs:
            raise ResultFileError(f"{self.target} exists already.{said_if_stopped(self.target)}")
        if kept.runs:
            make_console(stderr=True).print(
                f"Going on: {len(kept.runs)} networks of this configuration are finished in {kept.path}; they are not "
                "run again.", soft_wrap=True, markup=False, highlight=False,
            )  # fmt: skip
        return kept

    def options(self, **given: Any) -> "ProtocolOptions":
        """The options of the configuration with what the command line gives."""
        from phasemap.errors import ConfigError

        for name, allowed in (("state", ("attractor", "static")), ("gate", ("z", "r", "both"))):
            if (given.get(name) or allowed[0]) not in allowed:
                raise ConfigError(f"--{name} {given[name]!r} is not known: choose {', '.join(allowed)}.")
        options = replace(self.usual, **{name: value for name, value in given.items() if value is not None})
        _check_numbers(options)
        return options

    def run(
        self,
        protocol: Callable[["Conditions"], "Report"],
        options: "ProtocolOptions",
        amplitude: float = 1.0,
        more: Any = None,
    ) -> None:
        """Run a protocol with these options, given what networks are run under; print it, store it, draw it.

        more: what networks depend on beside the options and the `amplitude` of their initial state.

        Raises:
            SystemExit: a signal stopped it; what was done by then is printed, stored and drawn.
        """
        from phasemap.cli.console import make_console
        from phasemap.cli.sweep_run import INTERRUPTED
        from phasemap.errors import StopRequested
        from phasemap.simulation.protocols.networks import Conditions
        from phasemap.sweeps.stop import stop_raises

        kept = self._kept(options, amplitude, more)
        self._say_cost(options)
        with stop_raises():
            try:
                with showing_done("Networks:") as told:
                    report = protocol(Conditions(self.courses, amplitude, told, kept))
            except StopRequested:
                make_console(stderr=True).print("Stopped before anything was known: nothing is kept.")
                sys.exit(INTERRUPTED)
            self._finish(report)
        if report.stopped:
            sys.exit(INTERRUPTED)
        if kept is not None:
            kept.remove()

    def _say_cost(self, options: "ProtocolOptions") -> None:
        """What the theory is expected to take, where one has to wait for it."""
        from phasemap.cli.console import make_console
        from phasemap.quantities import REGISTRY

        names = _THEORY.get(self.name, ())
        seconds = sum(REGISTRY.solvers[name].seconds(self.parameters, options) for name in names)
        if seconds > _SECONDS_SAID:
            make_console(stderr=True).print(
                f"Theory of the attractor: up to very roughly {seconds:.0f} s. Ctrl-C keeps what is done; --state "
                "static takes no time.",
                soft_wrap=True, markup=False, highlight=False,
            )  # fmt: skip

    def _finish(self, report: "Report") -> None:
        from phasemap import strict_json
        from phasemap.cli.protocols.output import print_report, store
        from phasemap.studies.protocols.files import facts

        if self.written.as_json:
            say(strict_json.text(facts(report)))
        else:
            print_report(report)
        if self.target is not None:
            written = replace(self.written, force=self.written.force or self.goes_on)
            store(report, self.target, self.seed_number, written)


def _check_numbers(options: "ProtocolOptions") -> None:
    """Times that end, and kicks that are numbers."""
    from phasemap.errors import ConfigError

    for name in ("relax", "at", "duration", "read"):
        if not math.isfinite(getattr(options, name)):
            raise ConfigError(f"--{name} {getattr(options, name)}: a time must be finite.")
    size = options.amplitude
    if size and not SMALLEST <= size <= 1.0 / SMALLEST:
        raise ConfigError(
            f"A kick of {size:g} cannot be told from none, or from an infinite one, in double precision: give an "
            f"amplitude from {SMALLEST:g} to {1.0 / SMALLEST:g}, or none for an infinitesimal kick."
        )


def numbers(option: str, text: str | None, *, positive: bool = True) -> tuple[float, ...] | None:
    """Numbers separated by commas, ascending where they are times or sizes.

    Raises:
        ConfigError: they are none, not finite, or negative where they must not be.
    """
    from phasemap.errors import ConfigError

    if text is None:
        return None
    try:
        values = tuple(float(word) for word in text.split(","))
    except ValueError:
        values = ()
    if math.inf in map(abs, values):
        raise ConfigError(f"{option} {text!r}: numbers must be finite (below 1.8e308).")
    if not values or not all(math.isfinite(v) and (v >= 0.0 or not positive) for v in values):
        kind = "numbers that are not negative" if positive else "numbers"
        raise ConfigError(f"{option} {text!r} is not understood: write {kind}, separated by commas.")
    return tuple(sorted(set(values))) if positive else values
