"""Read pasted device output: clean it, find the outputs, read them, say what was not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from bot.findings import Finding, ParsedOutput, ParseResult
from bot.outputs import LOGS, OUTPUTS
from bot.outputs.base import Reading, Span, finding
from bot.outputs.echo import Echo, echoes, is_prompt
from bot.outputs.starts import STARTS
from bot.paste import View, clean


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place where an output may begin: a typed command, or a pattern that proves an output."""

    start: int
    end: int
    echo: Echo | None = None
    modules: tuple[ModuleType, ...] = ()
    heads: frozenset[str] = frozenset()


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
    parsed = _parse(clean(text))
    joined = clean(text, STARTS)
    if len(joined.text) != len(parsed.view.text):
        other = _parse(joined)
        if other.score > parsed.score:
            parsed = other
    return _result(text, parsed)


def _parse(view: View) -> _Parsed:
    logs = [(view, module, reading) for module in LOGS for reading in module.read_all(view)]
    pieces = sorted(span for _, _, reading in logs for span in reading.spans or ((reading.start, reading.end),))
    body = view.without(_apart(pieces)) if pieces else view
    outputs, unread = _outputs(body)
    readings = [*logs, *((body, module, reading) for module, reading in outputs)]
    findings = [found for _, _, reading in readings for found in reading.findings] + unread
    for module in (*OUTPUTS, *LOGS):
        own = [(v, reading) for v, m, reading in readings if m is module]
        if own and hasattr(module, "across"):
            findings += module.across(own[0][0], [reading for _, reading in own])
    return _Parsed(view, readings, _settled(findings))


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Return ordered spans with those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _anchors() -> tuple[re.Pattern[str], dict[str, tuple[tuple[ModuleType, ...], frozenset[str]]]]:
    """Return one pattern of all anchors, and for each group its modules and whose head it is."""
    owners: dict[str, list[tuple[ModuleType, bool]]] = {}
    for module in OUTPUTS:
        for i, pattern in enumerate(module.ANCHORS):
            owners.setdefault(pattern.pattern, []).append((module, i == 0))
    table = {}
    parts = []
    for i, (source, pairs) in enumerate(owners.items()):
        heads = frozenset(module.COMMAND for module, head in pairs if head)
        table[f"a{i}"] = tuple(module for module, _ in pairs), heads
        parts.append(f"(?P<a{i}>{re.sub('[(][?]P<[a-z_0-9]+>', '(?:', source)})")
    return re.compile("|".join(parts)), table


_ANCHOR, _OWNERS = _anchors()


def _marks(text: str) -> list[_Mark]:
    typed = echoes(text)
    marks = [_Mark(echo.start, echo.end, echo=echo) for echo in typed]
    inside = {place for echo in typed for place in range(echo.start, echo.end)}
    for found in _ANCHOR.finditer(text):
        if found.start() not in inside:
            modules, heads = _OWNERS[found.lastgroup or ""]
            marks.append(_Mark(found.start(), found.end(), modules=modules, heads=heads))
    return sorted(marks, key=lambda mark: mark.start)


def _outputs(view: View) -> tuple[list[tuple[ModuleType, Reading]], list[Finding]]:
    """Read the outputs of the command line in ``view``, and tell of commands without a readable one."""
    marks = _marks(view.text)
    outputs: list[tuple[ModuleType, Reading]] = []
    unread: list[Finding] = []
    done, echo, used = 0, None, True
    for i, mark in enumerate(marks):
        if mark.start < done:
            continue
        if mark.echo:
            unread += [] if used or echo is None else _unread(view, echo)
            echo, used = mark.echo, False
            module = _BY_COMMAND.get(mark.echo.command or "")
            found = _try(view, module, marks, i, echo, mark.end) if module and _alone(marks, i) else None
        else:
            found = _first(view, marks, i, echo, done)
        if found:
            outputs.append(found)
            done = found[1].end
            used = True
    unread += [] if used or echo is None else _unread(view, echo)
    return outputs, unread


_BY_COMMAND = {module.COMMAND: module for module in OUTPUTS}


