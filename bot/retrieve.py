"""From a question to ranked topics: dense and keyword search over one verified build, fused."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot import text
from bot.config import MAX_QUESTION, ROOT, Config
from bot.fusion import blend, scaled
from bot.letters import undisguised
from bot.romaji import is_romaji, kana
from bot.spelling import Speller
from ingest import catalogue, index, pinned
from ingest.builds import MANIFEST
from ingest.encode import Encoder, encoder_name, load_encoder
from ingest.head import OUTSIDE, TopicHead
from ingest.keyword import DOUBT, KeywordIndex
from kb.schema import LANGUAGES, Language

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingest.encode import Vectors
    from ingest.home import Home
    from ingest.vectors import Nearest

    Scores = npt.NDArray[np.float32]

CANDIDATES = 150
"""Chunks asked of the vector store for one question."""
NEIGHBOURS = 30
"""Nearest chunks among which out-of-scope examples are counted."""
KEYWORD_SHARE = 0.35
"""The keyword channel's part of a topic's score: articles exist in the question's language, so it is high."""
NAMED_GAIN = 0.12
"""What an identifier that belongs to one topic alone adds to it when a question holds it as it is."""
HEAD_SHARE = 0.5
"""The topic head's part of the dense channel; the nearest chunk has the rest."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One topic: fused score (0 to 1), centred cosine of its best chunk, head score, covered share."""

    topic: str
    score: float
    dense: float
    head: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Search:
    """What one question found: topics best first, and what lies outside the guide.

    ``outside`` holds (subject id, centred cosine) of the nearest out-of-scope examples, best first;
    ``outside_share`` is their part (0 to 1) among the nearest chunks, near ones counting most;
    ``outside_head`` is the topic head's score for being outside; ``known`` the share of the question's
    weight that the knowledge base has a word for anywhere; ``unknown`` and ``weight`` the summed rarity of
    the words it has none for, and of all; ``alike`` the likeness (0 to 1) in words of the nearest chunk.
    """

    question: str
    language: str
    hits: tuple[Hit, ...]
    outside: tuple[tuple[str, float], ...]
    outside_share: float
    outside_head: float
    known: float
    unknown: float
    weight: float
    alike: float
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Keywords:
    """The keyword indexes of one language, and the topic of each document of both."""

    topics: list[str]
    whole: KeywordIndex
    pieces: KeywordIndex
    owner: npt.NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path, language: str) -> _Keywords:
        places = json.loads((folder / f"places-{language}.json").read_text(encoding="utf-8"))
        position = {topic: i for i, topic in enumerate(places["topics"])}
        owner = np.array([position[topic] for topic in places["chunks"]])
        whole, pieces = (KeywordIndex.load(folder / f"{name}-{language}") for name in ("topics", "chunks"))
        return cls(places["topics"], whole, pieces, owner)

    def scores(self, words: list[str]) -> Scores:
        """Return one score a topic: its whole text and its best chunk, alike in weight."""
        best = np.zeros(len(self.topics), dtype=np.float32)
        np.maximum.at(best, self.owner, self.pieces.scores(words))
        return scaled(self.whole.scores(words)) + scaled(best)


