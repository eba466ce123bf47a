"""From files and folders as given to the files to read, and those that are not read, each with the reason."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.errors import InputError
from ingest.documents.model import Format

FORMATS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".pdf": "pdf",
    ".docx": "docx",
}
_DEEPEST = 40


class Candidate(NamedTuple):
    """A file to read: ``path`` as the user gave it, with the way below a folder; ``file`` where it lies."""

    path: str
    file: Path


class Skipped(NamedTuple):
    """A file or folder that is not read, and why."""

    path: str
    reason: str


def printable(name: str) -> bool:
    """Say whether a name can be shown on one line, Japanese spaces included.

    Bytes that are not UTF-8 stand in it as lone surrogates, which cannot.
    """
    return all(char.isprintable() or unicodedata.category(char) == "Zs" for char in name)


def scan(paths: Sequence[str], own: Path | None = None) -> tuple[list[Candidate], list[Skipped]]:
    """Return the files of ``paths``, sorted and each once, and what is left out of folders.

    A file that is given by name is always a candidate; in a folder, those with a known ending. Links inside a
    folder are not followed, and ``own``, the folder of the product's data, is passed over. Raises InputError for a
    path that is not there.
    """
    passed = os.path.realpath(own) if own else ""
    found: dict[str, Candidate] = {}
    skipped: list[Skipped] = []
    for path in paths:
        place = Path(path).expanduser()
        if not place.exists():
            raise InputError(f"{path} does not exist; give a file or folder that does")
        given = place.as_posix() if path.startswith("~") else Path(path).as_posix()
        for item in [Candidate(given, place)] if not place.is_dir() else _below(given, place, skipped, passed):
            found.setdefault(os.path.realpath(item.file), item)
    return sorted(found.values()), sorted(set(skipped))


def _below(given: str, folder: Path, skipped: list[Skipped], own: str, depth: int = 0) -> Iterator[Candidate]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        skipped.append(Skipped(given, f"cannot be opened ({error.strerror})"))
        return
    for entry in entries:
        path = f"{given}/{entry.name}" if given != "/" else f"/{entry.name}"
        reason = _reason(entry, own, depth)
        if reason:
            skipped.append(Skipped(path, reason))
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(path, Path(entry.path), skipped, own, depth + 1)
        else:
            yield Candidate(path, Path(entry.path))


def _reason(entry: os.DirEntry[str], own: str, depth: int) -> str:
    """Return why an entry of a folder is not read, or nothing."""
    name = entry.name
    if not printable(name):
        return "its name holds characters that cannot be shown"
    if entry.is_symlink():
        return "a link; links in folders are not followed"
    if name.startswith((".", "~$")):
        return "hidden or temporary"
    if entry.is_dir(follow_symlinks=False):
        if own and os.path.realpath(entry.path) == own:
            return "the product's own data"
        return f"more than {_DEEPEST} folders deep" if depth >= _DEEPEST else ""
    try:
        if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            return "no ordinary file"
    except OSError as error:  # it went away meanwhile
        return f"cannot be looked at ({error.strerror})"
    ending = Path(name).suffix.lower()
    return "" if ending in FORMATS else f"its ending is none of {', '.join(FORMATS)}"
