"""The names in a question: commands, counters, alarms, models, abbreviations; what must be the same to be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot import text

_WORD = re.compile(r"%?[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)*")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]+")
_LABEL = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_LATIN_RUN = re.compile(r"[a-z0-9%][a-z0-9 %._:/'-]*")
SHORTEST, LONGEST = 3, 12
"""Words from which a run counts as quoted, and beyond which it is not looked for."""
_MARKED = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9_./:%])")


def named_words(question: str, words: Iterable[str]) -> list[str]:
    """Return those of ``words`` (the tokens of ``question``) that name something.

    In a Japanese question every Latin word of three letters does; in an English one those in capitals, with
    digits or with marks do. A command is a name as a whole.
    """
    japanese = text.language(question) == "ja"
    named: set[str] = set()
    for word in _WORD.findall(text.normalise(question)):
        if _CAPITALS.fullmatch(word) or _MARKED.match(word) or (japanese and len(word) > 2 and not word.isdigit()):
            named.update(text.tokens(word))
    for label in _LABEL.findall(text.normalise(question)):
        named.update(text.tokens(label))
    return [word for word in words if word in named or word.startswith("command:")]


def quoted(question: str, passage: str) -> int:
    """Return how many words the longest run of Latin words has that stands in both, 0 below SHORTEST."""
    held = f" {_spaced(passage)} "
    runs = [run.split() for run in _LATIN_RUN.findall(text.normalise(question).lower())]
    best = 0
    for words in runs:
        for start in range(len(words)):
            size = max(best + 1, SHORTEST)
            while (
                start + size <= len(words) and size <= LONGEST and f" {' '.join(words[start : start + size])} " in held
            ):
                best, size = size, size + 1
    return best


def _spaced(passage: str) -> str:
    return " ".join(text.normalise(passage).lower().replace(",", " ").replace(".\n", " ").split())
