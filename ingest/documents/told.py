"""What the command line says of the library: what is in, what a build did, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.documents.library import locate, there, within

if TYPE_CHECKING:
    from ingest.documents.index import Report

MOST = 20
"""Lines of one kind that a report has; the rest is counted."""


def report(done: Report, shared: bool = False) -> str:
    """Return what bringing the library up to date did; a ``shared`` one answers nobody until it is published."""
    if not done.version:
        return ""
    state = ("built" if shared else "switched to") if done.switched else "already at"
    lines = [f"{state} {done.version}: {done.documents} documents, {done.parts} parts, {done.embedded} embedded"]
    if done.switched:
        lines += _some("read", [(path, "") for path in done.added])
        lines += _some("gone", [(path, "") for path in done.gone])
    return "".join(f"{line}\n" for line in lines)


def problems(done: Report) -> str:
    """Return what was given and did not go in, or not whole, with the reasons."""
    lines = _some(
        "missing", [(path, "it was given and is not there; it comes back by itself") for path in done.missing]
    )
    lines += _some("not read", [(item.path, _reason(item.path, item.reason)) for item in done.broken])
    if done.switched:
        lines += _some("left out", done.left_out)
        lines += _some("passed over", done.skipped)
    return "".join(f"{line}\n" for line in lines)


def empty(done: Report, paths: Sequence[str]) -> tuple[str, ...]:
    """Return those of ``paths`` of which no document is in the library now."""
    return tuple(path for path in paths if not any(within(file, locate(path)) for file in done.files))


def nothing_in(done: Report, paths: Sequence[str]) -> str:
    """Return a line for each of ``paths`` that holds no file to read, not even a broken one."""
    broken = [item.file for item in done.broken]
    bare = [path for path in paths if not any(within(file, locate(path)) for file in broken)]
    return "".join(f"nothing to read: {path}\n" for path in bare)


def status(home: Path) -> str:
    """Return what is in the library, where it is from, and what could not be read; raises IndexMismatch."""
    return "".join(f"{line}\n" for line in _status(home))


def places(home: Path) -> list[str]:
    """Return the files and folders that were given and are there."""
    from ingest.documents.index import last_shelf

    shelf = last_shelf(home)
    if shelf is None:
        return []
    try:
        return [root.file for root in shelf.roots() if there(root.file)]
    finally:
        shelf.close()


def _status(home: Path) -> Iterator[str]:
    from ingest import builds
    from ingest.documents.index import last_shelf

    current = builds.current(home)
    shelf = last_shelf(home) if current else None
    if current is None or shelf is None:
        yield "no documents; take some in: python -m ingest PATH..."
        return
    entries = shelf.entries()
    yield f"build {current.name}: {len(entries)} documents, {shelf.count('parts')} parts"
    for root in shelf.roots():
        yield f"given     {root.path}" + ("" if there(root.file) else " (missing)")
    for entry in entries:
        state = "" if there(entry.file) else " (deleted; stops answering at the next build)"
        yield f"document  {entry.path}: {entry.format}, {entry.parts} parts{state}"
        for note in entry.notes:
            yield f"          left out: {note}"
    for item in shelf.broken():
        yield f"not read  {_reason(item.path, item.reason, named=True)}"
    for file in sorted(shelf.removed()):
        yield f"removed   {file}"
    kept = [folder.name for folder in builds.finished(home) if folder != current]
    if kept:
        yield f"earlier   {', '.join(kept)} (python -m ingest rollback BUILD)"
    shelf.close()


def _reason(path: str, reason: str, *, named: bool = False) -> str:
    """Return a reason without the path that it may begin with, or with it once."""
    bare = reason.removeprefix(f"{path}: ")
    return f"{path}: {bare}" if named else bare


def _some(what: str, found: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each, up to MOST, and how many more there are."""
    lines = [f"{what}: {path}" + (f": {reason}" if reason else "") for path, reason in found[:MOST]]
    return [*lines, f"{what}: {len(found) - MOST} more"] if len(found) > MOST else lines
