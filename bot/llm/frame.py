"""The frame of a sentence: its words with what stands between them and says who does what to whom, when and if.

In English these are the function words; in Japanese what follows each word: particle, voice, tense, denial, request.
Only articles, politeness and ways to say "look" are left out. Two texts in the same frame say the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot import text
from bot.llm.words import plain_tokens
from kb.schema import Language

OWN, SPAN = "\ue001", "\ue000"
"""How code stands in what is framed: a command of the step that is only named beside, and any other span."""

_MARK = re.compile(r"[^\w\s.,;:'\u2019、。・\ue000\ue001]")
_WORD = re.compile(rf"[a-z]+|{SPAN}")
_LOOKING = "see|check|list|show|display|view|verify|find|read|look|confirm|identify"
_NEUTRAL = re.compile(
    rf"\b(?:run|use|using|type|enter)(?: the)?(?: command)? [{OWN}{SPAN}]|\b(?:list|output) of\b|"
    rf"\blook(?:ing)? (?:at|into)\b|\btoo(?=[.,;])|\bto (?=(?:{_LOOKING})\b)|\b(?:has|have|had) (?=been\b|[a-z]+ed\b)"
)
_FREE = frozenset(("a", "an", "the", "do", "does", "did", "please", "see", "shown", "also"))
_LEADING = ("first", "next", "now")
_ACTING = frozenset(("run", "use", "using", "type", "enter", *_LEADING))
_CLASS = dict.fromkeys(("am", "is", "are", "was", "were", "be", "been", "being"), "be") | {"then": "and", "but": "and"}
_AND_THEN = re.compile(r"\band then\b")

_PARTICLES = frozenset(
    ("が", "は", "も", "を", "に", "へ", "と", "で", "の", "か", "や", "から", "まで", "より", "には", "では", "とは",
     "からは", "までは", "へは", "にも", "でも", "とも", "での", "との", "への", "からの", "までの", "として",
     "について", "による", "によって", "において")
)  # fmt: skip
_OWN_RUN = re.compile(
    rf"{OWN}(?:コマンド)?(?:[をで](?:(?:実行|使用|利用|使|用い|入力)[ぁ-ん]{{0,8}})?)?、?|"
    r"(?:^|(?<=[。、]))(?:まず|次に|続いて|続けて)、?"
)
_PIECE = re.compile(
    rf"(確認|表示|一覧|見つけ|見|調べ|読み取|読|ご覧|把握)|(使用|利用|使|用い)|([々一-鿿ァ-ヶーa-z0-9{SPAN}]+?)"
    r"(?=確認|表示|一覧|見つけ|調べ|読み取|ご覧|把握|使用|利用|[^々一-鿿ァ-ヶーa-z0-9{SPAN}]|$)|([ぁ-ん]+)"
)
_STEM = re.compile(r"^(?:[しきぎちにびみりいっん](?=[てでただま])|[かがさたなばまらわし](?=な[いくけか]|[ずぬれせ]))")
_ENDING = re.compile(r"(?:ましょう|ます|てください|て下さい|でください|て|る)$")
_VOWEL = re.compile(r"^[しすくぐうつぬぶむるきぎちにびみり]$")
_AFTER_LOOKING = frozenset(("", "を", "に", "の", "で", "と", "が", "は"))


def frame(part: str, language: Language, beside: Collection[str]) -> list[str]:
    """Return the frame of ``part``, its code as OWN and SPAN; ``beside`` are the words of the guide's own sentence."""
    return _marks(part) + list(_japanese(part) if language == "ja" else _english(part, beside))


def words(part: str) -> frozenset[str]:
    """Return the English words of ``part``."""
    return frozenset(_WORD.findall(part.lower()))


def _marks(part: str) -> list[str]:
    """Return all marks but those of a sentence: brackets, quotes, signs, question marks."""
    return _MARK.findall(part)


def _english(part: str, beside: Collection[str]) -> Iterator[str]:
    prose = _NEUTRAL.sub(" ", _AND_THEN.sub("and", part.lower()))
    for word in _WORD.findall(prose):
        if word in _ACTING:
            if word not in _LEADING or word in beside:
                yield word
        elif word not in _FREE:
            tokens = text.tokens(word) or [_CLASS.get(word, word)]
            yield from (token for token in tokens if token not in plain_tokens())


def _japanese(part: str) -> Iterator[str]:
    """Yield each word with what follows it; of a word for looking, only what turns it."""
    bare = _OWN_RUN.sub("", re.sub(r"\s", "", text.normalise(part).lower()))
    looking, last = False, ""
    for found in _PIECE.finditer(bare):
        looks, uses, word, run = found.groups()
        if run is None:
            yield from ("を" if looks and last == "の" else last,) if last else ()
            yield from () if looks else ("使" if uses else word,)
            looking, last = looks is not None, ""
            continue
        said = _ending(run)
        last = "" if looking and said in _AFTER_LOOKING else said or "・"
        looking = False
    if last:
        yield last


def _ending(run: str) -> str:
    """Return ``run`` without what only makes it polite, a request or a form that goes on."""
    if run in _PARTICLES:
        return run
    bare = _STEM.sub("", run).replace("ました", "た").replace("ません", "ない")
    return _VOWEL.sub("", _ENDING.sub("", bare))
