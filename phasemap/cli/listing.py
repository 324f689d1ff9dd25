"""The commands by what one wants to do, each with a sentence; what the first page of the help needs, and no more.

A command stands in the module of its name. Its sentence is the first of its docstring, which the tests compare.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

LISTING: dict[str, dict[str, str]] = {
    "One point or one network": {
        "point": (
            "Compute everything that is known about one point: fixed points, mean-field branches, critical "
            "gains, phase."
        ),
        "spectrum": (
            "Spectrum of the Jacobian: its support, edge and slow modes in theory, beside the eigenvalues of networks."
        ),
        "hysteresis": (
            "Follow the attractor of the mean field up from rest and down from chaos: where the ways differ "
            "is hysteresis."
        ),
        "gradients": (
            "Size of gradients against lag: which weights carry them, where they vanish, persist or explode."
        ),
        "count": "Count the fixed points of networks, the zero one left out.",
        "simulate": (
            "Simulate one network: Lyapunov spectrum, Kaplan-Yorke dimension, entropy rate, autocorrelation, activity."
        ),
        "protocol": "Kick, reset, drive: what a network does with what it is given.",
    },
    "Phase diagrams": {
        "sweep": "Compute a phase diagram: every quantity of CONFIG at every point of its grid.",
        "plot": "Draw a result: the phase diagram of a plane, lines along one axis, surfaces in three.",
        "explore": (
            "Look at a result in a browser: a map that is clicked, with every branch, error and status at a point."
        ),
        "compare": "Compare theory and simulation wherever a result holds both.",
        "atlas": "List the diagrams of the atlas, or compute and draw one.",
    },
    "Weights of GRU and LSTM": {
        "locate": (
            "Place a trained or fresh GRU, LSTM or RNN on its phase diagram: gains, lines, phase, memory, gradients."
        ),
        "init": "Draw weights of a GRU, LSTM or RNN that lie where you want on the phase diagram.",
    },
    "Results and clusters": {
        "info": "Say what a result file holds, how far it is and with what it was made.",
        "export": ("Write all that a result holds: .csv for people, .npz for NumPy, .nc for everything else."),
        "status": "Say which blocks of a sweep are finished, running, failed or missing, shard by shard.",
        "merge": "Join the files of shards into one result.",
        "submit": "Submit a sweep as an array job and a job that merges its shards.",
    },
    "Words": {
        "quantities": (
            "List the quantities and critical surfaces that can be asked for: symbol, units, solver and its cost."
        ),
        "parameters": "List the parameters of the network: what they mean, units, default and domain.",
        "explain": "Explain a name: what an error means and what to do, what a status, phase, branch or quantity is.",
    },
}
"""Group -> command -> its sentence."""

NAMES = frozenset(name for commands in LISTING.values() for name in commands)
GROUP = "protocol"
"""The command that is a group of commands."""


def load(name: str) -> Callable[..., None]:
    """The function of a command."""
    command: Callable[..., None] = getattr(import_module(f"phasemap.cli.{name}"), name)
    return command


def load_group() -> Any:
    """The Typer application of `phasemap protocol`."""
    from phasemap.cli.protocols.commands import app

    return app


def not_run() -> None:
    """Stands for a command that is listed only."""
