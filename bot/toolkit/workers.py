"""A bounded pool for work that keeps a processor busy, so that a server goes on answering beside it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from bot.errors import Busy

WAITING = 64
"""Jobs that may wait for a thread; one more is refused."""

T = TypeVar("T")


class Workers:
    """Threads and the jobs that wait for them."""

    def __init__(self, threads: int = 0, waiting: int = WAITING) -> None:
        """Run ``threads`` jobs at once (0: as many as there are processors, two at least) and let ``waiting`` wait."""
        self._threads = threads or max(2, os.cpu_count() or 2)
        self._limit = self._threads + waiting
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="worker")
        self._lock = Lock()
        self._jobs = 0

    async def run(self, job: Callable[[], T]) -> T:
        """Return what ``job`` returns; raises Busy when too many wait already.

        When the caller is cancelled, a job that still waits is dropped; one that runs is left to end.
        """
        with self._lock:
            if self._jobs >= self._limit:
                raise Busy("too many requests are waiting already")
            self._jobs += 1
        future = self._pool.submit(job)
        future.add_done_callback(self._ended)
        return await asyncio.wrap_future(future)

    def _ended(self, _: Future[T]) -> None:
        with self._lock:
            self._jobs -= 1

    def close(self) -> None:
        """Drop what waits; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
