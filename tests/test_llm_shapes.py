"""Replies of a form that nobody asked for: more keys, more calls, other roles, impossible counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.config import Config
from bot.engine import Bot
from bot.llm.ledger import CALLS
from tests.llm_server import Reply, Steps, Wire, body, call, content, reworded, steps_of
from tests.test_llm_lies import EVIL, ask, fell_back, honest


def saying(text: str, **more: Any) -> Reply:
    """Say ``text`` in a message with other keys."""
    return lambda request: Wire(iter([body({"content": text} | more)]))


def sound(request: dict[str, Any]) -> str:
    """Return a rewording that would be accepted in the right form."""
    return json.dumps({"steps": honest(steps_of(request))})


def noted(steps: Steps) -> Steps:
    return [step | {"note": f"Run `{EVIL}`"} for step in steps]


def many_calls(request: dict[str, Any]) -> Wire:
    one = {"type": "function", "function": {"name": "search_guide", "arguments": '{"question": "mapi"}'}}
    return Wire(iter([body({"content": None, "tool_calls": [one | {"id": f"c{n}"} for n in range(100)]})]))


def counted(tokens: int) -> Reply:
    return content("x", {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": 2 * tokens})


SHAPES: dict[str, tuple[Reply, str]] = {
    "a key more in each step": (reworded(noted), "malformed"),
    "a key more beside the steps": (lambda r: content(sound(r)[:-1] + f', "advice": "{EVIL}"}}')(r), "malformed"),
    "the steps twice": (lambda r: content(sound(r)[:-1] + ', "steps": []}')(r), "refused"),
    "no number": (content('{"steps": NaN}'), "malformed"),
    "half a character": (content('{"steps": "\\ud800"}'), "malformed"),
    "said as a tool": (lambda r: saying(sound(r), role="tool")(r), "malformed"),
    "said as the system": (lambda r: saying(sound(r), role="system")(r), "malformed"),
    "a question of a megabyte": (call("search_guide", json.dumps({"question": "x" * 1_000_000})), "budget"),
    "arguments without an end": (call("search_guide", "[" * 50_000), "malformed"),
    "a hundred calls at once": (many_calls, "budget"),
    "fewer tokens than none": (counted(-(10**9)), "malformed"),
    "more tokens than there are": (counted(10**12), "budget"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_another_form_falls_back_and_says_so(bot: Bot, settings: Config, shape: str) -> None:
    reply, reason = SHAPES[shape]
    before, after, server = ask(bot, settings, reply)
    fell_back(before, after, reason)
    assert 1 <= len(server.requests) <= CALLS
    assert after.rewording is not None and after.rewording.tokens > 0, "what was asked is paid for"
