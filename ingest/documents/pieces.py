"""Pieces of a block that is too long for one part, and the quote of a piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.documents.draft import LONG_LINE, Block
from ingest.windows import BUDGET, cost, windows

WHOLE = 200_000
"""Characters up to which a recognised output is one part."""
_PREFORMATTED = 8_000
"""The same for preformatted text that nobody recognised."""
_PIECE = 4_000
_TOKEN = re.compile(r"\S+")
_ENDED = re.compile(r"[\u3002\uff01\uff1f.!?:\uff1a;]$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and its place: from line ``first``, column ``start`` to line ``last``, column ``end`` (None: all)."""

    text: str
    first: int
    start: int
    last: int
    end: int | None

    def quote(self, lines: Sequence[str]) -> str:
        """Return the whole lines, or where one of them is too long to show, the exact slice."""
        own = list(lines[self.first - 1 : self.last])
        if any(len(line) > LONG_LINE for line in own):
            own[-1] = own[-1][: self.end]
            own[0] = own[0][self.start :]
        return "\n".join(own)


def piece_of(block: Block, start: int, end: int, text: str | None = None) -> Piece:
    """Return characters ``start`` to ``end`` of a block's text as a piece, under another ``text`` if one is given."""
    first, begin = block.place(start)
    last, stop = block.place_after(end)
    if last < first:
        last, stop = first, None
    return Piece(block.text[start:end] if text is None else text, first, begin, last, stop)


def sentence_pieces(block: Block) -> list[Piece]:
    """Cut a long paragraph into windows of whole sentences."""
    found = []
    tokens = _Tokens(block.text)
    for window in windows(flowing(block.text)):
        start, end = tokens.next(sum(len(token) for token in window.split()))
        found.append(piece_of(block, start, end, window))
    return found


class _Tokens:
    """Finds again, in a text, pieces of it whose blanks were changed."""

    def __init__(self, text: str) -> None:
        self._spans = ((match.start(), match.end()) for match in _TOKEN.finditer(text))
        self._at = self._end = 0

    def next(self, size: int) -> tuple[int, int]:
        """Return the span that holds the next ``size`` characters that are no blanks."""
        begin: int | None = None
        stop = self._at
        while size > 0:
            if self._at >= self._end:
                self._at, self._end = next(self._spans)
            step = min(size, self._end - self._at)
            begin = self._at if begin is None else begin
            self._at += step
            stop = self._at
            size -= step
        return (stop if begin is None else begin), stop


def flowing(text: str) -> str:
    """Return a paragraph with its line ends gone: a blank for them, and nothing between Japanese characters."""
    lines = text.split("\n")
    out = [lines[0]]
    for before, line in zip(lines, lines[1:], strict=False):
        if _ENDED.search(before[-2:].rstrip()):
            out.append("\n")
        elif not (before[-1:] >= "\u3000" and line.lstrip()[:1] >= "\u3000"):
            out.append(" ")
        out.append(line)
    return "".join(out)


def row_pieces(block: Block, *, headed: bool = True) -> list[Piece]:
    """Cut a long table between its rows; every piece begins with the header, if it is ``headed``."""
    rows = block.text.split("\n")
    header = rows[0] if headed and cost(rows[0]) <= BUDGET / 3 else ""
    found: list[Piece] = []
    for start, end in _packed(rows, BUDGET - cost(header)):
        body = block.text[start:end]
        found.append(piece_of(block, start, end, body if start == 0 or not header else f"{header}\n{body}"))
    return found


def _packed(rows: Sequence[str], budget: float) -> Iterator[tuple[int, int]]:
    begin = at = 0
    size = 0.0
    for row in rows:
        more = cost(row)
        if at > begin and size + more > budget:
            yield begin, at - 1
            begin, size = at, 0.0
        size += more
        at += len(row) + 1
    if at > begin:
        yield begin, at - 1


def line_pieces(block: Block, notes: list[str]) -> list[Piece]:
    """Return an output whole; only what no part could hold is cut, at line ends, and ``notes`` says so."""
    if len(block.text) <= (WHOLE if block.outputs else _PREFORMATTED):
        return [piece_of(block, 0, len(block.text))]
    size = WHOLE if block.outputs else _PIECE
    if block.outputs:
        notes.append(
            f"{', '.join(block.outputs)} on lines {block.first} to {block.last} is longer than {WHOLE} characters: "
            "cut at line ends"
        )
    found = []
    begin = 0
    while begin < len(block.text):
        end = block.text.rfind("\n", begin, begin + size) if len(block.text) - begin > size else len(block.text)
        end = end if end > begin else _blank(block.text, begin, min(len(block.text), begin + size))
        found.append(piece_of(block, begin, end))
        begin = end + (block.text[end : end + 1] == "\n")
    return found


def _blank(text: str, begin: int, end: int) -> int:
    """Return the last blank before ``end``, or ``end`` where there is none."""
    blank = text.rfind(" ", begin, end) if end < len(text) else -1
    return blank if blank > begin else end
