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
_AFTER = re.compile(r"^[ ]?(?:[つ個件][ ]?の?[ ]?)?(%|[A-Za-z][A-Za-z-]*|[\u30a1-\u30ff\u3400-\u9fff]+)")
_COUNT = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_SPELT = {word: value for value, word in enumerate(_COUNT.split("|"), 2)}
_SPELT_OUT = re.compile(rf"\b({_COUNT})\b", re.IGNORECASE)
_NAMES = (
    "step|steps|requirement|example|figure|table|number|version|release|outlook|exchange|windows|status|error|code|id"
)
_NAMES_JA = "手順|条件|図|表|例|番号|リリース|バージョン|要件|ステータス|エラー|コード"
_LABELS = frozenset((*_NAMES.split("|"), *_NAMES_JA.split("|")))
"""Words whose numbers name a thing and measure nothing."""

_SAME = {
    "既定": "デフォルト", "初期": "デフォルト", "activ": "有効", "turn": "有効", "requir": "条件", "要件": "条件",
    "コンディション": "条件", "add": "追加", "enabl": "有効",
}  # fmt: skip
_MAPPER = re.compile(r"(?i)\bms-endpo(?:int|rt)-?mapper\b|\bend ?point mapper\b|エンドポイント[ ・]?マッパー")
_SWITCHED = re.compile(r"(?i)\b(?:turn|switch)(?:e?s|ed|ing)? (on|off)\b")
_INFLECTED = re.compile(r"\b([A-Za-z]{3,20}?)(ies|es|s|ed|ing)\b")
_BASES = {"ies": ("y",), "es": ("e", ""), "s": ("",), "ed": ("e", ""), "ing": ("", "e")}
_BEGINS = re.compile(
    r"(?i)\b(?:from|since|start[a-z]{0,3}|begin[a-z]{0,5}|as of|onwards?|later|new|add(?:ed)?|introduced?|arrived?|"
    r"became|before|until|first)\b|以降|以後|から|追加|導入|対応|始ま|より|なりま|なった|まで|前"
)
_EVENT = re.compile(
    r"(?i)\b(?:we|our|ours|us|my|was|were|had|saw|failed|ran|runs?|[a-z]{3,20}ed [0-9]+)\b|"
    r"ました|でした|当社|弊社|拠点|先週"
)
_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{1,20}(?![A-Za-z0-9])")
_ABSENT = re.compile(r"(?i)\b(?:no|not|without|missing|lacks?|absent)\b|ない|ありません|無い|無し|なし|欠け")
_EMPTY = frozenset(
    ("sinc", "releas", "version", "from", "リリース", "バージョン", "より", "以降", "以後", "注", "note")
)
"""Words that say nothing of what a statement is about, once the release beside them is known."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence: ``words`` are its content tokens without numbers, ``values`` (what is counted, number).

    ``absent`` says that it speaks of something that is not there, ``event`` that it tells what happened once, not from
    when on something holds; ``capitals`` are the words written in capitals.
    """

    words: frozenset[str]
    releases: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    absent: bool = False
    event: bool = False
    capitals: frozenset[str] = frozenset()


@lru_cache(maxsize=5_000)
def statements(prose: str) -> tuple[Statement, ...]:
    """Return the sentences of ``prose``."""
    return tuple(_statement(sentence) for sentence in _END.split(prose) if sentence and sentence.strip())


def _statement(sentence: str) -> Statement:
    plain = text.normalise(sentence).rstrip(" .")
    releases = tuple(dict.fromkeys(".".join(map(str, release)) for release in named(plain)))
    plain = _INFLECTED.sub(_base, _SWITCHED.sub(r"\1", _MAPPER.sub("epmapper", plain)))
    words = {_same(word) for word in text.tokens(plain) if not word[0].isdigit() and word not in _SPELT}
    if "mapi" in words and words & {"encrypt", "暗号"}:
        words = words - {"mapi", "encrypt", "暗号"} | {"emapi"}
    values = tuple(dict.fromkeys(_values(plain)))
    words -= _EMPTY
    capitals = words & {token for word in _CAPITALS.findall(plain) for token in text.tokens(word)}
    absent = _ABSENT.search(plain) is not None
    event = _EVENT.search(sentence) is not None and not _BEGINS.search(sentence)
    return Statement(frozenset(words), releases, values, absent, event, frozenset(capitals))


def _base(match: re.Match[str]) -> str:
    """Return the word that an English one is a form of, where the dictionary of loan words knows that alone."""
    for ending in _BASES[match[2].lower()]:
        if any(not token.isascii() for token in text.tokens(match[1] + ending)):
            return match[1] + ending
    return match[0]


def _same(word: str) -> str:
    return _SAME.get(word, word)


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
            if word and (tokens := text.tokens(word)) and (side == ">" or word not in _LABELS):
                yield side + "".join(map(_same, tokens[-1:] if side == "<" else tokens[:2])), number


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
