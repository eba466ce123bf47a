"""Vectors for texts that could not be embedded in the time at hand: mixtures of real neighbours.

Each is a point between a real passage and one of its ten nearest, with a little noise, so that made vectors lie
where real ones do. They say nothing about their texts: good for time, size and the recall of the approximate search
against the exact one, good for nothing that asks whether an answer is right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.encode import BundledEncoder, EmbeddingCache, unsealed

if TYPE_CHECKING:
    from ingest.encode import Vectors

REAL = 20_000
"""Real vectors that the others are mixed from, at most."""
NOISE = 0.1
"""Length of the noise in a vector of length one."""


class MadeEncoder:
    """Questions by the query engine; passages, which the cache does not know, are made."""

    def __init__(self, cache: Path, texts: Sequence[str], seed: int = 7) -> None:
        """Mix from those vectors of ``texts`` that are in ``cache``."""
        self._engine = BundledEncoder()
        self.name, self.dimension = self._engine.name, self._engine.dimension
        self._real = _read(cache, self._engine, texts)
        self._random = np.random.default_rng(seed)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._engine.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Make one unit vector a text."""
        count = len(texts)
        first = self._real[self._random.integers(len(self._real), size=count)]
        near = np.argpartition(-(first @ self._real.T), 10, axis=1)[:, :11]
        second = self._real[near[np.arange(count), self._random.integers(11, size=count)]]
        share = self._random.uniform(0.3, 0.7, size=(count, 1))
        noise = self._random.standard_normal((count, self.dimension)) * NOISE / np.sqrt(self.dimension)
        mixed = share * first + (1 - share) * second + noise
        made: Vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
        return made


def _read(file: Path, encoder: BundledEncoder, texts: Sequence[str]) -> Vectors:
    rows: list[Vectors] = []
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        for text in texts:
            key = (EmbeddingCache._key(encoder.name, text),)
            found = database.execute("SELECT vector FROM vectors WHERE key = ?", key).fetchone()
            row = unsealed(found[0], encoder.dimension) if found else None
            rows += [] if row is None else [row]
            if len(rows) == REAL:
                break
    database.close()
    return np.stack(rows)
