"""A bounded number of workers that take work from the ledger; the rest waits there, not in memory."""

from __future__ import annotations

import logging
import threading
import traceback

from bot.errors import KbError
from bot.slack.api import Passing
from bot.slack.desk import Desk
from bot.slack.job import Work
from bot.slack.ledger import Ledger, Lost
from bot.slack.limits import ATTEMPTS, DRAIN, LEASE, WORKERS
from bot.slack.outage import Outage

LOG = logging.getLogger("bot.slack")
IDLE = 1.0
"""Seconds after which idle workers look for what other instances left."""


class Pool:
    """Workers over one ledger."""

    def __init__(self, ledger: Ledger, desk: Desk, outage: Outage, workers: int = WORKERS) -> None:
        """Let ``workers`` threads do at ``desk`` what ``ledger`` holds; ``outage`` hears of a ledger that is away."""
        self._ledger, self._desk, self._outage = ledger, desk, outage
        self._more, self._stopping = threading.Condition(), threading.Event()
        self._news = 0
        self._busy: set[str] = set()
        self._threads = [threading.Thread(target=self._run, name=f"slack-{n}", daemon=True) for n in range(workers)]
        self._beats = threading.Thread(target=self._beat, name="slack-beat", daemon=True)

    def start(self) -> None:
        """Start the workers."""
        for thread in (*self._threads, self._beats):
            thread.start()

    def wake(self) -> None:
        """Tell the workers that there is something to do."""
        with self._more:
            self._news += 1
            self._more.notify_all()

    def stop(self, drain: float = DRAIN) -> None:
        """Take nothing more, give what is under way ``drain`` seconds to end, and free the rest for others."""
        self._stopping.set()
        self.wake()
        share = drain / len(self._threads)
        for thread in self._threads:
            thread.join(share)
        self._ledger.put_back(self._under_way())

    def _run(self) -> None:
        while not self._stopping.is_set():
            seen = self._news
            work = self._next()
            if work:
                self._handle(work)
                self.wake()
                continue
            with self._more:
                if self._news == seen and not self._stopping.is_set():
                    self._more.wait(IDLE)

    def _next(self) -> Work | None:
        try:
            work = self._ledger.take()
        except KbError as error:
            self._outage.failed("read", error)
            return None
        self._outage.worked("read")
        return work

    def _handle(self, work: Work) -> None:
        key = work.job.key
        with self._more:
            self._busy.add(key)
        try:
            if self._is_settled(work):
                self._ledger.finish(work)
                self._outage.worked("write")
        except KbError as error:
            self._outage.failed("write", error)
        finally:
            with self._more:
                self._busy.discard(key)

    def _under_way(self) -> list[str]:
        with self._more:
            return sorted(self._busy)

    def _is_settled(self, work: Work) -> bool:
        """Do ``work``; False where it went back to be tried again."""
        try:
            if work.attempts > ATTEMPTS:
                raise Passing("given up")
            self._desk.work(work)
        except Lost:
            return False
        except Exception as error:
            passes = isinstance(error, Passing) or type(error) is KbError
            if passes and work.attempts < ATTEMPTS:
                self._ledger.put_back([work.job.key], min(2.0**work.attempts, LEASE / 2))
                return False
            LOG.warning("%s failed at attempt %d: %s", work.job.kind, work.attempts, named(error))
            self._desk.fail(work, error)
        return True

    def _beat(self) -> None:
        while not self._stopping.wait(LEASE / 4):
            try:
                self._ledger.beat(self._under_way())
            except KbError as error:
                self._outage.failed("write", error)


def named(error: Exception) -> str:
    """Return an error for the log: its place instead of its words, which may quote what a person wrote."""
    if isinstance(error, KbError | Passing):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, {last.filename}:{last.lineno}"
