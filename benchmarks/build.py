"""``python -m benchmarks.build``: building the index from nothing against embedding the same texts alone."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.common import milliseconds, peak_mb
from ingest.chunks import article_chunks, outside_chunks
from ingest.encode import BundledEncoder
from ingest.index import build
from ingest.sources import read_sources

BATCH = 32


def main() -> None:
    """Print both times, their ratio, the rate and the memory."""
    encoder = BundledEncoder()
    sources = read_sources()
    chunks = [chunk for article in sources.articles for chunk in article_chunks(article)]
    texts = [chunk.text for chunk in chunks + outside_chunks(sources.outside)]
    encoder.passages(texts[:BATCH])

    def embed() -> None:
        for start in range(0, len(texts), BATCH):
            encoder.passages(texts[start : start + BATCH])

    with tempfile.TemporaryDirectory() as folder:
        ours = milliseconds(lambda: build(Path(folder) / "index", encoder))
        theirs = milliseconds(embed)
        again = milliseconds(lambda: build(Path(folder) / "index", encoder, rebuild=True))
    print(f"build: {ours / 1000:.1f} s against {theirs / 1000:.1f} s embedding alone, ratio {ours / theirs:.2f}")
    rate = len(texts) / theirs * 1000
    print(f"{len(texts)} texts, {rate:.0f} a second; rebuild with a full cache {again / 1000:.1f} s")
    print(f"peak memory of the process: {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
