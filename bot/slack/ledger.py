"""What was sent and what was answered, in the database: each thing once, whoever delivers it and however often.

The table is the queue as well. Work is taken under a lease; an instance that dies leaves work whose lease runs
out, and another takes it up where it stood. Of one thread only the oldest open work may be taken.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite

from bot.case.database import SLACK_WORK as T
from bot.case.database import Database
from bot.phrases import Language
from bot.slack.job import Job, Work
from bot.slack.limits import KEPT_DAYS, LEASE

_JOB = TypeAdapter(Job)
_OLDER = T.alias("older")


class Lost(Exception):
    """The work is another's now; whoever has it goes on with it."""


class Ledger:
    """The ledger as one instance sees it; safe to use from many threads."""

    def __init__(self, database: Database, owner: str, clock: Callable[[], float] = time.time) -> None:
        """Keep the ledger in ``database`` in the name of the instance ``owner``."""
        self._database, self.owner, self._clock = database, owner, clock

    def claim(self, job: Job) -> bool:
        """Take ``job`` into the ledger; False where it is there already."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = {
            "key": job.key, "event": job.event or None, "thread": job.thread, "ts": job.ts, "person": job.user,
            "language": "", "done": False, "owner": "", "until": 0.0, "attempts": 0,
            "job": _JOB.dump_json(job).decode(), "replies": "[]", "case_id": "", "turn": 0, "created": self._clock(),
        }  # fmt: skip
        with self._database.begin() as connection:
            entered = insert(T).values(**row).on_conflict_do_nothing().returning(T.c.key)
            return connection.execute(entered).first() is not None

    def take(self) -> Work | None:
        """Take the oldest work that is free, under a lease; None where nothing is."""
        now = self._clock()
        before = (_OLDER.c.ts < T.c.ts) | ((_OLDER.c.ts == T.c.ts) & (_OLDER.c.key < T.c.key))
        blocked = sa.exists().where(_OLDER.c.thread == T.c.thread, sa.not_(_OLDER.c.done), before)
        free = (sa.not_(T.c.done), T.c.until <= now)
        with self._database.begin() as connection:
            key = connection.scalar(
                sa.select(T.c.key).where(*free, sa.not_(blocked)).order_by(T.c.created, T.c.ts).limit(1)
            )
        if key is None:
            return None
        mine = {"owner": self.owner, "until": now + LEASE, "attempts": T.c.attempts + 1}
        with self._database.begin() as connection:
            row = connection.execute(T.update().where(T.c.key == key, *free).values(**mine).returning(T)).first()
        return _work(row) if row else None

    def beat(self, keys: Sequence[str]) -> None:
        """Hold the leases of the work under way."""
        if keys:
            self._set(T.c.key.in_(keys) & (T.c.owner == self.owner), until=self._clock() + LEASE)

    def note(self, work: Work, **known: object) -> None:
        """Keep what has been done of a work: ``case_id``, ``turn``, ``language``, ``replies``.

        Raises Lost where the lease ran out and the work was taken by another meanwhile.
        """
        if not self._set(_held(work), **_stored(known)):
            raise Lost(f"{work.job.kind} was taken over")

    def rewrite(self, key: str, **known: object) -> None:
        """Change what is known of a work that is closed."""
        self._set(T.c.key == key, **_stored(known))

    def finish(self, work: Work) -> None:
        """Close a work that is still this one's to close; what was said is not kept here."""
        self._set(_held(work), done=True, job="")

    def cancel(self, key: str) -> bool:
        """Close a work that nobody has begun; False where somebody has."""
        return self._set((T.c.key == key) & (T.c.attempts == 0) & sa.not_(T.c.done), done=True, job="") == 1

    def put_back(self, keys: Sequence[str], delay: float = 0.0) -> None:
        """Free work of this instance, to be taken again after ``delay`` seconds."""
        if keys:
            self._set(T.c.key.in_(keys) & (T.c.owner == self.owner), until=self._clock() + delay if delay else 0.0)

    def find(self, key: str) -> Work | None:
        """Return a work by its key, or None."""
        with self._database.begin() as connection:
            row = connection.execute(sa.select(T).where(T.c.key == key)).first()
        return _work(row) if row else None

    def knows(self, thread: str) -> bool:
        """Say whether anything of ``thread`` was ever taken in."""
        with self._database.begin() as connection:
            return connection.scalar(sa.select(T.c.key).where(T.c.thread == thread).limit(1)) is not None

    def of_thread(self, thread: str) -> list[Work]:
        """Return all work of a thread, oldest first."""
        with self._database.begin() as connection:
            rows = connection.execute(sa.select(T).where(T.c.thread == thread).order_by(T.c.ts)).all()
        return [_work(row) for row in rows]

    def language_of(self, person: str) -> Language | None:
        """Return the language in which a person last wrote, or None."""
        wanted = sa.select(T.c.language).where(T.c.person == person, T.c.language != "")
        with self._database.begin() as connection:
            found = connection.scalar(wanted.order_by(T.c.ts.desc()).limit(1))
        return "ja" if found == "ja" else "en" if found else None

    def prune(self) -> None:
        """Forget what was closed long ago."""
        with self._database.begin() as connection:
            connection.execute(T.delete().where(T.c.done, T.c.created < self._clock() - KEPT_DAYS * 86_400))

    def _set(self, which: sa.ColumnElement[bool], **values: object) -> int:
        with self._database.begin() as connection:
            return connection.execute(T.update().where(which).values(**values)).rowcount


def _held(work: Work) -> sa.ColumnElement[bool]:
    """Return what is true of a row as long as nobody took the work after this attempt."""
    return (T.c.key == work.job.key) & (T.c.attempts == work.attempts)


def _stored(known: dict[str, object]) -> dict[str, object]:
    return known | ({"replies": json.dumps(known["replies"])} if "replies" in known else {})


def _work(row: Any) -> Work:  # noqa: ANN401 (a row of the table)
    bare = Job(row.key, "message", row.thread, row.ts, row.person)
    job = _JOB.validate_json(row.job) if row.job else bare
    return Work(job, row.attempts, row.done, row.case_id, row.turn, tuple(json.loads(row.replies)))
