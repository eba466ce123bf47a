"""WAAS releases as people and articles write them: "5.0.3", "4.1.3+"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RELEASE = re.compile(r"(?<![\d.])([4-6])\.(\d{1,2})(?:\.(\d{1,2}))?[a-z]?(?![\d.]|\s*%)")
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
    """Return the first release that ``question`` names when none of those it names lies in ``ranges``."""
    asked = named(question)
    if not asked or any(applies(release, ranges) for release in asked):
        return None
    return ".".join(map(str, asked[0]))
