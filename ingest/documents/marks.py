"""Marks put into a page's source, so that each word of what a parser makes of it still knows its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.documents.draft import LONG_LINE, Mark

OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(rf"{OPEN}([0-9]+)\.([0-9]+){CLOSE}")
_SPELT = re.compile(r"&#(?:[xX]0*[eE]00[01](?![0-9a-fA-F])|0*5734[45](?![0-9]));?")
_BEGIN = re.compile(r"<(?:!--|/?([A-Za-z][^ \t\n\f\r/>]{0,20})|[!?])")
_STOP = re.compile(r">|=[ \t\n\f\r]*([\"'])")
_COMMENT_END = re.compile(r"--!?>")
_RAW = {
    n: re.compile(rf"</{n}(?=[ \t\n\f\r/>])", re.IGNORECASE) for n in ("script", "style", "title", "textarea", "xmp")
}
_SHOWN = ("textarea", "xmp")
"""Elements whose text is shown as it stands, with marks in it; what looks like a tag there is none."""
_SENTENCE = re.compile(r"[\u3002\uff01\uff1f]|[.!?](?= )")
_NEAR, _FAR = 400, 1_500
"""Characters after which a mark comes at the next blank, and at which it comes in any case."""
_TAG = 2_000
"""Characters of the longest tag that is looked for outside of HTML files."""


def unmarked(text: str) -> str:
    """Return ``text`` with everything that could be taken for a mark made blanks, in number and place."""
    text = text.replace(OPEN, " ").replace(CLOSE, " ").replace("\0", " ")
    return _SPELT.sub(lambda found: " " * len(found[0]), text) if "&#" in text else text


def marked(lines: Sequence[str]) -> str:
    """Return the source of a page with a mark at the start of each line, and within long lines.

    No mark stands within a tag, a comment, a script or a style sheet: they read as they stand. One stands behind each
    that ends on another line.
    """
    source = unmarked("\n".join(lines))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    out: list[str] = []
    done = number = 0
    for start, end in [*_closed(source), (len(source), len(source))]:
        for place, at in _places(source, starts, number, done, start):
            out += [source[done:place], f"{OPEN}{at + 1}.{place - starts[at]}{CLOSE}"]
            done, number = place, at
        out.append(source[done:end])
        done = end
    return "".join(out)


def marked_line(line: str, number: int) -> str:
    """Return a long line with marks within it, none of them in an HTML tag; ``number`` counts from 1."""
    line = unmarked(line)
    out: list[str] = []
    done = 0
    tags = [span for span in _closed(line) if span[1] - span[0] <= _TAG]
    for start, end in [*tags, (len(line), len(line))]:
        for place in _breaks(line, done, start):
            out += [line[done:place], f"{OPEN}{number}.{place}{CLOSE}"]
            done = place
        out.append(line[done:end])
        done = end
    return "".join(out)


def taken_off(text: str, line: int) -> tuple[str, list[Mark]]:
    """Return ``text`` without its marks, and the marks; ``line`` is the line on which it begins."""
    if OPEN not in text:
        return text, []
    pieces: list[str] = []
    marks: list[Mark] = []
    at = size = 0
    for mark in MARK.finditer(text):
        pieces.append(text[at : mark.start()])
        size += mark.start() - at
        at = mark.end()
        marks.append((size, int(mark[1]) or line, int(mark[2])))
    return "".join(pieces) + text[at:], marks


class Lines:
    """Counts the lines of a paragraph along with its tokens, those within code spans and tags as well."""

    def __init__(self, source: str, line: int) -> None:
        """Begin at ``line`` of the file with a paragraph as it stands there, ``source``."""
        self.marks: set[str] = set()
        self._source, self._flat = source, source.replace("\n", " ")
        self._line, self._last = line, line + source.count("\n")
        self._at = 0

    def mark(self, kind: str, content: str, fence: str) -> str:
        """Return the mark to put behind a token, empty where no line ends in it; ``fence`` stands around code."""
        before = self._line
        if kind in ("softbreak", "hardbreak"):
            self._line += 1
        elif kind == "html_inline":
            self._line += content.count("\n")
        elif kind == "code_inline":
            self._line += self._within(fence, content)
        if self._line == before:
            return ""
        mark = f"{OPEN}{self._line}.0{CLOSE}"
        self.marks.add(mark)
        return mark

    def _within(self, fence: str, content: str) -> int:
        """Return how many line ends a code span has in the source, where they are no blanks yet."""
        places = (self._flat.find(f"{fence}{lead}{content}", self._at) for lead in ("", " "))
        begin = min((place for place in places if place >= 0), default=self._at)
        self._at = min(begin + 2 * len(fence) + len(content), len(self._source))
        return self._source.count("\n", begin, self._at)

    def told(self) -> bool:
        """Say whether every line was seen: one that ends in a link's address or title is in no token."""
        return self._line == self._last


def _places(source: str, starts: Sequence[int], line: int, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield (offset, line from 0) of the marks between two offsets; ``line`` is that of the last mark."""
    marked_last = line
    while line < len(starts) - 1 and starts[line] <= high:
        begin, end = max(low, starts[line]), min(high, starts[line + 1] - 1)
        long = starts[line + 1] - starts[line] - 1 > LONG_LINE
        if begin <= end and (begin == starts[line] or line > marked_last or long):
            yield begin, line
        if long:
            yield from ((place, line) for place in _breaks(source, begin, end))
        line += 1


def _breaks(text: str, low: int, high: int) -> Iterator[int]:
    """Yield where to part a long text: behind sentences, else at a blank, else anywhere."""
    last = low
    for found in _SENTENCE.finditer(text, low, high):
        yield from _forced(text, last, found.end())
        yield found.end()
        last = found.end()
    yield from _forced(text, last, high)


def _forced(text: str, low: int, high: int) -> Iterator[int]:
    while high - low > _FAR:
        blank = text.find(" ", low + _NEAR, low + _FAR)
        low = blank if blank > 0 else low + _FAR
        yield low


def _closed(source: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of ``source`` in which no mark may stand, in order."""
    at = 0
    while found := _BEGIN.search(source, at):
        at = _comment_end(source, found.end()) if found[0] == "<!--" else _tag_end(source, found.end())
        name, end = (found[1] or "").lower(), at
        if name in _RAW and found[0][1] != "/":
            close = _RAW[name].search(source, at)
            at = close.start() if close else len(source)
        yield found.start(), end if name in _SHOWN else at


def _comment_end(source: str, at: int) -> int:
    """Return where a comment ends; one that is "<!-->" or "<!--->" holds nothing."""
    found = _COMMENT_END.search(source, at - 2)
    return found.end() if found else len(source)


def _tag_end(source: str, at: int) -> int:
    """Return where a tag ends: behind its ">", or at the end of the source where none closes it."""
    while found := _STOP.search(source, at):
        if not found[1]:
            return found.end()
        at = source.find(found[1], found.end()) + 1
        if not at:
            break
    return len(source)
