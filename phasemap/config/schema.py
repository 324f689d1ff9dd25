"""The shape of a configuration file, and the words for what is wrong with one. The only module that uses pydantic."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError, create_model

from phasemap.config.pruning import without
from phasemap.errors import ConfigError, shown
from phasemap.model.registry import Registry
from phasemap.suggest import nearest

_MOST_PROBLEMS = 20
_LARGEST = 10**12

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
    complexity: bool = True
    refine: bool | None = None


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
    along: str | None = None


def schema(registry: Registry) -> type[BaseModel]:
    """The model of a whole configuration, with one table per options record in the registry."""
    tables: dict[str, Any] = {}
    simulated = {solver.table for solver in registry.solvers.values() if solver.simulated}
    for solver in registry.solvers.values():
        if solver.options is not None:
            tables.setdefault(
                solver.table, (options_model(solver.options, solver.table in simulated), Field(default={}))
            )
    return create_model(
        "Configuration",
        __config__=ConfigDict(**_STRICT, validate_default=True),
        cell=(str, ""),
        title=(str, ""),
        description=(str, ""),
        seed=(int, Field(default=0, ge=0, lt=2**63)),
        quantities=(list[str], []),
        surfaces=(list[str], []),
        parameters=(dict[str, Any], {}),
        axes=(AxesTable, Field(default={})),
        derived=(dict[str, str], {}),
        output=(OutputTable, Field(default={})),
        limits=(LimitsTable, Field(default={})),
        quick=(list[str], []),
        figures=(dict[str, FigureTable], {}),
        marks=(dict[str, Annotated[list[float], Field(min_length=1, max_length=3)]], {}),
        **tables,
    )


def options_model(record: type, simulated: bool) -> type[BaseModel]:
    """The model of an options record, with its bounds; a simulated solver's table also lists the check points."""
    hints = get_type_hints(record)
    fields: dict[str, Any] = {}
    for entry in dataclasses.fields(record):
        kind = hints[entry.name]
        bounds = {name: entry.metadata[name] for name in ("ge", "gt") if entry.metadata.get(name) is not None}
        fields[entry.name] = (_bounded(kind, bounds), entry.default)
    if simulated:
        fields["points"] = (list[list[float] | float] | None, None)
    return create_model(record.__name__, __config__=_STRICT, **fields)


def _bounded(kind: Any, bounds: Mapping[str, Any]) -> Any:
    """A type with its bounds, and those of any credible option: no infinities, no integers beyond all machines."""
    if kind is float:
        return Annotated[kind, Field(allow_inf_nan=False, le=_LARGEST, **bounds)]
    if kind is int:
        return Annotated[kind, Field(le=_LARGEST, **bounds)]
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        items: Any = tuple.__class_getitem__((_bounded(get_args(kind)[0], bounds), ...))
        return Annotated[items, BeforeValidator(_tuples)]
    return Annotated[kind, BeforeValidator(_tuples)] if get_origin(kind) is tuple else kind


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


@dataclasses.dataclass(frozen=True)
class Validated:
    """What could be read of a configuration.

    content:  an instance of `schema(registry)`, without the entries that have the wrong type.
    problems: what is wrong with these, in words.
    left_out: the top-level keys under which something was left out.
    """

    content: Any
    problems: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()


def validate(data: Mapping[str, Any], registry: Registry, source: str) -> Validated:
    """`data` in the shape of `schema(registry)`, as far as it has it: other checks go on with the rest.

    Raises:
        ConfigError: that lists all problems, if nothing sensible is left without them.
    """
    model = schema(registry)
    try:
        return Validated(model.model_validate(data))
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems = [_in_words(entry, model, registry.family.infos) for entry in errors[:_MOST_PROBLEMS]]
    problems += [f"and {len(errors) - len(problems):,} more of the kind." for _ in errors[_MOST_PROBLEMS:][:1]]
    paths = [tuple(entry["loc"]) for entry in errors]
    try:
        content = model.model_validate(without(data, paths))
    except ValidationError:
        raise problems_found(problems, source) from None
    return Validated(content, tuple(problems), frozenset(str(path[0]) for path in paths if path))


def read_options(record: type, values: Any, table: str) -> Any:
    """An options record from a table of a configuration.

    Raises:
        ConfigError: listing what is wrong.
    """
    fields: dict[str, Any] = {table: (options_model(record, True), Field(default={}))}
    model = create_model("Options", __config__=_STRICT, **fields)
    try:
        read = model.model_validate({table: values})
    except ValidationError as error:
        problems = [_in_words(entry, model, ()) for entry in error.errors(include_url=False)[:_MOST_PROBLEMS]]
        raise problems_found(problems, "the options") from None
    return record(**getattr(read, table).model_dump(exclude={"points"}))


def problems_found(problems: Sequence[str], source: str) -> ConfigError:
    """One error for a list of problems."""
    problems = list(dict.fromkeys(problems))
    if len(problems) == 1:
        return ConfigError(f"In {source}: {problems[0]}")
    return ConfigError(f"In {source} there are {len(problems)} problems:\n  " + "\n  ".join(problems))


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that points to the nearest of the known names, or lists them, the first of very many."""
    names = list(known)
    near = nearest(name[:100].lower(), names, cutoff=0.6)
    more = ", … (see `phasemap quantities`)" if len(names) > _MOST_NAMES else ""
    return f"Did you mean {near!r}?" if near is not None else f"Known are: {', '.join(names[:_MOST_NAMES])}{more}."


_MOST_NAMES = 40
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


def _in_words(entry: Any, model: type[BaseModel], parameters: Iterable[str]) -> str:
    path = [part for part in entry["loc"] if part not in ("range", "list", "list[float]", "float")]
    key, value, kind = ".".join(_short(part) for part in path), entry["input"], entry["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key}. {_suggest_key(model, path, parameters)}"
    if kind == "missing":
        return f"{key} is missing."
    words = _EXPECTED[kind].format(**entry.get("ctx", {})) if kind in _EXPECTED else entry["msg"]
    return f"{key} = {shown(value)} {words}."


def _short(part: Any) -> str:
    """A key as it is, unless it is too long to read."""
    return str(part) if len(str(part)) <= 60 else shown(str(part), 60)


def _suggest_key(model: type[BaseModel], path: list[Any], parameters: Iterable[str]) -> str:
    known = {key: key for key in _keys_at(model, path[:-1])}
    if len(path) == 1:  # a key that belongs into one of the tables, or the name of a parameter
        tables = [name for name in known if name not in ("parameters", "axes")]
        nested = {key: f"{table}.{key}" for table in reversed(tables) for key in _keys_at(model, [table])}
        everything = {**nested, **dict.fromkeys(parameters), **known}
        near = nearest(str(path[0])[:100], everything, cutoff=0.6)
        if near is not None:
            place = everything[near] or f"parameters.{near}"
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
