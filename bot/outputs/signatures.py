"""What a log text means: signatures as data, and the findings that they give.

A pattern is a text of the log with ``{ip}``, ``{spn}``, ``{name}`` and the like where values stand. It is
matched on squeezed text, so wraps and lost or added blanks do not matter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.findings import Evidence, Finding, State
from bot.outputs.errorlog import Record
from bot.outputs.squeeze import Squeezed, squeeze_literal

MAX_EVIDENCE = 50
FIELDS = {
    "ip": r"(\d{1,3}(?:\.\d{1,3}){3})",
    "spn": r"([A-Za-z0-9._/@:$-]{1,200})",
    "name": r"([^\[\]]{1,80}?)",
    "reason": r"([^\[\]<>]{1,80})",
    "sixteen": r"16(?=\D)",
    "usec": r"(?:\(\d{1,6}\))?",
    "other": r"((?!16\D)\d{1,6})(?=\D)",
    "handover": r"((?!SECURED_STATE_NOT)[A-Z][A-Z_0-9]{2,60})",
}
FIELD = re.compile(r"\{(\w+)\}")
Prove = Callable[[int, int], Evidence]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the expression that finds a signature's pattern in squeezed text."""
    parts = FIELD.split(pattern)
    plain = (re.escape(squeeze_literal(text)) for text in parts[::2])
    fields = [*(FIELDS[name] for name in parts[1::2]), ""]
    return re.compile("".join(text + value for text, value in zip(plain, fields, strict=True)))


@dataclass(frozen=True)
class Signature:
    """One finding of a log. ``ja`` and ``en`` are its sentence; ``{values}`` stands for what was named.

    ``names`` is the pattern that reads the value elsewhere in the same record. ``needles`` are, one a
    pattern, the texts that a stream looks for first, where the longest fixed text would not do.
    """

    id: str
    topic: str
    state: State
    patterns: tuple[str, ...]
    ja: str
    en: str
    next_command: str | None = None
    names: str | None = None
    needles: tuple[str, ...] | None = None

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The patterns for squeezed text."""
        return tuple(compile_pattern(pattern) for pattern in self.patterns)

    @cached_property
    def naming(self) -> re.Pattern[str] | None:
        """The expression of ``names`` for squeezed text."""
        return compile_pattern(self.names) if self.names else None

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Each pattern's text as a log holds it, as far as it is fixed: what ``grep -F`` would look for."""
        filled = (p.replace("{sixteen}", "16") for p in self.patterns)
        return tuple(max(FIELD.split(p)[::2], key=len).strip() for p in filled)


@dataclass(frozen=True, slots=True)
class Hit:
    """A signature seen in record number ``index``, with the value that it named, if any."""

    signature: Signature
    index: int
    value: str | None


def find_hits(squeezed: Squeezed, records: Sequence[Record], signatures: Iterable[Signature]) -> list[Hit]:
    """Return what the records hold, in their order, one hit a record, signature and value."""
    lows = [record.low for record in records]
    low, high = (lows[0], records[-1].high) if records else (0, 0)
    found: dict[tuple[int, str, str | None], Hit] = {}
    for signature in signatures:
        for pattern in signature.compiled:
            for match in pattern.finditer(squeezed.text, low, high + 1):
                index = bisect_right(lows, match.start()) - 1
                inside = _within(match, records[index])
                if inside:
                    value = _value(squeezed, inside, signature, records[index])
                    found[index, signature.id, value] = Hit(signature, index, value)
    return sorted(found.values(), key=lambda hit: hit.index)


def _within(match: re.Match[str], record: Record) -> re.Match[str] | None:
    """Return the match cut to its record, whose tail may be missing, or None where it is outside."""
    if match.end() <= record.high:
        return match
    return match.re.match(match.string, match.start(), record.high) if match.start() < record.high else None


def _value(squeezed: Squeezed, match: re.Match[str], signature: Signature, record: Record) -> str | None:
    if signature.naming:
        named = signature.naming.search(squeezed.text, record.low, record.high)
        return named[1] if named else None
    if not match.re.groups or match.end(1) == len(squeezed.text):
        return None
    if "{reason}" in signature.patterns[0]:
        return squeezed.plain(*match.span(1)).strip("'\"`. ") or None
    return match[1].rstrip(".,;") or None


def to_findings(hits: Iterable[Hit], records: Sequence[Record], prove: Prove) -> list[Finding]:
    """Return one finding a signature: every record counted, the first ``MAX_EVIDENCE`` as evidence."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.signature.id, []).append(hit)
    return [_finding(group, records, prove) for group in grouped.values()]


def _finding(group: list[Hit], records: Sequence[Record], prove: Prove) -> Finding:
    signature = group[0].signature
    indexes = sorted({hit.index for hit in group})
    times = [time for i in indexes if (time := records[i].time)]
    return build_finding(
        signature,
        list(dict.fromkeys(hit.value for hit in group if hit.value)),
        len(indexes),
        (times[0], times[-1]) if times else None,
        tuple(prove(*records[i].body) for i in indexes[:MAX_EVIDENCE]),
    )


def build_finding(
    signature: Signature,
    values: Sequence[str],
    count: int,
    times: tuple[str, str] | None,
    evidence: tuple[Evidence, ...],
) -> Finding:
    """Return the finding of ``count`` records between ``times``; at most 20 values are written out."""
    shown = ", ".join(values[:20]) + (f" (+{len(values) - 20})" if len(values) > 20 else "")
    return Finding(
        id=signature.id,
        topic=signature.topic,
        state=signature.state,
        message={
            "ja": signature.ja.replace("{values}", shown or "(判読不可)"),
            "en": signature.en.replace("{values}", shown or "(not readable)"),
        },
        trigger=_trigger(signature, count, times),
        evidence=evidence,
        next_command=signature.next_command,
    )


def _trigger(signature: Signature, count: int, times: tuple[str, str] | None) -> dict[str, str]:
    if not signature.literals:
        return {
            "ja": "既知の文言を探しましたが見つかりません。",
            "en": "No known text was found in the records.",
        }
    ja = "、".join(f"「{text}」" for text in signature.literals)
    en = ", ".join(f'"{text}"' for text in signature.literals)
    several = len(signature.literals) > 1
    ja = f"ログの {count} 件に {ja}{'のいずれか' if several else ''}があります"
    en = f"{count} log record{'s hold' if count > 1 else ' holds'} {'one of ' if several else ''}{en}"
    if times is None:
        return {"ja": f"{ja} (時刻は読み取れません)。", "en": f"{en} (no time readable)."}
    if times[0] == times[1]:
        return {"ja": f"{ja} ({times[0]})。", "en": f"{en} ({times[0]})."}
    return {
        "ja": f"{ja} (最初 {times[0]}、最後 {times[1]})。",
        "en": f"{en} (first {times[0]}, last {times[1]}).",
    }
