"""The keyword channel: BM25 over whole tokens, as arrays that load at once.

Okapi BM25 as in Robertson and Zaragoza (2009), k1 = 1.2, b = 0.75, with Lucene's positive IDF.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.errors import IndexMismatch

if TYPE_CHECKING:
    import numpy.typing as npt

K1, B = 1.2, 0.75
DOUBT = 4.0
"""Weight of what a question leaves unsaid: a single matching word must not count as full coverage."""


@dataclass(frozen=True, slots=True)
class KeywordIndex:
    """Postings of a token are ``documents[offsets[v] : offsets[v + 1]]`` with ``weights`` beside them.

    ``mass`` is the summed IDF of each document's distinct tokens.
    """

    vocabulary: dict[str, int]
    offsets: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float32]
    mass: npt.NDArray[np.float32]
    size: int

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> KeywordIndex:
        """Index ``texts``, each a sequence of tokens; a document's number is its position."""
        lengths = np.array([len(text) for text in texts], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(texts) else 1.0, 1.0))
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, text in enumerate(texts):
            for token, count in Counter(text).items():
                postings.setdefault(token, []).append((number, count))
        vocabulary = {token: position for position, token in enumerate(sorted(postings))}
        frequency = np.array([len(postings[token]) for token in vocabulary], dtype=np.float32)
        idf = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        flat = [posting for token in vocabulary for posting in postings[token]]
        documents = np.array([number for number, _ in flat], dtype=np.int32)
        counts = np.array([count for _, count in flat], dtype=np.float32)
        rarity = np.repeat(idf, frequency.astype(int))
        weights = counts * (K1 + 1) / (counts + norm[documents]) * rarity
        mass = np.bincount(documents, weights=rarity, minlength=len(texts)).astype(np.float32)
        offsets = np.concatenate([[0], np.cumsum(frequency.astype(np.int64))])
        return cls(vocabulary, offsets, documents, weights.astype(np.float32), idf, mass, len(texts))

    def scores(self, query: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every document for the distinct tokens of ``query``."""
        total = np.zeros(self.size, dtype=np.float32)
        for token in dict.fromkeys(query):
            position = self.vocabulary.get(token)
            if position is not None:
                span = slice(self.offsets[position], self.offsets[position + 1])
                total[self.documents[span]] += self.weights[span]
        return total

    def coverage(self, query: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return, for every document, the IDF-weighted share (0 to 1) of ``query``'s tokens it holds."""
        held, total = self._held(query)
        return held / (total + DOUBT) if total else held

    def alike(self, query: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return, for every document, the IDF-weighted Jaccard similarity (0 to 1) of its tokens and ``query``'s."""
        held, total = self._held(query)
        union = total + self.mass - held
        likeness: npt.NDArray[np.float32] = held / np.maximum(union, 1e-9)
        return likeness

    def _held(self, query: Sequence[str]) -> tuple[npt.NDArray[np.float32], float]:
        """Return the summed IDF of ``query``'s distinct tokens that each document holds, and of all."""
        held = np.zeros(self.size, dtype=np.float32)
        total = 0.0
        for token in dict.fromkeys(query):
            rarity = self.rarity(token)
            total += rarity
            position = self.vocabulary.get(token)
            if position is not None:
                held[self.documents[self.offsets[position] : self.offsets[position + 1]]] += rarity
        return held, total

    def unknown(self, query: Sequence[str]) -> tuple[float, float]:
        """Return the summed rarity of ``query``'s distinct tokens that no document holds, and of all."""
        rarities = {token: self.rarity(token) for token in query}
        missing = sum(rarity for token, rarity in rarities.items() if token not in self.vocabulary)
        return missing, sum(rarities.values())

    def rarity(self, token: str) -> float:
        """Return a token's IDF; a token that no document holds counts as the rarest."""
        position = self.vocabulary.get(token)
        return float(np.log(1 + (self.size + 0.5) / 0.5)) if position is None else float(self.idf[position])

    def save(self, stem: Path) -> None:
        """Write ``stem``.npz and ``stem``.json."""
        arrays = {
            "offsets": self.offsets,
            "documents": self.documents,
            "weights": self.weights,
            "idf": self.idf,
            "mass": self.mass,
        }
        np.savez(stem.with_suffix(".npz"), **arrays)  # type: ignore[arg-type]
        body = {"size": self.size, "vocabulary": list(self.vocabulary)}
        stem.with_suffix(".json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, stem: Path) -> KeywordIndex:
        """Read what :meth:`save` wrote."""
        body = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        vocabulary = {token: position for position, token in enumerate(body["vocabulary"])}
        names = ("offsets", "documents", "weights", "idf", "mass")
        with np.load(stem.with_suffix(".npz")) as arrays:
            if set(names) != set(arrays.files):
                raise IndexMismatch(f"{stem.name} of the index has another form; run `python -m ingest --rebuild`")
            parts = {name: arrays[name] for name in names}
        return cls(vocabulary, size=body["size"], **parts)
