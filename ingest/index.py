"""Builds of the index: written whole beside the old one, switched in one step, checked when opened.

``data/index/<version>-<number>/`` holds one build: the Chroma folder, the keyword indexes, the topic head,
the catalogue and, written last, ``manifest.json``. ``data/index/CURRENT`` names the build that answers. A
finished build is never changed, so a reader needs no lock, and a builder that dies leaves only a folder
that nobody names.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bot.errors import IndexMismatch, IndexMissing
from bot.text import TOKENIZER_VERSION, tokens
from ingest import catalogue, vectors
from ingest.chunks import CHUNKER_VERSION, Chunk, article_chunks, outside_chunks
from ingest.encode import EmbeddingCache, Encoder
from ingest.head import OUTSIDE, TopicHead
from ingest.keyword import KeywordIndex
from ingest.sources import ROOT, Sources, read_sources, source_hash
from kb.schema import LANGUAGES, Article

KEEP = 3
"""Builds that stay on disk, the current one included."""
MEND = "run `python -m ingest`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build was made of; every field is checked before the build answers."""

    version: str
    sources: str
    chunker: str
    tokenizer: str
    model: str
    dimension: int
    counts: dict[str, int]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: its version, chunks in it, texts embedded anew, and whether it switched."""

    version: str
    chunks: int
    embedded: int
    switched: bool


def version_of(sources: str, model: str) -> str:
    """Return the name of a build: a hash of the sources, the model and the code's own versions."""
    parts = "\0".join((sources, CHUNKER_VERSION, TOKENIZER_VERSION, model))
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def collection_name(version: str, language: str) -> str:
    """Return the Chroma collection of one language in one build."""
    return f"kb-{version}-{language}"


def build(
    index_dir: Path,
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    rebuild: bool = False,
    root: Path = ROOT,
) -> BuildReport:
    """Bring the index up to date with kb/ and switch to it; ``progress`` gets (chunks done, total).

    Raises IndexMismatch when another build is under way.
    """
    index_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(index_dir / "build.lock", timeout=0):
            return _build(index_dir, encoder, progress, rebuild, root)
    except Timeout as error:
        raise IndexMismatch("another build of this index is running; wait for it to end") from error


def _build(
    index_dir: Path, encoder: Encoder, progress: Callable[[int, int], None], rebuild: bool, root: Path
) -> BuildReport:
    digest = source_hash(root)
    version = version_of(digest, encoder.name)
    current = current_build(index_dir)
    if not rebuild and current and current.name.startswith(version) and _is_sound(current):
        return BuildReport(version, sum(read_manifest(current).counts.values()), 0, switched=False)
    sources = read_sources(root)
    folder = _new_folder(index_dir, version)
    counts, embedded = _write(folder, version, sources, encoder, progress)
    manifest = Manifest(
        version,
        digest,
        CHUNKER_VERSION,
        TOKENIZER_VERSION,
        encoder.name,
        encoder.dimension,
        counts,
        _hashes(folder),
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    point_at(index_dir, folder)
    _drop_old(index_dir, folder)
    return BuildReport(version, sum(counts.values()), embedded, switched=True)


def _new_folder(index_dir: Path, version: str) -> Path:
    """Return an empty folder for one build; the lock is held, so every unfinished one is a dead builder's."""
    for folder in index_dir.iterdir():
        if folder.is_dir() and not (folder / "manifest.json").is_file() and folder != current_build(index_dir):
            shutil.rmtree(folder)
    number = 1
    while (index_dir / f"{version}-{number}").exists():
        number += 1
    folder = index_dir / f"{version}-{number}"
    folder.mkdir()
    return folder


def _write(
    folder: Path, version: str, sources: Sources, encoder: Encoder, progress: Callable[[int, int], None]
) -> tuple[dict[str, int], int]:
    chunks = [chunk for article in sources.articles for chunk in article_chunks(article)]
    chunks += outside_chunks(sources.outside)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(chunks))

    cache = EmbeddingCache(folder.parent.parent / "embeddings.sqlite3")
    rows, embedded = cache.passages(encoder, [chunk.text for chunk in chunks], advance)
    cache.close()
    topics = [OUTSIDE if chunk.kind == "outside" else chunk.topic for chunk in chunks]
    head = TopicHead.learn(rows, [chunk.language for chunk in chunks], topics)
    head.save(folder / "head.npz")
    collections = {}
    for language in LANGUAGES:
        mine = [i for i, chunk in enumerate(chunks) if chunk.language == language]
        own = [chunks[i] for i in mine]
        collections[collection_name(version, language)] = (own, head.centre(rows[mine], language))
        _write_keywords(folder, language, sources, own)
    vectors.write(folder / "chroma", collections)
    catalogue.save(sources, folder / "catalogue.json")
    return {name: len(own) for name, (own, _) in collections.items()}, embedded


