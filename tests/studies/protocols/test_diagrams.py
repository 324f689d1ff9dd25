"""Every diagram of protocols is valid, runs at tiny size, is stored, read back and drawn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phasemap.config import diagrams
from phasemap.dataset import Result
from phasemap.errors import ConfigError
from phasemap.figures.draw import Request, draw
from phasemap.figures.kinds.curves.protocol_curves import is_protocol
from phasemap.model.options import CountOptions
from phasemap.model.status import Status
from phasemap.storage import read_result, write_result
from phasemap.studies.protocols.atlas import load, make_options, run

SMALL: dict[str, Any] = {"networks": 1, "size": 24, "sizes": [], "state": "static", "relax": 2.0, "duration": 1.0,
                         "read": 1.0, "at": 1.0}  # fmt: skip


def tiny(path: Path) -> dict[str, Any]:
    data = load(path)
    if "simulation" in data:
        data["simulation"] = {"size": 24, "realisations": 1, "duration": 5.0, "transient": 1.0}
        data["ensemble"] = {"relative_error": 0.1}
    if "count" in data:
        data["count"] = {"size": 4, "networks": 2, "samples": 400, "starts": 64}
    for panel in data["panels"]:
        panel["until"] = 3.0
        if "places" in panel:
            panel["places"] = panel["places"][:2]
        for table in (panel, *panel["curves"]):
            table.setdefault("options", {})
            table["options"] = {**table["options"], **SMALL}
            if "delays" in table["options"] or "delays" in data.get("options", {}):
                table["options"]["delays"] = [0.5, 1.5]
    return data


@pytest.mark.parametrize("name", diagrams())
def test_a_diagram_runs_is_stored_and_drawn(name: str, tmp_path: Path) -> None:
    result = run(tiny(diagrams()[name]))
    assert is_protocol(result)
    for field in result.fields.values():
        assert field.status.max() <= max(Status)
        assert (np.isfinite(field.value) | (field.status != Status.CONVERGED)).all()
        assert (field.status != Status.PENDING).all()
    write_result(tmp_path / "x.h5", result)
    again = read_result(tmp_path / "x.h5")
    assert is_protocol(again)
    figure = draw(again, Request())
    texts = {text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()}
    labels = {str(one).partition(" | ")[0] for f in again.fields.values() for one in again.labels[f.own_dims[0]]
              if not str(one).endswith("mark")}  # fmt: skip
    assert len(figure.axes) == len(result.fields)
    assert labels <= {text.removesuffix(" (networks)") for text in texts}


@pytest.mark.parametrize("name", diagrams())
def test_the_quick_version_is_smaller(name: str) -> None:
    whole, quick = load(diagrams()[name]), load(diagrams()[name], quick=True)
    assert whole["title"] and len(whole["description"].split()) > 30
    for one in (whole, quick):
        for panel in one["panels"]:
            for curve in panel["curves"]:
                make_options(one.get("options", {}), panel.get("options", {}), curve.get("options", {}))
    sizes = [_size(one) for one in (whole, quick)]
    assert sizes[1] < 0.5 * sizes[0]


def _size(data: dict[str, Any]) -> float:
    """Units in networks; of diagrams of theory alone, the points."""
    if data.get("drawn"):
        return float(data["drawn"]["size"] * data["drawn"]["networks"])
    if not data.get("options") and not data.get("count"):
        return float(sum(len(panel["places"]) * len(panel["curves"]) for panel in data["panels"]))
    options = make_options(data["options"]) if data.get("options") else CountOptions(**data["count"])
    return float(options.size * options.networks)


def test_the_lines_of_the_memory_band_are_where_the_static_theory_has_them() -> None:
    result = run(tiny(diagrams()["memory_band"]) | {"panels": [_with_places(diagrams()["memory_band"])]})
    field = next(iter(result.fields.values()))
    labels = [str(one) for one in result.labels[field.own_dims[0]]]
    marks = {name.partition(" | ")[0]: field.value[0, k, 0] for k, name in enumerate(labels) if name.endswith("mark")}
    assert marks["$S = 1$"] == pytest.approx(1.0, abs=0.01)
    assert marks["$f S = 1$"] == pytest.approx(3.273, abs=0.005)


def _with_places(path: Path) -> dict[str, Any]:
    panel: dict[str, Any] = tiny(path)["panels"][0]
    panel["places"], panel["curves"] = [0.6, 7.5], panel["curves"][:1]
    return panel


def test_mistakes_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('title = "x"\n')
    with pytest.raises(ConfigError, match="no diagram of protocols"):
        load(tmp_path / "x.toml")
    with pytest.raises(ConfigError, match="no option siez"):
        make_options({"siez": 3})


def decoupling(place: float) -> Result:
    data = tiny(diagrams()["decoupling"])
    for panel in data["panels"][:3]:
        panel["places"] = [place, place + 0.01]
    return run(data)


def test_curves_of_quantities_are_those_of_a_point() -> None:
    """Complexity, exponents of branches and marks, each against what the solvers and surfaces say elsewhere."""
    result = decoupling(1.8)
    curves = {
        str(label): field.value[0, k]
        for field in result.fields.values()
        for k, label in enumerate(result.labels[field.own_dims[0]])
    }
    assert curves["all, $\\Sigma$"][0] == pytest.approx(0.058865615216, abs=1e-11)
    assert curves["zero state"] == pytest.approx([-0.1, -0.095], abs=1e-9)
    assert curves["fluctuating"][0] > curves["fluctuating, unstable"][0] > 0.0
    marks = [curves[f"{name} | mark"][0] for name in ("Σ = 0", "static fold", "dynamic fold", "zero unstable")]
    assert marks == pytest.approx([1.421, 1.628, 1.752, 2.0], abs=1e-3)


def test_onset_laws_hold_next_to_the_onset() -> None:
    field = decoupling(1.8).fields["onset_laws"]
    additive, cubic, gated, square = field.value[0, :, 0]
    eps = 0.003
    assert (cubic, square) == pytest.approx((16.0 / 81.0 * eps**3, eps**2 / 13.0), rel=1e-12)
    assert additive / cubic == pytest.approx(1.0, abs=4.0 * eps)
    assert gated / square == pytest.approx(1.0, abs=eps)


def test_the_caption_of_the_coarse_version_says_what_it_is_of() -> None:
    data = load(diagrams()["memory_band"], quick=True)
    said = "(networks or layers: 2; units in each: 250; sizes are not extrapolated; one place in 3)"
    assert data["description"].endswith(f"This is the coarse version {said}; the words before are of the whole one.")
    coarse, whole = (one["panels"][0]["description"] for one in (data, load(diagrams()["memory_band"])))
    assert "∞" in whole and "∞" not in coarse
