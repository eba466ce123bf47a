"""Markdown files: blocks from markdown-it's tokens, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.errors import InputError
from ingest.documents.draft import LONG_LINE, Block, Draft, Mark, lines_of
from ingest.documents.hidden import invisible_note, spoken
from ingest.documents.marks import CLOSE, OPEN, Lines, marked_line, taken_off, unmarked
from ingest.documents.styles import Concealment

_FRONT = re.compile(r"---[ \t]*$")
_TITLE = re.compile(r"title:[ \t]*[\"']?([^\"'\n]{1,200})[\"']?[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,400}>")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w.-]*(?: [\w.-]+){0,3}>")
"""What stands for a value, such as <FQDN> or <KDC ip>, and is a tag for Markdown: one that nothing closes."""
_UNCLOSED = frozenset(["br", "hr", "img", "wbr", "input", "p", "li", "dt", "dd", "td", "th", "tr"])
_OPENS = re.compile(r"[^\s>#+*0-9|-]|#{1,6} ")
_ENOUGH, _MOST = 100_000, 200_000
"""Characters after which the text is parted at the next good place, and at which it is parted in any case."""


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    steps: int


@dataclass(slots=True)
class _State:
    """Where the walk is: the lists around, whether an item has just begun, the rows of the table under way."""

    lists: list[_List] = field(default_factory=list)
    item: Token | None = None
    count: int = 0
    table: Block | None = None
    rows: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    heading: int = 0


def read_markdown(text: str) -> Draft:
    """Return the structure of a Markdown text (CommonMark and tables); raises InputError for an endless line."""
    lines = lines_of(text)
    draft = Draft("markdown", lines, [], notes=invisible_note(lines))
    reader = _Reader(draft)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    begin = _front(lines, draft)
    long = next((number for number, line in enumerate(lines, 1) if len(line) > _MOST), 0)
    if long:
        raise InputError(f"line {long} is longer than {_MOST} characters; save it as plain text (.txt)")
    for start, end in _chunks(lines, begin):
        reader.begin = start
        own = (_source(line, number) for number, line in enumerate(lines[start:end], start + 1))
        for token in parser.parse("\n".join(own)):
            reader.take(token)
    if reader.hidden:
        draft.notes.append(f"hidden text (comments or hidden HTML) left out, on {spoken(sorted(reader.hidden))}")
    draft.title = draft.title or next((b.text for b in draft.blocks if b.kind == "heading"), "")
    return draft


def _front(lines: list[str], draft: Draft) -> int:
    """Return how many lines YAML front matter takes: its title is the document's, the rest is not text."""
    if not lines or not _FRONT.match(lines[0]):
        return 0
    end = next((at for at in range(1, min(len(lines), 200)) if _FRONT.match(lines[at])), 0)
    if not end:
        return 0
    title = next((found[1] for line in lines[1:end] if (found := _TITLE.match(line))), "")
    draft.title = title.strip()
    draft.notes.append(f"front matter left out, but for its title, on lines 1 to {end + 1}")
    return end + 1


def _source(line: str, number: int) -> str:
    line = unmarked(line.replace("\r", " "))
    return marked_line(line, number) if len(line) > LONG_LINE else line


def _chunks(lines: Sequence[str], begin: int) -> Iterator[tuple[int, int]]:
    """Part a text so that no more of it than needed is in tokens at once: before a block that begins anew."""
    size, fence, start = 0, "", begin
    for at in range(begin, len(lines)):
        line = lines[at]
        fresh = not fence and at > start and not lines[at - 1].strip() and _OPENS.match(line) is not None
        if at > start and ((size > _ENOUGH and fresh) or size > _MOST):
            yield start, at
            start, size, fence = at, 0, ""
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        size += len(line) + 1
    if start < len(lines):
        yield start, len(lines)


