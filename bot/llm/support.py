"""Does a sentence stand on its sources? The rule of the evals: token containment, exact tokens, whole commands.

The evals keep a copy of their own, so that a fault here cannot hide itself there; a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SHARE = 0.75
"""Share of a sentence's content tokens that its sources must hold."""

_LINK = re.compile(r"\[([^\]]{1,200})\]\([a-z0-9-]{1,80}\.md\)")
_WORD = re.compile(r"[a-z0-9%][a-z0-9%._:/-]*|[\u3040-\u30ff\u3400-\u9fff]+")
_EXACT = re.compile(r"\S*[0-9]\S*|%\S+")
_STOP = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "if", "in", "is", "it", "of", "on", "or", "that",
     "the", "then", "this", "to", "with")
)  # fmt: skip
_SENTENCE = re.compile(r"[。！？]|[.;!?](?=[ \t])")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")
_CHARACTER = r"[\u30a1-\u30ff\u3400-\u9fff]"
_LONE = re.compile(rf"(?<!{_CHARACTER}){_CHARACTER}(?!{_CHARACTER})")
_SPAN = re.compile(r"`[^`\n]{1,300}`")


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``, code spans whole; a part after a semicolon counts as one."""
    prose = _SPAN.sub(lambda span: "\x00" * len(span[0]), text)
    ends = [match.end() for match in _SENTENCE.finditer(prose)]
    parts = [text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [part for part in parts if part]


def without_endings(text: str) -> str:
    """Return ``text`` without its hiragana and the stems it leaves alone: a polite ending claims nothing."""
    return _LONE.sub(" ", _HIRAGANA.sub(" ", text))


def supported(text: str, commands: Iterable[str], sources: Iterable[str]) -> bool:
    """Say whether the union of ``sources`` supports ``text`` and holds every one of ``commands`` as a line."""
    joined = "\n".join(sources)
    tokens = _content(text)
    if tokens and len(tokens & _content(joined)) / len(tokens) < SHARE:
        return False
    lines = {line.strip() for line in joined.splitlines()}
    return _exact(text) <= _exact(joined) and all(command in lines for command in commands)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _LINK.sub(r"\1", text)).casefold()


def _content(text: str) -> set[str]:
    found: set[str] = set()
    for piece in _WORD.findall(_plain(text)):
        if not piece.isascii():
            found.update(piece[i : i + 2] for i in range(max(1, len(piece) - 1)))
        elif (word := piece.strip(".:/-")) and word not in _STOP:
            found.add(word)
    return found


def _exact(text: str) -> set[str]:
    words = {piece.strip(".:/-") for piece in _WORD.findall(_plain(text))}
    return {word for word in words if _EXACT.fullmatch(word) or word == "no"}
