"""Broken, oversized, half and joined requests over raw sockets."""

from __future__ import annotations

import contextlib
import re
import socket

import httpx
import pytest

from bot.api import body
from tests.api_server import api, running


@pytest.fixture(scope="module")
def url(bot):
    with running(api(bot)) as server:
        yield server.url


def raw(url: str, sent: bytes) -> list[bytes]:
    """Return the status lines that come back until the server closes, and cookies if there were any."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        got = b""
        with contextlib.suppress(ConnectionError):  # a server may hang up on what it refuses
            connection.sendall(sent)
            while piece := connection.recv(65536):
                got += piece
    return re.findall(rb"HTTP/1\.1 \d+|(?<=\n)[Ss]et-[Cc]ookie", got)


HEAD = b"HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /api/parse " + HEAD + b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /api/topics HTTP/1.1\r\n\r\n", 400),
        (b"GET /api/topics HTTP/1.0\r\n\r\n", 403),
        (b"GET /api/topics " + HEAD + b"Host: evil\r\n\r\n", 400),
        (b"GET /api/topics/%0d%0aSet-Cookie:%20a=b " + HEAD + b"Connection: close\r\n\r\n", 404),
        (b"GET /api/topics " + HEAD + b"X: \x00\r\n\r\n", 400),
        (POST + b"Content-Length: -1\r\n\r\n", 400),
        (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  ", 400),
        (bytes(range(256)) * 4, 400),
    ],
    ids=range(8),
)
def test_a_broken_request_is_refused(url, sent: bytes, status: int) -> None:
    (line,) = raw(url, sent)
    assert line.split()[1] == str(status).encode()


def test_headers_and_addresses_are_bounded(url) -> None:
    long = b"a" * 2_000_000
    for sent in (
        b"GET /api/topics " + HEAD + b"X: " + long + b"\r\n\r\n",
        b"GET /api/topics/" + long + b" " + HEAD + b"\r\n",
    ):
        assert all(b" 400" in line for line in raw(url, sent)), "a reset or a refusal, never an answer"


def test_requests_in_one_breath_are_answered_in_order(url) -> None:
    first = POST + b'Content-Length: 13\r\n\r\n{"text":"ab"}'
    second = b"GET /api/topics/nothing " + HEAD + b"Connection: close\r\n\r\n"
    assert [line.split()[1] for line in raw(url, first + second)] == [b"200", b"404"]


def test_a_half_body_is_given_up(url, monkeypatch) -> None:
    monkeypatch.setattr(body, "PAUSE", 0.2)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(POST + b'Content-Length: 100\r\n\r\n{"text": ')
        got = b"".join(iter(lambda: connection.recv(65536), b""))
    assert got.startswith(b"HTTP/1.1 408") and b'"mend"' in got


def test_half_bodies_do_not_keep_others_out_of_the_rest(url) -> None:
    host, port = url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as held:
        for _ in range(body.READING):
            connection = held.enter_context(socket.create_connection((host, int(port)), timeout=60))
            connection.sendall(POST + b'Content-Length: 100\r\n\r\n{"text": ')
        while (reply := httpx.post(url + "/api/parse", json={"text": ""})).status_code == 200:
            pass
        assert reply.status_code == 503 and set(reply.json()) == {"error", "mend"}
        assert httpx.get(url + "/api/topics").status_code == 200
    while httpx.post(url + "/api/parse", json={"text": ""}).status_code == 503:
        pass
