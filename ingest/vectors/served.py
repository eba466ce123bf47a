"""Nearest chunks from a Chroma server, and from the exact copy on this machine while the server is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from bot import logs
from bot.errors import ServerError

if TYPE_CHECKING:
    from ingest.encode import Vectors
    from ingest.vectors.exact import ExactStore
    from ingest.vectors.server import Server

ATTEMPTS = 2
"""How often one question asks the server, so that a connection that broke meanwhile is not an outage."""
PAUSE = 5.0
"""Seconds after a failure in which the copy answers without asking the server."""
MEMORY = 60.0
"""Seconds after a failure for which it counts as a present problem."""


class ServedStore:
    """One published build; answers alike whether or not the server does."""

    def __init__(
        self,
        server: Server,
        remote: Callable[[str], str],
        counts: Mapping[str, int],
        copy: ExactStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask ``server`` for the collections that ``remote`` names there; ``copy`` holds the same vectors here."""
        self._server, self._remote, self._counts, self._copy, self._clock = server, remote, counts, copy, clock
        self._lock = Lock()
        self._problem: str | None = None
        self._again = 0.0

    @property
    def problem(self) -> str | None:
        """Why the copy on this machine answers at present, or None while the server does.

        What nobody has asked for in a while is not known: whether the server is there at all, the look for a newer
        build says.
        """
        return self._problem if self._clock() < self._again - PAUSE + MEMORY else None

    def nearest(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` (chunk id, cosine similarity) of collection ``name``, best first."""
        if self._problem is None or self._clock() >= self._again:
            try:
                found = self._ask(name, vector, limit)
            except ServerError as error:
                self._gone(str(error))
            else:
                self._back()
                return found
        return self._copy.nearest(name, vector, limit)

    def close(self) -> None:
        """Nothing to do: the server's connection is shared by all builds."""

    def _ask(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        for left in reversed(range(ATTEMPTS)):
            try:
                found = self._server.query(self._remote(name), vector, limit)
            except ServerError:
                if not left:
                    raise
            else:
                if len(found) == min(limit, self._counts[name]):
                    return found
        shown = self._server.address.shown
        raise ServerError(f"the Chroma server {shown} has lost vectors of {name}; run `python -m ingest`")

    def _gone(self, problem: str) -> None:
        with self._lock:
            first = self._problem is None
            self._problem, self._again = problem, self._clock() + PAUSE
        if first:
            logs.warning("vectors_from_copy", problem=problem)

    def _back(self) -> None:
        with self._lock:
            back, self._problem = self._problem is not None, None
        if back:
            logs.info("vectors_from_server")
