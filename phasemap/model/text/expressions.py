"""Arithmetic in names, read and computed without being run as code: `gain * (1 + exp(beta_r))`.

Numbers, names, + - * / **, brackets and a few functions; everything else is refused.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from phasemap.errors import ConfigError
from phasemap.suggest import choices

_LONGEST = 200
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "abs": np.abs,
}


@dataclass(frozen=True)
class Expression:
    """A validated expression: its text, and the names that it uses."""

    text: str
    names: tuple[str, ...]

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The value where names have these values: floats, or arrays that broadcast."""
        with np.errstate(all="ignore"):
            return _value(_parsed(self.text), values)


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    """The tree of a text: expressions travel to workers as text, and are read once by each."""
    return ast.parse(text.strip(), mode="eval").body


def parse_expression(text: str, known: tuple[str, ...], where: str) -> Expression:
    """An expression in the names `known`.

    Raises:
        ConfigError: it is too long, not understood, or uses something that is not known; `where` names the key.
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"{where} has {len(text)} characters: write at most {_LONGEST}.")
    try:
        body = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(f"{where} = {text!r} is not understood: {_HOW}") from None
    names = tuple(dict.fromkeys(_names(body, where, text)))
    for name in names:
        if name not in known:
            raise ConfigError(f"{where} = {text!r} uses {name!r}.{choices(name, known, 'It may use')}")
    return Expression(text.strip(), names)


_HOW = f"write numbers, names, + - * / **, brackets and {', '.join(_FUNCTIONS)}."


def _names(node: ast.expr, where: str, text: str) -> list[str]:
    """The names in an expression that holds nothing but arithmetic."""
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number) if math.isfinite(number):
            return []
        case ast.Name(id=name):
            return [name]
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=inner):
            return _names(inner, where, text)
        case ast.BinOp(left=left, op=kind, right=right) if type(kind) in _OPERATORS:
            return _names(left, where, text) + _names(right, where, text)
        case ast.Call(func=ast.Name(id=function), args=[inner], keywords=[]) if function in _FUNCTIONS:
            return _names(inner, where, text)
    raise ConfigError(f"{where} = {text!r} is not understood: {_HOW}")


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=number):
            return float(number)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=kind, operand=inner):
            return -_value(inner, values) if isinstance(kind, ast.USub) else _value(inner, values)
        case ast.BinOp(left=left, op=kind, right=right):
            return _OPERATORS[type(kind)](np.asarray(_value(left, values), dtype=float), _value(right, values))
        case ast.Call(func=ast.Name(id=function), args=[inner]):
            return _FUNCTIONS[function](_value(inner, values))
    raise AssertionError("validated before")
