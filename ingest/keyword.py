"""The keyword channel: BM25 over whole tokens, as arrays that load at once.

Okapi BM25 as in Robertson and Zaragoza (2009), k1 = 1.2, b = 0.75, with Lucene's positive IDF.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
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
    def build(cls, texts: Iterable[Sequence[str]]) -> KeywordIndex:
        """Index ``texts``, each a sequence of tokens; a document's number is its position."""
        seen: dict[str, int] = {}
        tokens, counts, sizes, lengths = array("i"), array("i"), array("i"), array("i")
        for text in texts:
            held = Counter(text)
            tokens.extend(seen.setdefault(token, len(seen)) for token in held)
            counts.extend(held.values())
            sizes.append(len(held))
            lengths.append(len(text))
        size = len(sizes)
        vocabulary = {token: position for position, token in enumerate(sorted(seen))}
        rank = np.array([vocabulary[token] for token in seen], dtype=np.int32)[np.asarray(tokens, dtype=np.int32)]
        order = np.argsort(rank, kind="stable")
        documents = np.repeat(np.arange(size, dtype=np.int32), np.asarray(sizes, dtype=np.int32))[order]
        count = np.asarray(counts, dtype=np.float32)[order]
        frequency = np.bincount(rank, minlength=len(vocabulary))
        return cls._weighed(vocabulary, documents, count, frequency, np.asarray(lengths, dtype=np.float32))

    @classmethod
    def _weighed(
        cls,
        vocabulary: dict[str, int],
        documents: npt.NDArray[np.int32],
        counts: npt.NDArray[np.float32],
        frequency: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.float32],
    ) -> KeywordIndex:
        """Weigh postings that are sorted by token and document."""
        size = len(lengths)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
        found = frequency.astype(np.float32)
        idf = np.log(1 + (size - found + 0.5) / (found + 0.5)).astype(np.float32)
        rarity = np.repeat(idf, frequency)
        weights = counts * (K1 + 1) / (counts + norm[documents]) * rarity
        mass = np.bincount(documents, weights=rarity, minlength=size).astype(np.float32)
        offsets = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        return cls(vocabulary, offsets, documents, weights.astype(np.float32), idf, mass, size)

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

    def holders(self, token: str) -> npt.NDArray[np.int32]:
        """Return the numbers of the documents that hold ``token``, rising."""
        position = self.vocabulary.get(token)
        if position is None:
            return self.documents[:0]
        return self.documents[self.offsets[position] : self.offsets[position + 1]]

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
