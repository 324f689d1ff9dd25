"""A server for one reader on this machine: loopback only, a token in the address, nothing but GET.

Other programs and other pages of the same browser can reach a port of the loopback. They do not know the token, and a
name of theirs that leads here (DNS rebinding) stands in the header Host: both are checked before anything else.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from phasemap.errors import PhasemapError

LOOPBACK = "127.0.0.1"
_LONGEST_ADDRESS = 4096
_SECONDS_PER_REQUEST = 30

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    content: bytes
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK


class Site(Protocol):
    """What is served. answer: (path below the token, query) -> answer; None where there is nothing."""

    def answer(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """See above."""
        ...


class Server(ThreadingHTTPServer):
    """Serves a site at an address with a token, of which only those know who are told."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, site: Site, port: int = 0) -> None:
        self.site, self.token = site, secrets.token_urlsafe(24)
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            raise PhasemapError(
                f"The port {port} cannot be served ({error.strerror}): choose another with --port, or none."
            ) from error

    @property
    def address(self) -> str:
        """Where the site is."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who goes away in the middle of an answer is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "phasemap", ""
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS_PER_REQUEST

    def do_GET(self) -> None:
        """Answer, if the request is from a page of ours."""
        self._send(self._refusal() or self._found())

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing is logged: addresses hold the token."""

    def _refusal(self) -> Answer | None:
        """Why the request is not answered, if it is not: a foreign host or page, or a wrong token."""
        ours = {f"{name}:{self.server.server_port}" for name in (LOOPBACK, "localhost")}
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].lower() not in ours:
            return _words("This server is for pages on this machine only.", HTTPStatus.FORBIDDEN)
        origin = self.headers.get("Origin")
        if origin is not None and origin.removeprefix("http://") not in ours:
            return _words("This server answers its own pages only.", HTTPStatus.FORBIDDEN)
        if len(self.path) > _LONGEST_ADDRESS:
            return _words("The address is too long.", HTTPStatus.REQUEST_URI_TOO_LONG)
        given = urlsplit(self.path).path.lstrip("/").partition("/")[0]
        if not secrets.compare_digest(given.encode(), self.server.token.encode()):
            return _words("The address lacks the token that phasemap explore printed.", HTTPStatus.FORBIDDEN)
        return None

    def _found(self) -> Answer:
        """What the site says; a mistake that the reader can mend is a sentence."""
        parts = urlsplit(self.path)
        path = unquote(parts.path.removeprefix(f"/{self.server.token}").lstrip("/"))
        try:
            answer = self.server.site.answer(path, dict(parse_qsl(parts.query)))
        except PhasemapError as error:
            return _words(str(error), HTTPStatus.BAD_REQUEST)
        return answer or _words("There is no such page here.", HTTPStatus.NOT_FOUND)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {**_HEADERS, "Content-Type": answer.kind, "Content-Length": str(len(answer.content))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)


def _words(text: str, status: HTTPStatus) -> Answer:
    """A sentence as an answer."""
    return Answer(f"{text}\n".encode(), "text/plain; charset=utf-8", status)
