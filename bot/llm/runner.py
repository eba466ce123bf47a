"""One event loop in a thread of its own, on which every call to a model runs, ends in time and can be cancelled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class Cancelled(Exception):
    """The person did not want to wait."""


class Cancel:
    """A way to stop a rewording from another thread: cancelling closes the connection to the model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._future: Future[Any] | None = None
        self.is_set = False

    def set(self) -> None:
        """Stop what runs under this, now or as soon as it starts."""
        with self._lock:
            self.is_set = True
            if self._future:
                self._future.cancel()

    def watch(self, future: Future[Any]) -> None:
        """Cancel ``future`` when this is set."""
        with self._lock:
            self._future = future
            if self.is_set:
                future.cancel()


def run(work: Callable[[], Coroutine[Any, Any, T]], seconds: float, cancel: Cancel | None = None) -> T:
    """Return what ``work`` returns; raises TimeoutError after ``seconds``, Cancelled, or what it raises."""
    future = asyncio.run_coroutine_threadsafe(_in_time(work, seconds), _loop())
    if cancel:
        cancel.watch(future)
    try:
        return future.result()
    except CancelledError:
        raise Cancelled from None
    except KeyboardInterrupt:
        future.cancel()
        raise Cancelled from None


async def _in_time(work: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await work()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language model", daemon=True).start()
    return loop
