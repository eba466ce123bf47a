"""show statistics accelerator mapi: the accelerator's counters, secured connections among them."""

from __future__ import annotations

import re

from bot.findings import Finding
from bot.outputs.base import NUMBER, Anchor, Item, Labels, Reading, extras, finding, following, leftovers, values
from bot.outputs.mapi_counters import BUFFER_LABELS, GLOBAL_LABELS, NEGATIVE, local_responses
from bot.reading.paste import View

COMMAND = "show statistics accelerator mapi"
TOPIC = "generic-ao-handoff"
_HEAD = re.compile(r"(?<![A-Za-z])MAPI[ \n]?:[ \n]?Global[ \n]?Statistics")
_OTHER = re.compile(r"(?<![A-Za-z])[A-Z]{2,12}[ \n]?:[ \n]?Global[ \n]?Statistics")
ANCHORS = (
    Anchor(_HEAD.pattern, ("MAPI",)),
    Anchor(
        r"(?<![A-Za-z])(?:Secured[ \n]?Connections[ \n]?:|Accelerated[ \n]?Sessions[ \n]?:"
        r"|Lower[ \n]?than[ \n]?2000[ \n]?Sessions|Higher[ \n]?than[ \n]?2007[ \n]?Sessions)",
        ("Secured", "Accelerated", "Lower", "Higher"),
    ),
)
LABELS = Labels(
    (
        *GLOBAL_LABELS,
        *BUFFER_LABELS,
        ("Current 2000 Accelerated Sessions", NUMBER),
        ("Current 2003 Accelerated Sessions", NUMBER),
        ("Current 2007 Accelerated Sessions", NUMBER),
        ("Secured Connections", NUMBER),
        ("Lower than 2000 Sessions", NUMBER),
        ("Higher than 2007 Sessions", NUMBER),
    )
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the counters between ``start`` and ``end``; None where none of them stands."""
    found = LABELS.read(view.text, start, end)
    head = _HEAD.search(view.text, start, end)
    if not found or (head is None and _OTHER.search(view.text, start, end)):
        return None
    spans = [(item.start, item.end) for item in found.values()]
    more, unread = extras(view.text, leftovers(view.text, spans))
    first = min(head.start() if head else end, *(low for low, _ in spans))
    after, last = following(view.text, max(high for _, high in spans), end)
    found_all = (_secured(view, found), local_responses(view, "mapi-local-responses", found, COMMAND))
    data = values(found) | more | after
    missing = (() if head else ("Global Statistics",)) + LABELS.missing(found)
    return Reading(COMMAND, first, last, data, missing, found_all, unread=tuple(unread))


def _secured(view: View, found: dict[str, Item]) -> Finding:
    id, topic = "mapi-secured-connections", "generic-ao-handoff"
    why = (
        "Secured Connections が0より大きいかどうかを見ます。",
        "The check asks whether Secured Connections is above 0.",
    )
    item = found.get("secured_connections")
    if item is None:
        absent = (
            "Secured Connections が貼り付けに含まれていません。",
            "Secured Connections is not in the paste.",
        )
        return finding(view, id, topic, "not_shown", absent, why, (), COMMAND)
    span = [(item.start, item.end)]
    if item.value < 0:
        return finding(view, id, topic, "not_recognised", NEGATIVE, why, span, COMMAND)
    if item.value > 0:
        asked = (
            f"暗号化された MAPI 接続が{item.value}件要求されており、汎用 AO に渡されます。",
            f"Clients asked for {item.value} encrypted MAPI connections, which are handed to the generic AO.",
        )
        return finding(view, id, topic, "problem", asked, why, span)
    none = (
        "暗号化された MAPI 接続の要求はありません。",
        "No client asked for an encrypted MAPI connection.",
    )
    return finding(view, id, topic, "normal", none, why, span)
