"""The library's face: light to import, the same answers as the command line, each name usable twice in any order."""

import contextlib
import inspect
import json
import subprocess
import sys

import numpy as np
import pytest

import phasemap as pm
from phasemap import api
from phasemap.dataset.phases import Phase as StoredPhase
from phasemap.errors import PhasemapError
from phasemap.model.status import Status

SMALL = [
    "axes.g_h.points=3",
    "axes.alpha_r.points=3",
    "simulation.points=[]",
    'quantities=["static_gain","lyapunov_max"]',
]


def test_the_package_alone_loads_nothing_heavy():
    heavy = ("numpy", "numba", "h5py", "matplotlib", "pydantic")
    script = f"import sys, phasemap; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


def test_every_public_name_is_there_and_documented():
    assert set(api.__all__) <= set(pm.__all__) <= set(dir(pm))
    for name in api.__all__:
        assert getattr(pm, name) is getattr(api, name) and getattr(pm, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'chaos'"):
        pm.chaos  # noqa: B018


# In the order in which they make what the others open.
EXAMPLES = (
    "parameters", "solve", "fixed_points", "jacobian_spectrum", "hysteresis", "simulate", "load_config", "sweep",
    "iter_sweep", "open", "compare", "Phase", "Estimate", "Result",
)  # fmt: skip


def example_of(name: str) -> str:
    """The code of a docstring: what stands further in than the rest, before the sections."""
    text = inspect.getdoc(getattr(pm, name)).split("\nRaises:")[0].split("\nReturns:")[0]
    return "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))


@pytest.fixture(scope="module")
def examples(tmp_path_factory) -> dict[str, object]:
    """What the examples of all names have made, one after the other."""
    names: dict[str, object] = {"pm": pm}
    with contextlib.chdir(tmp_path_factory.mktemp("examples")):
        for name in EXAMPLES:
            exec(compile(example_of(name), name, "exec"), names)
    return names


def test_every_name_has_an_example_that_runs(examples):
    assert [name for name in EXAMPLES if f"pm.{name}" not in example_of(name)] == []
    assert examples["known"].good.any() and examples["result"]["static_gain"].dims == ("g_h", "fixed_point")


def test_a_point_has_a_phase_and_fields_that_print_themselves(examples):
    report = examples["report"]
    assert report.phase is pm.Phase.CHAOTIC and str(report.phase) == "chaotic" and pm.Phase is StoredPhase
    exponent = report["lyapunov_max"].sel(branch="fluctuating")
    assert float(exponent.value) == pytest.approx(0.131971355713, abs=1e-10)
    assert exponent.status == Status.CONVERGED and float(exponent.error) < 1e-8
    assert str(exponent).startswith("0.13197135") and " ± " in str(exponent) and str(exponent).endswith("(converged)")
    assert "chaotic" in report._repr_html_() and "lyapunov_max" in str(report)
    with pytest.raises(PhasemapError, match="Did you mean 'variance'"):
        report["varianc"]
    with pytest.raises(PhasemapError, match="Did you mean 'fluctuating'"):
        report["lyapunov_max"].sel(branch="fluctuatin")


def test_the_command_line_says_the_same_bit_for_bit(phasemap_command):
    asked = ("--quantity", "static_gain", "--quantity", "lyapunov_max")
    facts = json.loads(phasemap_command("point", "--set", "g_h=2.5", "--set", "alpha_r=3", *asked, "--json"))
    report = pm.solve(pm.parameters(g_h=2.5, alpha_r=3), ["static_gain", "lyapunov_max"])
    for name in ("static_gain", "variance", "lyapunov_max"):
        field = report[name]
        dim = field.dims[0]
        for label, entry in facts["quantities"][name][dim].items():
            value = float(field.sel(**{dim: label}).value)
            assert entry["value"] == value or (entry["value"] is None and np.isnan(value))


def test_arrays_of_parameters_give_labelled_arrays():
    found = pm.solve(pm.parameters(g_h=[1.5, 3.0], alpha_r=2), ["lyapunov_max"])
    field = found["lyapunov_max"]
    assert field.dims == ("g_h", "branch") and field.coords["g_h"].tolist() == [1.5, 3.0]
    single = pm.solve(pm.parameters(g_h=3.0, alpha_r=2), ["lyapunov_max"])["lyapunov_max"]
    np.testing.assert_array_equal(field.sel(g_h=3.0).value, single.value)


def test_fixed_points_come_alone():
    report = pm.fixed_points(pm.parameters(g_h=3, alpha_r=2))
    assert float(report["delta_h"].sel(fixed_point="upper").value) == pytest.approx(0.1336322, abs=1e-7)
    assert "lyapunov_max" not in report.fields


def test_a_sweep_runs_resumes_opens_and_is_drawn(tmp_path):
    pytest.importorskip("xarray")
    target = tmp_path / "out.h5"
    config = pm.load_config("quickstart", SMALL)
    blocks = pm.iter_sweep(config, target, workers=0)
    next(blocks)
    blocks.close()
    result = pm.sweep(config, target, workers=0, progress=False)
    assert pm.sweep(config, target, workers=0, progress=False)["lyapunov_max"].good.any()
    again = pm.open(target)
    table = again.to_xarray()
    assert table.lyapunov_max.dims == ("g_h", "alpha_r", "branch") and table.alpha_r.size == 3
    assert {pm.Phase(int(code)) for code in again.phase().value.ravel()} >= {pm.Phase.STABLE_ZERO}
    assert result.plot("lyapunov_max").axes and "lyapunov_max" in repr(again)
    assert pm.compare(again) == []


def test_a_loop_is_a_result():
    loop = pm.hysteresis(pm.parameters(alpha_r=20.0), "g_h=1.6:2.1:3")
    assert loop["loop_variance"].dims == ("g_h", "way")


def test_unknown_quantities_and_options_are_named():
    with pytest.raises(PhasemapError, match="Did you mean 'lyapunov_max'"):
        pm.solve(pm.parameters(g_h=2), ["lyapunov_mx"])
    with pytest.raises(PhasemapError, match="relative_error"):
        pm.solve(pm.parameters(g_h=2), ["static_gain"], ensemble={"relative_eror": 0.1})


@pytest.fixture
def phasemap_command(capsys, monkeypatch):
    from phasemap.cli.main import main

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["phasemap", *arguments])
        main_code = 0
        try:
            main()
        except SystemExit as end:
            main_code = int(end.code or 0)
        assert main_code == 0
        return capsys.readouterr().out

    return run
