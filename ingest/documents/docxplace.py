"""What lies around a paragraph of a DOCX file: the ground it is written upon, and what hides it with all its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from ingest.documents.colours import WHITE, from_hex
from ingest.documents.docxcolour import Colours, Palette

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
_UNSEEN = re.compile(r"visibility:hidden|display:none|(?:^|;)(?:width|height):0(?:[a-z]{2})?(?:;|$)")
_WIDEST = 20_200_000
"""Of a page that Word can make, in EMU: what lies farther off lies on none."""
_FLAT = 40
"""Twentieths of a point: lines and rows of that height or less show nothing of their text."""
_OFF = frozenset({"0", "false", "off"})
_PARTS = (("firstRow", 0x20), ("lastRow", 0x40), ("firstColumn", 0x80), ("lastColumn", 0x100))
_STYLED = {"firstRow": "firstRow", "lastRow": "lastRow", "firstColumn": "firstCol", "lastColumn": "lastCol"}
_CORNERS = {
    "nwCell": {"firstRow", "firstCol"}, "neCell": {"firstRow", "lastCol"},
    "swCell": {"lastRow", "firstCol"}, "seCell": {"lastRow", "lastCol"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """``ground`` is what a paragraph stands on, ``looks`` what its tables say of text; ``hidden`` with its place."""

    ground: Colours
    looks: tuple[Any, ...] = ()
    hidden: bool = False


class Places:
    """Finds the place of each paragraph of one document."""

    def __init__(self, document: Document, palette: Palette, chain: Any) -> None:  # noqa: ANN401 (a function)
        """Look at places in ``document``; ``chain`` gives a style's elements by its name."""
        self._palette, self._chain = palette, chain
        page = document.element.find(qn("w:background"))
        colour = palette.text(page) or from_hex(page.get(qn("w:color"), "")) if page is not None else None
        self._page: Colours = (WHITE, colour) if colour else (WHITE,)

    def of(self, paragraph: Any, style: Sequence[Any]) -> Place:  # noqa: ANN401 (lxml has no types)
        """Return where a paragraph with these styles stands."""
        formats = [item.find(qn("w:pPr")) for item in (paragraph, *style)]
        formats = [item for item in formats if item is not None]
        grounds = [self._palette.shading(found) for item in formats[:] if (found := item.find(qn("w:shd"))) is not None]
        hidden = _flat_line(formats)
        looks: list[Any] = []
        for around in paragraph.iterancestors():
            hidden = hidden or _hides(around)
            grounds += self._grounds(around, looks)
        known = (ground for ground in grounds if ground is not None)
        return Place(next(known, self._page), tuple(looks), hidden)

    def _grounds(self, around: Any, looks: list[Any]) -> Iterator[Colours | None]:  # noqa: ANN401
        if around.tag == qn("w:tc"):
            found = around.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
            yield self._palette.shading(found) if found is not None else None
            yield self._styled(around, looks)
        elif around.tag == qn("w:tbl"):
            found = around.find(f"{qn('w:tblPr')}/{qn('w:shd')}")
            yield self._palette.shading(found) if found is not None else None
        elif around.tag == f"{_SHAPE}wsp":
            yield self._shape(around)
        elif around.tag.startswith(_VML):
            yield _vml(around)

    def _styled(self, cell: Any, looks: list[Any]) -> Colours | None:  # noqa: ANN401
        """Return what a cell's table style lies below it; adds what the style says of its text to ``looks``."""
        table = next(cell.iterancestors(qn("w:tbl")), None)
        named = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}") if table is not None else None
        styles = self._chain(named.get(qn("w:val"))) if named is not None else ()
        parts = _parts(cell, table) if styles else []
        for style in styles:
            inner = {str(item.get(qn("w:type"))): item for item in style.iterfind(qn("w:tblStylePr"))}
            ruling = [inner[name] for name in parts if name in inner]
            looks += [found for part in (*ruling, style) if (found := part.find(qn("w:rPr"))) is not None]
            fill = next((fill for part in ruling if (fill := self._fill(part)) is not None), None)
            if fill is None:
                fill = self._whole(style, inner)
            if fill is not None:
                return fill
        return None

    def _whole(self, style: Any, inner: Mapping[str, Any]) -> Colours | None:  # noqa: ANN401
        """Return what a table style lies below a cell that is none of its edges: one of the bands, or none of them."""
        own = self._fill(style)
        bands = [fill for name in inner if name.startswith("band") and (fill := self._fill(inner[name])) is not None]
        if not bands:
            return own
        every = [self._page if own is None else own, *bands]
        return tuple(colour for fill in every for colour in fill) if all(every) else ()

    def _fill(self, part: Any) -> Colours | None:  # noqa: ANN401
        found = part.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
        return self._palette.shading(found) if found is not None else None

    def _shape(self, shape: Any) -> Colours | None:  # noqa: ANN401
        own = shape.find(f"{_SHAPE}spPr")
        for fill in own if own is not None else ():
            if fill.tag in (f"{_DRAWING}gradFill", f"{_DRAWING}blipFill", f"{_DRAWING}pattFill", f"{_DRAWING}grpFill"):
                return ()
            if fill.tag == f"{_DRAWING}noFill":
                return None
            if fill.tag == f"{_DRAWING}solidFill":
                return self._palette.filled(fill)
        reference = shape.find(f"{_SHAPE}style/{_DRAWING}fillRef")
        if reference is None or reference.get("idx", "0") == "0":
            return None
        return self._palette.filled(reference) if reference.get("idx") == "1" else ()


