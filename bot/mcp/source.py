"""What the server answers from: the bot, loaded beside the first exchange of messages, and a bounded pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TypeVar

from bot.config import Config
from bot.engine import Bot
from bot.toolkit.workers import Workers

T = TypeVar("T")


class Source:
    """One bot for all requests; where it could not be loaded, the next request tries again."""

    def __init__(self, settings: Config) -> None:
        """Begin to load in a thread of its own."""
        self._settings, self._lock = settings, Lock()
        self._workers = Workers()
        self._loading = self._begin()

    def _begin(self) -> Future[Bot]:
        future: Future[Bot] = Future()

        def work() -> None:
            try:
                future.set_result(Bot(self._settings))
            except BaseException as error:  # noqa: BLE001 (it is raised again where the bot is asked for)
                future.set_exception(error)

        Thread(target=work, name="load", daemon=True).start()
        return future

    async def bot(self) -> Bot:
        """Return the bot once it is there; raises KbError where it cannot be loaded."""
        with self._lock:
            if self._loading.done() and self._loading.exception():
                self._loading = self._begin()
            loading = self._loading
        return await asyncio.shield(asyncio.wrap_future(loading))

    async def run(self, job: Callable[[Bot], T]) -> T:
        """Return what ``job`` makes of the bot; raises Busy, and what the job raises."""
        bot = await self.bot()
        return await self._workers.run(lambda: job(bot))
