"""What `phasemap simulate --json` says of one network."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.estimate import Estimate
    from phasemap.simulation.lyapunov.spectra import Spectrum


def say_facts(
    estimates: "Mapping[str, Estimate]", size: int, more: Mapping[str, Any], remarks: Iterable[str] = ()
) -> None:
    """Every quantity that is one number, with its error and status, and what else is known."""
    from phasemap import strict_json
    from phasemap.quantities import REGISTRY

    single = {name: one for name, one in estimates.items() if not REGISTRY.quantities[name].dims}
    numbers = {
        name: strict_json.entry(one.value[0], None if one.error is None else one.error[0], one.status[0])
        for name, one in single.items()
    }
    say(strict_json.text({"size": size, "quantities": numbers, **more, "remarks": list(remarks)}))


def spectrum_facts(spectrum: "Spectrum | None") -> dict[str, Any]:
    """The Lyapunov spectrum: exponents with their errors, how long it was measured, and what ended that."""
    if spectrum is None:
        return {"lyapunov_spectrum": None}
    facts = {
        "exponents": spectrum.exponents,
        "errors": spectrum.errors,
        "duration": spectrum.duration,
        "stopped_by": spectrum.stopped_by,
        "complete": spectrum.complete,
    }
    return {"lyapunov_spectrum": facts}
