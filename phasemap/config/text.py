"""TOML in and out, and overrides from the command line."""

import codecs
import contextlib
import math
import re
import stat
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from phasemap.config.catalogue import find_config
from phasemap.errors import ConfigError, shown
from phasemap.model.parameters import PARAMETERS
from phasemap.suggest import nearest

_LARGEST = 10_000_000  # bytes


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Text and content of a TOML file, or of the atlas's diagram of that name.

    Raises:
        ConfigError: missing, or not TOML.
    """
    path = find_config(path)
    try:
        text = _read(path)
    except FileNotFoundError as error:
        raise ConfigError(f"There is no configuration file {path}.{_neighbours(path)}") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path} is a folder, not a configuration file.{_neighbours(path / 'any')}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file in UTF-8: a configuration is a TOML file.") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"Cannot read the configuration {shown(str(path), 200)}: {reason}.") from error
    return text, parse_toml(text, str(path))


def _read(path: Path) -> str:
    """The text of a regular file of a credible size; a byte order mark, as Windows editors leave it, is dropped."""
    kind = path.stat()
    if not stat.S_ISREG(kind.st_mode) and not stat.S_ISDIR(kind.st_mode):
        raise ConfigError(f"{path} is not a regular file: give the name of a configuration.")
    if kind.st_size > _LARGEST:
        raise ConfigError(f"{path} has {kind.st_size:,} bytes: that is no configuration.")
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ConfigError(f"{path} is written in UTF-16: save it in UTF-8, which TOML asks for.")
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """The content of TOML text; `name` says in an error where it came from."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{name} is not valid TOML for us: its brackets are nested too deeply.") from error
    except ValueError as error:  # TOML's own errors, and integers of thousands of digits
        reason = str(error) if len(str(error)) < 300 else shown(str(error), 200)
        raise ConfigError(f"{name} is not valid TOML: {reason}.") from error


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return f" The folder {path.parent} does not exist either."
    names = sorted(other.name for other in path.parent.glob("*.toml"))
    near = nearest(path.name, names, cutoff=0.6)
    if near is not None:
        return f" Did you mean {path.with_name(near)}?"
    return f" Configurations in {path.parent}: {', '.join(names[:8])}." if names else ""


def apply_overrides(
    data: dict[str, Any], overrides: Sequence[str], top_level: Sequence[str], parameters: Collection[str] = PARAMETERS
) -> dict[str, Any]:
    """A copy of `data` with "key=value" overrides applied, in order.

    A key is a dotted path (simulation.size), a key of the top level (seed), or the bare name of a parameter: a number
    fixes it (it is then no axis any more), a list or a range makes it an axis. Values are TOML; what is not TOML is
    taken as a string. parameters: the names that are.

    Raises:
        ConfigError: no "=", or a path through something that is not a table.
    """
    changed: dict[str, Any] = _copy(data)
    for override in overrides:
        key, equals, text = override.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ConfigError(f"--set {shown(override)} is not understood: write --set key=value, e.g. --set g_h=3.")
        bare = key in parameters and key not in top_level
        _set(changed, key, _value(text.strip()), bare)
    return changed


def cell_named(data: Mapping[str, Any], overrides: Sequence[str]) -> Any:
    """What a configuration says under `cell`, or the last override of it; None where neither does."""
    said = [_value(text.strip()) for key, _, text in (one.partition("=") for one in overrides) if key.strip() == "cell"]
    return said[-1] if said else data.get("cell")


def _set(data: dict[str, Any], key: str, value: Any, is_parameter: bool) -> None:
    if is_parameter:
        is_axis = isinstance(value, list | dict)
        here, there = ("axes", "parameters") if is_axis else ("parameters", "axes")
        _table(data, here, key)[key] = value
        _table(data, there, key).pop(key, None)
        return
    *path, last = key.split(".")
    table = data
    for name in path:
        table = _table(table, name, key)
    table[last] = value


def _table(data: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    table = data.setdefault(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"--set {shown(key)[1:-1]}=...: {name} is {shown(table)}, which has no keys inside.")
    return table


def _value(text: str) -> Any:
    for candidate in (text, _written_out(text)):
        with contextlib.suppress(ValueError, RecursionError):
            return tomllib.loads(f"value = {candidate}")["value"]
    return text


def _written_out(text: str) -> str:
    """Numbers as calculators take them, in TOML's way: .5 is 0.5, and 5. is 5.0."""
    return re.sub(r"(?<=\d)\.(?![\d_])", ".0", re.sub(r"(?<![\w.])\.(?=\d)", "0.", text))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def write_toml(data: Mapping[str, Any]) -> str:
    """TOML text of strings, numbers, booleans, lists and tables nested in any way."""
    lines = [f"{_key(key)} = {_inline(value)}" for key, value in data.items() if not isinstance(value, Mapping)]
    for key, table in data.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(key)}]"]
            lines += [f"{_key(name)} = {_inline(value)}" for name, value in table.items()]
    return "\n".join(lines).strip() + "\n"


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _string(key)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return repr(value)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
