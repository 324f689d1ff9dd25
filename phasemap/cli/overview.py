"""The first page of the help: the commands, grouped by what one wants to do; without rich, which loads slowly."""

from typing import Any

import typer
from typer.core import TyperGroup

_SENTENCE = 200  # letters; a longer one is cut


class Overview(TyperGroup):
    """A group of commands whose own help is plain text; the commands' help is typer's."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what this is, options, commands, where to begin."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands under the names of their groups."""
        panels: dict[str, list[tuple[str, str]]] = {}
        widest = max(map(len, self.commands))
        for name, command in self.commands.items():
            panel = getattr(command, "rich_help_panel", None)
            words = command.get_short_help_str(limit=_SENTENCE)
            panels.setdefault(panel if isinstance(panel, str) else "Commands", []).append((name, words))
        for panel, rows in panels.items():
            with formatter.section(typer.style(panel, bold=True)):
                formatter.write_dl([(name.ljust(widest), words) for name, words in rows])
