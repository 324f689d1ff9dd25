"""The page of a folder of results: every figure with its title, its caption and the command that makes it."""

from pathlib import Path
from typing import TYPE_CHECKING

from phasemap.errors import PhasemapError

if TYPE_CHECKING:
    from phasemap.explore.gallery import Card

_HEAD = """# Gallery

The phase diagrams of gated recurrent networks, made from the result files in this folder. Each is computed and drawn
by the command below it; this page by `phasemap atlas --gallery`.
"""


def is_gallery(content: bytes) -> bool:
    """Whether a file starts as `gallery_text` does."""
    return content.startswith(_HEAD[: _HEAD.index("made from")].encode())


def gallery_text(folder: Path) -> str:
    """Markdown for all results in a folder that have a figure and captions beside them.

    Raises:
        PhasemapError: there is no such result in the folder.
    """
    from phasemap.config.story import in_order

    captions = {path.name.removesuffix(".txt"): path for path in folder.glob("*.txt")}
    if not captions:
        raise PhasemapError(f"{folder} holds no captions of figures: make some with phasemap atlas NAME -d {folder}.")
    parts = [_HEAD]
    for chapter, names in in_order(captions):
        parts += [f"## {chapter}\n", *(_entry(captions[name]) for name in names)]
    return "\n".join(parts)


def cards_of(folder: Path) -> "list[Card]":
    """The results of a folder as cards, in the order of the story: what can be looked into.

    Raises:
        PhasemapError: there is none.
    """
    from phasemap.config.story import in_order
    from phasemap.explore.gallery import Card

    files = {path.name.removesuffix(".h5"): path for path in folder.glob("*.h5")}
    if not files:
        raise PhasemapError(f"{folder} holds no results: name a file, or make some with phasemap atlas NAME.")
    cards = []
    for chapter, names in in_order(files):
        for name in names:
            title, description = _told(files[name])
            picture = f"{name}.png" if (folder / f"{name}.png").exists() else None
            caption = _first_caption(folder / f"{name}.txt") if picture else ""
            cards.append(Card(name, title, description.strip(), picture, caption, chapter))
    return cards


def _first_caption(captions: Path) -> str:
    """The caption of a result's first figure, if it has one."""
    if not captions.exists():
        return ""
    return captions.read_text(encoding="utf-8").strip().split("\n\n")[0].partition(": ")[2]


def _told(path: Path) -> tuple[str, str]:
    """Title and description of a result: as its configuration of the atlas says now, else as its file does."""
    from phasemap.config import catalogue, diagrams, read_toml

    name = path.stem.removesuffix(".quick")
    known = catalogue() | diagrams()
    if name not in known:
        return _of_file(path.with_suffix(".h5"))
    data = read_toml(known[name])[1]
    return data.get("title", name), data.get("description", "").strip()


def _entry(captions: Path) -> str:
    from phasemap.config import catalogue, diagrams

    name = captions.stem.removesuffix(".quick")
    known = catalogue() | diagrams()
    title, description = _told(captions)
    parts = [f"### {title}\n", f"{description}\n"]
    for block in captions.read_text(encoding="utf-8").strip().split("\n\n"):
        figure, _, caption = block.partition(": ")
        parts.append(f"![{figure}]({figure}.png)\n\n{caption}\n")
    quick = " --quick" if captions.stem != name else ""
    if name in known:
        parts.append(f"    phasemap atlas {name}{quick}\n")
    return "\n".join(parts)


def _of_file(path: Path) -> tuple[str, str]:
    """Title and description of a result that no configuration of the atlas makes; its name where it is not there."""
    from phasemap.storage import read_result

    if not path.exists():
        return path.stem.replace("_", " "), ""
    metadata = read_result(path).metadata
    return metadata.title, metadata.description
