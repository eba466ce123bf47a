"""How text in a DOCX file looks: what is hidden, what is code, what is a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from ingest.documents.docxcolour import Palette
from ingest.documents.docxplace import Place, Places
from ingest.documents.docxunseen import invisible

_HEADING = re.compile(r"(?i)(?:heading|見出し|überschrift|titre) ?([1-9])")
_CODE_STYLE = re.compile(
    r"(?i)code|html preformatted|macro|plain text|source|console|terminal|verbatim|コード|書式なし"
)
_MONOSPACED = re.compile(
    r"(?i)courier|consolas|mono\b|monospace|menlo|monaco|lucida console|source code|inconsolata|typewriter|fixed"
    r"|ｍｓ ゴシック|ms gothic|cascadia"
)
_LEVELS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one look; ``hidden`` text is not shown by Word."""

    text: str
    hidden: bool = False
    code: bool = False


class Looks:
    """The styles of a document: each with those it is based on."""

    def __init__(self, document: Document) -> None:
        self._styles = {style.get(qn("w:styleId")): style for style in document.styles.element.iter(qn("w:style"))}
        self._known: dict[str, tuple[Any, ...]] = {}
        self.palette = Palette(document)
        self.places = Places(document, self.palette, self.chain)
        normal = (name for name, item in self._styles.items() if _is_default(item))
        self._normal = self.chain(next(normal, None))
        self._first = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")

    def chain(self, name: str | None) -> tuple[Any, ...]:
        """Return a style's element and those of the styles it is based on, nearest first."""
        if not name:
            return ()
        if name not in self._known:
            found: list[Any] = []
            at: str | None = name
            while at in self._styles and len(found) < _LEVELS:
                found.append(self._styles[at])
                base = self._styles[at].find(qn("w:basedOn"))
                at = base.get(qn("w:val")) if base is not None else None
            self._known[name] = tuple(found)
        return self._known[name]

    def style_of(self, paragraph: Any) -> tuple[Any, ...]:  # noqa: ANN401 (lxml has no types)
        """Return the chain of a paragraph's style."""
        found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self.chain(found.get(qn("w:val")) if found is not None else None)

    def is_code(self, style: tuple[Any, ...]) -> bool:
        """Say whether a style is one for code."""
        return any(_CODE_STYLE.search(name_of(item)) or _monospaced(item.find(qn("w:rPr"))) for item in style[:2])

    def place(self, paragraph: Any) -> Place:  # noqa: ANN401
        """Return where a paragraph stands, whatever its runs look like."""
        return self.places.of(paragraph, self.style_of(paragraph) or self._normal)

    def span(self, run: Any, style: tuple[Any, ...], place: Place) -> Span:  # noqa: ANN401
        """Return a run's text and look; ``style`` is its paragraph's, ``place`` where that stands."""
        own = run.find(qn("w:rPr"))
        named = own.find(qn("w:rStyle")) if own is not None else None
        chain = self.chain(named.get(qn("w:val")) if named is not None else None)
        looks = [
            own,
            *(item.find(qn("w:rPr")) for item in (*chain, *(style or self._normal))),
            *place.looks,
            self._first,
        ]
        code = _monospaced(own) or any(
            _CODE_STYLE.search(name_of(item)) or _monospaced(item.find(qn("w:rPr"))) for item in chain[:2]
        )
        said = [look for look in looks if look is not None]
        hidden = place.hidden or invisible(said, place.ground, self.palette)
        return Span(_text(run), hidden, code)


def _is_default(style: Any) -> bool:  # noqa: ANN401
    kind, default = style.get(qn("w:type")), style.get(qn("w:default"), "0")
    return kind == "paragraph" and default.lower() in ("1", "true", "on")


def name_of(style: Any) -> str:  # noqa: ANN401
    """Return a style's name."""
    found = style.find(qn("w:name"))
    return str(found.get(qn("w:val"), "")) if found is not None else ""


def heading_level(paragraph: Any, style: tuple[Any, ...]) -> int:  # noqa: ANN401
    """Return a heading's depth, 0 for a paragraph that is none."""
    for item in style:
        name = name_of(item)
        if found := _HEADING.fullmatch(name.strip()):
            return int(found[1])
        if name.lower() in ("title", "表題"):
            return 1
    for place in (paragraph, *style):
        outline = place.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        level = outline.get(qn("w:val"), "9") if outline is not None else "9"
        if level.isdecimal() and int(level) < 9:
            return int(level) + 1
    return 0


def _monospaced(look: Any) -> bool:  # noqa: ANN401
    fonts = look.find(qn("w:rFonts")) if look is not None else None
    return fonts is not None and _MONOSPACED.search(fonts.get(qn("w:ascii"), "")) is not None


_SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:rPr", "w:pPr", "w:instrText", "w:rt", "w:rubyPr")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:ptab"): "\t"}


def spans(paragraph: Any, looks: Looks) -> Iterator[Span]:  # noqa: ANN401
    """Yield the text of a paragraph in order, neighbours of the same look as one; deleted text is no text."""
    known: dict[Any, tuple[tuple[Any, ...], Place]] = {}
    last: Span | None = None
    for run, owner in _runs(paragraph, paragraph):
        if owner not in known:
            known[owner] = looks.style_of(owner), looks.place(owner)
        span = looks.span(run, *known[owner])
        if last and (last.hidden, last.code) == (span.hidden, span.code):
            last = Span(last.text + span.text, last.hidden, last.code)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last


def _runs(element: Any, paragraph: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Yield every run with its paragraph; what stands in a text box comes after the run that holds the box."""
    for child in element:
        if child.tag == qn("w:r"):
            yield child, paragraph
            boxes = child.iter(qn("w:txbxContent"))
            yield from (found for box in boxes if not _in_fallback(box) for found in _boxed(box))
        elif child.tag not in _SKIPPED:
            yield from _runs(child, paragraph)


def _in_fallback(element: Any) -> bool:  # noqa: ANN401
    return any(outer.tag == _FALLBACK for outer in element.iterancestors())


def _boxed(box: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    for paragraph in box.iter(qn("w:p")):
        yield from _runs(paragraph, paragraph)


def _text(run: Any) -> str:  # noqa: ANN401
    parts = []
    for child in run:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif child.tag == qn("w:ruby"):
            parts += [text.text or "" for text in child.iterfind(f"{qn('w:rubyBase')}//{qn('w:t')}")]
    return "".join(parts)
