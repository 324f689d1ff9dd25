"""The parameters of the gated network, with the symbols of the source.

The model (Krishnamurthy, Can and Schwab, PRX 12, 011011, eqs. 1-3), time in units of the membrane constant:

    dh/dt       = sigma_z(z) * [-h + J^h (phi(h) * sigma_r(r))] + I^h(t)
    tau_z dz/dt = -z + J^z phi(h) + I^z(t)
    tau_r dr/dt = -r + J^r phi(h) + I^r(t)

    phi(x) = tanh(g_h x + beta_h),   sigma_k(x) = 1 / (1 + exp(-alpha_k x + beta_k)),   k = z, r
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from phasemap.errors import ParameterError, shown
from phasemap.suggest import choices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phasemap.model.unit.gates import Gate


class Parameters(NamedTuple):
    """One point of parameter space. Build it with `make_parameters`, which validates.

    A named tuple of plain floats, so that it travels into compiled code as it is.
    The defaults are the additive network of Sompolinsky, Crisanti and Sommers: both gates open (sigma_k = 1).
    """

    g_h: float = 1.5
    beta_h: float = 0.0
    alpha_z: float = 0.0
    beta_z: float = -math.inf
    tau_z: float = 1.0
    alpha_r: float = 0.0
    beta_r: float = -math.inf
    tau_r: float = 1.0
    s_h: float = 0.0
    s_z: float = 0.0
    s_r: float = 0.0
    m_h: float = 0.0
    m_z: float = 0.0
    m_r: float = 0.0
    noise_h: float = 0.0
    noise_z: float = 0.0
    noise_r: float = 0.0
    tau_noise: float = 0.0
    input_inside: float = 0.0

    @property
    def update_gate(self) -> "Gate":
        """The gate sigma_z, which multiplies the rate of h."""
        from phasemap.model.unit.gates import Gate  # numpy is not needed to read a configuration

        return Gate(self.alpha_z, self.beta_z, self.m_z, self.tau_z)

    @property
    def output_gate(self) -> "Gate":
        """The gate sigma_r, which multiplies the activity of a unit."""
        from phasemap.model.unit.gates import Gate

        return Gate(self.alpha_r, self.beta_r, self.m_r, self.tau_r)

    @property
    def gates(self) -> "tuple[Gate, Gate]":
        """The update gate and the output gate."""
        return self.update_gate, self.output_gate

    @property
    def is_noisy(self) -> bool:
        """Whether a noise input acts: on h, or on a gate that moves."""
        on_gates = zip((self.noise_z, self.noise_r), self.gates, strict=True)
        return self.noise_h > 0.0 or any(noise > 0.0 and gate.moves for noise, gate in on_gates)

    @property
    def is_odd(self) -> bool:
        """Whether h -> -h is a symmetry: no bias of the activation, no input to h that is constant in time."""
        return self.beta_h == self.m_h == self.s_h == 0.0

    @property
    def has_zero_state(self) -> bool:
        """Whether h = 0 is a state, whatever the gates do."""
        return self.is_odd and self.noise_h == 0.0

    @property
    def input_divided(self) -> bool:
        """Whether an input to h, constant in time, stands outside an update gate that moves.

        At a fixed point every unit then answers to its input over its own gate, and h is not Gaussian.
        """
        driven = self.s_h > 0.0 or self.m_h != 0.0
        return driven and self.input_inside == 0.0 and self.update_gate.moves


class Points(list[Parameters]):
    """Some points, together with all their numbers as one table (n, n_parameters): rows need not be joined again.

    like: a point of the same network; other families have records of their own.
    """

    def __init__(self, table: "NDArray[np.float64]", like: Parameters) -> None:
        make: Any = like._make
        super().__init__(make(row) for row in table.tolist())
        self.table = table


def table_of(points: Sequence[Any]) -> "NDArray[np.float64]":
    """All numbers of some points, (n, n_parameters)."""
    import numpy as np

    return points.table if isinstance(points, Points) else np.array(points, dtype=np.float64)


@dataclass(frozen=True)
class ParameterInfo:
    """What a parameter means and which values it may take.

    A closed interval, infinities only where allowed; where `values` are given, none but these. words: names by which
    values are given in a configuration.
    """

    symbol: str
    description: str
    units: str = "1"
    minimum: float = -math.inf
    maximum: float = math.inf
    allows_infinity: bool = False
    values: tuple[float, ...] = ()
    words: Mapping[str, float] = field(default_factory=dict)


_TIME = "membrane time constant"

PARAMETERS: dict[str, ParameterInfo] = {
    "g_h": ParameterInfo(r"$g_h$", "gain of the activation phi", minimum=0.0),
    "beta_h": ParameterInfo(r"$\beta_h$", "bias of the activation phi"),
    "alpha_z": ParameterInfo(
        r"$\alpha_z$", "steepness of the update gate (inf: hard gate)", minimum=0.0, allows_infinity=True
    ),
    "beta_z": ParameterInfo(
        r"$\beta_z$", "bias of the update gate; positive closes it (-inf: no gate)", allows_infinity=True
    ),
    "tau_z": ParameterInfo(r"$\tau_z$", "time constant of the update gate", _TIME, minimum=0.0),
    "alpha_r": ParameterInfo(
        r"$\alpha_r$", "steepness of the output gate (inf: hard gate)", minimum=0.0, allows_infinity=True
    ),
    "beta_r": ParameterInfo(
        r"$\beta_r$", "bias of the output gate; positive closes it (-inf: no gate)", allows_infinity=True
    ),
    "tau_r": ParameterInfo(r"$\tau_r$", "time constant of the output gate", _TIME, minimum=0.0),
    "s_h": ParameterInfo(r"$s_h$", "standard deviation across units of the static input to h", minimum=0.0),
    "s_z": ParameterInfo(r"$s_z$", "standard deviation across units of the static input to z", minimum=0.0),
    "s_r": ParameterInfo(r"$s_r$", "standard deviation across units of the static input to r", minimum=0.0),
    "m_h": ParameterInfo(r"$m_h$", "constant input to h, common to all units"),
    "m_z": ParameterInfo(r"$m_z$", "constant input to z, common to all units"),
    "m_r": ParameterInfo(r"$m_r$", "constant input to r, common to all units"),
    "noise_h": ParameterInfo(
        r"$\sigma_{\xi,h}$", "noise input to h: OU standard deviation, or white-noise amplitude", minimum=0.0
    ),
    "noise_z": ParameterInfo(
        r"$\sigma_{\xi,z}$", "noise input to z: OU standard deviation, or white-noise amplitude", minimum=0.0
    ),
    "noise_r": ParameterInfo(
        r"$\sigma_{\xi,r}$", "noise input to r: OU standard deviation, or white-noise amplitude", minimum=0.0
    ),
    "tau_noise": ParameterInfo(r"$\tau_\xi$", "correlation time of the noise inputs (0: white)", _TIME, minimum=0.0),
    "input_inside": ParameterInfo(
        "inside",
        "1: I^h stands inside the update gate's bracket; 0: outside it",
        minimum=0.0,
        maximum=1.0,
        values=(0.0, 1.0),
    ),
}

# A gate that is given a steepness but no bias is centred instead of staying open.
_BIAS_OF_STEEPNESS = {"alpha_z": "beta_z", "alpha_r": "beta_r"}


def make_parameters(values: Mapping[str, Any] | None = None, /, **more: Any) -> Parameters:
    """Return validated `Parameters`.

    A gate is absent (beta_k = -inf) unless one of its two parameters is named; where alpha_k is named and beta_k
    is not, beta_k is 0, because a steepness would mean nothing to a gate that is always open.

    Raises:
        ParameterError: unknown name, not a number, or outside its domain.
    """
    named = {**(values or {}), **more}
    checked = {name: check_value(name, value) for name, value in named.items()}
    return Parameters(**default_biases(checked), **checked)


def default_biases(named: Mapping[str, Any]) -> dict[str, float]:
    """Biases implied by the steepnesses that are named without one."""
    return {bias: 0.0 for steepness, bias in _BIAS_OF_STEEPNESS.items() if steepness in named and bias not in named}


def check_name(name: str, known: Mapping[str, ParameterInfo] = PARAMETERS) -> str:
    """Return `name` if it is a parameter; raise `ParameterError` with the nearest name otherwise."""
    if name in known:
        return name
    raise ParameterError(f"Unknown parameter {shown(name)}.{choices(name, known, 'The parameters are')}")


def check_value(name: str, value: Any, known: Mapping[str, ParameterInfo] = PARAMETERS) -> float:
    """Return `value` as a float inside the domain of parameter `name`, one of those that are known.

    Raises:
        ParameterError: naming the parameter, the value and what is allowed.
    """
    info = known[check_name(name, known)]
    if info.words:
        if not isinstance(value, str | float | int) or value not in (*info.words, *info.words.values()):
            words = " or ".join(f'"{word}"' for word in info.words)
            raise ParameterError(
                f"Parameter {name} = {shown(value)} is not allowed: give {words} ({info.description})."
            )
        return info.words[value] if isinstance(value, str) else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(f"Parameter {name} must be a number, not {shown(value)}.")
    try:
        number = float(value)
    except OverflowError:
        raise ParameterError(f"Parameter {name} is an integer too large for a number: give {_domain(info)}.") from None
    if math.isnan(number) or (math.isinf(number) and not info.allows_infinity):
        raise ParameterError(f"Parameter {name} = {number} is not allowed: give {_domain(info)}.")
    if not info.minimum <= number <= info.maximum:
        raise ParameterError(f"Parameter {name} = {number:g} is outside its domain: give {_domain(info)}.")
    if info.values and number not in info.values:
        allowed = " or ".join(f"{one:g}" for one in info.values)
        raise ParameterError(f"Parameter {name} = {number:g} is not allowed: give {allowed} ({info.description}).")
    return number


def _domain(info: ParameterInfo) -> str:
    kind = "a number" if info.allows_infinity else "a finite number"
    if math.isinf(info.minimum):
        return kind
    if math.isinf(info.maximum):
        return f"{kind} not below {info.minimum:g}"
    return f"{kind} from {info.minimum:g} to {info.maximum:g}"


def different(parameters: Parameters, always: str = "g_h") -> dict[str, float]:
    """The parameters that differ from their default, and one that is named anyway."""
    usual = Parameters()._asdict()
    return {name: value for name, value in parameters._asdict().items() if value != usual[name] or name == always}