class Retriever:
    """One open build of the index, finished at ``built`` (seconds since 1970); safe to use from many threads."""

    def __init__(self, settings: Config, place: Home | None = None, older: Retriever | None = None) -> None:
        """Verify and open the current build; raises IndexMissing, IndexMismatch, ServerError or EncoderError.

        ``place`` is where builds are found when it is known already. ``older`` is what answers in this process now:
        its model is used again, and the newer build may be made from other articles than those of this checkout.
        """
        pinned.check(settings.embedding, settings.data_dir)
        with ThreadPoolExecutor(2) as pool:
            encoder = pool.submit(load_encoder, settings.embedding) if older is None else None
            words = pool.submit(text.warm_up)
            root = ROOT if older is None else None
            found, self.manifest = index.find(place or index.place(settings), encoder_name(settings.embedding), root)
            self.folder = found.folder
            self.built = (found.folder / MANIFEST).stat().st_mtime
            self.catalogue = catalogue.load(self.folder / "catalogue.json")
            self._head = TopicHead.load(self.folder / "head.npz")
            self._keywords = {language: _Keywords.load(self.folder, language) for language in LANGUAGES}
            self._vectors: Nearest = found.nearest(self.manifest.counts)
            self._encoder: Encoder = encoder.result() if encoder else older._encoder  # type: ignore[union-attr]
            words.result()
        self.vector = lru_cache(maxsize=32)(self._embed)

    @property
    def version(self) -> str:
        """The version of the index that answers."""
        return self.manifest.version

    @property
    def problem(self) -> str | None:
        """What keeps the vectors from being searched where they should be, in one line, or None."""
        return self._vectors.problem

    def _embed(self, question: str) -> Vectors:
        """Return the vector (dimension,) of a question; ``vector`` remembers the last ones."""
        vector: Vectors = self._encoder.queries([question])[0]
        vector.flags.writeable = False
        return vector

    def frequency(self, token: str) -> tuple[int, int]:
        """Return how many chunks of the articles hold ``token``, in either language, and how many there are."""
        every = [keywords.pieces for keywords in self._keywords.values()]
        return sum(len(pieces.holders(token)) for pieces in every), sum(pieces.size for pieces in every)

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.catalogue.words())

    def held(self, words: str, language: Language) -> float:
        """Return the greatest share (0 to 1) of the weight of ``words`` that one topic's text holds."""
        found = self._keywords[language].whole.coverage(text.tokens(text.normalise(undisguised(words))[:MAX_QUESTION]))
        return float(found.max(initial=0.0))

    def search(self, question: str, language: Language) -> Search:
        """Rank every topic for ``question`` among the articles of ``language``."""
        question = text.normalise(undisguised(question))[:MAX_QUESTION]
        if is_romaji(question):
            question = kana(question, self._speller.known)
        question = self._speller.mend(text.spelt_out(question))
        words = text.tokens(question)
        keywords = self._keywords[language]
        vector = self._head.centre(self.vector(question).reshape(1, -1), language)
        chunks = self._nearest(vector, language)
        near, outside = _by_topic(chunks, keywords.topics)
        head = self._head.scores(vector[0])
        heads = np.array([head[topic] for topic in keywords.topics], dtype=np.float32)
        shares = keywords.whole.coverage(words)
        dense = (1 - HEAD_SHARE) * scaled(near) + HEAD_SHARE * scaled(heads)
        fused = blend(dense, keywords.scores(words), KEYWORD_SHARE) + self._named(question, language, keywords.topics)
        columns = zip(keywords.topics, fused, near, heads, shares, strict=True)
        hits = [Hit(topic, *map(float, values)) for topic, *values in columns]
        hits.sort(key=lambda hit: (-hit.score, hit.topic))
        unknown, weight = keywords.whole.unknown(words)
        return Search(
            question,
            language,
            tuple(hits),
            outside,
            outside_share=_outside_share(chunks[:NEIGHBOURS]),
            outside_head=head.get(OUTSIDE, 0.0),
            known=(weight - unknown) / (weight + DOUBT),
            unknown=unknown,
            weight=weight,
            alike=float(keywords.pieces.alike(words).max(initial=0.0)),
            tokens=tuple(words),
        )

    def _named(self, question: str, language: Language, topics: list[str]) -> Scores:
        """Return what each topic gains from an identifier of its own that stands in the question as it is."""
        asked = " ".join(question.lower().split())
        gains = np.zeros(len(topics), dtype=np.float32)
        for phrase, owners in self.catalogue.identifiers(language).items():
            if phrase in asked and _stands_apart(phrase, asked):
                for topic in owners:
                    place = topics.index(topic)
                    gains[place] = max(gains[place], NAMED_GAIN / len(owners))
        return gains

    def _nearest(self, vector: Vectors, language: str) -> list[tuple[str, float]]:
        name = index.collection_name(self.version, language)
        return self._vectors.nearest(name, vector, min(CANDIDATES, self.manifest.counts[name]))


def _by_topic(chunks: list[tuple[str, float]], topics: list[str]) -> tuple[Scores, tuple[tuple[str, float], ...]]:
    """Return the cosine of each topic's best chunk, and of the nearest subjects outside, best first."""
    best: dict[str, float] = {}
    outside: dict[str, float] = {}
    for chunk, similarity in chunks:
        _, topic, kind = chunk.split("/")[:3]
        target, key = (outside, kind) if topic == OUTSIDE else (best, topic)
        target.setdefault(key, similarity)
    floor = chunks[-1][1] if chunks else 0.0
    dense = np.array([best.get(topic, floor) for topic in topics], dtype=np.float32)
    return dense, tuple(sorted(outside.items(), key=lambda pair: -pair[1]))


def _stands_apart(phrase: str, text: str) -> bool:
    """Say whether ``phrase`` stands in ``text`` as whole words: "Status 1" does not stand in "Status 16"."""
    return re.search(rf"(?<![a-z0-9]){re.escape(phrase)}(?![a-z0-9])", text) is not None


def _outside_share(chunks: list[tuple[str, float]]) -> float:
    """Return the weight of out-of-scope examples among ``chunks``; a chunk 0.05 farther weighs e times less."""
    weights = np.exp((np.array([similarity for _, similarity in chunks]) - chunks[0][1]) / 0.05)
    outside = np.array([chunk.split("/")[1] == OUTSIDE for chunk, _ in chunks])
    return float((weights * outside).sum() / weights.sum())
