"""Places on a PDF's page: matrices, boxes, and the paint that lies there."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from bot.errors import InputError
from ingest.documents.colours import ALIKE, WHITE, Colour, alike

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Point = tuple[float, float]
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_THIN = 1.0
"""Points up to which what is painted is a line and no ground."""
_MOST = 20_000
_LOOKS = 20_000_000
"""Boxes that may be compared with texts in one file."""


def matrix_of(operands: Sequence[Any]) -> Matrix:
    """Return six operands as a matrix; raises ValueError or TypeError for anything else."""
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def times(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that does ``one`` first."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def point(matrix: Matrix, x: float, y: float) -> Point:
    """Return where a point comes to lie."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def around(points: Sequence[Point]) -> Box:
    """Return the smallest box that holds some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def reach(matrix: Matrix, box: Box) -> Box:
    """Return the smallest box that holds a box once it is moved."""
    left, bottom, right, top = box
    return around([point(matrix, x, y) for x in (left, right) for y in (bottom, top)])


def common(one: Box, other: Box) -> Box:
    """Return what two boxes share; its right is left of its left, or its top below its bottom, for nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def empty(box: Box) -> bool:
    """Say whether nothing can be seen through a box."""
    return box[2] <= box[0] or box[3] <= box[1]


def holds(box: Box, at: Point) -> bool:
    """Say whether a point lies in a box."""
    return box[0] <= at[0] <= box[2] and box[1] <= at[1] <= box[3]


@dataclass(slots=True)
class Ground:
    """What was painted on a page so far, oldest first: box, colour, and whether it fills its box wholly."""

    paint: deque[tuple[Box, Colour | None, bool]] = field(default_factory=lambda: deque(maxlen=_MOST))
    cells: set[Colour] = field(default_factory=lambda: {_cell(WHITE)})
    looks: int = _LOOKS

    def clear(self) -> None:
        """Begin a new page."""
        self.paint.clear()
        self.cells = {_cell(WHITE)}

    def add(self, box: Box, colour: Colour | None, exact: bool) -> None:
        """Paint; what is too thin to write upon is left out."""
        if min(box[2] - box[0], box[3] - box[1]) > _THIN:
            self.paint.append((box, colour, exact))
            if colour:
                self.cells.add(_cell(colour))

    def swallows(self, colour: Colour, low: Point, high: Point) -> bool:
        """Say whether text of a colour that begins between two points cannot be told from what lies there.

        Raises InputError for a file that would take too long to look at.
        """
        red, green, blue = _cell(colour)
        near = product((red - 1, red, red + 1), (green - 1, green, green + 1), (blue - 1, blue, blue + 1))
        if self.cells.isdisjoint(near):
            return False
        strip = around([low, high])
        for box, paint, exact in reversed(self.paint):
            self.looks -= 1
            if self.looks < 0:
                raise InputError("draws more than can be looked at; split it")
            if _apart(box, strip):
                continue
            if paint is None or not alike(paint, colour):
                return False
            if exact and holds(box, low) and holds(box, high):
                return True
        return alike(colour, WHITE)


def _apart(one: Box, other: Box) -> bool:
    left, bottom, right, top = common(one, other)
    return right < left or top < bottom


def _cell(colour: Colour) -> Colour:
    """Return where a colour lies on a coarse grid: colours that are alike lie in the same cell or in neighbours."""
    red, green, blue = colour
    return red // (ALIKE + 1), green // (ALIKE + 1), blue // (ALIKE + 1)
