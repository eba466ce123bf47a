"""How text in a DOCX file looks: what is hidden, what is code, what is a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

_HEADING = re.compile(r"(?i)(?:heading|見出し|überschrift|titre) ?([1-9])")
_CODE_STYLE = re.compile(
    r"(?i)code|html preformatted|macro|plain text|source|console|terminal|verbatim|コード|書式なし"
)
_MONOSPACED = re.compile(
    r"(?i)courier|consolas|mono\b|monospace|menlo|monaco|lucida console|source code|inconsolata|typewriter|fixed"
    r"|ｍｓ ゴシック|ms gothic|cascadia"
)
_OFF = frozenset({"0", "false", "off", "none"})
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

    def span(self, run: Any, style: tuple[Any, ...]) -> Span:  # noqa: ANN401
        """Return a run's text and look; ``style`` is its paragraph's."""
        own = run.find(qn("w:rPr"))
        named = own.find(qn("w:rStyle")) if own is not None else None
        chain = self.chain(named.get(qn("w:val")) if named is not None else None)
        looks = [own, *(item.find(qn("w:rPr")) for item in (*chain, *style))]
        code = _monospaced(own) or any(
            _CODE_STYLE.search(name_of(item)) or _monospaced(item.find(qn("w:rPr"))) for item in chain[:2]
        )
        return Span(_text(run), _hidden([look for look in looks if look is not None]), code)


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


def _hidden(looks: list[Any]) -> bool:
    """Whether Word shows nothing of such text: hidden, without size, or white on white."""
    for tag in (qn("w:vanish"), qn("w:specVanish")):
        mark = _nearest(looks, tag)
        if mark is not None and mark.get(qn("w:val"), "1").lower() not in _OFF:
            return True
    size = _nearest(looks, qn("w:sz"))
    if size is not None and (half := size.get(qn("w:val"), "20")).isdecimal() and int(half) <= 4:
        return True
    color = _nearest(looks, qn("w:color"))
    white = color is not None and color.get(qn("w:val"), "").upper() in ("FFFFFF", "FEFEFE")
    return white and _nearest(looks, qn("w:shd")) is None and _nearest(looks, qn("w:highlight")) is None


def _nearest(looks: list[Any], tag: str) -> Any:  # noqa: ANN401
    return next((found for look in looks if (found := look.find(tag)) is not None), None)


_SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:rPr", "w:pPr", "w:instrText", "w:rt", "w:rubyPr")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:ptab"): "\t"}


def spans(paragraph: Any, looks: Looks) -> Iterator[Span]:  # noqa: ANN401
    """Yield the text of a paragraph in order, neighbours of the same look as one; deleted text is no text."""
    style = looks.style_of(paragraph)
    last: Span | None = None
    for run in _runs(paragraph):
        span = looks.span(run, style)
        if last and (last.hidden, last.code) == (span.hidden, span.code):
            last = Span(last.text + span.text, last.hidden, last.code)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last


def _runs(element: Any) -> Iterator[Any]:  # noqa: ANN401
    for child in element:
        if child.tag == qn("w:r"):
            yield child
            boxes = child.iter(qn("w:txbxContent"))
            yield from (run for box in boxes if not _in_fallback(box) for run in _boxed(box))
        elif child.tag not in _SKIPPED:
            yield from _runs(child)


def _in_fallback(element: Any) -> bool:  # noqa: ANN401
    return any(outer.tag == _FALLBACK for outer in element.iterancestors())


def _boxed(box: Any) -> Iterator[Any]:  # noqa: ANN401
    for paragraph in box.iter(qn("w:p")):
        yield from _runs(paragraph)


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
