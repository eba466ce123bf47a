"""Text with its white space and quotation marks taken out, and the way back to the original offsets.

A log that was wrapped in the middle of words, flattened to one line or marked up in a wiki is the
same text once it is squeezed, so one plain pattern reads every such copy in linear time.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from functools import lru_cache
from itertools import accumulate

_RUN = re.compile("[^\\s'\"`\u2018\u2019\u201c\u201d\u200b\u200c\u200d\u2060\ufeff\u00ad]+")
_MARKS = re.compile("'{2,}|[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_FRESH = re.compile(r" {0,9}(?:\d\d/\d\d/\d{4}|\d{4}[-/]\d\d[-/]\d\d|(?:\d{4} )?[A-Z][a-z]{2} {1,2}[A-Z\d])")
_DIGITS_ONLY = re.compile(r"\n[0-9]{1,4}(?=\n|\Z)")
_COMMON_WIDTHS = frozenset({40, 60, 64, 72, 76, 78, 79, 80, 100, 120, 132, 160})


def squeeze_literal(text: str) -> str:
    """Return ``text`` as it stands in a squeezed text."""
    return "".join(_RUN.findall(text))


@lru_cache(maxsize=1)
def squeezed(text: str) -> Squeezed:
    """Return the squeezed form of a whole text; the readers of one paste share it."""
    return Squeezed(text)


class Squeezed:
    """Characters ``start`` to ``end`` of a source text without blanks; ``text`` is the result."""

    def __init__(self, source: str, start: int = 0, end: int | None = None) -> None:
        """Squeeze the slice; offsets that come back are those of ``source``."""
        self.source = source
        self._end = len(source) if end is None else end
        spans = [run.span() for run in _RUN.finditer(source, start, self._end)]
        parts = [source[low:high] for low, high in spans]
        self._starts = array("q", [low for low, _ in spans])
        self._counts = array("q", [0, *accumulate(map(len, parts))][: len(parts)])
        self.text = "".join(parts)
        self._width: int | None = None

    def at(self, index: int) -> int:
        """Return the source offset of squeezed character ``index``."""
        run = bisect_right(self._counts, index) - 1
        return self._starts[run] + index - self._counts[run]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span of squeezed characters ``start`` to ``end`` (not empty)."""
        return self.at(start), self.at(end - 1) + 1

    def inner(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span from ``start`` up to what follows ``end``, wiki marks trimmed off."""
        low = self.at(start)
        kept = self.source[low : self.at(end) if end < len(self.text) else self._end].rstrip()
        while kept.endswith("''"):
            bare = kept.rstrip("'")
            kept = (bare + "'" * (len(kept) - len(bare) == 4)).rstrip()
        return low, low + len(kept)

    def index(self, offset: int) -> int:
        """Return the first squeezed character at or after source ``offset``."""
        run = bisect_right(self._starts, offset) - 1
        if run < 0:
            return 0
        stop = self._counts[run + 1] if run + 1 < len(self._counts) else len(self.text)
        return min(self._counts[run] + offset - self._starts[run], stop)

    def cuts_word(self, newline: int) -> bool:
        """Tell whether the line that ends at ``newline`` was cut at the width of the screen."""
        width = self._wrap_width()
        fits = width > 0 and newline - self.source.rfind("\n", 0, newline) - 1 == width
        return fits and not _FRESH.match(self.source, newline + 1)

    def line_end(self, low: int, limit: int) -> int:
        """Return the end of the line that goes on at ``low``, wraps undone, ``limit`` at most."""
        if low >= limit:
            return limit
        stop = self.at(limit - 1)
        newline = self.source.find("\n", self.at(low - 1), stop)
        while newline >= 0 and self.cuts_word(newline):
            newline = self.source.find("\n", newline + 1, stop)
        return min(limit, self.index(newline)) if newline >= 0 else limit

    def number_end(self, low: int, end: int) -> int:
        """Return the end of the number that begins at ``low``: its first gap that is no wrap, or ``end``."""
        for gap in self.gaps(low, end):
            newline = self.source.find("\n", self.at(gap - 1), self.at(gap))
            wrapped = newline >= 0 and (self.cuts_word(newline) or _DIGITS_ONLY.match(self.source, newline))
            if not wrapped:
                return gap
        return end

    def gaps(self, start: int, end: int) -> list[int]:
        """Return the squeezed indexes strictly inside the span that had blanks before them."""
        first, last = bisect_right(self._counts, start), bisect_right(self._counts, end - 1)
        return list(self._counts[first:last])

    def plain(self, start: int, end: int) -> str:
        """Return the span as its author printed it: wiki marks off, wraps undone, blanks single."""
        if end <= start:
            return ""
        low, high = self.inner(start, end)
        lines = _MARKS.sub("", self.source[low:high]).split("\n")
        if len(lines) > 1:
            lines = self._unwrap(low, lines)
        return " ".join("".join(lines).split())

    def _unwrap(self, low: int, lines: list[str]) -> list[str]:
        """Return the lines with a blank put back wherever the wrap did not cut a word."""
        width = self._wrap_width()
        begin = self.source.rfind("\n", 0, low) + 1
        joined = []
        for line in lines[:-1]:
            stop = self.source.find("\n", begin)
            joined.append(line if stop - begin == width else line + " ")
            begin = stop + 1
        return [*joined, lines[-1]]

    def _wrap_width(self) -> int:
        """Return the width at which lines were cut hard, 0 when they were not."""
        if self._width is None:
            lengths = Counter(map(len, self.source.split("\n")))
            longest = max(lengths)
            hard = lengths[longest] > 1 or longest in _COMMON_WIDTHS
            others = sum(n for size, n in lengths.items() if longest * 0.7 < size < longest - 1)
            self._width = longest if hard and others <= 2 * lengths[longest] else 0
        return self._width
