"""How much a command says beside its answer: nothing (-q), more (-v), and what goes into a log (--log)."""

import logging
import sys
import time
from pathlib import Path

from phasemap.cli.plain import clean
from phasemap.errors import ConfigError

LOGGER = logging.getLogger("phasemap")
LOGGER.addHandler(logging.NullHandler())

_quiet = _verbose = False


def is_quiet() -> bool:
    """Whether progress and notes are left out."""
    return _quiet


def choose(quiet: bool, verbose: bool, log: Path | None) -> None:
    """Set it, for this process.

    Raises:
        ConfigError: quiet and verbose at once, or a log that cannot be written.
    """
    global _quiet, _verbose
    _quiet = _verbose = False
    for handler in LOGGER.handlers[1:]:
        LOGGER.removeHandler(handler)
        handler.close()
    LOGGER.setLevel(logging.WARNING)
    choose_also(quiet, verbose, log)


def choose_also(quiet: bool, verbose: bool, log: Path | None) -> None:
    """Set it besides what was chosen already: options stand before a command and after it; raises like `choose`."""
    global _quiet, _verbose
    if (quiet or _quiet) and (verbose or _verbose):
        raise ConfigError("--quiet and --verbose contradict each other: give one of them.")
    if verbose and not _verbose:
        _add(logging.StreamHandler(sys.stderr))
    _quiet, _verbose = quiet or _quiet, verbose or _verbose
    if log is not None:
        try:
            _add(logging.FileHandler(log, encoding="utf-8", delay=False))
        except OSError as error:
            raise ConfigError(f"--log {log} cannot be written: {error.strerror}.") from None


def ended(code: int, began: float) -> None:
    """The last line of a log."""
    LOGGER.info("ended with exit code %d after %.1f s", code, time.monotonic() - began)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without control characters."""
        return clean(super().format(record))


def _add(handler: logging.Handler) -> None:
    """Let it tell what is done from now on, and first of all what began."""
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    began = "began: phasemap " + " ".join(sys.argv[1:])
    handler.handle(LOGGER.makeRecord(LOGGER.name, logging.INFO, __file__, 0, began, (), None))
