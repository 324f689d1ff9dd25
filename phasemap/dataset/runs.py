"""Which networks stand behind the curves of a study, as its file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from phasemap.dataset.panels import curve_name

TABLE = "runs"
"""Table of the options in which a file says it."""


class Run(NamedTuple):
    """How many networks, of how many units (the largest of several sizes), and whether sizes are extrapolated.

    None: not known.
    """

    networks: int | None = None
    size: int | None = None
    extrapolated: bool = False


def run_key(panel: str, curve: str) -> str:
    """What a curve of networks is called among all of a study."""
    return curve_name(panel, curve)


@dataclass(frozen=True)
class CurveRuns:
    """Curves of networks (`run_key`), how many networks each is a mean of, their size, whether it is extrapolated."""

    curves: tuple[str, ...] = ()
    networks: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    extrapolated: tuple[bool, ...] = ()

    @classmethod
    def made_of(cls, runs: Mapping[str, Run]) -> "CurveRuns":
        """Of runs by their keys; those that say nothing are left out."""
        said = {key: run for key, run in runs.items() if run.networks is not None and run.size is not None}
        return cls(tuple(said), tuple(int(run.networks or 0) for run in said.values()),
                   tuple(int(run.size or 0) for run in said.values()),
                   tuple(run.extrapolated for run in said.values()))  # fmt: skip

    def of(self, key: str) -> Run:
        """The networks of a curve."""
        if key not in self.curves:
            return Run()
        k = self.curves.index(key)
        return Run(self.networks[k], self.sizes[k], self.extrapolated[k])
