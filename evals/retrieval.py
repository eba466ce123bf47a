"""The product's chunking, embedding, keyword index and fusion over any data set in the BEIR layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot import text
from bot.fusion import fuse
from evals.beir import DataSet
from evals.measures import RETRIEVAL, evaluate, means
from ingest.encode import EmbeddingCache, Encoder
from ingest.keyword import KeywordIndex
from ingest.neutral import Questions, direction, without
from ingest.windows import pieces
from kb.schema import Article, Language

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingest.encode import Vectors

    Scores = npt.NDArray[np.float32]

CHANNELS = ("dense", "keyword", "hybrid")
KEPT = 100
"""Documents of a query that a run keeps: ten times the deepest measure."""
BATCH = 128
JAPANESE_SHARE = 0.2
"""Share of a document's letters from which it is Japanese."""

Progress = Callable[[int, int], None]
"""(texts embedded, texts in all)"""


@dataclass(frozen=True, slots=True)
class Vectorised:
    """Unit vectors of the windows and of the queries; ``starts[d]`` is document d's first window."""

    passages: Vectors
    starts: npt.NDArray[np.int64]
    queries: Vectors


def retrieve(
    data: DataSet, encoder: Encoder, cache: Path, articles: list[Article], progress: Progress
) -> dict[str, dict[str, dict[str, float]]]:
    """Return a run of each channel: channel -> query -> document -> score."""
    vectors = _vectors(data, encoder, cache, articles, progress)
    keywords = KeywordIndex.build([text.tokens(f"{d.title}\n{d.text}") for d in data.corpus])
    ids = np.array([document.id for document in data.corpus])
    runs: dict[str, dict[str, dict[str, float]]] = {channel: {} for channel in CHANNELS}
    for query, dense in zip(data.queries, _dense(vectors), strict=True):
        words = text.tokens(data.queries[query])
        sparse = keywords.scores(words)
        hybrid = fuse(dense, sparse / max(keywords.unknown(words)[1], 1e-9))
        for channel, scores in zip(CHANNELS, (dense, sparse, hybrid), strict=True):
            runs[channel][query] = _best(scores, ids, positive=channel == "keyword")
    return runs


def figures(data: DataSet, runs: dict[str, dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Return the contract's object: each channel's measures, the sizes, and the same by direction.

    A direction is the language of the query and of its best document: ``ja-en`` asks in Japanese.
    """
    values = {channel: evaluate(data.qrels, run, RETRIEVAL) for channel, run in runs.items()}
    groups = _directions(data)
    by_direction = {
        name: {"queries": len(queries)} | {c: means({q: values[c][q] for q in queries}) for c in CHANNELS}
        for name, queries in groups.items()
    }
    sizes = {"documents": len(data.corpus), "queries": len(data.qrels)}
    return {channel: means(values[channel]) for channel in CHANNELS} | sizes | {"directions": by_direction}


def as_table(body: dict[str, Any]) -> str:
    """Return the figures of :func:`figures` for a terminal, one line a channel, whole and by direction."""
    lines = [
        f"{body['queries']} queries, {body['documents']} documents",
        f"{'':<22}" + "".join(f"{m:>11}" for m in RETRIEVAL),
    ]
    lines += [_line(channel, body[channel]) for channel in CHANNELS]
    for name, own in body["directions"].items():
        lines += [_line(f"{name} ({own['queries']}) {channel}", own[channel]) for channel in CHANNELS]
    return "\n".join(lines)


def _line(name: str, values: dict[str, float]) -> str:
    return f"{name:<22}" + "".join(f"{values[measure]:>11.4f}" for measure in RETRIEVAL)


def _directions(data: DataSet) -> dict[str, list[str]]:
    languages = {document.id: written_in(f"{document.title} {document.text}") for document in data.corpus}
    found: dict[str, list[str]] = {}
    for query, grades in data.qrels.items():
        target = max(grades, key=lambda document: grades[document])
        name = f"{text.language(data.queries[query])}-{languages.get(target, 'none')}"
        found.setdefault(name, []).append(query)
    return dict(sorted(found.items()))


def written_in(document: str) -> Language:
    """Say in which language a document is: an English one may hold a few Japanese words."""
    letters = [c for c in document if c.isalpha()]
    japanese = sum(text.language(c) == "ja" for c in letters)
    return "ja" if letters and japanese >= JAPANESE_SHARE * len(letters) else "en"


def _vectors(data: DataSet, encoder: Encoder, cache: Path, articles: list[Article], progress: Progress) -> Vectorised:
    windows = [pieces(document.title, document.text) for document in data.corpus]
    texts = [piece for own in windows for piece in own]
    queries = list(data.queries.values())
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(texts) + len(queries))

    store = EmbeddingCache(cache)
    try:
        passages, _ = store.passages(encoder, texts, advance)
        asked, _ = store.passages(Questions(encoder), queries, advance)
        language = direction(articles, encoder, store)
    finally:
        store.close()
    starts = np.cumsum([0, *(len(own) for own in windows[:-1])])
    return Vectorised(without(passages, language), starts, without(asked, language))


def _dense(vectors: Vectorised) -> Iterator[Scores]:
    """Yield, query by query, each document's score: the cosine of its nearest window."""
    for start in range(0, len(vectors.queries), BATCH):
        similarity = vectors.queries[start : start + BATCH] @ vectors.passages.T
        yield from np.maximum.reduceat(similarity, vectors.starts, axis=1)


def _best(scores: Scores, ids: npt.NDArray[np.str_], *, positive: bool) -> dict[str, float]:
    found = np.argsort(-scores, kind="stable")[:KEPT]
    return {str(ids[i]): float(scores[i]) for i in found if not positive or scores[i] > 0}
