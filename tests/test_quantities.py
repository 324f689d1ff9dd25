"""The registry holds together, and can travel to worker processes."""

import dataclasses
import pickle
import subprocess
import sys

import pytest

from phasemap.model.parameters import make_parameters
from phasemap.model.solvers.bibliography import BIBLIOGRAPHY
from phasemap.quantities import REGISTRY


def test_names_are_keys() -> None:
    for group in (REGISTRY.quantities, REGISTRY.solvers, REGISTRY.surfaces, REGISTRY.dimensions):
        assert all(name == entry.name for name, entry in group.items())


def test_every_quantity_has_a_solver_and_dimensions() -> None:
    for quantity in REGISTRY.quantities.values():
        assert quantity.solver in REGISTRY.solvers
        assert set(quantity.dims) <= set(REGISTRY.dimensions)
        assert quantity.description
    assert {quantity.solver for quantity in REGISTRY.quantities.values()} == set(REGISTRY.solvers)


def test_no_name_collides_with_a_stored_error_or_status() -> None:
    for name in REGISTRY.quantities:
        assert name.removesuffix("_error").removesuffix("_status") not in set(REGISTRY.quantities) - {name}


def test_solvers_that_share_a_table_share_its_record() -> None:
    tables: dict[str, type] = {}
    for solver in REGISTRY.solvers.values():
        assert (solver.options is None) == (solver.table == "")
        if solver.options is not None:
            assert dataclasses.is_dataclass(solver.options)
            assert tables.setdefault(solver.table, solver.options) is solver.options


def test_work_travels_to_other_processes() -> None:
    for solver in REGISTRY.solvers.values():
        assert pickle.loads(pickle.dumps(solver.solve)) == solver.solve
    for kind in REGISTRY.surfaces.values():
        assert pickle.dumps(kind.trace)


def test_the_registry_needs_no_compiled_code() -> None:
    script = "import sys, phasemap.quantities; print([m for m in ('numba', 'scipy', 'h5py') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


@pytest.mark.parametrize("name", REGISTRY.solvers)
def test_costs_are_known_at_every_kind_of_point(name: str) -> None:
    solver = REGISTRY.solvers[name]
    options = solver.options() if solver.options is not None else None
    steep = [{gate: steepness} for gate in ("alpha_r", "alpha_z") for steepness in (3.0, 1e4, float("inf"))]
    for settings in ({}, *steep, {"noise_h": 0.3}):
        seconds = solver.seconds(make_parameters({"g_h": 2.0, **settings}), options)
        assert 0 < seconds < 1e6


def test_captions_name_options_of_ensembles_only_where_the_update_gate_varies() -> None:
    reads = REGISTRY.solvers["mean_field"].reads
    assert reads is not None
    assert list(reads(make_parameters(alpha_r=3.0))) == []
    assert "relative_error" in reads(make_parameters(alpha_z=3.0))


def test_solvers_read_only_options_that_their_record_has() -> None:
    for solver in REGISTRY.solvers.values():
        if solver.reads is not None and solver.options is not None:
            names = {field.name for field in dataclasses.fields(solver.options)}
            assert set(solver.reads(make_parameters(alpha_z=3.0))) <= names


def test_every_dimension_and_quantity_has_a_name_a_symbol_and_units() -> None:
    for entry in (*REGISTRY.quantities.values(), *REGISTRY.dimensions.values()):
        assert entry.description and entry.symbol and entry.units, entry.name


def test_every_solver_cites_papers_that_the_bibliography_has() -> None:
    for solver in REGISTRY.solvers.values():
        assert solver.cites, solver.name
        assert set(solver.cites) <= set(BIBLIOGRAPHY), solver.name
    for key, entry in BIBLIOGRAPHY.items():
        assert entry.startswith("@") and entry.partition("{")[2].startswith(f"{key},")
        assert entry.count("{") == entry.count("}")
