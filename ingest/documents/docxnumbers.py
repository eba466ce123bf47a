"""Numbers of lists in a DOCX file, counted as Word counts them."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

_BULLETS = frozenset({"bullet", "none"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Numbers:
    """Counts the items of every list, in the order of the document."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[tuple[str, str], tuple[str, int]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._lists: dict[str, int] = {}
        self._read(document)

    def _read(self, document: Document) -> None:
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in root.iter(qn("w:abstractNum")):
            name = abstract.get(qn("w:abstractNumId"), "")
            for level in abstract.iter(qn("w:lvl")):
                form, start = level.find(qn("w:numFmt")), level.find(qn("w:start"))
                begin = start.get(qn("w:val"), "1") if start is not None else "1"
                self._levels[name, level.get(qn("w:ilvl"), "0")] = (
                    form.get(qn("w:val"), "decimal") if form is not None else "decimal",
                    int(begin) if begin.isdecimal() and len(begin) < 6 else 1,
                )
        for number in root.iter(qn("w:num")):
            found = number.find(qn("w:abstractNumId"))
            if found is not None:
                self._abstract[number.get(qn("w:numId"), "")] = found.get(qn("w:val"), "")

    def mark(self, paragraph: Any, style: tuple[Any, ...]) -> tuple[str, int, bool]:  # noqa: ANN401 (lxml has no types)
        """Return what Word prints before a paragraph, the ordered list it belongs to (0: none), whether a step begins.

        Items of deeper levels belong to the ordered list around them.
        """
        found = next(
            (n for p in (paragraph, *style) if (n := p.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None), None
        )
        if found is None:
            return "", 0, False
        number, depth = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
        name = number.get(qn("w:val"), "0") if number is not None else "0"
        level = depth.get(qn("w:val"), "0") if depth is not None else "0"
        if name == "0" or not level.isdecimal():
            return "", 0, False
        return self._item(name, int(level[:2]))

    def _item(self, name: str, level: int) -> tuple[str, int, bool]:
        form, start = self._levels.get((self._abstract.get(name, ""), str(level)), ("decimal", 1))
        outer = self._levels.get((self._abstract.get(name, ""), "0"), ("decimal", 1))[0]
        if form in _BULLETS:
            return "- ", (self._lists.get(name, 0) if outer not in _BULLETS else 0), False
        count = self._counts.get((name, level), start - 1) + 1
        self._counts[name, level] = count
        for deeper in [key for key in self._counts if key[0] == name and key[1] > level]:
            del self._counts[deeper]
        if level == 0 and (count == start or name not in self._lists):
            self._lists[name] = len(self._lists) + 1
        shown = _LETTERS[(count - 1) % 26] if "etter" in form else str(count)
        return f"{shown}. ", self._lists.get(name, 0), level == 0
