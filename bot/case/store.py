"""Cases, turns, pastes and feedback in a database: SQLite by default, PostgreSQL by its address.

A case's state is one row, so that a turn reads one row and writes three in one short transaction. Turns and
pastes are rows of their own, read when a case is shown. Whoever writes says which version it read; a write
on top of another's is refused with :class:`Conflict`, so that processes may share a database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from bot.case.casefile import Case, CaseInfo, Evidence, Thumb, Turn
from bot.case.database import CASES, EVIDENCE, FEEDBACK, SLACK_THREADS, SLACK_WORK, TURNS, Database
from bot.config import Config
from bot.errors import InputError

LISTED = 200
"""Cases that the list holds at most."""

_CASE, _TURN, _EVIDENCE = TypeAdapter(Case), TypeAdapter(Turn), TypeAdapter(Evidence)
_APART = {"turns", "evidence"}


class Conflict(Exception):
    """The case changed since it was read; read it again."""


class Store:
    """One database of cases; safe to use from many threads and processes."""

    def __init__(self, url: str) -> None:
        """Open the database and bring its schema up to date; raises KbError or ConfigError."""
        self._database = Database(url)

    def close(self) -> None:
        """Close every connection."""
        self._database.engine.dispose()

    def insert(self, case: Case) -> None:
        """Keep a new case."""
        with self._database.begin() as connection:
            connection.execute(CASES.insert().values(id=case.id, **_row(case)))

    def load(self, case_id: str) -> Case | None:
        """Return the state of a case without its turns and pastes, or None."""
        with self._database.begin() as connection:
            row = connection.execute(sa.select(CASES.c.state, CASES.c.version).where(CASES.c.id == case_id)).first()
        return replace(_CASE.validate_json(row.state), version=row.version) if row else None

    def load_whole(self, case_id: str) -> Case | None:
        """Return a case with turns, pastes and thumbs, or None; one consistent view of them."""
        with self._database.begin() as connection:
            row = connection.execute(sa.select(CASES.c.state, CASES.c.version).where(CASES.c.id == case_id)).first()
            if row is None:
                return None
            turns = [_TURN.validate_json(body) for body in connection.scalars(_of(TURNS, case_id, TURNS.c.body))]
            pastes = connection.execute(_of(EVIDENCE, case_id, EVIDENCE.c.body, EVIDENCE.c.text)).all()
            thumbs = connection.execute(sa.select(FEEDBACK.c.turn, FEEDBACK.c.up).where(FEEDBACK.c.case_id == case_id))
            ups = {thumb.turn: thumb.up for thumb in thumbs}
        evidence = [replace(_EVIDENCE.validate_json(paste.body), text=paste.text) for paste in pastes]
        texts = {item.turn: item.text for item in evidence}
        turns = [replace(t, paste=t.paste and texts.get(t.number, ""), up=ups.get(t.number)) for t in turns]
        return replace(_CASE.validate_json(row.state), version=row.version, turns=turns, evidence=evidence)

    def evidence(self, case_id: str) -> list[Evidence]:
        """Return the pastes of a case without their texts, oldest first."""
        with self._database.begin() as connection:
            bodies = connection.scalars(_of(EVIDENCE, case_id, EVIDENCE.c.body)).all()
        return [_EVIDENCE.validate_json(body) for body in bodies]

    def save(self, case: Case, turn: Turn | None = None, evidence: Sequence[Evidence] = ()) -> None:
        """Keep ``case`` as the version after the one it was read at, with new or changed turn and pastes.

        Raises Conflict where another write came first, InputError where the case is gone.
        """
        with self._database.begin() as connection:
            mine = (CASES.c.id == case.id) & (CASES.c.version == case.version)
            if not connection.execute(CASES.update().where(mine).values(**_row(case, case.version + 1))).rowcount:
                if connection.scalar(sa.select(CASES.c.id).where(CASES.c.id == case.id)):
                    raise Conflict(case.id)
                raise InputError("this case does not exist or was deleted; start a new one")
            if turn:
                _keep_turn(connection, case.id, turn)
            for item in evidence:
                _keep(connection, case.id, item)

    def delete(self, case_id: str) -> bool:
        """Remove a case and all that belongs to it, from the file as well; say whether it existed."""
        with self._database.begin() as connection:
            found = connection.execute(CASES.delete().where(CASES.c.id == case_id)).rowcount > 0
            for table in (SLACK_WORK, SLACK_THREADS):
                connection.execute(table.delete().where(table.c.case_id == case_id))
        self._database.scrub()
        return found

    def infos(self) -> list[CaseInfo]:
        """Return the cases, the one changed last first."""
        columns = (CASES.c.id, CASES.c.language, CASES.c.created, CASES.c.updated, CASES.c.symptom, CASES.c.turns)
        with self._database.begin() as connection:
            rows = connection.execute(sa.select(*columns).order_by(CASES.c.updated.desc()).limit(LISTED)).all()
        return [CaseInfo(*row) for row in rows]

    def add_feedback(self, thumb: Thumb) -> None:
        """Keep a thumb; a second one on the same turn replaces the first. Raises InputError for an unknown turn."""
        key = (FEEDBACK.c.case_id == thumb.case_id) & (FEEDBACK.c.turn == thumb.turn)
        turn = (TURNS.c.case_id == thumb.case_id) & (TURNS.c.number == thumb.turn)
        with self._database.begin() as connection:
            connection.execute(FEEDBACK.delete().where(key))
            if connection.scalar(sa.select(TURNS.c.number).where(turn)) is None:
                raise InputError("there is no such answer to give feedback on")
            values = {"created": thumb.created, "up": thumb.up, "reason": thumb.reason}
            connection.execute(FEEDBACK.insert().values(case_id=thumb.case_id, turn=thumb.turn, **values))

    def complaints(self) -> list[Thumb]:
        """Return the thumbs-down with a reason that have not become draft cases, oldest first."""
        wanted = sa.not_(FEEDBACK.c.up) & (FEEDBACK.c.reason != "") & sa.not_(FEEDBACK.c.drafted)
        with self._database.begin() as connection:
            rows = connection.execute(sa.select(FEEDBACK).where(wanted).order_by(FEEDBACK.c.created)).all()
        return [Thumb(row.case_id, row.turn, row.created, row.up, row.reason) for row in rows]

    def complained(self) -> list[tuple[Thumb, Turn]]:
        """Return :meth:`complaints`, each with the turn it is about."""
        found = []
        for thumb in self.complaints():
            case = self.load_whole(thumb.case_id)
            found += [(thumb, turn) for turn in (case.turns if case else ()) if turn.number == thumb.turn]
        return found

    def mark_drafted(self, thumb: Thumb) -> None:
        """Remember that a thumb has become a draft case."""
        key = (FEEDBACK.c.case_id == thumb.case_id) & (FEEDBACK.c.turn == thumb.turn)
        with self._database.begin() as connection:
            connection.execute(FEEDBACK.update().where(key).values(drafted=True))


def address(settings: Config) -> str:
    """Return the address of the database that the settings name."""
    return settings.database_url or f"sqlite:///{settings.data_dir / 'cases.sqlite3'}"


def open_store(settings: Config) -> Store:
    """Open the database that the settings name."""
    return Store(address(settings))


def _row(case: Case, version: int = 0) -> dict[str, object]:
    return {
        "language": case.language, "created": case.created, "updated": case.updated, "symptom": case.symptom[:300],
        "turns": case.count, "version": version, "state": _CASE.dump_json(case, exclude=_APART).decode(),
    }  # fmt: skip


def _of(table: sa.Table, case_id: str, *columns: sa.Column[str]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*columns).where(table.c.case_id == case_id).order_by(table.c.number)


def _keep_turn(connection: Connection, case_id: str, turn: Turn) -> None:
    """Insert a turn, or change what is known of one."""
    body = _TURN.dump_json(replace(turn, paste="*" if turn.paste else "")).decode()
    where = (TURNS.c.case_id == case_id) & (TURNS.c.number == turn.number)
    if not connection.execute(TURNS.update().where(where).values(body=body)).rowcount:
        connection.execute(TURNS.insert().values(case_id=case_id, number=turn.number, body=body))


def _keep(connection: Connection, case_id: str, item: Evidence) -> None:
    """Insert a paste, or change what is known of one; its text never changes."""
    key = {"case_id": case_id, "number": item.number}
    body = _EVIDENCE.dump_json(replace(item, text="")).decode()
    where = (EVIDENCE.c.case_id == case_id) & (EVIDENCE.c.number == item.number)
    if not connection.execute(EVIDENCE.update().where(where).values(body=body)).rowcount:
        connection.execute(EVIDENCE.insert().values(**key, text=item.text, body=body))
