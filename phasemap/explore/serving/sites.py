"""What is served: the page of one result with what it may ask for, or the gallery of many."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from phasemap import strict_json
from phasemap.dataset import Result
from phasemap.errors import ConfigError, shown
from phasemap.explore.document import make_document
from phasemap.explore.page import assembled
from phasemap.explore.serving.computing import Computing
from phasemap.explore.serving.server import Answer
from phasemap.explore.serving.static_maps import LINES, QUANTITIES, SHAPE, StaticMaps, plane_of
from phasemap.model.parameters import PARAMETERS, Parameters, make_parameters
from phasemap.sweeps.environment import available_processors

NO_LIMIT = 1 << 40
_MOST_WORKERS = 4
Query = Mapping[str, str]


class ResultSite:
    """The page of one result, points computed on request, and maps of the static theory."""

    def __init__(self, result: Result, file: str, quantities: tuple[str, ...] = ()) -> None:
        self._result, self._file, self._quantities = result, file, quantities
        self._computing = Computing(result)
        self._plane = plane_of(result)
        self._maps: StaticMaps | None = None
        self._lock = threading.Lock()
        self._routes: dict[str, Callable[[Query], Answer]] = {
            "": self._page, "begin": self._begin, "state": self._state, "map": self._map,
        }  # fmt: skip

    def answer(self, path: str, query: Query) -> Answer | None:
        """The page, or what it asks for: begin, state, map."""
        route = self._routes.get(path)
        return None if route is None else route(query)

    def warm(self) -> None:
        """Start the workers of the maps, so that the first map is there at once."""
        if self._plane is not None:
            self._static_maps().warm(self._plane, self._base())

    def close(self) -> None:
        """End what runs."""
        self._computing.close()
        if self._maps is not None:
            self._maps.close()

    def _page(self, _: Query) -> Answer:
        document = make_document(self._result, self._quantities, NO_LIMIT, self._file)
        document.data["live"] = self._live()
        return Answer(assembled(document, "connect-src 'self'"))

    def _live(self) -> dict[str, Any]:
        """What the page may ask for."""
        plane = self._plane
        return {
            "shape": list(SHAPE),
            "quantities": list(QUANTITIES),
            "lines": list(LINES),
            "axes": None if plane is None else list(plane.names),
            "box": None if plane is None else [list(ends) for ends in plane.box],
            "base": strict_json.plain(self._base()),
        }

    def _base(self) -> dict[str, float]:
        """The fixed parameters, by name."""
        own = {name: float(v) for name, v in self._result.metadata.parameters.items() if name in Parameters._fields}
        return make_parameters(own)._asdict()

    def _static_maps(self) -> StaticMaps:
        with self._lock:
            if self._maps is None:
                self._maps = StaticMaps(min(available_processors(), _MOST_WORKERS))
        return self._maps

    def _begin(self, query: Query) -> Answer:
        names = [axis.name for axis in self._result.axes]
        return _json({"job": self._computing.begin({name: _number(query, name) for name in names if name in query})})

    def _state(self, query: Query) -> Answer:
        return _json(self._computing.state(query.get("job", "")))

    def _map(self, query: Query) -> Answer:
        if self._plane is None:
            return _json({"problem": "The result has no plane of two parameters."}, HTTPStatus.BAD_REQUEST)
        given = {name: _number(query, name) for name in query if name in PARAMETERS and name not in self._plane.names}
        base = {name: value for name, value in self._base().items() if name not in self._plane.names}
        found = self._static_maps().map({**base, **given}, self._plane, query.get("quantity", "static_gain"))
        return _json(found)


class AtlasSite:
    """A folder of results: a gallery, and the page of each, made when it is asked for.

    folder: results with pictures beside them; open_result: reads one.
    """

    def __init__(
        self, folder: Path, gallery: str, names: Mapping[str, Path], open_result: Callable[[Path], Result]
    ) -> None:
        self._folder, self._gallery, self._names, self._open = folder, gallery, names, open_result
        self._sites: dict[str, ResultSite] = {}
        self._lock = threading.Lock()

    def answer(self, path: str, query: Query) -> Answer | None:
        """The gallery, a picture, or what a result's page says."""
        name, slash, rest = path.partition("/")
        if not path:
            return Answer(self._gallery.encode())
        if name in self._names and slash:
            return self._site(name).answer(rest, query)
        return self._picture(name) if not slash else None

    def close(self) -> None:
        """End what runs."""
        for site in self._sites.values():
            site.close()

    def _site(self, name: str) -> ResultSite:
        with self._lock:
            if name not in self._sites:
                path = self._names[name]
                self._sites[name] = ResultSite(self._open(path), path.name)
            return self._sites[name]

    def _picture(self, name: str) -> Answer | None:
        """A picture of one of the results: by their names alone, so that nothing else of the folder is served."""
        if name not in {f"{known}.png" for known in self._names}:
            return None
        with contextlib.suppress(OSError):
            return Answer((self._folder / name).read_bytes(), "image/png")
        return None


def _json(data: Any, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(strict_json.text(data, None).encode(), "application/json; charset=utf-8", status)


def _number(query: Query, name: str) -> float:
    """A number of a query; what is none is refused.

    Raises:
        ConfigError: it is no number.
    """
    try:
        return float(query[name])
    except ValueError:
        raise ConfigError(f"{name} = {shown(query[name])} is no number.") from None
