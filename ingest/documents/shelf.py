"""What is in the library, as one SQLite file a build: roots, documents, their parts, what could not be read.

It is written once, with its build, and read in place: opening it costs nothing, however many parts it holds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from ingest.documents.model import Document, Part, document_id
from kb.schema import Command

SHELF = "shelf.sqlite3"
SHELF_VERSION = "1"
"""Raise it whenever the tables change: an older build is then made anew."""

_TABLES = """
CREATE TABLE roots (place INTEGER PRIMARY KEY, path TEXT UNIQUE, file TEXT);
CREATE TABLE removed (file TEXT PRIMARY KEY);
CREATE TABLE documents (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, file TEXT UNIQUE, size INTEGER, changed INTEGER, format TEXT,
    digest TEXT, title TEXT, notes TEXT, lines INTEGER, first INTEGER, parts INTEGER
);
CREATE TABLE broken (file TEXT PRIMARY KEY, path TEXT, size INTEGER, changed INTEGER, digest TEXT, reason TEXT);
CREATE TABLE parts (
    number INTEGER PRIMARY KEY, id TEXT, document INTEGER, language TEXT, kind TEXT, trail TEXT, text TEXT, quote TEXT,
    first INTEGER, last INTEGER, page INTEGER, commands TEXT, outputs TEXT, releases TEXT
);
CREATE TABLE words (number INTEGER PRIMARY KEY, tokens TEXT);
"""
_PLACES = "CREATE INDEX places ON parts (document, first);"
_SPLIT = "\x1f"


class Root(NamedTuple):
    """A file or folder that was given: ``path`` as it was written, ``file`` where that is."""

    path: str
    file: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document in the library, without its parts; ``changed`` is its time in ns, 0 where that may not be trusted.

    ``first`` is the number of its first part, ``parts`` how many it has, ``lines`` how many lines of text.
    """

    place: int
    id: str
    path: str
    file: str
    size: int
    changed: int
    format: str
    digest: str
    title: str
    notes: tuple[str, ...]
    lines: int
    first: int
    parts: int


@dataclass(frozen=True, slots=True)
class Broken:
    """One file that could not be read, and why."""

    file: str
    path: str
    size: int
    changed: int
    digest: str
    reason: str


