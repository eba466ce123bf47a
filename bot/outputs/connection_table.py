"""show statistics connection optimized mapi: the counters, the legend and the table of connections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.findings import Finding
from bot.outputs.accelerator import announced
from bot.outputs.base import (
    IP,
    NUMBER,
    Anchor,
    Item,
    Labels,
    Reading,
    Span,
    at_end,
    extras,
    finding,
    leftovers,
    values,
    words,
)
from bot.reading.paste import View

COMMAND = "show statistics connection optimized mapi"
TOPIC = "optimized-connections"
DETAIL = "show statistics connection optimized mapi detail"
_END = rf"(?:{IP}|\[[0-9A-Fa-f:.]{{2,45}}\]):[0-9]{{1,5}}"
_MAC = r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}"
_COLUMNS = re.compile(
    r"(?<![A-Za-z])ConnID[ \n]?Source[ \n]?IP:Port[ \n]?Dest[ \n]?IP:Port[ \n]?PeerID[ \n]?Accel(?![A-Za-z])(?P<rr>[ \n]?RR(?![A-Za-z:]))?"
)
ANCHORS = (
    Anchor(r"(?<![A-Za-z])Current[ \n]?Active[ \n]?Optimized[ \n]?Flows[ \n]?:", ("Current",)),
    Anchor(_COLUMNS.pattern, ("ConnID",)),
    Anchor(
        r"(?<![A-Za-z])Current[ \n]?Active[ \n]?(?:Optimized[ \n]?TCP|Auto-Discovery|Pass-Through)[ \n]",
        ("Current",),
    ),
    Anchor(rf"(?<![0-9A-Za-z.:])[0-9]{{1,10}}[ \n]{_END}[ \n]{_END}[ \n]{_MAC}[ \n][A-Z]", ()),
)
NEEDS_ECHO = True
LABELS = Labels(
    (
        ("Current Active Optimized Flows", NUMBER),
        ("Current Active Optimized TCP Plus Flows", NUMBER),
        ("Current Active Optimized TCP Only Flows", NUMBER),
        ("Current Active Optimized TCP Preposition Flows", NUMBER),
        ("Current Active Auto-Discovery Flows", NUMBER),
        ("Current Reserved Flows", NUMBER),
        ("Current Active Pass-Through Flows", NUMBER),
        ("Historical Flows", NUMBER),
    ),
    frozenset({"Current Reserved Flows"}),
    last=False,
)
_ROW = re.compile(
    rf"(?<![0-9A-Za-z.:])([0-9]{{1,10}})[ \n]({_END})[ \n]({_END})[ \n]({_MAC})[ \n]([A-Z](?:,?[A-Z]){{0,11}})(?![A-Za-z0-9:])"
    r"(?:[ \n]([0-9]{1,3}(?:\.[0-9]{1,4})?[ ]?%|[0-9]{1,3}\.[0-9]{1,4}(?![0-9.])))?"
)
_ROW_BEGINS = re.compile(rf"[ \n]?[0-9]{{1,10}}(?:[ \n]{_END}|\Z)|[ \n]?[0-9]{{1,10}}[ \n][0-9.:]{{1,21}}\Z")
_ENTRY = r"(?<![A-Za-z0-9])([A-Z]{1,2})[ \n]?:[ \n]?([A-Za-z][A-Za-z \n/-]{1,30}?)[ \n]?(?=,|\Z|(?<=[ \n])ConnID|(?<=[ \n])[A-Z]{1,2}[ \n]?:"
_LEGEND = re.compile(_ENTRY + ")")
_CUT_LEGEND = re.compile(_ENTRY + "|\n)")
_LEGEND_SPAN = re.compile(r"(?<![A-Za-z])D[ \n]?:[ \n]?DRE(?![A-Za-z])")
_OTHER_NAMES = ("CIFS", "HTTP", "NFS", "SSL", "VIDEO", "ICA", "SMB")
_DEFAULT = {"C": "CIFS", "G": "GENERIC", "H": "HTTP", "M": "MAPI", "N": "NFS", "S": "SSL", "V": "VIDEO"}
_SHOWN = 50
_ODD_ROW = re.compile(rf"(?<![^ \n])(?:[^ \n]{{1,60}}[ \n]){{2,3}}{_MAC}[ \n][A-Z0-9,]{{1,20}}(?![A-Za-z0-9:])")
_ROW_SIZE = 240
_FIRST_ROW = 4_000
"""Characters below the headings within which a table's first row is looked for."""


