"""The documents' half of an answer: search, decide, and add what they say under the guide's own answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot import gate, text
from bot.answer import Answer
from bot.config import MAX_QUESTION
from bot.documents import differ
from bot.documents.decide import answering
from bot.documents.search import Library, PartHit
from bot.documents.sections import compose
from bot.letters import undisguised
from bot.phrases import Language, say
from bot.safe import code

if TYPE_CHECKING:
    from bot.retrieve import Retriever

LEANS = 4
"""Tokens up to which a question that no document answers is searched together with the question before it."""


def join(
    answer: Answer, library: Library, retriever: Retriever, words: str, history: Sequence[dict[str, str]]
) -> Answer:
    """Return ``answer`` with the sections of the documents that answer ``words`` too, before what is only related."""
    hits = _answering(library, retriever, words, answer.language, history)
    if not hits:
        return answer
    sections, citations = compose(library, hits, len(answer.citations) + 1)
    related = tuple(section for section in answer.sections if section.role == "related")
    own = tuple(section for section in answer.sections if section.role != "related")
    return replace(
        answer, status="answered", sections=(*own, *sections, *related), citations=(*answer.citations, *citations)
    )


def answered(
    guided: Answer,
    library: Library,
    retriever: Retriever,
    words: str,
    history: Sequence[dict[str, str]],
    paste: str,
) -> tuple[gate.Verdict, tuple[str, ...]]:
    """Return the guide's answer with the documents' half, gated, and its notices.

    These say that something stands in a document alone, and where a document and the guide contradict each other.
    """
    joined = join(guided, library, retriever, words, history)
    verdict = gate.check(joined, retriever.catalogue.quote, paste, library.shelf.at)
    own = guided.notices if verdict.answer.status == guided.status else (_stands_there(verdict.answer),)
    weigh = partial(_rarity, retriever, holders=0, size=0)
    return verdict, (*own, *differ.notices(verdict.answer, retriever.catalogue, library.shelf.at, weigh))


def _stands_there(answer: Answer) -> str:
    """Return the notice that an answer stands in documents only, with their names."""
    paths = dict.fromkeys(section.path for section in answer.sections if section.source == "document")
    return say("in_document", answer.language, paths=", ".join(map(code, paths)))


def _answering(
    library: Library, retriever: Retriever, words: str, language: Language, history: Sequence[dict[str, str]]
) -> list[PartHit]:
    asked = text.normalise(undisguised(words))[:MAX_QUESTION]
    if not asked.strip():
        return []
    found = answering(search(library, retriever, asked, language))
    before = next((turn["content"] for turn in reversed(history) if turn.get("role") == "user"), "")
    if found or not before.strip() or len(set(text.tokens(asked))) > LEANS:
        return found
    both = f"{text.normalise(before)[:MAX_QUESTION]}\n{asked}"
    return answering(search(library, retriever, both, language))


def search(library: Library, retriever: Retriever, asked: str, language: Language) -> tuple[PartHit, ...]:
    """Return the best parts for ``asked``, with the words of guide and documents weighed together."""
    rarity = partial(_rarity, retriever)
    return library.search(asked, retriever.vector(asked), language, rarity)


def _rarity(retriever: Retriever, token: str, holders: int, size: int) -> float:
    """Return the IDF of a token among the articles' chunks and ``size`` parts, of which ``holders`` have it."""
    held, chunks = retriever.frequency(token)
    held, size = held + holders, size + chunks
    return math.log(1 + (size - held + 0.5) / (held + 0.5))
