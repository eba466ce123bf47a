"""Which files belong to the library, and what happened to them since the last build.

What was given (roots) and what was taken out by name (removed) is kept with each build, so that going back to a
build goes back to its library as well.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.errors import InputError
from ingest.builds import digest
from ingest.documents.scan import printable
from ingest.documents.shelf import Broken, Entry, Root, Shelf

FRESH = 2_000_000_000
"""Nanoseconds after a change within which a second change may leave the same time; such times are not trusted."""
Scan = Callable[[Sequence[str]], "tuple[Sequence[tuple[str, Path]], Sequence[tuple[str, str]]]"]
"""Files and folders -> each document's (path, file), and each file that is left out, with the reason."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file as it is now; ``older`` is its document in the last build, ``broken`` its fault, if that still holds."""

    path: str
    file: str
    size: int
    changed: int
    digest: str
    older: Entry | None = None
    broken: Broken | None = None


@dataclass(slots=True)
class Plan:
    """The library to be: its roots and files, the documents that are no longer there, the roots that are not.

    ``skipped`` holds files of folders that are not read, and why; ``fewer_broken`` says that a file is gone which
    could not be read.
    """

    roots: list[Root] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    files: list[Found] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    fewer_broken: bool = False

    @property
    def fresh(self) -> list[Found]:
        """The files that have to be read."""
        return [found for found in self.files if found.older is None and found.broken is None]


def locate(path: str) -> str:
    """Return where a path is, in full and without links."""
    return os.path.realpath(Path(path).expanduser())


def there(file: str) -> bool:
    """Say whether a file or folder is there and can be got at; a link to itself is not, nor what a folder hides."""
    return os.path.exists(file)


def check(path: str) -> None:
    """Raise InputError for a path that cannot be given: nothing is there, or its name cannot be shown."""
    if not printable(path):
        raise InputError(f"{path!r}: its name holds characters that cannot be shown; rename it")
    if not there(locate(path)):
        raise InputError(f"{path} does not exist or lies where you may not look; give a file or folder that does")


def within(file: str, folder: str) -> bool:
    """Say whether ``file`` is ``folder`` or lies below it."""
    return file == folder or Path(folder) in Path(file).parents


def add(roots: Sequence[Root], removed: Iterable[str], paths: Sequence[str]) -> tuple[list[Root], set[str]]:
    """Return roots and removed files once ``paths`` are given; raises InputError for a path that means two files."""
    kept = list(roots)
    for path in paths:
        file = locate(path)
        other = next((root for root in kept if root.path == path and root.file != file), None)
        if other:
            raise InputError(
                f"{path} is in the library already, as {other.file}; remove that one, or give this one's path in full"
            )
        kept = [root for root in kept if root.file != file] + [Root(path, file)]
        removed = {name for name in removed if not within(name, file)}
    return kept, set(removed)


def remove(shelf: Shelf, paths: Sequence[str]) -> tuple[list[Root], set[str]]:
    """Return roots and removed files once ``paths`` are out; raises InputError for a path that is not in."""
    roots, removed, entries = shelf.roots(), shelf.removed(), shelf.entries()
    known = [(e.path, e.file) for e in entries] + [(b.path, b.file) for b in shelf.broken()]
    for path in paths:
        named = {root.file for root in roots if root.path == path} | {file for given, file in known if given == path}
        file = next(iter(named)) if len(named) == 1 else locate(path)
        inside = [root for root in roots if within(root.file, file)]
        held = [root for root in roots if within(file, root.file)]
        if not inside and not any(within(own, file) for _, own in known):
            raise InputError(f"{path} is not in the library; `python -m ingest status` lists what is")
        roots = [root for root in roots if root not in inside]
        removed = {name for name in removed if not within(name, file)}
        removed |= {file} if any(root not in inside for root in held) else set()
    return roots, removed


def plan(roots: Sequence[Root], removed: set[str], older: Shelf | None, usable: Shelf | None, scan: Scan) -> Plan:
    """Look at every file of ``roots`` and say what has to be read.

    ``older`` is the last build's library; ``usable`` the same where its documents may be taken over.
    """
    made = Plan(list(roots), removed)
    entries = {entry.file: entry for entry in usable.entries()} if usable else {}
    broken = {item.file: item for item in usable.broken()} if usable else {}
    for file, path in _files(made, scan).items():
        found = _found(path, file, entries.get(file), broken.get(file))
        if found:
            made.files.append(found)
    here = {found.file for found in made.files}
    made.gone = [entry.path for entry in (older.entries() if older else []) if entry.file not in here]
    made.fewer_broken = not broken.keys() <= here
    made.files.sort(key=lambda found: found.path)
    return made


def _files(made: Plan, scan: Scan) -> dict[str, str]:
    """Return every file with the path under which it was given last."""
    files: dict[str, str] = {}
    for root in made.roots:
        if not there(root.file):
            made.missing.append(root.path)
            continue
        found, skipped = scan([root.file])
        made.skipped += [(_as_given(root, path), reason) for path, reason in skipped]
        for path, file in found:
            place = locate(str(file))
            if not any(within(place, name) for name in made.removed):
                files[place] = _as_given(root, path)
    return files


def _as_given(root: Root, path: str) -> str:
    """Return a scanned path below the root as it was given, whatever folder the program runs in now."""
    below = Path(path).relative_to(root.file)
    return root.path if below == Path() else (Path(root.path) / below).as_posix()


def _found(path: str, file: str, entry: Entry | None, broken: Broken | None) -> Found | None:
    try:
        stat = Path(file).stat()
    except OSError:
        return None
    changed = stat.st_mtime_ns if time.time_ns() - stat.st_mtime_ns > FRESH else 0
    found = Found(path, file, stat.st_size, changed, "")
    for older in (entry, broken):
        if older and older.size == stat.st_size and changed and older.changed == changed:
            found = replace(found, digest=older.digest)
    found = found if found.digest else replace(found, digest=_digest(file))
    if entry and (entry.path, entry.digest) == (path, found.digest):
        return replace(found, older=entry)
    if broken and broken.path == path and found.digest and broken.digest == found.digest:
        return replace(found, broken=broken)
    return found


def _digest(file: str) -> str:
    """Return the hash of a file's bytes, empty when they cannot be read: reading it says why.

    A pipe is never opened: it could be waited on for ever.
    """
    try:
        return digest(Path(file)) if Path(file).is_file() else ""
    except OSError:
        return ""
