"""The configurations that come with phasemap: the diagrams of its atlas."""

from importlib.resources import files
from pathlib import Path

from phasemap.errors import ConfigError


def catalogue_folder() -> Path:
    """Folder of the configurations, which are data of the package.

    Raises:
        ConfigError: there is none.
    """
    folder = Path(str(files("phasemap") / "configs")).resolve()
    if not folder.is_dir():
        raise ConfigError(f"The configurations of the atlas are not at {folder}: install phasemap again.")
    return folder


def catalogue() -> dict[str, Path]:
    """Name -> configuration file, in alphabetical order, the quickstart first."""
    paths = sorted(catalogue_folder().glob("*.toml"), key=lambda path: (path.stem != "quickstart", path.stem))
    return {path.stem: path for path in paths}


def diagrams() -> dict[str, Path]:
    """Name -> file of the diagrams of the atlas that are no sweeps: protocols, panel by panel."""
    folder = Path(str(files("phasemap") / "diagrams")).resolve()
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_config(name: Path) -> Path:
    """The file itself if there is one; else the diagram of the atlas of that name, if there is one; else as given."""
    if name.exists() or name.suffix or len(name.parts) != 1:
        return name
    return catalogue().get(str(name), name)
