"""Read a log of any size in constant memory: blocks that end before a record's header, counts, progress."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.findings import ParsedOutput, ParseResult
from bot.outputs.errorlog import HEADER, log_of
from bot.outputs.squeeze import Squeezed
from bot.outputs.syslog import STAMP as SYSLOG_STAMP
from bot.outputs.tfo_log import STAMP as TFO_STAMP
from bot.reading.forms import Forms
from bot.reading.logscan import Tallies, Tally, scan_marked, scan_plain
from bot.reading.needles import OWNERS, holds_needle

BLOCK = 1 << 18
_PIECE = 1 << 15
_TAIL = 1 << 13
_SAMPLE = 1 << 13
_OTHERS = (b"%WAAS-", b" :OT :", b" :SODRE :")
_BLANKS = b" \t\r\n'"
_SOURCE = re.compile(rb"\[([A-Za-z_]\w{1,60}\.cpp):\d")
_STAMPED = re.compile(rb"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\.\d{3}\(Local\)")
Progress = Callable[[int, int], None]
"""Told after each block: bytes read so far, bytes in all."""


@dataclass
class _Log:
    start: int
    end: int
    records: int = 0


@dataclass
class _State:
    logs: dict[str, _Log] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=dict)
    unread: list[tuple[int, int]] = field(default_factory=list)
    forms: Forms = field(default_factory=Forms)
    name: str | None = None


def stream(path: Path | str, progress: Progress | None = None) -> ParseResult:
    """Read the log at ``path``.

    Findings carry the number of records, the first and last time, and the first few pieces of evidence;
    ``data`` of a log holds ``record_count`` and ``findings`` (id, count, first, last, values). Text of
    blocks without any record is listed as unrecognised. Raises InputError when it cannot be read.
    """
    state = _State()
    base = done = 0
    try:
        total = Path(path).stat().st_size
        with FileIO(str(path)) as file:
            for block in _blocks(file):
                base = _take(state, block, base)
                done += len(block)
                if progress:
                    progress(done, total)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return _result(state)


def _blocks(file: FileIO) -> Iterator[bytes]:
    """Yield the file in pieces that end before a record, or where one is too long, before a character."""
    offset = 0
    while block := file.read(BLOCK):
        cut = _cut(block) if len(block) == BLOCK else len(block)
        offset += cut
        yield block[:cut]
        if cut < len(block):
            file.seek(offset)


def _cut(block: bytes) -> int:
    """Return where the last record of a block begins."""
    local = block.rfind(b"(Local)(")
    if local > 23 and _STAMPED.match(block, local - 23):
        return local - 23
    low = len(block) - _TAIL
    tail = Squeezed(block[low:].decode("latin-1"))
    flows = {match.start() for match in TFO_STAMP.finditer(tail.text)}
    starts = [match.start() for stamp in (HEADER, SYSLOG_STAMP) for match in stamp.finditer(tail.text)]
    if flows or starts:
        start = max(flows.union(starts))
        return low + tail.at(start - len("Mon") if start - len("Mon") in flows else start)
    newline = block.rfind(b"\n", low)
    if newline >= 0:
        return newline + 1
    ends = range(len(block) - 1, len(block) - 4, -1)
    return next((cut for cut in ends if block[cut] & 0xC0 != 0x80), len(block))


def _take(state: _State, block: bytes, base: int) -> int:
    """Count one block that begins at character ``base``; return the character after it."""
    records = block.count(b"(Local)")
    if not records or any(sign in block[:_SAMPLE] for sign in _OTHERS):
        records += sum(block.count(sign) for sign in _OTHERS)
    if records and _is_plain(block):
        end = base + len(block)
        scan_plain(block, base, state.tallies, state.forms.wanted(block, records))
    else:
        end = _take_marked(state, block, base)
        records = records or _squeezed_records(block)
    if records:
        _note(state, block, records, base, end)
    else:
        _unread(state, base, end)
    return end


def _take_marked(state: _State, block: bytes, base: int) -> int:
    """Count a block that is not plain, in small pieces, so that those without a hit cost little."""
    offset = 0
    while piece := block[offset : offset + _PIECE]:
        piece = piece[: _cut(piece)] if len(piece) == _PIECE else piece
        text = piece.decode("utf-8", "replace")
        if not piece.isascii() or b"\x1b" in piece or holds_needle(piece.translate(None, _BLANKS)):
            scan_marked(text, base, state.tallies)
        base += len(text)
        offset += len(piece)
    return base


def _is_plain(block: bytes) -> bool:
    """Tell whether fixed texts stand in the block as the device printed them.

    What a copy did to blanks and lines it did everywhere, so the block's ends are enough to tell.
    """
    sample = block[:_SAMPLE] + block[-_SAMPLE:]
    records = sum(sample.count(sign) for sign in (b"(Local)", *_OTHERS))
    whole = sample.count(b"\n") <= records + records // 20 + 1
    return whole and block.isascii() and not any(mark in sample for mark in (b"\x1b", b"\t", b"  "))


def _squeezed_records(block: bytes) -> int:
    bare = block.translate(None, _BLANKS)
    return bare.count(b"(Local)(") + bare.count(b"%WAAS-")


def _unread(state: _State, start: int, end: int) -> None:
    if state.unread and state.unread[-1][1] == start:
        start = state.unread.pop()[0]
    state.unread.append((start, end))


def _note(state: _State, block: bytes, records: int, base: int, end: int) -> None:
    """Count a block's records for the log that most of its first records belong to."""
    sources = islice(_SOURCE.finditer(block), 12)
    names = Counter(name for source in sources if (name := log_of(source[1].decode())))
    if not names:
        names["syslog"] = block.count(b"%WAAS-")
        names["tfo_log"] = block.count(b" :OT :")
    best = names.most_common(1)[0]
    state.name = best[0] if best[1] else state.name
    if state.name is None:
        _unread(state, base, end)
        return
    log = state.logs.setdefault(state.name, _Log(base, end))
    log.end = end
    log.records += records


def _result(state: _State) -> ParseResult:
    # A text that stands in no record that can be shown proves nothing.
    state.tallies = {id: tally for id, tally in state.tallies.items() if tally.evidence}
    for id, tally in state.tallies.items():
        proof = tally.evidence
        state.logs.setdefault(OWNERS[id], _Log(proof[0].start, proof[-1].end))
    handed = {OWNERS[id] for id, tally in state.tallies.items() if tally.signature.state == "problem"}
    if "mapiao-errorlog" in handed:
        state.tallies.pop("mapiao-handover-reason", None)
    outputs = []
    for name, log in sorted(state.logs.items(), key=lambda item: item[1].start):
        rows = [_row(tally) for id, tally in state.tallies.items() if OWNERS[id] == name]
        data = {"record_count": log.records, "findings": rows}
        outputs.append(ParsedOutput(name, log.start, log.end, data, complete=True))
    findings = tuple(tally.finding() for tally in state.tallies.values())
    return ParseResult(tuple(outputs), findings, tuple(state.unread))


def _row(tally: Tally) -> dict[str, Any]:
    values = [{"value": value, "count": count} for value, count in tally.values.most_common(100)]
    first, last = tally.times or (None, None)
    return {"id": tally.signature.id, "count": tally.count, "first": first, "last": last, "values": values}
