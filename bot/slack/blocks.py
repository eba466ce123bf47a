"""Blocks of Slack from plain text. Rich text is literal: nothing in it calls, links or is parsed by Slack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.signs import inert
from bot.slack.limits import BLOCKS, CHARACTERS, ELEMENT, HEADER, LABEL, VALUE

Block = dict[str, Any]
FOOT = frozenset({"context", "actions", "context_actions"})
"""Types of the blocks that end an answer: what answered, and buttons."""
_CODE = re.compile(r"(`[^`\n]+`)")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\([a-z0-9-]{1,80}\.md\)")
_BOLD = re.compile(r"(\*\*[^*\n]{1,300}\*\*)")


def text(words: str, **style: bool) -> Block:
    """Return one run of text."""
    return {"type": "text", "text": inert(words), **({"style": style} if style else {})}


def prose(raw: str) -> list[Block]:
    """Return a sentence of the knowledge base: code spans and bold drawn, links as their words."""
    runs = []
    for part in _CODE.split(inert(raw)):
        if part.startswith("`") and len(part) > 2:
            runs.append(text(part[1:-1], code=True))
            continue
        for piece in _BOLD.split(_LINK.sub(r"\1", part)):
            bold = piece.startswith("**") and len(piece) > 4
            runs += [text(piece[2:-2], bold=True)] if bold else [text(run) for run in _runs(piece)]
    return runs


def _runs(words: str) -> Iterator[str]:
    """Yield ``words`` in runs that Slack takes, cut at a space where there is one."""
    while len(words) > ELEMENT:
        at = words.rfind(" ", ELEMENT // 2, ELEMENT) + 1 or ELEMENT
        yield words[:at]
        words = words[at:]
    if words:
        yield words


def section(*runs: Block | list[Block]) -> Block:
    """Return a paragraph of rich text."""
    flat = [run for item in runs for run in (item if isinstance(item, list) else [item])]
    return {"type": "rich_text_section", "elements": [run for run in flat if run.get("text") != ""]}


def pre(raw: str) -> list[Block]:
    """Return ``raw`` as it stands in blocks of code; only what no block holds is divided, between lines."""
    parts, part = [], ""
    for line in inert(raw).split("\n"):
        if part and len(part) + len(line) + 1 > ELEMENT:
            parts.append(part)
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    return [
        {"type": "rich_text_preformatted", "elements": [text(run)]} for whole in (*parts, part) for run in _runs(whole)
    ]


def bullets(*rows: list[Block]) -> Block:
    """Return a list with a bullet before each row."""
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [section(row) for row in rows]}


def rich(*elements: Block | list[Block]) -> Block:
    """Return one block of rich text."""
    flat = [element for item in elements for element in (item if isinstance(item, list) else [item])]
    return {"type": "rich_text", "elements": flat}


def header(words: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": _plain(words, HEADER)}


def context(*words: str) -> Block:
    """Return a line of small print; ``words`` are already in Slack's markup."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": one[:ELEMENT]} for one in words]}


def button(label: str, action: str, value: str, **more: str) -> Block:
    """Return a button that reports ``action`` and ``value``."""
    return {"type": "button", "text": _plain(label, LABEL), "action_id": action, "value": value[:VALUE], **more}


def actions(*buttons: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def _plain(words: str, limit: int) -> Block:
    shown = words if len(words) <= limit else words[: limit - 1] + "…"
    return {"type": "plain_text", "text": shown, "emoji": False}


def weight(block: Block) -> int:
    """Return the characters that ``block`` counts against a message's limit."""
    if block["type"] == "rich_text":
        return sum(len(run.get("text", "")) for element in _leaves(block) for run in element["elements"])
    return len(json.dumps(block, ensure_ascii=False)) // 2


def _leaves(block: Block) -> Iterator[Block]:
    for element in block["elements"]:
        if element["type"] == "rich_text_list":
            yield from element["elements"]
        else:
            yield element


def pages(pieces: Sequence[Block]) -> list[list[Block]]:
    """Divide blocks into messages within Slack's limits; no block is divided, and none of them is a foot alone."""
    made: list[list[Block]] = [[]]
    left = CHARACTERS
    for block in pieces:
        cost = weight(block)
        if made[-1] and (len(made[-1]) >= BLOCKS or cost > left):
            made.append(_carried(made[-1], block))
            left = CHARACTERS - sum(map(weight, made[-1]))
        made[-1].append(block)
        left -= cost
    return made


def _carried(page: list[Block], block: Block) -> list[Block]:
    """Take off a full page what stays with ``block``: a heading, and with a foot the block that it stands under."""
    taken: list[Block] = []
    if block["type"] in FOOT:
        while len(page) > 1 and page[-1]["type"] in FOOT:
            taken.insert(0, page.pop())
        if len(page) > 1 and weight(page[-1]) < CHARACTERS // 2:
            taken.insert(0, page.pop())
    if len(page) > 1 and page[-1]["type"] == "header":
        taken.insert(0, page.pop())
    return taken
