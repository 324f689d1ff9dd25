"""What stands between the commands and the outer world: streams that cannot take a text, warnings, errors as words."""

import codecs
import contextlib
import errno
import io
import os
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence

from phasemap.errors import PhasemapError, PhasemapWarning, shown

_INTERRUPTED = 130

# What our own texts use beyond ASCII, for terminals that have not got it.
_STAND_INS = {
    "±": "+/-", "→": "->", "←": "<-", "×": "x", "≤": "<=", "≥": ">=", "·": ".", "–": "-", "—": "-", "−": "-",
    "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "█": "#", "▀": "#", "▄": "#", "━": "-", "╸": "-", "╺": "-",
    "λ": "lambda", "α": "alpha", "β": "beta", "τ": "tau", "σ": "sigma", "Δ": "Delta", "φ": "phi", "∞": "inf",
}  # fmt: skip


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """Handler of the encoder: a character that the stream has not got is written in others."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_plainer(char) for char in text), error.end


def _plainer(char: str) -> str:
    bare = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return _STAND_INS.get(char) or bare or "?"


codecs.register_error("phasemap.stand_in", _stand_in)


def check_arguments(arguments: Sequence[str]) -> None:
    """Refuse control characters before anything prints them: they come from file names that are meant to do harm."""
    for argument in arguments:
        if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in argument):
            raise PhasemapError(f"The argument {shown(argument)} has control characters in it: rename that file.")


def prepare_streams() -> None:
    """Whatever the encoding of the terminal or pipe: no character may raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "phasemap.stand_in":
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors="phasemap.stand_in")


@contextlib.contextmanager
def printed_warnings(debug: bool) -> Iterator[None]:
    """Our own warnings become one paragraph each, once; those about numbers are silent, as their status says it."""
    said: set[str] = set()
    with warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("always", PhasemapWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: object) -> None:
            """Show a warning of our own once, as a paragraph; others as Python does."""
            if not issubclass(category, PhasemapWarning):
                usual(message, category, *place)  # type: ignore[arg-type]
            elif str(message) not in said:
                from phasemap.cli.console import print_warning

                said.add(str(message))
                print_warning(str(message))

        warnings.showwarning = show  # type: ignore[assignment]
        yield


def run(command: Callable[[], object]) -> None:
    """Run a command and see to it that what it printed has arrived.

    Raises:
        SystemExit: its exit code; 1 if the reader of our output went away, 130 after Ctrl-C.
        OSError: the output cannot be written (a full disk).
    """
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        _drop(sys.stdout)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF) and not isinstance(error, PhasemapError):
            _drop(sys.stdout)
        raise


def _drop(stream: object) -> None:
    """Send what is left in a stream nowhere, so that the interpreter does not complain at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]


def in_words(error: Exception) -> str | None:
    """What to tell the user; None for errors that are ours."""
    if isinstance(error, PhasemapError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this: ask for fewer points, units or samples at once."
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"The system refused to read or write{place}: {error.strerror or error}."
    return None
