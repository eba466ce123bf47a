"""What a reader makes of a file before it is cut: its lines and blocks, each block tied to its place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.documents.model import Format
from kb.schema import Command

BlockKind = Literal["heading", "text", "item", "code", "table", "output", "break"]
Mark = tuple[int, int, int]
"""(offset in the block's text, line from 1, column from 0): from here on the text comes from there."""

LONG_LINE = 4_000
"""Characters of a line beyond which a quote is a slice of it."""

LABEL = 9
"""Depth of a heading that only looks like one: it stands above what comes next and no further."""


@dataclass(slots=True)
class Block:
    """A heading, paragraph, list item, code block, table or device output, in the order of the document.

    ``text`` holds no markup; a table has one row a line, the first one its header. Lines count from 1. ``marks``
    are in the order of their offsets and begin at 0; ``exact`` says that the text stands there letter for letter.
    ``end`` is the column behind the block in its last line, None for the line's end. ``level`` is a heading's depth.
    ``steps`` is the number of the ordered list that the block belongs to, 0 for none; ``step`` says that a step
    begins here. ``code`` holds the inline code spans, ``typed`` the commands by text once they have been looked for.
    """

    kind: BlockKind
    text: str
    first: int
    last: int
    marks: Sequence[Mark] = ()
    end: int | None = None
    exact: bool = False
    level: int = 0
    steps: int = 0
    step: bool = False
    page: int | None = None
    info: str = ""
    code: tuple[str, ...] = ()
    typed: dict[str, Command] | None = None
    outputs: tuple[str, ...] = ()

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) at or shortly before character ``offset`` of the text."""
        if not self.marks:
            return self.first, 0
        at = max(0, bisect_right(self.marks, offset, key=lambda mark: mark[0]) - 1)
        start, line, column = self.marks[at]
        return line, column + (offset - start if self.exact else 0)

    def place_after(self, offset: int) -> tuple[int, int | None]:
        """Return (line, column) at or shortly after character ``offset``; None means the line's end."""
        at = bisect_left(self.marks, offset, key=lambda mark: mark[0])
        if self.exact and at:
            start, line, column = self.marks[at - 1]
            return line, column + offset - start
        if at < len(self.marks):
            _, line, column = self.marks[at]
            return (line, column) if column else (max(self.first, line - 1), None)
        return self.last, self.end


@dataclass(slots=True)
class Draft:
    """A file as a reader understood it; ``lines`` are what citations count."""

    format: Format
    lines: list[str]
    blocks: list[Block]
    title: str = ""
    notes: list[str] = field(default_factory=list)


def whole(kind: BlockKind, lines: Sequence[str], first: int, last: int, page: int | None = None) -> Block:
    """Return lines ``first`` to ``last`` (from 1, inclusive) as one block whose text is exactly those lines."""
    marks: list[Mark] = []
    offset = 0
    for line in range(first, last + 1):
        marks.append((offset, line, 0))
        offset += len(lines[line - 1]) + 1
    text = "\n".join(lines[first - 1 : last])
    return Block(kind, text, first, last, marks, exact=True, page=page)


def lines_of(text: str) -> list[str]:
    r"""Split a file's text into its lines.

    A line ends at "\n", with a "\r" before it or not; in a text without any "\n" it ends at "\r". Other characters
    (form feeds, U+2028) end none. A line end at the end of the text begins no further line.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1].strip("\r"):
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
