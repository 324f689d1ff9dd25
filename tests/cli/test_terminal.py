"""What reaches a terminal, whatever its encoding: characters, and nothing that could command it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import Run
from support.toy_results import plane

from phasemap.cli.console import make_console, make_table
from phasemap.cli.plain import clean
from phasemap.storage import write_result

HARM = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj.exe\u2028[/x] [bold]no[/bold] :smile:"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    result = plane()
    result.metadata.title = f"title {HARM}"
    result.metadata.description = f"description {HARM}"
    result.metadata.config = f"# {HARM}\n"
    for entry in result.fields.values():
        entry.units, entry.description = f"units {HARM}", f"words {HARM}"
    write_result(Path("toy.h5"), result)
    return Path("toy.h5")


def harmless(text: str) -> bool:
    return not any(char in text for char in "\x1b\x07\x9b\u202e\u2028\x00")


def test_texts_keep_what_is_text() -> None:
    assert clean("größe ± 3 λ\n\t日本 [x]") == "größe ± 3 λ\n\t日本 [x]"
    assert clean("a\x1bb\x9bc\u202ed\x00") == r"a\x1bb\x9bc\u202ed\x00"


READERS = [["info"], ["info", "--config"], ["info", "--json"], ["plot", "--terminal"], ["plot", "--caption"],
           ["compare"], ["compare", "--json"], ["status"]]  # fmt: skip


@pytest.mark.parametrize("arguments", READERS)
def test_texts_of_a_file_command_nothing(phasemap: Run, file: Path, arguments: list[str]) -> None:
    ran = phasemap(arguments[0], file, *arguments[1:])
    assert harmless(ran.out) and harmless(ran.err)
    assert "Traceback" not in ran.err
    if arguments == ["info"]:
        assert "[/x] [bold]no[/bold] :smile:" in ran.out


def test_names_of_files_command_nothing(phasemap: Run, file: Path) -> None:
    for name in ("[/x].h5", "[bold]a[/bold].h5", ":smile:.h5"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(file.read_bytes())
        for command in (("info",), ("plot", "-o", "x.png"), ("status",)):
            ran = phasemap(command[0], name, *command[1:])
            assert "Traceback" not in ran.err and ran.code in (0, 1, 2)
        assert f"Error: There is no file gone-{Path(name).name}" in phasemap("info", f"gone-{Path(name).name}").err
    for arguments in (("info", f"a{HARM}.h5"), ("sweep", "a.toml", f"b{HARM}"), (f"no{HARM}",)):
        ran = phasemap(*arguments)
        assert ran.code == 2 and harmless(ran.err) and "control characters" in ran.err


def test_tables_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    make_console().print(make_table(("[red]a", "b"), [("[/x]", HARM)], title="[/t]"))
    out = capsys.readouterr().out
    assert harmless(out)
    assert "[red]a" in out and "[/x]" in out and "[/t]" in out


def command(arguments: list[str], output: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "phasemap", *arguments],
        stdout=output,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminals_without_our_characters(file: Path, encoding: str) -> None:
    ran = command(["info", str(file)], subprocess.PIPE, PYTHONIOENCODING=encoding)
    assert ran.returncode == 0, ran.stderr
    assert b"toy.h5" in ran.stdout or b"title" in ran.stdout
    ran = command(["info", "große-±→.h5"], subprocess.PIPE, PYTHONIOENCODING=encoding)
    assert ran.returncode == 2 and b"Traceback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["info", "toy.h5"], ["info", "toy.h5", "--json"], ["--help"], ["--version"]])
def test_an_output_that_is_full_is_named(file: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = command(arguments, full)
    assert ran.returncode == 2
    assert b"No space left" in ran.stderr and b"Traceback" not in ran.stderr and b"Exception" not in ran.stderr


def test_help_keeps_its_brackets(phasemap: Run) -> None:
    assert "phasemap[dask]" in " ".join(phasemap("sweep", "--help").out.replace("│", " ").split())