def _alone(marks: Sequence[_Mark], i: int) -> bool:
    """Whether no anchor follows the echo ``marks[i]`` before the next echo."""
    return i + 1 == len(marks) or marks[i + 1].echo is not None


def _first(
    view: View, marks: Sequence[_Mark], i: int, echo: Echo | None, done: int
) -> tuple[ModuleType, Reading] | None:
    """Ask the modules that share the anchor, the announced one first."""
    mark = marks[i]
    asked = [module for module in mark.modules if echo and echo.command == module.COMMAND]
    for module in (*asked, *(module for module in mark.modules if module not in asked)):
        if echo and getattr(module, "NEEDS_ECHO", False) and echo.command not in (None, module.COMMAND):
            continue
        announced = echo if echo and echo.end >= done and echo.command in (None, module.COMMAND) else None
        start = announced.end if announced else mark.start if module.COMMAND in mark.heads else done
        found = _try(view, module, marks, i, announced, max(start, echo.end if echo else 0))
        if found:
            return found
    return None


def _try(
    view: View, module: ModuleType, marks: Sequence[_Mark], i: int, echo: Echo | None, start: int
) -> tuple[ModuleType, Reading] | None:
    known = echo if echo and echo.command == module.COMMAND else None
    reading = module.read(view, known.start if known else start, _limit(module, marks, i, len(view.text)))
    if reading is None:
        return None
    if known:
        reading = replace(reading, start=min(known.start, reading.start))
    return module, reading


def _limit(module: ModuleType, marks: Sequence[_Mark], i: int, end: int) -> int:
    """Return where the output that ``marks[i]`` begins has to have ended."""
    owns = getattr(module, "OWNS", frozenset())
    for mark in marks[i + 1 :]:
        if mark.echo:
            if not (getattr(module, "MERGES", False) and mark.echo.command == module.COMMAND):
                return mark.start
        elif module in mark.modules:
            if module.COMMAND in mark.heads and not getattr(module, "REPEATS", False):
                return mark.start
        elif not owns or not any(other.COMMAND in owns for other in mark.modules):
            return mark.start
    return end


def _unread(view: View, echo: Echo) -> list[Finding]:
    """Tell of a known command whose output could not be read; of others nothing is claimed."""
    module = _BY_COMMAND.get(echo.command or "")
    if module is None or not echo.at_prompt:
        return []
    message = (
        f"{module.COMMAND} の出力を読み取れませんでした。もう一度実行し、出力の全体を貼り付けてください。",
        f"The output of {module.COMMAND} could not be read; run it again and paste all of it.",
    )
    trigger = (
        "コマンドのあとに、知っている形の出力がありません。",
        "No output of a known form follows the command.",
    )
    id = "unread-" + re.sub(r"[^a-z]+", "-", module.COMMAND)
    span = [(echo.start, echo.end)]
    return [finding(view, id, module.TOPIC, "not_recognised", message, trigger, span, module.COMMAND)]


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
    return ParseResult(tuple(outputs), tuple(parsed.findings), tuple(_unrecognised(text, covered)))


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


_WORD = re.compile(r"\w")


def _unrecognised(text: str, covered: Iterable[Span]) -> list[Span]:
    """Return the spans of ``text`` that no reading covers and that hold something to read."""
    gaps: list[Span] = []
    done = 0
    for start, end in [*_apart(sorted(covered)), (len(text), len(text))]:
        if start > done and _says(text[done:start]):
            piece = text[done:start]
            lead = len(piece) - len(piece.lstrip())
            gaps.append((done + lead, done + len(piece.rstrip())))
        done = max(done, end)
    return gaps


def _says(piece: str) -> bool:
    if not _WORD.search(piece):
        return False
    if len(piece) > 300:
        return True
    left = clean(piece).text.strip()
    return _WORD.search(left) is not None and not is_prompt(left)


def _leaves(data: Any) -> int:
    if isinstance(data, dict):
        return sum(_leaves(value) for value in data.values())
    if isinstance(data, list):
        return sum(_leaves(value) for value in data)
    return 1