class Shelf:
    """An open file of the library; safe to use from many threads."""

    def __init__(self, file: Path, *, new: bool = False) -> None:
        """Open ``file`` for reading, or create it."""
        name = f"file:{file}?mode=rwc" if new else f"file:{file}?mode=ro&immutable=1"
        self._database = sqlite3.connect(name, uri=True, check_same_thread=False)
        self._lock = Lock()
        self.file = file
        if new:
            self._database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def finish(self) -> None:
        """Write what was added to disk."""
        self._database.commit()
        self._database.execute(_PLACES)
        self._database.commit()
        self._database.close()

    def roots(self) -> list[Root]:
        """Return what was given, in the order in which it was."""
        return [Root(*row) for row in self._rows("SELECT path, file FROM roots ORDER BY place")]

    def removed(self) -> set[str]:
        """Return the files that were taken out by name although a root still holds them."""
        return {row[0] for row in self._rows("SELECT file FROM removed")}

    def entries(self) -> list[Entry]:
        """Return every document, in order."""
        rows = self._rows("SELECT * FROM documents ORDER BY place")
        return [_entry(row) for row in rows]

    def broken(self) -> list[Broken]:
        """Return every file that could not be read."""
        rows = self._rows("SELECT file, path, size, changed, digest, reason FROM broken ORDER BY path")
        return [Broken(*row) for row in rows]

    def parts(self, numbers: Iterable[int]) -> list[Part]:
        """Return the parts of those numbers, in the order of ``numbers``; unknown numbers are left out."""
        found = {number: part for chunk in _batches(numbers, 500) for number, part in self._parts(chunk)}
        return [found[number] for number in found]

    def _parts(self, numbers: Sequence[int]) -> Iterator[tuple[int, Part]]:
        marks = ",".join("?" * len(numbers))
        sql = f"SELECT {_COLUMNS} FROM parts p JOIN documents d ON d.place = p.document WHERE p.number IN ({marks})"
        rows = {row[0]: row for row in self._rows(sql, numbers)}
        return ((number, _part(rows[number])) for number in numbers if number in rows)

    def all_parts(self) -> Iterator[tuple[int, Part]]:
        """Yield every part with its number, in order, without reading them all at once."""
        sql = f"SELECT {_COLUMNS} FROM parts p JOIN documents d ON d.place = p.document ORDER BY p.number"
        for row in self._database.execute(sql):
            yield row[0], _part(row)

    def entry(self, document: str) -> Entry | None:
        """Return the document of that id, or None."""
        rows = self._rows("SELECT * FROM documents WHERE id = ?", (document,))
        return next((_entry(row) for row in rows), None)

    def at(self, path: str, first: int, last: int) -> list[Part]:
        """Return the parts that are cited as those lines of ``path``."""
        sql = (
            f"SELECT {_COLUMNS} FROM parts p JOIN documents d ON d.place = p.document "
            "WHERE d.id = ? AND d.path = ? AND p.first = ? AND p.last = ?"
        )
        return [_part(row) for row in self._rows(sql, (document_id(path), path, first, last))]

    def words(self) -> Iterator[list[str]]:
        """Yield the keyword tokens of every part, in order."""
        for (joined,) in self._database.execute("SELECT tokens FROM words ORDER BY number"):
            yield joined.split(_SPLIT) if joined else []

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(sql, tuple(values)).fetchall()

    def keep(self, roots: Iterable[Root], removed: Iterable[str]) -> None:
        """Write down what was given and what was taken out."""
        self._database.executemany("INSERT INTO roots (path, file) VALUES (?, ?)", roots)
        self._database.executemany("INSERT INTO removed VALUES (?)", [(file,) for file in removed])

    def add_broken(self, broken: Broken) -> None:
        """Write down a file that could not be read."""
        self._database.execute(
            "INSERT INTO broken (file, path, size, changed, digest, reason) VALUES (?, ?, ?, ?, ?, ?)",
            tuple(asdict(broken).values()),
        )

    def add(self, document: Document, stat: tuple[str, int, int], words: Sequence[Sequence[str]]) -> None:
        """Write a document that was read anew; ``stat`` is file, size, time, ``words`` the tokens of each part."""
        first, place = self.count("parts"), self.count("documents")
        self._database.execute(
            f"INSERT INTO documents VALUES ({','.join('?' * 13)})",
            (place, document.id, document.path, *stat, document.format, document.digest, document.title,
             _json(document.notes), len(document.lines), first, len(document.parts)),
        )  # fmt: skip
        rows = [(first + i, *_row(part, place)) for i, part in enumerate(document.parts)]
        self._database.executemany(f"INSERT INTO parts VALUES ({','.join('?' * 14)})", rows)
        joined = [(first + i, _SPLIT.join(tokens)) for i, tokens in enumerate(words)]
        self._database.executemany("INSERT INTO words VALUES (?, ?)", joined)

    def take(self, older: Shelf, entry: Entry, changed: int) -> None:
        """Take over a document that has not changed from an ``older`` build."""
        first, place = self.count("parts"), self.count("documents")
        values = asdict(entry) | {"place": place, "first": first, "changed": changed, "notes": _json(entry.notes)}
        self._database.execute(f"INSERT INTO documents VALUES ({','.join('?' * 13)})", tuple(values.values()))
        span = (entry.first, entry.first + entry.parts)
        for table, width in (("parts", 14), ("words", 2)):
            rows = older._rows(f"SELECT * FROM {table} WHERE number >= ? AND number < ? ORDER BY number", span)
            moved = [_moved(row, first - entry.first, place if table == "parts" else None) for row in rows]
            self._database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", moved)

    def count(self, table: str) -> int:
        """Return how many rows ``table`` (parts or documents) has; numbers run from 0 without gaps."""
        column = "number" if table == "parts" else "place"
        return int(self._rows(f"SELECT coalesce(max({column}) + 1, 0) FROM {table}")[0][0])  # noqa: S608


_COLUMNS = (
    "p.number, p.id, d.id, p.language, p.kind, p.trail, p.text, p.quote, p.first, p.last, p.page, p.commands, "
    "p.outputs, p.releases"
)


def _entry(row: Sequence[Any]) -> Entry:
    values: dict[str, Any] = dict(zip((item.name for item in fields(Entry)), row, strict=True))
    return Entry(**values | {"notes": tuple(json.loads(values["notes"]))})


def _row(part: Part, place: int) -> tuple[Any, ...]:
    quote = None if part.quote == part.text else part.quote
    commands = _json([asdict(command) for command in part.commands])
    return (
        part.id, place, part.language, part.kind, _json(part.trail), part.text, quote, part.first, part.last,
        part.page, commands, _json(part.outputs), _json(part.releases),
    )  # fmt: skip


def _part(row: Sequence[Any]) -> Part:
    _, name, document, language, kind, trail, text, quote, first, last, page, commands, outputs, releases = row
    typed = tuple(Command(**command) for command in json.loads(commands))
    return Part(
        name, document, language, kind, tuple(json.loads(trail)), text, text if quote is None else quote, first, last,
        page, typed, tuple(json.loads(outputs)), tuple(json.loads(releases)),
    )  # fmt: skip


def _moved(row: Sequence[Any], by: int, place: int | None) -> tuple[Any, ...]:
    number, *rest = row
    if place is not None:
        rest[1] = place
    return (number + by, *rest)


def _json(value: Any) -> str:  # noqa: ANN401 (JSON)
    return json.dumps(value, ensure_ascii=False)


def _batches(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    every = list(dict.fromkeys(int(number) for number in numbers))
    for start in range(0, len(every), size):
        yield every[start : start + size]
