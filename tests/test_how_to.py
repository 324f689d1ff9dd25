"""The pages under docs/ show code that runs, commands that exist and files that are there."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from phasemap import reference
from phasemap.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
COMMANDS = typer.main.get_command(app).commands


def blocks(page: Path, language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", page.read_text(), flags=re.M | re.S)
    return [re.sub(rf"^{indent}", "", text, flags=re.M) for indent, text in found]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in blocks(page, "python"):
        exec(compile(code, page.name, "exec"), names)
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    links = [link for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()) if "tag" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_of_a_page_exist_with_their_options(page):
    lines = [line for block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    for words in (shlex.split(line, comments=True) for line in lines if line.strip().startswith("phasemap ")):
        command = COMMANDS[words[1]]
        while hasattr(command, "commands"):
            command, words = command.commands[words[2]], words[1:]
        flags = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        assert {word.split("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)} <= flags | {"--help"}, words


def test_the_reference_is_what_the_declarations_say():
    """Where this fails: python -m phasemap.reference > docs/reference.md."""
    assert (ROOT / "docs" / "reference.md").read_text() == reference.page()
