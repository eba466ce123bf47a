"""Puts the API into the page's server; nothing of it is loaded before the first request to it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from bot.config import Config
from bot.errors import KbError, Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from bot.api.app import Api
    from bot.engine import Bot
    from bot.web.desk import Loaded

_PLACE = "/api"


class WithApi:
    """Gives requests under /api to the API, all others to the page."""

    def __init__(self, page: ASGIApp, settings: Config, loaded: Future[Loaded]) -> None:
        """Serve ``page`` and, with what will be ``loaded``, the API beside it."""
        self._page, self._settings, self._loaded = page, settings, loaded
        self._api: Api | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http" and (scope["path"] == _PLACE or scope["path"].startswith(_PLACE + "/")):
            await self._opened()(scope, receive, send)
        else:
            await self._page(scope, receive, send)

    def _opened(self) -> Api:
        if self._api is None:
            from bot.api.app import Api
            from bot.api.door import Door

            self._api = Api(Door(self._settings), lambda: ready(self._loaded))
        return self._api


def ready(loaded: Future[Loaded]) -> Bot:
    """Return the bot; raises Refused with 503 while it is loading, or where it could not be loaded."""
    if not loaded.done():
        raise Refused(503, "the index is still loading", "try again in a moment")
    error = loaded.exception()
    if isinstance(error, KbError):
        raise Refused(503, str(error), "the operator mends it; python -m bot doctor says how")
    return loaded.result().bot
