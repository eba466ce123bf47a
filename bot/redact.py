"""Secrets that device output and questions carry are masked before anything is kept; addresses stay, they are evidence.

Rules look at a copy in which full-width signs and odd spaces are plain ones, sign for sign, so that offsets agree,
and only near the signs by which a form is known: most device output holds none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.secretforms import FORMS, MASK, Form

__all__ = ["MASK", "redact", "storable"]

_ODD_SPACES = (0xA0, *range(0x2000, 0x200E), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF)
_PLAIN = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(_ODD_SPACES, " ")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_REST = re.compile(r"\n(?![ \t])[^\s\"'<>]{1,400}")
TERMINALS = frozenset({79, 80, 100, 120, 132})
MAIL = range(70, 77)
NAME = 32
"""Characters on each side of a sign that hold the name that it is part of."""
WIDEST = 134
"""Widths at which a line is cut in the middle of a word, and how far back its beginning is looked for."""


def redact(text: str) -> str:
    """Return ``text`` with passwords, communities, keys and hashes masked, fit to be stored and parsed.

    What cannot be stored (NUL, lone surrogates) becomes U+FFFD. Nothing else changes.
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    plain = text if text.isascii() else text.translate(_PLAIN)
    low = plain.lower()
    for form in FORMS:
        kept, plain_kept, done = [], [], 0
        for start, end in _near(plain, low, form):
            part, plain_part = _applied(form.rules, text[start:end], plain[start:end])
            kept += [text[done:start], part]
            plain_kept += [plain[done:start], plain_part]
            done = end
        if done:
            text, plain = "".join([*kept, text[done:]]), "".join([*plain_kept, plain[done:]])
            low = plain.lower()
    return text


def _near(plain: str, low: str, form: Form) -> Iterator[tuple[int, int]]:
    """Yield where in a text a form may stand, in order and apart."""
    if not form.signs or len(low) != len(plain):
        yield 0, len(plain)
        return
    start = end = -1
    for place in sorted(_places(plain, low, form)):
        if end < 0 or place - form.before > end:
            if end >= 0:
                yield start, end
            start = max(0, place - form.before)
        end = place + form.after
    if end >= 0:
        yield start, min(end, len(plain))


def _places(plain: str, low: str, form: Form) -> Iterator[int]:
    """Yield where the signs of a form stand."""
    for sign in form.signs:
        place = low.find(sign)
        while place >= 0:
            if not form.core or form.core.search(plain, max(0, place - NAME), place + NAME):
                yield place
            place = low.find(sign, place + 1)


def _applied(rules: tuple[re.Pattern[str], ...], text: str, plain: str) -> tuple[str, str]:
    """Return a text and its plain copy with all masked that ``rules`` find in the copy."""
    for rule in rules:
        spans = [(match.end(1), _whole(plain, match.end())) for match in rule.finditer(plain)]
        if spans:
            text, plain = _masked(text, spans), _masked(plain, spans)
    return text, plain


def _whole(plain: str, end: int) -> int:
    """Return where a secret ends that was cut at ``end`` by a terminal's width, or by a mail's soft line break."""
    if plain[end : end + 1] != "\n":
        return end
    width = end - plain.rfind("\n", max(0, end - WIDEST), end) - 1
    cut = width in TERMINALS or (plain[end - 1] == "=" and width in MAIL)
    found = _REST.match(plain, end) if cut else None
    return found.end() if found else end


def storable(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Return JSON from outside with U+FFFD in every text for what cannot be stored."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    return {storable(key): storable(item) for key, item in value.items()} if isinstance(value, dict) else value


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], MASK]
            done = end
    return "".join([*pieces, text[done:]])
