"""HTML files: libxml2 builds the tree; marks that stand in the text tell from which line each word comes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from bot.decode import decode
from bot.errors import InputError
from ingest.documents.draft import Block, Draft, Mark, lines_of
from ingest.documents.flow import Flow
from ingest.documents.hidden import invisible_note, spoken
from ingest.documents.marks import MARK, marked
from ingest.documents.styles import Look, Sheet

_CHARSET = re.compile(rb"(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_-]{2,20})")
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "dialog"]
    + ["dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html"]
    + ["main", "menu", "option", "p", "pre", "search", "section", "select", "summary", "textarea", "xmp", "listing"]
    + ["li", "ol", "ul", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"]
)
_PRE = frozenset({"pre", "textarea", "listing", "xmp"})
_SILENT = frozenset(
    {"head", "noscript", "script", "style", "title", "template", "iframe", "object", "svg", "math", "datalist", "nav"}
)
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_LAYOUT = "boolean(.//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//pre|.//table|.//ol|.//ul)"
_SHEETS = 1_000_000
_ATTRIBUTES = 1_000
"""Attributes of one element: libxml2 compares each with all before it when it builds its tree."""


@dataclass(slots=True)
class _Frame:
    """One open element: how it looks, and what its text belongs to."""

    tag: str
    look: Look = field(default_factory=Look)
    pre: bool = False
    rows: bool = False
    silent: bool = False
    number: int = 0
    steps: int = 0
    mark: str = ""


def read_html(data: bytes) -> Draft:
    """Return the structure of an HTML file; its lines are those of the source."""
    declared = _CHARSET.search(data[:4096])
    lines = lines_of(decode(data, declared[1].decode("ascii") if declared else None))
    draft = Draft("html", lines, [], notes=invisible_note(lines))
    source = marked(lines).encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True)
    try:
        etree.fromstring(source, etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, target=_Counter()))
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"is no HTML that can be read ({error.msg})") from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise InputError("is nested too deeply")
    if root is not None:
        _Reader(draft, root).read()
    return draft


class _Counter:
    """Looks at a page as it is read, before a tree is made of it."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(attributes) > _ATTRIBUTES:
            raise InputError(f"has an element with more than {_ATTRIBUTES:,} attributes")

    def end(self, tag: str) -> None:
        pass

    def close(self) -> None:
        pass


