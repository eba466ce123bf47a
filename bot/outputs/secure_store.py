"""show cms secure-store: whether the store is initialised and open.

The guide shows no text of it, so sentences about the store are read by their words alone.
"""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.accelerator import announced
from bot.outputs.base import Anchor, Reading, Span, finding
from bot.outputs.echo import command_at
from bot.reading.paste import View

COMMAND = "show cms secure-store"
TOPIC = "emapi-secure-store"
NEEDS_ECHO = True
_SENTENCE = re.compile(
    r"(?<![A-Za-z-])(?:(?i:cms)[ \n])?(?i:secure[ -]?store)[ \n]?(?:(?i:is|status|state|mode|has)(?![a-z])|:)[^\n<]{0,160}"
)
ANCHORS = (Anchor(_SENTENCE.pattern, ("ecure-store", "ecure store", "ECURE"), 5),)
_NO = r"(?:not|isn't|un|never|neither|nor|cannot|no)[ \n-]?(?:yet[ \n])?(?:be(?:en)?[ \n])?"
_YES = r"(?:[ \n]?[:=][ \n]?(?P<value>yes|no|true|false)(?![a-z]))?"
_WORDS = {
    "initialized": re.compile(rf"(?<![a-z])(?i:(?P<no>{_NO})?initiali[sz]ed{_YES})(?![a-z])"),
    "open": re.compile(rf"(?<![a-z])(?i:(?P<no>{_NO})?open(?:ed)?{_YES}|(?P<closed>closed|locked))(?![a-z])"),
}
_PLAIN = re.compile(r"(?:\A|\n)(?:(?i:cms)[ ])?(?i:secure-?[ ]?store)[^\n,?<]{4,60}(?=\n|\Z|\.)")


def read(view: View, start: int, end: int) -> Reading | None:
    """Read what is said of the store; without a prompt, only a line that is about nothing else."""
    text = view.text
    if announced(text, start, end) == COMMAND:
        begin = _after_echo(text, start)
    else:
        sentence = _SENTENCE.search(text, start, end)
        if sentence is None or not _PLAIN.match(text, max(0, sentence.start() - 1)):
            return None
        begin = sentence.start()
    said = {
        key: found for key, pattern in _WORDS.items() if (found := pattern.search(text, begin, min(end, begin + 400)))
    }
    if not said:
        return None
    data: dict[str, Any] = {key: _positive(found) for key, found in said.items()}
    sentence = _SENTENCE.search(text, begin, end)
    ends = [place for found in said.values() for place in found.span()]
    span = min([*ends, sentence.start()] if sentence else ends), max(ends)
    missing = tuple(key for key in _WORDS if key not in said)
    return Reading(COMMAND, *span, data, missing, (_judge(view, data, [span]),))


def _after_echo(text: str, start: int) -> int:
    sign = re.compile(r"[#>]").search(text, start, start + 110)
    return command_at(text, sign.end() if sign else start)[1]


def _positive(found: re.Match[str]) -> bool:
    groups = found.groupdict()
    value = (groups.get("value") or "yes").lower() in ("yes", "true")
    return value == (not (groups.get("no") or groups.get("closed")))


def _judge(view: View, data: dict[str, Any], spans: list[Span]) -> Finding:
    id = "cms-secure-store"
    why = (
        "セキュアストアが初期化され、開いていることを確かめます。",
        "The secure store has to be initialised and open.",
    )
    if not all(data.values()):
        message = (
            "セキュアストアが初期化されていないか、開いていません。",
            "The secure store is not initialised or not open.",
        )
        return finding(view, id, TOPIC, "problem", message, why, spans)
    if len(data) == len(_WORDS):
        message = ("セキュアストアは初期化され、開いています。", "The secure store is initialised and open.")
        return finding(view, id, TOPIC, "normal", message, why, spans)
    message = (
        "初期化と開放のどちらか一方しか読み取れません。",
        "Only one of initialised and open can be read.",
    )
    return finding(view, id, TOPIC, "not_shown", message, why, spans, COMMAND)
