"""Folders of builds: each written whole beside the others, switched to in one step, checked when opened.

``<home>/<version>-<number>/`` holds one build, whose ``manifest.json`` is written last; ``<home>/CURRENT`` names
the build that answers. A finished build is never changed, so a reader needs no lock, and a builder that dies
leaves only a folder that nobody names. kb's index and the users' documents each have a home of their own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from filelock import FileLock, Timeout

from bot.errors import IndexMismatch
from ingest import storefile

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Body = TypeVar("Body", bound=DataclassInstance)

KEEP = 3
"""Builds that stay on disk, the current one included."""
MEND = "run `python -m ingest`"
MANIFEST = "manifest.json"
POINTER = "CURRENT"


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the builder's lock of ``home``, which is created; raises IndexMismatch when another builder has it."""
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "build.lock", timeout=0):
            yield
    except Timeout as error:
        raise IndexMismatch("another build of this index is running; wait for it to end") from error


def new_folder(home: Path, version: str) -> Path:
    """Return an empty folder for one build; the lock is held, so every unfinished one is a dead builder's."""
    for folder in home.iterdir():
        if folder.is_dir() and not (folder / MANIFEST).is_file() and folder != current(home):
            shutil.rmtree(folder)
    number = 1
    while (home / f"{version}-{number}").exists():
        number += 1
    folder = home / f"{version}-{number}"
    folder.mkdir()
    return folder


@contextmanager
def making(folder: Path) -> Iterator[None]:
    """Take a build's folder away again when its making fails or is stopped before the switch to it."""
    try:
        yield
    except BaseException:
        if current(folder.parent) != folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def current(home: Path) -> Path | None:
    """Return the folder of the build that CURRENT names, or None before the first build."""
    try:
        name = (home / POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return home / name if name else None


def unpointed(home: Path) -> bool:
    """Say whether there are finished builds although CURRENT names none: it was damaged or removed."""
    return current(home) is None and any(home.glob(f"*/{MANIFEST}"))


def finished(home: Path) -> list[Path]:
    """Return the folders of the finished builds, the newest first."""
    manifests = sorted(home.glob(f"*/{MANIFEST}"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [file.parent for file in manifests]


def point_at(home: Path, folder: Path) -> None:
    """Name the build that answers, in one atomic step."""
    pointer = home / f"{POINTER}.new"
    with pointer.open("w", encoding="utf-8") as stream:
        stream.write(folder.name + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(pointer, home / POINTER)


def drop_old(home: Path, keep: int = KEEP) -> None:
    """Keep the newest builds and the current one; a reader that has an older one open keeps its open files."""
    for folder in finished(home)[keep:]:
        if folder != current(home):
            shutil.rmtree(folder, ignore_errors=True)


def write_manifest(folder: Path, manifest: DataclassInstance) -> None:
    """Finish a build: nothing below ``folder`` may be written after this."""
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")


def read_manifest(folder: Path, kind: type[Body], mend: str = MEND) -> Body:
    """Read a build's manifest as a ``kind``; raises IndexMismatch, with ``mend``, when it is missing or malformed."""
    try:
        body: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = kind(**body)
        wrong = next((field.name for field in fields(kind) if not _is_a(body[field.name], str(field.type))), "")
        if wrong:
            raise ValueError(f"{wrong} is of another kind")
        return manifest
    except (OSError, ValueError, TypeError) as error:
        raise IndexMismatch(f"the manifest of build {folder.name} is missing or damaged; {anew(mend)}") from error


def _is_a(value: object, kind: str) -> bool:
    """Say whether a value of a manifest is of the kind that its field names: a text, a number, or a table of either."""
    if kind.startswith("dict"):
        inner = str if kind.endswith("str]") else int
        return isinstance(value, dict) and bool(value) and all(type(item) is inner for item in value.values())
    return type(value) is (str if kind == "str" else int)


def hashes(folder: Path) -> dict[str, str]:
    """Hash every file; of Chroma's SQLite file what no opening touches (ingest/storefile.py)."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): digest(file) for file in files}


def anew(mend: str) -> str:
    """Return ``mend`` with its command told to build even what seems to be there."""
    return mend.replace("python -m ingest", "python -m ingest --rebuild")


def verify_files(folder: Path, files: Mapping[str, str], mend: str = MEND) -> None:
    """Raise IndexMismatch, with ``mend``, for the first of ``files`` that is missing or was altered since the build."""
    for name, wanted in files.items():
        file = folder / name
        if not file.is_file() or not _is(file, wanted):
            raise IndexMismatch(f"{name} of the index is missing or altered; {anew(mend)}")


def _is(file: Path, wanted: str) -> bool:
    return storefile.matches(file, wanted) if wanted.startswith(storefile.KIND) else digest(file) == wanted


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, or what stands for that of Chroma's SQLite file."""
    if file.name == storefile.NAME:
        return storefile.digest(file)
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
