"""A scripted OpenAI-compatible server on 127.0.0.1: it rewords honestly, or lies and fails in every way known.

``Server(reply, ...)`` answers the n-th request with the n-th reply and every later one with the last. A reply is a
function of the request that says what goes over the wire.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Steps = list[dict[str, Any]]
Usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}


@dataclass
class Wire:
    """What goes over the wire: a status, headers, and chunks that may never end or break off."""

    chunks: Iterator[bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    breaks_off: bool = False


Reply = Callable[[dict[str, Any]], Wire]


def body(message: dict[str, Any], usage: dict[str, int] | None = Usage, why: str = "stop") -> bytes:
    choice = {"index": 0, "finish_reason": why, "message": {"role": "assistant", **message}}
    made = {"id": "x", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
    return json.dumps(made | ({"usage": usage} if usage else {})).encode()


def content(text: str, usage: dict[str, int] | None = Usage) -> Reply:
    """Say ``text``."""
    return lambda request: Wire(iter([body({"content": text}, usage)]))


def cut_off(text: str) -> Reply:
    """Say ``text`` and stop at the limit of tokens."""
    return lambda request: Wire(iter([body({"content": text}, why="length")]))


def call(name: str, arguments: str) -> Reply:
    """Call a tool with ``arguments`` as they are, JSON or not."""
    made = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return lambda request: Wire(iter([body({"content": None, "tool_calls": [made]})]))


def steps_of(request: dict[str, Any]) -> Steps:
    """Return the steps that a request asks to reword."""
    asked = next(message["content"] for message in request["messages"] if message["role"] == "user")
    return [dict(step) for step in json.loads(asked)["steps"]]


def reworded(change: Callable[[Steps], Steps]) -> Reply:
    """Hand back the steps as ``change`` makes them."""

    def reply(request: dict[str, Any]) -> Wire:
        return content(json.dumps({"steps": change(steps_of(request))}, ensure_ascii=False))(request)

    return reply


def status(code: int, **headers: str) -> Reply:
    """Fail with a status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = json.dumps({"error": {"message": "no", "type": "x"}}).encode()
    return lambda request: Wire(iter([text]), code, {"content-type": "application/json"} | named)


def raw(*chunks: bytes, kind: str = "application/json", breaks_off: bool = False, **headers: str) -> Reply:
    """Send bytes as they are; with ``breaks_off`` the line goes dead after them."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Wire(iter(chunks), headers={"content-type": kind} | named, breaks_off=breaks_off)


def endless(piece: bytes) -> Reply:
    """Send ``piece`` for ever."""

    def forever() -> Iterator[bytes]:
        while True:
            yield piece

    return lambda request: Wire(forever())


class Server:
    """Serves while used as a context; ``requests`` holds what came, ``left`` is set when a client hung up."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = replies
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.came, self.left, self.go_on = threading.Event(), threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def drip(self, piece: bytes) -> Reply:
        """Send one ``piece``, then nothing more until the test is over or the client has gone."""

        def slowly() -> Iterator[bytes]:
            while True:
                yield piece
                if self.go_on.wait(0.05):
                    return

        return lambda request: Wire(slowly())

    def _next(self, request: dict[str, Any]) -> Wire:
        self.requests.append(request)
        return self._replies[min(len(self.requests), len(self._replies)) - 1](request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.keys.append(self.headers.get("authorization", ""))
                wire = server._next(asked)
                server.came.set()
                try:
                    self._send(wire)
                except OSError:
                    server.left.set()
                    self.close_connection = True

            def _send(self, wire: Wire) -> None:
                self.send_response(wire.status)
                for name, value in wire.headers.items():
                    self.send_header(name, value)
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for chunk in wire.chunks:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    self.wfile.flush()
                if wire.breaks_off:
                    with contextlib.suppress(OSError):
                        self.connection.shutdown(2)
                    self.close_connection = True
                    return
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_: object) -> None:
                pass

        return Handler
