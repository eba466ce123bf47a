"""The checks of one connection's detail: application, map, accelerator, responses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bot.findings import Finding
from bot.outputs.base import Item, Span, finding
from bot.outputs.mapi_counters import local_responses
from bot.reading.paste import View

TOPIC = "connection-detail"
Pair = tuple[str, str]


class Detail(Protocol):
    """The parts of a connection that the checks look at."""

    plain: dict[str, Item]
    accelerator: dict[str, Item]
    counters: dict[str, Item]


def checks(view: View, connections: Sequence[Any], command: str, uuid: str) -> tuple[Finding, ...]:
    """Judge all connections together: one finding a check, with the items that decide it."""

    def judge(id: str, items: list[Item | None], good: Callable[[str], bool], name: Pair, wanted: str) -> Finding:
        return _judge(view, id, items, good, name, wanted, command)

    applications = [connection.plain.get("application_name") for connection in connections]
    maps = [connection.plain.get("map_name") for connection in connections]
    configured = [connection.accelerator.get("configured") for connection in connections]
    applied = [connection.accelerator.get("applied") for connection in connections]
    email = "Email-and-Messaging"
    return (
        judge("connection-application", applications, lambda v: v == email, ("Application Name",) * 2, email),
        judge("connection-map-uuid", maps, lambda v: v.lower() == uuid, ("Map Name",) * 2, uuid),
        judge(
            "connection-accelerator-configured",
            configured,
            _mapi,
            ("Accelerator Details の Configured", "Configured under Accelerator Details"),
            "MAPI",
        ),
        judge(
            "connection-accelerator-applied",
            applied,
            _mapi,
            ("Accelerator Details の Applied", "Applied under Accelerator Details"),
            "MAPI",
        ),
        _responses(view, connections, command),
    )


def _mapi(value: str) -> bool:
    return "MAPI" in value.replace(",", " ").split()


def _judge(
    view: View,
    id: str,
    items: Sequence[Item | None],
    good: Callable[[str], bool],
    name: Pair,
    wanted: str,
    command: str,
) -> Finding:
    why = (f"{name[0]} が {wanted} であることを確かめます。", f"{name[1]} has to be {wanted}.")
    shown = [item for item in items if item is not None]
    bad = [item for item in shown if not good(str(item.value))]
    if bad:
        seen = ", ".join(dict.fromkeys(str(item.value) for item in bad))
        message = (f"{name[0]} が {wanted} ではなく {seen} です。", f"{name[1]} is {seen} instead of {wanted}.")
        return finding(view, id, TOPIC, "problem", message, why, _spans(bad))
    if shown and len(shown) == len(items):
        message = (f"{name[0]} は {wanted} です。", f"{name[1]} is {wanted}.")
        return finding(view, id, TOPIC, "normal", message, why, _spans(shown))
    message = (f"{name[0]} が貼り付けに含まれていません。", f"{name[1]} is not in the paste.")
    return finding(view, id, TOPIC, "not_shown", message, why, _spans(shown), command)


def _spans(items: Sequence[Item]) -> list[Span]:
    return [(item.start, item.end) for item in items[:50]]


def _responses(view: View, connections: Sequence[Any], command: str) -> Finding:
    """Take the connection that says most: one without local answers, then one with, then any."""
    found = [
        local_responses(view, "connection-local-responses", connection.counters, command) for connection in connections
    ]
    by_state = {finding.state: finding for finding in reversed(found)}
    return by_state.get("problem") or by_state.get("normal") or found[0]
