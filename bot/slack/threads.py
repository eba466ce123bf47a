"""Which thread is which case, who takes part in it, and whether people are talking to each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.case.database import SLACK_THREADS as T
from bot.case.database import Database


@dataclass(frozen=True, slots=True)
class Bound:
    """A thread that is a case. ``askers`` have spoken to the bot; ``speaker`` spoke last without doing so."""

    case_id: str
    askers: frozenset[str]
    speaker: str


class Threads:
    """The threads that are cases; safe to use from many threads and instances."""

    def __init__(self, database: Database) -> None:
        """Keep them in ``database``."""
        self._database = database

    def get(self, thread: str) -> Bound | None:
        """Return the case of a thread, or None."""
        with self._database.begin() as connection:
            row = connection.execute(sa.select(T).where(T.c.thread == thread)).first()
        return Bound(row.case_id, frozenset(json.loads(row.askers)), row.speaker) if row else None

    def bind(self, thread: str, opened: Callable[[], str]) -> str:
        """Return the case of ``thread``; where it has none, that of ``opened``."""
        found = self.get(thread)
        if found:
            return found.case_id
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = {"thread": thread, "case_id": opened(), "askers": "[]", "speaker": "", "heard": ""}
        with self._database.begin() as connection:
            connection.execute(insert(T).values(**row).on_conflict_do_nothing())
        found = self.get(thread)
        assert found is not None
        return found.case_id

    def unbind(self, thread: str) -> None:
        """Forget the case of a thread."""
        with self._database.begin() as connection:
            connection.execute(T.delete().where(T.c.thread == thread))

    def asked(self, thread: str, user: str, ts: str) -> None:
        """Note that ``user`` spoke to the bot at ``ts``."""
        found = self.get(thread)
        if found:
            self._heard(thread, ts, speaker="", askers=json.dumps(sorted(found.askers | {user})))

    def overheard(self, thread: str, user: str, ts: str) -> None:
        """Note that ``user`` spoke to other people at ``ts``; what comes late changes nothing."""
        self._heard(thread, ts, speaker=user)

    def _heard(self, thread: str, ts: str, **values: object) -> None:
        with self._database.begin() as connection:
            newer = (T.c.thread == thread) & (T.c.heard <= ts)
            if not connection.execute(T.update().where(newer).values(heard=ts, **values)).rowcount and (
                "askers" in values
            ):
                connection.execute(T.update().where(T.c.thread == thread).values(askers=values["askers"]))
