"""A kind of network: which parameters it has, and how a point of their space is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from phasemap.model.parameters import (
    PARAMETERS,
    ParameterInfo,
    Parameters,
    check_name,
    check_value,
    default_biases,
)


def _nothing(named: Mapping[str, Any]) -> dict[str, float]:
    """No parameter follows from others."""
    return {}


@dataclass(frozen=True)
class Family:
    """The parameters of one kind of network.

    name:    what `cell` says in a configuration; "" is the rate network.
    record:  the named tuple of floats that a point is.
    infos:   parameter -> what it means and may be.
    gain:    the parameter over which critical gains are told.
    usual:   the quantities that a plane without a configuration is computed for.
    implied: named parameters -> values of others that follow from these being named.
    """

    name: str
    record: Any
    infos: Mapping[str, ParameterInfo]
    gain: str
    usual: tuple[str, ...]
    implied: Callable[[Mapping[str, Any]], dict[str, float]] = _nothing

    def make(self, values: Mapping[str, Any]) -> Any:
        """A validated point.

        Raises:
            ParameterError: unknown name, not a number, or outside its domain.
        """
        checked = {name: self.check_value(name, value) for name, value in values.items()}
        return self.record(**self.implied(checked), **checked)

    def check_name(self, name: str) -> str:
        """`name`, if it is a parameter; raise `ParameterError` otherwise."""
        return check_name(name, self.infos)

    def check_value(self, name: str, value: Any) -> float:
        """`value` as a float in the domain of a parameter; raise `ParameterError` otherwise."""
        return check_value(name, value, self.infos)

    def different(self, point: Any) -> dict[str, float]:
        """The parameters of a point that differ from their default, and its gain anyway."""
        usual = self.record()._asdict()
        return {name: value for name, value in point._asdict().items() if value != usual[name] or name == self.gain}

    def in_words(self, name: str, value: float) -> str:
        """`name = value` as one types it."""
        words = {number: word for word, number in self.infos[name].words.items()}
        return f"{name} = {words.get(value, f'{value:g}')}"


RATE = Family(
    "", Parameters, PARAMETERS, "g_h", ("static_gain", "complexity", "variance", "lyapunov_max"), default_biases
)
"""The rate network with gates, in continuous time."""
