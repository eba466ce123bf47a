"""Read pasted device output: clean it, find the outputs, read them, say what was not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from bot import logs
from bot.findings import Finding, ParsedOutput, ParseResult
from bot.outputs import LOGS, OUTPUTS
from bot.outputs.base import Reading, Span
from bot.outputs.echo import is_prompt
from bot.outputs.starts import COMMAND_LINE, STARTS
from bot.reading.correlate import correlate
from bot.reading.paste import Paste, View, clean
from bot.reading.segment import segments


@dataclass(slots=True)
class _Parsed:
    """What one view of a paste yielded; the readings stay with the view they belong to."""

    view: View
    readings: list[tuple[View, ModuleType, Reading]]
    findings: list[Finding]

    @property
    def score(self) -> int:
        """How much was read: values, less what is missing or was not understood."""
        total = 0
        for _, _, reading in self.readings:
            total += 4 * _leaves(reading.data) - 3 * len(reading.missing) - len(reading.unread)
        return total


def parse(text: str) -> ParseResult:
    """Read a paste and return its outputs, findings and what was not recognised.

    Offsets are offsets of ``text`` as given. The same text always yields the same result.
    """
    parsed = _best(text)
    if text[-1:].strip() and parsed.view.text[-1:].strip() and _cut_off(parsed):
        shorter = _best(text[: -len(text[-_TAIL:].split()[-1])])
        if len(shorter.readings) >= len(parsed.readings) and _missing(shorter) <= _missing(parsed):
            parsed = shorter
    result = _result(text, parsed)
    logs.info("parsed", outputs=len(result.outputs), findings=len(result.findings), characters=len(text))
    return result


_TAIL = 200


def _missing(parsed: _Parsed) -> set[tuple[str, str]]:
    return {(reading.command, label) for _, _, reading in parsed.readings for label in reading.missing}


def _cut_off(parsed: _Parsed) -> bool:
    """Whether an output that lacks something reaches the end of the text: its last word may be cut."""
    return any(
        reading.missing and reading.end >= len(view.text) - 40
        for view, module, reading in parsed.readings
        if module in OUTPUTS
    )


def _best(text: str) -> _Parsed:
    """Read the text as it is, and with the lines joined that a terminal broke, whichever says more."""
    paste = Paste(text)
    parsed = _parse(paste.view)
    for view, likely in paste.unwrapped(STARTS):
        joined = _parse(view)
        if joined.score > parsed.score or (likely and joined.score == parsed.score):
            parsed = joined
    return parsed


_SIGNS = (
    (("(Local", "NTCE", ".cpp", "(fl="), ("mapiao-errorlog", "sr-errorlog", "wsao-errorlog")),
    (("WAAS", "cryptedconnection"), ("syslog",)),
    ((":OT", ":SODRE", ":END"), ("tfo_log",)),
)


def _logs(text: str) -> list[ModuleType]:
    """Return the logs that ``text`` may hold: those of which a telling word stands in it, wrapped or not."""
    solid = text.replace("\n", "").replace(" ", "")
    names = {name for words, logs in _SIGNS for name in logs if any(word in solid for word in words)}
    return [module for module in LOGS if module.COMMAND in names]


def _parse(view: View) -> _Parsed:
    logs = [(view, module, reading) for module in _logs(view.text) for reading in module.read_all(view)]
    taken = [span for _, _, reading in logs for span in reading.spans or ((reading.start, reading.end),)]
    pieces = sorted(piece for span in taken for piece in _clipped(view.text, *span))
    body = view.without(_apart(pieces)) if pieces else view
    outputs, unread = segments(body)
    readings = [*logs, *((body, module, reading) for module, reading in outputs)]
    findings = [found for _, _, reading in readings for found in reading.findings] + unread
    for module in (*OUTPUTS, *LOGS):
        own = [(v, reading) for v, m, reading in readings if m is module]
        if own and hasattr(module, "across"):
            findings += module.across(own[0][0], [reading for _, reading in own])
    return _Parsed(view, readings, _settled(findings))


_CODE = re.compile(r"%[A-Z]{2}")


def _clipped(text: str, start: int, end: int) -> list[Span]:
    """Return what of a log's piece is the log's for sure, so that no line of an output is left out.

    A message of the system log is one line; an error log's records end where an output's line begins.
    """
    if not _CODE.search(text, start, min(end, start + 120)):
        line = COMMAND_LINE.search(text, start, end)
        return [(start, line.start() if line else end)]
    lines, low = [], start
    while low < end:
        high = text.find("\n", low, end)
        high = end if high < 0 else high
        if low == start or _CODE.search(text, low, min(high, low + 120)):
            lines.append((low, high))
        low = high + 1
    return lines


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Return ordered spans with those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _settled(findings: Sequence[Finding]) -> list[Finding]:
    """Drop what one output leaves open where another one answers it."""
    answered = {found.id for found in findings if found.state in ("problem", "normal")}
    kept: dict[tuple[Any, ...], Finding] = {}
    for found in findings:
        if found.state in ("problem", "normal") or found.id not in answered:
            kept.setdefault((found.id, found.state, found.evidence), found)
    return list(kept.values())


def _result(text: str, parsed: _Parsed) -> ParseResult:
    outputs, covered = [], []
    for view, _, reading in parsed.readings:
        start, end = view.span(reading.start, reading.end)
        whole = not reading.missing
        outputs.append(ParsedOutput(reading.command, start, end, reading.data, whole, reading.missing))
        pieces = reading.spans or ((reading.start, reading.end),)
        covered += [view.span(*piece) for piece in _rest(pieces, reading.unread)]
    outputs.sort(key=lambda output: (output.start, output.end))
    spare, silent = _gaps(text, covered)
    outputs, rest = _with_edges(outputs, silent)
    unrecognised = tuple(sorted([*spare, *rest]))
    findings = parsed.findings
    if len(outputs) > 1 and len(text) <= _COMPARED:
        findings = _settled([*findings, *correlate(text, outputs, findings)])
    return ParseResult(tuple(outputs), tuple(findings), unrecognised)


def _rest(pieces: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """Return ``pieces`` with the ``holes`` taken out."""
    if not holes:
        return list(pieces)
    rest = []
    for start, end in pieces:
        for low, high in sorted(holes):
            if start <= low and high <= end:
                rest.append((start, low))
                start = high
        rest.append((start, end))
    return rest


# Comparing outputs asks for each of them in the whole text: that is for pastes, not for archives.
_COMPARED = 1 << 20
_WORD = re.compile(r"\w")


def _gaps(text: str, covered: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Return the spans of ``text`` that no reading covers: those that say something, and prompts, bullets and dots."""
    spare: list[Span] = []
    silent: list[Span] = []
    done = 0
    for start, end in [*_apart(sorted(covered)), (len(text), len(text))]:
        piece = text[done:start]
        if any(character.isprintable() and not character.isspace() for character in piece):
            lead = len(piece) - len(piece.lstrip())
            (spare if _says(piece) else silent).append((done + lead, done + len(piece.rstrip())))
        done = max(done, end)
    return spare, silent


def _with_edges(outputs: list[ParsedOutput], silent: Iterable[Span]) -> tuple[list[ParsedOutput], list[Span]]:
    """Give what stands silent beside an output to it: the one before, else the one after; return what is left."""
    rest: list[Span] = []
    begun, before = 0, 0
    for low, high in silent:
        while begun < len(outputs) and outputs[begun].start < low:
            before = begun if outputs[begun].end >= outputs[before].end else before
            begun += 1
        if begun:
            outputs[before] = replace(outputs[before], end=max(high, outputs[before].end))
        elif outputs:
            outputs[0] = replace(outputs[0], start=min(low, outputs[0].start))
        else:
            rest.append((low, high))
    return outputs, rest


def _says(piece: str) -> bool:
    if not _WORD.search(piece):
        return False
    if len(piece) > 300:
        return True
    left = clean(piece).text.strip()
    return _WORD.search(left) is not None and not is_prompt(left)


def _leaves(data: object) -> int:
    if isinstance(data, dict):
        return sum(_leaves(value) for value in data.values())
    if isinstance(data, list):
        return sum(_leaves(value) for value in data)
    return 1
