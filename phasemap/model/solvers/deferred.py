"""Functions that are imported when they are first called."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Deferred:
    """The function `name` of a module: the registry names solvers without loading compiled code.

    It travels to worker processes by name.
    """

    module: str
    name: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Import the module and call its function."""
        function: Callable[..., Any] = getattr(import_module(self.module), self.name)
        return function(*arguments, **keywords)
