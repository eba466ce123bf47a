"""Undo what a paste went through, and keep the way back to the text as it was given.

``clean`` returns a ``View``: a text that reads alike however the paste was damaged, together with
the map that turns its offsets into offsets of the text as given. Line breaks stay, as one "\\n",
but no reader may lean on them: in patterns a space and a line break mean the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from bot.findings import Evidence

_CHUNK = 1 << 16
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,6})?"
_ISO = rf"[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[ T]{_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_SPOKEN = rf"(?:[A-Z][a-z]{{2}} )?{_MONTH} {{1,2}}[0-9]{{1,2}}(?: [0-9]{{4}})? {_TIME}(?: [0-9]{{4}})?"
_BOXED = rf"[\[(](?:{_ISO}|{_TIME}|{_SPOKEN})[\])](?!\(Local) ?[|:]? ?"
# Without brackets a stamp is taken off only where most lines carry one; a log's own stamp never is.
_BARE = (
    rf"(?:{_ISO}|{_TIME}(?! [0-9]{{4}}\b)|{_MONTH} {{1,2}}[0-9]{{1,2}} {_TIME}"
    r"(?! ?[0-9]{4} :)(?![^\n]{0,80}%WAAS))(?!\(Local)(?: ?[|>] ?|: | |$)"
)
_BARE_LINE = re.compile(rf"(?m)^(?:> ?)*{_BARE}")
_ISO_WORD = re.compile(rf"(?<![0-9]){_ISO}(?: |$)")
_FLAT_BARE = rf"(?<![0-9:.])(?:{_ISO}|{_TIME}(?! (?:[A-Z]{{2,5}} )?[0-9]{{4}}\b))(?:[|>:]? |$)"


def _characters() -> dict[int, str]:
    table = {code: " " for code in (9, 0x1C, 0x1D, 0x1E, 0x1F, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000)}
    table |= {code: " " for code in range(0x2000, 0x200B)}
    table |= {code: "\n" for code in (0x0B, 0x0C, 0x85, 0x2028, 0x2029)}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {code: "-" for code in (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, *range(0x2500, 0x250C, 1))}
    table |= {code: "'" for code in (0x2018, 0x2019, 0x201A, 0x201B, 0x2032)}
    table |= {code: '"' for code in (0x201C, 0x201D, 0x201E, 0x201F, 0x2033)}
    return table | {0x2550: "=", 0x2190: "<"}


_CHARACTERS = _characters()
_LONE_CR = _CHARACTERS | {13: "\n"}
_CRLF = _CHARACTERS | {13: " "}
_CONTROLS = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)?|\x1b[ -/]{0,4}[0-~]?"
    r"|<?-{1,4} ?[Mm]ore ?-{1,4}>?(?: ?\([0-9]{1,3}%\))?(?:[\x08 ]|\x1b\[[0-?]{0,64}[@-~])*|\.\.\.skipping\b\.{0,3}"
    r"|[\x00\x07\x08\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
    r"|&(?:amp;){0,8}(?:lt|gt|amp|quot|nbsp|apos|#39|#160|#x27);"
)
_CONTROL_SIGNS = ("\x1b", "\x08", "ore", "&", "\x00", "\x07", "\x7f", "...skipping")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "nbsp": " ", "#160": " "}
_MARKS = r"^ {0,40}(?:>{1,8} |>(?=[^> \n]))+|^>+$|```(?:[a-z]{1,12}$)?|~~~|'{3,}|(?<=[ \n])>{1,8}(?=[ \n])"
_PLAIN_MARKS = re.compile(rf"(?m){_MARKS}|{_BOXED}")
_STAMPED_MARKS = re.compile(rf"(?m)^(?:> ?)*{_BARE}(?:> )?|{_MARKS}|{_BOXED}")
_FLAT_MARKS = re.compile(rf"(?m){_MARKS}|{_BOXED}|{_FLAT_BARE}")
_MARK_SIGNS = (">", "```", "~~~", "'''")
_TIMES = re.compile(_TIME)
_NOTES = re.compile(r"<[-=]{2,}(?![^\n]{0,200}: ?[0-9A-Z*])[^\n]{0,160}$", re.MULTILINE)
_BLANKS = re.compile(r"[ \n]{2,}")


class _Edits:
    """Pieces of one text that were replaced; maps offsets of the result back."""

    def __init__(self, pieces: Iterable[tuple[int, int, int]]) -> None:
        """Take (start, end, length of the replacement) of each piece, in order."""
        self._from: list[int] = []
        self._to: list[int] = []
        self._at: list[int] = []
        self._size: list[int] = []
        shift = 0
        for start, end, size in pieces:
            self._from.append(start)
            self._to.append(end)
            self._at.append(start + shift)
            self._size.append(size)
            shift += size - (end - start)

    def back(self, offset: int) -> tuple[int, int]:
        """Return the span of the source that the character at ``offset`` stands for."""
        k = bisect_right(self._at, offset) - 1
        if k < 0:
            return offset, offset + 1
        inside = offset - self._at[k]
        if inside < self._size[k]:
            return self._from[k], self._to[k]
        source = self._to[k] + inside - self._size[k]
        return source, source + 1


class _Pass:
    """One pattern's replacements over a text in chunks; a chunk's map is made when it is asked for."""

    def __init__(self, chunks: list[str], outs: list[str], pattern: re.Pattern[str], new: Callable[[str], str]) -> None:
        self._chunks, self._pattern, self._new = chunks, pattern, new
        self._sources = [0, *accumulate(map(len, chunks))]
        self._starts = [0, *accumulate(map(len, outs))]
        self._maps: dict[int, _Edits] = {}

    def back(self, offset: int) -> tuple[int, int]:
        """Return the span of the source that the character at ``offset`` stands for."""
        k = min(bisect_right(self._starts, offset) - 1, len(self._chunks) - 1)
        edits = self._maps.get(k)
        if edits is None:
            found = self._pattern.finditer(self._chunks[k])
            edits = self._maps[k] = _Edits((m.start(), m.end(), len(self._new(m[0]))) for m in found)
        low, high = edits.back(offset - self._starts[k])
        return low + self._sources[k], high + self._sources[k]


class View:
    """A cleaned text and the way back: ``raw`` as given, ``text`` with the damage undone."""

    __slots__ = ("_steps", "raw", "text")

    def __init__(self, raw: str, text: str, steps: tuple[_Edits | _Pass, ...] = ()) -> None:
        """Hold ``text``, which ``steps``, first to last, made from ``raw``."""
        self.raw, self.text, self._steps = raw, text, steps

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of ``text`` into the span of ``raw`` that it came from."""
        for step in reversed(self._steps):
            low = step.back(start)[0]
            end = step.back(end - 1)[1] if end > start else low
            start = low
        return start, end

    def evidence(self, start: int, end: int) -> Evidence:
        """Return the characters of ``raw`` behind a span of ``text``."""
        low, high = self.span(start, end)
        return Evidence(low, high, self.raw[low:high])

    def without(self, spans: Sequence[tuple[int, int]]) -> View:
        """Return a view that leaves out ``spans`` of ``text`` (ordered, apart from each other)."""
        pieces: list[tuple[int, int, int]] = []
        parts: list[str] = []
        done = 0
        for start, end in spans:
            start = max(start, done)
            before = start == 0 or self.text[start - 1] in " \n"
            end += end < len(self.text) and before and self.text[end] in " \n"
            gap = "" if before or end >= len(self.text) or self.text[end] in " \n" else "\n"
            pieces.append((start, end, len(gap)))
            parts += self.text[done:start], gap
            done = end
        return View(self.raw, "".join([*parts, self.text[done:]]), (*self._steps, _Edits(pieces)))


