"""A fault that lasts, such as a database that is away: its beginning and its end stand in the log, each once."""

from __future__ import annotations

import logging
import threading
from typing import Literal

from bot.errors import KbError

LOG = logging.getLogger("bot.slack")


Doing = Literal["read", "write"]
"""What the database was asked for; a locked one still reads, so reading does not end an outage of writing."""


class Outage:
    """Hears from every thread what failed and what worked."""

    def __init__(self) -> None:
        """Begin where all is well."""
        self._lock = threading.Lock()
        self._known: dict[str, set[Doing]] = {}

    def failed(self, doing: Doing, error: KbError) -> None:
        """Log ``error`` unless it was logged since all was well."""
        with self._lock:
            if str(error) not in self._known:
                LOG.error("%s", error)
            self._known.setdefault(str(error), set()).add(doing)

    def worked(self, doing: Doing) -> None:
        """Log that the database is back, if it was away and nothing else that failed is left."""
        with self._lock:
            if not self._known:
                return
            self._known = {error: left for error, found in self._known.items() if (left := found - {doing})}
            if not self._known:
                LOG.warning("the case database answers again")
