"""Text as retrieval sees it: one spelling, one language, tokens that keep identifiers whole."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.commands import expand
from bot.romaji import is_romaji

if TYPE_CHECKING:
    from sudachipy import Tokenizer

TOKENIZER_VERSION = "6"
"""Part of the index version: raise it whenever the tokens of a text change."""

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_HIRAGANA_OR_KANJI = re.compile(r"[\u3041-\u309f\u3400-\u9fff]")
_KATAKANA_WORD = re.compile(r"[\u30a1-\u30ff]+")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_PIECE = re.compile(r"%?[a-z0-9]+(?:[-_./:][a-z0-9]+)*|[^\sa-z0-9]+")
_PART = re.compile(r"[a-z]+|[0-9]+")
_KEPT = {"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞"}
_STOP = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())


def normalise(text: str) -> str:
    """Return ``text`` in NFKC without control characters, NULs and lone surrogates.

    NFKC is also what keeps the bundled model from overflowing (U+FDFA), so every text passes here.
    """
    return _UNSAFE.sub(" ", unicodedata.normalize("NFKC", _UNSAFE.sub(" ", text)))


def language(text: str, default: Literal["ja", "en"] = "en") -> Literal["ja", "en"]:
    """Say in which of the two languages a person wrote ``text``; any kana or kanji make it Japanese, and romaji do."""
    if _JAPANESE.search(text) or is_romaji(text):
        return "ja"
    return "en" if _LATIN_WORD.search(text) else default


def spelt_out(text: str) -> str:
    """Return a text typed in katakana alone, as on old terminals, with its kana as hiragana.

    Loan words of the field stay in katakana, for the dictionary knows them only so.
    """
    if _HIRAGANA_OR_KANJI.search(text) or not _KATAKANA_WORD.search(text):
        return text
    return _KATAKANA_WORD.sub(lambda match: _native(match.group()), text)


def _native(word: str) -> str:
    if len(word) > 1 and all(not m.is_oov() and m.part_of_speech()[0] == "名詞" for m in _sudachi().tokenize(word)):
        return word
    return "".join(chr(ord(c) - 0x60) if "\u30a1" <= c <= "\u30f6" else c for c in word)


def tokens(text: str) -> list[str]:
    """Return the keyword tokens of ``text``, in order, with repeats.

    Identifiers (ids, addresses, file names, versions) stay whole and give their parts as well;
    Japanese and common words come in Sudachi's normalized form, so that server and サーバ meet; English
    words are stemmed; "no" is kept; a command, abbreviated or not, adds itself as one token.
    """
    lowered = normalise(text).lower()
    pieces = [match.group() for match in _PIECE.finditer(lowered)]
    found: list[str] = []
    for piece in pieces:
        found.extend(_latin(piece) if piece[0] == "%" or piece[0].isascii() else _japanese(piece))
    found.extend(f"command:{full}" for _, full in expand(pieces))
    found.extend(f"no {after}" for before, after in zip(pieces, pieces[1:], strict=False) if before == "no")
    return found


@lru_cache(maxsize=50_000)
def _latin(piece: str) -> tuple[str, ...]:
    if not any(c.isalnum() for c in piece) or piece in _STOP:
        return ()
    parts = _PART.findall(piece)
    if len(parts) == 1:
        return (_word(piece),)
    words = [_word(part) for part in parts if part not in _STOP and (len(part) > 2 or part.isalpha())]
    return (piece, *words) if _is_identifier(piece) else tuple(words)


def _is_identifier(piece: str) -> bool:
    return any(mark in piece for mark in "-_./:%") or piece.isalnum()


def _word(word: str) -> str:
    if not word.isascii() or word.isdigit() or len(word) < 3:
        return word
    joined = _normal_form(word)
    return joined if _JAPANESE.search(joined) else _stemmer().stemWord(word)


@lru_cache(maxsize=50_000)
def _japanese(piece: str) -> tuple[str, ...]:
    found = []
    for start in range(0, len(piece), 10_000):
        for morpheme in _sudachi().tokenize(piece[start : start + 10_000]):
            form = morpheme.normalized_form().lower()
            if morpheme.part_of_speech()[0] in _KEPT and form not in _STOP:
                found.append(form)
    return tuple(found)


@lru_cache(maxsize=50_000)
def is_known_word(word: str) -> bool:
    """Say whether the dictionary knows ``word`` as one word, whatever its language."""
    morphemes = _sudachi().tokenize(word)
    return len(morphemes) == 1 and not morphemes[0].is_oov()


def _normal_form(word: str) -> str:
    return "".join(morpheme.normalized_form() for morpheme in _sudachi().tokenize(word))


_local = threading.local()


def _sudachi() -> Tokenizer:
    """Return this thread's tokenizer; one tokenizer must not serve two threads at once."""
    if not hasattr(_local, "tokenizer"):
        from sudachipy import SplitMode

        _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    return _local.tokenizer


@cache
def _dictionary() -> Any:  # noqa: ANN401 (sudachipy has no types)
    from sudachipy import Dictionary

    return Dictionary(dict="core")


@cache
def _stemmer() -> Any:  # noqa: ANN401 (snowballstemmer has no types)
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def forget() -> None:
    """Let go of the words whose tokens are held; a run of Japanese is a whole sentence at times."""
    for held in (_latin, _japanese, is_known_word):
        held.cache_clear()


def warm_up() -> None:
    """Load the dictionary, so that the first question does not wait for it."""
    tokens("暖機 warm up")
