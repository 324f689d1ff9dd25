"""`phasemap plot` as it is typed."""

import re
import subprocess
import sys
from pathlib import Path

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
    assert "Circles: simulated networks at 5 points (N = 500 units)." in run(file, "--caption").replace("\n", " ")


def test_a_section_is_named_after_the_place_that_is_drawn(file):
    """The axis alpha_r runs from 0 to 20 in 17 values: 10.3 is not among them, 10 is."""
    said = run(file, "--caption", "--slice", "alpha_r=10.3", "-o", file.with_name("a.svg")).replace("\n", " ")
    assert "alpha_r = 10.3 in the file: drawn is alpha_r = 10." in said
    assert "with α_r = 10, β_r = 0" in said
    assert "10.3" not in said.split("drawn is")[1]
    exact = run(file, "--caption", "--slice", "alpha_r=10", "-o", file.with_name("b.svg")).replace("\n", " ")
    assert "drawn is" not in exact and "with α_r = 10, β_r = 0" in exact


def test_an_older_name_of_a_branch_is_drawn_under_the_present_one(file):
    said = run(file, "--caption", "--branch", "chaotic", "-o", file.with_name("a.svg"))
    assert "of the fluctuating state" in said.replace("\n", " ")


def test_a_caption_names_the_options_that_counted_and_no_others(file):
    words = run(file, "--caption").replace("\n", " ")
    assert "(N = 500 units)" in words
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


SHEET = """
width = "double"
[[panels]]
file = "{name}"
[[panels]]
file = "{name}"
quantity = "phase"
letter = "x"
[[panels]]
file = "{name}"
slice = {{ alpha_r = 10 }}
membrane = "20ms"
"""


def test_panels_make_one_figure_with_one_caption(file, monkeypatch):
    monkeypatch.chdir(file.parent)
    Path("fig3.toml").write_text(SHEET.format(name=file.name))
    said = run("--panels", "fig3.toml", "-o", "fig3.svg", "--caption", "--dpi", "60").replace("\n", " ")
    assert "Figure written to fig3.svg." in said
    drawn = Path("fig3.svg").read_text()
    width = float(re.search(r'width="([\d.]+)pt"', drawn)[1])
    assert width == pytest.approx(178 * 72 / 25.4, rel=0.002)
    assert drawn.count('id="panel-letter"') == 3
    starts = [said.index(words) for words in ("(a) Maximum Lyapunov", "x Phase diagram", "(c) Maximum Lyapunov")]
    assert starts == sorted(starts) and "20 ms" in said and "(in Hz)" in said
    before = Path("fig3.svg").read_bytes()
    run("--panels", "fig3.toml", "-o", "fig3.svg", "--dpi", "60")
    assert Path("fig3.svg").read_bytes() == before


@pytest.mark.parametrize(
    ("sheet", "arguments", "words"),
    [
        ('[[panels]]\nfile = "no.h5"\n', [], "no.h5"),
        ('[[panels]]\nfiles = "no.h5"\n', [], "Did you mean 'file'"),
        ('width = "wide"\n', [], "single or double"),
        ("panels = [", [], "fig3.toml"),
        ('[[panels]]\nfile = "no.h5"\n', ["-q", "phase"], "--panels goes with"),
    ],
)
def test_a_wrong_sheet_is_explained_and_nothing_written(tmp_path, monkeypatch, sheet, arguments, words):
    monkeypatch.chdir(tmp_path)
    Path("fig3.toml").write_text(sheet)
    with pytest.raises(PhasemapError, match=re.escape(words)):
        run("--panels", "fig3.toml", "-o", "fig3.png", *arguments)
    assert not Path("fig3.png").exists()
