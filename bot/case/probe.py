"""Whether the case database can be used, for /readyz and /metrics: looked at beside them, so that neither waits."""

from __future__ import annotations

import threading
import time

from bot.case.database import check
from bot.case.store import address
from bot.config import Config
from bot.errors import KbError

EVERY = 3.0
"""Seconds for which what was seen counts."""
PATIENCE = 10.0
"""Seconds after which a look that has not ended is an answer too."""


class Probe:
    """Looks at the database of the settings whenever somebody asks and the last look is old."""

    def __init__(self, settings: Config) -> None:
        """Look at the database that the settings name."""
        self._address = address(settings)
        self._lock = threading.Lock()
        self._begun, self._looking = float("-inf"), False
        self._problem: str | None = None

    def problem(self) -> str | None:
        """Return why cases cannot be kept, as last seen, or None."""
        now = time.monotonic()
        with self._lock:
            if self._looking:
                return "the case database does not answer" if now - self._begun > PATIENCE else self._problem
            if now - self._begun > EVERY:
                self._begun, self._looking = now, True
                threading.Thread(target=self._look, name="look at cases", daemon=True).start()
            return self._problem

    def _look(self) -> None:
        problem: str | None = "the case database cannot be looked at"
        try:
            check(self._address)
            problem = None
        except KbError as error:
            problem = str(error)
        finally:
            with self._lock:
                self._problem, self._looking = problem, False
