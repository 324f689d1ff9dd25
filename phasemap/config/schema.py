"""The shape of a configuration file, and the words for what is wrong with one. The only module that uses pydantic."""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError, create_model

from phasemap.errors import ConfigError
from phasemap.model.parameters import PARAMETERS
from phasemap.model.registry import Registry

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)


class Range(BaseModel):
    """An evenly spaced axis."""

    model_config = _STRICT
    start: float = Field(alias="from", allow_inf_nan=False)
    end: float = Field(alias="to", allow_inf_nan=False)
    points: int = Field(ge=2)
    scale: Literal["linear", "log"] = "linear"


def _kind_of_axis(value: Any) -> str | None:
    return "range" if isinstance(value, dict | Range) else "list" if isinstance(value, list) else None


Axis = Annotated[
    Annotated[Range, Tag("range")]
    | Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], Tag("list"), Field(min_length=1)],
    Discriminator(
        _kind_of_axis,
        custom_error_type="axis_kind",
        custom_error_message="must be a range { from = ..., to = ..., points = ... } or a list of numbers",
    ),
]


class AxesTable(BaseModel):
    """Parameters along the axes, in order, and how the map over them is refined (words that are no parameters)."""

    model_config = ConfigDict(**{**_STRICT, "extra": "allow"})
    __pydantic_extra__: dict[str, Axis] = Field(init=False)
    refine: str | None = Field(default=None, min_length=1)
    refine_levels: int | None = Field(default=None, ge=1, le=10)
    refine_tolerance: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @property
    def by_name(self) -> dict[str, Any]:
        """Parameter -> its axis."""
        return dict(self.__pydantic_extra__ or {})


class OutputTable(BaseModel):
    """Where the result goes and what else is stored."""

    model_config = _STRICT
    file: str | None = Field(default=None, min_length=1)
    correlations: bool = False


class LimitsTable(BaseModel):
    """How long a point may take, in seconds, until it is given up; without it, a time that suits its solver."""

    model_config = _STRICT
    seconds_per_point: float | None = Field(default=None, gt=0)


class FigureTable(BaseModel):
    """A figure of the result: what `phasemap plot` takes as options."""

    model_config = _STRICT
    quantity: str | None = None
    branch: str | None = None
    at: dict[str, str | float] = Field(default={}, alias="slice")
    width: Literal["single", "double"] | None = None


def schema(registry: Registry) -> type[BaseModel]:
    """The model of a whole configuration, with one table per options record in the registry."""
    tables: dict[str, Any] = {}
    for solver in registry.solvers.values():
        if solver.options is not None:
            tables.setdefault(solver.table, (options_model(solver.options, solver.simulated), Field(default={})))
    return create_model(
        "Configuration",
        __config__=ConfigDict(**_STRICT, validate_default=True),
        title=(str, ""),
        description=(str, ""),
        seed=(int, Field(default=0, ge=0, lt=2**63)),
        quantities=(list[str], []),
        surfaces=(list[str], []),
        parameters=(dict[str, Any], {}),
        axes=(AxesTable, Field(default={})),
        output=(OutputTable, Field(default={})),
        limits=(LimitsTable, Field(default={})),
        quick=(list[str], []),
        figures=(dict[str, FigureTable], {}),
        **tables,
    )


def options_model(record: type, simulated: bool) -> type[BaseModel]:
    """The model of an options record, with its bounds; a simulated solver's table also lists the check points."""
    hints = get_type_hints(record)
    fields: dict[str, Any] = {}
    for entry in dataclasses.fields(record):
        kind = hints[entry.name]
        if get_origin(kind) is tuple:
            kind = Annotated[kind, BeforeValidator(_tuples)]
        bounds = {name: entry.metadata[name] for name in ("ge", "gt") if entry.metadata.get(name) is not None}
        fields[entry.name] = (kind, Field(default=entry.default, **bounds))
    if simulated:
        fields["points"] = (list[list[float] | float] | None, None)
    return create_model(record.__name__, __config__=_STRICT, **fields)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def validate(data: Mapping[str, Any], registry: Registry, source: str) -> Any:
    """`data` as an instance of `schema(registry)`; raises `ConfigError` that lists all problems."""
    model = schema(registry)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise problems_found([_in_words(entry, model) for entry in error.errors()], source) from error


def problems_found(problems: list[str], source: str) -> ConfigError:
    """One error for a list of problems."""
    problems = list(dict.fromkeys(problems))
    if len(problems) == 1:
        return ConfigError(f"In {source}: {problems[0]}")
    return ConfigError(f"In {source} there are {len(problems)} problems:\n  " + "\n  ".join(problems))


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that points to the nearest of the known names, or lists them all."""
    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(names)}."


_EXPECTED = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "finite_number": "must be a finite number",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "too_short": "needs at least {min_length} entries",
    "string_too_short": "must not be empty",
}


def _in_words(entry: Any, model: type[BaseModel]) -> str:
    path = [part for part in entry["loc"] if part not in ("range", "list", "list[float]", "float")]
    key, value, kind = ".".join(str(part) for part in path), entry["input"], entry["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key}. {_suggest_key(model, path)}"
    if kind == "missing":
        return f"{key} is missing."
    words = _EXPECTED[kind].format(**entry.get("ctx", {})) if kind in _EXPECTED else entry["msg"]
    shown = repr(value)
    return f"{key} = {shown if len(shown) < 80 else shown[:77] + '...'} {words}."


def _suggest_key(model: type[BaseModel], path: list[Any]) -> str:
    known = {key: key for key in _keys_at(model, path[:-1])}
    if len(path) == 1:  # a key that belongs into one of the tables, or the name of a parameter
        tables = [name for name in known if name not in ("parameters", "axes")]
        nested = {key: f"{table}.{key}" for table in tables for key in _keys_at(model, [table])}
        everything = {**nested, **dict.fromkeys(PARAMETERS), **known}
        near = difflib.get_close_matches(str(path[0]), everything, n=1, cutoff=0.6)
        if near:
            place = everything[near[0]] or f"parameters.{near[0]}"
            return f"Did you mean {place!r}?"
    return suggestion(str(path[-1]), known)


def _keys_at(model: type[BaseModel], path: list[Any]) -> list[str]:
    """The keys that are allowed in the table at `path`."""
    if path[:1] == ["axes"]:
        return [field.alias or name for name, field in Range.model_fields.items()]
    kind: Any = model
    for name in path:
        if get_origin(kind) is dict:  # tables by name, whatever that is
            kind = get_args(kind)[1]
        elif _is_model(kind) and str(name) in kind.model_fields:
            kind = kind.model_fields[str(name)].annotation
        else:
            return []
    return [field.alias or name for name, field in kind.model_fields.items()] if _is_model(kind) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
