"""The derivations in docs/theory.md: numbered once, in order, and cited by numbers that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "theory.md").read_text()
NUMBERS = re.findall(r"\\tag\{(\d+\.\d+)\}", TEXT)
SECTIONS = re.findall(r"^## (\d+) ", TEXT, flags=re.M)
SOURCES = [path for folder in ("phasemap", "tests") for path in (ROOT / folder).rglob("*.py")]
# docs/theory.md (5.2), (6.1) to (6.4)
CITED = re.compile(r"docs/theory\.md((?:[ ,]*(?:to|and)?\s*\(\d+\.\d+\))+)")


def test_equations_are_numbered_in_order() -> None:
    for section in SECTIONS:
        own = [int(number.split(".")[1]) for number in NUMBERS if number.split(".")[0] == section]
        assert own == list(range(1, len(own) + 1)), section
    assert {number.split(".")[0] for number in NUMBERS} <= set(SECTIONS)


def test_every_cited_number_exists() -> None:
    found = [(path, numbers) for path in SOURCES for numbers in CITED.findall(path.read_text())]
    cited = {(path.name, number) for path, numbers in found for number in re.findall(r"\d+\.\d+", numbers)}
    assert len(cited) > 30
    assert [one for one in sorted(cited) if one[1] not in NUMBERS] == []


def test_every_cited_section_exists() -> None:
    cited = {section for path in SOURCES for section in re.findall(r"docs/theory\.md, section (\d+)", path.read_text())}
    assert cited <= set(SECTIONS)


def test_every_section_is_in_the_table_of_contents() -> None:
    contents = TEXT.split("## 1 ")[0]
    assert all(re.search(rf"\[{section} [^]]+\]\(#{section}-", contents) for section in SECTIONS)
