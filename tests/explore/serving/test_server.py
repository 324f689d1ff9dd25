"""The server answers its own reader and nobody else."""

import http.client
import threading

import pytest

from phasemap.errors import PhasemapError
from phasemap.explore.serving.server import Answer, Server


class Echo:
    """Answers with what it was asked; one path is a mistake of the reader, one is not there."""

    def answer(self, path, query):
        if path == "mistake":
            raise PhasemapError("alpha_r = x is no number.")
        return None if path == "nothing" else Answer(f"{path} {sorted(query.items())}".encode(), "text/plain")


@pytest.fixture(scope="module")
def server():
    with Server(Echo()) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def ask(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def test_whoever_has_the_address_is_answered(server):
    status, content, headers = ask(server, f"/{server.token}/a/b?x=1")
    assert (status, content) == (200, b"a/b [('x', '1')]")
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert "phasemap" in headers["Server"] and "Python" not in headers["Server"]
    assert server.address == f"http://127.0.0.1:{server.server_port}/{server.token}/"


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", "//", "/wrong/{token}/", "/{half}/", "/{token}x/", "/%00/", "/%C3%A9/", "*"]
)
def test_a_wrong_token_is_refused(server, path):
    token = server.token
    path = path.format(token=token, half=token[: len(token) // 2])
    status, content, _ = ask(server, path)
    assert status == 403 and token.encode() not in content


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1.evil:{port}"]
)
def test_a_foreign_host_is_refused_even_with_the_token(server, host):
    status, content, _ = ask(server, f"/{server.token}/", Host=host.format(port=server.server_port))
    assert status == 403 and b"this machine only" in content


def test_a_foreign_origin_is_refused_and_ours_is_not(server):
    for origin in ("http://evil.example", "null", "https://127.0.0.1"):
        assert ask(server, f"/{server.token}/", Origin=origin)[0] == 403
    assert ask(server, f"/{server.token}/", Origin=f"http://127.0.0.1:{server.server_port}")[0] == 200


def test_nothing_but_reading(server):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "CONNECT"):
        assert ask(server, f"/{server.token}/", method)[0] == 501
    assert ask(server, f"/{server.token}/", "HEAD")[:2] == (200, b"")


def test_mistakes_are_sentences_and_what_is_not_there_is_not_found(server):
    assert ask(server, f"/{server.token}/mistake")[:2] == (400, b"alpha_r = x is no number.\n")
    assert ask(server, f"/{server.token}/nothing")[0] == 404
    assert ask(server, f"/{server.token}/{'a' * 5000}")[0] == 414


def test_a_port_that_is_taken_is_named(server):
    with pytest.raises(PhasemapError, match=f"port {server.server_port} cannot be served.*--port"):
        Server(Echo(), server.server_port).server_close()


def test_every_server_has_a_token_of_its_own():
    tokens = set()
    for _ in range(5):
        with Server(Echo()) as one:
            tokens.add(one.token)
    assert len(tokens) == 5 and min(map(len, tokens)) >= 32
