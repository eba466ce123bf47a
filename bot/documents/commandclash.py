"""Whether two commands contradict each other: one has "no" before it, or another word in one place."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from bot.commands import grammar, is_known

_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
_SPELT_ALIKE = 0.75
_READS = ("show", "debug", "undebug", "type", "type-tail", "dnslookup", "ping")
"""Commands that look at many things: with another word they look at another thing."""


def command_clash(said: str, guide: str, also_said: frozenset[str], guide_says: frozenset[str]) -> bool:
    """Say whether a document's command contradicts one of the article.

    ``also_said`` holds all commands of the document's part, ``guide_says`` all of the guide: what either of them has
    in both forms is no contradiction.
    """
    if said == guide or guide in also_said or said in guide_says:
        return False
    if said.removeprefix("no ") == guide.removeprefix("no "):
        return True
    return not _known(said) and _one_word_apart(said.split(" "), guide.split(" "))


def _known(command: str) -> bool:
    return any(is_known(command, mode, effect) for mode, effect in grammar())


def _one_word_apart(said: list[str], guide: list[str]) -> bool:
    apart = [(a, b) for a, b in zip(said, guide, strict=False) if a != b]
    if len(said) != len(guide) or len(said) < 3 or len(apart) != 1 or said[0] != guide[0]:
        return False
    one, other = apart[0]
    if not (_WORD.fullmatch(one) and _WORD.fullmatch(other)):
        return False
    return said[0] not in _READS or SequenceMatcher(None, one, other).ratio() >= _SPELT_ALIKE
