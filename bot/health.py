"""/healthz, /readyz and /metrics: beside the page, and on a port of their own for a face without one.

/healthz and /readyz hold nothing to protect and are open to probes. /metrics needs the password, unless KB_METRICS
opens it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from bot.case.probe import Probe
from bot.config import Config
from bot.errors import ConfigError
from bot.metrics import Metrics
from bot.web.guard import LOOPBACK, Guard, from_here

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from bot.engine import Bot

PROBES = ("/healthz", "/readyz")
METRICS = "/metrics"


class Health:
    """Answers the three paths for one process."""

    def __init__(self, loaded: Future[Any] | Bot, cases: Probe | None = None) -> None:
        """Report on a bot, or on what will have one as ``bot`` once it is loaded, and on the database of ``cases``."""
        self._loaded, self._cases = loaded, cases
        self._metrics = Metrics()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path == "/healthz":
            await _send(send, 200, b"ok\n", "text/plain; charset=utf-8")
        elif path == "/readyz":
            status, body = self.ready()
            await _send(send, status, json.dumps(body).encode() + b"\n", "application/json")
        else:
            bot = self._bot()
            text, kind = await asyncio.to_thread(self._metrics.text, bot, self._problems(bot) if bot else {})
            await _send(send, 200, text, kind)

    def ready(self) -> tuple[int, dict[str, object]]:
        """Return the status of /readyz and what it says; what is degraded still answers, so it is ready."""
        bot = self._bot()
        if bot is None:
            failed = isinstance(self._loaded, Future) and self._loaded.done()
            return 503, {"status": "failed" if failed else "loading"}
        library = bot.documents.value
        return 200, {
            "status": "ready",
            "index": bot.retriever.version,
            "documents": library.version if library else None,
            "degraded": sorted(self._problems(bot)),
        }

    def close(self) -> None:
        """Stop counting."""
        self._metrics.close()

    def _problems(self, bot: Bot) -> dict[str, str]:
        problem = self._cases.problem() if self._cases else None
        return bot.problems() | ({"cases": problem} if problem else {})

    def _bot(self) -> Bot | None:
        if not isinstance(self._loaded, Future):
            return self._loaded
        return self._loaded.result().bot if self._loaded.done() and not self._loaded.exception() else None


class WithHealth:
    """Gives requests for the three paths to :class:`Health`, all others to the page."""

    def __init__(self, page: ASGIApp, settings: Config, loaded: Future[Any] | Bot) -> None:
        """Serve ``page`` and, for what is ``loaded``, its health."""
        self._page, self._health = page, Health(loaded, Probe(settings))
        self._hosts = LOOPBACK if settings.host in LOOPBACK else ()
        self._guarded = Guard(self._health, self._hosts, settings.password)
        self._open = (*PROBES, METRICS) if settings.metrics else PROBES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http" or scope["path"] not in (*PROBES, METRICS):
            await self._page(scope, receive, send)
        elif scope["path"] in self._open and from_here(scope["headers"], self._hosts):
            await self._health(scope, receive, send)
        else:
            await self._guarded(scope, receive, send)

    def close(self) -> None:
        """Stop counting."""
        self._health.close()


def serve_beside(settings: Config, bot: Bot) -> Callable[[], None]:
    """Serve the three paths on KB_HEALTH_PORT from a thread of their own; return what stops it.

    For a process without a page, such as Slack's; without a port nothing is served. Raises ConfigError when the port
    is in use.
    """
    if not settings.health_port:
        return lambda: None
    import uvicorn

    from bot.heads import configured

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.health_port), family=family)
    except OSError as error:
        raise ConfigError(f"KB_HEALTH_PORT={settings.health_port} cannot be opened ({error.strerror})") from error
    app = WithHealth(_nothing, settings, bot)
    server = uvicorn.Server(configured(app, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="health", daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join()
        app.close()

    return stop


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await _send(send, 404, b"there is /healthz, /readyz and /metrics\n", "text/plain; charset=utf-8")


async def _send(send: Send, status: int, body: bytes, kind: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
