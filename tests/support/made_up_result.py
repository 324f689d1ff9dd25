"""A result with something of everything: fields, labels, surfaces, checks, failures, a session."""

from dataclasses import replace

import numpy as np

from phasemap.dataset import Axis, Checks, Dimension, Failure, Field, Metadata, Result, Session
from phasemap.dataset.records import SolverRecord
from phasemap.model.results import CriticalSurface
from phasemap.model.status import Status
from phasemap.model.text.fingerprint import settings_hash

RANDOM = np.random.default_rng(5)
BRANCHES = np.array(["zero", "static", "fluctuating"])


def make_field(name: str, dims: tuple[str, ...], shape: tuple[int, ...], own: tuple[str, ...] = ()) -> Field:
    full = shape + (len(BRANCHES),) * len(own)
    values = RANDOM.standard_normal(full)
    status = RANDOM.choice(np.array([1, 2, 3, 4], dtype=np.uint8), full)
    values[status >= Status.ABSENT] = np.nan
    about = {"symbol": r"$\lambda$", "description": f"the {name}", "units": "1 / s", "solver": "solver"}
    return Field(
        name=name, dims=(*dims, *own), value=values, status=status, error=np.abs(values), own_dims=own, **about
    )


def make_result() -> Result:
    axes = (
        Axis("g_h", np.linspace(0.5, 4, 5), "$g_h$", "gain", "1"),
        Axis("alpha_r", np.geomspace(0.1, 4, 3), "$\\alpha_r$", "steepness", "1", "log"),
    )
    names = ("g_h", "alpha_r")
    exponent = make_field("exponent", names, (5, 3), ("branch",))
    count = replace(make_field("count", names, (5, 3)), error=None)
    checks = Checks({"g_h": np.array([1.0, 2.0]), "alpha_r": np.array([0.5, 0.7])})
    checks.fields["exponent"] = make_field("exponent", ("check",), (2,), ("branch",))
    line = CriticalSurface("fold", "dF = 0", names, RANDOM.random((6, 2)), RANDOM.random(6), np.array([0, 2, 6]))
    mesh = CriticalSurface(
        "sheet", "S = 1", (*names, "tau_r"), RANDOM.random((4, 3)), RANDOM.random(4), triangles=np.array([[0, 1, 2]])
    )
    empty = CriticalSurface("void", "none", names, np.zeros((0, 2)), np.zeros(0))
    session = Session("2025-01-01T00:00:00.000", "host", 7, "a machine", 2, 1.5, {"numpy": "2.0"}, "abc")
    settings = {
        "axes": [[axis.name, axis.values.tolist()] for axis in axes],
        "parameters": {"beta_z": "-inf"},
        "checks": [[1.0, 0.5], [2.0, 0.7]],
        "seed": 3,
    }
    return Result(
        axes=axes,
        fields={"exponent": exponent, "count": count},
        labels={"branch": BRANCHES},
        surfaces={"fold": line, "sheet": mesh, "void": empty},
        wanted_surfaces=("fold", "sheet", "void", "later"),
        checks=checks,
        failures=(Failure("grid", "solver", 3, "no luck"), Failure("grid", "solver", 4, "no luck")),
        metadata=Metadata(
            "größte Lyapunov-Zahl",
            "two\nlines",
            "seed = 3\n",
            settings_hash(settings),
            settings,
            {"beta_z": -np.inf},
            3,
            (session,),
            solvers={"solver": SolverRecord("a solver", False, "ensemble", ("paths",))},
        ),
        dimensions={"branch": Dimension("branch of the mean field", symbol="branch")},
    )
