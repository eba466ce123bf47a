"""Signatures looked for in blocks of a log: how often, when first and last, with which values.

Two searches give the same counts. ``scan_plain`` serves blocks with one record a line and no marks: it
looks for fixed texts and opens a record only where one stands. ``scan_marked`` reads every record of a
block that was wrapped, quoted or marked up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.findings import Evidence, Finding
from bot.outputs import sr_errorlog, syslog, tfo_log
from bot.outputs.errorlog import split_records
from bot.outputs.signatures import Signature, build_finding, find_hits
from bot.outputs.squeeze import Squeezed
from bot.reading.needles import ERRORLOGS, Needle, loose
from bot.reading.paste import clean

KEPT_VALUES = 10_000
KEPT_EVIDENCE = 5
_WINDOW = 4096
"""Bytes of a line that are looked at around a hit."""
_NEAR_SKEW = 3000
_SKEW = b"Clock skew too great"
_TIME = re.compile(
    rb"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\.\d{3}"
    rb"|(?:[A-Z][a-z]{2} |\d{4} )?[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?: \d{4})?"
)


@dataclass
class Tally:
    """What was counted of one signature; ``first`` and ``last`` are (offset, time) of its outer records."""

    signature: Signature
    count: int = 0
    first: tuple[int, str | None] | None = None
    last: tuple[int, str | None] | None = None
    values: Counter[str] = field(default_factory=Counter)
    evidence: list[Evidence] = field(default_factory=list)

    def add(
        self, count: int, first: tuple[int, str | None], last: tuple[int, str | None], values: Counter[str]
    ) -> None:
        """Add records of one block; new values beyond ``KEPT_VALUES`` are counted only as records."""
        self.count += count
        self.first = min(self.first or first, first)
        self.last = max(self.last or last, last)
        for value, times in values.items():
            if value in self.values or len(self.values) < KEPT_VALUES:
                self.values[value] += times

    @property
    def times(self) -> tuple[str, str] | None:
        """The first and last time, None where records show none."""
        first, last = (end[1] if end else None for end in (self.first, self.last))
        return (first, last) if first and last else None

    def finding(self) -> Finding:
        """Return the finding, each value with its count where there are several records."""
        ranked = self.values.most_common()
        values = [f"{value} ({times})" if self.count > 1 else value for value, times in ranked]
        return build_finding(self.signature, values, self.count, self.times, tuple(self.evidence))


Tallies = dict[str, Tally]


def scan_plain(block: bytes, base: int, tallies: Tallies, wanted: Iterable[Needle]) -> None:
    """Count in an ASCII block of whole records, one or several a line; ``base`` is its first offset."""
    for needle in wanted:
        first = block.find(needle.text)
        if first >= 0:
            _count(block, base, needle, first, tallies)


def _count(block: bytes, base: int, needle: Needle, first: int, tallies: Tallies) -> None:
    values: Counter[str] = Counter()
    if needle.pattern is None:
        places, count = [first, block.rfind(needle.text)], block.count(needle.text, first)
    else:
        places, values = _proved(block, needle, first)
        count = len(places)
    if count:
        tally = tallies.setdefault(needle.signature.id, Tally(needle.signature))
        outer = [(base + at, _time(block, at)) for at in (places[0], places[-1])]
        tally.add(count, outer[0], outer[1], values)
        _prove(block, base, needle, tally)


def _proved(block: bytes, needle: Needle, at: int) -> tuple[list[int], Counter[str]]:
    """Return where the needle's pattern matches, and the values named there."""
    places: list[int] = []
    values: Counter[str] = Counter()
    pattern, done = needle.pattern, 0
    while at >= 0 and pattern is not None:
        low = max(done, block.rfind(b"\n", max(0, at - 300), at) + 1, at - 300)
        match = pattern.search(block, low, at + 400)
        while match and match.end() <= at:
            match = pattern.search(block, match.end(), at + 400)
        if match and not _explained(block, needle.signature, at):
            places.append(at)
            value = _value(block, needle.signature, match, at)
            if value:
                values[value] += 1
        done = max(at + len(needle.text), match.end() if match else 0)
        at = block.find(needle.text, done)
    return places, values


