"""The form that asks why an answer did not help."""

from __future__ import annotations

import json
from typing import Any

from bot.errors import InputError
from bot.phrases import Language
from bot.slack.texts import ui

CALLBACK = "feedback_reason"
LONGEST = 500
"""Characters of a reason."""


def parse(mark: str) -> tuple[str, int]:
    """Return case and turn of "case|turn"; raises InputError for anything else."""
    case_id, _, turn = mark.partition("|")
    if not (case_id and turn.isdecimal() and len(turn) < 9):
        raise InputError("there is no such answer to give feedback on")
    return case_id, int(turn)


def place(body: dict[str, Any]) -> dict[str, str]:
    """Return where thanks go: to the thread of the button, or by its address where the answer was private."""
    container = body.get("container") or {}
    if container.get("is_ephemeral"):
        return {"url": str(body.get("response_url") or "")}
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or ""
    return {"channel": str((body.get("channel") or {}).get("id") or ""), "thread_ts": str(thread)}


def view(mark: str, body: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return the form about the answer ``mark``."""
    reasons = ui("reasons", language).split("|")
    options = [{"text": _plain(one), "value": one} for one in reasons]
    kind = {"type": "radio_buttons", "action_id": "kind", "options": options}
    words = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": LONGEST}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"mark": mark, "place": place(body)}),
        "title": _plain(ui("why_title", language)),
        "submit": _plain(ui("send", language)),
        "close": _plain(ui("close", language)),
        "blocks": [
            {"type": "input", "block_id": "kind", "optional": True, "label": _plain(ui("why_kind", language)),
             "element": kind},
            {"type": "input", "block_id": "words", "optional": True, "label": _plain(ui("why", language)),
             "element": words},
        ],
    }  # fmt: skip


def meta(body: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return what the form is about and where thanks go."""
    kept = json.loads(body["view"]["private_metadata"])
    return str(kept["mark"]), dict(kept["place"])


def reason(body: dict[str, Any]) -> str:
    """Return what the person chose and wrote."""
    values = body["view"]["state"]["values"]
    chosen = ((values.get("kind") or {}).get("kind") or {}).get("selected_option") or {}
    words = ((values.get("words") or {}).get("words") or {}).get("value") or ""
    return ": ".join(filter(None, (str(chosen.get("value") or ""), str(words).strip()[:LONGEST])))


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}
