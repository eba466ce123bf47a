"""A question within a conversation: alone it may name no topic, with the turns before it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.focus import focus
from bot.retrieve import Retriever, Search
from bot.scope import THRESHOLD, Scope, confidence_of, decide, signs
from kb.schema import Language

MAX_CONTEXT = 1_000
"""Characters of the turns before that are searched together with the question."""
AHEAD = 0.1
"""By how much a topic that leads stands above the others: too far for the next one to count as an answer as well."""


def search_in_context(
    retriever: Retriever, words: str, language: Language, history: Sequence[dict[str, str]]
) -> tuple[Search, Scope]:
    """Search for ``words`` and, where they lean on the turns before, for both together.

    The more a question says of itself, the less the turns before weigh. Whether the guide answers is
    decided from the question alone, with some lenience while the conversation is about the guide, so that
    a refusal keeps working after good answers.
    """
    alone = retriever.search(words, language)
    before = " ".join(turn["content"] for turn in history[-2:])[-MAX_CONTEXT:]
    if before.strip():
        both = retriever.search(f"{before}\n{words}", language)
        continues = confidence_of(signs(both, named=False)) >= THRESHOLD
        search, scope = _blend(alone, both), decide(alone, retriever.catalogue, continues=continues)
    else:
        search, scope = alone, decide(alone, retriever.catalogue)
    if scope.lead:
        return _led(search, scope.lead), scope
    part = None if scope.inside else focus(retriever, words, language, scope)
    return part or (search, scope)


def _led(search: Search, topic: str) -> Search:
    """Return ``search`` with ``topic`` ahead of all others."""
    best = search.hits[0].score + AHEAD
    hits = [replace(hit, score=best) if hit.topic == topic else hit for hit in search.hits]
    return replace(search, hits=tuple(sorted(hits, key=lambda hit: (-hit.score, hit.topic))))


def _blend(alone: Search, both: Search) -> Search:
    share = _independence(alone)
    context = {hit.topic: hit for hit in both.hits}
    hits = [replace(hit, score=share * hit.score + (1 - share) * context[hit.topic].score) for hit in alone.hits]
    hits.sort(key=lambda hit: (-hit.score, hit.topic))
    return replace(alone, hits=tuple(hits))


def _independence(alone: Search) -> float:
    """Return how far (0 to 1) a question stands on its own: it has words, and they point at one topic."""
    head = max(hit.head for hit in alone.hits) - alone.outside_head
    return min(1.0, max(0.0, 0.1 * len(set(alone.tokens)) + 0.8 * head))
