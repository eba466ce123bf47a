"""A report's blocks, and how they are written as Markdown and as one HTML page that loads nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.phrases import Language
from bot.render import fenced
from bot.signs import inert

_CODE = re.compile(r"(`[^`\n]{1,400}`)")
_MARKUP = re.compile(r"([\\<>&*\[\]|#~$`])")
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;border-bottom:1px solid #ccc;margin-top:1.6rem}
pre{background:#f3f3f3;padding:.6rem;overflow-x:auto;white-space:pre}code{background:#f3f3f3}
table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of ``level`` 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; code spans in backticks, everything else as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Pre:
    """Text exactly as it is: what was typed, pasted or quoted."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of sentences; without ``head`` the first column names the row."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Pre | Items | Table


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return ``blocks`` as Markdown in which nothing that was typed or pasted acts as markup."""
    return inert("\n\n".join(map(_markdown, blocks))) + "\n"


def as_html(blocks: Iterable[Block], title: str, language: Language) -> str:
    """Return ``blocks`` as a whole HTML page, everything escaped."""
    body = inert("\n".join(map(_html, blocks)))
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n{policy}\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Text(text):
            return _plain(text)
        case Pre(text):
            return fenced(text)
        case Items(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Table(rows):
            head = "| " + " | ".join([""] * len(rows[0])) + " |\n" + "|" + " --- |" * len(rows[0])
            return "\n".join([head, *("| " + " | ".join(map(_plain, row)) + " |" for row in rows)])


def _plain(text: str) -> str:
    """Escape Markdown outside code spans; a line break would end a list item or a table row."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(p.replace("|", "\\|") if _CODE.fullmatch(p) else _MARKUP.sub(r"\\\1", p) for p in parts)


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{_inline(text)}</h{level}>"
        case Text(text):
            return f"<p>{_inline(text)}</p>"
        case Pre(text):
            return f"<pre>{html.escape(text)}</pre>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
        case Table(rows):
            cells = ("".join(f"<td>{_inline(cell)}</td>" for cell in row) for row in rows)
            return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _inline(text: str) -> str:
    parts = _CODE.split(text)
    return "".join(
        f"<code>{html.escape(part[1:-1])}</code>" if _CODE.fullmatch(part) else html.escape(part) for part in parts
    )
