"""The index of kb/: what a build of it holds, how it is made, and when it may answer.

A build (ingest/builds.py) lies in ``data/index``: the Chroma folder, the keyword indexes, the topic head and
the catalogue.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.config import Config
from bot.errors import IndexMismatch
from bot.text import TOKENIZER_VERSION, tokens
from ingest import builds, catalogue, home, vectors
from ingest.builds import MEND
from ingest.chunks import CHUNKER_VERSION, Chunk, article_chunks, outside_chunks
from ingest.encode import EmbeddingCache, Encoder
from ingest.head import OUTSIDE, TopicHead
from ingest.keyword import KeywordIndex
from ingest.sources import ROOT, Sources, read_sources, source_hash
from kb.schema import LANGUAGES, Article

KIND = "kb"
"""What the builds of kb/ are called on a Chroma server."""


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
    with builds.locked(index_dir):
        return _build(index_dir, encoder, progress, rebuild, root)


def _build(
    index_dir: Path, encoder: Encoder, progress: Callable[[int, int], None], rebuild: bool, root: Path
) -> BuildReport:
    digest = source_hash(root)
    version = version_of(digest, encoder.name)
    current = builds.current(index_dir)
    if not rebuild and current and current.name.startswith(version) and _is_sound(current):
        return BuildReport(version, sum(read_manifest(current).counts.values()), 0, switched=False)
    sources = read_sources(root)
    folder = builds.new_folder(index_dir, version)
    with builds.making(folder):
        counts, embedded = _write(folder, version, sources, encoder, progress)
        manifest = Manifest(
            version,
            digest,
            CHUNKER_VERSION,
            TOKENIZER_VERSION,
            encoder.name,
            encoder.dimension,
            counts,
            builds.hashes(folder),
        )
        builds.write_manifest(folder, manifest)
        builds.point_at(index_dir, folder)
    builds.drop_old(index_dir)
    return BuildReport(version, sum(counts.values()), embedded, switched=True)


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


def read_manifest(folder: Path) -> Manifest:
    """Read a build's manifest; raises IndexMismatch when it is missing or malformed."""
    return builds.read_manifest(folder, Manifest)


def place(settings: Config) -> home.Home:
    """Return where the builds of kb/ are found; raises ConfigError or ServerError."""
    return home.find(settings, KIND, settings.index_dir)


def share(settings: Config, *, anew: bool = False) -> str:
    """Publish the current build on the Chroma server, unless it answers there already; return a line that says so.

    Raises IndexMissing, ConfigError or ServerError.
    """
    folder = home.Local(settings.index_dir).current().folder
    manifest = read_manifest(folder)
    pointer, done = home.share(settings, KIND, folder, manifest.version, manifest.counts, anew=anew)
    return f"{'published' if done else 'already published'} as {pointer.build}"


def verify(index_dir: Path, model: str, root: Path = ROOT) -> tuple[Path, Manifest]:
    """Return the current build and its manifest once everything fits; raises IndexMissing or IndexMismatch."""
    found, manifest = find(home.Local(index_dir), model, root)
    return found.folder, manifest


def find(builds_of_kb: home.Home, model: str, root: Path | None = ROOT) -> tuple[home.Found, Manifest]:
    """Return the build of ``builds_of_kb`` that answers, and its manifest, once everything fits.

    Without a ``root`` it may be made from other articles than those of this checkout: from a newer kb/ while a
    process runs, or by another machine. Raises IndexMissing, IndexMismatch or ServerError.
    """
    found = builds_of_kb.current()
    manifest = read_manifest(found.folder)
    expected = {"chunker": CHUNKER_VERSION, "tokenizer": TOKENIZER_VERSION, "model": model}
    if root is not None and not builds_of_kb.shared:
        expected = {"sources": source_hash(root)} | expected
    mend = home.SHARED_MEND if builds_of_kb.shared else MEND
    for name, value in expected.items():
        if getattr(manifest, name) != value:
            raise IndexMismatch(f"the index was built from other {name}; {mend}")
    found.verify(manifest.files)
    return found, manifest


def _is_sound(folder: Path) -> bool:
    try:
        vectors.check(folder / "chroma")
        builds.verify_files(folder, read_manifest(folder).files)
    except IndexMismatch:
        return False
    return True
