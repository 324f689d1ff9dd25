"""The house rules: style, types and the direction of imports by the tools that know them, and the size of folders."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHECKS = {
    "ruff_finds_nothing": ["ruff", "check", "--no-cache", "."],
    "formatting_is_settled": ["ruff", "format", "--no-cache", "--check", "."],
    "types_hold": ["mypy"],
    "imports_run_downwards": ["lint-imports"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_house(name: str) -> None:
    command, *arguments = CHECKS[name]
    program = Path(sys.executable).parent / command
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


ENTRIES = 13  # files and subfolders of one folder that a reader takes in; the package's root and its commands are lists


def entries(folder: Path) -> list[str]:
    """What a folder lists: its modules, and the folders that hold any."""
    return [path.name for path in folder.iterdir() if _is_module(path) or (path.is_dir() and any(path.rglob("*.py")))]


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" and path.name != "__init__.py"


def test_no_folder_is_overfull() -> None:
    package = ROOT / "phasemap"
    folders = [path.parent for path in package.glob("*/**/__init__.py") if path.parent != package / "cli"]
    assert len(folders) > 50, "the walk found no package"
    assert {str(f.relative_to(ROOT)): entries(f) for f in folders if len(entries(f)) > ENTRIES} == {}


LINES, LENGTH, ARGUMENTS = 300, 60, 8
# Sums and marches that the compiler has to see as one loop.
ONE_LOOP = {"log_partition", "path_march"}


def functions(path: Path) -> list[ast.FunctionDef]:
    """All functions of a file, inner ones as well."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


def test_files_and_functions_are_short() -> None:
    long = []
    for path in (ROOT / "phasemap").rglob("*.py"):
        if path.read_text().count("\n") > LINES:
            long.append(f"{path.relative_to(ROOT)}: more than {LINES} lines")
        long += [
            f"{path.relative_to(ROOT)}: {one.name}"
            for one in functions(path)
            if one.end_lineno - one.lineno >= LENGTH and one.name not in ONE_LOOP
        ]
    assert long == []


# Kernels that take more: numbers of one step, and arrays that it fills. They are called from one place each, which has
# made these arrays once for a whole march; a record of them would be compiled for every layout and read no better.
WIDE_KERNELS = {
    "cells/march.py": "what two rings keep, and the arrays that one step of the march fills",
    "complexity/roots.py": "one network, and the roots and signs that are filled",
    "complexity/saddle.py": "a point, an entry of theta for each equation, and the derivatives that are filled",
    "dynamic/correlations.py": "a bordered system and its work arrays",
    "dynamic/transient/march.py": "nodes and fields in records already; the rest is one number each",
    "ensemble/paths.py": "a step of many paths, in place",
    "ensemble/tangent.py": "a step of many tangents, in place",
    "gradients/adjoint.py": "a step of Runge and Kutta backwards, in place",
    "gradients/march.py": "sources of one lag, in place",
    "gradients/path_march.py": "one cell of the march over two times",
    "gradients/static_march.py": "sums of one level, in place",
    "jacobian/dyson.py": "a place in the plane, and the fields that are iterated in place",
    "jacobian/resolvent.py": "places in the plane, and the four arrays that are filled",
    "jacobian/support.py": "a direction and a bracket: two ends with two values",
    "network/lazy/tangent.py": "a step, from both of its ends",
    "network/steep_gates.py": "a step of the network, whose stages stay in memory from step to step",
    "network/steps.py": "a step of the network, whose stages stay in memory from step to step",
    "network/tangent.py": "a stage of the linearised step, in place",
}


def test_functions_take_few_arguments() -> None:
    """Outside of kernels without exception; inside, those that are named, with what they need the others for."""
    package = ROOT / "phasemap"
    wide = {
        path.relative_to(package)
        for path in package.rglob("*.py")
        if any(len(one.args.posonlyargs + one.args.args + one.args.kwonlyargs) > ARGUMENTS for one in functions(path))
    }
    assert {str(path) for path in wide} == {f"kernels/{name}" for name in WIDE_KERNELS}


def test_functions_say_what_they_do() -> None:
    """Inner functions as well; private ones may leave it to their names."""
    silent = [
        f"{path.relative_to(ROOT)}: {one.name}"
        for path in (ROOT / "phasemap").rglob("*.py")
        for one in functions(path)
        if not one.name.startswith("_") and ast.get_docstring(one) is None
    ]
    assert silent == []


COMPUTING = ("kernels", "numerics", "theory", "cells", "simulation", "handover", "studies")
SMALL, NOTHING = 1e-2, 1e-12
# A default that its docstring explains; where a comment beside it does.
EXPLAINED = {"numerics/anderson.py", "kernels/ensemble/paths.py"}


def is_record(node: ast.AST) -> bool:
    """Whether it is a class of named numbers."""
    return isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "NamedTuple" for base in node.bases)


def loose_numbers(tree: ast.Module) -> list[float]:
    """Small numbers inside functions; what stands against division by zero is smaller."""
    inside = {id(leaf) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for leaf in ast.walk(node)}
    known = {id(leaf) for node in ast.walk(tree) if is_record(node) for leaf in ast.walk(node)}
    return [
        leaf.value
        for leaf in ast.walk(tree)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, float) and NOTHING < abs(leaf.value) <= SMALL
        if id(leaf) in inside - known
    ]


def test_tolerances_have_names_and_reasons() -> None:
    """Wherever numbers are computed: records of tolerances, one number a line; costs of solvers are no tolerances."""
    package = ROOT / "phasemap"
    paths = [path for part in COMPUTING for path in (package / part).rglob("*.py")]
    found = {str(path.relative_to(package)): loose_numbers(ast.parse(path.read_text())) for path in paths}
    named = [name for name, loose in found.items() if loose and not name.endswith("quantities.py")]
    assert sorted(set(named) - EXPLAINED) == []
    assert loose_numbers(ast.parse("def f(x):\n    return x < 1e-4")) == [1e-4], "the search finds nothing"


def test_small_numbers_of_modules_stand_alone() -> None:
    """One number a line, so that each has its reason."""
    package = ROOT / "phasemap"
    crowded = [
        f"{path.relative_to(package)}:{node.lineno}"
        for part in COMPUTING
        for path in (package / part).rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if is_crowded(node)
    ]
    assert crowded == []
    assert is_crowded(ast.parse("_NEAR, _MOST = 1e-4, 20").body[0]), "the search finds nothing"


def is_crowded(node: ast.stmt) -> bool:
    """Whether several names are given at once, one of them to a small number."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
        return False
    numbers = [leaf.value for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant)]
    return any(isinstance(number, float) and NOTHING < abs(number) <= SMALL for number in numbers)


def test_every_number_of_a_record_says_why_it_is_what_it_is() -> None:
    silent = []
    for path in (ROOT / "phasemap").rglob("*.py"):
        lines = path.read_text().splitlines()
        records = [one for one in ast.walk(ast.parse("\n".join(lines))) if is_record(one)]
        for one in (one for one in records if one.name.strip("_") in ("Tolerances", "Rule")):
            numbers = [line for line in one.body if isinstance(line, ast.AnnAssign)]
            where = path.relative_to(ROOT)
            silent += [
                f"{where}:{n.lineno}" for n in numbers if "# " not in "".join(lines[n.lineno - 1 : n.end_lineno])
            ]
    assert silent == []
