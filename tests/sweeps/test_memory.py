"""What cannot fit into memory is refused beforehand, and the plan says what a sweep needs."""

from pathlib import Path

import pytest

from phasemap.config import SweepConfig, make_config
from phasemap.errors import ConfigError
from phasemap.quantities import REGISTRY
from phasemap.sweeps import memory
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.memory import check_memory, memory_in_words, needed


def config(quantity: str = "network_variance", points: int = 3, **simulation: int) -> SweepConfig:
    axes = {"g_h": {"from": 1.0, "to": 2.0, "points": points}}
    return make_config({"quantities": [quantity], "axes": axes, "simulation": simulation}, REGISTRY)


def test_networks_that_cannot_fit_are_refused() -> None:
    """200,000 units: 320 GB a matrix."""
    with pytest.raises(ConfigError, match=r"of memory .* reduce simulation\.size"):
        check_memory(config(size=200_000), 2)
    check_memory(config(size=100), 2)


def test_every_worker_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_of_machine", lambda: 8e9)
    some = config(size=20_000)  # 1.8 GB a worker
    check_memory(some, 1)
    with pytest.raises(ConfigError, match="--workers"):
        check_memory(some, 4)


def test_networks_need_their_matrices_and_tangent_vectors() -> None:
    for size in (1000, 4000):
        plain, spectrum = (
            needed(config(name, size=size)).worker for name in ("network_variance", "network_entropy_rate")
        )
        assert plain >= 4 * size**2
        assert spectrum >= plain + 8 * size**2


def test_the_corner_of_the_grid_where_the_most_gates_vary_counts() -> None:
    axes = {"g_h": {"from": 1.0, "to": 2.0, "points": 3}, "alpha_z": {"from": 0.0, "to": 2.0, "points": 3}}
    data = {"quantities": ["network_variance"], "simulation": {"size": 10_000}}
    with_gate = make_config({**data, "axes": axes}, REGISTRY)
    assert needed(with_gate).worker >= needed(config(size=10_000)).worker + 4 * 10_000**2  # another matrix


def test_the_result_is_what_its_arrays_take() -> None:
    some = config("autocorrelation", points=50)
    arrays = sum(field.value.nbytes + field.status.nbytes for field in empty_result(some).fields.values())
    assert arrays <= needed(some).result - memory._PROCESS <= 10 * arrays


def test_results_that_cannot_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_of_machine", lambda: 1e9)
    with pytest.raises(ConfigError, match="reduce `points`"):
        check_memory(config("autocorrelation", points=10_000_000), 1)


def test_the_plan_says_what_is_needed(tmp_path: Path) -> None:
    assert "for each worker" in memory_in_words(config(size=2000), 2)
