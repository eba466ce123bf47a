r"""Undo what a paste went through, and keep the way back to the text as it was given.

``clean`` returns a ``View``: a text that reads alike however the paste was damaged, together with
the map that turns its offsets into offsets of the text as given. Line breaks stay, as one "\n",
but no reader may lean on them: in patterns a space and a line break mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape

from bot.reading.view import Pass
from bot.reading.view import View as View
from bot.reading.wrap import rejoined

_CHUNK = 1 << 16
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,6})?"
_DAY = rf"[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{4}},? {_TIME}(?: [AP]M)?(?= |\])"
_ISO = rf"[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[ T]{_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_SPOKEN = rf"(?:[A-Z][a-z]{{2}} )?{_MONTH} {{1,2}}[0-9]{{1,2}}(?: [0-9]{{4}})? {_TIME}(?: [0-9]{{4}})?"
_BOXED = rf"[\[(](?:{_ISO}|{_DAY}|{_TIME}|{_SPOKEN})[\])](?!\(Local)(?: ?[|])? ?"
# Without brackets a stamp is taken off only where most lines carry one; a log's own stamp never is.
_BARE = (
    rf"(?:{_ISO}(?: (?:UTC|GMT|JST))?|{_DAY}|{_TIME}(?! (?:19|20)[0-9]{{2}}\b(?! [A-Z][a-z]{{2}} ))|{_MONTH} {{1,2}}[0-9]{{1,2}} {_TIME}"
    r"(?! ?[0-9]{4} :)(?=[ ][0-9]{4} [A-Z][a-z]{2} |(?![^\n]{0,80}%WAAS)))(?!\(Local)(?: ?[|>] |: | |$)"
)
_BARE_LINE = re.compile(rf"(?m)^(?:> ?)*{_BARE}")
_ISO_WORD = re.compile(rf"(?<![0-9]){_ISO}(?: |$)")
_FLAT_BARE = (
    rf"(?<![0-9:.])(?:{_ISO}|(?:(?<![A-Z][a-z][a-z] ){_MONTH} {{1,2}}[0-9]{{1,2}} )?{_TIME}"
    r"(?! ?(?:[A-Z]{2,5} )?[0-9]{4}\b))(?:[|>:]? |$)"
)


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
_INNER_CR = _CHARACTERS | {13: "\x1a"}
_CONTROLS = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)?|\x1b[ -/]{0,4}[0-~]?"
    r"|<?-{1,4} ?[Mm]ore ?-{1,4}>?(?: ?\([0-9]{1,3}%\))?(?: *(?:[\x08\x1a]|\x1b\[[0-?]{0,64}[@-~]))*|\.\.\.skipping\b\.{0,3}"
    r"|[\x00\x07\x08\x1a\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
    r"|</?(?:table|thead|tbody|t[rdh]|pre|br|div|p|span|code|li|ul)(?: [^<>\n]{0,200})?/?>"
    r"|<(?:https?://|mailto:)[^ \n|<>]{1,300}(?:\|[^ \n|<>]{1,300})?>"
    r"|&(?:amp;){0,8}(?:lt|gt|amp|quot|nbsp|apos|[lr][sd]quo|[nm]dash|minus|e[nm]sp|[lr]arr|hellip|#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5});"
)
_TAG = re.compile(r"</?([a-z]{1,5})[ />]")
_CONTROL_SIGNS = (
    "</",
    "<br",
    "<BR",
    "<http",
    "<mailto:",
    "\x1b",
    "\x08",
    "\x1a",
    "ore",
    "&",
    "\x00",
    "\x07",
    "\x7f",
    "...skipping",
)
_ESCAPED = re.compile(r"(?:\\r)?\\n|\\[rt\"]")
_ESCAPES = {"n": "\n", "r": " ", "t": " "}
_ROW = re.compile(r"(?m)^[> ]{0,40}\|[^\n]*\|[ \r]{0,40}$")
_MARKS = r"^ {0,40}(?:>{1,8} |>(?=[^> \n]))+|^>+$|```(?:[a-z]{1,12}$)?|~~~|(?<=[ \n])>{1,8}(?=[ \n])"
_PLAIN_MARKS = re.compile(rf"(?m){_MARKS}|{_BOXED}")
_STAMPED_MARKS = re.compile(rf"(?m)^(?:> ?)*{_BARE}(?:> )?|{_MARKS}|{_BOXED}")
_FLAT = re.compile(_FLAT_BARE)
_FLAT_MARKS = re.compile(rf"(?m){_MARKS}|{_BOXED}|{_FLAT_BARE}")
_MARK_SIGNS = (">", "```", "~~~")
_BOX = re.compile(r"[\[(](?:[0-9]{2,4}[-/:]|[A-Z][a-z]{2} )")
_NOTES = re.compile(r"'{2,}|<[-=]{2,}(?![^\n]{0,200}: ?[0-9A-Z*])[^\n]{0,160}$", re.MULTILINE)
_BLANKS = re.compile(r"[ \n]{2,}")


class Paste:
    """A pasted text: its plain view, and the views with broken lines joined."""

    def __init__(self, raw: str) -> None:
        """Undo the damage of ``raw``, all but the lines that a terminal broke."""
        text = raw.replace("\r\n", " \n").translate(_INNER_CR if "\n" in raw else _LONE_CR)
        if text.count("\\n") > max(2, text.count("\n")):
            text = _ESCAPED.sub(_unescaped, text)
        if "|" in text:
            text = _ROW.sub(_cells, text)
        view = _replace(View(raw, text), _CONTROLS, _entity, _wants_controls)
        marks = _marks_of(view.text)
        wanted = _wants_marks if marks is _PLAIN_MARKS else _wants_all
        self._before = view.text
        self._lines = _replace(view, marks, "", wanted)
        self.view = _finished(self._lines)

    def unwrapped(self, starts: re.Pattern[str]) -> Iterator[tuple[View, bool]]:
        """Yield the views in which lines broken at a terminal's width are joined again.

        With each comes whether its width is one that terminals have or that several lines share.
        There is one for each width that the lines speak for, the likeliest first; none where no line
        seems broken. ``starts`` is how a device's line begins: such a line is never joined.
        """
        for joined, likely in rejoined(self._lines, self._before, starts):
            yield _finished(joined), likely


@lru_cache(maxsize=2)
def clean(raw: str) -> View:
    """Undo the damage of ``raw``, all but the lines that a terminal broke, and return the view of it."""
    return Paste(raw).view


def _unescaped(sign: re.Match[str]) -> str:
    """Return what an escaped character of JSON stands for, filled up to the same length."""
    return _ESCAPES.get(sign[0][-1], sign[0][-1]).rjust(len(sign[0]))


def _cells(row: re.Match[str]) -> str:
    """Return a table's row with blanks between its cells, of the same length."""
    return row[0].replace("|", " ")


