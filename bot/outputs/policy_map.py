"""show policy-map type waas: what is done with the class MAPI."""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, Span, at_end, finding, words
from bot.outputs.policy_text import ACTION, accelerates
from bot.reading.paste import View

COMMAND = "show policy-map type waas"
TOPIC = "emapi-policy-map"
NEEDS_ECHO = True
REPEATS = True
_NAME = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<policy_map>[A-Za-z][A-Za-z0-9_-]{1,80})[ \n]?\("
    r"(?:(?P<en>[0-9]{1,20})[ \n](?i:total)|(?i:total)[ \n:]{1,2}(?P<en2>[0-9]{1,20})|合計[ \n:]?(?P<ja>[0-9]{1,20}))\)"
)
_CLASS = re.compile(
    r"(?:(?<![A-Za-z0-9_-])(?i:class)[ \n]|クラス[ \n]?)(?P<class>[A-Za-z][A-Za-z0-9_-]{0,80})[ \n]?"
    r"\((?:(?P<en>[0-9]{1,20}|(?i:no))[ \n](?i:flow)[ -](?i:match(?:es)?)|(?P<ja>[0-9]{1,20})?[^()\n]{0,4}フロー[^()\n]{0,16})\)"
)
_ACTION = re.compile(
    rf"[ \n]?(?P<action>{ACTION})|[ \n]?(?P<ja>(?P<name>[a-z]{{2,12}})アプリケーションの完全な高速化を最適化する[^ \n]{{0,60}}|パススルー)"
)
_AFTER = re.compile(
    r"\n|[ ](?i:class)[ ]|[ ][A-Za-z0-9_-]{1,80}[ ]?\([0-9]{1,20} total|[ ][A-Za-z][A-Za-z0-9_.-]{0,62}#"
)
_CUT = re.compile(r"[ ][a-z]{1,40}(?:[ ][A-Za-z0-9]?)?")
"""A word of the action that the text's end leaves without the rest."""
ANCHORS = (Anchor(_NAME.pattern, (" total)", "合計"), 110), Anchor(_CLASS.pattern, ("lass", "クラス"), 1))


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the policy maps and their classes between ``start`` and ``end``."""
    text = view.text
    names = [found for found in _NAME.finditer(text, start, end) if found.start() > 0]
    classes = list(_CLASS.finditer(text, start, end))
    if not classes:
        return None
    rows = [_row(text, found, end) for found in classes]
    maps = [_map(found, rows, _stop(names, i, end)) for i, found in enumerate(names)]
    title = re.compile(r"(?i:policy-map[ \n]type[ \n]waas)[ \n]?\Z")
    first = min(found.start() for found in (*names[:1], classes[0]))
    begun = title.search(text, max(start, first - 24), first)
    last = max(high for _, (_, high), _ in rows)
    data: dict[str, Any] = {"policy_maps": maps} if maps else {"classes": [cells for cells, _, _ in rows]}
    missing: tuple[str, ...] = () if names else ("Policy-map type waas",)
    missing += tuple(f"Class {cells['class']}" for cells, _, whole in rows if not whole)
    return Reading(COMMAND, begun.start() if begun else first, last, data, missing, (_judge(view, rows),))


Row = tuple[dict[str, Any], Span, bool]


def _stop(names: list[re.Match[str]], i: int, end: int) -> int:
    return names[i + 1].start() if i + 1 < len(names) else end


def _map(found: re.Match[str], rows: list[Row], stop: int) -> dict[str, Any]:
    inside = [cells for cells, span, _ in rows if found.end() <= span[0] < stop]
    total = int(found["en"] or found["en2"] or found["ja"])
    return {"policy_map": found["policy_map"], "total": total, "classes": inside}


def _row(text: str, found: re.Match[str], end: int) -> Row:
    """Return the class's cells, its span with the action, and whether the action is whole."""
    count = found["en"] or found["ja"]
    cells: dict[str, Any] = {"class": found["class"], "flow_matches": int(count) if count and count.isdigit() else 0}
    action = _ACTION.match(text, found.end(), end)
    if action is None or (at_end(text, action.end()) and not action["ja"] and "application" not in action[0]):
        return cells, found.span(), False
    if action["action"] and _CUT.fullmatch(text, action.end()):
        return cells, found.span(), False
    printed = words(action["action"] or action["ja"])
    cells["action"] = printed
    target = action["name"] or accelerates(printed)
    if target:
        cells["accelerate"] = target
    whole = action["action"] is None or "application " in printed or _AFTER.match(text, action.end()) is not None
    return cells, (found.start(), action.end()), whole


_WHY = (
    "クラス MAPI の動作に accelerate mapi があることを確かめます。",
    "The class MAPI's action has to hold accelerate mapi.",
)


def _judge(view: View, rows: list[Row]) -> Finding:
    id = "policy-map-mapi"
    row = next((row for row in rows if row[0]["class"] == "MAPI"), None)
    if row is not None and str(row[0].get("accelerate", "")).lower() == "mapi":
        message = ("クラス MAPI は MAPI アクセラレータに渡されます。", "The class MAPI goes to the MAPI accelerator.")
        return finding(view, id, TOPIC, "normal", message, _WHY, [row[1]])
    if row is None or "action" not in row[0] or not row[2]:
        message = ("クラス MAPI の動作が貼り付けにありません。", "The class MAPI's action is not in the paste.")
        return finding(view, id, TOPIC, "not_shown", message, _WHY, [row[1]] if row else (), COMMAND)
    message = (
        f"クラス MAPI の動作は「{row[0]['action']}」で、accelerate mapi がありません。",
        f"The class MAPI's action is {row[0]['action']}, without accelerate mapi.",
    )
    return finding(view, id, TOPIC, "problem", message, _WHY, [row[1]])
