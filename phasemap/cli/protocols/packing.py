"""Options that several commands share, as records: a command takes the record, the command line shows its fields."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, get_type_hints


def takes(**records: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command take dataclasses by keyword, whose fields become its options, where the record stands."""

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        """The command with all options one by one."""
        parts = {name: _parameters(record) for name, record in records.items()}
        together = [one for name, own in _own(command).items() for one in parts.get(name, [own])]

        @wraps(command)
        def run(**given: Any) -> None:
            """Fill the records."""
            packed = {
                name: record(**{one.name: given.pop(one.name) for one in parts[name]})
                for name, record in records.items()
            }
            command(**given, **packed)

        run.__signature__ = inspect.Signature(together)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in together}
        del run.__wrapped__
        return run

    return wrap


def _own(command: Callable[..., None]) -> dict[str, inspect.Parameter]:
    hints = get_type_hints(command, include_extras=True)
    return {
        one.name: one.replace(annotation=hints[one.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for one in inspect.signature(command).parameters.values()
    }


def _parameters(record: type) -> list[inspect.Parameter]:
    hints = get_type_hints(record, include_extras=True)
    return [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name])
        for one in fields(record)
    ]
