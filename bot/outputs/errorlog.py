"""Records of the WAAS error logs, which mapiao-, sr- and wsao-errorlog share.

``MM/DD/YYYY HH:MM:SS.mmm(Local)(PID n.n) LEVEL (USEC) [(fl=N)] text [File.cpp:LINE]``: records are
split where this header stands, wherever that is in a line, and never at newlines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.outputs.squeeze import Squeezed

HEADER = re.compile(
    r"(\d\d/\d\d/\d{4})(\d\d:\d\d:\d\d\.(\d{3}))\([A-Za-z]{1,8}\)\((\d{1,10})\.(\d{1,3})\)"
    r"([A-Z]{3,8})\((\d{1,6})\)(?:\(fl=(\d{1,12})\))?"
)
TAIL = re.compile(r"\[([\w.~+-]{1,80}\.(?:cpp|cxx|cc|c|hpp|h)):(\d{1,6})\]")
_CUT_TAIL = re.compile(r"\[(?:([\w.~+-]{1,80}\.(?:cpp|cc|c))(?::\d*|(?<=cpp))|[\w.~+-]{1,80}\.c?)$")
_FOREIGN = re.compile(r"%WAAS-[A-Z0-9_]+-\d-\d+:|^[^\n]{0,80}[#>][ \t]*(?:show?|acc|type)\b", re.M)
_STAMP = re.compile(r"(?:\d{4} +[A-Z][a-z]{2} +\d+|[A-Z][a-z]{2} +\d+(?: +\d{4})?) +\d\d:\d\d:\d\d[^\n]{0,60}$")
_HEADER_SHAPE = "00/00/000000:00:00.000(Local)("
_TAIL_SHAPE = re.compile(r"(?:[\w.]{0,80}:)?\d{0,6}\]")

LOGS = ("mapiao-errorlog", "sr-errorlog", "wsao-errorlog")
_SOURCES = (
    ("sr-errorlog", re.compile(r"SR[A-Z]|AdsGss|GssCli|IoOperation|AppApi|SrlibServer")),
    ("wsao-errorlog", re.compile(r"open_?ssl|ssl_|ws", re.I)),
    (
        "mapiao-errorlog",
        re.compile(r"Edge|Core|Flow|Connection|Srlib|GssServer|Session|AsyncOp|Mapi|EmsMdb|DceRpc|Rop", re.I),
    ),
)
_WORDS = (
    (
        "sr-errorlog",
        re.compile(r"Keyretriev|[Ii]dentity|GSS_M|forSPN:|forspn:|SRKR|DRSBind|Importcred|ID_TAG"),
    ),
    ("wsao-errorlog", re.compile(r"certificate|openssl|SSL_|ssl_")),
    (
        "mapiao-errorlog",
        re.compile(r"TCPconnection|Auth(?:Type|Level)|HandOver|KrbKey|keytab|EmsMdb|MAPI|Layer"),
    ),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One log record. ``start``/``end`` and ``body`` are offsets into the text that was split.

    ``low``/``high`` bound the message in the squeezed text. A record whose header was cut off has
    ``time`` None; one whose tail was cut off has ``source_line`` None. ``agrees`` is False where the
    microseconds contradict the milliseconds.
    """

    time: str | None
    pid: int | None
    level: str | None
    fl: int | None
    text: str
    source_file: str | None
    source_line: int | None
    start: int
    end: int
    body: tuple[int, int]
    low: int
    high: int
    agrees: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return the fields that go into ``data["records"]``."""
        names = ("time", "pid", "level", "fl", "text", "source_file", "source_line")
        return {name: getattr(self, name) for name in names}


IsParagraph = Callable[[int], bool]


def split_records(squeezed: Squeezed, is_paragraph: IsParagraph) -> list[Record]:
    """Return the records in the order of the text, a cut first and last one included.

    ``is_paragraph`` tells of an offset's line break whether an empty line stood there.
    """
    heads = list(HEADER.finditer(squeezed.text))
    limits = [*(head.start() for head in heads), len(squeezed.text)]
    first = _headless(squeezed, limits[0], is_paragraph)
    records = [first] if first else []
    for head, limit in zip(heads, limits[1:], strict=True):
        records.append(_record(squeezed, head, limit, is_paragraph))
    return records


def ends_in_header(squeezed: Squeezed, record: Record) -> bool:
    """Tell whether a new record's header begins after ``record`` and is cut off by the end."""
    rest = squeezed.text[record.high :]
    rest = TAIL.sub("", rest, count=1)[: len(_HEADER_SHAPE) + 16]
    shape = re.sub(r"\d", "0", rest)
    return bool(rest) and (_HEADER_SHAPE.startswith(shape) or shape.startswith(_HEADER_SHAPE))


