"""Commands whose options stand in records, so that a command takes a few of them instead of a dozen arguments."""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints


def with_records(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer takes it: in place of every parameter that is a record (a dataclass) stand its fields.

    @dataclass(frozen=True)
    class Pulse:
        at: Annotated[float, typer.Option("--at")] = 20.0

    @with_records
    def reset(pulse: Pulse, force: ForceOption = False) -> None: ...
    """
    hints = get_type_hints(command, include_extras=True)
    records = {name: hint for name, hint in hints.items() if is_dataclass(hint) and isinstance(hint, type)}

    @functools.wraps(command)
    def run(**given: Any) -> None:
        """Gather the fields into their records, and call the command with these."""
        for name, record in records.items():
            given[name] = record(**{one.name: given.pop(one.name) for one in fields(record)})
        command(**given)

    parameters = list(_parameters(inspect.signature(command), hints, records))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _parameters(
    signature: inspect.Signature, hints: dict[str, Any], records: dict[str, type]
) -> Iterator[inspect.Parameter]:
    """The parameters of the command, fields in place of records; all by name, so that defaults may stand anywhere."""
    for name, parameter in signature.parameters.items():
        if name not in records:
            yield parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
            continue
        own = get_type_hints(records[name], include_extras=True)
        for one in fields(records[name]):
            default = inspect.Parameter.empty if one.default is MISSING else one.default
            yield inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=own[one.name])
