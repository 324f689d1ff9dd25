"""The page of a folder of results: every figure with its title, its caption and the command that makes it."""

from pathlib import Path

from phasemap.errors import PhasemapError

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
    entries = [_entry(path) for path in sorted(folder.glob("*.txt"))]
    if not entries:
        raise PhasemapError(f"{folder} holds no captions of figures: make some with phasemap atlas NAME -d {folder}.")
    return "\n".join([_HEAD, *entries])


def _entry(captions: Path) -> str:
    from phasemap.config import catalogue, diagrams, read_toml

    name = captions.stem.removesuffix(".quick")
    known = catalogue() | diagrams()
    if name in known:
        data = read_toml(known[name])[1]
        title, description = data.get("title", name), data.get("description", "").strip()
    else:
        title, description = _of_file(captions.with_suffix(".h5"))
    parts = [f"## {title}\n", f"{description}\n"]
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
