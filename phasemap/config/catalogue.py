"""The configurations that come with phasemap: the diagrams of its atlas."""

import sysconfig
from pathlib import Path

import phasemap
from phasemap.errors import ConfigError


def catalogue_folder() -> Path:
    """Folder of the configurations: beside the package in a checkout, else where the installation put them.

    Raises:
        ConfigError: there is none.
    """
    checkout = Path(phasemap.__file__).parent.parent
    installed = Path(sysconfig.get_path("data")) / "share" / "phasemap" / "configs"
    places = [checkout / "configs"] if (checkout / "pyproject.toml").is_file() else []
    for folder in (*places, installed):
        if folder.is_dir():
            return folder
    raise ConfigError(f"The configurations of the atlas are not at {installed}: install phasemap again.")


def catalogue() -> dict[str, Path]:
    """Name -> configuration file, in alphabetical order, the quickstart first."""
    paths = sorted(catalogue_folder().glob("*.toml"), key=lambda path: (path.stem != "quickstart", path.stem))
    return {path.stem: path for path in paths}
