"""Device outputs inside a document: which lines each of them takes, whole."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.findings import ParsedOutput, ParseResult
from bot.outputs import LOGS
from bot.reading.parse import parse
from bot.text import language

_LOGS = frozenset(module.COMMAND for module in LOGS)
_ROOM = 1 << 19
"""Characters that are read at a time; an output that reaches the end is read again with what follows."""
_LEAST = 12
"""Characters of a line that must belong to a log for the line to count as its own."""
_STAMP = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Run:
    """Lines ``first`` to ``last`` (from 0, inclusive) hold device output; ``names`` as bot.reading.parse has them."""

    first: int
    last: int
    names: tuple[str, ...]


def find_outputs(lines: Sequence[str]) -> list[Run]:
    """Return the device outputs in ``lines``, in order; no two share a line, and none is cut."""
    found: list[Run] = []
    start = 0
    while start < len(lines):
        stop = _stop(lines, start)
        runs = _in(lines[start:stop])
        following = stop
        if stop < len(lines) and runs and runs[-1].last == stop - start - 1 and runs[-1].first > 0:
            following = start + runs.pop().first
        found += [Run(start + run.first, start + run.last, run.names) for run in runs]
        start = following
    return found


def _stop(lines: Sequence[str], start: int) -> int:
    size, stop = 0, start
    while stop < len(lines) and (size < _ROOM or stop == start):
        size += len(lines[stop]) + 1
        stop += 1
    return stop


def _in(lines: Sequence[str]) -> list[Run]:
    text = "\n".join(lines)
    result = parse(text)
    if not result.outputs:
        return []
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    own = [size >= _LEAST for size in _covered(result, starts, lines)]
    for at in range(1, len(lines)):
        ended = not own[at - 1] or lines[at - 1].rstrip("' ").endswith("]") or language(lines[at]) == "ja"
        own[at] = own[at] and (not ended or _STAMP.search(lines[at]) is not None)
    ranges = sorted(piece for output in result.outputs for piece in _pieces(output, starts, own))
    return [Run(first, last, _names("\n".join(lines[first : last + 1]))) for first, last in _merged(ranges)]


def _covered(result: ParseResult, starts: list[int], lines: Sequence[str]) -> list[int]:
    """Return for each line how many of its characters belong to an output or a blank."""
    left = [len(line) for line in lines]
    for start, end in result.unrecognised:
        line = bisect_right(starts, start) - 1
        while line < len(starts) and starts[line] < end:
            low, high = max(start, starts[line]), min(end, starts[line] + len(lines[line]))
            left[line] -= max(0, high - low)
            line += 1
    return left


def _pieces(output: ParsedOutput, starts: list[int], own: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield the lines that an output takes: all between its ends, of a log only those with records."""
    first = bisect_right(starts, output.start) - 1
    last = bisect_right(starts, max(output.start, output.end - 1)) - 1
    if output.command not in _LOGS:
        yield first, last
        return
    begin: int | None = None
    for line in range(first, last + 1):
        if own[line]:
            begin = line if begin is None else begin
        elif begin is not None:
            yield begin, line - 1
            begin = None
    if begin is not None:
        yield begin, last


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(output.command for output in parse(text).outputs))
