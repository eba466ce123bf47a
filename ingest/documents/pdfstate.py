"""The state in which a PDF draws: what q saves and Q brings back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.documents.colours import BLACK, Colour
from ingest.documents.pdfcolour import DEVICES, colour_of, first_of, resolved, space_of
from ingest.documents.pdfplace import UNMOVED, Box, Matrix, matrix_of, times

FAINT = 0.05
"""Opacity up to which nothing is seen."""


@dataclass(slots=True)
class State:
    """How things are drawn now; ``area`` is the part of the page that shows, ``letters`` no for fonts of drawings."""

    area: Box
    ctm: Matrix = UNMOVED
    fill: Colour | None = BLACK
    stroke: Colour | None = BLACK
    fill_space: str = "/DeviceGray"
    stroke_space: str = "/DeviceGray"
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0
    mode: int = 0
    size: float = 0.0
    letters: bool = True
    wide: float = 1.0
    gap: float = 0.0
    leading: float = 0.0
    rise: float = 0.0

    def inks(self) -> list[Colour | None]:
        """Return the colours of text that shows at all: none where it is invisible or transparent."""
        fills = self.mode in (0, 2, 4, 6) and self.fill_alpha > FAINT
        strokes = self.mode in (1, 2, 5, 6) and self.stroke_alpha > FAINT
        return [*([self.fill] if fills else []), *([self.stroke] if strokes else [])]


def change(state: State, operator: bytes, operands: Sequence[Any], resources: Mapping[str, Any]) -> None:
    """Follow one operator that only changes the state; raises ValueError, TypeError or IndexError for a bad one."""
    found = _CHANGES.get(operator)
    if found:
        found(state, operands, resources)


Change = Callable[[State, Sequence[Any], Mapping[str, Any]], None]


def _number(name: str, scale: float = 1.0) -> Change:
    def change(state: State, operands: Sequence[Any], _: Mapping[str, Any]) -> None:
        setattr(state, name, scale * float(operands[0]))

    return change


def _mode(state: State, operands: Sequence[Any], _: Mapping[str, Any]) -> None:
    state.mode = int(operands[0])


def _move(state: State, operands: Sequence[Any], _: Mapping[str, Any]) -> None:
    state.ctm = times(matrix_of(operands), state.ctm)


def _font(state: State, operands: Sequence[Any], resources: Mapping[str, Any]) -> None:
    state.size = abs(float(operands[1]))
    font = looked_up(resources, "/Font", operands[0])
    state.letters = not (isinstance(font, Mapping) and font.get("/Subtype") == "/Type3")


def _device(space: str, stroke: bool) -> Change:
    def change(state: State, operands: Sequence[Any], _: Mapping[str, Any]) -> None:
        _ink(state, space, colour_of(space, operands), stroke)

    return change


def _space(stroke: bool) -> Change:
    def change(state: State, operands: Sequence[Any], resources: Mapping[str, Any]) -> None:
        space = space_of(operands[0], resources)
        _ink(state, space, first_of(space), stroke)

    return change


def _colour(stroke: bool) -> Change:
    def change(state: State, operands: Sequence[Any], _: Mapping[str, Any]) -> None:
        space = state.stroke_space if stroke else state.fill_space
        _ink(state, space, colour_of(space, operands), stroke)

    return change


def _ink(state: State, space: str, colour: Colour | None, stroke: bool) -> None:
    if stroke:
        state.stroke_space, state.stroke = space, colour
    else:
        state.fill_space, state.fill = space, colour


def _settings(state: State, operands: Sequence[Any], resources: Mapping[str, Any]) -> None:
    found = looked_up(resources, "/ExtGState", operands[0])
    if isinstance(found, Mapping):
        state.fill_alpha = float(found.get("/ca", state.fill_alpha))
        state.stroke_alpha = float(found.get("/CA", state.stroke_alpha))


def looked_up(resources: Mapping[str, Any], kind: str, name: object) -> Any:  # noqa: ANN401 (pypdf's objects)
    """Return a named resource, resolved, or None."""
    shelf = resolved(resources.get(kind))
    return resolved(shelf.get(str(name))) if isinstance(shelf, Mapping) else None


_CHANGES: dict[bytes, Change] = {
    b"cm": _move,
    b"gs": _settings,
    b"Tf": _font,
    b"Tr": _mode,
    b"Tz": _number("wide", 0.01),
    b"Tc": _number("gap"),
    b"TL": _number("leading"),
    b"Ts": _number("rise"),
    b"cs": _space(False),
    b"CS": _space(True),
    **dict.fromkeys((b"sc", b"scn"), _colour(False)),
    **dict.fromkeys((b"SC", b"SCN"), _colour(True)),
    **{name.encode(): _device(space, False) for name, space in DEVICES.items()},
    **{name.upper().encode(): _device(space, True) for name, space in DEVICES.items()},
}
