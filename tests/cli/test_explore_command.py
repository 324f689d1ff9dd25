"""`phasemap explore` as it is used: a page on disk, or an address that is served until Ctrl-C."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from support.toy_results import plane
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.errors import PhasemapError
from phasemap.storage import write_result


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("explore") / "toy.h5"
    write_result(path, plane())
    return path


def run(*arguments):
    """Output of the command; errors come through as they are, which `main` turns into words."""
    result = CliRunner().invoke(app, ["explore", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_page_is_written_and_the_same_when_written_again(file, tmp_path):
    page = tmp_path / "page.html"
    assert f"Page written to {page}" in run(file, "-o", page)
    content = page.read_bytes()
    run(file, "-o", page)
    assert page.read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{file}", "-o", "page.png"], "must end in .html"),
        (["{file}", "-o", "x.html", "--quantity", "varance"], "holds no quantity 'varance'"),
        (["{file}", "--folder", "results"], "without a file"),
        (["{file}", "-o", "x.html", "--port", "8000"], "leave out -o"),
        (["-o", "x.html"], "go with a file"),
        (["--folder", "nowhere"], "holds no results"),
        (["{file}", "-o", "{file}"], "must end in .html"),
    ],
)
def test_mistakes_are_one_sentence_and_write_nothing(file, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PhasemapError, match=re.escape(words)):
        run(*(argument.format(file=file) for argument in arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_served_page_is_there_with_its_token_only_and_ends_with_ctrl_c(file):
    command = [sys.executable, "-m", "phasemap", "explore", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/\S+/", process.stdout.readline()).group()
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert b"<!-- phasemap explore -->" in answer.read(200)
            with pytest.raises(urllib.error.HTTPError, match="403") as refused:
                urllib.request.urlopen(address.rpartition("/")[0][:-3] + "/", timeout=20)
            refused.value.close()
        finally:
            process.send_signal(signal.SIGINT)
            said, complaint = process.communicate(timeout=30)
    assert process.returncode == 0 and "Ended." in said and complaint == ""
