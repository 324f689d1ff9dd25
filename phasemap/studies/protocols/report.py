"""What a protocol at one point gave, in theory and in networks side by side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.simulation.protocols.networks import Networks
from phasemap.theory.transient.memory.known import Known

Facts = dict[str, Any]


STOPPED = "Stopped before the end"
"""How the words of a report begin that a signal cut short."""


@dataclass(frozen=True)
class Report:
    """What a protocol gave.

    settings: how it was run, by the names of the options. coordinates: what lists run over; along: over which of them,
    quantity by quantity, where it is not the first. theory, networks: quantity -> Outcome; networks is None where none
    were asked for, or done. remarks: why something is missing, and what to mind.
    stopped: what there is, where a signal stopped the protocol before its end; else empty.
    beside: quantities whose theory is of something else than the networks: it stands beside them and is not compared.
    """

    protocol: str
    parameters: Parameters
    settings: Facts
    coordinates: Mapping[str, FloatArray]
    theory: Mapping[str, Outcome]
    networks: Mapping[str, Outcome] | None = None
    about_networks: Facts = field(default_factory=dict)
    remarks: Sequence[str] = ()
    along: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""
    beside: Collection[str] = ()

    def coordinate(self, quantity: str) -> str:
        """The coordinate that a quantity is a list over."""
        return self.along.get(quantity, next(iter(self.coordinates)))


def theory_of(found: Mapping[str, Estimate], names: Mapping[str, str]) -> dict[str, Outcome]:
    """Estimates at the only point, by our names."""
    return {
        ours: Outcome(np.asarray(found[name].value, dtype=float)[0], _errors(found[name])[0], found[name].status[0])
        for name, ours in names.items()
    }


def _errors(estimate: Estimate) -> FloatArray:
    return np.full(estimate.status.shape, np.nan) if estimate.error is None else estimate.error


def about(networks: Networks[Any], options: ProtocolOptions) -> Facts:
    """Which networks were run."""
    return {"sizes": list(networks.runs), "count": options.networks,
            "couplings": {str(size): networks.ways[size] for size in networks.runs},
            **({"done": {str(size): len(own) for size, own in networks.runs.items()}} if networks.stopped else {}),
            }  # fmt: skip


def what_is_kept(networks: Networks[Any]) -> str:
    """Of networks that a signal stopped, in a sentence; empty if it did not."""
    return f"{STOPPED}: theory, and {networks.stopped}." if networks.stopped else ""


def amplitudes(networks: Networks[Any]) -> Facts:
    """Of the kick, absolute and in deviations of h; means over the networks."""
    runs = networks.runs[networks.largest]
    amplitude, deviation = (float(np.mean([getattr(run, name) for run in runs])) for name in ("amplitude", "deviation"))
    in_deviations = amplitude / deviation if deviation > 0.0 else None
    return {"amplitude": amplitude, "amplitude_in_deviations": in_deviations, "deviation_of_h": deviation}


def outcome_of(known: Sequence[Known]) -> Outcome:
    """Numbers of theory as a list."""
    table = np.array(known, dtype=float)
    return Outcome(table[:, 0], table[:, 1], table[:, 2].astype(np.uint8))


def single(known: Known) -> Outcome:
    """One number of theory."""
    return Outcome(np.array(known[0]), np.array(known[1]), np.array(known[2], dtype=np.uint8))
