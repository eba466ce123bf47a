"""show license: whether the Enterprise licence is active."""

from __future__ import annotations

import re

from bot.findings import Finding
from bot.outputs.accelerator import announced
from bot.outputs.base import Anchor, Reading, finding, words
from bot.outputs.state_table import Row
from bot.reading.paste import View

COMMAND = "show license"
TOPIC = "general-ao-state"
_HEAD = re.compile(r"(?<![A-Za-z])License[ \n]Name[ \n](?:License[ \n])?Status(?![A-Za-z])")
_NAMES = r"Transport|Enterprise|Video|Virtual-Blade|Virtual[ \n]Blade|SSL|CIFS|WAFS|Mobile"
_STATUS = r"(?i:not[ \n]active|inactive|active|not[ \n]installed|expired)"
_DAY = r"(?:[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}|[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2})(?![0-9])"
_ROW = re.compile(
    rf"(?<![A-Za-z0-9_-])(?P<license_name>{_NAMES})[ \n]?:?[ \n](?P<status>{_STATUS})(?![A-Za-z-])"
    rf"(?:[ \n](?P<activation_date>{_DAY})(?:[ \n](?!(?:{_NAMES})(?![A-Za-z]))(?P<activated_by>[A-Za-z][A-Za-z0-9_.@-]{{0,40}})(?![#>(:]))?)?"
)
ANCHORS = (
    Anchor(_HEAD.pattern, ("License",)),
    Anchor(
        rf"(?<![A-Za-z0-9_-])(?:Transport|Enterprise)[ \n]{_STATUS}[ \n](?=[0-9]|{_NAMES}|\Z)",
        ("Transport", "Enterprise"),
    ),
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the licences; None where neither the header nor a prompt announces them."""
    text = view.text
    head = _HEAD.search(text, start, end)
    begin = head.end() if head else start
    asked = announced(text, start, end) == COMMAND
    rows = [_row(found) for found in _ROW.finditer(text, begin, end)]
    if not rows and not (head and asked):
        return None
    names = {str(row.cells["license_name"]).lower(): row for row in rows}
    missing: tuple[str, ...] = () if head else ("License Name", "Status")
    missing += () if "enterprise" in names else ("Enterprise",)
    first = min([row.start for row in rows] + ([head.start()] if head else []))
    last = rows[-1].end if rows else begin
    checks = (_enterprise(view, names.get("enterprise")),)
    return Reading(COMMAND, first, last, {"licenses": [row.cells for row in rows]}, missing, checks)


def _row(found: re.Match[str]) -> Row:
    cells = {key: words(cell) for key, cell in found.groupdict().items() if cell}
    return Row(cells, found.start(), found.end())


_WHY = (
    "MAPI アクセラレータには Enterprise ライセンスが必要です。",
    "The MAPI accelerator needs the Enterprise licence.",
)


def _enterprise(view: View, row: Row | None) -> Finding:
    id = "enterprise-licence"
    if row is None:
        message = ("Enterprise ライセンスの行が貼り付けにありません。", "The Enterprise licence is not in the paste.")
        return finding(view, id, TOPIC, "not_shown", message, _WHY, (), COMMAND)
    status = str(row.cells["status"])
    if status.lower() == "active":
        message = ("Enterprise ライセンスは有効です。", "The Enterprise licence is active.")
        return finding(view, id, TOPIC, "normal", message, _WHY, [row.span])
    message = (
        f"Enterprise ライセンスが有効ではありません({status})。",
        f"The Enterprise licence is not active ({status}).",
    )
    return finding(view, id, TOPIC, "problem", message, _WHY, [row.span])
