"""Where a PDF's text lies: the line of text that is written, between the shortest and the longest it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.documents.pdfplace import UNMOVED, Matrix, times
from ingest.documents.pdfstate import State

_WIDEST = 0.75
"""Of the font's size: more than a byte of text is wide, whatever font it is in."""
_LONG = 3_000
"""Thousandths of the font's size beyond which a move within a line is more than a gap between words."""
_BLANK = b" \x00\t"


@dataclass(slots=True)
class Line:
    """The line begins at ``matrix``; what comes next begins from ``low`` to ``high`` units behind its beginning."""

    matrix: Matrix = UNMOVED
    low: float = 0.0
    high: float = 0.0

    def begin(self, matrix: Matrix) -> None:
        """Begin a line."""
        self.matrix, self.low, self.high = matrix, 0.0, 0.0

    def move(self, x: float, y: float) -> None:
        """Begin a line, counted from where this one began."""
        self.begin(times((1.0, 0.0, 0.0, 1.0, x, y), self.matrix))

    def advance(self, state: State, pieces: Sequence[Any]) -> tuple[float, float, float, float]:
        """Go over strings and moves between them.

        Returns where they lie, from the least to the most, and where the first string begins, from least to most.
        """
        first, farthest = self.low, self.high
        begins: tuple[float, float] | None = None
        for piece in pieces:
            if isinstance(piece, str | bytes):
                begins = begins or (self.low, self.high)
                gaps = state.gap * state.wide * len(piece)
                self.low += gaps / 2 if gaps > 0 else gaps
                self.high += _WIDEST * state.size * state.wide * len(piece) + max(0.0, gaps)
            else:
                by = -float(piece) / 1000 * state.size * state.wide
                self.low, self.high = self.low + by, self.high + by
                if begins is None:
                    first, farthest = self.low, self.high
            first, farthest = min(first, self.low), max(farthest, self.high)
        return first, farthest, *(begins or (self.low, self.high))


def shown(operator: bytes, operands: Sequence[Any]) -> list[list[Any]]:
    """Return the strings that an operator shows and the moves between them; after a long move a new list begins."""
    if not operands:
        return []
    if operator != b"TJ" or not isinstance(operands[0], list):
        return [[operands[-1]]]
    runs: list[list[Any]] = [[]]
    for piece in operands[0]:
        if runs[-1] and not isinstance(piece, str | bytes) and abs(float(piece)) > _LONG:
            runs.append([])
        runs[-1].append(piece)
    return runs


def bare(pieces: Sequence[Any]) -> bool:
    """Say whether nothing but blanks is shown."""
    return not any(
        piece.strip(_BLANK) if isinstance(piece, bytes) else piece.strip()
        for piece in pieces
        if isinstance(piece, str | bytes)
    )


def show(operator: bytes, operands: list[Any], kept: Sequence[Any]) -> None:
    """Let an operator show only the strings and moves of ``kept``."""
    if operator == b"TJ":
        operands[0][:] = kept
    elif not kept:
        operands[-1] = type(operands[-1])()
