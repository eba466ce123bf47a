"""Published builds on the machine that reads them: files and vectors in a folder of their own, named by the build."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bot.errors import IndexMismatch
from ingest import builds, parcel
from ingest.published import FILES, LISTING, Listing, Pointer, Published, read_listing
from ingest.vectors import exact
from ingest.vectors.local import PART

if TYPE_CHECKING:
    from ingest.encode import Vectors

KEEP_SECONDS = 86_400.0
"""How long the folder of a build that no longer answers stays."""


def fetch(published: Published, pointer: Pointer, cache: Path) -> Path:
    """Return the folder below ``cache`` that holds a build, fetched unless it is there already.

    The folder is as the builder's, but for the vectors, which lie in ``vectors/`` as plain files. Raises ServerError,
    and IndexMismatch when what the server holds is not what was published.
    """
    folder = cache / pointer.build
    if not _kept(folder, pointer):
        shutil.rmtree(folder, ignore_errors=True)
        _download(published, pointer, folder)
    _drop_old(cache, folder)
    return folder


def _kept(folder: Path, pointer: Pointer) -> bool:
    """Say whether a folder is there whose every file is as published."""
    try:
        body = (folder / LISTING).read_bytes()
        if sha256(body).hexdigest() != pointer.listing:
            return False
        listing = read_listing(body)
        builds.verify_files(folder, {name: digest for name, (digest, _) in listing.files.items()})
        for name in listing.collections:
            exact.check(folder / "vectors" / name)
    except (OSError, ValueError, IndexMismatch):
        return False
    return True


def _download(published: Published, pointer: Pointer, folder: Path) -> None:
    """Fetch a build beside ``folder`` and move it there whole."""
    body = published.listing(pointer)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as name:
        new = Path(name) / "build"
        _fill(published, pointer, read_listing(body), new)
        (new / LISTING).write_bytes(body)
        os.utime(new / builds.MANIFEST, (pointer.published, pointer.published))
        try:
            new.rename(folder)
        except OSError:
            if not folder.exists():  # else another process of this machine was faster
                raise


def _fill(published: Published, pointer: Pointer, listing: Listing, new: Path) -> None:
    for file, (digest, pieces) in listing.files.items():
        target = new / _inside(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            source = published.remote(pointer.build, FILES)
            if parcel.receive(published.server, source, file, pieces, stream) != digest:
                raise IndexMismatch(f"{file} of build {pointer.build} was altered on the Chroma server")
    for collection in listing.collections:
        stem = new / "vectors" / collection
        rows = _rows(published, published.remote(pointer.build, collection), exact.ids(stem))
        exact.write(stem, listing.dimension, rows)


def _inside(name: str) -> PurePosixPath:
    """Return a path that the server named, which must not lead out of the build's folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise IndexMismatch(f"the listing on the Chroma server names a file outside the build: {name}")
    return path


def _rows(published: Published, collection: str, ids: list[str]) -> Iterator[Vectors]:
    """Yield the vectors of ``ids`` in their order, some hundred at a time."""
    import numpy as np

    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        found = published.server.get(collection, part, "embeddings")
        if missing := [name for name in part if name not in found]:
            raise IndexMismatch(f"{collection} on the Chroma server lacks {len(missing)} vectors")
        yield np.array([found[name] for name in part], dtype=np.float32)


def _drop_old(cache: Path, current: Path) -> None:
    """Remove what no longer answers and what a process that died left behind; open files stay readable."""
    for folder in cache.iterdir():
        if folder.is_dir() and folder != current and time.time() - folder.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
