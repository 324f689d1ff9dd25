"""Every mistake gets a sentence and exit code 2, and leaves nothing behind."""

from pathlib import Path

import h5py
import pytest
from support.command_line import PLANE, Ran, Run

SWEEPS = {
    "unknown key": (["--set", "simulation.sise=3"], ["simulation.sise", "Did you mean 'size'"]),
    "unknown key of a figure": (["--set", "figures.map.brunch=zero"], ["figures.map.brunch", "Did you mean 'branch'"]),
    "unknown key of a figure, far off": (["--set", "figures.map.at=zero"], ["figures.map.at", "slice, width"]),
    "wrong type": (["--set", "seed=many"], ["seed = 'many'", "whole number"]),
    "inverted axis": (["--set", "axes.g_h.from=9"], ["axes.g_h is inverted"]),
    "negative time constant": (["--set", "tau_r=-1"], ["tau_r = -1", "not below 0"]),
    "no units": (["--set", "simulation.size=0"], ["simulation.size = 0", "at least 1"]),
    "unknown quantity": (["--set", 'quantities=["static_gains"]'], ["static_gains", "Did you mean 'static_gain'"]),
    "no such shard": (["--shard", "5/4"], ["--shard '5/4'", "I/N"]),
    "half a shard": (["--shard", "5"], ["--shard '5'", "I/N"]),
    "not an override": (["--set", "g_h"], ["key=value"]),
    "a folder that cannot be": (["-o", "plane.toml/x.h5"], ["Cannot write", "not a folder"]),
    "a place that cannot be": (["-o", "/proc/nowhere/x.h5"], ["Cannot write", "/proc/nowhere"]),
    "a folder as output": (["-o", "folder"], ["folder"]),
    "the configuration as output": (["-o", "plane.toml"], ["not an HDF5 file", "Nothing was written"]),
    "the configuration as output, by force": (["-o", "plane.toml", "--force"], ["not an HDF5 file"]),
}


def check(ran: Ran, parts: list[str]) -> None:
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    for part in parts:
        assert part in ran.err


@pytest.mark.parametrize("name", SWEEPS)
def test_sweep(phasemap: Run, plane: Path, name: str) -> None:
    Path("folder").mkdir()
    arguments, parts = SWEEPS[name]
    check(phasemap("sweep", plane, *arguments), parts)
    assert sorted(path.name for path in Path().rglob("*")) == ["folder", "plane.toml"]
    assert plane.read_text() == PLANE


def test_missing_files(phasemap: Run, plane: Path) -> None:
    check(phasemap("sweep", "plain.toml"), ["no configuration file plain.toml", "Did you mean plane.toml"])
    check(phasemap("info", "nothing.h5"), ["no file nothing.h5"])
    check(phasemap("plot", "nothing.h5"), ["no file nothing.h5"])
    check(phasemap("merge", "nothing.h5", "-o", "x.h5"), ["no file nothing.h5"])
    assert [path.name for path in Path().iterdir()] == ["plane.toml"]


@pytest.mark.parametrize("command", [("info",), ("plot",), ("merge", "-o", "x.h5"), ("sweep",)])
def test_files_that_are_no_results(phasemap: Run, plane: Path, command: tuple[str, ...]) -> None:
    phasemap("sweep", plane, "-j", "0")
    whole = Path("plane.h5").read_bytes()
    Path("truncated.h5").write_bytes(whole[: len(whole) // 2])
    check(phasemap(*command, "truncated.h5"), ["truncated"])
    Path("newer.h5").write_bytes(whole)
    with h5py.File("newer.h5", "a") as file:
        file.attrs["format_version"] = 12
    check(phasemap(*command, "newer.h5"), ["format version 12", "newer phasemap"])
    with h5py.File("other.h5", "w") as file:
        file["x"] = 1
    check(phasemap(*command, "other.h5"), ["not one that phasemap wrote"])
    if command != ("sweep",):
        check(phasemap(*command, "plane.toml"), ["not an HDF5 file"])
    names = ["newer.h5", "other.h5", "plane.h5", "plane.toml", "truncated.h5"]
    assert sorted(path.name for path in Path().iterdir()) == names


def test_another_configuration_in_the_output(phasemap: Run, plane: Path) -> None:
    phasemap("sweep", plane, "-j", "0")
    check(phasemap("sweep", plane, "--set", "seed=4"), ["seed is 4 here and 0 there", "--force"])


def test_points(phasemap: Run, plane: Path) -> None:
    check(phasemap("point", "--set", "g_hh=3"), ["g_hh", "Did you mean 'parameters.g_h'"])
    check(phasemap("point", "--set", "tau_z=-3"), ["tau_z = -3"])
    check(phasemap("point", plane, "--set", "g_h=3"), ["alpha_r is an axis", "--set alpha_r=VALUE"])


def test_unknown_commands_and_options(phasemap: Run) -> None:
    assert phasemap("swep").code == 2
    assert phasemap("sweep", "--wrokers", "2").code == 2
    assert phasemap("sweep").code == 2


def test_debug_shows_the_traceback(phasemap: Run, tmp_path: Path) -> None:
    from phasemap.errors import ConfigError

    for arguments in (["--debug", "sweep", "no.toml"], ["sweep", "no.toml", "--debug"]):
        with pytest.raises(ConfigError, match="no configuration file"):
            phasemap(*arguments)
