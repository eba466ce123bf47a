"""A thread of Slack whose questions have all been deleted leaves no case, whatever was clicked in it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.case.database import Database
from bot.slack.desk import Desk
from bot.slack.job import Job, Work
from bot.slack.ledger import Ledger
from bot.slack.threads import Threads


class Thread:
    """One thread of questions, clicks and deletions, over a database of its own."""

    def __init__(self, folder: Path) -> None:
        database = Database(f"sqlite:///{folder / 'cases.sqlite3'}")
        self.ledger, self.threads, self.deleted = Ledger(database, "me"), Threads(database), list[str]()
        self.threads.bind("C:1", lambda: "case-1")
        cases = SimpleNamespace(delete=self.deleted.append)
        self.desk = Desk(SimpleNamespace(api=None, ledger=self.ledger, threads=self.threads, cases=cases))

    def done(self, key: str, user: str) -> None:
        """Ask or click, and have it answered."""
        self.ledger.claim(Job(key, "message", "C:1", key, user, text="TGDL?", message=key))
        work = self.ledger.take()
        assert work
        self.ledger.note(work, case_id="case-1", turn=1)
        self.ledger.finish(work)

    def delete(self, key: str) -> None:
        self.desk.work(Work(Job(f"{key}:deleted", "deleted", "C:1", "9", "U1", channel="C", message=key)))


@pytest.fixture
def thread(tmp_path: Path) -> Thread:
    return Thread(tmp_path)


def test_the_case_goes_with_the_last_question(thread: Thread) -> None:
    thread.done("C:1", "U1")
    thread.done("C:2", "U1")
    thread.done("C:3:click", "U1")
    thread.delete("C:1")
    assert thread.deleted == [] and thread.threads.get("C:1")
    thread.delete("C:2")
    assert thread.deleted == ["case-1"] and thread.threads.get("C:1") is None


def test_what_somebody_else_asked_or_clicked_keeps_the_case(thread: Thread) -> None:
    thread.done("C:1", "U1")
    thread.done("C:3:click", "U2")
    thread.delete("C:1")
    assert thread.deleted == [] and thread.threads.get("C:1")
