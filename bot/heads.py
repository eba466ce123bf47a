"""HTTP as every face serves it: headers of bounded length, and a bound on the time that they may take."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10.0
"""Seconds from its first byte, or from the connection, after which a head that is not whole is given up."""


class BoundedHead(H11Protocol):
    """Hangs up on a client that begins a request and does not go on; a byte now and then does not win it time."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; they begin a head, go on with it, or end it."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._due is None:
            self._due = self.loop.call_later(HEAD, self.transport.close)

    def _rest(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


def configured(app: Any, **settings: Any) -> uvicorn.Config:  # noqa: ANN401 (an ASGI application, uvicorn's settings)
    """Return how ``app`` is served: quiet, by h11, since httptools takes headers of any length."""
    return uvicorn.Config(app, log_level="error", access_log=False, http=BoundedHead, **settings)
