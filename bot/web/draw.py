"""Pieces of HTML that the chat and the panel share; whatever a person or a device wrote is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from bot.answer import Item
from bot.findings import Finding
from bot.phrases import say
from bot.web.texts import ui
from kb.schema import Command, Language

ICONS = {"problem": "✗", "normal": "✓", "not_shown": "–", "not_recognised": "?"}
_TICKS = re.compile(r"(`+)")
_CODE = re.compile(r"(`[^`\n]+`)")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(([a-z0-9-]{1,80})\.md\)")
_BOLD = re.compile(r"\*\*([^*\n]{1,300})\*\*")


def tag(name: str, inner: str, **attributes: object) -> str:
    """Return one element; ``inner`` is HTML, attribute values are escaped, underscores become dashes."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return f"<{name}{written}>{inner}</{name}>"


def text(raw: str) -> str:
    """Return ``raw`` as HTML that shows it exactly as typed."""
    return escape(raw).replace("\r\n", "\n").replace("\r", "\n")


def notice(raw: str) -> str:
    """Return one line of Markdown that has code spans (bot/safe.py) and nothing else that acts."""
    parts = _TICKS.split(raw)  # runs of backticks at the odd places
    later: dict[str, int] = {}
    closing: dict[int, int] = {}
    for place in range(len(parts) - 2, 0, -2):
        closing[place] = later.get(parts[place], 0)
        later[parts[place]] = place
    drawn, at = [], 0
    while at < len(parts):
        end = closing.get(at, 0)
        drawn.append(tag("code", text("".join(parts[at + 1 : end]).strip())) if end else text(parts[at]))
        at = (end or at) + 1
    return "".join(drawn)


def prose(raw: str) -> str:
    """Return a sentence of the knowledge base as HTML: code spans, and links that ask for a topic."""
    parts = []
    for part in _CODE.split(raw):
        if part.startswith("`") and len(part) > 2:
            parts.append(f"<code>{escape(part[1:-1])}</code>")
        else:
            parts.append(_BOLD.sub(r"<strong>\1</strong>", _LINK.sub(_topic, escape(part))))
    return "".join(parts)


def _topic(found: re.Match[str]) -> str:
    return tag("button", found[1], type="button", class_="link", data_act="topic", data_topic=found[2])


def button(label: str, act: str, *, aria: str | None = None, class_: str = "btn", **data: object) -> str:
    """Return a button that reports ``act`` and ``data`` to the page; ``label`` is plain text."""
    named = {f"data_{key}": value for key, value in data.items()}
    return tag("button", escape(label), type="button", class_=class_, data_act=act, aria_label=aria, **named)


def command(item: Command, language: Language) -> str:
    """Return a command in its own block: its label, the exact text, and a copy button."""
    label = tag("span", escape(say(item.effect, language)), class_=f"effect {item.effect}")
    mode = tag("span", escape(say(item.mode, language)), class_="mode")
    copy = tag(
        "button", escape(ui("copy", language)), type="button", class_="copy", data_copy=item.text,
        aria_label=ui("copy_command", language, command=item.text),
    )  # fmt: skip
    tail = tag("div", label + mode + copy, class_="cmd-tail")
    return tag("div", _pre(item.text) + tail, class_=f"cmd {item.effect}")


def plain_command(line: str, language: Language) -> str:
    """Return a command of which only the text is known, with a copy button."""
    aria = ui("copy_command", language, command=line)
    copy = tag("button", escape(ui("copy", language)), type="button", class_="copy", data_copy=line, aria_label=aria)
    return tag("div", _pre(line) + copy, class_="cmd bare")


def _pre(line: str) -> str:
    return tag("pre", tag("code", text(line)), tabindex=0)


def cites(numbers: Iterable[int], turn: int, language: Language) -> str:
    """Return the marks that lead to citations ``numbers`` of a turn."""
    return "".join(
        tag("button", str(n), type="button", class_="cite", data_cite=f"cite-{turn}-{n}", data_turn=turn,
            aria_label=ui("source_n", language, n=n))
        for n in numbers
    )  # fmt: skip


def output(item: Item, language: Language) -> str:
    """Return an item's example output, folded."""
    if not item.output:
        return ""
    body = tag("pre", text(item.output), class_="out", tabindex=0)
    return tag("details", tag("summary", escape(say("output", language))) + body, class_="example")


def state(finding: Finding, language: Language) -> str:
    """Return a finding's state as a coloured word with a sign, so that colour is never alone."""
    word = f'<span aria-hidden="true">{ICONS[finding.state]}</span> {escape(say(finding.state, language))}'
    return tag("span", word, class_=f"state {finding.state}")
