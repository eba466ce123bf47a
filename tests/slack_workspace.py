"""What a Slack workspace holds, and how its Web API answers: limits, scopes, streams that are over."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.slack_rules import APP_TOKEN, BOT, BOT_TOKEN, GONE, ME, NEEDS, SCOPES, TEAM, check_blocks
from tests.web_server import free_port


@dataclass
class Message:
    """A message as it stands: ``blocks`` in order, task cards apart, and whether it still streams."""

    channel: str
    ts: str
    user: str = ME
    text: str = ""
    thread_ts: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    streaming: bool = False
    streamed: bool = False
    edits: int = 0


@dataclass
class Call:
    """One call of the Web API."""

    method: str
    body: dict[str, Any]
    token: str


class Workspace:
    """What was said, and how Slack answers a call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.messages: dict[tuple[str, str], Message] = {}
        self.deleted: list[tuple[str, str]] = []
        self.private: list[dict[str, Any]] = []
        self.hooked: list[dict[str, Any]] = []
        self.prompts: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self.files: dict[str, tuple[bytes, str]] = {}
        self.file_calls: list[tuple[str, str]] = []
        self.infos: dict[str, dict[str, Any]] = {}
        self.outside: set[str] = set()
        self.scopes = set(SCOPES)
        self.refuse: list[tuple[str, Callable[[], Response | None]]] = []
        self.gates: dict[str, threading.Event] = {}
        self.waiting: Counter[str] = Counter()
        self.acked: dict[str, float] = {}
        self.sent: Counter[str] = Counter()
        self.greets = True
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- what people see

    def ts(self) -> str:
        """Return the next timestamp."""
        return f"{1_700_000_000 + next(self._numbers)}.000100"

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """Return the bot's finished messages in a thread, oldest first."""
        with self._lock:
            found = [m for m in self.messages.values() if m.user == ME and m.thread_ts == thread_ts]
        return sorted((m for m in found if m.channel == channel and not m.streaming), key=lambda m: m.ts)

    def mine(self) -> list[Message]:
        """Return all messages of the bot."""
        with self._lock:
            return [m for m in self.messages.values() if m.user == ME]

    def said(self, method: str) -> list[dict[str, Any]]:
        """Return the bodies of the calls of one method."""
        with self._lock:
            return [call.body for call in self.calls if call.method == method]

    # -- refusing

    def fail(self, method: str, error: str, times: int = 1, status: int = 200, retry_after: int | None = None) -> None:
        """Refuse the next ``times`` calls of ``method``."""
        left = [times]

        def refuse() -> Response | None:
            if left[0] <= 0:
                return None
            left[0] -= 1
            headers = {"retry-after": str(retry_after)} if retry_after is not None else {}
            if status >= 500:
                return PlainTextResponse("upstream failed", status, headers=headers)
            return JSONResponse({"ok": False, "error": error}, status, headers=headers)

        self.refuse.append((method, refuse))

    def expire_streams(self) -> None:
        """End every stream, as Slack does after about five minutes."""
        with self._lock:
            for message in self.messages.values():
                message.streaming = False

    # -- the Web API

    def _answer(self, method: str, body: dict[str, Any], token: str) -> Response:
        self.waiting[method] += 1
        if gate := self.gates.get(method):
            gate.wait(180)
        with self._lock:
            self.calls.append(Call(method, body, token))
            for wanted, refuse in self.refuse:
                if wanted == method and (refused := refuse()) is not None:
                    return refused
            wanted_token = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
            if token != wanted_token:
                return self._no("invalid_auth")
            need = NEEDS.get(method) or NEEDS.get(method.partition(".")[0])
            if need and need not in self.scopes:
                return self._no("missing_scope", needed=need, provided=",".join(sorted(self.scopes)))
            handler = getattr(self, "_" + method.replace(".", "_"), None)
            if handler is None:
                return self._no("unknown_method")
            found = handler(body)
        return found if isinstance(found, Response) else self._yes(**found)

    def _yes(self, **body: Any) -> Response:
        return JSONResponse({"ok": True, **body}, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _no(self, error: str, **more: Any) -> Response:
        return JSONResponse({"ok": False, "error": error, **more})

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"user_id": ME, "bot_id": BOT, "team_id": TEAM, "user": "mapi", "team": "Test", "url": self.url}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={next(self._numbers)}"}

    def _chat_startStream(self, body: dict[str, Any]) -> Any:
        if not body.get("thread_ts"):
            return self._no("invalid_thread_ts")
        if body["channel"] in self.outside:
            return self._no("not_in_channel")
        if not body["channel"].startswith("D") and not (
            body.get("recipient_user_id") and body.get("recipient_team_id")
        ):
            return self._no("missing_recipient_user_id")
        message = Message(body["channel"], self.ts(), thread_ts=body["thread_ts"], streaming=True, streamed=True)
        self.messages[message.channel, message.ts] = message
        return self._chunks(message, body) or {"ts": message.ts, "channel": message.channel}

    def _chat_appendStream(self, body: dict[str, Any]) -> Any:
        message = self.messages.get((body["channel"], body["ts"]))
        if message is None:
            return self._no("message_not_found")
        if not message.streaming:
            return self._no(GONE)
        return self._chunks(message, body) or {"ts": message.ts}

    def _chat_stopStream(self, body: dict[str, Any]) -> Any:
        message = self.messages.get((body["channel"], body["ts"]))
        if message is None:
            return self._no("message_not_found")
        if not message.streaming:
            return self._no(GONE)
        refused = self._chunks(message, body)
        if refused:
            return refused
        blocks = [*message.blocks, *listed(body.get("blocks"))]
        if wrong := self._wrong(blocks, len(message.cards)):
            return self._no(wrong)
        message.blocks, message.streaming = blocks, False
        return {"ts": message.ts}

    def _chunks(self, message: Message, body: dict[str, Any]) -> Response | None:
        added: list[dict[str, Any]] = []
        for chunk in listed(body.get("chunks")):
            if chunk["type"] == "task_update":
                message.cards[chunk["id"]] = {**message.cards.get(chunk["id"], {}), **chunk}
            elif chunk["type"] == "blocks":
                added += chunk["blocks"]
            elif chunk["type"] == "markdown_text" and len(chunk["text"]) <= 12_000:
                added.append({"type": "markdown", "text": chunk["text"]})
            else:
                return self._no("invalid_chunks")
        if wrong := self._wrong([*message.blocks, *added], len(message.cards)):
            return self._no(wrong)
        message.blocks += added
        return None

    def _chat_postMessage(self, body: dict[str, Any]) -> Any:
        if body["channel"] in self.outside:
            return self._no("not_in_channel")
        if wrong := self._wrong(listed(body.get("blocks")), 0, body.get("text", "")):
            return self._no(wrong)
        ts = self.ts()
        self.messages[body["channel"], ts] = Message(
            body["channel"], ts, ME, body.get("text", ""), body.get("thread_ts") or "", listed(body.get("blocks"))
        )
        return {"ts": ts, "channel": body["channel"]}

    def _chat_update(self, body: dict[str, Any]) -> Any:
        message = self.messages.get((body["channel"], body["ts"]))
        if message is None:
            return self._no("message_not_found")
        if message.streaming:
            return self._no("streaming_state_conflict")
        if wrong := self._wrong(listed(body.get("blocks")), 0, body.get("text", "")):
            return self._no(wrong)
        message.blocks, message.text, message.cards = listed(body.get("blocks")), body.get("text", ""), {}
        message.edits += 1
        return {"ts": message.ts}

    def _chat_delete(self, body: dict[str, Any]) -> Any:
        if self.messages.pop((body["channel"], body["ts"]), None) is None:
            return self._no("message_not_found")
        self.deleted.append((body["channel"], body["ts"]))
        return {"ts": body["ts"]}

    def _chat_postEphemeral(self, body: dict[str, Any]) -> Any:
        if body["channel"] in self.outside:
            return self._no("not_in_channel")
        if wrong := self._wrong(listed(body.get("blocks")), 0, body.get("text", "")):
            return self._no(wrong)
        self.private.append(body)
        return {"message_ts": self.ts()}

    def _conversations_replies(self, body: dict[str, Any]) -> Any:
        root, oldest = body["ts"], body.get("oldest") or ""
        found = [m for m in self.messages.values() if m.channel == body["channel"]]
        found = [m for m in found if m.ts == root or (m.thread_ts == root and m.ts >= oldest)]
        shown = [{"ts": m.ts, "user": m.user, "text": m.text, "thread_ts": m.thread_ts or m.ts,
                  **({"bot_id": BOT} if m.user == ME else {}), "files": m.cards.get("files", [])}
                 for m in sorted(found, key=lambda m: m.ts)]  # fmt: skip
        return {"messages": shown}

    def _conversations_history(self, body: dict[str, Any]) -> Any:
        return self._no("not_in_channel") if body["channel"] in self.outside else {"messages": []}

    def _assistant_threads_setStatus(self, body: dict[str, Any]) -> dict[str, Any]:
        self.statuses.append(body)
        return {}

    def _assistant_threads_setSuggestedPrompts(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("thread_ts"):  # with one, Slack does nothing for an agent and does not say so
            self.prompts.append(body)
        return {}

    def _views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        view = body["view"] if isinstance(body["view"], dict) else json.loads(body["view"])
        assert len(view["title"]["text"]) <= 24 and len(view["submit"]["text"]) <= 24
        assert len(view["private_metadata"]) <= 3_000
        self.views.append({"trigger_id": body["trigger_id"], **view})
        return {"view": {"id": f"V{next(self._numbers)}"}}

    def _files_info(self, body: dict[str, Any]) -> Any:
        found = self.infos.get(body["file"])
        return {"file": found} if found else self._no("file_not_found")

    # -- limits and broadcasts

    def _wrong(self, blocks: list[dict[str, Any]], cards: int, text: str = "") -> str:
        """Return the error that Slack would give for these blocks, and note what would call people."""
        wrong = check_blocks(blocks, cards)
        if wrong:
            self.broken.append(wrong)
        marked = [text, *(e["text"] for b in blocks if b["type"] == "context" for e in b["elements"])]
        marked += [b["text"]["text"] for b in blocks if b["type"] == "section" and b["text"]["type"] == "mrkdwn"]
        marked += [b["text"] for b in blocks if b["type"] == "markdown"]
        self.broken += [f"calls {found}" for one in marked for found in re.findall(r"<[!@#][^>]*>", one)]
        return "invalid_blocks" if wrong else ""


def listed(value: Any) -> list[dict[str, Any]]:
    found = json.loads(value) if isinstance(value, str) else value
    return list(found or [])
