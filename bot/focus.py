"""The part of a long message that asks: a mail or a ticket says much that is beside the point.

A message that as a whole says too little about the guide is searched again sentence by sentence. One that stands
out clearly is answered on its own, and the answer says which. The bar lies above what prompt injections and
encyclopaedia articles reach, and higher still where the message as a whole is far from the guide.
"""

from __future__ import annotations

from dataclasses import replace

from bot.retrieve import Retriever, Search
from bot.scope import Scope, decide
from ingest.windows import sentences
from kb.schema import Language

LONG = 90
"""Characters from which a message is looked at sentence by sentence."""
SURE = 2.0
"""Log-odds from which one sentence of a message that is not about the guide is answered all the same."""
FAR = -5.0
"""Log-odds of a message as a whole below which twice as much is asked of its sentence."""
SEARCHED = 5
"""Sentences that are searched: those that share most words with the guide."""


def focus(retriever: Retriever, words: str, language: Language, whole: Scope) -> tuple[Search, Scope] | None:
    """Return the search and scope of the one part of ``words`` that the guide surely answers, or None.

    ``whole`` is the scope of all ``words``. The part stands in ``Scope.part``: one sentence, or two in a row.
    """
    if len(words) < LONG:
        return None
    parts = sorted(_parts(words), key=lambda part: -retriever.held(part, language))[:SEARCHED]
    found = [(retriever.search(part, language), part) for part in parts]
    judged = [(search, decide(search, retriever.catalogue), part) for search, part in found]
    best = max(judged, key=lambda one: one[1].confidence, default=None)
    bar = SURE if whole.confidence > FAR else 2 * SURE
    if best is None or not best[1].inside or best[1].confidence < bar:
        return None
    return best[0], replace(best[1], part=best[2])


def _parts(words: str) -> list[str]:
    """Return the sentences of ``words``, and each two in a row."""
    alone = sentences(words)
    pairs = [f"{first} {second}" for first, second in zip(alone, alone[1:], strict=False)]
    return [part for part in dict.fromkeys([*alone, *pairs]) if part != words.strip()]
