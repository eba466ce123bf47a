"""What later evidence changes: which outputs it replaces, which values differ, which findings hold now."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.case.casefile import Evidence, Known, Shown
from bot.case.phrases import tell
from bot.findings import Finding, ParseResult
from bot.outputs.base import snake
from bot.phrases import Language

MAX_CHANGES = 5
"""Values that one sentence names; the rest are counted."""

NESTED = 8
"""How many outputs that began before a place are asked whether they reach it."""

_PROMPT = re.compile(
    r"(?<![^\s`(\[])([A-Za-z][A-Za-z0-9_.-]{0,62})(?:\([A-Za-z0-9_./ -]{0,40}\))?[#>][ ]?"
    r"(?=(?:do )?(?i:sh(?:ow?)?|acc[a-z]{0,8}|win[a-z]{0,4}-domain|type-tail|find-patter)[ \n])"
)
_LABEL = re.compile(r"([A-Z][A-Za-z0-9 ()/,-]{1,70}[A-Za-z0-9)]) {0,3}:")


def gather(number: int, turn: int, created: str, text: str, result: ParseResult, proven: Sequence[Finding]) -> Evidence:
    """Return a paste as evidence: the outputs of ``result``, with devices, and the ``proven`` findings."""
    prompts = [(found.start(), found[1]) for found in _PROMPT.finditer(text)]
    places = [place for place, _ in prompts]
    shown = []
    for output in result.outputs:
        place = bisect_right(places, output.start + 2)
        device = prompts[place - 1][1] if place else None
        shown.append(
            Shown(output.command, output.start, output.end, output.data, output.complete, output.missing, device)
        )
    return Evidence(number, turn, created, text, shown, tuple(proven))


def replace_older(new: Evidence, older: Sequence[Evidence]) -> list[tuple[Evidence, Shown, Shown]]:
    """Mark what ``new`` replaces among ``older``: the same command of the same device.

    Return (paste, old output, new output), the last ones where a paste holds several of a kind.
    """
    latest = {(output.command, output.device): output for output in new.outputs}
    replaced: dict[tuple[str, str | None], tuple[Evidence, Shown, Shown]] = {}
    for paste in older:
        for old in paste.outputs:
            kind = (old.command, old.device)
            if old.superseded_by is None and kind in latest:
                old.superseded_by = new.number
                replaced[kind] = (paste, old, latest[kind])
    return list(replaced.values())


def holding(evidence: Sequence[Evidence]) -> list[Known]:
    """Return the findings that hold now: not of a replaced output, and nothing called unseen that was shown."""
    known = [item for paste in evidence for item in _of(paste)]
    shown = {(k.finding.id, k.device) for k in known if k.finding.state in ("problem", "normal")}
    kept: dict[tuple[object, ...], Known] = {}
    for item in known:
        unseen = item.finding.state in ("not_shown", "not_recognised")
        if unseen and (item.finding.id, item.device) in shown:
            continue
        words = "" if unseen else item.finding.message["en"]
        kept[(item.finding.id, item.device, item.command, item.finding.state, words)] = item
    return list(kept.values())


def _of(paste: Evidence) -> Iterator[Known]:
    """Yield the findings of one paste whose proof stands in an output that holds."""
    outputs = sorted(paste.outputs, key=lambda shown: shown.start)
    starts = [shown.start for shown in outputs]
    last = {shown.command: shown for shown in outputs}
    superseded, devices = paste.superseded, paste.devices
    for finding in paste.findings:
        homes = [home for proof in finding.evidence for home in _around(outputs, starts, proof.start)]
        homes = homes or [last[name] for name in (finding.next_command,) if name in last]
        if not homes and superseded:
            continue
        if homes and all(home.superseded_by for home in homes):
            continue
        home = next((shown for shown in homes if shown.superseded_by is None), None)
        device = home.device if home else next(iter(devices), None)
        yield Known(finding, paste.turn, paste.number, home.command if home else None, device)


def _around(outputs: Sequence[Shown], starts: Sequence[int], place: int) -> list[Shown]:
    """Return the output around ``place``; one may hold others, so the nearest beginnings are looked at."""
    index = bisect_right(starts, place)
    return [shown for shown in reversed(outputs[max(0, index - NESTED) : index]) if place < shown.end][:1]


def told(
    replaced: Sequence[tuple[Evidence, Shown, Shown]], new: Evidence, before: Sequence[Known], after: Sequence[Known],
    language: Language,
) -> tuple[str, ...]:  # fmt: skip
    """Return one sentence for each replaced output, and one for each problem that it took away or brought."""
    sentences = []
    for paste, old, output in replaced:
        labels = _labels(new.text[output.start : output.end])
        proofs = " ".join(e.text for known in (*before, *after) for e in known.finding.evidence)
        changes = _changes(old.data, output.data, labels, proofs, language) or tell("no_value_changed", language)
        device = tell("of_device", language, device=output.device) if output.device else ""
        time = datetime.fromisoformat(paste.created).astimezone().strftime("%H:%M")
        sentences.append(tell("replaces", language, command=output.command, device=device, time=time, changes=changes))
    return (*sentences, *_findings(before, after, language)) if replaced else ()


def _findings(before: Sequence[Known], after: Sequence[Known], language: Language) -> Iterator[str]:
    old = {k.finding.id: k.finding for k in before if k.finding.state == "problem"}
    new = {k.finding.id: k.finding for k in after if k.finding.state == "problem"}
    known = {k.finding.id for k in before}
    for id, finding in old.items():
        if id not in new:
            yield tell("gone", language, message=finding.message[language])
    for id, finding in new.items():
        if id not in old and id in known:
            yield tell("appeared", language, message=finding.message[language])


def _labels(text: str) -> dict[str, str]:
    """Return the device's own labels in ``text`` by the keys of the data."""
    found: dict[str, str] = {}
    for match in _LABEL.finditer(text):
        label = " ".join(match[1].split())
        found.setdefault(snake(label), label)
    return found


def _changes(old: dict[str, Any], new: dict[str, Any], labels: dict[str, str], proofs: str, language: Language) -> str:
    """Return the values that differ, those that a finding rests on first."""
    lines: list[tuple[bool, str]] = []
    before, after = dict(_flat(old)), dict(_flat(new))
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        label = labels.get(key.rpartition(".")[2], key.rpartition(".")[2].replace("_", " "))
        if isinstance(was, list) or isinstance(now, list):
            line = _rows(label, was or [], now or [], language)
        else:
            line = f"{label} {'-' if was is None else was} -> {'-' if now is None else now}"
        lines.append((label not in proofs, line))
    lines.sort(key=lambda pair: pair[0])
    named = [line for _, line in lines[:MAX_CHANGES]]
    more = [tell("more_values", language, count=len(lines) - MAX_CHANGES)] if len(lines) > MAX_CHANGES else []
    return ("、" if language == "ja" else ", ").join(named + more)


def _flat(data: dict[str, Any], lead: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{lead}{key}.")
        else:
            yield f"{lead}{key}", value


def _rows(label: str, was: Any, now: Any, language: Language) -> str:  # noqa: ANN401 (the data of any output)
    accels = [
        Counter(row["accel"] for row in rows if isinstance(row, dict) and row.get("accel")) for rows in (was, now)
    ]
    if any(accels) and accels[0] != accels[1]:
        old, new = (" ".join(f"{accel} x{count}" for accel, count in sorted(found.items())) or "-" for found in accels)
        return f"Accel {old} -> {new}"
    return tell("rows", language, label=label, before=len(was), after=len(now))
