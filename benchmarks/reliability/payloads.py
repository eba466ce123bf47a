"""What Slack sends, made wrong in some way, and the bot's reception of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from benchmarks.reliability import mutate
from bot.config import Config

_MESSAGE: dict[str, Any] = {
    "type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "", "ts": "1.0", "event_ts": "1.0",
    "files": [{"id": "F1", "name": "a.log", "size": 9, "url_private": "https://a", "mimetype": "text/plain"}],
    "blocks": [{"type": "rich_text", "elements": [{"elements": [{"type": "file", "file_id": "F2"}]}]}],
}  # fmt: skip
_PAYLOADS: dict[str, dict[str, Any]] = {
    "event": {"team_id": "T1", "event_id": "Ev1", "event": _MESSAGE},
    "command": {"trigger_id": "1.2", "user_id": "U1", "channel_id": "C1", "text": "", "response_url": "https://a"},
    "shortcut": {"message": _MESSAGE, "channel": {"id": "C1"}, "user": {"id": "U1"}, "trigger_id": "1"},
    "action": {
        "actions": [{"action_id": "ask", "value": "c1|1|mapi-overview:1|good", "action_ts": "1.0"}],
        "container": {"message_ts": "1.0", "thread_ts": "1.0"}, "channel": {"id": "C1"}, "user": {"id": "U1"},
    },
}  # fmt: skip
_INSIDE: tuple[dict[str, Any], ...] = (
    {},
    {"subtype": "message_changed", "message": _MESSAGE | {"edited": {"ts": "2.0"}}},
    {"subtype": "message_deleted"},
    {"type": "app_home_opened"},
    {"type": "app_mention"},
    {"edited": {"ts": "2.0"}},
    {"bot_id": "B1"},
)


def payload(random: Random, asked: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return what Slack sends, a few of its texts replaced, or with something missing."""
    kind = random.choice(list(_PAYLOADS))
    body = copy.deepcopy(_PAYLOADS[kind])
    inner = body.get("event") or body.get("message") or body
    inner["text"] = mutate.text(random, asked, 200)
    if kind == "event":
        inner |= copy.deepcopy(random.choice(_INSIDE))
    for _ in range(random.randrange(3)):
        places = list(_places(body))
        holder, key = random.choice(places)
        if isinstance(holder[key], str) and random.random() < 0.7:
            holder[key] = random.choice(mutate.WORDS)
        else:
            del holder[key]
    return kind, body


def _places(body: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 (JSON)
    """Yield each object or list within ``body`` with each of its keys."""
    for key in body if isinstance(body, dict) else range(len(body)):
        yield body, key
        if isinstance(body[key], dict | list):
            yield from _places(body[key])


class Slack:
    """Takes Slack's payloads in, with an empty ledger in memory and nobody who answers."""

    def __init__(self) -> None:
        """Open the ledger."""
        from bot.case.database import Database
        from bot.slack.app import Reception
        from bot.slack.intake import Identity, Intake
        from bot.slack.ledger import Ledger
        from bot.slack.threads import Threads

        database = Database("sqlite://")
        self.ledger = Ledger(database, "me")
        self._intake = Intake(Identity("U0", "B0", "T1", "mapi", "Test"), Config(), self.ledger, Threads(database))
        self._reception = Reception(None, self._intake, self.ledger, self, None)  # type: ignore[arg-type]

    def wake(self) -> None:
        """Leave what was entered where it is."""

    def take(self, kind: str, body: dict[str, Any]) -> None:
        """Take a payload in: what the bot is asked is in the ledger, what means nothing to it changes nothing."""
        self._reception.take(getattr(self._intake, kind), body)