class _Reader:
    """Follows the tokens of one chunk after the other; ``begin`` is how many lines lie before the chunk."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.begin = 0
        self.hidden: set[int] = set()
        self.concealment = Concealment()
        self.state = _State()

    def take(self, token: Token) -> None:
        """Go on with one token."""
        handle = getattr(self, "_" + token.type, None)
        if handle:
            handle(token)

    def _lines(self, token: Token) -> tuple[int, int]:
        low, high = token.map or (0, 1)
        first, last = self.begin + low + 1, self.begin + max(high, low + 1)
        while last > first and not self.draft.lines[last - 1].strip(" \t>"):
            last -= 1
        return first, last

    def _add(self, block: Block) -> Block:
        block.steps = next((around.steps for around in self.state.lists if around.ordered), 0)
        self.draft.blocks.append(block)
        return block

    def _conceal(self, token: Token) -> None:
        first, last = self._lines(token)
        self.hidden.update(range(first, last + 1))

    def _heading_open(self, token: Token) -> None:
        self.state.heading = int(token.tag[1])

    def _inline(self, token: Token) -> None:
        state = self.state
        first, last = self._lines(token)
        words, code = self._words(token, first)
        text, marks = taken_off(words, first)
        if state.table is not None:
            state.cells.append(" ".join(text.split()))
            state.code += code
            return
        lead, begun = self._mark()
        places: list[Mark] = [(0, first, 0), *((at + len(lead), min(line, last), col) for at, line, col in marks)]
        kind = "heading" if state.heading else "item" if lead else "text"
        if text.strip():
            block = Block(kind, lead + text, first, last, places, level=state.heading, code=tuple(code))  # type: ignore[arg-type]
            self._add(block).step = begun
        state.heading = 0

    def _mark(self) -> tuple[str, bool]:
        """Return what stands before the first paragraph of a list item, and whether a step begins with it."""
        state = self.state
        if state.item is None or not state.lists:
            return "", False
        around = state.lists[-1]
        state.item = None
        outer = not any(other.ordered for other in state.lists[:-1])
        return (f"{around.number}. ", outer) if around.ordered else ("- ", False)

    def _words(self, token: Token, line: int) -> tuple[str, list[str]]:
        """Return an inline token's text, with a mark where each further line begins, and its code spans."""
        text: list[str] = []
        code: list[str] = []
        lines = Lines(token.content, line)
        closed = {_name(child.content) for child in token.children or () if child.content.startswith("</")}
        for child in token.children or []:
            mark = lines.mark(child.type, child.content, child.markup)
            if child.type == "html_inline":
                if self.concealment.follow(taken_off(child.content, 0)[0]):
                    self._conceal(token)
                elif not self.concealment.on and _PLACEHOLDER.fullmatch(child.content):
                    text += [child.content] if _name(child.content) not in closed | _UNCLOSED else []
            elif child.type in ("softbreak", "hardbreak"):
                text.append("\n")
            elif self.concealment.on:
                self._conceal(token)
            elif child.type in ("code_inline", "text", "text_special", "image"):
                text.append(child.content)
                code += [taken_off(child.content, 0)[0].strip()] if child.type == "code_inline" else []
            text += [mark] if mark else []
        return "".join(text if lines.told() else (piece for piece in text if piece not in lines.marks)), code

    def _html_block(self, token: Token) -> None:
        first, last = self._lines(token)
        content = taken_off(token.content, 0)[0]
        around = self.concealment.on
        if self.concealment.follow(content) or around:
            self._conceal(token)
            self._add(Block("break", "", first, last))
        elif text := _TAG.sub(" ", content).strip():
            self._add(Block("text", text, first, last, [(0, first, 0)]))

    def _fence(self, token: Token) -> None:
        first, last = self._lines(token)
        if self.concealment.on:
            self._conceal(token)
            return
        begin = first + (token.type == "fence")
        lines = token.content.rstrip("\n").split("\n")
        content = "".join(f"{OPEN}{min(begin + k, last)}.0{CLOSE}{line}\n" for k, line in enumerate(lines))
        text, marks = taken_off(content[:-1], begin)
        if text.strip():
            self._add(Block("code", text, first, last, [(0, first, 0), *marks[1:]], info=token.info.strip()))

    _code_block = _fence

    def _hr(self, token: Token) -> None:
        self._add(Block("break", "", *self._lines(token)))

    def _ordered_list_open(self, token: Token) -> None:
        ordered = token.type == "ordered_list_open"
        self.state.count += ordered
        before = int(token.attrs.get("start", 1)) - 1
        self.state.lists.append(_List(ordered, before, self.state.count if ordered else 0))

    _bullet_list_open = _ordered_list_open

    def _ordered_list_close(self, _: Token) -> None:
        self.state.lists.pop()

    _bullet_list_close = _ordered_list_close

    def _list_item_open(self, token: Token) -> None:
        self.state.item = token
        self.state.lists[-1].number += 1

    def _table_open(self, token: Token) -> None:
        first, last = self._lines(token)
        self.state.table, self.state.rows, self.state.code = Block("table", "", first, last), [], []

    def _tr_open(self, _: Token) -> None:
        self.state.cells = []

    def _tr_close(self, _: Token) -> None:
        self.state.rows.append(" | ".join(self.state.cells))

    def _table_close(self, _: Token) -> None:
        block, self.state.table = self.state.table, None
        if block is None:
            return
        offset, marks = 0, []
        for number, row in enumerate(self.state.rows):
            marks.append((offset, min(block.first + number + (number > 0), block.last), 0))
            offset += len(row) + 1
        block.text = "\n".join(self.state.rows)
        block.marks, block.code = marks, tuple(self.state.code)
        if block.text.strip(" |\n"):
            self._add(block)


def _name(tag: str) -> str:
    """Return the name in a tag, in lower case."""
    return re.split(r"[\s>]", tag.lstrip("</"), maxsplit=1)[0].lower()
