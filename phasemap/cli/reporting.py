"""How much a command says beside its answer: nothing (-q), more (-v), and what goes into a log (--log)."""

import logging
import sys
import time
from pathlib import Path

from phasemap.cli.plain import clean
from phasemap.errors import ConfigError

LOGGER = logging.getLogger("phasemap")
LOGGER.addHandler(logging.NullHandler())

_quiet = False


def is_quiet() -> bool:
    """Whether progress and notes are left out."""
    return _quiet


def choose(quiet: bool, verbose: bool, log: Path | None) -> None:
    """Set it, for this process.

    Raises:
        ConfigError: quiet and verbose at once, or a log that cannot be written.
    """
    global _quiet
    if quiet and verbose:
        raise ConfigError("--quiet and --verbose contradict each other: give one of them.")
    _quiet = quiet
    for handler in LOGGER.handlers[1:]:
        LOGGER.removeHandler(handler)
        handler.close()
    LOGGER.setLevel(logging.WARNING)
    if verbose:
        _add(logging.StreamHandler(sys.stderr))
    if log is not None:
        try:
            _add(logging.FileHandler(log, encoding="utf-8", delay=False))
        except OSError as error:
            raise ConfigError(f"--log {log} cannot be written: {error.strerror}.") from None
    if verbose or log is not None:
        LOGGER.setLevel(logging.INFO)
        LOGGER.info("began: phasemap %s", " ".join(sys.argv[1:]))


def ended(code: int, began: float) -> None:
    """The last line of a log."""
    LOGGER.info("ended with exit code %d after %.1f s", code, time.monotonic() - began)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without control characters."""
        return clean(super().format(record))


def _add(handler: logging.Handler) -> None:
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
