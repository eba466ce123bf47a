"""Does a text stand on its sources? Token containment, and every number, identifier and command exactly.

Deliberately independent of the product's own tokens: a fault there must not hide itself here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

SHARE = 0.75
"""Share of a step's content tokens that its cited sections must hold."""

_LINK = re.compile(r"\[([^\]]{1,200})\]\([a-z0-9-]{1,80}\.md\)")
_FENCE = re.compile(r"^[ \t>]*(`{3,})[^\n`]*\n(.*?)^[ \t>]*\1`*[ \t]*$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)")
_WORD = re.compile(r"[a-z0-9%][a-z0-9%._:/-]*|[\u3040-\u30ff\u3400-\u9fff]+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")
_CHARACTER = r"[\u30a1-\u30ff\u3400-\u9fff]"
_LONE = re.compile(rf"(?<!{_CHARACTER}){_CHARACTER}(?!{_CHARACTER})")
_EXACT = re.compile(r"\S*[0-9]\S*|%\S+")
_STOP = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "if", "in", "is", "it", "of", "on", "or", "that",
     "the", "then", "this", "to", "with")
)  # fmt: skip


def plain(text: str) -> str:
    """Return ``text`` in NFKC and case-folded: the form in which strings are looked for."""
    return unicodedata.normalize("NFKC", text).casefold()


def contains(text: str, wanted: str) -> bool:
    """Say whether ``wanted`` stands in ``text``, whatever the case, the width and the line breaks."""
    return _squeezed(wanted) in _squeezed(text)


@lru_cache(maxsize=4_096)
def _squeezed(text: str) -> str:
    return " ".join(plain(text).split())


@lru_cache(maxsize=20_000)
def content_tokens(text: str) -> frozenset[str]:
    """Return the content of ``text``: Latin words and identifiers, and pairs of Japanese characters."""
    found: set[str] = set()
    for piece in _WORD.findall(plain(_LINK.sub(r"\1", text))):
        if not piece.isascii():
            found.update(piece[i : i + 2] for i in range(max(1, len(piece) - 1)))
        elif (word := piece.strip(".:/-")) and word not in _STOP:
            found.add(word)
    return frozenset(found)


def exact_tokens(text: str) -> set[str]:
    """Return what may not differ by one character: numbers, releases, addresses, message ids, "no"."""
    words = {piece.strip(".:/-") for piece in _WORD.findall(plain(_LINK.sub(r"\1", text)))}
    return {word for word in words if _EXACT.fullmatch(word) or word == "no"}


def supported(text: str, commands: Iterable[str], sources: Iterable[str]) -> bool:
    """Say whether the union of ``sources`` supports ``text`` and holds every one of ``commands``."""
    joined = "\n".join(sources)
    tokens, held = content_tokens(text), content_tokens(joined)
    if tokens and len(tokens & held) / len(tokens) < SHARE:
        return False
    return exact_tokens(text) <= exact_tokens(joined) and all(command in lines(joined) for command in commands)


def without_endings(text: str) -> str:
    """Return ``text`` without its hiragana and the stems it leaves alone: a polite ending claims nothing."""
    return _LONE.sub(" ", _HIRAGANA.sub(" ", text))


def lines(text: str) -> set[str]:
    """Return the lines of ``text`` without their margins."""
    return {line.strip() for line in text.splitlines()}


def fenced(markdown: str) -> list[str]:
    """Return the lines that stand in code fences of ``markdown``, without their margins."""
    found = [line.strip() for _, body in _FENCE.findall(markdown) for line in body.splitlines()]
    return [line for line in found if line]


def spans(markdown: str) -> list[str]:
    """Return the code spans of ``markdown`` that stand outside fences."""
    return [span.strip() for span in _SPAN.findall(_FENCE.sub("", markdown)) if span.strip()]
