"""The doctor's look at the database of cases: it can be read and written, is whole, and of this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.doctor.check import Check

WAIT = 2.0
"""Seconds that the doctor waits for a writer."""
AHEAD = timedelta(minutes=5)


def database(settings: Config) -> Iterator[Check]:
    """Look at the database that the settings name, without bringing its schema up to date."""
    from bot.case.database import HEAD, on_disk, revision

    file = on_disk(settings)
    if file is None:
        found = revision(settings.database_url)
        yield _of_version(found, HEAD)
        return
    if not file.exists():
        yield Check("ok", "cases", "cases: none yet")
        return
    try:
        yield from _sqlite(file, HEAD)
    except sqlite3.Error as error:
        yield Check("fail", "cases", f"cases in {file}: {error}; {_mend(error)}")


def _mend(error: sqlite3.Error) -> str:
    said = str(error).lower()
    if "locked" in said or "busy" in said:
        return "another process has held it for seconds; let it end or stop it"
    if "not a database" in said or "malformed" in said:
        return "put a copy back, or move the file away and start again"
    if "readonly" in said or "unable to open" in said:
        return "mend the rights of the file and of its folder"
    return "check the disk, then put a copy back or move the file away"


def _sqlite(file: Path, head: str) -> Iterator[Check]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=WAIT)) as connection:
        connection.isolation_level = None
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"malformed: {found}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            yield Check("note", "cases", f"cases in {file}: it holds no schema yet; the next start makes it")
            return
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        yield _of_version(row and row[0], head)
        count, newest = connection.execute("SELECT count(*), max(updated) FROM cases").fetchone()
        yield Check("ok", "cases", f"cases: {count:,} in {file}, whole and writable")
        yield from _clock(newest)


def _of_version(found: str | None, head: str) -> Check:
    if found == head:
        return Check("ok", "cases", f"cases: schema {head}")
    if found and found > head:
        text = f"cases: schema {found} was made by a newer version than this one ({head}); update this one"
        return Check("fail", "cases", text)
    return Check("note", "cases", f"cases: schema {found or 'none'} is older than {head}; the next start updates it")


def _clock(newest: str | None) -> Iterator[Check]:
    """Say whether a case was changed after the present time: then the clock was set back."""
    try:
        moment = datetime.fromisoformat(newest) if newest else None
    except ValueError:
        moment = None
    if moment and moment.tzinfo and moment > datetime.now(UTC) + AHEAD:
        text = f"a case was changed at {newest}, after the present time: the clock was set back; check the date"
        yield Check("note", "clock", text)