def read(view: View, start: int, end: int) -> Reading | None:
    """Read counters, legend and connections; None for a table of other accelerators."""
    text = view.text
    columns = _COLUMNS.search(text, start, end)
    found = LABELS.read(text, start, columns.start() if columns else end)
    legend, legend_span = _legend(text, start, columns.start() if columns else end, columns is not None)
    table = _table(text, columns.end() if columns else start, end, bool(columns and columns["rr"]))
    rows = table.rows
    if not (found or columns or rows):
        return None
    letters = _DEFAULT | {key: name.upper() for key, name in legend.items()}
    if announced(text, start, end) != COMMAND and _foreign(rows, letters):
        return None
    letters_told = [{"letter": letter, "meaning": meaning} for letter, meaning in legend.items()]
    data: dict[str, Any] = values(found) | {"legend": letters_told, "connections": rows}
    pieces = [(item.start, item.end) for item in found.values()] + ([columns.span()] if columns else [])
    pieces += ([legend_span] if legend else []) + table.ends
    first, last = min(low for low, _ in pieces), max(high for _, high in pieces)
    more, unread = extras(text, leftovers(text, [*pieces, *table.rest(text)]))
    after = table.end if rows else columns.end() if columns else last
    odd = _odd_row(text, [*(unread if rows else ()), (after, min(end, after + _ROW_SIZE))])
    missing = _missing(found, legend, columns, table.cut or odd is not None)
    checks = _checks(view, table, letters, odd)
    data = more | data
    return Reading(COMMAND, first, last, data, missing, checks, unread=tuple(unread))


def _legend(text: str, start: int, end: int, whole: bool) -> tuple[dict[str, str], Span]:
    begin = _LEGEND_SPAN.search(text, start, end)
    if begin is None:
        return {}, (start, start)
    stop = min(end, begin.start() + 400)
    legend: dict[str, str] = {}
    last = begin.start()
    for entry in (_LEGEND if whole else _CUT_LEGEND).finditer(text, begin.start(), stop):
        if len(legend) and entry.start() - last > 4:
            break
        if whole or not at_end(text, entry.end()):
            legend[entry[1]], last = words(entry[2]), entry.end()
    return legend, (begin.start(), last)


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a table: as data, where the wanted ones stand, and whether the last one is cut."""

    rows: list[dict[str, Any]]
    start: int
    end: int
    cut: bool
    whole: bool

    @property
    def ends(self) -> list[Span]:
        """The empty spans at both ends of the rows."""
        return [(self.start, self.start), (self.end, self.end)] if self.rows else []

    def rest(self, text: str) -> list[Span]:
        """Return the spans of the rows: the one of all, or each where something lies between them."""
        if self.whole:
            return [(self.start, self.end)] if self.rows else []
        return self.spans(text, range(len(self.rows)))

    def spans(self, text: str, wanted: Sequence[int]) -> list[Span]:
        """Return the spans of the wanted rows, by number and in order."""
        if not wanted:
            return []
        found = islice(_ROW.finditer(text, self.start, self.end), wanted[-1] + 1)
        numbers = set(wanted)
        return [row.span() for i, row in enumerate(found) if i in numbers]


def _table(text: str, start: int, end: int, rr: bool) -> _Table:
    """Read the connections between ``start`` and ``end``; a row that the text's end cuts is left out."""
    first = _ROW.search(text, start, min(end, start + _FIRST_ROW))
    if first is None:
        return _Table([], start, start, _ROW_BEGINS.match(text, start, end) is not None and end == len(text), True)
    cells = _ROW.findall(text, first.start(), end)
    rows = [
        {"conn_id": int(conn), "source": source, "destination": dest, "peer_id": peer, "accel": accel}
        | ({"reduction_ratio": float(ratio.rstrip("% "))} if ratio else {})
        for conn, source, dest, peer, accel, ratio in cells
    ]
    if first.start() == 0:
        del rows[0]["conn_id"]
    tail = _ROW.search(text, max(first.start(), text.rfind(cells[-1][1], first.start(), end) - 12), end)
    last = tail.end() if tail else end
    size = sum(sum(map(len, row)) + (6 if row[5] else 5) for row in cells) - 1
    whole = size == last - first.start()
    if rr and last >= len(text.rstrip()) and "reduction_ratio" not in rows[-1]:
        return _Table(rows[:-1], first.start(), last, True, whole)
    begun = _ROW_BEGINS.match(text, last, end)
    return _Table(rows, first.start(), last, begun is not None and end == len(text), whole)


def _odd_row(text: str, gaps: Sequence[Span]) -> Span | None:
    """Return a row in ``gaps`` that names a peer as connections do but could not be read."""
    for low, high in gaps:
        if found := _ODD_ROW.search(text, low, high):
            return found.span()
    return None


