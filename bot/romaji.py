"""Japanese typed in Latin letters: "epm no kakunin houhou wo oshiete" is Japanese, and is searched as kana."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

_WORD = re.compile(r"(?<![A-Za-z0-9_.:/-])[A-Za-z']{1,40}(?![A-Za-z0-9_.:/-])")


def _tables() -> dict[str, dict[str, str]]:
    """Read romaji.txt: a table a heading, each word with its spelling or none."""
    tables: dict[str, dict[str, str]] = {}
    for line in (Path(__file__).parent / "romaji.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            word, _, spelling = line.partition(" ")
            table[word] = spelling
    return tables


_TABLES = _tables()
_TELLING, _PARTICLES, _KANA = (_TABLES[name] for name in ("telling", "particles", "syllables"))
_SYLLABLE = re.compile("|".join(sorted(_KANA, key=len, reverse=True)))
_TWICE = "|".join(f"{letter}(?={letter})" for letter in "kstpcgdbz")
_SPELT = re.compile(rf"(?>{_TWICE}|{_SYLLABLE.pattern})++")  # atomic: "na" is never tried as n and a
"""No group within it: Python 3.11 loses the span of one that an atomic group gives up, and fails."""
_DOUBLED = re.compile(r"([kstpcgdbz])(?=\1)")


def is_romaji(text: str) -> bool:
    """Say whether ``text`` is Japanese in Latin letters: a word that only Japanese has, and another or a particle."""
    found = [word.lower() for word in _WORD.findall(text)]
    telling = sum(word in _TELLING for word in found)
    return telling > 1 or (telling == 1 and any(word in _PARTICLES for word in found))


def kana(text: str, known: Container[str]) -> str:
    """Return ``text`` with its Japanese words as they are written; words of ``known`` and the shortest stay."""
    return _WORD.sub(lambda match: _spelt(match.group(), known), text)


def _spelt(word: str, known: Container[str]) -> str:
    lowered = word.lower()
    native = lowered in _TELLING or lowered in _PARTICLES
    if not native and (len(word) < 4 or lowered in known) or not _SPELT.fullmatch(lowered):
        return word
    spelt = _SYLLABLE.sub(lambda match: _KANA[match.group()], _DOUBLED.sub("っ", lowered))
    return _TELLING.get(lowered) or ("は" if lowered == "wa" else spelt)
