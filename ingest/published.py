"""Builds on a Chroma server: one machine publishes, every other takes over, and none needs a shared disk.

A build B of kind K (``kb``, ``documents``) is published as the collections ``K.B.<name>``, which hold the vectors of
its local collections, and ``K.B.files``, which carries its other files and a listing of them. The one record of
``K.current`` names the build and the hash of its listing, and is written last: that is the switch. Everything that
is fetched (ingest/fetched.py) is checked from that hash down.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import IndexMismatch
from ingest import builds, parcel
from ingest.vectors import exact, local

if TYPE_CHECKING:
    from ingest.vectors.server import Server

GRACE = 3600.0
"""Seconds for which a build stays on the server at least, so that readers that are about to open it find it."""
FILES, LISTING = "files", "listing"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The build that answers: its name and version, SHA-256 and pieces of its listing, when it was published."""

    build: str
    version: str
    listing: str
    pieces: int
    published: float


@dataclass(frozen=True, slots=True)
class Listing:
    """What a build holds: its files with SHA-256 and pieces, its collections with their sizes and dimension."""

    files: dict[str, tuple[str, int]]
    collections: dict[str, int]
    dimension: int


class Published:
    """The builds of one kind on one server; every method raises ServerError when the server does not answer."""

    def __init__(self, server: Server, kind: str) -> None:
        """Look at the builds of ``kind`` on ``server``."""
        self.server, self._kind = server, kind
        self._pointer = f"{kind}.current"
        self._pointed = False

    def remote(self, build: str, name: str) -> str:
        """Return what collection ``name`` of ``build`` is called on the server."""
        return f"{self._kind}.{build}.{name}"

    def pointer(self) -> Pointer | None:
        """Return which build answers, or None before the first."""
        if not self._pointed and self._pointer not in self.server.names():
            return None
        self._pointed = False
        found = self.server.get(self._pointer, [self._pointer], "metadatas")
        self._pointed = True
        if not found:
            return None
        try:
            return _sound(Pointer(**found[self._pointer]))
        except TypeError:
            raise IndexMismatch(f"the record of {self._kind} on the Chroma server names no build") from None

    def publish(self, folder: Path, version: str, counts: Mapping[str, int]) -> Pointer:
        """Copy the finished build in ``folder``, whose Chroma collections are ``counts``, and switch to it."""
        build = f"{version}-{secrets.token_hex(4)}"
        moment = round(time.time(), 3)  # the server reads a number of more digits as one beside it
        files, listed = self.remote(build, FILES), {}
        self.server.create(files, moment)
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            name = file.relative_to(folder).as_posix()
            if not name.startswith("chroma/"):
                with file.open("rb") as stream:
                    listed[name] = parcel.send(self.server, files, name, stream)
        dimension = 0
        for name in counts:
            ids, checks, dimension = self._copy(folder, name, self.remote(build, name), moment)
            for suffix, body in ((exact.IDS, json.dumps(ids).encode()), (exact.CHECKS, checks)):
                path = f"vectors/{name}{suffix}"
                listed[path] = parcel.send(self.server, files, path, BytesIO(body))
        listing = json.dumps(asdict(Listing(listed, dict(counts), dimension))).encode()
        pointer = Pointer(build, version, *parcel.send(self.server, files, LISTING, BytesIO(listing)), moment)
        self._point_at(pointer)
        return pointer

    def listing(self, pointer: Pointer) -> bytes:
        """Return the listing of a build as it was published; raises IndexMismatch when the server holds another."""
        body = BytesIO()
        digest = parcel.receive(self.server, self.remote(pointer.build, FILES), LISTING, pointer.pieces, body)
        if digest != pointer.listing:
            raise IndexMismatch(f"the listing of build {pointer.build} was altered on the Chroma server")
        return body.getvalue()

    def whole(self, pointer: Pointer) -> bool:
        """Say whether the server still holds the files and every vector of a build."""
        there = set(self.server.names())
        if self.remote(pointer.build, FILES) not in there:
            return False
        try:
            listing = read_listing(self.listing(pointer))
        except IndexMismatch:
            return False
        wanted = {FILES: sum(pieces for _, pieces in listing.files.values()) + pointer.pieces} | listing.collections
        names = {self.remote(pointer.build, name): count for name, count in wanted.items()}
        return all(name in there and self.server.count(name) == count for name, count in names.items())

    def drop_old(self) -> list[str]:
        """Delete all but the newest builds, those younger than GRACE and the current one; return their names."""
        pointer, owned = self.pointer(), self._owned()
        made = {build: max(map(self.server.made, names)) for build, names in owned.items()}
        newest = sorted(made, key=lambda build: -made[build])
        old = [build for build in newest[builds.KEEP :] if time.time() - made[build] > GRACE]
        dropped = [build for build in old if pointer is None or build != pointer.build]
        for build in dropped:
            for name in owned[build]:
                self.server.drop(name)
        return dropped

    def _owned(self) -> dict[str, list[str]]:
        """Return the collections of each build of this kind."""
        owned: dict[str, list[str]] = {}
        for name in self.server.names():
            kind, build, *rest = name.split(".", 2)
            if kind == self._kind and rest:
                owned.setdefault(build, []).append(name)
        return owned

    def _point_at(self, pointer: Pointer) -> None:
        self.server.create(self._pointer, pointer.published)
        record = {"ids": [self._pointer], "embeddings": [[1.0]], "metadatas": [asdict(pointer)]}
        self.server.upsert(self._pointer, record)

    def _copy(self, folder: Path, name: str, remote: str, moment: float) -> tuple[list[str], bytes, int]:
        """Copy one collection; return its ids, the check values of its rows, and its dimension."""
        import numpy as np

        self.server.create(remote, moment)
        ids: list[str] = []
        checks, dimension = b"", 0
        for records in local.records(folder / "chroma", name):
            rows = np.asarray(records["embeddings"], dtype=np.float32)
            self.server.upsert(remote, records | {"embeddings": rows.tolist()})
            ids += records["ids"]
            checks += exact.check_values(rows).tobytes()
            dimension = rows.shape[1]
        return ids, checks, dimension


def read_listing(body: bytes) -> Listing:
    """Read what :meth:`Published.listing` returns."""
    fields: dict[str, Any] = json.loads(body)
    files = {name: (digest, pieces) for name, (digest, pieces) in fields["files"].items()}
    for name in fields["collections"]:
        _named(name)
    return Listing(files, fields["collections"], fields["dimension"])


def _sound(pointer: Pointer) -> Pointer:
    _named(pointer.build)
    return pointer


def _named(name: object) -> None:
    """Raise IndexMismatch for a name from the server that could lead out of the folder which is called by it."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise IndexMismatch(f"the Chroma server gives a build or collection a name that no builder gives: {name!r:.80}")
