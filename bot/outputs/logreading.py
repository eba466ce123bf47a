"""Reading pasted error logs: from a view to one reading for each log and WAE in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.outputs.base import Reading, Span
from bot.outputs.errorlog import Record, assign_logs, ends_in_header, split_records, starts_cut
from bot.outputs.signatures import Hit, Signature, find_hits, to_findings
from bot.outputs.squeeze import Squeezed, squeezed
from bot.reading.paste import View

_FILE_NAME = re.compile(r"\b(mapiao|sr|wsao)[ \n]?-[ \n]?errorlog")
_FAR = 400
"""So many characters of other text between two records make them two outputs."""


@dataclass(frozen=True, slots=True)
class LogSpec:
    """What one error log looks for.

    ``refine`` drops hits that others explain; ``describe`` returns the log's own entries of ``data``;
    ``silent`` is the finding of a log in which no signature stands.
    """

    command: str
    signatures: tuple[Signature, ...]
    refine: Callable[[list[Hit], Sequence[Record]], list[Hit]]
    describe: Callable[[Squeezed, Sequence[Record]], dict[str, Any]]
    silent: Signature


def read_log(view: View, spec: LogSpec) -> list[Reading]:
    """Return the readings of one log: edge and core, and pieces far apart, each on their own."""
    if "(" not in view.text and "]" not in view.text:
        return []
    bare, records, logs = _split(view)
    mine = [record for record, log in zip(records, logs, strict=True) if log == spec.command]
    return [
        _reading(view, bare, spec, group, _missing(bare, records, group))
        for side in _sides(mine)
        for group in _pieces(records, side)
    ]


@lru_cache(maxsize=1)
def _split(view: View) -> tuple[Squeezed, list[Record], list[str | None]]:
    """Return the records of a view with their logs; the three logs of one paste share them."""
    bare = squeezed(view.text)
    records = split_records(bare, lambda newline: _is_paragraph(view, newline))
    named = {f"{match[1]}-errorlog" for match in _FILE_NAME.finditer(view.text)}
    default = named.pop() if len(named) == 1 else None
    return bare, records, [log or default for log in assign_logs(bare, records)]


def _is_paragraph(view: View, newline: int) -> bool:
    """Tell whether an empty line stood where the view has only a line break."""
    low, high = view.span(newline, newline + 1)
    return view.raw.count("\n", low, high) > 1


def _sides(records: Sequence[Record]) -> list[list[Record]]:
    """Return the records of an edge and of a core WAE apart, where processes tell which is which."""
    votes: dict[int | None, Counter[str]] = {}
    for record in records:
        side = (record.source_file or "")[:4]
        if side in ("Edge", "Core"):
            votes.setdefault(record.pid, Counter())[side] += 1
    sides: dict[str, list[Record]] = {}
    last = next(iter(votes.values())).most_common(1)[0][0] if votes else ""
    for record in records:
        last = votes[record.pid].most_common(1)[0][0] if record.pid in votes else last
        sides.setdefault(last, []).append(record)
    return list(sides.values())


def _pieces(records: Sequence[Record], mine: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield the records of one log in pieces with no more than ``_FAR`` other characters inside."""
    starts = [record.start for record in records]
    piece = [mine[0]]
    for record in mine[1:]:
        between = records[bisect_left(starts, piece[-1].end) : bisect_left(starts, record.start)]
        if record.start - piece[-1].end - sum(other.end - other.start for other in between) > _FAR:
            yield piece
            piece = []
        piece.append(record)
    yield piece


def _missing(squeezed: Squeezed, records: Sequence[Record], group: Sequence[Record]) -> tuple[str, ...]:
    """Return what a group lacks: a cut start, a cut end, records without their source line."""
    gone = []
    if group[0] is records[0] and starts_cut(squeezed, records):
        gone.append("start of the first record")
    cut = sum(record.source_line is None for record in group[:-1])
    if cut:
        gone.append(f"source line of {cut} record(s)")
    last = group[-1]
    if last.source_line is None or (last is records[-1] and ends_in_header(squeezed, last)):
        gone.append("end of the last record")
    return tuple(gone)


def _reading(
    view: View, squeezed: Squeezed, spec: LogSpec, group: Sequence[Record], missing: tuple[str, ...]
) -> Reading:
    hits = spec.refine(find_hits(squeezed, group, spec.signatures), group)
    if not hits:
        hits = [Hit(spec.silent, len(group) - 1, None)]
    data = {
        "records": [record.as_data() for record in group],
        "record_count": len(group),
        "levels": dict(Counter(record.level.lower() for record in group if record.level)),
        "records_with_inconsistent_time": sum(not record.agrees for record in group),
        **spec.describe(squeezed, group),
    }
    return Reading(
        command=spec.command,
        start=group[0].start,
        end=group[-1].end,
        data=data,
        missing=missing,
        findings=tuple(to_findings(hits, group, view.evidence)),
        spans=tuple(join_spans(view.text, [(record.start, record.end) for record in group])),
    )


def join_spans(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans, neighbours with nothing but blanks between them as one."""
    start, end = spans[0]
    for low, high in spans[1:]:
        if low - end > 8 or text[end:low].strip():
            yield start, end
            start = low
        end = high
    yield start, end


def counted(values: Sequence[str], key: str) -> list[dict[str, Any]]:
    """Return each value once with its count, most frequent first, under ``key`` and ``count``."""
    return [{key: value, "count": count} for value, count in Counter(values).most_common()]
