"""Every file in configs/ validates, and runs at tiny size from end to end."""

from pathlib import Path

import pytest

from phasemap.config import SweepConfig, load_config, read_toml
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.run import open_sweep

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("**/*.toml"))


# Options of networks and of ensembles at their smallest: of rate networks, and of cells (time counted in steps).
OF_RATES = (
    {"size": 16, "realisations": 1, "duration": 10.0, "transient": 5.0, "max_duration": 10.0},
    {"paths": 64, "relative_error": 0.5, "longest_window": 512.0, "path_steps": 2.0**17},
)
OF_CELLS = ({"size": 16, "realisations": 1, "duration": 10, "transient": 5}, {"paths": 32, "steps": 32, "horizon": 8})
# Of single solvers, where a configuration sets any.
OF_SOLVERS = {
    "count": {"networks": 4, "samples": 1000},
    "gradients": {"lags": [1, 4], "ensemble_error": 0.2, "paths": 512},
    "network_gradients": {"lags": [1, 4], "size": 32, "networks": 2, "adjoints": 2},
    "tangent_spectrum": {"rates": [-0.1, 0.1]},
}


def tiny(path: Path) -> SweepConfig:
    """The configuration with two points along every axis, very small networks at one check point and poor ensembles."""
    data = read_toml(path)[1]
    overrides = []
    for name, axis in data["axes"].items():
        if not isinstance(axis, list | dict):  # how the map is refined
            continue
        ends = sorted({axis[0], axis[-1]}) if isinstance(axis, list) else None
        overrides.append(f"axes.{name}={ends}" if ends else f"axes.{name}.points=2")
    networks, ensembles = OF_CELLS if "cell" in data else OF_RATES
    overrides += [f"simulation.{name}={value}" for name, value in networks.items()]
    overrides += [f"ensemble.{name}={value}" for name, value in ensembles.items()]
    for solver, options in OF_SOLVERS.items():
        overrides += [f"{solver}.{name}={value}" for name, value in options.items() if solver in data]
    if "sizes" in data.get("simulation", {}):
        overrides.append("simulation.sizes=[12, 16, 20]")
    for part in ("simulation", "network_gradients"):
        if "points" in data.get(part, {}):
            overrides.append(f"{part}.points={data[part]['points'][:1]}")
    return load_config(path, REGISTRY, overrides)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_is_valid_and_says_what_it_is(path: Path) -> None:
    config = load_config(path, REGISTRY)
    assert config.title
    assert config.description


@pytest.mark.slow
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    with open_sweep(tiny(path), tmp_path / "x.h5") as sweep:
        for _ in sweep.run(InProcess()):
            pass
    result = read_result(tmp_path / "x.h5")
    assert result.complete
    assert not result.failures
