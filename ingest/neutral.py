"""Taking the language out of vectors, so that a question finds what is written in the other language.

multilingual-e5 puts texts of one language near each other whatever they say. The direction from English to
Japanese is learned from the knowledge base, whose articles say the same in both, and removed from questions
and passages alike (the idea of Yang et al. 2021, "A Simple and Effective Method To Eliminate the Self
Language Bias in Multilingual Representations"). docs/evals.md has what it gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.encode import EmbeddingCache, Encoder
from kb.schema import Article

if TYPE_CHECKING:
    from ingest.encode import Vectors

SYMPTOMS = 6
"""Symptoms of each article that the direction is learned from."""


class Questions:
    """An encoder whose passages are questions: the way in which questions reach the embedding cache."""

    def __init__(self, encoder: Encoder) -> None:
        """Wrap ``encoder`` under a name of its own."""
        self._encoder = encoder
        self.name = f"{encoder.name}/query"
        self.dimension = encoder.dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._encoder.queries(texts)


def direction(articles: Sequence[Article], encoder: Encoder, cache: EmbeddingCache) -> Vectors:
    """Return the unit vector (dimension,) from English to Japanese questions of the same topics."""
    means = []
    for language in ("ja", "en"):
        texts = [s for a in articles if a.language == language for s in a.front.symptoms[:SYMPTOMS]]
        means.append(cache.passages(Questions(encoder), texts, lambda _: None)[0].mean(axis=0))
    difference = means[0] - means[1]
    return np.asarray(difference / max(float(np.linalg.norm(difference)), 1e-9), dtype=np.float32)


def without(vectors: Vectors, direction: Vectors) -> Vectors:
    """Return unit ``vectors`` (n, dimension) without their part along ``direction``, as unit vectors."""
    left = vectors - np.outer(vectors @ direction, direction)
    return np.asarray(left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9), dtype=np.float32)
