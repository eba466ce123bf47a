"""Runs the server: over standard input and output, or over streamable HTTP behind the API's door."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import anyio
import uvicorn
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.stdio import stdio_server

from bot.api.app import refusal
from bot.api.body import MAX_JSON
from bot.api.door import Door, refuse_open
from bot.config import Config
from bot.errors import ConfigError, Refused
from bot.heads import configured
from bot.mcp.server import server
from bot.mcp.source import Source

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

PORT = 7861
"""Where the server listens over HTTP; the page has 7860."""
SESSIONS = 200
"""Sessions that may be open at once over HTTP; an idle one ends after half an hour."""
CONNECTIONS = 256
"""Connections that may be open at once over HTTP."""


def over_stdio(settings: Config) -> None:
    """Serve one client over standard input and output until it hangs up; only messages go to standard output."""
    protocol = server(Source(settings))

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            await protocol.run(incoming, outgoing, protocol.create_initialization_options())

    anyio.run(run)


def over_http(settings: Config, port: int = PORT) -> None:
    """Serve clients at /mcp of KB_HOST and ``port`` until stopped.

    Raises ConfigError for a host that is open to the network without keys, or a port that cannot be opened.
    """
    refuse_open(settings, settings.host)
    if not 0 <= port <= 65535:
        raise ConfigError(f"--port {port}: a port is a number from 0 to 65535")
    app = application(settings, Source(settings))
    config = configured(app, host=settings.host, port=port, timeout_graceful_shutdown=2, limit_concurrency=CONNECTIONS)
    listening = _Listening(config)
    try:
        listening.run()
    except SystemExit:
        raise ConfigError(f"port {port} of {settings.host} cannot be opened; give another with --port") from None


def application(settings: Config, source: Source) -> Guarded:
    """Return the ASGI application: the protocol at /mcp, behind the door."""
    protocol = server(source)
    app = protocol.streamable_http_app(host=settings.host, max_request_body_size=MAX_JSON, max_sessions=SESSIONS)
    return Guarded(app, Door(settings))


class Guarded:
    """Asks for the key before the protocol sees a request; a session belongs to the key that opened it."""

    def __init__(self, app: Starlette, door: Door) -> None:
        """Guard ``app`` with ``door``."""
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "http":
            try:
                key = self._door.enter(scope)
            except Refused as error:
                await refusal(error)(scope, receive, send)
                return
            if key:
                scope["user"] = AuthenticatedUser(AccessToken(token="", client_id=key, scopes=[]))  # noqa: S106
        await self._app(scope, receive, send)


class _Listening(uvicorn.Server):
    """Says on standard error where it listens."""

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            sys.stderr.write(f"MCP at http://{f'[{host}]' if ':' in host else host}:{port}/mcp\n")
            sys.stderr.flush()
