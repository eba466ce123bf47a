"""Running text of a page: gathered piece by piece with the places it comes from, and made a block at its end."""

from __future__ import annotations

import re

from ingest.documents.draft import Block, BlockKind, Mark

_SPACE = re.compile(r"[ \t\r\n\f]+")


class Flow:
    """The text of the block under way; ``here`` is the place (line, column) that has been reached."""

    def __init__(self) -> None:
        self.here = (1, 0)
        self.clear()

    def clear(self) -> None:
        """Forget the text gathered so far."""
        self._pieces: list[str] = []
        self._size = 0
        self._marks: list[Mark] = []
        self._last = 0
        self._typed: int | None = None
        self._code: list[str] = []

    @property
    def text(self) -> str:
        """The text gathered so far."""
        return "".join(self._pieces)

    def move(self, line: int, column: int) -> None:
        """Go on to a place of the source."""
        self.here = line, column
        if self._pieces:
            self._marks.append((self._size, line, column))

    def add(self, text: str, *, exact: bool = False) -> None:
        """Take in text; unless ``exact``, blanks and line ends in it are one blank."""
        if not exact:
            text = _SPACE.sub(" ", text)
            text = text[1:] if text[:1] == " " and self._blank() else text
        if not text or not (self._pieces or text.strip()):
            return
        if not self._pieces:
            self._marks = [(0, *self.here)]
        self._pieces.append(text)
        self._size += len(text)
        if text.strip():
            self._last = self.here[0] + (text.rstrip().count("\n") if not self._marks else 0)

    def _blank(self) -> bool:
        return not self._pieces or self._pieces[-1][-1:] in (" ", "\n")

    def begin_code(self) -> None:
        """Begin a code span."""
        if self._typed is None:
            self._typed = len(self._pieces)

    def end_code(self) -> None:
        """End the code span."""
        if self._typed is not None:
            self._code.append(" ".join("".join(self._pieces[self._typed :]).split()))
            self._typed = None

    def take(self, kind: BlockKind, mark: str = "", level: int = 0) -> Block | None:
        """Return the text gathered so far as a block, ``mark`` before it, and begin anew; None for no text."""
        text = self.text
        lead = len(text) - len(text.lstrip("\n"))
        body = text[lead:].rstrip()
        block = None
        if body:
            marks = [(max(0, at - lead) + (len(mark) if at > lead else 0), line, col) for at, line, col in self._marks]
            first = max((line for at, line, _ in self._marks if at <= lead), default=self._marks[0][1])
            block = Block(kind, mark + body, first, max(first, self._last), _ordered(marks), level=level)
            block.code = tuple(self._code)
        self.clear()
        return block


def _ordered(marks: list[Mark]) -> list[Mark]:
    """Return one mark an offset, the last one."""
    return [mark for mark, after in zip(marks, [*marks[1:], None], strict=True) if after is None or after[0] > mark[0]]