def clean(raw: str, starts: re.Pattern[str] | None = None) -> View:
    """Undo the damage of ``raw`` and return the view of it.

    With ``starts``, a pattern of how a device's line begins, lines that a terminal broke at its
    width are joined again, except before a line that matches it.
    """
    text = raw.translate(_CRLF if "\n" in raw else _LONE_CR)
    view = _replace(View(raw, text), _CONTROLS, _entity, _wants_controls)
    before = view.text
    view = _replace(view, _marks_of(before), _nothing, _wants_marks)
    if starts is not None:
        view = _unwrap(view, before, starts)
    view = _replace(view, _NOTES, _nothing, _wants_notes)
    return _replace(view, _BLANKS, _blank, _wants_blanks, _squeeze)


def _wants_controls(chunk: str) -> bool:
    return not chunk.isascii() or any(sign in chunk for sign in _CONTROL_SIGNS)


def _wants_marks(chunk: str) -> bool:
    return any(sign in chunk for sign in _MARK_SIGNS) or _TIMES.search(chunk) is not None


def _wants_notes(chunk: str) -> bool:
    return "<-" in chunk or "<=" in chunk


def _wants_blanks(chunk: str) -> bool:
    return "  " in chunk or "\n\n" in chunk or " \n" in chunk or "\n " in chunk


