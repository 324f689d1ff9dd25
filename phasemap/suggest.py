"""What somebody may have meant by a name that is unknown."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The known name most like `name`, if any is alike enough (cutoff: 0 is anything, 1 the same)."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return near[0] if near else None


def hint(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """ " Did you mean 'x'?" with a blank in front, or nothing."""
    near = nearest(name, known, cutoff)
    return f" Did you mean {near!r}?" if near is not None else ""


def choices(name: str, known: Iterable[str], words: str) -> str:
    """The hint, and all that is known: " Did you mean 'x'? The axes are: x, y."."""
    names = list(known)
    return f"{hint(name, names)} {words}: {', '.join(names)}."