def _record(squeezed: Squeezed, head: re.Match[str], limit: int, is_paragraph: IsParagraph) -> Record:
    low = head.end()
    tail = TAIL.search(squeezed.text, low, limit)
    high = tail.start() if tail else _open_end(squeezed, low, limit, is_paragraph)
    stop = tail.end() if tail else high
    cut = None if tail else _CUT_TAIL.search(squeezed.text, max(low, high - 90), high)
    start, header = squeezed.span(head.start(), head.end())
    return Record(
        time=f"{head[1]} {head[2]}",
        pid=_pid(squeezed, head),
        level=head[6],
        fl=int(head[8]) if head[8] else None,
        text=squeezed.plain(low, cut.start() if cut else high),
        source_file=tail[1] if tail else cut[1] if cut else None,
        source_line=int(tail[2]) if tail else None,
        start=start,
        end=squeezed.span(head.start(), max(stop, low))[1],
        body=squeezed.inner(low, high) if high > low else (start, header),
        low=low,
        high=high,
        agrees=int(head[7]) // 1000 == int(head[3]),
    )


def _pid(squeezed: Squeezed, head: re.Match[str]) -> int:
    """Return the process id; the thread's first digit follows it after the last blank."""
    gaps = squeezed.gaps(head.start(4), head.end(4))
    stop = gaps[-1] if gaps else head.end(4) - 1
    return int(squeezed.text[head.start(4) : stop] or head[4])


def _open_end(squeezed: Squeezed, low: int, limit: int, is_paragraph: IsParagraph) -> int:
    """Return where a message without its tail ends: at an empty line, a syslog stamp or the limit."""
    if low >= limit:
        return low
    begin, stop = squeezed.span(low, limit)
    foreign = _FOREIGN.search(squeezed.source, begin, stop)
    edge = foreign.start() if foreign else stop
    stamp = _STAMP.search(squeezed.source, max(begin, edge - 90), edge) if foreign else None
    edge = stamp.start() if stamp else edge
    newline = squeezed.source.find("\n", begin, edge)
    while newline >= 0 and not is_paragraph(newline):
        newline = squeezed.source.find("\n", newline + 1, edge)
    return min(limit, squeezed.index(newline if newline >= 0 else edge))


def _headless(squeezed: Squeezed, limit: int, is_paragraph: IsParagraph) -> Record | None:
    """Return the end of a record whose header the paste has lost, if the text begins with one."""
    tails = list(TAIL.finditer(squeezed.text, 0, limit))
    if not tails:
        return None
    tail = tails[-1]
    stop = squeezed.span(tail.start(), tail.end())[1]
    newline = squeezed.source.rfind("\n", 0, squeezed.at(tail.start()))
    while newline >= 0 and not is_paragraph(newline):
        newline = squeezed.source.rfind("\n", 0, newline)
    low = squeezed.index(newline + 1)
    begin = squeezed.at(low)
    body = squeezed.inner(low, tail.start()) if tail.start() > low else (begin, stop)
    text = squeezed.plain(low, tail.start())
    return Record(None, None, None, None, text, tail[1], int(tail[2]), begin, stop, body, low, tail.start())


def starts_cut(squeezed: Squeezed, records: Sequence[Record]) -> bool:
    """Tell whether the text begins inside a record, be it only its last characters."""
    if not records or records[0].time is None:
        return bool(records)
    first = squeezed.text.find("]", 0, 100)
    lead = HEADER.search(squeezed.text)
    return (
        lead is not None and 0 <= first == lead.start() - 1 and bool(_TAIL_SHAPE.fullmatch(squeezed.text[: first + 1]))
    )


def log_of(source_file: str | None) -> str | None:
    """Return the log that a source file writes to, None when that is not known."""
    for log, names in _SOURCES:
        if source_file and names.match(source_file):
            return log
    return None


def assign_logs(squeezed: Squeezed, records: Sequence[Record]) -> list[str | None]:
    """Return each record's log: by its source file, its process, its text, else as its neighbour."""
    known = [log_of(record.source_file) for record in records]
    votes: dict[int, Counter[str]] = {}
    for record, log in zip(records, known, strict=True):
        if log and record.pid is not None:
            votes.setdefault(record.pid, Counter())[log] += 1
    for i, record in enumerate(records):
        if known[i] is None and record.pid in votes:
            known[i] = votes[record.pid].most_common(1)[0][0]
        elif known[i] is None:
            known[i] = _log_by_text(squeezed, record)
    _fill(known, range(len(known)))
    _fill(known, range(len(known) - 1, -1, -1))
    return known


def _log_by_text(squeezed: Squeezed, record: Record) -> str | None:
    """Return the log that a record with a lost tail speaks of."""
    if record.source_file:
        return None
    for log, words in _WORDS:
        if words.search(squeezed.text, record.low, record.high):
            return log
    return None


def _fill(known: list[str | None], order: Iterable[int]) -> None:
    last: str | None = None
    for i in order:
        known[i] = last = known[i] or last
