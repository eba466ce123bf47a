"""PDF files: the text of each page, line by line; what nobody can see is left out."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject

from bot.errors import InputError
from ingest.documents.draft import Draft
from ingest.documents.hidden import invisible_note
from ingest.documents.pdfcolour import resolved
from ingest.documents.pdflayers import Layers
from ingest.documents.pdfplace import Box, common, empty
from ingest.documents.pdfsight import Sight
from ingest.documents.plain import structure

PAGES = 2_000
_STREAM = 20_000_000
"""Bytes that one stream may unpack to."""
_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": _STREAM,
    "lzw_maximum_output_length": _STREAM,
    "run_length_maximum_output_length": _STREAM,
    "array_based_stream_maximum_output_length": _STREAM,
    "stream_decoding_work_maximum_length": 4 * _STREAM,
    "stream_parsing_work_maximum_count": 500_000,
    "xform_maximum_invocations_per_extraction": 200,
}
_STEPS = 20_000_000
"""Drawing operations that a whole file may have."""
_DIGITS = re.compile(r"[0-9]+")
_EMPTY = 8
"""Bytes of a page's packed content that may hold nothing."""
_REPEATED = 3
_EDGE = 2
_HEAD = 1_024
"""Bytes within which a PDF says that it is one."""


def read_pdf(data: bytes) -> Draft:
    """Return the structure of a PDF file; its lines are those of the text taken out of it, page after page.

    Raises InputError for a file that is encrypted, damaged, too long, or holds pictures only.
    """
    if b"%PDF-" not in data[:_HEAD]:
        raise InputError("is no PDF, whatever its name says")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with apply_configuration(**_LIMITS):
        try:
            reader = PdfReader(io.BytesIO(data), strict=False)
            _unlock(reader)
            return _draft(reader)
        except InputError:
            raise
        except (PyPdfError, RecursionError) as error:
            raise InputError(f"is a PDF that cannot be read ({_line(error)})") from error
        except Exception as error:  # a damaged file surfaces as any built-in error
            raise InputError(f"is a damaged PDF ({type(error).__name__}: {_line(error)})") from error


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _unlock(reader: PdfReader) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise InputError("is encrypted; save it without its password")


def _draft(reader: PdfReader) -> Draft:
    count = len(reader.pages)
    if count > PAGES:
        raise InputError(f"has {count} pages, the limit is {PAGES}; split it")
    draft = Draft("pdf", [], [])
    extractor = _Extractor(reader)
    pages: list[int] = []
    for number, page in enumerate(reader.pages, 1):
        lines = extractor.lines(page, number)
        draft.lines += lines
        pages += [number] * len(lines)
    draft.notes += extractor.notes(count)
    if not any(line.strip() for line in draft.lines):
        raise InputError(_textless(extractor, count))
    skipped = _running(draft.lines, pages)
    if skipped:
        draft.notes.append(f"running headers and footers left out: {len(skipped)} lines")
    draft.notes += invisible_note(draft.lines)
    draft.blocks = structure(draft.lines, pages, skipped)
    title = reader.metadata.title if reader.metadata else None
    headings = (block.text for block in draft.blocks if block.kind == "heading")
    draft.title = str(title).strip() if title else next(headings, "")
    return draft


def _textless(extractor: _Extractor, count: int) -> str:
    if extractor.concealed:
        return "holds invisible text only, as scanners lay it under their pictures; save the text as a file of its own"
    if extractor.broken:
        return f"is a damaged PDF: {_pages(extractor.broken)} cannot be unpacked"
    return f"holds no text on its {count} pages, only pictures; recognise the text first (OCR)"


class _Extractor:
    """Takes the text out of pages; remembers what it left out."""

    def __init__(self, reader: PdfReader) -> None:
        self._sight = Sight(Layers(reader.root_object))
        self.concealed: list[int] = []
        self.broken: list[int] = []
        self.empty: list[int] = []
        self._left = _STEPS

    def lines(self, page: PageObject, number: int) -> list[str]:
        """Return the lines of one page; one that cannot be read gives none, and a note."""
        try:
            text = self._text(page, number)
        except InputError:
            raise
        except Exception:  # one damaged page does not cost the others
            self.broken.append(number)
            return []
        lines = [line.rstrip() for line in text.replace("\r", "\n").split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        if not any(lines):
            self.empty += [number] if number not in {*self.broken, *self.concealed} else []
            return []
        return [*lines, ""]

    def _text(self, page: PageObject, number: int) -> str:
        contents = page.get_contents()
        if contents is None:
            return ""
        if not contents.operations and _packed(page) > _EMPTY:
            self.broken.append(number)
            return ""
        self._sight.begin(_area(page), _resources(page))
        text = page.extract_text(
            visitor_operand_before=self._before,
            visitor_operand_after=lambda operator, *_: self._sight.after(operator),
        )
        if self._sight.left_out:
            self.concealed.append(number)
        return text

    def _before(self, operator: Any, operands: Any, *_: Any) -> None:  # noqa: ANN401 (pypdf's own types)
        self._left -= 1
        if self._left < 0:
            raise InputError(f"draws more than {_STEPS} operations; split it")
        self._sight.before(operator, operands)

    def notes(self, count: int) -> Iterator[str]:
        """Yield what is to be said about pages that were not taken in whole."""
        if self.concealed:
            yield f"invisible text left out, on {_pages(self.concealed)}"
        if self.broken:
            yield f"damaged, or larger than can be unpacked, and left out: {_pages(self.broken)}"
        if self.empty and len(self.empty) < count:
            yield f"no text, only pictures or nothing: {_pages(self.empty)}"


def _packed(page: PageObject) -> int:
    """Return how many bytes a page's content takes in the file."""
    found = page.get("/Contents")
    whole = found.get_object() if found is not None else None
    streams = [item.get_object() for item in whole] if isinstance(whole, ArrayObject) else [whole]
    return sum(len(getattr(stream, "_data", b"")) for stream in streams)


def _area(page: PageObject) -> Box:
    """Return the part of a page that is shown."""
    boxes = [(*map(float, (*box.lower_left, *box.upper_right)),) for box in (page.mediabox, page.cropbox)]
    media, crop = ((min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes)
    shown = common(media, crop)
    return media if empty(shown) else shown


def _resources(page: PageObject) -> Mapping[str, Any]:
    found = resolved(page.get("/Resources"))
    return found if isinstance(found, Mapping) else {}


def _pages(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
    return f"page{'s' if len(numbers) > 1 else ''} {shown}"


def _running(lines: Sequence[str], pages: Sequence[int]) -> frozenset[int]:
    """Return the lines (from 1) that most pages repeat at their top or foot, but for their numbers."""
    edges: list[tuple[int, str]] = []
    counts: Counter[str] = Counter()
    start = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or pages[at] != pages[start]:
            own = [k for k in range(start, at) if lines[k].strip()]
            here = [(k, _DIGITS.sub("0", lines[k].strip())) for k in {*own[:_EDGE], *own[-_EDGE:]}]
            counts.update({text for _, text in here})
            edges += here
            start = at
    least = max(_REPEATED, 0.6 * len(set(pages)))
    return frozenset(at + 1 for at, text in edges if counts[text] >= least)