def _foreign(rows: Sequence[dict[str, Any]], letters: dict[str, str]) -> bool:
    others = {key for key, name in letters.items() if name in _OTHER_NAMES and len(key) == 1}
    mapi = {key for key, name in letters.items() if name in ("MAPI", "GENERIC")}
    return any(set(row["accel"]) & others and not set(row["accel"]) & mapi for row in rows)


def _missing(
    found: dict[str, Item], legend: dict[str, str], columns: re.Match[str] | None, cut: bool
) -> tuple[str, ...]:
    missing = LABELS.missing(found)
    missing += () if legend else ("D:DRE,L:LZ,T:TCP Optimization",)
    missing += () if columns else ("ConnID", "Source IP:Port", "Dest IP:Port", "PeerID", "Accel")
    return missing + (("connections",) if cut else ())


_WHY = (
    "Accel 列の文字を組として読み、MAPI を表す文字があるかを見ます。",
    "The letters of the Accel column are read as a set; the check looks for the one that stands for MAPI.",
)
_WHY_GENERIC = (
    "Accel 列に汎用 AO を表す文字があり、MAPI を表す文字がない接続を探します。",
    "The check looks for connections whose Accel letters hold the generic AO's and not MAPI's.",
)


def _checks(view: View, table: _Table, letters: dict[str, str], odd: Span | None) -> tuple[Finding, ...]:
    kinds: dict[str, list[int]] = {"MAPI": [], "GENERIC": [], "": []}
    of_letters: dict[str, str] = {}
    for i, row in enumerate(table.rows):
        accel = row["accel"]
        if accel not in of_letters:
            names = {letters.get(letter) for letter in accel}
            of_letters[accel] = "MAPI" if "MAPI" in names else "GENERIC" if "GENERIC" in names else ""
        kinds[of_letters[accel]].append(i)
    spans = {kind: table.spans(view.text, numbers[:_SHOWN]) for kind, numbers in kinds.items()}
    checks = [
        _unread(view, odd) if odd and not table.rows else _handled(view, len(kinds["MAPI"]), spans["MAPI"], table.rows)
    ]
    if kinds["GENERIC"]:
        checks.append(_pushed(view, [table.rows[i] for i in kinds["GENERIC"]], spans["GENERIC"]))
    if kinds[""]:
        checks.append(_unclear(view, [table.rows[i] for i in kinds[""]], spans[""]))
    return tuple(checks)


_HANDLED = "mapi-optimized-connections"


def _unread(view: View, row: Span) -> Finding:
    message = ("接続の行を読み取れませんでした。", "The rows of connections could not be read.")
    return finding(view, _HANDLED, TOPIC, "not_recognised", message, _WHY, [row], COMMAND)


def _handled(view: View, count: int, spans: Sequence[Span], rows: Sequence[object]) -> Finding:
    id = _HANDLED
    if spans:
        message = (
            f"MAPI AO が処理している接続が{count}件あります。",
            f"The MAPI AO handles {count} of the connections.",
        )
        return finding(view, id, TOPIC, "normal", message, _WHY, spans)
    message = (
        "MAPI AO が処理している接続は、貼り付けた表にはありません。" if rows else "接続の行が貼り付けにありません。",
        "No connection in the pasted table is handled by the MAPI AO." if rows else "No connection is in the paste.",
    )
    return finding(view, id, TOPIC, "not_shown", message, _WHY, (), COMMAND)


def _pushed(view: View, rows: Sequence[dict[str, Any]], spans: Sequence[Span]) -> Finding:
    clients = list(dict.fromkeys(str(row["source"]).rpartition(":")[0] for row in rows))
    names = ", ".join(clients[:_SHOWN]) + (" ..." if len(clients) > _SHOWN else "")
    message = (
        f"汎用 AO に渡された接続が{len(rows)}件あります。クライアント: {names}。",
        f"{len(rows)} connections were handed to the generic AO, from the clients {names}.",
    )
    id = "mapi-generic-handoff"
    return finding(view, id, "generic-ao-handoff", "problem", message, _WHY_GENERIC, spans)


def _unclear(view: View, rows: Sequence[dict[str, Any]], spans: Sequence[Span]) -> Finding:
    kinds = ", ".join(dict.fromkeys(str(row["accel"]) for row in rows))
    message = (
        f"MAPI でも汎用 AO でもない接続があります({kinds})。詳細を確かめてください。",
        f"Some connections belong neither to MAPI nor to the generic AO ({kinds}); look at their details.",
    )
    id = "mapi-accel-unknown"
    return finding(view, id, TOPIC, "not_recognised", message, _WHY, spans, DETAIL)
