"""tfo_log, the transaction log: ``stamp :id :address :port :address :port :OT :END ...``.

Fields are parted by blank and colon, because times and hardware addresses hold bare colons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Reading
from bot.outputs.logreading import join_spans
from bot.outputs.signatures import MAX_EVIDENCE, Prove, Signature, build_finding
from bot.outputs.squeeze import Squeezed, squeezed
from bot.reading.paste import View

COMMAND = "tfo_log"
_DAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
STAMP = re.compile(rf"({_DAYS})({_MONTHS})(\d{{1,2}}?)(\d\d:\d\d:\d\d)(\d{{4}})(?=:[\dA-Z])")
_IP = r"\d{1,3}(?:\.\d{1,3}){3}"
_FLOW = re.compile(rf":(?:(\d{{1,12}}):)?({_IP}):(\d{{1,5}}):({_IP}):(\d{{1,5}}):(OT|SODRE|BP)\b(?::(START|END)\b)?")
_OT_END = re.compile(r":(EXTERNALCLIENT|EXTERNALSERVER|[A-Z]{4,30}):\(([A-Z0-9_,]{0,40})\)((?::\d{1,20}){1,4})")
_SODRE_END = re.compile(r"((?::\d{1,20}){1,5})")
_OT_REST = re.compile("(?:(?:OT)?:END)?" + _OT_END.pattern)
_SODRE_REST = re.compile("SODRE:END" + _SODRE_END.pattern)
_CUT_LEAD = re.compile(r"(?=[\w.():,]{1,160}\Z)[^:]*(?::[^:]+)*:\d{1,20}|\d{1,20}")
_CUT_STAMP = re.compile(r"[MTWFS](?:[a-z]{0,2}|[a-z]{2}[A-Z](?:[a-z]{0,2}|[a-z]{2}[\d:]{0,20}))")
_NUMBERS = {"OT": 4, "SODRE": 5}
_TYPES = {"EXTERNALCLIENT": "EXTERNAL CLIENT", "EXTERNALSERVER": "EXTERNAL SERVER"}

MAPI_END = Signature(
    "tfo-mapi-connections",
    "transaction-logs",
    "normal",
    (":(MAPI)",),
    "MAPI アクセラレータが使われた接続の終了が記録されています ({values})。",
    "The log records the end of connections on which the MAPI accelerator was used ({values}).",
)
SILENT = Signature(
    "tfo-no-mapi-connection",
    "transaction-logs",
    "not_shown",
    (),
    "MAPI アクセラレータが使われた接続は、この tfo_log には含まれていません。",
    "This tfo_log shows no connection on which the MAPI accelerator was used.",
    next_command="show statistics connection optimized mapi",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transaction log; ``values`` are its closing numbers in the log's order.

    ``whole`` is False where fields are missing that this kind of line always has.
    """

    time: str | None
    conn_id: int | None
    source: str | None
    destination: str | None
    module: str | None
    event: str | None
    connection_type: str | None
    accelerator: str | None
    values: tuple[int, ...]
    whole: bool
    start: int
    end: int

    @property
    def shows_mapi(self) -> bool:
        """Whether the line names the MAPI accelerator."""
        return self.accelerator is not None and "MAPI" in self.accelerator.split(",")

    def as_data(self) -> dict[str, Any]:
        """Return the fields that go into ``data["transactions"]``."""
        names = [name for name in self.__slots__ if name not in ("values", "whole", "start", "end")]
        return {**{name: getattr(self, name) for name in names}, "values": list(self.values)}


def lines(squeezed: Squeezed) -> list[Line]:
    """Return the lines in the order of the text, the rest of a first line that lost its stamp included."""
    stamps = list(STAMP.finditer(squeezed.text))
    limits = [*(stamp.start() for stamp in stamps), len(squeezed.text)]
    first = _headless(squeezed, limits[0])
    return first + [_line(squeezed, stamp, limit) for stamp, limit in zip(stamps, limits[1:], strict=True)]


