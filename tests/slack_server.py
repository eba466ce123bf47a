"""A server that plays Slack: Web API over HTTP, Socket Mode over a WebSocket, signed requests, files, response_urls.

It holds what people would see, refuses what Slack refuses (limits, scopes, streams that are over), and delivers
envelopes until they are acknowledged, as Slack does.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.slack_rules import APP, BOT_TOKEN, holds, wait_for
from tests.slack_workspace import Workspace, listed


class Slack(Workspace):
    """The workspace behind a server of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._sockets: list[WebSocket] = []
        self._turn = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def start(self) -> None:
        """Serve in a thread and wait until it answers."""
        routes = [
            Route("/api/{method:path}", self._api, methods=["POST", "GET"]),
            Route("/files/{name}", self._file), Route("/elsewhere/{name}", self._file),
            Route("/hooks/{name}", self._hook, methods=["POST"]), WebSocketRoute("/socket", self._socket),
        ]  # fmt: skip
        config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=self.port, log_level="error",
                                ws="websockets-sansio", lifespan="off", timeout_graceful_shutdown=1)  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started, "the Slack server did not start")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    async def _api(self, request: Request) -> Response:
        raw = await request.body()
        body = json.loads(raw) if raw[:1] == b"{" else dict(parse_qsl(raw.decode(), keep_blank_values=True))
        body |= dict(request.query_params)
        method = request.path_params["method"]
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or str(body.pop("token", ""))
        return await asyncio.to_thread(self._answer, method, body, token)

    # -- files and response_urls

    async def _file(self, request: Request) -> Response:
        name, token = request.path_params["name"], request.headers.get("authorization", "")
        self.file_calls.append((request.url.path, token))
        if name == "redirect.txt":
            return RedirectResponse(f"{self.url}/elsewhere/stolen.txt", 302)
        if token != f"Bearer {BOT_TOKEN}" or "files:read" not in self.scopes:
            return Response("<html>Sign in</html>", 200, media_type="text/html")
        if name not in self.files:
            return Response("gone", 404)
        data, kind = self.files[name]
        return Response(data, 200, media_type=kind)

    async def _hook(self, request: Request) -> Response:
        body = await request.json()
        with self._lock:
            wrong = self._wrong(listed(body.get("blocks")), 0, "")
            self.hooked.append({"url": request.url.path, **body})
        return PlainTextResponse(wrong or "ok", 400 if wrong else 200)

    def hook(self) -> str:
        """Return a response_url."""
        return f"{self.url}/hooks/{next(self._numbers)}"

    # -- Socket Mode

    async def _socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self._loop = asyncio.get_running_loop()
        if self.greets:
            await websocket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        self._sockets.append(websocket)
        try:
            while True:
                answer = json.loads(await websocket.receive_text())
                self.acked.setdefault(answer["envelope_id"], time.monotonic())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if websocket in self._sockets:
                self._sockets.remove(websocket)

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def drop(self, *, politely: bool) -> None:
        """Close every socket, with Slack's notice or without."""
        for websocket in list(self._sockets):
            if politely:
                self._run(websocket.send_json({"type": "disconnect", "reason": "refresh_requested"}))
            else:
                self._sockets.remove(websocket)
                self._run(websocket.close(1011))

    def _run(self, work: Any) -> None:
        assert self._loop
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def push(self, payload: dict[str, Any], kind: str = "events_api", attempt: int = 0) -> str:
        """Send an envelope by one of the sockets, the next one in turn; return its id."""
        envelope = f"env-{next(self._numbers)}"
        message = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
        if kind == "events_api":
            message |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        wait_for(lambda: self._sockets, "no socket is open")
        websocket = self._sockets[next(self._turn) % len(self._sockets)]
        self.sent[envelope] += 1
        self._run(websocket.send_json(message))
        return envelope

    def deliver(self, payload: dict[str, Any], kind: str = "events_api") -> None:
        """Send an envelope and send it anew until it is acknowledged."""
        for attempt in range(4):
            envelope = self.push(payload, kind, attempt)
            if holds(lambda sent=envelope: sent in self.acked, 10):
                return
        raise AssertionError("the envelope was never acknowledged")
