"""`phasemap spectrum`: the spectrum of the Jacobian at one point, theory over sampled networks."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption, SetOption
from phasemap.cli.plain import say
from phasemap.cli.records import with_records

if TYPE_CHECKING:
    from phasemap.figures.kinds.spectra.eigenvalues import EigenvalueScene
    from phasemap.studies.spectrum import Agreement, SpectralReport


@dataclass(frozen=True)
class _Networks:
    """The networks whose eigenvalues stand beside the theory."""

    sample: Annotated[str, typer.Option("--sample", help="Networks at: mean-field, newton, trajectory; or none.")] = (
        "mean-field"
    )
    size: Annotated[int, typer.Option("--size", min=2, help="Units of every sampled network.")] = 500
    realisations: Annotated[int, typer.Option("--realisations", min=1, help="Networks.")] = 1
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")] = 0


@with_records
def spectrum(
    networks: _Networks,
    overrides: SetOption = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Draw the eigenvalues: .png, .pdf or .svg.", show_default=False),
    ] = None,
    distributions: Annotated[
        Path | None,
        typer.Option("--distributions", help="Draw the distributions of real part and modulus.", show_default=False),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", help="zero, lower, middle, upper or dynamics. Default: the largest fixed point."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Spectrum of the Jacobian: its support, edge and slow modes in theory, beside the eigenvalues of networks.

    mean-field: units drawn from the theory's state, couplings independent of them. newton: the networks' own fixed
    points. trajectory: states that the networks pass through.

    Examples:

        phasemap spectrum --set g_h=3 --set alpha_z=3

        phasemap spectrum --set g_h=3 --set alpha_r=2 -o spectrum.png --distributions cumulative.png

        phasemap spectrum --set g_h=3 --set alpha_z=3 --sample trajectory --json
    """
    from phasemap.errors import PhasemapError
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point
    from phasemap.quantities import REGISTRY
    from phasemap.studies.spectrum import SAMPLES, STATES, Request, spectral_report

    if state is not None and state not in STATES:
        raise PhasemapError(f"The state {state!r} is not known: choose one of {', '.join(STATES)}.")
    if networks.sample not in SAMPLES:
        raise PhasemapError(f"The sample {networks.sample!r} is not known: choose one of {', '.join(SAMPLES)}.")
    _check_targets(output, distributions)
    settings = make_point({}, REGISTRY, overrides or [], "")
    slow_rate = settings.options["spectrum"].slow_rate
    request = Request(state, networks.sample, networks.size, networks.realisations, slow_rate, networks.seed)
    report = spectral_report(settings.parameters, request)
    if as_json:
        import json

        say(json.dumps(_facts(report, slow_rate), indent=2, allow_nan=False))
    else:
        _print(report, slow_rate)
    _draw(report, output, distributions)


def _check_targets(*targets: Path | None) -> None:
    wanted = [target for target in targets if target is not None]
    if len(set(wanted)) < len(wanted):
        from phasemap.errors import PhasemapError

        raise PhasemapError(f"Two figures cannot both be {wanted[0]}: name them differently.")
    if wanted:
        from phasemap.figures.style.page import check_target

        for target in wanted:
            check_target(target)


def _facts(report: "SpectralReport", slow_rate: float) -> dict[str, Any]:
    found = report.spectrum
    return {
        "parameters": {name: _strict(value) for name, value in report.parameters._asdict().items()},
        "state": report.state,
        "states": list(report.states),
        "leading_edge": _strict(found.edge),
        "components": [[float(left), float(right)] for left, right in found.support.intervals],
        "boundary": [
            {
                "real": component.upper.real.tolist(),
                "imaginary": component.upper.imag.tolist(),
                "residual": [_strict(value) for value in component.residual],
            }
            for component in found.support.components
        ],
        "atoms": [{"at": float(at), "fraction": float(weight)} for at, weight in found.atoms],
        "slow_rate": slow_rate,
        "slow_mode_fraction": _strict(report.slow_fraction),
        "unstable_fraction": _strict(report.unstable_fraction),
        "networks": len(report.eigenvalues),
        "agreement": _agreement(report.agreement),
        "agreement_with_own_units": _agreement(report.own),
    }


def _agreement(found: "Agreement | None") -> dict[str, float] | None:
    if found is None:
        return None
    return {"ks_real_part": found.real_part, "ks_modulus": found.modulus, "fraction_outside": found.outside}


def _strict(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return float(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _print(report: "SpectralReport", slow_rate: float) -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.text.stated import number

    console, found = make_console(), report.spectrum
    rows = [
        ("leading edge", number(found.edge)),
        ("connected pieces of the support", str(len(found.support.intervals))),
        ("  on the real axis", ", ".join(f"[{left:.6g}, {right:.6g}]" for left, right in found.support.intervals)),
        (f"fraction with |lambda| < {slow_rate:g}", number(report.slow_fraction)),
        ("fraction with Re lambda > 0", number(report.unstable_fraction)),
    ]
    rows += [(f"atom at {at:.6g}", f"{weight:.6g} of all eigenvalues") for at, weight in found.atoms]
    console.print(make_table((f"theory, {report.state}", ""), rows))
    for words, agreement in (("the mean field", report.agreement), ("the networks' own units", report.own)):
        if agreement is not None:
            console.print()
            rows = [
                ("KS distance of the real part", f"{agreement.real_part:.4f}"),
                ("KS distance of the modulus", f"{agreement.modulus:.4f}"),
                ("fraction outside the support", f"{agreement.outside:.4f}"),
            ]
            console.print(make_table((f"{len(report.eigenvalues)} network(s) against {words}", ""), rows))


def _draw(report: "SpectralReport", output: Path | None, distributions: Path | None) -> None:
    from phasemap.cli.titles import title_of

    title = title_of(report.parameters)
    if output is not None:
        from phasemap.figures.kinds.spectra.eigenvalues import draw_eigenvalues
        from phasemap.figures.style.page import save

        save(draw_eigenvalues([scene_of(report, title)]), output)
    if distributions is not None:
        from phasemap.figures.kinds.spectra.jacobian_spectrum import DistributionScene, draw_distributions
        from phasemap.figures.style.page import save

        agreement = report.agreement
        scene = DistributionScene(
            (report.real_part.x, report.real_part.theory), (report.modulus.x, report.modulus.theory),
            report.free,
            None if agreement is None else (agreement.real_part, agreement.modulus), title,
        )  # fmt: skip
        save(draw_distributions([scene]), distributions)


def scene_of(report: "SpectralReport", title: str = "") -> "EigenvalueScene":
    """The eigenvalues with the theory's boundary, to draw."""
    import numpy as np

    from phasemap.figures.kinds.spectra.eigenvalues import EigenvalueScene

    support = report.spectrum.support
    curves = tuple(np.column_stack([c.closed.real, c.closed.imag]) for c in support.components)
    values = np.concatenate([np.zeros(0, dtype=complex), *report.eigenvalues])
    atoms = tuple(report.spectrum.atoms)
    return EigenvalueScene(values, curves, report.spectrum.edge if curves else None, atoms=atoms, title=title)
