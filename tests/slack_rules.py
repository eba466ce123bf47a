"""What Slack's payloads look like and what its limits are, for the server that plays Slack and for its tests."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

ME, BOT, TEAM, APP = "U0BOT", "B0BOT", "T0TEAM", "A0APP"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-test-token", "xapp-test-token", "signing-secret"
SCOPES = {
    "app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:read",
    "groups:history", "im:history", "mpim:history",
}  # fmt: skip
NEEDS = {"chat": "chat:write", "assistant.threads.setSuggestedPrompts": "assistant:write", "files": "files:read",
         "conversations": "channels:history"}  # fmt: skip
GONE = "message_not_in_streaming_state"


def event(inner: dict[str, Any], event_id: str) -> dict[str, Any]:
    """Return an event as Slack wraps it."""
    return {"type": "event_callback", "token": "x", "team_id": TEAM, "api_app_id": APP, "event_id": event_id,
            "event_time": 1_700_000_000, "event": inner,
            "authorizations": [{"team_id": TEAM, "user_id": ME, "is_bot": True}]}  # fmt: skip


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    """Return the headers that prove a request to be Slack's."""
    stamp = str(at or int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


def check_blocks(blocks: list[dict[str, Any]], cards: int = 0) -> str:
    """Return what Slack would refuse in these blocks, or an empty text."""
    if len(blocks) + cards > 50:
        return f"{len(blocks)} blocks and {cards} cards"
    shown = sum(len(run) for run in texts(blocks))
    if shown > 12_000:
        return f"{shown} characters"
    for block in blocks:
        if wrong := _check_block(block):
            return f"{block['type']}: {wrong}"
    return ""


def _check_block(block: dict[str, Any]) -> str:
    kind = block["type"]
    if kind == "header" and not 1 <= len(block["text"]["text"]) <= 150:
        return "header length"
    if kind == "section" and not 1 <= len(block["text"]["text"]) <= 3_000:
        return "section length"
    if kind == "context" and (len(block["elements"]) > 10 or any(len(e["text"]) > 3_000 for e in block["elements"])):
        return "context length"
    if kind == "actions":
        return _check_buttons(block["elements"])
    if kind == "context_actions":
        return "" if all(e["type"] == "feedback_buttons" for e in block["elements"]) else "elements"
    if kind == "rich_text":
        return _check_rich(block["elements"])
    return "" if kind in ("header", "section", "context", "divider", "markdown") else "unknown type"


def _check_buttons(elements: list[dict[str, Any]]) -> str:
    ids = [element["action_id"] for element in elements]
    if len(ids) > 25 or len(set(ids)) != len(ids) or not ids:
        return "buttons"
    long = [e for e in elements if not 1 <= len(e["text"]["text"]) <= 75 or len(e["value"]) > 2_000]
    return "label or value length" if long else ""


def _check_rich(elements: list[dict[str, Any]]) -> str:
    for element in elements:
        kind = element["type"]
        if kind not in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"):
            return f"element {kind}"
        if kind == "rich_text_list":
            if wrong := _check_rich(element["elements"]):
                return wrong
            continue
        for run in element["elements"]:
            if run["type"] not in ("text", "user") or (run["type"] == "text" and not 1 <= len(run["text"]) <= 3_000):
                return f"run {run['type']}"
    return ""


def texts(found: Any) -> list[str]:
    """Return every text that a person reads in blocks, in order."""
    if isinstance(found, list):
        return [run for item in found for run in texts(item)]
    if not isinstance(found, dict):
        return []
    if isinstance(found.get("text"), str):
        return [found["text"]]
    if found.get("type") == "feedback_buttons":
        return [found["positive_button"]["text"]["text"], found["negative_button"]["text"]["text"]]
    return texts(found.get("text")) + texts(found.get("elements"))


def code(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the blocks of code, each as it stands."""
    return [
        "".join(run["text"] for run in element["elements"])
        for block in blocks if block["type"] == "rich_text"
        for element in block["elements"] if element["type"] == "rich_text_preformatted"
    ]  # fmt: skip


def buttons(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the buttons of a message by their labels."""
    found = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
    return {element["text"]["text"]: element for element in found}


def holds(condition: Callable[[], object], seconds: float = 180) -> bool:
    """Say whether ``condition`` comes true before a generous deadline."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def wait_for(condition: Callable[[], object], otherwise: str, seconds: float = 180) -> None:
    """Wait until ``condition`` comes true."""
    assert holds(condition, seconds), otherwise
