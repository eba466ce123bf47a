"""What makes vectors of documents comparable with questions in either language, learned once for a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.encode import EmbeddingCache, Encoder
from ingest.neutral import direction, without
from kb.schema import Article

if TYPE_CHECKING:
    from ingest.encode import Vectors

BATCH = 8_192


@dataclass(frozen=True, slots=True)
class Neutral:
    """``direction`` (d,) is the language's, ``background`` (d,) what any passage of this field looks like.

    ``mean`` (d,) and ``spread`` (d, d) are mean and covariance of the build's vectors, from which mean and
    deviation of a question's scores follow without looking at every vector.
    """

    direction: Vectors
    background: Vectors
    mean: Vectors
    spread: Vectors

    @classmethod
    def learn(cls, articles: Sequence[Article], encoder: Encoder, cache: EmbeddingCache) -> Neutral:
        """Learn from the symptoms of the knowledge base, which says the same in both languages."""
        language = direction(articles, encoder, cache)
        symptoms = [symptom for article in articles for symptom in article.front.symptoms]
        background = without(cache.passages(encoder, symptoms, lambda _: None)[0], language).mean(axis=0)
        size = encoder.dimension
        empty = np.zeros(size, dtype=np.float32), np.zeros((size, size), dtype=np.float32)
        return cls(language, np.asarray(background, dtype=np.float32), *empty)

    def passages(self, vectors: Vectors) -> Vectors:
        """Return unit vectors (n, d) without their language."""
        return without(vectors, self.direction)

    def question(self, vector: Vectors) -> Vectors:
        """Return one question's unit vector (d,) without its language."""
        neutral: Vectors = without(vector.reshape(1, -1), self.direction)[0]
        return neutral

    def observe(self, rows: Vectors) -> Neutral:
        """Return the same with mean and covariance of ``rows`` (n, d)."""
        total = np.zeros(rows.shape[1])
        products = np.zeros((rows.shape[1], rows.shape[1]))
        for start in range(0, len(rows), BATCH):
            part = np.asarray(rows[start : start + BATCH], dtype=np.float64)
            total += part.sum(axis=0)
            products += part.T @ part
        mean = total / max(len(rows), 1)
        spread = products / max(len(rows), 1) - np.outer(mean, mean)
        return replace(self, mean=mean.astype(np.float32), spread=spread.astype(np.float32))

    def moments(self, question: Vectors) -> tuple[float, float]:
        """Return mean and standard deviation of the scores that ``question`` (d,) has in the whole build."""
        variance = float(question @ self.spread @ question)
        return float(question @ self.mean), max(variance, 0.0) ** 0.5

    def centred(self, question: Vectors, rows: Vectors) -> Vectors:
        """Return the cosine (n,) of each of ``rows`` with ``question`` once what they all share is taken out."""
        left, right = question - self.background, rows - self.background
        length = np.linalg.norm(right, axis=1) * float(np.linalg.norm(left))
        cosine: Vectors = (right @ left) / np.maximum(length, 1e-9)
        return cosine

    def save(self, file: Path) -> None:
        """Write it to ``file`` (.npz)."""
        np.savez(file, direction=self.direction, background=self.background, mean=self.mean, spread=self.spread)

    @classmethod
    def load(cls, file: Path) -> Neutral:
        """Read what :meth:`save` wrote."""
        with np.load(file) as arrays:
            return cls(*(arrays[name] for name in ("direction", "background", "mean", "spread")))
