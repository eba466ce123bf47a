"""show ntp status: whether NTP is on, and whether a server is being followed.

The guide shows no text of it; what is read is a plain "ntp enabled" line and the table of peers.
"""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.accelerator import announced
from bot.outputs.base import IP, KEY_TEST, Anchor, Reading, Span, finding
from bot.reading.paste import View

COMMAND = "show ntp status"
TOPIC = "emapi-clock-sync"
NEEDS_ECHO = True
_STATE = re.compile(r"(?<![A-Za-z])(?i:ntp)[ \n]?:?[ \n](?:is[ \n])?(?P<ntp>(?i:enabled|disabled))(?![A-Za-z])")
_HEAD = re.compile(
    r"(?<![A-Za-z])remote[ \n]refid[ \n]st[ \n]t[ \n]when[ \n]poll[ \n]reach[ \n]delay[ \n]offset(?:[ \n]jitter)?(?:[ \n]={3,200})?"
)
_PEER = re.compile(
    rf"(?P<tally>[*+#ox.-])?[ ]?(?P<remote>{IP}|[A-Za-z][A-Za-z0-9_.-]{{2,60}})[ \n](?P<refid>{IP}|\.?[A-Za-z0-9]{{2,10}}\.?)[ \n]"
    r"(?P<st>[0-9]{1,2})[ \n](?P<t>[a-zA-Z-])[ \n](?P<when>[0-9]{1,9}[mhd]?|-)[ \n](?P<poll>[0-9]{1,9}[mhd]?)[ \n](?P<reach>[0-7]{1,3})"
    r"[ \n](?P<delay>[0-9.]{1,12})[ \n](?P<offset>-?[0-9.]{1,14})[ \n](?P<jitter>[0-9.]{1,12})"
)
ANCHORS = (
    Anchor(rf"{_STATE.pattern}(?=[ \n](?:server|remote))", ("ntp", "NTP")),
    Anchor(_HEAD.pattern, ("remote",)),
)
REPEATS = True


def read(view: View, start: int, end: int) -> Reading | None:
    """Read state and peers; a bare table of peers counts only after the command itself."""
    text = view.text
    state, head = _STATE.search(text, start, end), _HEAD.search(text, start, end)
    asked = announced(text, start, end) == COMMAND
    if not (asked and (state or head)) and not (state and head):
        return None
    peers = list(_PEER.finditer(text, head.end() if head else end, end))
    data: dict[str, Any] = {"ntp": state["ntp"].lower()} if state else {}
    if head:
        data["peers"] = [{key: cell for key, cell in peer.groupdict().items() if cell} for peer in peers]
    spans = [found.span() for found in (state, head, *peers) if found]
    missing: tuple[str, ...] = () if state else ("ntp",)
    missing += () if head or data.get("ntp") == "disabled" else ("remote",)
    found = _judge(view, state, peers)
    return Reading(COMMAND, spans[0][0], max(high for _, high in spans), data, missing, (found,))


def _judge(view: View, state: re.Match[str] | None, peers: list[re.Match[str]]) -> Finding:
    id = "ntp-synchronised"
    why = (
        "NTP が有効で、従っているサーバ(*印)があるかを見ます。",
        "NTP has to be on, with a server that is being followed (marked with *).",
    )
    followed: list[Span] = [peer.span() for peer in peers if peer["tally"] == "*"]
    if state and state["ntp"].lower() == "disabled":
        message = ("NTP が無効です。", "NTP is disabled.")
        return finding(view, id, TOPIC, "problem", message, why, [state.span()])
    if followed:
        message = (
            "NTP サーバに同期しています。KDC と同じ時刻かどうかは別に確かめます。",
            "The clock follows an NTP server; whether the KDC has the same time is a separate check.",
        )
        return finding(view, id, TOPIC, "normal", message, why, followed)
    message = (
        "同期しているサーバは貼り付けからは分かりません。",
        "The paste does not show a server that is being followed.",
    )
    return finding(view, id, TOPIC, "not_shown", message, why, [state.span()] if state else (), KEY_TEST)
