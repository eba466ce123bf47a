"""What a page of a PDF shows of its text: follows the drawing and takes out what nobody can see.

Text is invisible in render modes 3 and 7, outside the page or the clip, in a layer that is off, when it is transparent,
too small to read, or of the colour of what lies below it. What cannot be told without drawing (pictures, patterns,
how inks look) counts as visible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from ingest.documents.pdfcolour import resolved
from ingest.documents.pdflayers import Layers
from ingest.documents.pdfplace import UNMOVED, Box, Ground, Point, around, common, empty, matrix_of, point, reach, times
from ingest.documents.pdfstate import FAINT, State, change, looked_up
from ingest.documents.pdftext import Line, bare, show, shown

_SHOWING = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDS = _FILLS | {b"S", b"s", b"n"}
_DRAWS = frozenset({b"m", b"l", b"c", b"v", b"y"})
_SMALL, _NARROW = 2.0, 0.8
"""Points of a font's height and width below which nobody reads it, on a page of A4's height or more."""
_A4 = 842.0
_SOLID = 0.95
_DEEPEST = 1_000
_POINTS = 10_000
_BAD = (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError)
"""What malformed operands surface as."""


@dataclass(slots=True)
class _Frame:
    """A page or a form that is drawn, and what is to be brought back after it."""

    resources: Mapping[str, Any]
    state: State
    line: Line = field(default_factory=Line)
    saved: list[State] = field(default_factory=list)
    marked: list[bool] = field(default_factory=list)


class Sight:
    """Follows the operators of one page after the other; ``left_out`` says that the page showed text invisibly."""

    def __init__(self, layers: Layers) -> None:
        """Follow pages of a file with these layers."""
        self._layers = layers
        self._ground = Ground()
        self._frames: list[_Frame] = []
        self._rects: list[Box] = []
        self._points: list[Point] = []
        self._straight, self._clips = True, False
        self._least = 1.0
        self.left_out = False

    def begin(self, area: Box, resources: Mapping[str, Any]) -> None:
        """Begin a page that shows ``area``."""
        self._ground.clear()
        self._frames = [_Frame(resources, State(area))]
        self._least = min(1.0, (area[3] - area[1]) / _A4)
        self.left_out = False
        self._end_path()

    def before(self, operator: bytes, operands: list[Any]) -> None:
        """Follow one operator; text that nobody sees is taken out of ``operands``."""
        if operator == b"Do":
            self._enter(operands)
            return
        try:
            self._follow(operator, operands)
        except _BAD:
            return

    def after(self, operator: bytes) -> None:
        """Come back from what an operator drew."""
        if operator == b"Do" and len(self._frames) > 1:
            self._frames.pop()

    def _follow(self, operator: bytes, operands: list[Any]) -> None:
        frame = self._frames[-1]
        if operator in _SHOWING:
            self._show(frame, operator, operands)
        elif operator in _DRAWS or operator == b"re":
            self._draw(frame.state, operator, operands)
        elif operator in _ENDS:
            self._end(frame.state, operator)
        elif operator in (b"q", b"Q"):
            self._save(frame, operator)
        elif operator in (b"BMC", b"BDC", b"EMC"):
            self._mark(frame, operator, operands)
        elif operator in (b"W", b"W*"):
            self._clips = True
        elif operator == b"sh":
            self._ground.add(frame.state.area, None, False)
        elif operator == b"INLINE IMAGE":
            self._picture(frame.state)
        elif not _place(frame, operator, operands):
            change(frame.state, operator, operands, frame.resources)

    def _save(self, frame: _Frame, operator: bytes) -> None:
        if operator == b"q" and len(frame.saved) < _DEEPEST:
            frame.saved.append(copy(frame.state))
        elif operator == b"Q" and frame.saved:
            frame.state = frame.saved.pop()

    def _mark(self, frame: _Frame, operator: bytes, operands: Sequence[Any]) -> None:
        if operator == b"EMC":
            del frame.marked[-1:]
        elif len(frame.marked) < _DEEPEST:
            off = False
            if operator == b"BDC" and operands[0] == "/OC":
                off = self._layers.hides(looked_up(frame.resources, "/Properties", operands[1]))
            frame.marked.append(off or frame.marked[-1:] == [True])

    def _enter(self, operands: Sequence[Any]) -> None:
        """Begin a form or a picture: what it changes lasts until it ends."""
        outer = self._frames[-1]
        frame = _Frame(outer.resources, copy(outer.state), marked=outer.marked[-1:])
        self._frames.append(frame)
        try:
            found = looked_up(outer.resources, "/XObject", operands[0])
            if found.get("/Subtype") == "/Image":
                self._picture(outer.state)
            else:
                frame.marked += [True] if self._layers.hides(found.get("/OC")) else []
                _place_form(frame, found)
        except _BAD:
            return

    def _picture(self, state: State) -> None:
        self._ground.add(common(reach(state.ctm, (0.0, 0.0, 1.0, 1.0)), state.area), None, False)

    def _draw(self, state: State, operator: bytes, operands: Sequence[Any]) -> None:
        numbers = [float(value) for value in operands]
        if operator == b"re":
            x, y, width, height = numbers
            a, b, c, d, _, _ = state.ctm
            self._straight = self._straight and (b == c == 0 or a == d == 0)
            left, right = sorted((x, x + width))
            low, high = sorted((y, y + height))
            self._rects.append(reach(state.ctm, (left, low, right, high)))
        else:
            self._straight = False
            self._points += [point(state.ctm, x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if len(self._points) + len(self._rects) > _POINTS:
            whole = self._whole()
            self._rects, self._points, self._straight = [whole], [], False

    def _whole(self) -> Box:
        corners = [(box[i], box[j]) for box in self._rects for i, j in ((0, 1), (2, 3))]
        return around(corners + self._points)

    def _end(self, state: State, operator: bytes) -> None:
        if self._rects or self._points:
            whole = self._whole()
            if operator in _FILLS and state.fill_alpha > FAINT:
                one = self._straight and (len(self._rects) == 1 or operator[-1:] != b"*")
                for box in self._rects if one else [whole]:
                    self._ground.add(common(box, state.area), state.fill, one and state.fill_alpha >= _SOLID)
            if self._clips:
                state.area = common(state.area, whole)
        self._end_path()

    def _end_path(self) -> None:
        self._rects, self._points, self._straight, self._clips = [], [], True, False

    def _show(self, frame: _Frame, operator: bytes, operands: list[Any]) -> None:
        if operator in (b"'", b'"'):
            frame.line.move(0.0, -frame.state.leading)
        runs = shown(operator, operands)
        seen = [self._seen(frame, pieces) for pieces in runs]
        if not all(seen):
            show(
                operator, operands, [piece for pieces, kept in zip(runs, seen, strict=True) if kept for piece in pieces]
            )
            lost = [pieces for pieces, kept in zip(runs, seen, strict=True) if not kept]
            self.left_out = self.left_out or not all(map(bare, lost))

    def _seen(self, frame: _Frame, pieces: Sequence[Any]) -> bool:
        """Whether anything of the strings that come next on the line shows; goes over them."""
        first, farthest, low, high = frame.line.advance(frame.state, pieces)
        state, matrix = frame.state, times(frame.line.matrix, frame.state.ctm)
        inks = state.inks()
        if not inks or frame.marked[-1:] == [True] or self._tiny(state, matrix):
            return False
        under, over = state.rise - 0.3 * state.size, state.rise + state.size
        if empty(common(reach(matrix, (first, under, max(farthest, first + 1.0), over)), state.area)):
            return False
        middle = state.rise + 0.3 * state.size
        begin, end = point(matrix, low, middle), point(matrix, high, middle)
        return any(ink is None or not self._ground.swallows(ink, begin, end) for ink in inks)

    def _tiny(self, state: State, matrix: Sequence[float]) -> bool:
        wide = hypot(matrix[0], matrix[1]) * state.size * abs(state.wide)
        high = hypot(matrix[2], matrix[3]) * state.size
        return state.letters and (high < _SMALL * self._least or wide < _NARROW * self._least)


def _place(frame: _Frame, operator: bytes, operands: Sequence[Any]) -> bool:
    """Follow an operator that moves the line of text; say whether it is one."""
    if operator == b"BT":
        frame.line.begin(UNMOVED)
    elif operator == b"Tm":
        frame.line.begin(matrix_of(operands))
    elif operator in (b"Td", b"TD"):
        x, y = map(float, operands)
        frame.state.leading = -y if operator == b"TD" else frame.state.leading
        frame.line.move(x, y)
    elif operator == b"T*":
        frame.line.move(0.0, -frame.state.leading)
    else:
        return False
    return True


def _place_form(frame: _Frame, form: Mapping[str, Any]) -> None:
    own = resolved(form.get("/Resources"))
    frame.resources = own if isinstance(own, Mapping) else frame.resources
    if "/Matrix" in form:
        frame.state.ctm = times(matrix_of(form["/Matrix"]), frame.state.ctm)
    if "/BBox" in form:
        left, bottom, right, top = map(float, form["/BBox"])
        box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        frame.state.area = common(frame.state.area, reach(frame.state.ctm, box))