def _explained(block: bytes, signature: Signature, at: int) -> bool:
    if signature.state != "not_recognised":
        return False
    before = block.rfind(_SKEW, max(0, at - _NEAR_SKEW), at)
    after = block.find(_SKEW, at, at + _NEAR_SKEW)
    places = [(skew, at) for skew in (before,) if skew >= 0] + [(at, skew) for skew in (after,) if skew >= 0]
    return any(block.count(b"(Local)", *place) <= sr_errorlog.NEAR for place in places)


def _value(block: bytes, signature: Signature, match: re.Match[bytes], at: int) -> str | None:
    if signature.names:
        named = loose(signature.names).search(block, max(0, at - 600), at)
        return named[1].decode().strip() if named else None
    return match[1].decode().replace(" :", ":").strip(" .,;'\"`") if match.re.groups else None


def _time(block: bytes, at: int) -> str | None:
    found = _TIME.findall(block, max(0, at - 600), at)
    return " ".join(found[-1].decode().split()) if found else None


def _prove(block: bytes, base: int, needle: Needle, tally: Tally) -> None:
    """Add evidence from the block until there is enough."""
    at = block.find(needle.text)
    while at >= 0 and len(tally.evidence) < KEPT_EVIDENCE:
        low = max(block.rfind(b"\n", max(0, at - _WINDOW), at) + 1, at - _WINDOW)
        low = max(low, block.rfind(b"(Local)", low, at) - 23)
        stop = block.find(b"\n", at, at + _WINDOW)
        stop = min(len(block), at + _WINDOW) if stop < 0 else stop
        following = block.find(b"(Local)", at, stop)
        stop = max(following - 23, at + len(needle.text)) if following > 0 else stop
        for hit in _read(block[low:stop].decode(), base + low):
            if hit.signature.id == tally.signature.id and hit.evidence not in tally.evidence:
                tally.evidence.append(hit.evidence)
        at = block.find(needle.text, stop)


@dataclass(frozen=True, slots=True)
class _Seen:
    signature: Signature
    time: str | None
    value: str | None
    evidence: Evidence


def scan_marked(text: str, base: int, tallies: Tallies) -> None:
    """Count in a block whose records were wrapped, quoted or marked; ``base`` is its first offset."""
    for seen in _read(text, base):
        tally = tallies.setdefault(seen.signature.id, Tally(seen.signature))
        place = seen.evidence.start, seen.time
        tally.add(1, place, place, Counter([seen.value] if seen.value else []))
        if len(tally.evidence) < KEPT_EVIDENCE:
            tally.evidence.append(seen.evidence)


def _read(text: str, base: int) -> Iterator[_Seen]:
    """Yield what the records of a text show, one signature once a record."""
    view = clean(text)
    squeezed = Squeezed(view.text)

    def prove(span: tuple[int, int]) -> Evidence:
        proof = view.evidence(*span)
        return Evidence(proof.start + base, proof.end + base, proof.text)

    records = split_records(squeezed, lambda newline: False)
    for module in ERRORLOGS:
        for hit in module.SPEC.refine(find_hits(squeezed, records, module.SIGNATURES), records):
            record = records[hit.index]
            yield _Seen(hit.signature, record.time, hit.value, prove(record.body))
    for message in syslog.messages(squeezed):
        signature = syslog.meaning(message)
        if signature:
            yield _Seen(signature, message.time, message.client_ip, prove(message.body))
    for line in tfo_log.lines(squeezed):
        if line.shows_mapi:
            yield _Seen(tfo_log.MAPI_END, line.time, line.source, prove((line.start, line.end)))
