"""``python -m benchmarks.bulk``: bulk embedding against the query engine, by turns, and from where on it pays."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import milliseconds, peak_mb
from bot.errors import InputError
from evals import beir
from ingest.bulk import BulkEncoder
from ingest.chunks import article_chunks, outside_chunks
from ingest.dequantise import model_folder
from ingest.encode import BundledEncoder
from ingest.sources import read_sources

TEXTS, TURN = 256, 64
SEED = 7


def main() -> None:
    """Print rates, their ratio and the cosine for each kind of text; then what loading costs."""
    engine = BundledEncoder()
    with tempfile.TemporaryDirectory() as folder:
        made: list[BulkEncoder] = []
        writing = milliseconds(lambda: model_folder(Path(folder)))
        loading = milliseconds(lambda: made.append(BulkEncoder(model_folder(Path(folder)), engine)))
    bulk = made[0]
    print(f"write the folder {writing / 1000:.1f} s, load it with torch {loading / 1000:.1f} s")
    for name, texts in _kinds().items():
        _compare(name, random.Random(SEED).sample(texts, min(TEXTS, len(texts))), engine, bulk, writing + loading)
    print(f"peak memory of the process: {peak_mb():.0f} MB")


def _kinds() -> dict[str, list[str]]:
    """Return texts by kind: the guide's short chunks, paragraphs of both languages, long texts."""
    sources = read_sources()
    chunks = [chunk for article in sources.articles for chunk in article_chunks(article)]
    kinds = {"the guide's chunks": [chunk.text for chunk in [*chunks, *outside_chunks(sources.outside)]]}
    for name in ("jsquad", "xquad"):
        try:
            kinds[f"{name} paragraphs"] = [document.text for document in beir.bench(name).corpus]
        except InputError as error:
            print(f"left out: {error}")
    found = [text for texts in kinds.values() for text in texts]
    kinds["2,000 characters"] = ["\n".join(found[i : i + 40])[:2_000] for i in range(0, min(len(found), 1_280), 40)]
    return kinds


def _compare(name: str, texts: Sequence[str], engine: BundledEncoder, bulk: BulkEncoder, overhead: float) -> None:
    theirs, ours, cosine = np.zeros(2), np.zeros(2), 1.0
    for start in range(0, len(texts), TURN):
        part = texts[start : start + TURN]
        one, other = np.zeros((2, len(part), engine.dimension), dtype=np.float32)

        def embed(part: Sequence[str] = part, one: np.ndarray = one) -> None:
            one[:] = engine.passages(part)

        def in_bulk(part: Sequence[str] = part, other: np.ndarray = other) -> None:
            for positions, vectors in bulk.batches(part):
                other[positions] = vectors

        theirs += _times(embed)
        ours += _times(in_bulk)
        cosine = min(cosine, float((one * other).sum(axis=1).min()))
    size = sum(len(text.encode()) for text in texts)
    (theirs_ms, theirs_cpu), (ours_ms, ours_cpu) = theirs, ours
    pays = overhead / (theirs_ms - ours_ms) * size / 1000
    print(
        f"{name} ({len(texts)} texts, {size / len(texts):.0f} bytes each): {len(texts) / ours_ms * 1000:.1f} a second "
        f"against {len(texts) / theirs_ms * 1000:.1f}, ratio {theirs_ms / ours_ms:.2f} "
        f"(processor time {theirs_cpu / ours_cpu:.2f}), lowest cosine {cosine:.5f}; "
        f"pays from {pays:.0f} KB with writing and loading"
    )


def _times(run: Callable[[], object]) -> np.ndarray:
    """Return wall time in ms and the processor time of all threads in ms, which other work hardly lengthens."""
    before = time.process_time()
    return np.array([milliseconds(run), (time.process_time() - before) * 1000])


if __name__ == "__main__":
    main()
