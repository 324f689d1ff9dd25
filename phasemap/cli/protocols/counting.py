"""How many parts of something long are done, shown while it runs."""

import contextlib
import time
from collections.abc import Callable, Iterator

# A line now and then where there is no terminal.
_SECONDS_BETWEEN_LINES = 30.0


@contextlib.contextmanager
def showing_done(what: str) -> Iterator[Callable[[int, int], None]]:
    """What is called with how many networks or curves are done: a bar on a terminal, a line now and then in a pipe."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from phasemap.cli.console import make_console
    from phasemap.cli.reporting import is_quiet

    console = make_console(stderr=True)
    said = time.monotonic()
    columns = (TextColumn(what + " {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal or is_quiet()) as display:
        task = display.add_task(what, total=1, visible=False)

        def told(done: int, total: int) -> None:
            """Show it."""
            nonlocal said
            display.update(task, completed=done, total=total, visible=True)
            now = time.monotonic()
            if not console.is_terminal and not is_quiet() and now - said > _SECONDS_BETWEEN_LINES and done < total:
                said = now
                console.print(f"{what} {done} of {total} done.")

        yield told
