"""Typing errors: an unknown word becomes the known word that one slip, or two in a long word, would make of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.text import is_known_word

_WORD = re.compile(r"[a-z]{4,}|[\u30a1-\u30ff]{4,}")
_LATIN = re.compile(r"[A-Za-z]{4,}|[\u30a1-\u30ff]{4,}")


class Speller:
    """Mends words against a vocabulary of surface words."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words that are spelt right; those of fewer than four letters are left out."""
        self._words = sorted({word for word in words if _WORD.fullmatch(word)})
        self._known = frozenset(self._words)

    @property
    def known(self) -> frozenset[str]:
        """The words that are spelt right."""
        return self._known

    def mend(self, text: str) -> str:
        """Return ``text`` with each unknown word that is close to exactly one known word replaced by it."""
        return _LATIN.sub(lambda match: self._mended(match.group()), text)

    def _mended(self, word: str) -> str:
        lowered = word.lower()
        if lowered in self._known or lowered.rstrip("s") in self._known or is_known_word(lowered):
            return word
        slips = 1 if len(lowered) < 8 else 2
        near = process.extract(lowered, self._words, scorer=OSA.distance, score_cutoff=slips, limit=2)
        near = [match for match in near if match[0][0] == lowered[0] or match[1] == 1]
        if not near or (len(near) == 2 and near[0][1] == near[1][1] and len(lowered) < 8):
            return word
        return str(near[0][0])
