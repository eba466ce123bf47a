"""Colours of a DOCX file: of text, of shading and of shapes, those of the theme too; none where nobody can tell."""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from ingest.documents.colours import BLACK, WHITE, Colour, from_hex

Colours = tuple[Colour, ...]
"""What a ground may be: one colour or several; none for one that cannot be told."""
WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_LONG = {
    "background1": "bg1", "background2": "bg2", "text1": "tx1", "text2": "tx2", "light1": "lt1", "light2": "lt2",
    "dark1": "dk1", "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_MAPPED = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_OFFICE = {"lt1": WHITE, "dk1": BLACK}
_MARKERS = {
    "black": "000000", "blue": "0000ff", "cyan": "00ffff", "darkBlue": "000080", "darkCyan": "008080",
    "darkGray": "808080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "green": "00ff00", "lightGray": "c0c0c0", "magenta": "ff00ff", "red": "ff0000", "white": "ffffff",
    "yellow": "ffff00",
}  # fmt: skip
_SHARE = re.compile(r"pct([0-9]{1,2})")


class Palette:
    """The colours of one document's theme, and what is made of them."""

    def __init__(self, document: Document) -> None:
        """Read theme and settings; what is missing is as Office has it."""
        self._theme: dict[str, Colour] = dict(_OFFICE)
        for relation in document.part.rels.values():
            if relation.reltype.endswith("/theme") and not relation.is_external:
                self._read(parse_xml(relation.target_part.blob))
        mapping = document.settings.element.find(qn("w:clrSchemeMapping"))
        self._mapped = dict(_MAPPED)
        for name, slot in (("bg1", "bg1"), ("t1", "tx1"), ("bg2", "bg2"), ("t2", "tx2")):
            value = mapping.get(qn(f"w:{name}")) if mapping is not None else None
            self._mapped[slot] = _LONG.get(value or "", self._mapped[slot])

    def _read(self, theme: Any) -> None:  # noqa: ANN401 (lxml has no types)
        for scheme in theme.iter(f"{_DRAWING}clrScheme"):
            for slot in scheme:
                code = next((item.get("lastClr") or item.get("val") or "" for item in slot), "")
                if colour := from_hex(code):
                    self._theme[slot.tag.rpartition("}")[2]] = colour

    def named(self, name: str) -> Colour | None:
        """Return a colour of the theme."""
        short = _LONG.get(name, name)
        return self._theme.get(self._mapped.get(short, short))

    def text(self, element: Any) -> Colour | None:  # noqa: ANN401
        """Return the colour of a w:color; None for one that Word chooses by the ground."""
        return self._told(element, "val", "theme", "")

    def shading(self, element: Any) -> Colours | None:  # noqa: ANN401
        """Return what a w:shd lies down; None where it lets what is below show through."""
        pattern = element.get(qn("w:val"), "clear")
        fill = self._told(element, "fill", "theme", "Fill")
        if pattern in ("clear", "nil"):
            return (fill,) if fill else None
        ink = self._told(element, "color", "theme", "") or BLACK
        share = 1.0 if pattern == "solid" else int(found[1]) / 100 if (found := _SHARE.fullmatch(pattern)) else None
        return (mixed(ink, fill or WHITE, share),) if share is not None else ()

    def _told(self, element: Any, value: str, theme: str, which: str) -> Colour | None:  # noqa: ANN401
        named = element.get(qn(f"w:{theme}{which or 'Color'}"))
        colour = self.named(named) if named else None
        if colour is None:
            return from_hex(element.get(qn(f"w:{value}"), ""))
        for change, towards in (("Tint", WHITE), ("Shade", BLACK)):
            share = element.get(qn(f"w:{theme}{which}{change}"))
            colour = mixed(colour, towards, int(share, 16) / 255) if share else colour
        return colour

    def filled(self, fill: Any) -> Colours:  # noqa: ANN401
        """Return the colour of a solidFill of a shape or a text; none where it is changed in ways not followed."""
        for item in fill:
            value, kind = item.get("val") or item.get(f"{WORD_2010}val") or "", item.tag.rpartition("}")[2]
            colour = from_hex(value) if kind == "srgbClr" else self.named(value) if kind == "schemeClr" else None
            if colour and not len(item):
                return (colour,)
        return ()


def marker(element: Any) -> Colours | None:  # noqa: ANN401
    """Return the colour of a w:highlight; None for none."""
    colour = from_hex(_MARKERS.get(element.get(qn("w:val"), ""), ""))
    return (colour,) if colour else None


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``share`` of the one colour with the rest of the other."""
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(one, other, strict=True))
    return red, green, blue
