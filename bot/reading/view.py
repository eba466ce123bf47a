"""A cleaned text and the map back to the text as it was given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import add, sub

from bot.findings import Evidence


class Edits:
    """Pieces of one text that were replaced; maps offsets of the result back."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int], sizes: Sequence[int]) -> None:
        """Take start, end, and length of the replacement of each piece, in order."""
        self._from, self._to, self._size = starts, ends, sizes
        shifts = accumulate(map(sub, map(add, sizes, starts), ends), initial=0)
        self._at = list(map(add, starts, shifts))

    def back(self, offset: int) -> tuple[int, int]:
        """Return the span of the source that the character at ``offset`` stands for."""
        k = bisect_right(self._at, offset) - 1
        if k < 0:
            return offset, offset + 1
        inside = offset - self._at[k]
        if inside < self._size[k]:
            return self._from[k], self._to[k]
        source = self._to[k] + inside - self._size[k]
        return source, source + 1


class Pass:
    """One pattern's replacements over a text in chunks; a chunk's map is made when it is asked for."""

    def __init__(
        self, chunks: list[str], outs: list[str], pattern: re.Pattern[str], new: Callable[[str], str] | str
    ) -> None:
        """Take the chunks before and after, the pattern, and what each match became."""
        self._chunks, self._pattern, self._new = chunks, pattern, new
        self._sources = [0, *accumulate(map(len, chunks))]
        self._starts = [0, *accumulate(map(len, outs))]
        self._maps: dict[int, Edits] = {}

    def back(self, offset: int) -> tuple[int, int]:
        """Return the span of the source that the character at ``offset`` stands for."""
        k = min(bisect_right(self._starts, offset) - 1, len(self._chunks) - 1)
        edits = self._maps.get(k)
        if edits is None:
            edits = self._maps[k] = self._edits(self._chunks[k])
        low, high = edits.back(offset - self._starts[k])
        return low + self._sources[k], high + self._sources[k]

    def _edits(self, chunk: str) -> Edits:
        spans = [found.span() for found in self._pattern.finditer(chunk)]
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        if isinstance(self._new, str):
            return Edits(starts, ends, [len(self._new)] * len(spans))
        return Edits(starts, ends, [len(self._new(chunk[start:end])) for start, end in spans])


class View:
    """A cleaned text and the way back: ``raw`` as given, ``text`` with the damage undone."""

    __slots__ = ("_steps", "raw", "text")

    def __init__(self, raw: str, text: str, steps: tuple[Edits | Pass, ...] = ()) -> None:
        """Hold ``text``, which ``steps``, first to last, made from ``raw``."""
        self.raw, self.text, self._steps = raw, text, steps

    def then(self, text: str, step: Edits | Pass) -> View:
        """Return the view of ``text``, which ``step`` made from this one's."""
        return View(self.raw, text, (*self._steps, step))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of ``text`` into the span of ``raw`` that it came from."""
        for step in reversed(self._steps):
            low = step.back(start)[0]
            end = step.back(end - 1)[1] if end > start else low
            start = low
        return start, end

    def evidence(self, start: int, end: int) -> Evidence:
        """Return the characters of ``raw`` behind a span of ``text``."""
        low, high = self.span(start, end)
        return Evidence(low, high, self.raw[low:high])

    def without(self, spans: Sequence[tuple[int, int]]) -> View:
        """Return a view that leaves out ``spans`` of ``text`` (ordered, apart from each other)."""
        starts, ends, sizes = [], [], []
        parts: list[str] = []
        done = 0
        for start, end in spans:
            start = max(start, done)
            before = start == 0 or self.text[start - 1] in " \n"
            end += end < len(self.text) and before and self.text[end] in " \n"
            gap = "" if before or end >= len(self.text) or self.text[end] in " \n" else "\n"
            starts.append(start)
            ends.append(end)
            sizes.append(len(gap))
            parts += self.text[done:start], gap
            done = end
        return self.then("".join([*parts, self.text[done:]]), Edits(starts, ends, sizes))