def _nothing(_: str) -> str:
    return ""


def _entity(found: str) -> str:
    if found[0] != "&":
        return ""
    return _ENTITIES.get(found[:-1].rpartition("&")[2].rpartition(";")[2], "'")


def _blank(found: str) -> str:
    return "\n" if "\n" in found else " "


def _squeeze(chunk: str) -> str:
    while "  " in chunk:
        chunk = chunk.replace("  ", " ")
    chunk = chunk.replace(" \n", "\n").replace("\n ", "\n")
    while "\n\n" in chunk:
        chunk = chunk.replace("\n\n", "\n")
    return chunk


def _cut(text: str) -> list[str]:
    """Cut ``text`` into chunks that begin where a line begins with something to read."""
    chunks, start = [], 0
    while len(text) - start > 2 * _CHUNK:
        end = text.find("\n", start + _CHUNK) + 1
        while end and end < len(text) and text[end] in " \n":
            end = text.find("\n", end + 1) + 1
        if not end:
            break
        chunks.append(text[start:end])
        start = end
    return [*chunks, text[start:]]


def _replace(
    view: View,
    pattern: re.Pattern[str],
    new: Callable[[str], str],
    wanted: Callable[[str], bool],
    quick: Callable[[str], str] | None = None,
) -> View:
    if not wanted(view.text):
        return view
    make = quick or (lambda chunk: pattern.sub(lambda m: new(m[0]), chunk))
    chunks = _cut(view.text)
    outs = [make(chunk) if wanted(chunk) else chunk for chunk in chunks]
    step = _Pass(chunks, outs, pattern, new)
    return View(view.raw, "".join(outs), (*view._steps, step))


def _marks_of(text: str) -> re.Pattern[str]:
    """Choose what to take off: stamps without brackets only where they are the rule."""
    sample = text[: 4 * _CHUNK]
    lines = sum(1 for line in sample.split("\n") if line.strip())
    if lines < 3:
        flat = len(_ISO_WORD.findall(sample)) >= 3 or len(re.findall(_FLAT_BARE, sample)) >= 8
        return _FLAT_MARKS if flat else _PLAIN_MARKS
    stamped = len(_BARE_LINE.findall(sample))
    return _STAMPED_MARKS if stamped >= 3 and stamped * 5 >= lines * 2 else _PLAIN_MARKS


def _unwrap(view: View, before: str, starts: re.Pattern[str]) -> View:
    """Join the lines that a terminal broke: all of one width, none of the next a known beginning."""
    lines = view.text.split("\n")
    ends = [len(line.rstrip(" ")) for line in lines]
    earlier = [len(line.rstrip(" ")) for line in before.split("\n")]
    open_ = [
        ends[i] > 0 and ends[i + 1] > 0 and lines[i + 1][:1] != "\n" and not starts.match(lines[i + 1])
        for i in range(len(lines) - 1)
    ]
    width, lengths = _width(ends, open_), ends
    if not width and len(earlier) == len(ends):
        width, lengths = _width(earlier, open_), earlier
    if not width:
        return view
    offsets = [0, *accumulate(len(line) + 1 for line in lines)]
    joins = [(offsets[i] + ends[i], offsets[i + 1], 0) for i in range(len(open_)) if open_[i] and lengths[i] == width]
    drop = {start: end for start, end, _ in joins}
    parts, done = [], 0
    for start, end in drop.items():
        parts.append(view.text[done:start])
        done = end
    text = "".join([*parts, view.text[done:]])
    return View(view.raw, text, (*view._steps, _Edits(joins)))


def _width(lengths: list[int], open_: list[bool]) -> int:
    """Return the terminal's width that the lengths speak for, 0 for none."""
    counts: dict[int, int] = {}
    for i, broken in enumerate(open_):
        if broken and lengths[i] >= 20:
            counts[lengths[i]] = counts.get(lengths[i], 0) + 1
    for width in sorted(counts, key=lambda w: (-counts[w], -w))[:4]:
        if sum(length > width for length in lengths) <= counts[width]:
            return width
    return 0
