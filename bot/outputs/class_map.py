"""show class-map type waas: what the class MAPI matches."""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, Span, at_end, finding, words
from bot.reading.paste import View

COMMAND = "show class-map type waas"
TOPIC = "emapi-policy-map"
NEEDS_ECHO = True
_CLASS = re.compile(
    r"(?i:class-map[ \n]type[ \n]waas)[ \n](?P<type>match-(?:any|all))[ \n](?P<class_map>[A-Za-z0-9_-]{1,80})"
    r"|クラス[ \n]?マップの(?:種類|タイプ)は、?[ \n]?(?P<type_ja>match-(?:any|all))[ \n](?P<ja>[A-Za-z0-9_-]{1,80})(?:です。?)?"
)
_MATCH = re.compile(
    r"(?<![A-Za-z-])(?i:match)[ \n](?P<match>[a-z][A-Za-z0-9 \n:./-]{2,120}?)[ \n]?\((?P<count>[0-9]{1,20}|[Nn]o)[ \n](?i:flow)[ -](?i:match(?:es)?)\)"
    r"|(?P<protocol>tcp|udp)[ \n]?宛先[ \n]?(?P<ja>[A-Za-z0-9 \n:./-]{2,120}?)[ \n]?[とに]一致[ \n]?\((?P<count_ja>[0-9]{1,20})?[^()\n]{0,20}\)"
)
ANCHORS = (Anchor(_CLASS.pattern, ("lass-map", "LASS-MAP", "クラス"), 1),)
REPEATS = True


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the class maps between ``start`` and ``end``, in English or in translation."""
    heads = [head for head in _CLASS.finditer(view.text, start, end) if not at_end(view.text, head.end())]
    if not heads:
        return None
    stops = [*(head.start() for head in heads[1:]), end]
    maps, spans = [], []
    for head, stop in zip(heads, stops, strict=True):
        rows = list(_MATCH.finditer(view.text, head.end(), stop))
        maps.append(_class(head, rows))
        spans.append((head.span(), [row.span() for row in rows]))
    last = max([heads[-1].end(), *(span[1] for _, rows in spans for span in rows)])
    bare = [str(entry["class_map"]) for entry in maps if not entry["matches"]]
    missing = tuple(f"Match ({name})" for name in bare)
    checks = (_judge(view, maps, spans),)
    return Reading(COMMAND, heads[0].start(), last, {"class_maps": maps}, missing, checks)


def _class(head: re.Match[str], rows: list[re.Match[str]]) -> dict[str, Any]:
    matches = [
        {
            "match": words(row["match"] or f"{row['protocol']} destination {row['ja'].strip()}"),
            "flow_matches": _count(row["count"] or row["count_ja"]),
        }
        for row in rows
    ]
    return {"class_map": head["class_map"] or head["ja"], "type": head["type"] or head["type_ja"], "matches": matches}


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


_WHY = (
    "クラス MAPI が tcp destination epm mapi に一致することを確かめます。",
    "The class MAPI has to match tcp destination epm mapi.",
)


def _judge(view: View, maps: list[dict[str, Any]], spans: list[tuple[Span, list[Span]]]) -> Finding:
    id = "class-map-mapi"
    at = next((i for i, entry in enumerate(maps) if entry["class_map"] == "MAPI"), None)
    if at is None or not maps[at]["matches"]:
        message = ("クラス MAPI の一致条件が貼り付けにありません。", "What the class MAPI matches is not in the paste.")
        proof = [spans[at][0]] if at is not None else []
        return finding(view, id, TOPIC, "not_shown", message, _WHY, proof, COMMAND)
    proof = [spans[at][0], *spans[at][1]]
    if any(row["match"] == "tcp destination epm mapi" for row in maps[at]["matches"]):
        message = ("クラス MAPI は EPM の mapi に一致します。", "The class MAPI matches EPM's mapi.")
        return finding(view, id, TOPIC, "normal", message, _WHY, proof)
    message = ("クラス MAPI に EPM の mapi への一致がありません。", "The class MAPI has no match for EPM's mapi.")
    return finding(view, id, TOPIC, "problem", message, _WHY, proof)
