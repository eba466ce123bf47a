"""What answers now, and the change to a newer one without a stop: opened beside, swapped in one step.

Whoever has taken the old value goes on with it; it is let go of when nobody holds it any more. A new one that
cannot be opened changes nothing but :attr:`Live.problem`.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from bot import logs
from bot.errors import KbError

T = TypeVar("T")
EVERY = 1.0
"""Seconds between two looks for something newer."""
PATIENCE = 3
"""Looks in a row that fail before that counts as a problem: a busy server is not an outage."""
AGAIN = 30.0
"""Seconds until something that could not be opened is tried once more."""


class Live(Generic[T]):
    """Holds one value of ``T`` and replaces it when its mark changes; safe to use from many threads."""

    def __init__(self, name: str, mark: Callable[[], str], open: Callable[[T | None], T]) -> None:
        """Open the first value; whatever ``open`` raises is raised.

        ``mark`` returns, cheaply, a text that differs when there is something newer. ``open`` gets the value that
        answers now, None at first, and returns the newer one. ``name`` is what the log calls it.
        """
        self._name, self._look, self._make = name, mark, open
        self._lock = threading.Lock()
        self._mark = mark()
        self._value = open(None)
        self._problem: str | None = None
        self._refused, self._again = "", 0.0
        self._failures = 0

    @property
    def value(self) -> T:
        """What answers now; take it once for one piece of work."""
        return self._value

    @property
    def problem(self) -> str | None:
        """Why the newest one does not answer, in one line, or None when it does."""
        return self._problem

    def refresh(self) -> bool:
        """Look for something newer and switch to it; say whether that was done."""
        with self._lock:
            try:
                mark = self._look()
            except Exception as error:
                self._unseen(error)
                return False
            self._failures = 0
            try:
                return self._renew(mark)
            except Exception as error:  # whatever it is, the open one goes on answering
                self._note(f"{self._name}_not_switched", error)
                return False

    def watch(self, every: float = EVERY) -> None:
        """Look by itself every ``every`` seconds, for as long as somebody holds this object."""
        ended = threading.Event()
        weakref.finalize(self, ended.set).atexit = False
        watcher = threading.Thread(target=_watch, args=(weakref.ref(self), ended, every), daemon=True)
        watcher.name = f"watch {self._name}"
        watcher.start()

    def _renew(self, mark: str) -> bool:
        if mark == self._mark:
            self._problem = None
            return False
        if mark == self._refused and time.monotonic() < self._again:
            return False
        self._refused, self._again = mark, time.monotonic() + AGAIN
        self._value = self._make(self._value)
        self._mark, self._refused, self._problem = mark, "", None
        logs.info("switched", what=self._name)
        return True

    def _unseen(self, error: Exception) -> None:
        """Note that nobody can say whether there is something newer, unless that may pass at once."""
        self._failures += 1
        if self._failures >= PATIENCE:
            self._note(f"{self._name}_not_looked_at", error)

    def _note(self, event: str, error: Exception) -> None:
        own = isinstance(error, (KbError, OSError))
        problem = str(error) if own else f"{self._name} cannot be opened ({type(error).__name__})"
        if problem != self._problem:
            logs.failed(event, error)
        self._problem = problem


def _watch(held: weakref.ref[Live[T]], ended: threading.Event, every: float) -> None:
    while not ended.wait(every):
        live = held()
        if live is None:
            return
        live.refresh()
        del live
