"""Lines as a person would type them: without list marks, quote marks, HTML tags and the device's prompt."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.schema import Mode

_HOST = r"(?P<host>[A-Za-z][A-Za-z0-9_.-]{0,62})"
_MODE = r"(?:\((?P<mode>[A-Za-z0-9_./ -]{1,40})\))?"
PROMPT = re.compile(rf"{_HOST}{_MODE}(?P<sign>[#>])[ \t]?(?=[A-Za-z])")
_INNER = re.compile(r"(?<![^ \t'])[A-Za-z][A-Za-z0-9_.-]{0,62}(?:\([A-Za-z0-9_./ -]{1,40}\))?#[ \t]?(?=[A-Za-z])")
_WINDOWS = re.compile(r"(?:PS )?[A-Za-z]:\\[^<>|\n]{0,120}>[ \t]?(?=[A-Za-z])")
_LEAD = re.compile(
    r"[ \t\u3000]*(?:>[ \t]?){0,8}(?:(?:[-*+\u2022\u30fb]|\(?[0-9]{1,3}[.)\uff09])[ \t\u3000]+)?(?:'{2,6}[ \t]*)?"
)
_TAIL = re.compile(r"[ \t\u3000]*(?:'{2,6}[ \t]*)?$")
_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]{1,400})\1(?!`)")
_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|pre|code|kbd|samp|tt|li|ul|ol|td|th|tr|table|tbody|thead|h[1-6]|dd|dt|dl|blockquote|section|article|body)"
    r"(?:\s[^<>]{0,400})?/?>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|bdi|em|font|i|mark|s|small|span|strong|sub|sup|u|var|wbr)(?:\s[^<>]{0,400})?/?>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands on a line where one types: ``mode`` is the prompt's, None without a prompt."""

    text: str
    mode: Mode | None = None


def typed(line: str) -> Iterator[Typed]:
    """Yield what ``line`` has to type: the line without its marks, or what stands behind each prompt in it."""
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    if (prompt := PROMPT.match(line, start)) and (prompt["sign"] == "#" or _alone(line, prompt)):
        yield from _behind(line, prompt)
        return
    tail = _TAIL.search(line, max(start, len(line) - 40))
    body = line[start : tail.start() if tail else len(line)]
    if found := _WINDOWS.match(body):
        yield Typed(body[found.end() :], "windows")
    elif body:
        yield Typed(body)


def _alone(line: str, prompt: re.Match[str]) -> bool:
    """Whether a prompt ending in ">" is one: not an HTML tag's or a comparison's end."""
    return "<" not in line[: prompt.start()] and prompt.start() == len(line) - len(line.lstrip(" \t>'"))


def _behind(line: str, prompt: re.Match[str]) -> Iterator[Typed]:
    """Yield what stands behind the prompt and behind each later one of the same host on the line."""
    found: re.Match[str] | None = prompt
    while found:
        begin = found.end()
        mode = mode_of(found["mode"])
        found = _next(line, begin, prompt["host"])
        stop = found.start() if found else len(line)
        tail = _TAIL.search(line, max(begin, stop - 40), stop)
        yield Typed(line[begin : tail.start() if tail else stop], mode)


def _next(line: str, start: int, host: str) -> re.Match[str] | None:
    for inner in _INNER.finditer(line, start):
        found = PROMPT.match(line, inner.start())
        if found and found["host"].lower() == host.lower():
            return found
    return None


def mode_of(written: str | None) -> Mode:
    """Return the mode that stands in brackets in a prompt."""
    if not written:
        return "exec"
    return "config-ssl-peering" if written.lower() == "config-ssl-peering" else "config"


def spans(line: str) -> list[str]:
    """Return the inline code spans of a Markdown line, without the blanks around them."""
    return [found[2].strip() for found in _SPAN.finditer(line)] if "`" in line else []


def shown(line: str) -> list[str]:
    """Return what a browser shows of a line of HTML: one text for each element that stands for itself."""
    if "<" not in line and "&" not in line:
        return []
    return [html.unescape(_INLINE_TAG.sub("", piece)).strip() for piece in _BLOCK_TAG.split(line)]
