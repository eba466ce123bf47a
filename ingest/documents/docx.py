"""DOCX files: python-docx opens the package; paragraphs, lists and tables become lines and blocks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn

from bot.errors import InputError
from ingest.documents.docxlook import Looks, Span, heading_level, spans
from ingest.documents.docxnumbers import Numbers
from ingest.documents.draft import Block, Draft, Mark
from ingest.documents.hidden import invisible_note

UNPACKED = 200_000_000
"""Bytes that the package may unpack to."""
_PARTS = 5_000
_XML = 60_000_000
"""Bytes that one XML part may have: its tree takes several times as much."""
_CONTAINERS = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins", "w:moveTo")))
_OTHER_TEXT = (("w:headerReference", "w:footerReference"), "headers and footers")


def read_docx(data: bytes) -> Draft:
    """Return the structure of a DOCX file; its lines are those of the text taken out of it.

    A paragraph is a line, or several where it holds line breaks; numbers of lists, as Word shows them, are part of
    the text; code among other words stands between backticks. Raises InputError for a file that is no sound package.
    """
    _check(data)
    try:
        document = docx.Document(io.BytesIO(data))
        return _Reader(document).read()
    except (InputError, RecursionError):
        raise
    except Exception as error:  # a damaged package surfaces as any of zipfile's, lxml's or python-docx's errors
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"is a damaged DOCX ({reason})") from error


def _check(data: bytes) -> None:
    """Look at the package before anything is unpacked."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("is encrypted, or an old .doc file; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InputError("is no DOCX: the package cannot be opened") from error
    total = sum(member.file_size for member in members)
    largest = max((m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels"))), default=0)
    if total > UNPACKED or largest > _XML or len(members) > _PARTS:
        raise InputError(f"would unpack to {total // 1_000_000} MB in {len(members)} parts, more than is read")
    if any(member.flag_bits & 1 for member in members):
        raise InputError("is encrypted; save it without its password")
    if "word/document.xml" not in {member.filename for member in members} and not any(
        member.filename.startswith("word/document") for member in members
    ):
        raise InputError("is no DOCX: it holds no document")


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.looks = Looks(document)
        self.numbers = Numbers(document)
        self.draft = Draft("docx", [], [])
        self.hidden: list[int] = []

    def read(self) -> Draft:
        """Walk the document's body."""
        for element in _children(self.document.element.body):
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
        draft = self.draft
        if self.hidden:
            shown = ", ".join(map(str, self.hidden[:5])) + (" and more" if len(self.hidden) > 5 else "")
            draft.notes.append(f"hidden text left out, near line {shown}")
        draft.notes += [*self._left_out(), *invisible_note(draft.lines)]
        title = (self.document.core_properties.title or "").strip()
        draft.title = title or next((b.text for b in draft.blocks if b.kind == "heading"), "")
        return draft

    def _left_out(self) -> Iterator[str]:
        body = self.document.element.body
        if any(True for _ in body.iter(qn("w:headerReference"), qn("w:footerReference"))):
            yield "headers and footers left out"
        for tag, name in (("w:footnoteReference", "footnotes"), ("w:endnoteReference", "endnotes")):
            count = sum(1 for _ in body.iter(qn(tag)))
            if count:
                yield f"{name} left out: {count}"
        if any(True for _ in body.iter(qn("w:commentReference"))):
            yield "comments left out"
        if any(True for _ in body.iter(qn("w:del"), qn("w:moveFrom"))):
            yield "deleted text (tracked changes) left out"

    def _paragraph(self, element: Any) -> None:  # noqa: ANN401 (lxml has no types)
        pieces = list(spans(element, self.looks))
        self._conceal(pieces)
        shown = [piece for piece in pieces if not piece.hidden and piece.text]
        text = "".join(piece.text for piece in shown)
        if not text.strip():
            return
        self._blank_line()
        style = self.looks.style_of(element)
        level = heading_level(element, style)
        mark, steps, begins = self.numbers.mark(element, style)
        if level:
            self._add(Block("heading", text.strip(), 0, 0, level=level))
            return
        code = self.looks.is_code(style) or all(piece.code or not piece.text.strip() for piece in shown)
        if code and not mark:
            self._code(text)
            return
        written = _written(shown)
        block = self._add(Block("item" if mark else "text", mark + written.strip("\n"), 0, 0))
        block.code = tuple(piece.text.strip() for piece in shown if piece.code and piece.text.strip())
        block.steps, block.step = steps, begins

    def _conceal(self, pieces: list[Span]) -> None:
        if any(piece.hidden and piece.text.strip() for piece in pieces):
            self.hidden.append(len(self.draft.lines) + 1)

    def _blank_line(self) -> None:
        """Part paragraphs of different kinds in the lines, as the eye does."""
        if self.draft.lines and self.draft.blocks and self.draft.blocks[-1].kind in ("heading", "table"):
            self.draft.lines.append("")

    def _add(self, block: Block) -> Block:
        """Write a block's text as lines, and the block."""
        first = len(self.draft.lines) + 1
        own = block.text.split("\n")
        self.draft.lines += own
        marks: list[Mark] = []
        offset = 0
        for number, line in enumerate(own):
            marks.append((offset, first + number, 0))
            offset += len(line) + 1
        block.first, block.last, block.marks, block.exact = first, first + len(own) - 1, marks, True
        self.draft.blocks.append(block)
        return block

    def _code(self, text: str) -> None:
        """Add a line of code to the code block before, if that has just ended."""
        last = self.draft.blocks[-1] if self.draft.blocks else None
        if last and last.kind == "code" and last.last == len(self.draft.lines):
            self.draft.blocks.pop()
            del self.draft.lines[last.first - 1 :]
            self._add(Block("code", f"{last.text}\n{text}", 0, 0)).steps = last.steps
        else:
            near = last.steps if last else 0
            self._add(Block("code", text.strip("\n"), 0, 0)).steps = near

    def _table(self, element: Any) -> None:  # noqa: ANN401
        rows: list[str] = []
        code: list[str] = []
        for row in _descend(element, qn("w:tr")):
            cells = [self._cell(cell, code) for cell in _descend(row, qn("w:tc"))]
            if any(cells):
                rows.append(" | ".join(cells))
        if rows:
            self._blank_line()
            block = self._add(Block("table", "\n".join(rows), 0, 0))
            block.code = tuple(code)

    def _cell(self, element: Any, code: list[str]) -> str:  # noqa: ANN401
        texts = []
        for paragraph in element.iter(qn("w:p")):
            pieces = list(spans(paragraph, self.looks))
            self._conceal(pieces)
            shown = [piece for piece in pieces if not piece.hidden]
            texts.append(" ".join(_written(shown, whole=True).split()))
            code += [piece.text.strip() for piece in shown if piece.code and piece.text.strip()]
        return " ".join(filter(None, texts))


def _written(pieces: list[Span], whole: bool = False) -> str:
    """Return the text of spans, code among other words (or ``whole``) between backticks."""
    mixed = whole or any(not piece.code and piece.text.strip() for piece in pieces)
    return "".join(
        f"`{piece.text}`" if mixed and piece.code and piece.text.strip() and "`" not in piece.text else piece.text
        for piece in pieces
    )


def _children(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the paragraphs and tables of a body, those in content controls too."""
    for child in element:
        if child.tag in _CONTAINERS:
            yield from _children(child)
        else:
            yield child


def _descend(element: Any, tag: str) -> Iterator[Any]:  # noqa: ANN401
    """Yield the children with ``tag``, those in content controls too."""
    return (child for child in _children(element) if child.tag == tag)
