"""Made-up results in the shape of real ones; the numbers are smooth toys, not physics."""

from dataclasses import replace

import numpy as np

from phasemap.dataset import Axis, Checks, Dimension, Field, Metadata, Result
from phasemap.dataset.records import Fine
from phasemap.model.results import CriticalSurface
from phasemap.model.status import Status
from phasemap.model.text.fingerprint import settings_hash

FIXED_POINTS = ("zero", "lower", "middle", "upper")
BRANCHES = ("zero", "static", "fluctuating", "fluctuating_unstable")
RATE = "1 / membrane time constant"
SQRT8, SQRT12 = 8**0.5, 12**0.5


def static_fold(alpha):
    return np.where(alpha < SQRT8, 2.0, 1.45 + 0.55 * np.exp(-(alpha - SQRT8) / 5))


def dynamic_fold(alpha):
    return np.where(alpha < SQRT12, 2.0, 1.62 + 0.38 * np.exp(-(alpha - SQRT12) / 6))


def _gain_and_exponent(g, alpha):
    """static_gain (..., 4) and lyapunov_max (..., 4), NaN where absent."""
    gain, rate = (np.full((*g.shape, 4), np.nan) for _ in range(2))
    gain[..., 0] = (g / 2) ** 2
    rate[..., 0] = g / 2 - 1
    some = g > static_fold(alpha)
    gain[..., 3] = np.where(some, 1.05 + 0.5 * (g - 1), np.nan)
    rate[..., 1] = np.where(some, 0.1 + 0.2 * (g - 1), np.nan)
    chaos = g > dynamic_fold(alpha)
    rate[..., 2] = np.where(chaos, 0.02 * (alpha > SQRT12) + 0.25 * (1 - np.exp(dynamic_fold(alpha) - g)), np.nan)
    return gain, rate


def field(name, dims, values, own=(), error=None, **words):
    values = np.asarray(values, dtype=float)
    status = np.where(np.isfinite(values), Status.CONVERGED, Status.ABSENT).astype(np.uint8)
    error = None if error is None else np.where(np.isfinite(values), error, np.nan)
    return Field(name=name, dims=(*dims, *own), value=values, status=status, error=error, own_dims=tuple(own), **words)


def lines(name, *pieces):
    vertices = np.concatenate(pieces)
    offsets = np.cumsum([0, *(len(piece) for piece in pieces)])
    return CriticalSurface(name, "F = 0", ("g_h", "alpha_r"), vertices, np.full(len(vertices), 1e-10), offsets)


def consistent(result, options=None):
    """The same with settings and their hash as a file must have them."""
    settings = {
        "axes": [[axis.name, axis.values.tolist()] for axis in result.axes],
        "checks": np.stack(list(result.checks.parameters.values()), axis=-1).tolist() if result.checks else [],
        "parameters": {name: str(v) if np.isinf(v) else v for name, v in result.metadata.parameters.items()},
        "options": options or {},
    }
    result.metadata.settings, result.metadata.config_hash = settings, settings_hash(settings)
    return result


def finer(result):
    """The static quantities of `plane` once more on a grid with a point between any two."""
    axes = tuple(
        replace(axis, values=np.interp(np.arange(2 * len(axis) - 1) / 2, np.arange(len(axis)), axis.values))
        for axis in result.axes
    )
    gain, _ = _gain_and_exponent(*np.meshgrid(*(axis.values for axis in axes), indexing="ij"))
    names = result.axis_names
    return Fine(axes, {
        "fixed_point_count": field("fixed_point_count", names, np.isfinite(gain).sum(axis=-1), symbol="$n$"),
        "static_gain": field("static_gain", names, gain, ("fixed_point",), symbol="$S$", description="squared gain"),
    })  # fmt: skip


