"""A fault that lasts, such as a database that is away: its beginning and its end stand in the log, each once."""

from __future__ import annotations

import logging
import threading

from bot.errors import KbError

LOG = logging.getLogger("bot.slack")


class Outage:
    """Hears from every thread what failed and what worked."""

    def __init__(self) -> None:
        """Begin where all is well."""
        self._lock = threading.Lock()
        self._known: set[str] = set()

    def failed(self, error: KbError) -> None:
        """Log ``error`` unless it was logged since all was well."""
        with self._lock:
            if str(error) not in self._known:
                self._known.add(str(error))
                LOG.error("%s", error)

    def worked(self) -> None:
        """Log that what failed is back, if anything had."""
        with self._lock:
            if self._known:
                self._known.clear()
                LOG.warning("the case database answers again")
