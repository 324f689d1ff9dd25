"""What may be written where: regular files of our own kind, behind whatever name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phasemap.errors import ResultFileError
from phasemap.storage import check_regular, check_replaceable, read_file, resolve_target, result_target, write_result
from phasemap.storage.durable import write_atomically


def test_a_symbolic_link_stays_and_its_file_is_replaced(path: Path) -> None:
    link = path.with_name("link.h5")
    link.symlink_to(path)
    assert resolve_target(link) == path
    result = read_file(path)
    path.write_bytes(b"")
    write_result(link, result)
    assert link.is_symlink()
    assert read_file(path).metadata == result.metadata


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ResultFileError, match="circle"):
        resolve_target(tmp_path / "a")


@pytest.mark.parametrize("name", ["", ".", "/", ".."])
def test_what_is_no_name_of_a_file_is_refused(name: str) -> None:
    with pytest.raises(ResultFileError, match="name of a file"):
        resolve_target(Path(name))


def test_pipes_devices_and_folders_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for check in (resolve_target, check_regular):
        with pytest.raises(ResultFileError, match=r"not a regular file, but a pipe"):
            check(tmp_path / "pipe")
        with pytest.raises(ResultFileError, match=r"not a regular file, but a device"):
            check(Path("/dev/null"))
        with pytest.raises(ResultFileError, match="folder"):
            check(tmp_path)


def test_names_that_are_too_long_are_named_before_anything_is_written(tmp_path: Path) -> None:
    for length in (220, 253, 300, 5000):
        with pytest.raises(ResultFileError, match="too long") as caught:
            resolve_target(tmp_path / f"{'x' * length}.h5")
        assert len(str(caught.value)) < 700
        assert ".lock" not in str(caught.value)


def test_only_its_own_kind_is_replaced_and_no_input(tmp_path: Path) -> None:
    target = tmp_path / "figure"
    target.write_text("my diary")
    with pytest.raises(ResultFileError, match="is not a figure: it is not overwritten"):
        check_replaceable(target, "a figure", lambda content: content.startswith(b"FIG"))
    target.write_bytes(b"FIG")
    assert check_replaceable(target, "a figure", lambda content: content.startswith(b"FIG")) == target
    (tmp_path / "other").hardlink_to(target)
    with pytest.raises(ResultFileError, match="is an input"):
        check_replaceable(target, "a figure", lambda _: True, [tmp_path / "other"])
    target.write_bytes(b"")
    assert check_replaceable(target, "a figure", lambda _: False) == target


def test_force_overwrites_results_only(path: Path, tmp_path: Path) -> None:
    assert result_target(path, force=True) == path
    with pytest.raises(ResultFileError, match="--force"):
        result_target(path, force=False)
    diary = tmp_path / "p.txt"
    diary.write_text("my diary")
    for force in (False, True):
        with pytest.raises(ResultFileError, match="no result of phasemap"):
            result_target(diary, force)


def test_leavings_of_killed_writers_disappear_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    target = tmp_path / "x.h5"
    script = (
        "import os, sys; from pathlib import Path; from phasemap.storage.durable import write_atomically\n"
        "Path.replace = lambda *_: os._exit(9)\n"
        "write_atomically(Path(sys.argv[1]), b'x')"
    )
    subprocess.run([sys.executable, "-c", script, target], check=False)
    (left,) = tmp_path.iterdir()
    ours = tmp_path / left.name.replace(left.name.split("-")[1], str(os.getpid()))
    ours.touch()
    write_atomically(target, b"y")
    assert {found.name for found in tmp_path.iterdir()} == {"x.h5", ours.name}


def test_two_writers_of_one_file_share_no_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, flush, seen = tmp_path / "figure.png", os.fsync, []

    def meanwhile(descriptor: int) -> None:
        if not seen:
            seen.append(descriptor)
            write_atomically(target, b"the other's")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write_atomically(target, b"ours")
    assert target.read_bytes() == b"ours"
    assert [found.name for found in tmp_path.iterdir()] == ["figure.png"]