def _headless(squeezed: Squeezed, limit: int) -> list[Line]:
    match = _OT_REST.search(squeezed.text, 0, limit) or _SODRE_REST.search(squeezed.text, 0, limit)
    if not match:
        return []
    numbers = match.re.groups
    end = squeezed.number_end(squeezed.text.rfind(":", 0, match.end()) + 1, match.end())
    start, stop = squeezed.span(match.start(), end)
    values = tuple(int(number) for number in squeezed.text[match.start(numbers) : end].split(":") if number)
    kind = _TYPES.get(match[1], match[1]) if numbers > 1 else None
    accelerator, module = (match[2], "OT") if numbers > 1 else (None, "SODRE")
    return [Line(None, None, None, None, module, "END", kind, accelerator, values, False, start, stop)]


def _line(squeezed: Squeezed, stamp: re.Match[str], limit: int) -> Line:
    flow = _FLOW.match(squeezed.text, stamp.end(), limit)
    time = f"{stamp[1]} {stamp[2]} {stamp[3]} {stamp[4]} {stamp[5]}"
    if not flow:
        end = squeezed.line_end(stamp.end(), limit)
        start, stop = squeezed.span(stamp.start(), max(end, stamp.end()))
        return Line(time, None, None, None, None, None, None, None, (), False, start, stop)
    kind = {("OT", "END"): _OT_END, ("SODRE", "END"): _SODRE_END}.get((flow[6], flow[7]))
    rest = kind.match(squeezed.text, flow.end(), limit) if kind else None
    end = rest.end() if rest else squeezed.line_end(flow.end(), limit)
    if rest:
        end = squeezed.number_end(squeezed.text.rfind(":", 0, end) + 1, end)
    numbers = squeezed.text[rest.start(rest.re.groups) : end] if rest else ""
    values = tuple(int(number) for number in numbers.split(":") if number)
    short = rest is not None and len(values) < _NUMBERS[flow[6]]
    if short and end == len(squeezed.text):
        values = values[:-1]  # the text's end may have cut the last one
    named = rest if rest and flow[6] == "OT" else None
    start, stop = squeezed.span(stamp.start(), end)
    return Line(
        time=time,
        conn_id=int(flow[1]) if flow[1] else None,
        source=f"{flow[2]}:{flow[3]}",
        destination=f"{flow[4]}:{flow[5]}",
        module=flow[6],
        event=flow[7],
        connection_type=_TYPES.get(named[1], named[1]) if named else None,
        accelerator=named[2] if named else None,
        values=values,
        whole=len(values) == _NUMBERS[flow[6]] if kind else bool(flow[7] or flow[6] == "BP"),
        start=start,
        end=stop,
    )


def describe(found: list[Line]) -> dict[str, Any]:
    """Return the data of a transaction log."""
    return {"transactions": [line.as_data() for line in found], "transaction_count": len(found)}


def findings(found: list[Line], prove: Prove) -> list[Finding]:
    """Return what the END lines show about MAPI, and nothing about other accelerators."""
    group = [line for line in found if line.shows_mapi]
    if not group:
        return [build_finding(SILENT, [], 0, None, ())]
    flows = list(dict.fromkeys(f"{line.source} - {line.destination}" for line in group if line.source))
    times = [line.time for line in group if line.time]
    evidence = tuple(prove(line.start, line.end) for line in group[:MAX_EVIDENCE])
    return [build_finding(MAPI_END, flows, len(group), (times[0], times[-1]) if times else None, evidence)]


def read_all(view: View) -> list[Reading]:
    """Return the transaction log lines of the view as one reading."""
    if ":" not in view.text:
        return []
    bare = squeezed(view.text)
    found = lines(bare)
    if not found:
        return []
    cut = sum(not line.whole for line in found)
    rest = bare.text[bare.index(found[-1].end) :]
    missing = [f"fields of {cut} line(s)"] if cut else []
    if _CUT_LEAD.fullmatch(bare.text[: bare.index(found[0].start)]):
        missing.append("start of the first line")
    if _CUT_STAMP.fullmatch(rest):
        missing.append("end of the last line")
    spans = tuple(join_spans(view.text, [(line.start, line.end) for line in found]))
    return [
        Reading(
            COMMAND,
            found[0].start,
            found[-1].end,
            describe(found),
            tuple(missing),
            tuple(findings(found, view.evidence)),
            spans,
        )
    ]
