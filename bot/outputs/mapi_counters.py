"""The counters that both MAPI outputs print: the accelerator's own and those of one connection."""

from __future__ import annotations

from collections.abc import Mapping

from bot.findings import Finding
from bot.outputs.base import DATE, NUMBER, Item, finding
from bot.reading.paste import View

BUFFER_LABELS: tuple[tuple[str, str], ...] = tuple(
    (label, NUMBER)
    for label in (
        "Number of Synch Get Buffer Requests",
        "Minimum Synch Get Buffer Size (bytes)",
        "Maximum Synch Get Buffer Size (bytes)",
        "Average Synch Get Buffer Size (bytes)",
        "Number of Read Stream Requests",
        "Minimum Read Stream Buffer Size (bytes)",
        "Maximum Read Stream Buffer Size (bytes)",
        "Average Read Stream Buffer Size (bytes)",
        "Minimum Accumulated Read Ahead Data Size (bytes)",
        "Maximum Accumulated Read Ahead Data Size (bytes)",
        "Average Accumulated Read Ahead Data Size (bytes)",
        "Local Response Count",
        "Average Local Response Time (usec)",
        "Remote Response Count",
        "Average Remote Response Time (usec)",
    )
)
RESET_LABEL = ("Time Statistics were Last Reset/Cleared", DATE)
GLOBAL_LABELS = (
    ("Time Accelerator was started", DATE),
    RESET_LABEL,
    ("Total Handled Connections", NUMBER),
    ("Total Optimized Connections", NUMBER),
    ("Total Connections Handed-off with Compression Policies Unchanged", NUMBER),
    ("Total Dropped Connections", NUMBER),
    ("Current Active Connections", NUMBER),
    ("Current Pending Connections", NUMBER),
    ("Maximum Active Connections", NUMBER),
)
"""What the global statistics of every accelerator begin with."""

_SILENT = (
    "ローカル応答が0件で、リモート応答は{remote}件です。応答はすべてリモート側から返っています。",
    "No response was answered locally, while {remote} came from the remote side.",
)
_ANSWERED = (
    "ローカル応答が{local}件あり、アクセラレータが手元で応答を返しています。",
    "{local} responses were answered locally, so the accelerator does answer on this side.",
)
_IDLE = (
    "ローカルとリモートの応答数がどちらも0で、まだ判断できません。通信のあとにもう一度取得してください。",
    "Local and remote responses are both 0, so nothing can be judged yet; take the output again after some traffic.",
)
_ABSENT = (
    "応答数のカウンタが貼り付けに含まれていません。",
    "The response counters are not in the paste.",
)
NEGATIVE = (
    "カウンタの値が負で、読み方が分かりません。もう一度取得してください。",
    "The counter is negative, which cannot be interpreted; take the output again.",
)
_WHY = (
    "Local Response Count と Remote Response Count を比べます。",
    "Local Response Count is compared with Remote Response Count.",
)


def _say(text: tuple[str, str], **words: int) -> tuple[str, str]:
    return text[0].format(**words), text[1].format(**words)


def local_responses(view: View, id: str, found: Mapping[str, Item], command: str) -> Finding:
    """Judge the local responses of ``found``; ``command`` is the one that shows them."""
    local, remote = found.get("local_response_count"), found.get("remote_response_count")
    topic = "response-times"
    if negative := [(item.start, item.end) for item in (local, remote) if item and item.value < 0]:
        return finding(view, id, topic, "not_recognised", NEGATIVE, _WHY, negative, command)
    if local is not None and local.value > 0:
        span = [(local.start, local.end)]
        return finding(view, id, topic, "normal", _say(_ANSWERED, local=local.value), _WHY, span)
    if local is None or remote is None:
        spans = [(item.start, item.end) for item in (local, remote) if item]
        return finding(view, id, topic, "not_shown", _ABSENT, _WHY, spans, command)
    spans = [(local.start, local.end), (remote.start, remote.end)]
    if remote.value > 0:
        return finding(view, id, topic, "problem", _say(_SILENT, remote=remote.value), _WHY, spans)
    return finding(view, id, topic, "not_shown", _IDLE, _WHY, spans, command)
