"""A Chroma server that is not there, hangs, is another program, or comes and goes; and how its address is written."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.errors import ConfigError, ServerError
from ingest.vectors import served
from ingest.vectors.server import Server, parse_address


def test_nothing_there_is_said_at_once() -> None:
    with pytest.raises(ServerError, match=r"http://127.0.0.1:1 does not answer .*; start it, or check KB_CHROMA_URL"):
        Server("http://127.0.0.1:1")


class Mute(http.server.BaseHTTPRequestHandler):
    """Answers as another program would, or never."""

    seen: list[Any] = []

    def do_GET(self) -> None:
        Mute.seen.append(self.headers)
        if self.server.hangs:
            self.server.held.wait()
            return
        self.send_response(404)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mute() -> Iterator[http.server.ThreadingHTTPServer]:
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mute)
    listening.held, listening.hangs = threading.Event(), False
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield listening
    listening.held.set()
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_another_program_on_the_port_is_told_from_chroma_and_the_token_is_sent(
    mute: http.server.ThreadingHTTPServer,
) -> None:
    Mute.seen.clear()
    with pytest.raises(ServerError, match="refused") as refused:
        Server(f"http://127.0.0.1:{mute.server_address[1]}", "s3cret")
    assert "s3cret" not in str(refused.value)
    [headers] = Mute.seen
    assert (headers["x-chroma-token"], headers["authorization"]) == ("s3cret", "Bearer s3cret")


def test_a_server_that_hangs_is_not_waited_for(mute: http.server.ThreadingHTTPServer) -> None:
    mute.hangs = True
    with pytest.raises(ServerError, match="does not answer"):
        Server(f"http://127.0.0.1:{mute.server_address[1]}", timeout=httpx.Timeout(0.1))


class Flaky:
    """A server that fails as told."""

    address = parse_address("http://127.0.0.1:8000")

    def __init__(self) -> None:
        self.failures, self.asked, self.found = 0, 0, [("a", 0.9)]

    def query(self, name: str, vector: object, limit: int) -> list[tuple[str, float]]:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise ServerError("the server is away")
        return self.found


class Copy:
    def nearest(self, name: str, vector: object, limit: int) -> list[tuple[str, float]]:
        return [("copy", 1.0)]


def test_one_question_asks_twice_then_the_copy_answers_for_a_while() -> None:
    server, now = Flaky(), [0.0]
    store = served.ServedStore(server, str, {"c": 1}, Copy(), lambda: now[0])
    server.failures = 1
    assert (store.nearest("c", None, 5), store.problem, server.asked) == ([("a", 0.9)], None, 2)
    server.failures, server.asked = 99, 0
    assert store.nearest("c", None, 5) == [("copy", 1.0)]
    assert store.nearest("c", None, 5) == [("copy", 1.0)]
    assert (store.problem, server.asked) == ("the server is away", 2)
    server.failures = 0
    now[0] = served.PAUSE
    assert (store.nearest("c", None, 5), store.problem) == ([("a", 0.9)], None)
    server.found = []
    assert store.nearest("c", None, 5) == [("copy", 1.0)]
    assert "lost vectors of c" in str(store.problem)
    now[0] += served.MEMORY
    assert store.problem is None, "nobody has asked since"


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "tenant", "database"),
    [
        ("http://chroma", "chroma", 8000, False, "default_tenant", "default_database"),
        ("https://chroma.example/", "chroma.example", 443, True, "default_tenant", "default_database"),
        ("https://api.trychroma.com:8443/t-1/kb", "api.trychroma.com", 8443, True, "t-1", "kb"),
        ("http://10.0.0.7:9000?tenant=a&database=b%20c", "10.0.0.7", 9000, False, "a", "b c"),
        ("http://h:1?database=b", "h", 1, False, "default_tenant", "b"),
        ("http://[::1]:8000/t/d", "[::1]", 8000, False, "t", "d"),
    ],
)
def test_addresses(url: str, host: str, port: int, ssl: bool, tenant: str, database: str) -> None:
    found = parse_address(url)
    assert (found.host, found.port, found.ssl, found.tenant, found.database) == (host, port, ssl, tenant, database)


@pytest.mark.parametrize(
    "url",
    ["chroma:8000", "ftp://h", "http://", "http://h:99999", "http://h/only-one", "http://h/a/b/c", "http://h?x=1",
     "http://user:hunter2@h", "http://h/a/b?database=c", "http://[::1"],
)  # fmt: skip
def test_malformed_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="KB_CHROMA_URL") as refused:
        parse_address(url)
    assert "hunter2" not in str(refused.value)