class _Reader:
    """Walks the tree once; text gathers until a block begins or ends."""

    def __init__(self, draft: Draft, root: etree._Element) -> None:
        self.draft = draft
        self.root = root
        self.sheet = Sheet()
        self.flow = Flow()
        self.frames = [_Frame("")]
        self.hidden: set[int] = set()
        self.parted = 0
        self.menus = 0
        self.lists = 0
        self.cells: list[str] = []
        self.rows: list[tuple[str, int, int]] = []
        self.code: list[str] = []

    def read(self) -> None:
        """Fill the draft."""
        self.sheet.add(" ".join("".join(style.itertext()) for style in self.root.iter("style"))[:_SHEETS])
        for event, node in etree.iterwalk(self.root, events=("start", "end", "comment", "pi")):
            if event == "start":
                self._start(node)
            elif event == "end":
                self._end(node)
            else:
                self._comment(node)
        self._flush()
        title = self.root.find(".//title")
        named = MARK.sub("", "".join(title.itertext())) if title is not None else ""
        self.draft.title = named.strip() or next((b.text for b in self.draft.blocks if b.kind == "heading"), "")
        if self.hidden:
            self.draft.notes.append(f"hidden text left out, on {spoken(sorted(self.hidden))}")
        if self.menus:
            self.draft.notes.append(f"navigation (nav elements) left out: {self.menus}")

    def _comment(self, node: etree._Element) -> None:
        if (node.text or "").strip():
            self._conceal()
        for mark in MARK.finditer(node.text or ""):  # what only the parser takes for a comment has marks
            self._move(int(mark[1]), int(mark[2]))
        self._text(node.tail or "")

    def _start(self, node: etree._Element) -> None:
        around, tag = self.frames[-1], str(node.tag).lower()
        attributes = {str(name).lower(): str(value) for name, value in node.attrib.items()}
        frame = _Frame(tag, self.sheet.look(tag, attributes, around.look), around.pre, around.rows, around.silent)
        frame.steps = around.steps
        frame.pre = frame.pre or tag in _PRE
        frame.silent = frame.silent or tag in _SILENT
        if tag == "nav" and not around.silent and not frame.look.hidden:
            self.menus += 1
        if not frame.silent and not frame.look.hidden:
            self._open(tag, attributes, frame, node)
        self.frames.append(frame)
        self._text(node.text or "")

    def _open(self, tag: str, attributes: dict[str, str], frame: _Frame, node: etree._Element) -> None:
        if tag == "table":
            self._flush()
            frame.rows = not node.xpath(_LAYOUT)
            self.rows, self.code = [], []
        elif tag in _BLOCKS and not frame.rows:
            self._flush()
        elif tag in _BLOCKS or tag == "br":
            self.flow.add(" " if frame.rows else "\n", exact=True)
        if tag in ("ol", "ul"):
            self._list(tag, attributes, frame)
        elif tag == "li":
            self._item(frame)
        elif tag == "img":
            self.flow.add(f" {attributes.get('alt', '')[:300]} ")
        elif tag in _CODE and not frame.pre:
            self.flow.begin_code()

    def _list(self, tag: str, attributes: dict[str, str], frame: _Frame) -> None:
        start = attributes.get("start", "1").strip()
        frame.number = int(start) - 1 if start.isdecimal() and len(start) < 6 else 0
        if tag == "ol" and not frame.steps:
            self.lists += 1
            frame.steps = self.lists

    def _item(self, frame: _Frame) -> None:
        around = next((outer for outer in reversed(self.frames) if outer.tag in ("ol", "ul")), None)
        if around:
            around.number += 1
            frame.mark = f"{around.number}. " if around.tag == "ol" else "- "

    def _end(self, node: etree._Element) -> None:
        frame = self.frames[-1]
        if not frame.silent and not frame.look.hidden:
            self._close(frame)
        self.frames.pop()
        self._text(node.tail or "")

    def _close(self, frame: _Frame) -> None:
        tag = frame.tag
        if frame.rows and tag in ("td", "th", "caption"):
            self._cell()
        elif frame.rows and tag == "tr":
            self._row()
        elif frame.rows and tag == "table":
            self._table(frame)
        elif tag in _CODE and not frame.pre:
            self.flow.end_code()
        elif tag in _BLOCKS and not frame.rows:
            self._flush()

    def _text(self, text: str) -> None:
        """Take in text with its marks; text that is not shown only moves the place."""
        frame = self.frames[-1]
        shown = not frame.silent and not frame.look.hidden
        at = 0
        for mark in MARK.finditer(text):
            self._add(text[at : mark.start()], frame, shown)
            at = mark.end()
            self._move(int(mark[1]), int(mark[2]))
        self._add(text[at:], frame, shown)

    def _add(self, text: str, frame: _Frame, shown: bool) -> None:
        if shown:
            self.flow.add(text, exact=frame.pre)
        elif text.strip() and not frame.silent:
            self._conceal()

    def _conceal(self) -> None:
        self.parted = self.flow.here[0]
        self.hidden.add(self.parted)

    def _move(self, line: int, column: int) -> None:
        last = self.draft.blocks[-1] if self.draft.blocks else None
        if last and last.last == line and last.end is None and column and not self.flow.text:
            last.end = column
        self.flow.move(line, column)

    def _flush(self) -> None:
        """Make a block of the text gathered so far."""
        frame = self.frames[-1]
        item = next((outer for outer in reversed(self.frames) if outer.mark), None)
        tags = {outer.tag for outer in self.frames}
        depth = next((int(tag[1]) for tag in tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal()), 0)
        if frame.pre or depth:
            block = self.flow.take("code" if frame.pre else "heading", level=depth)
        else:
            block = self.flow.take("item" if item else "text", item.mark if item else "")
        if block is None:
            return
        block.steps = frame.steps
        if item and block.kind != "heading":
            block.step = bool(block.steps) and self._outermost(item)
            item.mark = ""
        if self.parted and self.draft.blocks and self.draft.blocks[-1].last <= self.parted <= block.first:
            self.draft.blocks.append(Block("break", "", self.parted, self.parted))
        self.parted = 0
        self.draft.blocks.append(block)

    def _outermost(self, item: _Frame) -> bool:
        """Whether an item belongs to the outermost ordered list."""
        lists = [outer for outer in self.frames[: self.frames.index(item)] if outer.tag in ("ol", "ul")]
        return len([outer for outer in lists if outer.tag == "ol"]) == 1 and lists[-1].tag == "ol"

    def _cell(self) -> None:
        block = self.flow.take("text")
        self.cells.append(" ".join(block.text.split()) if block else "")
        if block:
            self.code += block.code
            self.rows.append(("", block.first, block.last))

    def _row(self) -> None:
        lines = [row for row in self.rows if not row[0]]
        self.rows = [row for row in self.rows if row[0]]
        if lines:
            self.rows.append((" | ".join(self.cells), lines[0][1], lines[-1][2]))
        self.cells = []

    def _table(self, frame: _Frame) -> None:
        self._row()
        if not self.rows:
            return
        offset = 0
        marks: list[Mark] = []
        for row, first, _ in self.rows:
            marks.append((offset, first, 0))
            offset += len(row) + 1
        text = "\n".join(row for row, _, _ in self.rows)
        block = Block("table", text, self.rows[0][1], self.rows[-1][2], marks, steps=frame.steps)
        block.code = tuple(self.code)
        self.draft.blocks.append(block)
        self.rows = []
