"""show accelerator mapi: enabled, running, registered, and the connection limit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.findings import Finding
from bot.outputs.accelerator import announced, state_finding, verifies
from bot.outputs.base import Anchor, Labels, Reading, finding
from bot.outputs.state_table import (
    POLICY_HEAD,
    STATE_ANCHOR,
    STATE_HEAD,
    Row,
    cut_items,
    heads,
    item_rows,
    policy_rows,
    state_rows,
)
from bot.reading.paste import View

COMMAND = "show accelerator mapi"
TOPIC = "mapi-ao-state"
ANCHORS = (
    Anchor(STATE_HEAD, ("Accelerator",)),
    Anchor(STATE_ANCHOR, ("epm", "mapi")),
    Anchor(r"(?<![A-Za-z])MAPI[ \n]?:[ \n]?(?=Accelerator[ \n]?Config|Policy[ \n]?Engine)", ("MAPI",)),
    Anchor(POLICY_HEAD, ("Policy",)),
)
_LABELS = Labels((("Config State", "Enabled|Disabled"), ("Operational State", r"[A-Z][A-Za-z-]{2,20}")), last=False)
REPEATS = True
NEEDS_ECHO = True
_BLOCK = re.compile(
    r"(?<![A-Za-z])([A-Z][A-Za-z]{2,11}(?:[ \n-][A-Z][a-z]{2,11})?)[ \n]?:[ \n]?(?=Accelerator[ \n]?Config|Policy[ \n]?Engine)"
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the state, the config items and the policy items of the MAPI accelerator."""
    text = view.text
    head, items, policy = heads(text, start, end)
    begins = [found.start() for found in (items, policy) if found]
    rows = state_rows(text, start, min(begins, default=end)) or _labelled(text, start, end)
    block = _BLOCK.search(text, start, end)
    asked = announced(text, start, end) == COMMAND
    if [row.cells["accelerator"].lower() for row in rows[:2]] not in (["mapi"], []) or len(rows) > 1:
        return None
    if not rows and not asked and not (block and block[1] == "MAPI"):
        return None
    if (block and block[1] != "MAPI") or verifies(text, start, head, rows):
        return None
    config = (
        item_rows(text, items.end(), policy.start() if policy and policy.start() > items.end() else end)
        if items
        else []
    )
    after = policy.end() if policy else rows[-1].end if rows and not items else end
    policies = policy_rows(text, after, end)
    return _reading(view, rows, config, policies, [found.start() for found in (head, block, items, policy) if found])


def _labelled(text: str, start: int, end: int) -> list[Row]:
    """Read the states where they stand as labels instead of in a table."""
    found = _LABELS.read(text, start, end)
    if len(found) < len(_LABELS.labels):
        return []
    cells = {"accelerator": "mapi"} | {key: item.value for key, item in found.items()}
    return [Row(cells, min(item.start for item in found.values()), max(item.end for item in found.values()))]


def _reading(
    view: View, rows: Sequence[Row], config: Sequence[Row], policies: Sequence[Row], begins: list[int]
) -> Reading | None:
    every = [*rows, *config, *policies]
    if not every:
        return None
    data = dict(rows[0].cells) if rows else {}
    if config:
        data["accelerator_config_items"] = [row.cells for row in config]
    for row in policies:
        data |= row.cells
    shown = {"config_state": "Config State", "operational_state": "Operational State"}
    shown |= {"state": "State", "connection_limit": "Connection Limit"}
    missing = tuple(label for key, label in shown.items() if key not in data)
    missing += cut_items(view.text, policies)
    checks = (
        state_finding(view, "mapi", rows[0] if rows else None, COMMAND),
        _registered(view, policies),
        _limit(view, policies),
    )
    first = min([*begins, *(row.start for row in every)])
    return Reading(COMMAND, first, max(row.end for row in every), data, missing, checks)


def _pick(policies: Sequence[Row], key: str) -> Row | None:
    return next((row for row in policies if key in row.cells), None)


def _registered(view: View, policies: Sequence[Row]) -> Finding:
    id, row = "mapi-registered", _pick(policies, "state")
    why = ("State が Registered であることを確かめます。", "State has to be Registered.")
    if row is None:
        message = ("登録状態が貼り付けにありません。", "The state of registration is not in the paste.")
        return finding(view, id, TOPIC, "not_shown", message, why, (), COMMAND)
    state = str(row.cells["state"])
    if state == "Registered":
        message = ("MAPI アクセラレータは登録済みです。", "The MAPI accelerator is registered.")
        return finding(view, id, TOPIC, "normal", message, why, [row.span])
    if state.replace(" ", "").lower() in ("notregistered", "unregistered"):
        message = ("MAPI アクセラレータが登録されていません。", "The MAPI accelerator is not registered.")
        return finding(view, id, TOPIC, "problem", message, why, [row.span])
    message = (f"状態「{state}」はガイドに説明がありません。", f"The guide does not explain the state {state}.")
    return finding(view, id, TOPIC, "not_recognised", message, why, [row.span], COMMAND)


def _limit(view: View, policies: Sequence[Row]) -> Finding:
    id, row = "mapi-connection-limit", _pick(policies, "connection_limit")
    why = ("接続制限が表示されることを確かめます。", "A connection limit has to be shown.")
    if row is None:
        message = ("接続制限が貼り付けにありません。", "The connection limit is not in the paste.")
        return finding(view, id, TOPIC, "not_shown", message, why, (), COMMAND)
    limit = row.cells["connection_limit"]
    if not isinstance(limit, int | float) or limit <= 0:
        message = (
            f"接続制限「{limit}」はガイドに説明がありません。",
            f"The guide does not explain a connection limit of {limit}.",
        )
        return finding(view, id, TOPIC, "not_recognised", message, why, [row.span], COMMAND)
    message = (f"接続制限は{limit}と表示されています。", f"The connection limit is shown as {limit}.")
    return finding(view, id, TOPIC, "normal", message, why, [row.span])
