"""show statistics connection optimized mapi detail: each connection's policy, accelerator, counters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.outputs.accelerator import announced
from bot.outputs.base import (
    DATE,
    IP,
    NUMBER,
    Anchor,
    Item,
    Labels,
    Reading,
    Span,
    at_end,
    leftovers,
    number,
    values,
)
from bot.outputs.connection_checks import checks
from bot.outputs.mapi_counters import BUFFER_LABELS, RESET_LABEL
from bot.reading.paste import View

COMMAND = "show statistics connection optimized mapi detail"
TOPIC = "connection-detail"
_HEAD = re.compile(r"(?<![A-Za-z])Connection[ \n]?Id[ \n]?:[ \n]?(?=[0-9])")
_BLOCK = re.compile(r"(?<![A-Za-z])MAPI[ \n]?:[ \n]?([0-9]{1,10})(?=[ \n]?Time[ \n])")
_POLICY = re.compile(r"(?<![A-Za-z])Policy[ \n]?Details[ \n]?:")
_ACCELERATOR = re.compile(r"(?<![A-Za-z])Accelerator[ \n]?Details[ \n]?:")
_BYTES = re.compile(
    r"(?<![A-Za-z])(?<!Total )(?<!Total\n)Bytes[ \n]?(Read|Written)[ \n]?:[ \n]?([0-9]{1,20})[ \n]([0-9]{1,20})(?![0-9.:])"
)
_BYTES_HEAD = re.compile(r"(?<![A-Za-z])Original[ \n]?Optimized(?![A-Za-z])")
ANCHORS = (
    Anchor(_HEAD.pattern, ("Connection",)),
    Anchor(_POLICY.pattern, ("Policy",)),
    Anchor(_ACCELERATOR.pattern, ("Accelerator",)),
    Anchor(_BLOCK.pattern, ("MAPI",)),
)
REPEATS = True
LOOKS_BACK = True
NEEDS_ECHO = True
UUID = "uuida4f1db00-ca47-1067-b31f-00dd010662da"
_WORD = r"[^ \n<]{1,120}"
_CAPITALS = r"(?:EXTERNAL|INTERNAL)[ \n][A-Z]{3,20}(?![A-Za-z])|(?!EXTERNAL|INTERNAL)[A-Z]{2,20}(?:[ \n][A-Z]{3,20}(?![A-Za-z])){0,2}"
LABELS = Labels(
    (
        ("Connection Id", NUMBER),
        ("Peer Id", r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}"),
        ("Connection Type", _CAPITALS),
        ("Start Time", DATE),
        ("Source IP Address", IP),
        ("Source Port Number", NUMBER),
        ("Destination IP Address", IP),
        ("Destination Port Number", NUMBER),
        ("Application Name", _WORD),
        ("Classifier Name", rf"\*\*[^*\n<]{{1,60}}(?:\n[^*\n<]{{1,60}})?\*\*|(?!\*\*){_WORD}"),
        ("Map Name", _WORD),
        ("Directed Mode", _WORD),
        ("Preposition Flow", _WORD),
    ),
    last=False,
)
_FLAGS = r"[A-Za-z][A-Za-z_0-9-]{1,40}(?:[ \n]\+[ \n][A-Za-z][A-Za-z_0-9-]{0,40}){0,8}"
_NAMES = r"[A-Za-z][A-Za-z_0-9-]{1,40}(?:,[ \n]?[A-Za-z][A-Za-z_0-9-]{0,40}){0,8}"
POLICY = Labels(
    tuple((label, _FLAGS) for label in ("Configured", "Derived", "Peer", "Negotiated", "Applied")),
    last=False,
)
ACCELERATOR = Labels(
    tuple((label, _NAMES) for label in ("Configured", "Derived", "Applied", "Hist")),
    frozenset({"Hist"}),
    last=False,
)
COUNTERS = Labels((RESET_LABEL, ("Total Bytes Read", NUMBER), ("Total Bytes Written", NUMBER), *BUFFER_LABELS))


@dataclass(slots=True)
class Connection:
    """One connection as read: its items by section, and where it stands."""

    plain: dict[str, Item]
    policy: dict[str, Item]
    accelerator: dict[str, Item]
    transfer: dict[str, Item]
    counters: dict[str, Item]

    @property
    def items(self) -> list[Item]:
        """Every item of the connection."""
        parts = (self.plain, self.policy, self.accelerator, self.transfer, self.counters)
        return [item for part in parts for item in part.values()]

    @property
    def data(self) -> dict[str, Any]:
        """The connection's data; the two sections of details are nested under their headings."""
        data: dict[str, Any] = values(self.plain)
        if self.policy:
            data["policy_details"] = values(self.policy)
        if self.accelerator:
            data["accelerator_details"] = values(self.accelerator)
        return data | values(self.transfer) | values(self.counters)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read every connection between ``start`` and ``end``; None where none is about MAPI."""
    text = view.text
    found = [_connection(text, low, high) for low, high in _pieces(text, start, end)]
    connections = [connection for connection in found if connection.items]
    asked = announced(text, start, end) == COMMAND
    if not connections or not (asked or any(_is_mapi(connection) for connection in connections)):
        return None
    spans = [(item.start, item.end) for connection in connections for item in connection.items]
    data = dict(connections[0].data) | {"connections": [connection.data for connection in connections]}
    missing = tuple(dict.fromkeys(label for connection in connections for label in _missing(connection)))
    unread = [span for span in leftovers(text, spans, _KNOWN) if span[1] - span[0] > 2]
    first, last = min(low for low, _ in spans), max(high for _, high in spans)
    found_all = checks(view, connections, COMMAND, UUID)
    return Reading(COMMAND, first, last, data, missing, found_all, unread=tuple(unread))


_KNOWN = re.compile(
    r"Policy[ \n]?Details[ \n]?:?|Accelerator[ \n]?Details[ \n]?:?|Original[ \n]?Optimized|MAPI[ \n]?:[ \n]?[0-9]+"
)


def _pieces(text: str, start: int, end: int) -> list[Span]:
    """Cut the span at each connection's first label; what stands before the first is a piece too."""
    cuts = [found.start() for found in _HEAD.finditer(text, start, end)]
    if not cuts:
        return [(start, end)]
    tail = _ACCELERATOR.search(text, start, cuts[0]) or _BYTES.search(text, start, cuts[0])
    opening = [(start, cuts[0])] if tail else []
    return opening + list(zip(cuts, [*cuts[1:], end], strict=True))


