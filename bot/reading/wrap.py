"""Join the lines that a terminal broke at its width, in the middle of a word if need be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from bot.reading.view import Edits, View

_NARROWEST = 30
_SAMPLE = 400
_MOST = 5
_WIDEST = 260
_USUAL = frozenset({40, 48, 60, 64, 72, 76, 78, 79, 80, 96, 100, 120, 128, 132, 160})


def rejoined(view: View, before: str, starts: re.Pattern[str]) -> Iterator[tuple[View, bool]]:
    """Yield a view for each width that the lines of ``view`` may have been broken at.

    The second value says whether the width itself speaks for it: a usual one, or met twice.
    ``before`` is the text before quotes and stamps were taken off its lines: a line may have been
    as wide as the terminal with them or without. A line that matches ``starts`` is never joined to
    the one before it.
    """
    carriage = "\r\n" in view.raw
    lines = view.text.split("\n")
    sizes = _sizes(lines, carriage)
    paged = any(sign in view.raw for sign in _PAGER)
    seen: set[tuple[int, ...]] = set()
    for lengths in (sizes, _sizes(before.split("\n"), carriage) if before != view.text else []):
        for width in _widths(lengths if len(lengths) == len(sizes) else []):
            broken = _broken([i for i, size in enumerate(lengths) if size == width], lines, sizes, starts, paged)
            if broken and tuple(broken) not in seen and len(seen) < _MOST:
                seen.add(tuple(broken))
                yield _joined(view, lines, sizes, broken), len(broken) > 1 or width in _USUAL


def _sizes(lines: Sequence[str], carriage: bool) -> list[int]:
    """Return the lines' lengths, without the blank that stands for a carriage return."""
    if not carriage:
        return list(map(len, lines))
    return [len(line) - line.endswith(" ") for line in lines]


def _widths(lengths: Sequence[int]) -> list[int]:
    """Return the widths at which a terminal may have broken lines, the most frequent first.

    Of a terminal's lines hardly any is longer than its width: a greeting around them may be.
    """
    counts = Counter(lengths)
    longer, fit = 0, []
    for width in sorted(counts, reverse=True):
        if width < _NARROWEST or longer > 2 + max(counts.values()):
            break
        if width <= _WIDEST and longer <= 2 + counts[width]:
            fit.append(width)
        longer += counts[width]
    often = sorted(fit, key=lambda width: -counts[width])[:3]
    return list(dict.fromkeys([*often, *fit[:5]]))


def _broken(
    full: Sequence[int], lines: Sequence[str], sizes: Sequence[int], starts: re.Pattern[str], paged: bool
) -> list[int]:
    """Return which of the ``full`` lines go on in the next; a pager may have left an empty one between."""
    found = []
    for count, i in enumerate(full):
        after = i + 1
        if paged and after < len(lines) - 1 and not lines[after].strip():
            after += 1
        if after < len(lines) and _cuts(lines[i], sizes[i], lines[after], starts):
            found.append(i)
        if count == _SAMPLE and not found:
            break
    return found


_PAGER = ("ore-", "ore -", "ore\u2014", "ore\u2013", "ore\uff0d", "skipping")
_WHOLE = re.compile(r"[-=]{3}$")
_HALF = re.compile(r"[A-Za-z0-9][-/_]$|<-*$|%[A-Z][A-Z0-9-]{0,40}$")


def _cuts(line: str, size: int, following: str, starts: re.Pattern[str]) -> bool:
    """Whether the break after ``line`` may lie within a word."""
    line = line[:size]
    if size < _NARROWEST or not following.strip() or line.endswith(" ") or following.startswith(" "):
        return False
    if _WHOLE.search(line) and following[0] not in "-=":
        return False
    return _HALF.search(line) is not None or not starts.match(following)


def _joined(view: View, lines: Sequence[str], sizes: Sequence[int], broken: Sequence[int]) -> View:
    offsets = [0, *accumulate(len(line) + 1 for line in lines)]
    starts = [offsets[i] + sizes[i] for i in broken]
    ends = [offsets[i + 1] if lines[i + 1].strip() else offsets[i + 2] for i in broken]
    parts, done = [], 0
    for start, end in zip(starts, ends, strict=True):
        parts.append(view.text[done:start])
        done = end
    return view.then("".join([*parts, view.text[done:]]), Edits(starts, ends, [0] * len(starts)))
