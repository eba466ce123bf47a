"""WAAS releases as people and articles write them: "5.0.3", "4.x", "4.1.3+"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RELEASE = re.compile(r"(?<![\d.])([4-6])\.(\d{1,2})(?:\.(\d{1,2}))?[a-z]?(?!\d|\.\d|\s*%)")
_SPELT = re.compile(r"(?<![\d.])([4-6]\.(?:\d{1,2}(?:\.(?:\d{1,2}|[xX]))?|[xX]))[a-z]?(?![A-Za-z0-9]|\.\d|\s*%)")
Release = tuple[int, int, int]


def named(text: str) -> list[Release]:
    """Return the releases that ``text`` names, in order; addresses and percentages are none."""
    return [(int(a), int(b), int(c or 0)) for a, b, c in _RELEASE.findall(text)]


def applies(release: Release, ranges: Sequence[str]) -> bool:
    """Say whether ``release`` lies in one of ``ranges`` ("4.1.3+" is from there on, "4.1.5" only that)."""
    for item in ranges:
        bounds = named(item)
        if bounds and (release >= bounds[0] if item.endswith("+") else release == bounds[0]):
            return True
    return not ranges


def mismatch(question: str, ranges: Sequence[str]) -> str | None:
    """Return the first release that ``question`` names, as it is spelt, when none of those it names lies in ``ranges``.

    "4.1" and "4.x" stand for every release that begins so.
    """
    asked = _spelt(question)
    if not asked or any(_overlaps(first, last, ranges) for _, first, last in asked):
        return None
    return asked[0][0]


def _spelt(text: str) -> list[tuple[str, Release, Release]]:
    """Return the releases that ``text`` names, each with the first and the last that it may stand for."""
    found = []
    for match in _SPELT.finditer(text):
        given = [int(part) for part in match[1].split(".") if part.isdigit()]
        (a, b, c), (d, e, f) = ((given + [rest] * 3)[:3] for rest in (0, 99))
        found.append((match[1], (a, b, c), (d, e, f)))
    return found


def _overlaps(first: Release, last: Release, ranges: Sequence[str]) -> bool:
    bounds = [(named(item)[0], item.endswith("+")) for item in ranges if named(item)]
    return not ranges or any(last >= low if onward else first <= low <= last for low, onward in bounds)
