"""Whether Word shows anything of a text: hidden, without size or width, transparent, or of its ground's colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docx.oxml.ns import qn

from ingest.documents.colours import Colour, alike
from ingest.documents.docxcolour import WORD_2010, Colours, Palette, marker

_OFF = frozenset({"0", "false", "off", "none"})
_SMALL = 6
"""Half points of a font that nobody reads."""
_NARROW = 10
"""Per cent of a letter's width at which letters are strokes."""
_CLEAR = 95_000
"""Thousandths of a per cent of transparency at which nothing is seen."""
_NUMBER = re.compile(r"([0-9]{1,6})(?:\.[0-9]+)?%?")
_SUNK = 0.4
"""Of the font's size: letters that are drawn together by that much lie upon each other."""


def invisible(looks: Sequence[Any], ground: Colours, palette: Palette) -> bool:
    """Say whether text of these looks, the nearest first, shows nothing on ``ground``."""
    for tag in (qn("w:vanish"), qn("w:specVanish")):
        mark = _nearest(looks, tag)
        if mark is not None and mark.get(qn("w:val"), "1").lower() not in _OFF:
            return True
    if _value(looks, "w:sz", 20) <= _SMALL or _value(looks, "w:w", 100) <= _NARROW or _together(looks):
        return True
    return _coloured(looks, ground, palette)


def _together(looks: Sequence[Any]) -> bool:
    """Whether letters are drawn together until they lie upon each other."""
    spacing = _nearest(looks, qn("w:spacing"))
    code = spacing.get(qn("w:val"), "") if spacing is not None else ""
    closer = int(code[1:]) / 20 if re.fullmatch("-[0-9]{1,6}", code) else 0.0
    return closer >= _SUNK * _value(looks, "w:sz", 20) / 2


def _coloured(looks: Sequence[Any], ground: Colours, palette: Palette) -> bool:
    """Whether the colour of a text cannot be told from each ground that it may have."""
    fill = _nearest(looks, f"{WORD_2010}textFill")
    if fill is not None and len(fill):
        if fill[0].tag == f"{WORD_2010}noFill" or _clear(fill[0]):
            return _nearest(looks, f"{WORD_2010}textOutline") is None
        own = palette.filled(fill[0]) if fill[0].tag == f"{WORD_2010}solidFill" else ()
        return bool(own) and _swallowed(own[0], _under(looks, ground, palette))
    said = _nearest(looks, qn("w:color"))
    colour = palette.text(said) if said is not None else None
    return colour is not None and _swallowed(colour, _under(looks, ground, palette))


def _clear(fill: Any) -> bool:  # noqa: ANN401 (lxml has no types)
    shares = (item.get(f"{WORD_2010}val", "") for item in fill.iter(f"{WORD_2010}alpha"))
    return any(share.isdecimal() and int(share) >= _CLEAR for share in shares)


def _swallowed(colour: Colour, ground: Colours) -> bool:
    return bool(ground) and all(alike(colour, other) for other in ground)


def _under(looks: Sequence[Any], ground: Colours, palette: Palette) -> Colours:
    """Return what a text is written upon: its own marker or shading, or what lies around it."""
    marked, shaded = _nearest(looks, qn("w:highlight")), _nearest(looks, qn("w:shd"))
    own = marker(marked) if marked is not None else None
    if own is None and shaded is not None:
        own = palette.shading(shaded)
    return ground if own is None else own


def _value(looks: Sequence[Any], tag: str, otherwise: int) -> int:
    found = _nearest(looks, qn(tag))
    number = _NUMBER.fullmatch(found.get(qn("w:val"), "")) if found is not None else None
    return int(number[1]) if number else otherwise


def _nearest(looks: Sequence[Any], tag: str) -> Any:  # noqa: ANN401
    return next((found for look in looks if (found := look.find(tag)) is not None), None)
