"""The topic head: which topic a vector is about, learned from the chunks of the build itself.

Ridge regression in closed form (Hoerl and Kennard 1970), from vectors centred by language to one column a
topic, and one for everything outside the guide. Nearest-chunk search sees one neighbour; the head sees
what sets a topic's chunks apart from all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ingest.encode import Vectors

LAMBDA = 3.0
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class TopicHead:
    """``means`` holds the mean vector of each language; ``weights`` is (dimension, columns)."""

    means: dict[str, Vectors]
    weights: Vectors
    columns: tuple[str, ...]

    @classmethod
    def learn(cls, vectors: Vectors, languages: Sequence[str], topics: Sequence[str]) -> TopicHead:
        """Fit the head to unit ``vectors`` (n, dimension); ``topics`` has OUTSIDE where none applies."""
        means = {
            language: vectors[[i for i, found in enumerate(languages) if found == language]].mean(axis=0)
            for language in dict.fromkeys(languages)
        }
        centred = _unit(vectors - np.stack([means[language] for language in languages]))
        columns = tuple(dict.fromkeys(topics))
        position = {topic: i for i, topic in enumerate(columns)}
        target = np.full((len(topics), len(columns)), -1.0 / len(columns), dtype=np.float32)
        target[np.arange(len(topics)), [position[topic] for topic in topics]] = 1.0
        gram = centred.T @ centred + LAMBDA * np.eye(centred.shape[1], dtype=np.float32)
        return cls(means, np.linalg.solve(gram, centred.T @ target).astype(np.float32), columns)

    def centre(self, vectors: Vectors, language: str) -> Vectors:
        """Return ``vectors`` (n, dimension) less the language's mean, as unit vectors."""
        return _unit(vectors - self.means[language])

    def scores(self, centred: Vectors) -> dict[str, float]:
        """Return the score of one centred vector for each column; about 1 is certain, about 0 is not."""
        return dict(zip(self.columns, (centred @ self.weights).tolist(), strict=True))

    def save(self, file: Path) -> None:
        """Write the head to ``file`` (.npz)."""
        means = {f"mean-{language}": mean for language, mean in self.means.items()}
        np.savez(file, weights=self.weights, columns=np.array(self.columns), **means)  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: Path) -> TopicHead:
        """Read what :meth:`save` wrote."""
        with np.load(file) as arrays:
            means = {name[5:]: arrays[name] for name in arrays.files if name.startswith("mean-")}
            return cls(means, arrays["weights"], tuple(arrays["columns"].tolist()))


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return unit
