"""No command writes over its input, or over what it cannot recognise as its own kind."""

import os
from pathlib import Path

import pytest
from support.command_line import PLANE, Run
from support.toy_results import plane as toy_plane

from phasemap.storage import read_result, write_result

DIARY = "my diary"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_result(Path("toy.h5"), toy_plane())
    Path("plane.toml").write_text(PLANE)
    for name in ("p.txt", "p.png", "p.pdf", "p.svg", "p.h5", "README.md"):
        Path(name).write_text(DIARY)
    return tmp_path


LOOP = ("hysteresis", "--set", "alpha_r=20", "--along", "g_h=1.5:2:3")
NETWORK = ("simulate", "--set", "g_h=3", "--set", "simulation.size=5")

WRITERS = [
    *[("plot", "toy.h5", "-o", f"p.{suffix}") for suffix in ("png", "pdf", "svg")],
    ("compare", "toy.h5", "-o", "p.png"),
    ("spectrum", "--set", "g_h=3", "-o", "p.png"),
    ("spectrum", "--set", "g_h=3", "--distributions", "p.png"),
    ("sweep", "plane.toml", "-o", "p.txt"),
    ("sweep", "plane.toml", "-o", "p.h5", "--force"),
    ("merge", "toy.h5", "-o", "p.h5"),
    ("merge", "toy.h5", "-o", "p.txt", "--force"),
    (*LOOP, "-o", "p.txt", "--force"),
    (*LOOP, "-o", "new.h5", "--figure", "--force"),
    (*NETWORK, "-o", "p.txt", "--force"),
    ("atlas", "--gallery"),
]


@pytest.mark.parametrize("arguments", WRITERS, ids=[" ".join(words[:1] + words[-2:]) for words in WRITERS])
def test_other_peoples_files_stay(phasemap: Run, folder: Path, arguments: tuple[str, ...]) -> None:
    if arguments == ("atlas", "--gallery"):
        Path("toy.txt").write_text("toy: a caption\n")
    if "--figure" in arguments:
        Path("new.png").write_text(DIARY)
    ran = phasemap(*arguments)
    assert ran.code == 2 and "Traceback" not in ran.err
    for path in folder.glob("p.*"):
        assert path.read_text() == DIARY
    assert (folder / "README.md").read_text() == DIARY
    assert not list(folder.glob("*.lock")) and not list(folder.glob(".*"))


def test_a_figure_never_replaces_its_result(phasemap: Run, folder: Path) -> None:
    Path("toy.h5").rename("map.png")
    before = Path("map.png").read_bytes()
    for arguments in (
        ("plot", "map.png"),
        ("plot", "map.png", "-o", "map.png"),
        ("compare", "map.png", "-o", "map.png"),
    ):
        ran = phasemap(*arguments)
        assert ran.code == 2 and "is an input" in ran.err
        assert Path("map.png").read_bytes() == before
    ran = phasemap(*LOOP, "-o", "loop.png", "--figure")
    assert ran.code == 2 and "name of its figure" in ran.err


def test_its_own_figures_and_galleries_are_replaced(phasemap: Run, folder: Path) -> None:
    for suffix in ("png", "pdf", "svg"):
        assert phasemap("plot", "toy.h5", "-o", f"figure.{suffix}").code == 0
        assert phasemap("plot", "toy.h5", "-o", f"figure.{suffix}").code == 0
    for name in ("README.md", "p.h5", "p.txt"):
        Path(name).unlink()
    Path("toy.txt").write_text("toy: a caption\n")
    assert phasemap("atlas", "--gallery").code == 0
    assert phasemap("atlas", "--gallery").code == 0


@pytest.mark.parametrize(
    "command", [("info",), ("plot", "-o", "x.png"), ("compare",), ("merge", "-o", "x.h5"), ("sweep",)]
)
def test_pipes_devices_and_folders_are_no_input(phasemap: Run, folder: Path, command: tuple[str, ...]) -> None:
    os.mkfifo("pipe")
    for name in ("pipe", "/dev/zero", ".", ""):
        ran = phasemap(command[0], name, *command[1:])
        assert ran.code == 2 and "Traceback" not in ran.err
        assert "not a regular file" in ran.err or "folder" in ran.err


@pytest.mark.parametrize("command", [("plot", "toy.h5"), ("sweep", "plane.toml"), ("merge", "toy.h5"), NETWORK, LOOP])
def test_outputs_that_are_no_names_of_files(phasemap: Run, folder: Path, command: tuple[str, ...]) -> None:
    os.mkfifo("pipe.png")
    for name in ("", ".", "..", "pipe.png", "/dev/null", f"{'x' * 249}.png", f"{'x' * 300}.png"):
        ran = phasemap(*command, "-o", name)
        assert ran.code == 2 and "Traceback" not in ran.err, (name, ran.err)
        assert ".lock" not in ran.err


def test_links_stay_and_what_they_lead_to_is_written(phasemap: Run, folder: Path) -> None:
    Path("data").mkdir()
    Path("link.h5").symlink_to("data/real.h5")
    assert phasemap("sweep", "plane.toml", "-o", "link.h5", "-j", "0").code == 0
    assert Path("link.h5").is_symlink() and read_result(Path("data/real.h5")).complete
    ran = phasemap("sweep", "plane.toml", "-o", "data/real.h5", "-j", "0")
    assert "complete already" in ran.out
    Path("link.png").symlink_to("data/real.png")
    assert phasemap("plot", "link.h5").code == 0
    assert Path("link.png").is_symlink() and Path("data/real.png").stat().st_size > 1000


def test_a_title_that_cannot_be_set_is_drawn_as_it_is(phasemap: Run, folder: Path) -> None:
    for title in (r"$\alpha$ $$ \frac", r"$\frac$", "$", "a_b ^ {"):
        assert phasemap("plot", "toy.h5", "-o", "x.png", "--title", title).code == 0
    result = toy_plane()
    result.fields["lyapunov_max"].symbol = r"$\nonsense{$"
    write_result(Path("bad.h5"), result)
    assert phasemap("plot", "bad.h5", "-o", "y.png").code == 0


def test_old_results_are_read_and_not_mixed(phasemap: Run, folder: Path) -> None:
    phasemap("sweep", "plane.toml", "-o", "old.h5", "-j", "0")
    result = read_result(Path("old.h5"))
    result.metadata.format_version = 1
    write_result(Path("old.h5"), result)
    assert "complete already" in phasemap("sweep", "plane.toml", "-o", "old.h5", "-j", "0").out
    next(iter(result.fields.values())).status[0] = 0
    write_result(Path("half.h5"), result)
    ran = phasemap("sweep", "plane.toml", "-o", "half.h5", "-j", "0")
    assert ran.code == 2 and "older version of phasemap" in ran.err and "--force" in ran.err
    ran = phasemap("merge", "half.h5", "toy.h5", "-o", "x.h5")
    assert ran.code == 2 and "format 1" in ran.err
