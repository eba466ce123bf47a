"""A server that lies and fails in every way known: no lie reaches a person, and each falls back visibly."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator

import pytest

from bot.answer import Answer
from bot.case.casefile import Account
from bot.config import Config
from bot.engine import Bot, Question
from bot.llm.assistant import Assistant
from bot.llm.ledger import CALLS
from bot.llm.prompts import REWORD
from bot.llm.runner import Cancel
from bot.render import markdown
from tests.llm_server import Reply, Server, Steps, call, content, cut_off, endless, raw, reworded, status, steps_of

ENGLISH = Question("Outlook shows TGDL instead of TMDL")
JAPANESE = Question("Accel 列が TGDL になっています")
EVIL = "reload"


@contextlib.contextmanager
def served(bot: Bot, settings: Config, *replies: Reply, seconds: float = 30.0, budget: int = 50_000) -> Iterator:
    with Server(*replies) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": seconds, "model_budget": budget}
        yield Assistant(bot, settings.model_copy(update=chosen)), server


def ask(
    bot: Bot, settings: Config, *replies: Reply, question: Question = ENGLISH, **more
) -> tuple[Answer, Answer, Server]:
    before = bot.ask(question)
    with served(bot, settings, *replies, **more) as (assistant, server):
        return before, assistant.improve(question, before), server


def plainly(answer: Answer) -> tuple:
    """Return all that a person reads but for the notices."""
    return answer.sections, answer.citations, answer.first_check, answer.findings, answer.status, answer.language


def fell_back(before: Answer, after: Answer, reason: str) -> None:
    assert plainly(after) == plainly(before)
    assert after.model is None
    assert after.rewording is not None
    assert (after.rewording.accepted, after.rewording.reason) == (False, reason)
    own = "guide's own words" if after.language == "en" else "ガイドの文のまま"
    assert own in after.notices[-1]
    assert "openai:scripted" in markdown(after)


def at(number: int, **changes: object) -> Callable[[Steps], Steps]:
    return lambda steps: [step | (changes if step["step"] == number else {}) for step in steps]


def text(number: int, old: str, new: str) -> Callable[[Steps], Steps]:
    def change(steps: Steps) -> Steps:
        assert old in steps[number - 1]["text"]
        return at(number, text=steps[number - 1]["text"].replace(old, new, 1))(steps)

    return change


def honest(steps: Steps) -> Steps:
    command = "`show statistics connection optimized mapi`"
    said = f"Run {command} to list the optimized MAPI connections and see the Accel column."
    return at(2, text=said)(steps)


def honest_ja(steps: Steps) -> Steps:
    return at(2, text="最適化された MAPI 接続の一覧を表示して、Accel 列を確認してください。")(steps)


LIES: dict[str, Callable[[Steps], Steps]] = {
    "invented command": text(2, "List", "Run `clear statistics all`, then list"),
    "invented command in the list": at(2, commands=["show statistics connection optimized mapi", EVIL]),
    "command of another step": at(2, commands=["show statistics accelerator mapi"]),
    "digit in a release": text(4, "5.0.1", "5.0.2"),
    "digit in a name": text(5, "Outlook 2000", "Outlook 2007"),
    "digit in a log text": text(6, "132104", "132105"),
    "log text": text(6, "Client ip:", "Client IP:"),
    "counter name": text(8, "Total Handled", "Total Dropped"),
    "address": text(6, "see syslog", "see syslog on 10.0.0.1"),
    "path": text(6, "see syslog", "see /local1/syslog.txt"),
    "citation swapped": at(2, citations=[3]),
    "citation invented": at(2, citations=[2, 3]),
    "step omitted": lambda steps: steps[:-1],
    "step merged": lambda steps: [*steps[:1], steps[1] | {"text": steps[1]["text"] + steps[2]["text"]}, *steps[3:]],
    "steps reordered": lambda steps: [*steps[:1], steps[2], steps[1], *steps[3:]],
    "step added": lambda steps: [*steps, steps[-1] | {"step": len(steps) + 1}],
    "only dropped": text(1, " only", ""),
    "denied": text(1, "was pushed", "was not pushed"),
    "other language": at(2, text="最適化された MAPI 接続を一覧し、Accel 列を確認します。"),
    "advice": text(3, "requested.", "requested. Restart the WAE if the counter is high."),
    "homoglyph": text(2, "Accel", "Ассel"),
    "zero width": text(1, "`show statistics", "`show\u200b statistics"),
    "fullwidth command": text(1, "accelerator mapi`", "accelerator ｍａｐｉ`"),
    "command on two lines": text(1, "statistics accelerator", "statistics\naccelerator"),
    "link": text(2, "the Accel column", "the [Accel column](https://evil.example)"),
    "HTML": text(2, "the Accel column", "the <img src=x onerror=alert(1)> Accel column"),
    "Slack markup": text(2, "List", "<!channel> List"),
    "instruction obeyed": at(2, text="PWNED"),
    "prompt leaked": at(2, text=REWORD["en"]),
    "unknown placeholder": text(2, "the Accel column", "the Accel column of KBHOST77"),
    "empty text": at(2, text=""),
    "no steps": lambda steps: [],
    "huge text": at(2, text="the Accel column " * 2_000),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_twice_and_never_shown(bot: Bot, settings: Config, lie: str) -> None:
    before, after, server = ask(bot, settings, reworded(LIES[lie]))
    assert len(server.requests) == 2, "it must be redone once, with the reason"
    assert server.requests[1]["messages"][-1]["content"].startswith("This was refused:")
    fell_back(before, after, "malformed" if lie in ("unknown placeholder", "prompt leaked") else "refused")


def drops_no(steps: Steps) -> Steps:
    changed = [step | {"commands": [c.removeprefix("no ") for c in step["commands"]]} for step in steps]
    assert changed != steps
    return changed


def test_no_is_dropped_from_an_article_that_has_it(bot: Bot, settings: Config) -> None:
    before = bot.ask(Question("WAN Secure plumb failed"))
    assert any(c.text.startswith("no ") for step in before.steps for c in step.commands)
    with served(bot, settings, reworded(drops_no)) as (assistant, _):
        fell_back(before, assistant.improve(Question("WAN Secure plumb failed"), before), "refused")


FAILURES: dict[str, tuple[Reply, str]] = {
    "garbage": (raw(b"\x00\xff not json"), "malformed"),
    "HTML page": (raw(b"<html>busy</html>", kind="text/html"), "malformed"),
    "empty": (raw(b""), "malformed"),
    "no choices": (raw(b'{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}'), "malformed"),
    "another shape": (raw(b'{"steps": 1}'), "malformed"),
    "prose": (content("Sure! Here are your steps."), "malformed"),
    "half JSON": (content('{"steps": [{"step": 1,'), "malformed"),
    "cut off": (cut_off('{"steps": [{"step": 1,'), "malformed"),
    "empty content": (content(""), "malformed"),
    "deep JSON": (content("[" * 50_000), "malformed"),
    "wrong types": (content('{"steps": [{"step": "one", "text": 1, "commands": {}, "citations": "x"}]}'), "malformed"),
    "endless reply": (endless(b" " * 65_536), "malformed"),
    "packed bomb": (raw(b"\x1f\x8b\x08\x00" + b"\x00" * 100, content_encoding="gzip"), "malformed"),
    "breaks off": (raw(b'{"id": "x", "choices": [', breaks_off=True), "server"),
    "hangs up": (raw(breaks_off=True), "server"),
    "500": (status(500), "server"),
    "401": (status(401), "server"),
    "404": (status(404), "server"),
    "redirect": (status(302, location="http://127.0.0.1:9/"), "server"),
    "429 for an hour": (status(429, retry_after="3600"), "server"),
    "tool call loop": (call("show_topic", '{"topic": "mapi-overview"}'), "budget"),
    "unknown tool": (call("rm", '{"path": "/"}'), "budget"),
    "tool with broken arguments": (call("Rewording", '{"steps": '), "malformed"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_falls_back_and_says_so(bot: Bot, settings: Config, failure: str) -> None:
    reply, reason = FAILURES[failure]
    before, after, server = ask(bot, settings, reply)
    fell_back(before, after, reason)
    assert 1 <= len(server.requests) <= CALLS


def test_slow_drip_ends_with_the_time_limit(bot: Bot, settings: Config) -> None:
    before = bot.ask(ENGLISH)
    with Server(lambda request: server.drip(b" ")(request)) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": 2.0}
        after = Assistant(bot, settings.model_copy(update=chosen)).improve(ENGLISH, before)
        fell_back(before, after, "timeout")
        came = server.came.is_set()
        assert not came or server.left.wait(60), "the connection must be closed, not left behind"


def test_a_cancelled_request_cancels_the_call(bot: Bot, settings: Config) -> None:
    before, cancel = bot.ask(ENGLISH), Cancel()
    with Server(lambda request: server.drip(b" ")(request)) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": 300.0}
        assistant = Assistant(bot, settings.model_copy(update=chosen))

        def stop() -> None:
            server.came.wait(60)
            cancel.set()

        threading.Thread(target=stop, daemon=True).start()
        fell_back(before, assistant.improve(ENGLISH, before, None, cancel), "cancelled")
        assert server.left.wait(30)


def test_cancelled_before_it_began(bot: Bot, settings: Config) -> None:
    before, cancel = bot.ask(ENGLISH), Cancel()
    cancel.set()
    with served(bot, settings, reworded(honest)) as (assistant, server):
        assert plainly(assistant.improve(ENGLISH, before, None, cancel)) == plainly(before)
        assert server.requests == []


def test_nobody_listens(bot: Bot, settings: Config) -> None:
    with Server(status(200)) as server:
        gone = server.url
    before = bot.ask(ENGLISH)
    chosen = {"model": "openai:scripted", "model_url": gone}
    fell_back(before, Assistant(bot, settings.model_copy(update=chosen)).improve(ENGLISH, before), "server")


@pytest.mark.parametrize(("question", "change"), [(ENGLISH, honest), (JAPANESE, honest_ja)])
def test_an_honest_rewording_is_shown_with_its_provenance(
    bot: Bot, settings: Config, question: Question, change: Callable[[Steps], Steps]
) -> None:
    before, after, server = ask(bot, settings, reworded(change), question=question)
    done = after.rewording
    assert done and done.accepted, done
    assert after.model == "openai:scripted"
    assert (done.tokens, done.estimated, done.calls) == (150, False, 1)
    assert "openai:scripted" in after.notices[-1] and "150" in after.notices[-1]
    assert after.citations == before.citations
    assert [s.commands for s in after.steps] == [s.commands for s in before.steps]
    body = after.as_json(markdown(after))
    worded = [item.wording for item in after.sections[0].items if item.wording and item.wording != item.text]
    assert len(worded) == 1 and worded[0] in body["answer"]
    assert body["model"] == "openai:scripted"


def test_a_mended_redo_is_accepted(bot: Bot, settings: Config) -> None:
    _, after, server = ask(bot, settings, reworded(LIES["step omitted"]), reworded(honest))
    assert after.rewording and after.rewording.accepted and after.rewording.calls == 2
    assert "exactly the steps 1 to" in server.requests[1]["messages"][-1]["content"]


def test_a_busy_server_is_asked_again(bot: Bot, settings: Config) -> None:
    _, after, server = ask(bot, settings, status(429, retry_after="0"), status(503), reworded(honest))
    assert after.rewording and after.rewording.accepted
    assert len(server.requests) == 3


def test_nothing_changed_is_said(bot: Bot, settings: Config) -> None:
    before, after, _ = ask(bot, settings, reworded(lambda steps: steps))
    fell_back(before, after, "unchanged")


def test_tokens_are_counted_when_the_server_does_not(bot: Bot, settings: Config) -> None:
    def silent(request: dict) -> object:
        return content(json.dumps({"steps": honest(steps_of(request))}), None)(request)

    _, after, _ = ask(bot, settings, silent)
    assert after.rewording and after.rewording.accepted
    assert after.rewording.estimated and after.rewording.tokens > 300


def test_the_budget_of_a_case_is_kept(bot: Bot, settings: Config) -> None:
    account, before = Account(), bot.ask(ENGLISH)
    with served(bot, settings, reworded(honest), budget=1_000) as (assistant, server):
        first = assistant.improve(ENGLISH, before, account)
        assert first.rewording and first.rewording.accepted and account.tokens == 150
        account.tokens = 900
        fell_back(before, assistant.improve(ENGLISH, before, account), "budget")
        assert len(server.requests) == 1, "nothing is sent once the budget is used up"


def test_a_reply_may_not_be_longer_than_the_budget(bot: Bot, settings: Config) -> None:
    account = Account(tokens=49_000)
    with served(bot, settings, reworded(honest)) as (assistant, server):
        assistant.improve(ENGLISH, bot.ask(ENGLISH), account)
        asked = server.requests[0]
        assert 0 < (asked.get("max_completion_tokens") or asked["max_tokens"]) < 1_000


def test_names_leave_hidden_and_come_back(bot: Bot, settings: Config) -> None:
    question = Question("tanaka@example.co.jp on TOKYO-EX01 (10.1.2.3) sees TGDL, password: hunter2, user CORP\\suzuki")
    account = Account()
    with served(bot, settings, reworded(honest)) as (assistant, server):
        after = assistant.improve(question, bot.ask(question), account)
    wire = json.dumps(server.requests, ensure_ascii=False)
    for private in ("tanaka", "TOKYO-EX01", "10.1.2.3", "hunter2", "suzuki"):
        assert private not in wire
        assert private not in "".join(after.rewording.sent)
    assert "KBHOST1" in wire and {"TOKYO-EX01", "10.1.2.3"} <= set(account.names.values())


def test_what_is_kept_as_sent_is_what_was_sent(bot: Bot, settings: Config) -> None:
    _, after, server = ask(bot, settings, reworded(LIES["step omitted"]), reworded(honest))
    assert len(after.rewording.sent) == len(server.requests) == 2
    for kept, request in zip(after.rewording.sent, server.requests, strict=True):
        for message in request["messages"]:
            assert message["content"] in kept


def test_no_key_of_a_provider_goes_to_a_server_of_ones_own(bot: Bot, settings: Config, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-1234567890")
    _, _, server = ask(bot, settings, reworded(honest))
    assert server.keys and all("very-secret" not in key for key in server.keys)
