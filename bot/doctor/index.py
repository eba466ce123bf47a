"""The doctor's look at the builds on disk, at what answers from them, and at the cache of embeddings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.config import Config
from bot.doctor.check import Check
from bot.errors import KbError

HOMES = (("index", "python -m ingest"), ("documents", "python -m ingest PATH"))
"""Folders of builds in data_dir, and what makes a build there."""
ANEW = "the next build that needs them makes them anew"
PROBES = ("no peer-cert-verify", "%WAAS-MAPIAO-3-132104", "サーバー")


def builds_on_disk(settings: Config) -> Iterator[Check]:
    """Look at the folders of builds: which one answers, which were interrupted, whether one is being made."""
    for name, command in HOMES:
        home = settings.data_dir / name
        if home.is_dir():
            yield from _home(name, home, command)
        elif home.exists():
            yield Check("fail", name, f"{name}: {home} is no folder; move it away and run `{command}`")


def _home(name: str, home: Path, command: str) -> Iterator[Check]:
    from ingest import builds

    finished, current = [folder.name for folder in builds.finished(home)], builds.current(home)
    unfinished = [f.name for f in home.iterdir() if f.is_dir() and f.name not in finished and f != current]
    busy = _busy(home)
    if busy:
        yield Check("note", name, f"{name}: a build is being made at this moment")
    elif unfinished:
        text = f"{name}: {', '.join(unfinished)} was interrupted and never answers; the next `{command}` removes it"
        yield Check("note", name, text)
    if current and not (current / builds.MANIFEST).is_file():
        text = f"{name}: CURRENT names {current.name}, which is not whole; run `{command}`"
        yield Check("fail", name, text)
    elif current is None and (finished or (home / builds.POINTER).exists()):
        yield Check("fail", name, f"{name}: {builds.POINTER} is missing or damaged; run `python -m ingest`")
    elif current:
        older = ", ".join(other for other in finished if other != current.name)
        yield Check("ok", name, f"{name}: {current.name} is current{'; older: ' + older if older else ''}")


def _busy(home: Path) -> bool:
    """Say whether a builder holds the lock; a folder that may not be written has none."""
    from filelock import FileLock, Timeout

    lock = home / "build.lock"
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def answering(settings: Config) -> Iterator[Check]:
    """Open the index as an answer does, against its sources, hash by hash, and search it."""
    from bot.retrieve import Retriever

    try:
        retriever = Retriever(settings)
    except KbError as error:
        yield Check("fail", "index", f"index: {error}")
        return
    counts = ", ".join(f"{name}: {count}" for name, count in retriever.manifest.counts.items())
    text = (
        f"index {retriever.version}, {len(retriever.catalogue.topics())} topics, chunks {counts}; every file as built"
    )
    yield Check("ok", "index", text)
    if retriever.problem:
        yield Check("note", "index", f"index: {retriever.problem}")
    for probe in PROBES:
        top = max(retriever.search(probe, "ja").hits, key=lambda hit: hit.coverage)
        found = top.coverage > 0
        yield Check(
            "ok" if found else "fail", "index", f"keyword search finds {probe!r}: {top.topic if found else 'no'}"
        )


def documents(settings: Config) -> Iterator[Check]:
    """Open the users' documents as an answer does."""
    from bot.documents import live

    library = live.documents(settings).value
    text = "documents: none" if library is None else "documents: the current build opens, every file as built"
    yield Check("ok", "documents", text)


def cache(settings: Config) -> Iterator[Check]:
    """Look at the embedding cache: the file is whole, every vector has its checksum."""
    file = settings.data_dir / "embeddings.sqlite3"
    if not file.exists():
        yield Check("ok", "cache", "embedding cache: none yet")
        return
    try:
        total, bad = _vectors(file)
    except sqlite3.Error as error:
        yield Check("note", "cache", f"embedding cache {file}: {error}; {ANEW}")
        return
    if bad:
        yield Check("note", "cache", f"embedding cache {file}: {bad} of {total} vectors are damaged; {ANEW}")
    else:
        yield Check("ok", "cache", f"embedding cache: {total:,} vectors")


def _vectors(file: Path) -> tuple[int, int]:
    """Return how many vectors the cache holds and how many are damaged; raises sqlite3.Error."""
    from ingest.encode import unsealed

    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
        if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        total = bad = 0
        for (blob,) in database.execute("SELECT vector FROM vectors"):
            words = len(blob) // 4
            total += 1
            bad += unsealed(blob, words - words % 2) is None  # dimensions are even; the odd word is the checksum
    return total, bad