def _connection(text: str, start: int, end: int) -> Connection:
    block = _BLOCK.search(text, start, end)
    policy = _POLICY.search(text, start, end)
    accelerator = _ACCELERATOR.search(text, start, end)
    bytes_head = _BYTES_HEAD.search(text, start, end)
    transfer = {
        f"bytes_{found[1].lower()}": Item(
            {"original": number(found[2]), "optimized": number(found[3])}, found.start(), found.end()
        )
        for found in _BYTES.finditer(text, start, end)
        if found.end() < len(text) or found[1] == "Written"
    }
    stops = [found.start() for found in (policy, accelerator, bytes_head, block) if found]
    stops += [item.start for item in transfer.values()] + [end]
    counters = COUNTERS.read(text, block.start() if block else start, end)
    if block:
        counters = {"mapi": Item(number(block[1]), block.start(), block.end())} | counters
    plain = LABELS.read(text, start, min(stops))
    if len(plain) == 1 and at_end(text, next(iter(plain.values())).end):
        plain = {}  # an output that long is not picked out by its first label: the text's end cuts the value
    return Connection(
        plain,
        POLICY.read(text, policy.end(), min(s for s in stops if s > policy.start())) if policy else {},
        ACCELERATOR.read(text, accelerator.end(), min(s for s in stops if s > accelerator.start()))
        if accelerator
        else {},
        transfer,
        counters,
    )


def _is_mapi(connection: Connection) -> bool:
    plain = connection.plain
    applied = " ".join(str(item.value) for item in connection.accelerator.values())
    return (
        "MAPI" in applied
        or "mapi" in connection.counters
        or ("map_name" in plain and str(plain["map_name"].value).lower() == UUID)
        or ("application_name" in plain and plain["application_name"].value == "Email-and-Messaging")
    )


def _missing(connection: Connection) -> tuple[str, ...]:
    missing = LABELS.missing(connection.plain)
    missing += tuple(f"Policy Details: {label}" for label in POLICY.missing(connection.policy))
    missing += tuple(f"Accelerator Details: {label}" for label in ACCELERATOR.missing(connection.accelerator))
    missing += tuple(
        label for label in ("Bytes Read", "Bytes Written") if label.lower().replace(" ", "_") not in connection.transfer
    )
    return missing + (COUNTERS.missing(connection.counters) if connection.counters else ())