def _vml(shape: Any) -> Colours | None:  # noqa: ANN401
    """Return the fill of an old shape; those that hold text are white unless they say something else."""
    if not shape.tag.endswith(("}shape", "}rect", "}roundrect", "}oval")) or shape.get("filled", "t")[:1] in "f0":
        return None
    colour = from_hex(shape.get("fillcolor", "#ffffff").split(" ")[0].removeprefix("#"))
    return (colour,) if colour and shape.find(f"{_VML}fill") is None else ()


def _parts(cell: Any, table: Any) -> list[str]:  # noqa: ANN401
    """Return the names under which a table style may speak of a cell in its first or last row or column."""
    row = cell.getparent()
    edges = {
        "firstRow": _last(row, qn("w:tr"), "getprevious"),
        "lastRow": _last(row, qn("w:tr"), "getnext"),
        "firstColumn": _last(cell, qn("w:tc"), "getprevious"),
        "lastColumn": _last(cell, qn("w:tc"), "getnext"),
    }
    said = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    ruling = [_STYLED[name] for name, bit in _PARTS if edges[name] and _looks(said, name, bit)]
    return [*(corner for corner, sides in _CORNERS.items() if sides <= set(ruling)), *ruling]


def _last(element: Any, tag: str, way: str) -> bool:  # noqa: ANN401
    beside = getattr(element, way)()
    return beside is None or beside.tag != tag


def _looks(said: Any, name: str, bit: int) -> bool:  # noqa: ANN401
    """Whether a table shows a part of its style; without a word about it, it does."""
    if said is None:
        return True
    if (own := said.get(qn(f"w:{name}"))) is not None:
        return own.lower() not in _OFF
    code = said.get(qn("w:val"), "")
    return bool(int(code, 16) & bit) if re.fullmatch("[0-9A-Fa-f]{1,8}", code) else True


def _flat_line(formats: Sequence[Any]) -> bool:
    spacing = next((found for item in formats if (found := item.find(qn("w:spacing"))) is not None), None)
    return spacing is not None and spacing.get(qn("w:lineRule")) == "exact" and flat(spacing.get(qn("w:line"), ""))


def flat(height: str) -> bool:
    """Say whether a height in twentieths of a point shows nothing."""
    return height.isdecimal() and int(height) <= _FLAT


def _hides(around: Any) -> bool:  # noqa: ANN401
    """Whether a row, or what a text box is placed in, is not shown."""
    if around.tag == qn("w:tr"):
        marks = around.find(f"{qn('w:trPr')}/{qn('w:hidden')}")
        height = around.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
        exact = height is not None and height.get(qn("w:hRule")) == "exact" and flat(height.get(qn("w:val"), ""))
        return exact or (marks is not None and marks.get(qn("w:val"), "1").lower() not in _OFF)
    if around.tag in (f"{_PLACED}anchor", f"{_PLACED}inline"):
        drawn = around.find(f"{_PLACED}docPr")
        far = (found.text or "" for found in around.iter(f"{_PLACED}posOffset"))
        hidden = drawn is not None and drawn.get("hidden", "0").lower() not in _OFF
        return hidden or any(re.fullmatch("-?[0-9]{1,12}", it) and abs(int(it)) > _WIDEST for it in far)
    return around.tag.startswith(_VML) and _UNSEEN.search(around.get("style", "").replace(" ", "")) is not None
