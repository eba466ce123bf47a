"""From a question to ranked parts of documents: dense and keyword search over one verified build, fused.

Both channels and their fusion are those that ``python -m evals retrieval`` measures. Only the best of each channel
are looked at, so that a question costs about the same whatever the library's size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot import text
from bot.documents.named import named_words, quoted
from bot.fusion import fuse
from ingest.documents.make import ROWS, Manifest, collection_name
from ingest.documents.model import Part
from ingest.documents.neutralise import Neutral
from ingest.documents.shelf import SHELF, Entry, Shelf
from ingest.keyword import DOUBT, KeywordIndex
from kb.schema import Language

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingest.encode import Vectors
    from ingest.vectors import Nearest

    Numbers = npt.NDArray[np.int64]
    Scores = npt.NDArray[np.float32]

DENSE_CANDIDATES, KEYWORD_CANDIDATES = 200, 100
"""Vectors and parts that each channel brings to the fusion."""
BEST = 8
"""Parts of one search that are looked at closely."""
Rarity = Callable[[str, int, int], float]
"""(token, how many parts hold it, parts in all) -> its weight among guide and documents together."""


@dataclass(frozen=True, slots=True)
class PartHit:
    """One part: ``score`` is fused; the others are signs of whether it answers.

    ``centred`` is the cosine of its nearest window once what all texts of this field share is taken out;
    ``covered`` the share (0 to 1) of the question's weight that it holds; ``held`` and ``lacking`` the weight of
    the names in the question that the part holds, and that its whole document lacks; ``known`` the share of the
    question's weight that any document has a word for; ``foreign`` says that it is in the other language;
    ``quoted`` counts the words of the longest run that stands in both.
    """

    number: int
    part: Part
    entry: Entry
    score: float
    centred: float
    covered: float
    held: float
    lacking: float
    known: float
    foreign: bool
    quoted: int


class Library:
    """One open build of the documents; safe to use from many threads."""

    def __init__(self, folder: Path, manifest: Manifest, nearest: Nearest) -> None:
        """Open the verified build in ``folder``; ``nearest`` searches its collection."""
        self.manifest = manifest
        self.version = folder.name
        self.shelf = Shelf(folder / SHELF)
        self.entries = self.shelf.entries()
        self._by_id = {entry.id: entry for entry in self.entries}
        self._keywords = KeywordIndex.load(folder / "keywords")
        self._neutral = Neutral.load(folder / "neutral.npz")
        self._rows: Vectors = np.load(folder / ROWS, mmap_mode="r")
        self._owners: npt.NDArray[np.int32] = np.load(folder / "owners.npy")
        self._starts = np.searchsorted(self._owners, np.arange(manifest.counts["parts"] + 1))
        self._nearest = nearest

    @property
    def problem(self) -> str | None:
        """What keeps the vectors from being searched where they should be, in one line, or None."""
        return self._nearest.problem

    def search(self, question: str, vector: Vectors, language: Language, rarity: Rarity) -> tuple[PartHit, ...]:
        """Return the best parts for ``question``, best first; ``vector`` (d,) is its embedding."""
        words = text.tokens(question)
        asked = self._neutral.question(vector)
        bm25 = self._keywords.scores(words)
        numbers = self._candidates(asked, bm25)
        dense = np.array([float((self._windows(n) @ asked).max(initial=-1.0)) for n in numbers], dtype=np.float32)
        share = bm25[numbers] / max(self._keywords.unknown(words)[1], 1e-9)
        fused = fuse(dense, share, self._neutral.moments(asked))
        order = np.argsort(-fused, kind="stable")[:BEST]
        best = numbers[order]
        weigh = _Weigher(self._keywords, rarity, words, question)
        parts = self.shelf.parts(best.tolist())
        return tuple(
            self._hit(int(n), part, float(score), asked, weigh, language)
            for n, part, score in zip(best, parts, fused[order], strict=True)
        )

    def _candidates(self, asked: Vectors, bm25: Scores) -> Numbers:
        """Return the numbers of the parts that either channel puts forward, rising."""
        name = collection_name(self.manifest.version)
        limit = min(DENSE_CANDIDATES, self.manifest.counts["rows"])
        rows = [int(row) for row, _ in self._nearest.nearest(name, asked, limit)]
        top = min(KEYWORD_CANDIDATES, len(bm25))
        worded = np.argpartition(-bm25, top - 1)[:top]
        found: Numbers = np.union1d(self._owners[rows], worded[bm25[worded] > 0]).astype(np.int64)
        return found

    def _windows(self, number: int) -> Vectors:
        return self._rows[self._starts[number] : self._starts[number + 1]]

    def _hit(
        self, number: int, part: Part, score: float, asked: Vectors, weigh: _Weigher, language: Language
    ) -> PartHit:
        entry = self._by_id[part.document]
        centred = float(self._neutral.centred(asked, self._windows(number)).max(initial=-1.0))
        held, lacking = weigh.named(number, entry)
        return PartHit(
            number, part, entry, score, centred, weigh.covered(number), held, lacking, weigh.known,
            part.language != language, quoted(weigh.question, f"{' '.join(part.trail)} {part.text}"),
        )  # fmt: skip

    def close(self) -> None:
        """Release the build's files."""
        self.shelf.close()
        self._nearest.close()


class _Weigher:
    """Weighs one question's words, rare among guide and documents together, against parts."""

    def __init__(self, keywords: KeywordIndex, rarity: Rarity, words: Sequence[str], question: str) -> None:
        self.question = question
        self._holders = {word: keywords.holders(word) for word in dict.fromkeys(words)}
        self._weights = {word: rarity(word, len(held), keywords.size) for word, held in self._holders.items()}
        self._total = sum(self._weights.values())
        self._named = named_words(question, self._weights)
        known = sum(weight for word, weight in self._weights.items() if len(self._holders[word]))
        self.known = known / (self._total + DOUBT)

    def covered(self, number: int) -> float:
        """Return the share of the question's weight that one part holds."""
        held = sum(weight for word, weight in self._weights.items() if self._among(word, number, number + 1))
        return held / (self._total + DOUBT)

    def named(self, number: int, entry: Entry) -> tuple[float, float]:
        """Return the weight of the question's names that the part holds, and that its document lacks."""
        held = sum(self._weights[word] for word in self._named if self._among(word, number, number + 1))
        end = entry.first + entry.parts
        lacking = sum(self._weights[word] for word in self._named if not self._among(word, entry.first, end))
        return held, lacking

    def _among(self, word: str, first: int, end: int) -> bool:
        low, high = np.searchsorted(self._holders[word], (first, end))
        return bool(high > low)
