"""show statistics accelerator epm: three counters that have to rise when a client starts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.findings import Finding
from bot.outputs.base import (
    NUMBER,
    Anchor,
    Labels,
    Reading,
    Span,
    at_end,
    extras,
    finding,
    following,
    leftovers,
    snake,
    values,
)
from bot.outputs.mapi_counters import GLOBAL_LABELS
from bot.reading.paste import View

COMMAND = "show statistics accelerator epm"
TOPIC = "epm-ao"
_HEAD = re.compile(r"(?<![A-Za-z])EPM[ \n]?:[ \n]?Global[ \n]?Statistics")
ANCHORS = (
    Anchor(_HEAD.pattern, ("EPM",)),
    Anchor(r"Successfully[ \n]?Parsed[ \n]?:", ("Successfully",)),
)
RISING = (
    "Total Handled Connections",
    "Total Requests Successfully Parsed",
    "Total Responses Successfully Parsed",
)
_ORDER = (
    *GLOBAL_LABELS,
    ("Total Requests", NUMBER),
    ("Total Requests Successfully Parsed", NUMBER),
    ("Total Responses", NUMBER),
    ("Total Responses Successfully Parsed", NUMBER),
)
LABELS = Labels(_ORDER, frozenset(label for label, _ in _ORDER) - frozenset(RISING))

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}(?=[#>(])")


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the counters between ``start`` and ``end``; None where no EPM counter stands."""
    found = LABELS.read(view.text, start, end)
    head = _HEAD.search(view.text, start, end)
    if not found or not (head or any("successfully" in key for key in found)):
        return None
    spans = [(item.start, item.end) for item in found.values()]
    more, unread = extras(view.text, leftovers(view.text, spans))
    first = min(head.start() if head else end, *(low for low, _ in spans))
    after, last = following(view.text, max(high for _, high in spans), end)
    return Reading(COMMAND, first, last, values(found) | more | after, LABELS.missing(found), unread=tuple(unread))


_ID = "epm-counters-rise"
_WHY = (
    "クライアントの起動時に3つのカウンタが増えるかどうかを、2回の取得で比べます。",
    "Two samples are compared: the three counters have to rise when a client starts.",
)
_ONCE = (
    "同じ WAE の取得が2回分そろっていないので、増加は判断できません。クライアントを起動してもう一度取得してください。",
    "Without two samples of one WAE no rise can be judged; start a client and take the output again.",
)
_RISEN = ("EPM の3つのカウンタはすべて増えています。", "All three EPM counters rise.")


def across(view: View, readings: Sequence[Reading]) -> list[Finding]:
    """Compare the first sample with the last one: the counters have to rise."""
    shown = [(reading, _spans(view, reading)) for reading in readings]
    whole = [(reading, spans) for reading, spans in shown if len(spans) == len(RISING)]
    if len(whole) < 2 or not _comparable(view, whole[0][0], whole[-1][0]):
        proof = [span for _, spans in shown for span in spans.values()]
        return [finding(view, _ID, TOPIC, "not_shown", _ONCE, _WHY, proof, COMMAND)]
    (before, old), (after, new) = whole[0], whole[-1]
    rises = {label: after.data[snake(label)] - before.data[snake(label)] for label in RISING}
    still = [label for label in RISING if rises[label] <= 0]
    proof = [spans[label] for spans in (old, new) for label in (still or RISING)]
    cut = at_end(view.text, new[RISING[-1]][1]) and still == [RISING[-1]]
    odd = [label for label in RISING if min(before.data[snake(label)], after.data[snake(label)]) < 0]
    return [_judge(view, odd or still, bool(odd) or cut or any(rises[label] < 0 for label in still), proof)]


def _judge(view: View, still: Sequence[str], open_: bool, proof: Sequence[Span]) -> Finding:
    """Say that all rose, that ``still`` did not, or, if ``open_``, that this cannot be judged."""
    if not still:
        return finding(view, _ID, TOPIC, "normal", _RISEN, _WHY, proof)
    names = ", ".join(still)
    if open_:
        message = (
            f"増加を判断できないカウンタがあります({names})。統計のクリアか、貼り付けの途切れの可能性があります。",
            f"No rise can be judged for {names}: the statistics may have been cleared, or the paste cut short.",
        )
        return finding(view, _ID, TOPIC, "not_shown", message, _WHY, proof, COMMAND)
    message = (
        f"2回の取得の間に増えていないカウンタがあります: {names}。",
        f"Between the two samples these counters did not rise: {names}.",
    )
    return finding(view, _ID, TOPIC, "problem", message, _WHY, proof)


def _comparable(view: View, before: Reading, after: Reading) -> bool:
    """Whether nothing says that the samples are of two devices or of two runs of the accelerator."""
    hosts = [found[0] for reading in (before, after) if (found := _HOST.match(view.text, reading.start))]
    if len(hosts) == 2 and hosts[0] != hosts[1]:
        return False
    stamps = ("time_accelerator_was_started", "time_statistics_were_last_reset_cleared")
    return all(before.data.get(key) == after.data.get(key) for key in stamps)


def _spans(view: View, reading: Reading) -> dict[str, Span]:
    found = LABELS.read(view.text, reading.start, reading.end)
    keys = {snake(label): label for label in RISING}
    return {keys[key]: (item.start, item.end) for key, item in found.items() if key in keys and key in reading.data}
