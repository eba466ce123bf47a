"""Makes one build of the library: reads what is new, takes over the rest, embeds what never was, writes it all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.errors import KbError
from bot.text import TOKENIZER_VERSION, tokens
from ingest import builds, vectors
from ingest.chunks import Chunk
from ingest.documents.library import Found, Plan, Scan
from ingest.documents.model import Document, Part
from ingest.documents.neutralise import Neutral
from ingest.documents.shelf import SHELF, SHELF_VERSION, Broken, Shelf
from ingest.encode import EmbeddingCache, Encoder
from ingest.keyword import KeywordIndex
from ingest.sources import ROOT, read_sources
from ingest.windows import pieces

if TYPE_CHECKING:
    from ingest.encode import Vectors

ROWS = "vectors.npy"
BATCH = 16_384
"""Texts that are embedded, and held in memory, at a time."""
Read = Callable[[str, Path], Document]
"""(path as given, file) -> the document; raises KbError for a file that cannot be read."""
Progress = Callable[[str, int, int], None]
"""("files" or "texts", done, in all)"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build was made of; ``counts`` holds documents, parts and rows (vectors), ``files`` their hashes."""

    version: str
    form: str
    tokenizer: str
    model: str
    dimension: int
    counts: dict[str, int]
    files: dict[str, str]


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Maker:
    """How builds are made: where, with which model and readers."""

    home: Path
    encoder: Encoder
    scan: Scan
    read: Read
    progress: Progress = _silent
    root: Path = ROOT


def form() -> str:
    """Return the version of everything that makes parts out of files."""
    from ingest.documents.read import READER_VERSION

    return f"{READER_VERSION}/{SHELF_VERSION}"


def collection_name(version: str) -> str:
    """Return the Chroma collection of one build."""
    return f"doc-{version}"


def heading(title: str, path: str, part: Part) -> str:
    """Return what is searched above a part: title and headings; a title that is only the file's name says nothing."""
    named = title in (Path(path).name, Path(path).stem)
    return " › ".join(dict.fromkeys((*(() if named else (title,)), *part.trail)))[:300]


def make(maker: Maker, plan: Plan, older: Shelf | None) -> tuple[Path, int]:
    """Write a build of ``plan``, switch to it, and return its folder and how many texts were embedded anew."""
    version = _version(plan, maker)
    folder = builds.new_folder(maker.home, version)
    with builds.making(folder):
        _write_shelf(folder / SHELF, maker, plan, older)
        shelf = Shelf(folder / SHELF)
        try:
            KeywordIndex.build(shelf.words()).save(folder / "keywords")
            rows, embedded = _write_vectors(folder, version, shelf, maker)
            counts = {"documents": shelf.count("documents"), "parts": shelf.count("parts"), "rows": rows}
        finally:
            shelf.close()
        made = (version, form(), TOKENIZER_VERSION, maker.encoder.name, maker.encoder.dimension)
        builds.write_manifest(folder, Manifest(*made, counts, builds.hashes(folder)))
        builds.point_at(maker.home, folder)
    return folder, embedded


def _version(plan: Plan, maker: Maker) -> str:
    """Return the name of a build: a hash of its files, readers, tokens and model."""
    files = [f"{found.path}\0{found.digest}" for found in plan.files]
    parts = "\0".join((*files, form(), TOKENIZER_VERSION, maker.encoder.name))
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def _write_shelf(file: Path, maker: Maker, plan: Plan, older: Shelf | None) -> None:
    shelf = Shelf(file, new=True)
    shelf.keep(plan.roots, plan.removed)
    done, total = 0, len(plan.fresh)
    for found in plan.files:
        if found.older and older:
            shelf.take(older, found.older, found.changed)
        elif found.broken:
            shelf.add_broken(found.broken)
        else:
            _add(shelf, found, maker.read)
            done += 1
            maker.progress("files", done, total)
    shelf.finish()


def _add(shelf: Shelf, found: Found, read: Read) -> None:
    """Read one file into the shelf, or write down why it cannot be read."""
    try:
        document = read(found.path, Path(found.file))
    except (KbError, OSError) as error:
        reason = " ".join(str(error).split())
        shelf.add_broken(Broken(found.file, found.path, found.size, found.changed, found.digest, reason))
        return
    changed = found.changed if document.digest == found.digest else 0
    words = [tokens(f"{heading(document.title, document.path, part)}\n{part.text}") for part in document.parts]
    shelf.add(document, (found.file, found.size, changed), words)


def _write_vectors(folder: Path, version: str, shelf: Shelf, maker: Maker) -> tuple[int, int]:
    """Embed every window of every part; write vectors, the part of each, Chroma; return rows and texts embedded."""
    cache = EmbeddingCache(maker.home.parent / "embeddings.sqlite3")
    try:
        neutral = Neutral.learn(read_sources(maker.root).articles, maker.encoder, cache)
        texts, owners = _windows(shelf)
        rows, embedded = _embed(folder / ROWS, texts, neutral, cache, maker)
    finally:
        cache.close()
    neutral.observe(rows).save(folder / "neutral.npz")
    np.save(folder / "owners.npy", np.array(owners, dtype=np.int32))
    if texts:
        chunks = [Chunk(str(number), "", "", "part", "") for number in range(len(texts))]
        vectors.write(folder / "chroma", {collection_name(version): (chunks, rows)})
    return len(texts), embedded


def _embed(file: Path, texts: list[str], neutral: Neutral, cache: EmbeddingCache, maker: Maker) -> tuple[Vectors, int]:
    """Write the vectors of ``texts`` to ``file`` and return them, still on disk, and how many were embedded anew."""
    shape = (len(texts), maker.encoder.dimension)
    if not texts:
        np.save(file, np.zeros(shape, dtype=np.float32))
        return np.zeros(shape, dtype=np.float32), 0
    rows: Vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
    embedded = 0
    for start in range(0, len(texts), BATCH):
        advance = _counter(start, lambda done: maker.progress("texts", done, len(texts)))
        found, new = cache.passages(maker.encoder, texts[start : start + BATCH], advance)
        rows[start : start + BATCH] = neutral.passages(found)
        embedded += new
    rows.flush()  # type: ignore[attr-defined]
    return rows, embedded


def _counter(start: int, told: Callable[[int], None]) -> Callable[[int], None]:
    """Return what takes each number newly done and tells the sum, from ``start`` on."""
    done = start

    def advance(count: int) -> None:
        nonlocal done
        done += count
        told(done)

    return advance


def _windows(shelf: Shelf) -> tuple[list[str], list[int]]:
    """Return every text to embed, and the number of the part that it is of."""
    titles = {entry.id: (entry.title, entry.path) for entry in shelf.entries()}
    texts, owners = [], []
    for number, part in shelf.all_parts():
        own = pieces(heading(*titles[part.document], part), part.text)
        texts += own
        owners += [number] * len(own)
    return texts, owners