def _write_keywords(folder: Path, language: str, sources: Sources, chunks: list[Chunk]) -> None:
    """Write the keyword indexes of one language: one document a topic, and one a chunk."""
    articles = [article for article in sources.articles if article.language == language]
    texts = {article.front.id: tokens(_extra(article)) for article in articles}
    inside = [chunk for chunk in chunks if chunk.kind != "outside"]
    pieces = [tokens(chunk.text) for chunk in inside]
    for chunk, piece in zip(inside, pieces, strict=True):
        texts[chunk.topic].extend(piece)
    KeywordIndex.build(list(texts.values())).save(folder / f"topics-{language}")
    KeywordIndex.build(pieces).save(folder / f"chunks-{language}")
    places = {"topics": list(texts), "chunks": [chunk.topic for chunk in inside]}
    (folder / f"places-{language}.json").write_text(json.dumps(places), encoding="utf-8")


def _extra(article: Article) -> str:
    """Return what is searched by keyword only: identifiers, and output that passages quote."""
    return "\n".join([*article.front.keywords, *(passage.output for passage in article.passages)])


def _drop_old(index_dir: Path, current: Path) -> None:
    """Keep the newest builds; a reader that still holds an older one open keeps its open files."""
    builds = sorted(index_dir.glob("*/manifest.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in builds[KEEP:]:
        if file.parent != current:
            shutil.rmtree(file.parent, ignore_errors=True)


def point_at(index_dir: Path, folder: Path) -> None:
    """Name the build that answers, in one atomic step."""
    pointer = index_dir / "CURRENT.new"
    with pointer.open("w", encoding="utf-8") as stream:
        stream.write(folder.name + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(pointer, index_dir / "CURRENT")


def current_build(index_dir: Path) -> Path | None:
    """Return the folder of the build that CURRENT names, or None before the first build."""
    try:
        name = (index_dir / "CURRENT").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return index_dir / name if name else None


def read_manifest(folder: Path) -> Manifest:
    """Read a build's manifest; raises IndexMismatch when it is missing or malformed."""
    try:
        body: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return Manifest(**body)
    except (OSError, ValueError, TypeError) as error:
        raise IndexMismatch(f"the manifest of build {folder.name} is missing or damaged; {MEND} --rebuild") from error


def verify(index_dir: Path, model: str, root: Path = ROOT) -> tuple[Path, Manifest]:
    """Return the current build and its manifest once everything fits; raises IndexMissing or IndexMismatch."""
    folder = current_build(index_dir)
    if folder is None:
        raise IndexMissing(f"there is no index in {index_dir}; {MEND}")
    manifest = read_manifest(folder)
    expected = {"sources": source_hash(root), "chunker": CHUNKER_VERSION, "tokenizer": TOKENIZER_VERSION}
    for name, value in (expected | {"model": model}).items():
        if getattr(manifest, name) != value:
            raise IndexMismatch(f"the index was built from other {name}; {MEND}")
    verify_files(folder, manifest)
    return folder, manifest


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexMismatch for the first file that is missing or was altered since the build."""
    vectors.check(folder / "chroma")
    for name, digest in manifest.files.items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise IndexMismatch(f"{name} of the index is missing or altered; {MEND} --rebuild")


def _is_sound(folder: Path) -> bool:
    try:
        verify_files(folder, read_manifest(folder))
    except IndexMismatch:
        return False
    return True


def _hashes(folder: Path) -> dict[str, str]:
    """Hash every file but Chroma's SQLite file, which each opening touches (vectors.check looks at that)."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "chroma.sqlite3")
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