def _finished(view: View) -> View:
    view = _replace(view, _NOTES, "", _wants_notes)
    return _replace(view, _BLANKS, " ", _wants_blanks, _squeeze)


def _wants_controls(chunk: str) -> bool:
    return not chunk.isascii() or any(sign in chunk for sign in _CONTROL_SIGNS)


def _wants_marks(chunk: str) -> bool:
    return any(sign in chunk for sign in _MARK_SIGNS) or _BOX.search(chunk) is not None


def _wants_all(_: str) -> bool:
    return True


def _wants_notes(chunk: str) -> bool:
    return "<-" in chunk or "<=" in chunk or "''" in chunk


def _wants_blanks(chunk: str) -> bool:
    return "  " in chunk or "\n\n" in chunk or " \n" in chunk or "\n " in chunk


def _entity(found: str) -> str:
    if found[0] == "<" and (tag := _TAG.match(found)):
        return "" if tag[1] in ("span", "code") else " " if tag[1] in ("td", "th") else "\n"
    if found[0] == "<" and found[-1] == ">" and ":" in found:
        return found[1:-1].rpartition("|")[2]
    if found[0] != "&":
        return " " if found == "\x1a" else ""
    character = unescape(f"&{found[:-1].rpartition('&')[2].rpartition(';')[2]};").translate(_CHARACTERS)
    return character if character.isprintable() or character == "\n" else " "


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
    new: Callable[[str], str] | str,
    wanted: Callable[[str], bool],
    quick: Callable[[str], str] | None = None,
) -> View:
    if not wanted(view.text):
        return view
    change = new if isinstance(new, str) else lambda found: new(found[0])
    make = quick or (lambda chunk: pattern.sub(change, chunk))
    chunks = _cut(view.text)
    outs = [make(chunk) if wanted(chunk) else chunk for chunk in chunks]
    return view.then("".join(outs), Pass(chunks, outs, pattern, new))


def _marks_of(text: str) -> re.Pattern[str]:
    """Choose what to take off: stamps without brackets only where they are the rule."""
    sample = text[:_CHUNK]
    lines = [line for line in sample.split("\n") if line.strip()]
    stamped = len(_BARE_LINE.findall(sample))
    if stamped and (stamped == len(lines) > 1 or (stamped >= 3 and stamped * 5 >= len(lines) * 2)):
        return _STAMPED_MARKS
    if max(map(len, lines), default=0) * 5 < len(sample) * 4:
        return _PLAIN_MARKS
    flat = len(_ISO_WORD.findall(sample)) >= 3 or len(_FLAT.findall(sample)) >= 8
    return _FLAT_MARKS if flat else _PLAIN_MARKS
