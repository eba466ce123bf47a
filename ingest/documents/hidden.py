"""Characters that nobody sees: left out of what is searched, and said so."""

from __future__ import annotations

import re
from collections.abc import Iterable

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_QUIET = "\ufe0e\ufe0f\u200d\x0c\xad\x1b\x85"
"""Marks of honest texts: emoji, page breaks, hyphenation, terminals. Left out too, but not worth a note."""
_SHOWN = 5


def visible(text: str) -> str:
    """Return ``text`` without invisible and direction characters; tabs and line ends stay, in number and place."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def has_invisible(text: str) -> bool:
    """Say whether ``text`` holds a character that :func:`visible` takes out."""
    return _INVISIBLE.search(text) is not None


def invisible_note(lines: Iterable[str]) -> list[str]:
    """Return a note on the invisible characters of ``lines``, or nothing."""
    places: list[int] = []
    total = 0
    for number, line in enumerate(lines, 1):
        if line.isascii() and line.isprintable():
            continue
        found = sum(1 for match in _INVISIBLE.findall(line) if match not in _QUIET)
        total += found
        if found:
            places.append(number)
    if not total:
        return []
    return [f"{total} invisible characters (zero width, direction, control) left out, on {spoken(places)}"]


def spoken(lines: list[int]) -> str:
    """Return "line 3" or "lines 3, 9, 12 and 40 more"."""
    shown = ", ".join(map(str, lines[:_SHOWN]))
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"
