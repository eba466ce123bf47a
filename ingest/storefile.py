"""The hash of a Chroma folder's SQLite file, which every opening writes to.

Chroma notes each opening as a row of one small table, and SQLite counts the writes in its header. Those bytes, and
pages added after the build, are left out; all else, the chunks' ids and texts among it, is held to what was built.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

NAME = "chroma.sqlite3"
KIND = "sqlite:"
_NOTES = "acquire_write"
"""The table to which each opening adds a row."""
_COUNTERS = ((24, 32), (92, 100))
"""Bytes of the header that a write changes: its counter, the size, and the version that wrote last."""


def finish(file: Path) -> None:
    """Pack the file, so that no reader's note takes a page that was free when it was hashed."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM")


def digest(file: Path) -> str:
    """Return page size, pages, the notes' page and the SHA-256 of the rest, as one text."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        size, pages = (int(database.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_size", "page_count"))
        found = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (_NOTES,)).fetchone()
    notes = int(found[0]) if found else 0
    return f"{KIND}{size}:{pages}:{notes}:{_hash(file, size, pages, notes)}"


def matches(file: Path, wanted: str) -> bool:
    """Say whether the file still is what :func:`digest` saw; SQLite does not see it for that."""
    size, pages, notes, sha256 = wanted.removeprefix(KIND).split(":")
    return _hash(file, int(size), int(pages), int(notes)) == sha256


def _hash(file: Path, size: int, pages: int, notes: int) -> str:
    whole = hashlib.sha256()
    for page in _pages(file, size, pages, notes):
        whole.update(page)
    return whole.hexdigest()


def _pages(file: Path, size: int, pages: int, notes: int) -> Iterator[bytes]:
    with file.open("rb") as stream:
        for number in range(1, pages + 1):
            page = stream.read(size)
            if number == 1:
                for start, end in _COUNTERS:
                    page = page[:start] + bytes(end - start) + page[end:]
            if number != notes:
                yield page
