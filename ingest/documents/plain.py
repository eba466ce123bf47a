"""Structure of plain lines: outputs, headings, numbered steps, lists and paragraphs, told by how lines look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from bot.text import language
from ingest.documents.draft import LABEL, Block, whole
from ingest.documents.hidden import visible
from ingest.documents.outputs import find_outputs
from ingest.documents.prompts import typed

_RULE = re.compile(r"[ \t]*([=\-~_*#\u2500\u2550])\1{2,}[ \t]*")
_NUMBERED = re.compile(
    r"[ \t\u3000]*(?:(?:手順|ステップ|[Ss]tep) ?([0-9]{1,3})[.:) \uff1a]?|"
    r"\(?([0-9]{1,3})(?:[)\uff09]|[.\uff0e](?![0-9])))[ \t\u3000]*(?=\S)"
)
_BULLET = re.compile(r"[ \t\u3000]*[-*+\u2022\u25cf\u25cb\u30fb\u25aa][ \t\u3000]+(?=\S)")
_SECTION = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+|[0-9]{1,2}(?:\.[0-9]{1,2}){1,4}\.?[ \t\u3000]+|第 ?[0-9]{1,3} ?[章節][ \t\u3000]*|"
    r"[\u25a0\u25c6\u25bc][ \t\u3000]*|(?:Chapter|Appendix|Section) [A-Z0-9]{1,4}[.: ])(?=\S)"
)
_ENDS = re.compile(r"[\u3002\uff01\uff1f.!?;][)\uff09\u300d\"']?[ \t]*$|[:\uff1a][ \t]*$")
_OPEN = re.compile(r"^[(\uff08]|[\u3002\u3001\uff0c.,;!?\uff01\uff1f|=<>{}\\]|https?:|です|ます")
_GOES_ON = re.compile(r"[はがをにのとでてもへやかつし]$|\b(?:a|an|and|at|by|for|from|in|is|of|on|or|that|the|to|with)$")
_NARROW, _WIDE = 60, 40
"""The longest heading in characters: of Latin text, and of Japanese."""
_APART = 8
"""Lines of prose that may stand between two steps of one procedure."""
_FAR = 400
"""Lines that may stand between them in all, outputs among them."""
_LONGEST = 200_000
"""Characters of a paragraph that nothing ends."""


def structure(
    lines: Sequence[str], pages: Sequence[int] | None = None, skipped: frozenset[int] = frozenset()
) -> list[Block]:
    """Return the blocks of ``lines``; ``pages`` has each line's page, ``skipped`` the lines (from 1) to leave out."""
    return _Structure(lines, pages, skipped).blocks()


