"""show policy-engine application dynamic: the rules that EPM made for MAPI connections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.findings import Finding
from bot.outputs.base import NUMBER, Anchor, Item, Labels, Reading, finding, values, words
from bot.reading.paste import View

COMMAND = "show policy-engine application dynamic"
TOPIC = "dynamic-match-rules"
_MAPI = "a4f1db00-ca47-1067-b31f-00dd010662da"
_RULE = re.compile(r"(?<![A-Za-z])Number[ \n]?:[ \n]?(?=[0-9]{1,10}[ \n]Type[ \n]?:)")
ANCHORS = (
    Anchor(r"(?<![A-Za-z])Dynamic[ \n]Match[ \n]Freelist", ("Dynamic",)),
    Anchor(r"(?<![A-Za-z])Dynamic[ \n]Match[ \n]Type", ("Dynamic",)),
    Anchor(r"(?<![A-Za-z])Individual[ \n]Dynamic[ \n]Match", ("Individual",)),
    Anchor(_RULE.pattern, ("Number",)),
    Anchor(r"(?<![A-Za-z])DM[ \n]Index[ \n]?:", ("DM",)),
)
_WORD = r"[^ \n<]{1,120}"
POOL = Labels(tuple((label, NUMBER) for label in ("Allocated", "In Use", "Max In Use", "Allocations")))
RULE = Labels(
    (
        ("Number", NUMBER),
        ("Type", r"[A-Za-z]{2,10}-{1,2}>[A-Za-z]{2,10}(?:[ \n]\([0-9]{1,3}\))?"),
        ("User Id", r"[A-Za-z][A-Za-z-]{0,20}(?:[ \n]\([0-9]{1,3}\))?"),
        ("Src", _WORD),
        ("Dst", _WORD),
        ("Map Name", _WORD),
        ("Flags", r"[A-Z_]{2,20}(?:[ \n][A-Z_]{2,20}(?![a-z])){0,8}"),
        ("Seconds", NUMBER),
        ("Remaining", r"- NA -|[0-9]{1,10}"),
        ("DM Index", NUMBER),
        ("Hits", NUMBER),
        ("Flows", NUMBER),
        ("Cookie", r"0x[0-9A-Fa-f]{1,16}"),
    ),
    frozenset({"User Id", "Flags", "Seconds", "Remaining", "DM Index", "Hits", "Flows", "Cookie"}),
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the pool's counters and the rules; None where neither stands."""
    text = view.text
    begins = [found.start() for found in _RULE.finditer(text, start, end)]
    pool = POOL.read(text, start, begins[0] if begins else end)
    rules = [RULE.read(text, low, high) for low, high in zip(begins, [*begins[1:], end], strict=False)]
    anchors = [found for anchor in ANCHORS if (found := anchor.pattern.search(text, start, end))]
    if not anchors or not (pool or rules):
        return None
    items = [*pool.values(), *(item for rule in rules for item in rule.values())]
    missing = (*POOL.missing(pool), *(label for rule in rules for label in RULE.missing(rule)))
    if "in_use" in pool and pool["in_use"].value > len(rules):
        missing = (*missing, "Number")
    data: dict[str, Any] = values(pool) | {"dynamic_matches": [values(rule) for rule in rules]}
    first = min([found.start() for found in anchors] + [item.start for item in items])
    last = max(item.end for item in items)
    return Reading(COMMAND, first, last, data, tuple(dict.fromkeys(missing)), (_judge(view, rules),))


def _judge(view: View, rules: Sequence[dict[str, Item]]) -> Finding:
    id = "dynamic-match-mapi"
    why = (
        "Map Name が MAPI の UUID である規則を探します。",
        "The check looks for a rule whose Map Name is MAPI's UUID.",
    )
    mapi = [rule["map_name"] for rule in rules if "map_name" in rule and _is_mapi(rule["map_name"])]
    if mapi:
        message = (
            f"MAPI の動的な一致規則が{len(mapi)}件あります。",
            f"There are {len(mapi)} dynamic match rules for MAPI.",
        )
        return finding(view, id, TOPIC, "normal", message, why, [(item.start, item.end) for item in mapi[:50]])
    message = (
        "MAPI の動的な一致規則は貼り付けにありません。クライアントの起動後にもう一度取得してください。",
        "No dynamic match rule for MAPI is in the paste; take the output again after a client has started.",
    )
    return finding(view, id, TOPIC, "not_shown", message, why, (), COMMAND)


def _is_mapi(item: Item) -> bool:
    return words(str(item.value)).lower() in (f"uuid{_MAPI}", _MAPI, "mapi")
