"""Half a request head: given up after a while, and no hindrance to others until then."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from uvicorn.server import ServerState

from bot.config import ROOT
from bot.heads import HEAD, BoundedHead, configured
from tests.api_server import running
from tests.test_architecture import sources

HALF = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
MANY = 200


class Clock(asyncio.SelectorEventLoop):
    """A loop whose timers run when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.timers: list[tuple[float, asyncio.TimerHandle]] = []

    def call_later(self, delay: float, callback: Callable[..., object], *args: object, context=None):
        handle = asyncio.TimerHandle(self.time() + delay, callback, args, self)
        self.timers.append((delay, handle))
        return handle

    def due(self) -> list[float]:
        return [delay for delay, handle in self.timers if not handle.cancelled()]

    def ring(self) -> None:
        for _, handle in self.timers:
            if not handle.cancelled():
                handle._run()


class Line(asyncio.Transport):
    """The server's end of a connection."""

    closed = False

    def write(self, data: bytes) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


async def hello(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"ok\n"})


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    yield made
    made.close()


def connected(clock: Clock) -> tuple[BoundedHead, Line]:
    line, protocol = Line(), BoundedHead(configured(hello, lifespan="off"), ServerState(), {}, clock)
    protocol.connection_made(line)
    return protocol, line


@pytest.mark.parametrize("pieces", [(), (HALF,), (b"G", b"E", b"T"), (HALF, b"a", b"b", b"\r\n")])
def test_half_a_head_is_given_up_however_it_trickles(clock: Clock, pieces: tuple[bytes, ...]) -> None:
    protocol, line = connected(clock)
    for piece in pieces:
        protocol.data_received(piece)
    assert clock.due() == [HEAD] and not line.closed
    clock.ring()
    assert line.closed


def answered(clock: Clock, protocol: BoundedHead) -> None:
    protocol.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert clock.due() == []
    clock.run_until_complete(asyncio.gather(*protocol.tasks))


def test_a_whole_head_stops_the_clock_and_the_next_one_has_its_own(clock: Clock) -> None:
    protocol, line = connected(clock)
    answered(clock, protocol)
    assert clock.due() == [protocol.timeout_keep_alive]
    protocol.data_received(HALF)
    assert clock.due() == [HEAD]
    protocol.data_received(b"1\r\n\r\n")
    assert clock.due() == [] and not line.closed
    clock.run_until_complete(asyncio.gather(*protocol.tasks))


def test_a_connection_that_is_gone_leaves_no_clock(clock: Clock) -> None:
    protocol, _ = connected(clock)
    protocol.connection_lost(None)
    assert clock.due() == []


def test_many_half_heads_keep_nobody_from_an_answer() -> None:
    with running(hello) as server, ExitStack() as held:
        address = httpx.URL(server.url)
        for _ in range(MANY):
            held.enter_context(socket.create_connection((address.host, address.port))).sendall(HALF)
        for _ in range(3):
            assert httpx.get(server.url, timeout=60).text == "ok\n"
        assert len(server.server_state.connections) >= MANY


def test_every_face_is_served_like_this() -> None:
    configuring = [file for file in sources() if "uvicorn.Config(" in file.read_text(encoding="utf-8")]
    assert configuring == [ROOT / "bot" / "heads.py"]