class _Structure:
    def __init__(self, lines: Sequence[str], pages: Sequence[int] | None, skipped: frozenset[int]) -> None:
        self.lines = lines
        self.pages = pages
        self.skipped = skipped
        self.runs = {run.first: run for run in find_outputs(lines)}
        self.taken = {line for run in self.runs.values() for line in range(run.first, run.last + 1)}
        self.steps = _steps(lines, self.taken)
        self.found: list[Block] = []

    def blocks(self) -> list[Block]:
        at = 0
        while at < len(self.lines):
            at = self._take(at)
        return self.found

    def _take(self, at: int) -> int:
        """Make a block of the line ``at`` and what belongs to it; return the line after it."""
        if at in self.runs:
            run = self.runs[at]
            self._add("output", at, run.last).outputs = run.names
            return run.last + 1
        line = self.lines[at]
        if self._blank(at) or _RULE.fullmatch(line):
            return at + 1
        if (last := self._session(at)) is not None:
            self._add("code", at, last)
            return last + 1
        if depth := self._heading(at):
            self._add("heading", at, at).level = depth
            under = at + 1 < len(self.lines) and _RULE.fullmatch(self.lines[at + 1]) is not None
            return at + 2 if under else at + 1
        last = self._paragraph(at)
        block = self._add("item" if self._marked(at) else "text", at, last)
        block.step = at in self.steps and _NUMBERED.match(line) is not None
        return last + 1

    def _session(self, at: int) -> int | None:
        """Return the last line of what was typed at a prompt, and printed below it, from line ``at`` on."""
        if not _prompted(self.lines[at]):
            return None
        last = at
        while last + 1 < len(self.lines) and not self._blank(last + 1):
            line = self.lines[last + 1]
            if not _prompted(line) and (_ENDS.search(line[-4:]) or language(line) == "ja" or self._marked(last + 1)):
                break
            last += 1
        return last

    def _blank(self, at: int) -> bool:
        return not visible(self.lines[at]).strip() or at in self.taken or at + 1 in self.skipped

    def _add(self, kind: str, first: int, last: int) -> Block:
        page = self.pages[first] if self.pages else None
        block = whole(kind, self.lines, first + 1, last + 1, page)  # type: ignore[arg-type]
        block.steps = self.steps.get(first, 0)
        self.found.append(block)
        return block

    def _marked(self, at: int) -> bool:
        return _NUMBERED.match(self.lines[at]) is not None or _BULLET.match(self.lines[at]) is not None

    def _special(self, at: int) -> bool:
        """Whether line ``at`` cannot go on a paragraph."""
        line = self.lines[at]
        if self._blank(at) or _prompted(line) or self._marked(at):
            return True
        return _RULE.fullmatch(line) is not None or self._heading(at) > 0

    def _paragraph(self, at: int) -> int:
        """Return the last line of the paragraph that begins at ``at``: up to a sentence's end at a line's end."""
        last, size = at, len(self.lines[at])
        while last + 1 < len(self.lines) and size < _LONGEST and not self._special(last + 1):
            if _ENDS.search(self.lines[last][-4:]):
                break
            last += 1
            size += len(self.lines[last])
        return last

    def _heading(self, at: int) -> int:
        """Return a heading's depth, 0 for a line that is none."""
        line = self.lines[at].strip()
        if at in self.taken or at in self.steps or len(line) > 2 * _NARROW or not line:
            return 0
        under = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        if _RULE.fullmatch(under) and not _RULE.fullmatch(line) and (at + 1) not in self.taken:
            return 1 if under.strip()[0] in "=*#\u2550" else 2
        if _number(line) and _titled(self.lines, at):
            return 2
        if (found := _SECTION.match(line)) and not _ENDS.search(line[-4:]):
            return _depth(found[0])
        if not self._looks_like_one(at, line):
            return 0
        if not self.found:
            return 1
        return 3 if not self.lines[at - 1].strip() else LABEL

    def _looks_like_one(self, at: int, line: str) -> bool:
        """Whether a line without any mark reads as a heading: short, no sentence, and something follows it."""
        limit = _NARROW if line.isascii() else _WIDE
        body = line.rstrip(":\uff1a")
        if len(line) > limit or _BULLET.match(line) or _OPEN.search(body) or _prompted(line) or _GOES_ON.search(body):
            return False
        before = self.lines[at - 1] if at else ""
        after = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        if after[:1].islower():
            return False
        apart = not before.strip() or at - 1 in self.taken or _ENDS.search(before[-4:]) is not None
        return apart and self._opens(line, before, after)

    def _opens(self, line: str, before: str, after: str) -> bool:
        label = line[-1] in ":\uff1a"
        if not after.strip():
            worded = any(char.isalpha() for char in line) and not _NUMBERED.match(line)
            return worded and not before.strip() and not label
        return label or len(after) > len(line) or _NUMBERED.match(after) is not None


def _prompted(line: str) -> bool:
    """Whether a device's prompt and something typed begin the line."""
    return ("#" in line[:90] or ">" in line[:90]) and any(item.mode for item in islice(typed(line), 1))


def _depth(mark: str) -> int:
    if mark.lstrip().startswith("#"):
        return mark.count("#")
    return 1 + mark.strip(". \t\u3000").count(".")


def _number(line: str) -> int:
    found = _NUMBERED.match(line)
    return int(found[1] or found[2]) if found else 0


def _steps(lines: Sequence[str], taken: set[int]) -> dict[int, int]:
    """Return for each line of a procedure its number: from a step 1 on as long as the next step is near."""
    numbered = [
        (at, number)
        for at, line in enumerate(lines)
        if (number := _number(line)) and at not in taken and not _titled(lines, at)
    ]
    found: dict[int, int] = {}
    count = 0
    begin = 0
    while begin < len(numbered):
        end = begin
        while end + 1 < len(numbered) and _follows(lines, taken, numbered[end], numbered[end + 1]):
            end += 1
        if end > begin or _stands_alone(lines, numbered[begin][0]):
            count += 1
            found |= dict.fromkeys(range(numbered[begin][0], _tail(lines, taken, numbered[end][0]) + 1), count)
        begin = end + 1
    return found


def _titled(lines: Sequence[str], at: int) -> bool:
    """Whether a numbered line is the title of a section: short, alone between blank lines, with text to follow."""
    if at + 2 >= len(lines) or lines[at + 1].strip() or (at and lines[at - 1].strip()):
        return False
    line, after = lines[at].strip(), lines[at + 2]
    return len(line) <= _NARROW and not _ENDS.search(line[-4:]) and bool(after.strip()) and not _number(after)


def _follows(lines: Sequence[str], taken: set[int], one: tuple[int, int], two: tuple[int, int]) -> bool:
    if not 0 < two[1] - one[1] <= 2 or two[0] - one[0] > _FAR:
        return False
    return sum(1 for at in range(one[0] + 1, two[0]) if at not in taken and lines[at].strip()) <= _APART


def _stands_alone(lines: Sequence[str], at: int) -> bool:
    return _ENDS.search(lines[at][-4:]) is not None


def _tail(lines: Sequence[str], taken: set[int], last: int) -> int:
    """Return where the last step ends: with the commands that follow it at once."""
    at = last
    while at + 1 < len(lines) and at + 1 not in taken and _prompted(lines[at + 1]):
        at += 1
    return at