def plane():
    """A plane (g_h, alpha_r): 21 x 17 points, all label regions, checks, lines and tricritical points."""
    g, alpha = np.linspace(0.5, 4.0, 21), np.linspace(0.0, 20.0, 17)
    names = ("g_h", "alpha_r")
    gain, rate = _gain_and_exponent(*np.meshgrid(g, alpha, indexing="ij"))
    count = np.isfinite(gain).sum(axis=-1)
    a, b = np.linspace(SQRT8, 20, 80), np.linspace(SQRT12, 20, 80)
    where = np.array([[1.2, 5.0], [1.45, 15.0], [3.0, 2.0], [3.5, 10.0], [2.5, 18.0]])
    check_gain, check_rate = _gain_and_exponent(where[:, 0], where[:, 1])
    attractor = np.where(np.isfinite(check_rate[:, 2]), check_rate[:, 2], check_rate[:, 0])
    result = Result(
        axes=(
            Axis("g_h", g, "$g_h$", "gain of the activation phi"),
            Axis("alpha_r", alpha, r"$\alpha_r$", "steepness of the output gate (inf: hard gate)"),
        ),
        fields={
            "fixed_point_count": field(
                "fixed_point_count", names, count, symbol="$n$", description="number of static mean-field solutions"
            ),
            "static_gain": field(
                "static_gain", names, gain, ("fixed_point",), symbol="$S$", description="squared gain"
            ),
            "lyapunov_max": field(
                "lyapunov_max", names, rate, ("branch",), 1e-8, symbol=r"$\lambda_{\max}$",
                description="maximum Lyapunov exponent", units=RATE,
            ),
        },
        labels={"fixed_point": np.array(FIXED_POINTS), "branch": np.array(BRANCHES)},
        surfaces={
            "zero_instability": lines("zero_instability", np.array([[2.0, 0.0], [2.0, 20.0]])),
            "static_fold": lines("static_fold", np.column_stack([static_fold(a), a])),
            "dynamic_fold": lines("dynamic_fold", np.column_stack([dynamic_fold(b), b])),
            "static_tricritical": lines("static_tricritical", np.array([[2.0, SQRT8]])),
            "dynamic_tricritical": lines("dynamic_tricritical", np.array([[2.0, SQRT12]])),
        },
        checks=Checks(
            dict(zip(names, where.T, strict=True)),
            {
                "static_gain": field("static_gain", ("check",), check_gain, ("fixed_point",)),
                "lyapunov_max": field(
                    "lyapunov_max", ("check",), check_rate, ("branch",), 1e-8, symbol=r"$\lambda_{\max}$", units=RATE
                ),
                "network_lyapunov_max": field(
                    "network_lyapunov_max", ("check",), attractor + np.array([0.002, -0.004, -0.006, 0.001, -0.01]),
                    error=0.006, symbol=r"$\lambda_{\max}^{(N)}$", units=RATE,
                ),
            },
        ),
        metadata=Metadata(
            title="toy plane",
            parameters={"alpha_z": 0.0, "beta_z": -np.inf, "beta_r": 0.0},
        ),
    )  # fmt: skip
    return consistent(result, {"simulation": {"size": 500, "sizes": []}})


def functions():
    """A plane like `plane` with functions at its check points: autocorrelation and Lyapunov spectrum."""
    result = plane()
    lag, index = np.linspace(0.0, 30.0, 31), (np.arange(40) + 0.5) / 40
    rate = 0.1 + 0.1 * np.arange(5)[:, None]
    result.labels |= {"network_lag": lag, "lyapunov_index": index}
    result.dimensions |= {
        "network_lag": Dimension("lag", "membrane time constant", "$t$"),
        "lyapunov_index": Dimension("index of the exponent over the size of the network", symbol="$i/N$"),
    }
    result.checks.fields |= {
        "network_autocorrelation": field(
            "network_autocorrelation", ("check",), 0.3 * np.exp(-rate * lag), ("network_lag",), 0.01,
            symbol="$C_h^{(N)}(t)$", description="autocovariance of h about its mean over time",
        ),
        "network_lyapunov_spectrum": field(
            "network_lyapunov_spectrum", ("check",), rate - 1.2 * index, ("lyapunov_index",), 0.002,
            symbol=r"$\lambda_i$", description="Lyapunov exponents of a network, largest first", units=RATE,
        ),
    }  # fmt: skip
    return result


def network():
    """One point: the activity of 30 units over 200 times, and an autocorrelation for each of 9 values of one axis."""
    time, unit = np.linspace(0.0, 50.0, 200), np.arange(30.0)
    rng = np.random.default_rng(1)
    waves = np.sin(time * rng.uniform(0.2, 1.0, (30, 1)) + rng.uniform(0, 6, (30, 1)))
    axes = (Axis("g_h", np.array([3.0]), "$g_h$", "gain of the activation phi"),)
    return Result(
        axes=axes,
        fields={
            "network_activity": field(
                "network_activity", ("g_h",), waves[None], ("network_unit", "network_time"), symbol="$h_i(t)$",
                description="activity of single units of one network",
            )
        },
        labels={"network_unit": unit, "network_time": time},
        dimensions={
            "network_unit": Dimension("unit", symbol="$i$"),
            "network_time": Dimension("time after the transient", "membrane time constant", "$t$"),
        },
        metadata=Metadata(settings={"axes": [["g_h", []]]}),
    )  # fmt: skip


