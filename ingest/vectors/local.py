"""The Chroma collections of one build, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import IndexMismatch
from ingest import storefile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.chunks import Chunk
    from ingest.encode import Vectors

HNSW = {"space": "cosine", "ef_search": 400, "ef_construction": 200, "max_neighbors": 32}
BATCH = 5_000
PART = 300
"""Records in one request of a Chroma server: the most that its cloud takes."""


def _client(folder: Path) -> Any:  # noqa: ANN401 (chromadb's client has no public type)
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def write(folder: Path, collections: Mapping[str, tuple[Sequence[Chunk], Vectors]]) -> None:
    """Create ``folder`` with one cosine collection a name, each from chunks and their vectors."""
    client = _client(folder)
    for name, (chunks, vectors) in collections.items():
        # Everything is synced to disk by the last row, so that no reader has to alter the files.
        synced = HNSW | {"sync_threshold": max(2, len(chunks)), "batch_size": max(2, min(len(chunks), 100))}
        store = client.create_collection(name, embedding_function=None, configuration={"hnsw": synced})
        # The smallest threshold is two: a single row is written twice, or its first reader would alter the files.
        for start in (0, 0) if len(chunks) == 1 else range(0, len(chunks), BATCH):
            part = chunks[start : start + BATCH]
            store.upsert(
                ids=[chunk.id for chunk in part],
                embeddings=vectors[start : start + BATCH],
                documents=[chunk.text for chunk in part],
                metadatas=[{"topic": c.topic, "kind": c.kind, "passage": c.passage} for c in part],
            )
    client.close()
    storefile.finish(folder / storefile.NAME)


def check(folder: Path) -> None:
    """Raise IndexMismatch when the store's SQLite file is missing, empty or damaged.

    Chroma opens a missing or empty file as an empty store and can crash on a damaged one, so it is
    looked at before Chroma sees it.
    """
    file = folder / "chroma.sqlite3"
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            sound = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            filled = database.execute("SELECT count(*) FROM collections").fetchone()[0] > 0
        database.close()
    except sqlite3.Error:
        sound = filled = False
    if not (sound and filled):
        raise IndexMismatch("the vector store is damaged; mend it with `python -m ingest --rebuild`")


def records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield collection ``name`` in parts of up to PART records, as ids, embeddings, documents and metadatas."""
    client = _client(folder)
    store = client.get_collection(name, embedding_function=None)
    wanted = ["embeddings", "documents", "metadatas"]
    ids = sorted(store.get(include=[])["ids"])
    for start in range(0, len(ids), PART):
        found = store.get(ids=ids[start : start + PART], include=wanted)
        yield {key: found[key] for key in ("ids", *wanted)}
    client.close()


def _writable(folder: Path) -> bool:
    """Say whether Chroma may note in ``folder`` that it was opened, without which it does not open it."""
    return os.access(folder, os.W_OK) and os.access(folder / storefile.NAME, os.W_OK)


def _copy(folder: Path) -> Path:
    """Copy a build's store to a temporary folder, for a disk that is read-only."""
    return Path(shutil.copytree(folder, Path(tempfile.mkdtemp(prefix="kb-")) / folder.name))


class VectorStore:
    """An open build: nearest chunks of one collection by cosine; let go of when nobody holds it any more."""

    problem: str | None = None

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        """Open ``folder`` and its collections; raises IndexMismatch when one lacks entries."""
        if not _writable(folder):
            folder = _copy(folder)
            weakref.finalize(self, shutil.rmtree, folder.parent, ignore_errors=True)
        try:
            client = _client(folder)
        except Exception as error:
            mend = "run `python -m ingest --rebuild`"
            raise IndexMismatch(f"the vector store cannot be opened: {error}; {mend}") from error
        self._release = weakref.finalize(self, client.close)
        self._release.atexit = False
        self._collections = {}
        for name, count in counts.items():
            try:
                self._collections[name] = client.get_collection(name, embedding_function=None)
            except Exception as error:
                raise IndexMismatch(f"collection {name} is missing; run `python -m ingest --rebuild`") from error
            found = self._collections[name].count()
            if found != count:
                raise IndexMismatch(
                    f"collection {name} holds {found} of {count} chunks; run `python -m ingest --rebuild`"
                )

    def nearest(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` (chunk id, cosine similarity), best first."""
        store = self._collections[name]
        answer = store.query(query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"])
        return [(i, 1.0 - d) for i, d in zip(answer["ids"][0], answer["distances"][0], strict=True)]

    def close(self) -> None:
        """Release the store's files."""
        self._release()
