"""`phasemap plot` as it is typed."""

import subprocess
import sys

import pytest
from support import toy_results
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.errors import PhasemapError
from phasemap.storage import write_result


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "toy.h5"
    write_result(path, toy_results.plane())
    return path


def run(*arguments):
    """Output of the command; errors come through as they are, which `main` turns into words."""
    result = CliRunner().invoke(app, ["plot", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


MAGIC = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.mark.parametrize("suffix", MAGIC)
def test_the_suffix_chooses_the_format(file, suffix):
    figure = file.with_name(f"a.{suffix}")
    assert str(figure.name) in run(file, "-o", figure).replace("\n", "")
    assert figure.read_bytes().startswith(MAGIC[suffix])


def test_without_a_name_the_figure_stands_beside_the_result(file):
    run(file)
    assert file.with_suffix(".png").exists()


def test_a_figure_is_replaced_by_itself(file):
    run(file)
    before = file.with_suffix(".png").read_bytes()
    run(file)
    assert file.with_suffix(".png").read_bytes() == before


def test_the_terminal_alone_writes_no_file(file):
    output = run(file, "--terminal")
    assert "lyapunov_max" in output and "chaotic" in output.replace("\u00a0", " ")
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_terminal_and_file_together(file):
    run(file, "--terminal", "-o", file.with_name("a.png"))
    assert file.with_name("a.png").exists()


def test_options_reach_the_figure(file):
    line = run(file, "--terminal", "--slice", "alpha_r=15", "--branch", "fluctuating")
    assert "* fluctuating" in line
    assert "phase" in run(file, "--terminal", "-q", "phase")
    run(file, "-o", file.with_name("wide.svg"), "--width", "single", "--title", "A title")


def test_a_caption_on_request(file):
    assert "at 5 points: simulated networks" in run(file, "--caption").replace("\n", " ")


def test_a_section_is_named_after_the_place_that_is_drawn(file):
    """The axis alpha_r runs from 0 to 20 in 17 values: 10.3 is not among them, 10 is."""
    said = run(file, "--caption", "--slice", "alpha_r=10.3", "-o", file.with_name("a.svg")).replace("\n", " ")
    assert "alpha_r = 10.3 in the file: drawn is alpha_r = 10." in said
    assert "Fixed: alpha_r = 10," in said
    assert "10.3" not in said.split("drawn is")[1]
    exact = run(file, "--caption", "--slice", "alpha_r=10", "-o", file.with_name("b.svg")).replace("\n", " ")
    assert "drawn is" not in exact and "Fixed: alpha_r = 10," in exact


def test_an_older_name_of_a_branch_is_drawn_under_the_present_one(file):
    said = run(file, "--caption", "--branch", "chaotic", "-o", file.with_name("a.svg"))
    assert "on the fluctuating branch" in said.replace("\n", " ")


def test_a_caption_names_the_options_that_counted_and_no_others(file):
    words = run(file, "--caption").replace("\n", " ")
    assert "Numerics: simulation: size = 500." in words
    assert "ensemble" not in words and "sizes" not in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-q", "lambda"], "It holds: "),
        (["-o", "figure.jpg"], ".png, .pdf, .svg"),
        (["-o", "no/such/folder/a.png"], "no folder"),
        (["--slice", "beta_r"], "NAME=VALUE"),
        (["--slice", "beta_r=1"], "no axis 'beta_r'"),
        (["--branch", "fluctating"], "Did you mean 'fluctuating'"),
        (["--width", "triple"], "single or double"),
    ],
)
def test_mistakes_are_explained(file, arguments, words, monkeypatch):
    monkeypatch.chdir(file.parent)
    with pytest.raises(PhasemapError, match=words.replace(".", r"\.")):
        run(file, *arguments)
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(PhasemapError, match="no file"):
        run(tmp_path / "nothing.h5")


def test_piped_text_is_plain_and_errors_are_one_paragraph(file):
    """In processes of their own: what is printed to a pipe, and the exit codes."""
    command = [sys.executable, "-m", "phasemap", "plot", str(file)]
    good = subprocess.run([*command, "--terminal"], capture_output=True, check=False)
    assert good.returncode == 0 and b"\x1b[" not in good.stdout and b"=" in good.stdout
    bad = subprocess.run([*command, "-q", "nothing"], capture_output=True, text=True, check=False)
    assert bad.returncode == 2 and "Traceback" not in bad.stderr and "It holds: " in bad.stderr.replace("\n", " ")


def test_help_needs_no_matplotlib():
    code = "import sys, phasemap.cli.main; sys.exit('matplotlib' in sys.modules or 'h5py' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
