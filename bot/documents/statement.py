"""Statements: sentences with their content words, the releases they name and the values they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot import text
from bot.releases import named

LEAST = 7.0
"""Weight of the words that two statements must share: a few common words are no common subject."""
_END = re.compile(r"(?<=[。！？])|(?<=[a-z0-9)`\"'][.!?])\s+(?=[A-Z])|\n")
_NUMBER = re.compile(r"(?<![\w.:/-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w:/-]|\.\d)")
_NUMBER_JA = re.compile(r"(?<![A-Za-z0-9.:/-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![A-Za-z0-9:/-]|\.\d)")
_BEFORE = re.compile(r"([A-Za-z][A-Za-z-]*|[\u30a1-\u30ff\u3400-\u9fff]+)[ :=は]{0,3}$")
_AFTER = re.compile(r"^[ ]?(%|[A-Za-z][A-Za-z-]*|[\u30a1-\u30ff\u3400-\u9fff]+)")
_COUNT = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_SPELT = {word: value for value, word in enumerate(_COUNT.split("|"), 2)}
_SPELT_OUT = re.compile(rf"\b({_COUNT})\b", re.IGNORECASE)
_NAMES = (
    "step|steps|requirement|example|figure|table|number|version|release|outlook|exchange|windows|status|error|code|id"
)
_NAMES_JA = "手順|条件|図|表|例|番号|リリース|バージョン|要件|ステータス|エラー|コード"
_LABELS = frozenset((*_NAMES.split("|"), *_NAMES_JA.split("|")))
"""Words whose numbers name a thing and measure nothing."""

_SAME = {"既定": "デフォルト", "初期": "デフォルト", "activ": "enabl", "turn": "enabl"}
_EMPTY = frozenset(
    ("sinc", "releas", "version", "from", "リリース", "バージョン", "より", "以降", "以後", "注", "note")
)
"""Words that say nothing of what a statement is about, once the release beside them is known."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence: ``words`` are its content tokens without numbers, ``values`` (what is counted, number)."""

    words: frozenset[str]
    releases: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


@lru_cache(maxsize=5_000)
def statements(prose: str) -> tuple[Statement, ...]:
    """Return the sentences of ``prose``."""
    return tuple(_statement(sentence) for sentence in _END.split(prose) if sentence and sentence.strip())


def _statement(sentence: str) -> Statement:
    plain = text.normalise(sentence).rstrip(" .")
    releases = tuple(dict.fromkeys(".".join(map(str, release)) for release in named(plain)))
    words = {_SAME.get(word, word) for word in text.tokens(plain) if not word[0].isdigit() and word not in _SPELT}
    if "mapi" in words and words & {"encrypt", "暗号"}:
        words = words - {"mapi", "encrypt", "暗号"} | {"emapi"}
    return Statement(frozenset(words) - _EMPTY, releases, tuple(dict.fromkeys(_values(plain))))


def _values(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield each number with the word before it and with the word behind it, where those name what is counted."""
    digits = _SPELT_OUT.sub(lambda match: str(_SPELT[match[1].lower()]), sentence)
    for match in (_NUMBER if text.language(digits) == "en" else _NUMBER_JA).finditer(digits):
        number = match[1].replace(",", "")
        before, after = (
            _BEFORE.search(digits[max(0, match.start() - 60) : match.start()]),
            _AFTER.search(digits[match.end() :][:60]),
        )
        for side, found in (("<", before), (">", after)):
            word = found[1].lower() if found else ""
            if word and word not in _LABELS and text.tokens(word):
                yield side + "".join(text.tokens(word)[:2]), number


def alike(one: Statement, other: Statement, weigh: Callable[[str], float]) -> float:
    """Return the share (0 to 1) of the lighter statement's weight that both hold; 0 where that is too little."""
    shared = sum(weigh(word) for word in one.words & other.words)
    if shared < LEAST:
        return 0.0
    return shared / min(sum(map(weigh, one.words)), sum(map(weigh, other.words)))


def value_clash(own: Statement, other: Statement, around: Sequence[Statement]) -> tuple[str, str] | None:
    """Return (own value, the other's) where both count the same thing differently, or None.

    No clash where any statement ``around`` gives the own value too, or where the own statement gives the other's.
    """
    said = {number for statement in around for _, number in statement.values}
    mine = {number for _, number in own.values}
    for what, number in own.values:
        for same, value in other.values:
            if what == same and float(number) != float(value) and number not in said and value not in mine:
                return number, value
    return None