def box():
    """Three axes (g_h, alpha_r, beta_r) with one map and a mesh: the cone-like sheet g_h = 1 + exp(beta_r)."""
    g, alpha, beta = np.linspace(0.5, 4.0, 9), np.linspace(0.0, 10.0, 6), np.linspace(-1.0, 1.0, 5)
    G, _, B = np.meshgrid(g, alpha, beta, indexing="ij")
    u, v = np.meshgrid(alpha, np.linspace(-1.0, 1.0, 21), indexing="ij")
    vertices = np.column_stack([1 + np.exp(v.ravel()), u.ravel(), v.ravel()])
    n = v.shape[1]
    corners = [i * n + j for i in range(v.shape[0] - 1) for j in range(n - 1)]
    triangles = np.array([t for c in corners for t in ((c, c + 1, c + n), (c + 1, c + n + 1, c + n))])
    names = ("g_h", "alpha_r", "beta_r")
    sheet = CriticalSurface(
        "zero_instability", "S = 1 at zero", names, vertices, np.full(len(vertices), 1e-12), triangles=triangles
    )
    edge = np.column_stack([1 + np.exp(v[2]), np.full(n, 4.0), v[2]])
    line = CriticalSurface("static_tricritical", "", names, edge, np.zeros(n), np.array([0, n]))
    gain = np.stack([(G / (1 + np.exp(B))) ** 2, *[np.full(G.shape, np.nan)] * 3], axis=-1)
    return Result(
        axes=(
            Axis("g_h", g, "$g_h$", "gain of the activation phi"),
            Axis("alpha_r", alpha, r"$\alpha_r$", "steepness of the output gate"),
            Axis("beta_r", beta, r"$\beta_r$", "bias of the output gate"),
        ),
        fields={"static_gain": field("static_gain", names, gain, ("fixed_point",), symbol="$S$")},
        labels={"fixed_point": np.array(FIXED_POINTS)},
        surfaces={"zero_instability": sheet, "static_tricritical": line},
        metadata=Metadata(settings={"axes": [[name, []] for name in names]}),
    )


def checked_box():
    """`box` with the leading edge, and networks at four places; at one of these there is no number."""
    result = box()
    names = tuple(axis.name for axis in result.axes)
    where = np.array([[1.0, 2.0, 0.5], [3.5, 2.0, 0.5], [1.5, 8.0, 0.0], [3.0, 8.0, 0.0]])
    edge = np.stack([where[:, 0] / (1 + np.exp(where[:, 2])) - 1, np.full(4, np.nan), np.full(4, np.nan)], axis=-1)
    edge = np.concatenate([edge, np.array([[np.nan], [0.6], [np.nan], [0.2]])], axis=-1)
    outer = np.where(np.isfinite(edge[:, 3]), edge[:, 3], edge[:, 0])
    words = {"symbol": r"$\lambda_e$", "units": RATE}
    simulated = outer + np.array([0.01, -0.02, 0.0, np.nan])
    result.fields["leading_edge"] = field(
        "leading_edge", names, np.full(result.fields["static_gain"].value.shape, -0.5), ("fixed_point",), **words
    )
    result.checks = Checks(
        dict(zip(names, where.T, strict=True)),
        {
            "leading_edge": field("leading_edge", ("check",), edge, ("fixed_point",), 1e-9, **words),
            "network_leading_edge": field("network_leading_edge", ("check",), simulated, error=0.01, **words),
        },
    )
    result.metadata.settings["options"] = {"simulation": {"size": 500, "sizes": []}}
    return result


def thinned(result, step):
    """Every `step`-th value along each axis."""
    part = (slice(None, None, step),) * len(result.axes)
    result.axes = tuple(replace(axis, values=axis.values[::step]) for axis in result.axes)
    result.fields = {
        name: replace(
            one, value=one.value[part], status=one.status[part], error=None if one.error is None else one.error[part]
        )
        for name, one in result.fields.items()
    }
    return result
